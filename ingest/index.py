"""The last step: passages into a new build of the index (Chroma, BM25, question bank, vectors), then one switch."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from ingest import lexicon
from ingest.bank import BankQuestion, answer_sentence, attach, load_bank
from ingest.catalogue import load_catalogue
from ingest.chroma import chroma_is_sound, write_chroma
from ingest.embedder import MODEL_FILES, StaticEmbedder, check_model, open_embedder
from ingest.errors import IndexFault, VraagbaakError
from ingest.layout import LAYOUTS
from ingest.lexical import ANALYSERS, write_lexicals
from ingest.lines import read_array
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
from ingest.vectors import HALF_FROM, NONE_STORED, Stored, stored, write_vectors
from ingest.vocabulary import rare_names, vocabulary

Progress = Callable[[str, int, int], None]
MODEL = "model"
REFUSALS = "refusals"
REFUSAL_FILES = ("terms.txt", "weights.npy", "refusals.json")
WORDS, MEANING, STORING = "woorden indexeren", "betekenis indexeren", "opslaan"  # the steps that a reader is told
TOLD_EACH = 500  # passages, or as many sentences
Parts = Iterable[tuple[Report, Sequence[Heading], Sequence[Passage]]]
T = TypeVar("T")


def build_index(corpus: Path, root: Path, embedder: str, progress: Progress = lambda *_: None) -> bool:
    """Bring the index in ``root`` up to date with the corpus; return False where nothing had changed.

    :param progress: is told (step, done, all) as the work goes on.
    :raises CorpusError: the corpus cannot be read.
    :raises IndexFault: the index folder cannot be written.
    """
    load_catalogue(corpus)  # what is wrong with it is told before anything is waited for
    folder = IndexFolder(root)
    with folder.writing():
        reports = load_catalogue(corpus)  # as it is now: a report may have come while another ingest ran
        bank = load_bank(corpus)
        lexicon.load_lexicon(corpus / lexicon.FILE, [report.id for report in reports])
        check_model(corpus / MODEL)
        wanted = fingerprint(corpus, reports, bank, embedder)
        if _serves(folder, wanted):
            return False
        new = folder.build_path(f"new-{wanted}")
        shutil.rmtree(new, ignore_errors=True)
        try:
            parts = _read(corpus, reports, progress)
            write_build(new, corpus, wanted, parts, bank, embedder, _stored_vectors(folder, embedder), progress)
            folder.switch(new)
        except OSError as error:
            raise IndexFault(
                f"{root}: cannot be written ({error.strerror or error}); the old index still serves"
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)  # what a fault left; a finished build has its own name by now
    return True


def fingerprint(corpus: Path, reports: Sequence[Report], bank: Sequence[BankQuestion], embedder: str) -> str:
    """Return a name for the index that these reports, questions, lexicon, model, layouts and this program make."""
    digest = hashlib.sha256("\0".join([str(VERSION), embedder, repr(bank), repr(load_unknowns(corpus))]).encode())
    files = [corpus / name for name in _beside(corpus)]
    program = Path(__file__).parent
    for path in [LAYOUTS, *files, *sorted([*program.glob("*.py"), *program.glob("added/*.py")])]:
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
        same = manifest.get("fingerprint") == wanted and manifest.get("files") == written_files(build)
        return same and chroma_is_sound(build / "chroma")
    except (IndexFault, OSError):
        return False  # damaged or of another version: built again


def written_files(build: Path) -> dict[str, str]:
    """Return what tells a damaged file: each file's sha256; of Chroma's, which change when read, the size."""
    found = {}
    for path in sorted(path for path in build.rglob("*") if path.is_file() and path.name != "manifest.json"):
        name = path.relative_to(build).as_posix()
        if not name.startswith("chroma/"):
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
        elif path.name == "chroma.sqlite3":
            found[name] = str(path.stat().st_size)
    return found


def _read(corpus: Path, reports: Sequence[Report], progress: Progress) -> Parts:
    for done, report in enumerate(reports):
        progress("rapporten lezen", done, len(reports))
        yield report, *read_passages(corpus, report)
    progress("rapporten lezen", len(reports), len(reports))


def write_build(
    folder: Path,
    corpus: Path,
    made_from: str,
    parts: Parts,
    bank: Sequence[BankQuestion],
    embedder: str,
    old: dict[str, Stored],
    progress: Progress,
) -> None:
    """Write a whole build; what of the reports is not needed at once is read back from it, so memory stays bounded.

    :param parts: the reports, each with its headings and passages.
    :param old: vectors by ``passages``, ``questions`` and ``sentences`` that are taken over.
    """
    folder.mkdir(parents=True)
    contents = write_contents(folder, parts)
    _copy_beside(corpus, folder)
    written = _attached(bank, contents)
    answers = {"owners": written.owners, "answers": written.answers, "questions": written.questions}
    write_json(folder / "bank.json", answers)
    _write_words(folder, contents, written, progress)
    dimension = _write_meaning(folder, contents, written, embedder, old, progress)
    _write_unknowns(corpus, folder, written.questions, embedder)
    progress(STORING, 0, len(contents.passages))
    write_chroma(folder / "chroma", contents.passages, contents.reports, read_array(folder / "vectors.npy"))
    progress(STORING, len(contents.passages), len(contents.passages))
    write_json(
        folder / "manifest.json",
        {
            "version": VERSION,
            "fingerprint": made_from,
            "embedder": embedder,
            "dimension": dimension,
            "passages": len(contents.passages),
            "questions": len(written.questions),
            "orphans": written.orphans,
            "reports": {report.id: report.sha256 for report in contents.reports},
            "files": written_files(folder),
        },
    )


@dataclass(frozen=True)
class _Written:
    """The written questions in the order of their passages: each one's passage, and its sentence in it or -1."""

    owners: list[int]
    answers: list[int]
    questions: list[str]
    orphans: list[str]


