"""The last step: passages into a new build of the index (Chroma, BM25, question bank, vectors), then one switch."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest import lexicon
from ingest.analysis import stems, words
from ingest.bank import BankQuestion, answer_sentence, attach, load_bank
from ingest.catalogue import load_catalogue
from ingest.chroma import write_chroma
from ingest.embedder import MODEL_FILES, StaticEmbedder, Vectors, check_model, open_embedder
from ingest.errors import IndexFault, VraagbaakError
from ingest.layout import LAYOUTS
from ingest.lexical import ANALYSERS, write_lexical
from ingest.passages import read_passages
from ingest.records import Heading, Passage, Report, path_text
from ingest.settings import STATIC
from ingest.store import (
    VERSION,
    Contents,
    IndexFolder,
    need_current,
    read_contents,
    read_json,
    read_manifest,
    write_contents,
    write_json,
)
from ingest.twins import twins
from ingest.unknowns import load_unknowns

Progress = Callable[[str, int, int], None]
MODEL = "model"
REFUSALS = "refusals"
REFUSAL_FILES = ("terms.txt", "weights.npy", "refusals.json")
Embed = Callable[[list[str]], Vectors]


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
        lexicon.load_lexicon(corpus / lexicon.FILE, [report.id for report in reports])
        check_model(corpus / MODEL)
        wanted = fingerprint(corpus, reports, bank, embedder)
        if _serves(folder, wanted):
            return False
        contents = _read_all(corpus, reports, progress)
        new = folder.build_path(f"new-{wanted}")
        shutil.rmtree(new, ignore_errors=True)
        try:
            _write_build(new, corpus, wanted, contents, bank, embedder, _stored_vectors(folder, embedder), progress)
            folder.switch(new)
        except OSError as error:
            raise IndexFault(
                f"{root}: cannot be written ({error.strerror or error}); the old index still serves"
            ) from error
    return True


def fingerprint(corpus: Path, reports: Sequence[Report], bank: Sequence[BankQuestion], embedder: str) -> str:
    """Return a name for the index that these reports, questions, lexicon, model, layouts and this program make."""
    digest = hashlib.sha256("\0".join([str(VERSION), embedder, repr(bank), repr(load_unknowns(corpus))]).encode())
    files = [corpus / name for name in _beside(corpus)]
    for path in [LAYOUTS, *files, *sorted(Path(__file__).parent.glob("*.py"))]:
        digest.update(path.read_bytes())
    for report in reports:
        digest.update(json.dumps(report.__dict__, sort_keys=True).encode())
    return digest.hexdigest()[:16]


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
    corpus: Path,
    made_from: str,
    contents: Contents,
    bank: Sequence[BankQuestion],
    embedder: str,
    stored: dict[str, Vectors],
    progress: Progress,
) -> None:
    folder.mkdir(parents=True)
    write_contents(folder, contents)
    _copy_beside(corpus, folder)
    texts = [searched_text(passage) for passage in contents.passages]
    attached, orphans = attach(bank, contents.passages)
    rows = [(place, q, p) for place, p in enumerate(contents.passages) for q in attached.get(p.id, ())]
    owners = [place for place, _, _ in rows]
    asked = [question.question for _, question, _ in rows]
    answers = [-1 if (found := answer_sentence(q, p)) is None else found for _, q, p in rows]
    write_json(folder / "bank.json", {"owners": owners, "answers": answers, "questions": asked})
    sentences = [passage.quote(sentence) for passage in contents.passages for sentence in passage.sentences]
    progress("woorden indexeren", 0, len(texts))
    searched = with_questions(texts, owners, asked)
    begins = np.cumsum([0, *(len(passage.sentences) for passage in contents.passages)])
    own = [(int(begins[o]) + a, q) for o, a, q in zip(owners, answers, asked, strict=True) if a >= 0]
    searched_sentences = with_questions(sentences, [place for place, _ in own], [question for _, question in own])
    for name, analyse in ANALYSERS.items():
        write_lexical(folder / "lexical" / name, searched, analyse)
        write_lexical(folder / "lexical" / f"sentence-{name}", searched_sentences, analyse)
    write_json(folder / "vocabulary.json", vocabulary(texts))
    write_json(folder / "twins.json", {"pairs": twins([passage.text for passage in contents.passages])})
    progress("woorden indexeren", len(texts), len(texts))
    model = open_embedder(embedder, folder / MODEL)
    vectors = _embedded(model.embed_passages, texts, stored, "passages", progress)
    questions = _embedded(model.embed_queries, asked, stored, "questions", progress)
    told = _embedded(model.embed_passages, sentences, stored, "sentences", progress)
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "questions.npy", questions.reshape(-1, vectors.shape[1]))
    np.save(folder / "sentences.npy", told.reshape(-1, vectors.shape[1]))
    _write_unknowns(corpus, folder, asked, embedder)
    progress("opslaan", 0, len(texts))
    write_chroma(folder / "chroma", contents.passages, contents.reports, vectors)
    progress("opslaan", len(texts), len(texts))
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


def with_questions(texts: Sequence[str], owners: Sequence[int], questions: Iterable[str]) -> list[str]:
    """Return the texts, each with the questions that were written for it below: what the lexical pieces search."""
    lines = [[text] for text in texts]
    for owner, question in zip(owners, questions, strict=True):
        lines[owner].append(question)
    return ["\n".join(parts) for parts in lines]


def _copy_beside(corpus: Path, folder: Path) -> None:
    """Copy what of the corpus answers questions later, so that a build serves by itself as it was made."""
    for name in _beside(corpus):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(corpus / name, folder / name)


def _beside(corpus: Path) -> list[str]:
    names = [lexicon.FILE, *(f"{MODEL}/{name}" for name in MODEL_FILES), *(f"{REFUSALS}/{n}" for n in REFUSAL_FILES)]
    return [name for name in names if (corpus / name).exists()]


def _write_unknowns(corpus: Path, folder: Path, asked: list[str], embedder: str) -> None:
    """Write what refusing needs in the static model's vectors, whichever embedder retrieval uses."""
    model = StaticEmbedder.load(folder / MODEL)
    unknowns = load_unknowns(corpus)
    (folder / REFUSALS).mkdir(exist_ok=True)
    write_json(folder / REFUSALS / "missing.json", [unknown.missing for unknown in unknowns])
    np.save(folder / REFUSALS / "unknowns.npy", model.embed_queries([unknown.question for unknown in unknowns]))
    if embedder != STATIC:
        np.save(folder / REFUSALS / "questions.npy", model.embed_queries(asked))


