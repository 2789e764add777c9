"""The vector store: passages with their vectors in a Chroma folder of the build."""

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ingest.embedder import Vectors
from ingest.records import Passage, Report, path_text

COLLECTION = "passages"
BATCH = 5000  # Chroma takes at most 5,461 rows in one call
# Wide enough that the search is exact on some hundreds of passages: Chroma lays its graph anew in each process, with
# several threads, and with its own settings 6% of the rankings differed from one process to the next.
HNSW = {"space": "cosine", "ef_construction": 512, "ef_search": 512, "max_neighbors": 64}
# From here on a narrower graph, laid three times as fast: of the 500 nearest among 40,000 it finds 98.2% instead of
# 99.3%; Chroma's own settings find 95.8% (60 questions, vectors of generated reports).
LARGE = 20_000
NARROWER = {**HNSW, "ef_construction": 200, "max_neighbors": 32}


def open_chroma(folder: Path) -> Any:
    """Return a client on a build's Chroma folder, silent towards the outside."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def write_chroma(folder: Path, passages: Sequence[Passage], reports: Sequence[Report], vectors: Vectors) -> None:
    """Write the passages with their vectors, places and kinds to a new Chroma folder."""
    client = open_chroma(folder)
    for _ in add_passages(client, COLLECTION, passages, reports, vectors, BATCH):
        pass
    client.close()
    blank_unused(folder)


def blank_unused(folder: Path) -> None:
    """Write zeros where Chroma's graphs have room but no rows: it stores that memory as it happens to be.

    It does so when they are made and each time that the folder is opened; a removed report's words were found there.

    :raises OSError: a file cannot be written.
    """
    for header in folder.glob("*/header.bin"):
        _blank_rows(header)


def _blank_rows(header: Path) -> None:
    """Blank one graph. The header begins with a version and, of 8 bytes each, an offset, the
    number of rows that there is room for, that there are, and the bytes of one (hnswlib, saveIndex).
    """
    version, _, room, rows, size = struct.unpack_from("<i4Q", header.read_bytes())
    for name, each in (("data_level0.bin", size), ("length.bin", 4)):
        path = header.with_name(name)
        if version == 1 and path.is_file() and path.stat().st_size == room * each:
            with path.open("r+b") as file:
                file.seek(rows * each)
                file.write(bytes((room - rows) * each))


def chroma_is_sound(folder: Path) -> bool:
    """Tell whether SQLite finds no fault in a Chroma folder's database, whose bytes change also by reading it."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(folder / 'chroma.sqlite3'))}?mode=ro", uri=True)) as database:
            found: list[tuple[str]] = database.execute("PRAGMA quick_check").fetchall()
    except sqlite3.Error:
        return False
    return found == [("ok",)]


def add_passages(
    client: Any, name: str, passages: Sequence[Passage], reports: Sequence[Report], vectors: Vectors, batch: int
) -> Iterator[int]:
    """Create a collection of the passages with their vectors; give after each batch how many are in."""
    graph = HNSW if len(passages) < LARGE else NARROWER
    collection = client.create_collection(name, embedding_function=None, configuration={"hnsw": graph})
    of_report = {report.id: report for report in reports}
    for start in range(0, len(passages), batch):
        some = passages[start : start + batch]
        collection.add(
            ids=[passage.id for passage in some],
            embeddings=vectors[start : start + batch],
            documents=[passage.text for passage in some],
            metadatas=[_metadata(passage, of_report[passage.report]) for passage in some],
        )
        yield start + len(some)


def _metadata(passage: Passage, report: Report) -> dict[str, str | int]:
    return {
        "report": passage.report,
        "kind": passage.kind,
        "section": path_text(passage.section),
        "start": passage.start,
        "end": passage.end,
        "year": report.year,
        "place": report.place,
    }
