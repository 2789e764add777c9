"""The vector store: passages with their vectors in a Chroma folder of the build."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

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