def vocabulary(texts: Sequence[str]) -> dict[str, Any]:
    """Return the texts' words, and for each stem in how many texts it stands."""
    frequency = Counter(stem for text in texts for stem in set(stems(text)))
    return {"words": sorted({word for text in texts for word in words(text)}), "stems": dict(sorted(frequency.items()))}


def _embedded(embed: Embed, texts: list[str], stored: dict[str, Vectors], what: str, progress: Progress) -> Vectors:
    """Return the texts' vectors; those that the serving index holds already are taken from it."""
    new = [text for text in dict.fromkeys(texts) if _digest(what, text) not in stored]
    vectors = dict(stored)
    for start in range(0, len(new), 64):
        progress(f"betekenis indexeren ({what})", start, len(new))
        batch = new[start : start + 64]
        vectors |= {_digest(what, text): vector for text, vector in zip(batch, embed(batch), strict=True)}
    progress(f"betekenis indexeren ({what})", len(new), len(new))
    return np.array([vectors[_digest(what, text)] for text in texts], dtype=np.float32)


def orphans(root: Path) -> list[str]:
    """Return the bank's questions whose passage is gone, as the serving build found them."""
    folder = IndexFolder(root)
    return list(read_manifest(folder.build_path(need_current(folder)))["orphans"])


def _stored_vectors(folder: IndexFolder, embedder: str) -> dict[str, Vectors]:
    """Return the serving index's vectors by their text, so that what is unchanged is not embedded again.

    The static model embeds everything in a second and may have been trained anew, so nothing is taken over then.
    """
    try:
        name = folder.current()
        if name is None or embedder == STATIC or read_manifest(folder.build_path(name))["embedder"] != embedder:
            return {}
        build = folder.build_path(name)
        passages = [searched_text(passage) for passage in read_contents(build).passages]
        found = dict(zip((_digest("passages", t) for t in passages), np.load(build / "vectors.npy"), strict=True))
        asked = read_json(build / "bank.json")["questions"]
        return found | dict(
            zip((_digest("questions", t) for t in asked), np.load(build / "questions.npy"), strict=True)
        )
    except (VraagbaakError, OSError, ValueError, KeyError):
        return {}


def _digest(what: str, text: str) -> str:
    return hashlib.sha256(f"{what}\0{text}".encode()).hexdigest()