def _attached(bank: Sequence[BankQuestion], contents: Contents) -> _Written:
    asked_of = {question.report for question in bank}
    numbers = [number for number, report in enumerate(contents.reports) if report.id in asked_of]
    places = np.flatnonzero(np.isin(contents.columns["report"], numbers)).tolist()
    passages = [contents.passages[place] for place in places]
    attached, orphans = attach(bank, passages)
    rows = [(place, q, p) for place, p in zip(places, passages, strict=True) for q in attached.get(p.id, ())]
    return _Written(
        [place for place, _, _ in rows],
        [-1 if (found := answer_sentence(q, p)) is None else found for _, q, p in rows],
        [question.question for _, question, _ in rows],
        [question.question for question in orphans],
    )


def _write_words(folder: Path, contents: Contents, written: _Written, progress: Progress) -> None:
    passages, many = contents.passages, len(contents.passages)
    steps = [(number * many, 5 * many) for number in range(5)]
    texts = with_questions(
        _told(map(searched_text, passages), WORDS, steps[0], progress), written.owners, written.questions
    )
    write_lexicals({folder / "lexical" / name: analyse for name, analyse in ANALYSERS.items()}, texts)
    begins = np.concatenate([[0], np.cumsum(contents.columns["sentences"])])
    named = zip(written.owners, written.answers, written.questions, strict=True)
    own = [(int(begins[owner]) + answer, question) for owner, answer, question in named if answer >= 0]
    sentences = with_questions(
        _sentences(_told(passages, WORDS, steps[1], progress)), [place for place, _ in own], [q for _, q in own]
    )
    write_lexicals({folder / "lexical" / f"sentence-{name}": analyse for name, analyse in ANALYSERS.items()}, sentences)
    told = _told(map(searched_text, passages), WORDS, steps[2], progress)
    write_json(folder / "vocabulary.json", vocabulary(told, written.questions))
    write_json(folder / "names.json", {"names": rare_names(_told(passages, WORDS, steps[3], progress))})
    alike = twins(passage.text for passage in _told(passages, WORDS, steps[4], progress))
    write_json(folder / "twins.json", {"pairs": alike})


def _write_meaning(
    folder: Path, contents: Contents, written: _Written, embedder: str, old: dict[str, Stored], progress: Progress
) -> int:
    """Write the vectors of passages, questions and sentences; return their dimension."""
    model = open_embedder(embedder, folder / MODEL)
    passages, sentences = contents.passages, int(contents.columns["sentences"].sum())

    def write(name: str, what: str, texts: Iterable[str], many: int, half: bool = False) -> int:
        embed = model.embed_queries if what == "questions" else model.embed_passages
        step = f"{MEANING} ({what})"

        def told(done: int) -> None:
            progress(step, done, many)

        told(0)
        return write_vectors(folder / name, texts, many, embed, told, old.get(what, NONE_STORED), half)

    dimension = write("vectors.npy", "passages", map(searched_text, passages), len(passages))
    write("questions.npy", "questions", written.questions, len(written.questions))
    write("sentences.npy", "sentences", _sentences(passages), sentences, half=sentences >= HALF_FROM)
    return dimension


def _told(items: Iterable[T], step: str, share: tuple[int, int], progress: Progress) -> Iterator[T]:
    """Yield the items and tell of each so many; ``share`` is (done before, all)."""
    for done, item in enumerate(items):
        if done % TOLD_EACH == 0:
            progress(step, share[0] + done, share[1])
        yield item


def _sentences(passages: Iterable[Passage]) -> Iterator[str]:
    return (passage.quote(sentence) for passage in passages for sentence in passage.sentences)


def with_questions(texts: Iterable[str], owners: Iterable[int], questions: Iterable[str]) -> Iterator[str]:
    """Yield the texts, each with the questions that were written for it below: what the lexical pieces search."""
    of_text: dict[int, list[str]] = {}
    for owner, question in zip(owners, questions, strict=True):
        of_text.setdefault(int(owner), []).append(question)
    for place, text in enumerate(texts):
        yield "\n".join([text, *of_text.get(place, ())])


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


def orphans(root: Path) -> list[str]:
    """Return the bank's questions whose passage is gone, as the serving build found them."""
    folder = IndexFolder(root)
    return list(read_manifest(folder.build_path(need_current(folder)))["orphans"])


def _stored_vectors(folder: IndexFolder, embedder: str) -> dict[str, Stored]:
    """Return the serving index's vectors, so that what is unchanged is not embedded again.

    The static model embeds everything faster than that and may have been trained anew, so nothing is taken over then.
    """
    try:
        name = folder.current()
        if name is None or embedder == STATIC or read_manifest(folder.build_path(name))["embedder"] != embedder:
            return {}
        build = folder.build_path(name)
        passages = read_contents(build).passages
        return {
            "passages": stored(read_array(build / "vectors.npy"), map(searched_text, passages)),
            "questions": stored(read_array(build / "questions.npy"), read_json(build / "bank.json")["questions"]),
            "sentences": stored(read_array(build / "sentences.npy"), _sentences(passages)),
        }
    except (VraagbaakError, OSError, ValueError, KeyError):
        return {}
