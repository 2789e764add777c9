"""The vector store: passages with their vectors in a Chroma folder of the build."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.embedder import Vectors
from ingest.records import Passage, Report, path_text

COLLECTION = "passages"
BATCH = 5000  # Chroma takes at most 5,461 rows in one call
# Wide enough that the search is exact on some hundreds of passages: Chroma lays its graph anew in each process, with
# several threads, and with its own settings 6% of the rankings differed from one process to the next.
HNSW = {"space": "cosine", "ef_construction": 512, "ef_search": 512, "max_neighbors": 64}


def open_chroma(folder: Path) -> Any:
    """Return a client on a build's Chroma folder, silent towards the outside."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def write_chroma(folder: Path, passages: Sequence[Passage], reports: Sequence[Report], vectors: Vectors) -> None:
    """Write the passages with their vectors, places and kinds to a new Chroma folder."""
    client = open_chroma(folder)
    collection = client.create_collection(COLLECTION, embedding_function=None, configuration={"hnsw": HNSW})
    of_report = {report.id: report for report in reports}
    for start in range(0, len(passages), BATCH):
        batch = passages[start : start + BATCH]
        collection.add(
            ids=[passage.id for passage in batch],
            embeddings=vectors[start : start + BATCH],
            documents=[passage.text for passage in batch],
            metadatas=[_metadata(passage, of_report[passage.report]) for passage in batch],
        )
    client.close()


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
