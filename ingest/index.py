"""The last step: passages into a new build of the index (Chroma, BM25 indexes, the embedder), then one switch."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.analysis import ngrams, stems, words
from ingest.bank import BankQuestion, attach, load_bank
from ingest.catalogue import load_catalogue
from ingest.embedder import LATENT, Embedder, LatentEmbedder, SentenceTransformerEmbedder, Vectors
from ingest.errors import IndexFault, VraagbaakError
from ingest.layout import LAYOUTS
from ingest.passages import read_passages
from ingest.records import Heading, Passage, Report, path_text
from ingest.store import (
    COLLECTION,
    VERSION,
    Contents,
    IndexFolder,
    need_current,
    read_contents,
    read_manifest,
    write_contents,
    write_json,
)

Progress = Callable[[str, int, int], None]
BATCH = 5000  # Chroma takes at most 5,461 rows in one call
# Wide enough that the search is exact on some hundreds of passages: Chroma lays its graph anew in each process, with
# several threads, and with its own settings 6% of the rankings differed from one process to the next.
HNSW = {"space": "cosine", "ef_construction": 512, "ef_search": 512, "max_neighbors": 64}
# The lexical pieces: how each analyses, and whether it searches passages (with their questions) or questions alone.
ANALYSERS = {"stems": stems, "ngrams": ngrams, "bank-stems": stems, "bank-ngrams": ngrams}


def build_index(corpus: Path, root: Path, embedder: str, progress: Progress = lambda *_: None) -> bool:
    """Bring the index in ``root`` up to date with the corpus; return False where nothing had changed.

    :param progress: is told (step, done, all) as the work goes on.
    :raises CorpusError: the corpus cannot be read.
    :raises IndexFault: the index folder cannot be written.
    """
    reports = load_catalogue(corpus)
    folder = IndexFolder(root)
    with folder.writing():
        bank = load_bank(corpus)
        wanted = fingerprint(reports, bank, embedder)
        if _serves(folder, wanted):
            return False
        contents = _read_all(corpus, reports, progress)
        new = folder.build_path(f"new-{wanted}")
        shutil.rmtree(new, ignore_errors=True)
        try:
            _write_build(new, wanted, contents, bank, embedder, _stored_vectors(folder, embedder), progress)
            folder.switch(new)
        except OSError as error:
            raise IndexFault(
                f"{root}: cannot be written ({error.strerror or error}); the old index still serves"
            ) from error
    return True


def fingerprint(reports: Sequence[Report], bank: Sequence[BankQuestion], embedder: str) -> str:
    """Return a name for the index that these reports, questions, layouts, this program's form and embedder make."""
    parts = [str(VERSION), embedder, LAYOUTS.read_text(encoding="utf-8"), repr(bank)]
    parts += [json.dumps(report.__dict__, sort_keys=True) for report in reports]
    for module in sorted(Path(__file__).parent.glob("*.py")):
        parts.append(module.read_text(encoding="utf-8"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def searched_text(passage: Passage) -> str:
    """Return what of a passage is searched: its section path and its words."""
    return f"{path_text(passage.section)}\n{passage.text}"


def _serves(folder: IndexFolder, wanted: str) -> bool:
    """Tell whether the serving build was made from the same things and is undamaged."""
    try:
        build = folder.build_path(need_current(folder))
        manifest = read_manifest(build)
        return manifest.get("fingerprint") == wanted and manifest.get("files") == _files(build)
    except (IndexFault, OSError):
        return False  # damaged or of another version: built again


def _files(build: Path) -> dict[str, str]:
    """Return what tells a damaged file: each file's sha256; of Chroma's, which change when read, the size."""
    found = {}
    for path in sorted(path for path in build.rglob("*") if path.is_file() and path.name != "manifest.json"):
        name = path.relative_to(build).as_posix()
        if not name.startswith("chroma/"):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.name == "chroma.sqlite3":
            found[name] = str(path.stat().st_size)
    return found


def _read_all(corpus: Path, reports: Sequence[Report], progress: Progress) -> Contents:
    headings: dict[str, tuple[Heading, ...]] = {}
    passages: list[Passage] = []
    for done, report in enumerate(reports):
        progress("rapporten lezen", done, len(reports))
        headings[report.id], found = read_passages(corpus, report)
        passages += found
    progress("rapporten lezen", len(reports), len(reports))
    return Contents(tuple(reports), headings, tuple(passages))


def _write_build(
    folder: Path,
    made_from: str,
    contents: Contents,
    bank: Sequence[BankQuestion],
    embedder: str,
    stored: dict[str, Vectors],
    progress: Progress,
) -> None:
    folder.mkdir(parents=True)
    write_contents(folder, contents)
    texts = [searched_text(passage) for passage in contents.passages]
    questions, orphans = attach(bank, contents.passages)
    with_questions = [
        "\n".join([text, *questions.get(passage.id, ())])
        for text, passage in zip(texts, contents.passages, strict=True)
    ]
    owners = [place for place, p in enumerate(contents.passages) for _ in questions.get(p.id, ())]
    asked = [question for passage in contents.passages for question in questions.get(passage.id, ())]
    write_json(folder / "bank.json", {"owners": owners})
    progress("woorden indexeren", 0, len(texts))
    _write_lexical(folder / "lexical", with_questions, asked)
    write_json(folder / "vocabulary.json", vocabulary(texts))
    progress("woorden indexeren", len(texts), len(texts))
    embedded = with_questions if embedder == LATENT else texts
    vectors = _embed(folder, embedded, embedder, stored, progress)
    _write_chroma(folder / "chroma", contents, vectors, progress)
    write_json(
        folder / "manifest.json",
        {
            "version": VERSION,
            "fingerprint": made_from,
            "embedder": embedder,
            "dimension": int(vectors.shape[1]),
            "passages": len(texts),
            "questions": len(asked),
            "orphans": [question.question for question in orphans],
            "reports": {report.id: report.sha256 for report in contents.reports},
            "files": _files(folder),
        },
    )


def _write_lexical(folder: Path, passages: Sequence[str], questions: Sequence[str]) -> None:
    import bm25s

    for name, analyse in ANALYSERS.items():
        texts = questions if name.startswith("bank-") else passages
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        index.index([analyse(text) or [""] for text in texts or [""]], show_progress=False)
        index.save(str(folder / name), show_progress=False)


def vocabulary(texts: Sequence[str]) -> dict[str, Any]:
    """Return the texts' words, and for each stem in how many texts it stands."""
    frequency = Counter(stem for text in texts for stem in set(stems(text)))
    return {"words": sorted({word for text in texts for word in words(text)}), "stems": dict(sorted(frequency.items()))}


def _embed(folder: Path, texts: list[str], name: str, stored: dict[str, Vectors], progress: Progress) -> Vectors:
    embedder: Embedder
    if name == LATENT:
        embedder = LatentEmbedder.fit(texts)
        embedder.save(folder / "embedder")
        stored = {}  # fitted anew on all reports, so no earlier vector holds
    else:
        embedder = SentenceTransformerEmbedder(name)
    new = [text for text in texts if _digest(text) not in stored]
    vectors = dict(stored)
    for start in range(0, len(new), 64):
        progress("betekenis indexeren", start, len(new))
        batch = new[start : start + 64]
        vectors |= {_digest(text): vector for text, vector in zip(batch, embedder.embed_passages(batch), strict=True)}
    progress("betekenis indexeren", len(new), len(new))
    result: Vectors = np.stack([vectors[_digest(text)] for text in texts])
    np.save(folder / "vectors.npy", result)
    return result


def orphans(root: Path) -> list[str]:
    """Return the bank's questions whose passage is gone, as the serving build found them."""
    folder = IndexFolder(root)
    return list(read_manifest(folder.build_path(need_current(folder)))["orphans"])


def _stored_vectors(folder: IndexFolder, embedder: str) -> dict[str, Vectors]:
    """Return the serving index's vectors by their text, so that unchanged passages are not embedded again."""
    try:
        name = folder.current()
        if name is None or embedder == LATENT or read_manifest(folder.build_path(name))["embedder"] != embedder:
            return {}
        build = folder.build_path(name)
        texts = [searched_text(passage) for passage in read_contents(build).passages]
        return {_digest(text): vector for text, vector in zip(texts, np.load(build / "vectors.npy"), strict=True)}
    except (VraagbaakError, OSError, ValueError):
        return {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write_chroma(folder: Path, contents: Contents, vectors: Vectors, progress: Progress) -> None:
    client = open_chroma(folder)
    collection = client.create_collection(COLLECTION, embedding_function=None, configuration={"hnsw": HNSW})
    places = {report.id: report for report in contents.reports}
    for start in range(0, len(contents.passages), BATCH):
        progress("opslaan", start, len(contents.passages))
        batch = contents.passages[start : start + BATCH]
        collection.add(
            ids=[passage.id for passage in batch],
            embeddings=vectors[start : start + BATCH],
            documents=[passage.text for passage in batch],
            metadatas=[_metadata(passage, places[passage.report]) for passage in batch],
        )
    progress("opslaan", len(contents.passages), len(contents.passages))
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


def open_chroma(folder: Path) -> Any:
    """Return a client on a build's Chroma folder, silent towards the outside."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
