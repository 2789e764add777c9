"""An open build of the index: its passages, and the scores that each piece of retrieval gives them."""

import weakref
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.dense import DEPTH, Dense, Line
from assistant.records import Filters
from assistant.unknowns import Unknowns
from ingest import lexicon
from ingest.analysis import words
from ingest.embedder import StaticEmbedder, Vectors, open_embedder
from ingest.errors import IndexDamaged, UsageError
from ingest.index import MODEL, REFUSAL_FILES, REFUSALS
from ingest.lexical import ANALYSERS, Lexical, Scores
from ingest.lines import read_array
from ingest.records import KINDS, Heading, Passage
from ingest.store import IndexFolder, need_current, read_contents, read_json, read_manifest

Mask = NDArray[np.bool_]
# Of so many sentences that nobody wrote questions for, only those of the passages nearest to a question are compared.
MANY_SENTENCES = 20_000
# Up to so many passages Chroma's nearest are all passages, whatever a filter leaves of them.
WHOLE = DEPTH


class Index:
    """An open build. Nothing in it holds it, so its files are closed as soon as nobody asks it any more.

    :param line: the server that has the passages of a build that was fetched from it.
    :raises IndexMissing, IndexOutdated, IndexDamaged: there is no build that can be opened.
    """

    def __init__(self, root: Path, line: Line | None = None) -> None:
        folder = IndexFolder(root)
        self._stamp = _stamp(folder)
        self.name = need_current(folder)
        self.path = folder.build_path(self.name)
        self.manifest = read_manifest(self.path)
        contents = read_contents(self.path)
        self.reports = {report.id: report for report in contents.reports}
        self._headings = contents.headings
        self.passages = contents.passages
        self.place = {name: number for number, name in enumerate(contents.ids)}
        self._report_number = {report.id: number for number, report in enumerate(contents.reports)}
        self._report_of = contents.columns["report"].copy()
        self._kind_of = contents.columns["kind"].copy()
        written = lexicon.load_lexicon(self.path / lexicon.FILE, self.reports)
        self.lexicon = lexicon.with_reports(written, contents.reports)
        self.lexical = {name: Lexical(self.path / "lexical" / name, analyse) for name, analyse in ANALYSERS.items()}
        self.sentence_lexical = {
            name: Lexical(self.path / "lexical" / f"sentence-{name}", analyse) for name, analyse in ANALYSERS.items()
        }
        self.common = self.lexical["stems"].vocabulary.keys()
        self.gains = self.lexicon.gains(self.lexical["stems"].vocabulary)
        bank = read_json(self.path / "bank.json")
        self.owners = np.asarray(bank["owners"], dtype=np.int64)
        self.questions: list[str] = bank["questions"]
        # Where a passage's sentences begin among all sentences, and the sentence that each written question is about.
        self.sentence_begins = np.concatenate([[0], np.cumsum(contents.columns["sentences"], dtype=np.int64)])
        answers = np.asarray(bank["answers"], dtype=np.int64)
        self._answered = np.where(answers < 0, -1, self.sentence_begins[self.owners] + answers)
        # Passages that questions were written for; of the others retrieval asks less likeness (see fusion.py).
        self.administrative = self._kind_of == KINDS.index("administratief")
        self.written = self.administrative.copy()
        self.written[self.owners] = True
        self._unwritten = np.flatnonzero(~self.written)
        self._passage_vectors = self._vectors("vectors.npy", len(self.passages))
        self._question_vectors = self._vectors("questions.npy", len(self.owners))
        # Three parts of an answer ask for the same product of all questions with one vector.
        self._bank_likeness = lru_cache(8)(partial(_products, self._question_vectors))
        self._sentence_vectors = self._vectors("sentences.npy", int(self.sentence_begins[-1]))
        self.embedder = open_embedder(self.manifest["embedder"], self.path / MODEL)
        self._dense = Dense(self.path, self.place, self._passage_vectors, line)
        # Asked for twice where many passages have no written question.
        self._nearest = lru_cache(8)(partial(Index._near, weakref.proxy(self)))
        vocabulary = read_json(self.path / "vocabulary.json")
        self.known_words = frozenset(vocabulary["words"])
        self.often_asked = frozenset(vocabulary["asked"])  # words with which people ask of anything
        self.words_of = lru_cache(64)(partial(Index._words_of, weakref.proxy(self)))
        self.unknowns = self._open_unknowns()
        self.stem_frequency: dict[str, int] = vocabulary["stems"]
        # Passages that nearly repeat each other, a pair of places in each row.
        self.twins = np.array(read_json(self.path / "twins.json")["pairs"], dtype=np.int64).reshape(-1, 2)

    def serves(self, folder: IndexFolder) -> bool:
        """Tell whether the folder's pointer leads here and is still the file by which this build was found.

        A folder that was deleted and filled anew gives its first build the name that a build had before.

        :raises IndexDamaged: the pointer is unreadable or leads to no build.
        """
        return folder.current() == self.name and _stamp(folder) == self._stamp

    @cached_property
    def rare_names(self) -> dict[str, list[int]]:
        """Return the names by which administrative passages are asked for, with their places."""
        names: dict[str, list[int]] = read_json(self.path / "names.json")["names"]
        return names

    def headings(self, report: str) -> tuple[Heading, ...]:
        """Return a report's headings."""
        return self._headings[self._report_number[report]]

    def passages_of(self, report: str) -> list[Passage]:
        """Return a report's passages in reading order."""
        return [self.passages[int(place)] for place in np.flatnonzero(self.of_reports((report,)))]

    def _words_of(self, report: str) -> frozenset[str]:
        """Return a report's words, folded, its headings and its title among them."""
        about = self.reports[report]
        headings = (heading.title for heading in self.headings(report))
        texts = (about.title, about.publisher, about.place, *headings, *(p.text for p in self.passages_of(report)))
        return frozenset(word for text in texts for word in words(text))

    def of_reports(self, names: Iterable[str]) -> Mask:
        """Return which passages are of these reports."""
        return _among(self._report_of, [self._report_number[name] for name in names], len(self.reports))

    def _vectors(self, name: str, many: int) -> Vectors:
        vectors: Vectors = read_array(self.path / name)
        if len(vectors) != many:
            raise IndexDamaged(f"{self.path}: {name} holds {len(vectors)} vectors, not {many}; run vraagbaak ingest")
        return vectors

    def _open_unknowns(self) -> Unknowns | None:
        """Return what tells questions without an answer; None where the corpus has no such classifier."""
        if not (self.path / REFUSALS / REFUSAL_FILES[0]).exists():
            return None
        if isinstance(self.embedder, StaticEmbedder):
            return Unknowns(self.path, self.embedder, partial(_kept, self._bank_likeness), self.known_words)
        vectors = self._vectors(f"{REFUSALS}/questions.npy", len(self.owners))
        return Unknowns(
            self.path, StaticEmbedder.load(self.path / MODEL), partial(np.matmul, vectors), self.known_words
        )

    def scores(self, piece: str, question: str, filters: Filters) -> Scores:
        """Return what a piece of retrieval says of each passage; 0 or less is nothing.

        ``passages`` are cosine similarities with the passages (-1 to 1), ``questions`` with the nearest written
        question of each, ``stems`` and ``ngrams`` BM25 scores (0 or more).
        """
        if piece == "passages":
            return self._nearest(question, filters)
        return self.question_scores(question, filters) if piece == "questions" else self.lexical[piece].scores(question)

    def _near(self, question: str, filters: Filters) -> Scores:
        """Return the cosine similarity of the nearest passages that the filters let through; 0 for others.

        Chroma finds the nearest of all; with a condition it takes a quarter of a second at 100,000 passages (measured),
        so there what the filters leave is compared here.
        """
        vector = self.vector(question)
        if len(self.passages) <= WHOLE or not (filters.reports or filters.kinds):
            return self._dense.scores(vector)
        scores = np.zeros(len(self.passages))
        places = np.flatnonzero(self.allowed(filters))
        likeness = _dot(self._passage_vectors, places, vector)
        if len(places) > DEPTH:
            best = np.argpartition(-likeness, DEPTH)[:DEPTH]
            places, likeness = places[best], likeness[best]
        scores[places] = likeness
        return scores

    def question_scores(self, question: str, filters: Filters | None = None) -> Scores:
        """Return for each passage the cosine similarity of its nearest written question.

        A passage that nobody wrote questions for is as near as its nearest sentence. Of very many such passages only
        the nearest are looked at.
        """
        vector = self.vector(question)
        scores = np.zeros(len(self.passages))
        _raise_to_nearest(scores, self.owners, self.question_likeness(vector))
        unwritten = self._unwritten
        sizes = np.diff(self.sentence_begins)
        if sizes[unwritten].sum() > MANY_SENTENCES:
            near = np.flatnonzero(self._nearest(question, filters or Filters()) > 0)
            unwritten = near[~self.written[near]]
        owners = np.repeat(unwritten, sizes[unwritten])
        places = _ranges(self.sentence_begins[unwritten], sizes[unwritten])
        _raise_to_nearest(scores, owners, self.sentence_likeness(places, vector))
        return scores

    @cached_property
    def questions_of_sentence(self) -> dict[int, NDArray[np.int64]]:
        """Return the places of the questions that each sentence answers, by the sentence's place."""
        order = np.argsort(self._answered, kind="stable")
        found, begins = np.unique(self._answered[order], return_index=True)
        parts = np.split(order, begins[1:])
        return {int(place): part for place, part in zip(found, parts, strict=True) if place >= 0}

    def question_likeness(self, vector: Vectors) -> Vectors:
        """Return the cosine similarity of each written question; not to be changed."""
        return _kept(self._bank_likeness, vector)

    def sentence_likeness(self, places: NDArray[np.int64], vector: Vectors) -> Vectors:
        """Return the cosine similarity of the sentences at these places among all sentences."""
        return _dot(self._sentence_vectors, places, vector)

    def vector(self, question: str) -> Vectors:
        """Return the question's vector, of length 1 or 0."""
        vector: Vectors = self.embedder.embed_queries([question])[0]
        return vector

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Return which passages the filters let through.

        :raises UsageError: a report id or kind is unknown; the message names the known ones.
        """
        for name in filters.reports:
            if name not in self.reports:
                raise UsageError(f"unknown report {name!r}; known are {', '.join(self.reports)}")
        for kind in filters.kinds:
            if kind not in KINDS:
                raise UsageError(f"unknown kind {kind!r}; known are {', '.join(KINDS)}")
        allowed = np.ones(len(self.passages), dtype=bool)
        if filters.reports:
            allowed &= self.of_reports(filters.reports)
        if filters.kinds:
            allowed &= _among(self._kind_of, [KINDS.index(kind) for kind in filters.kinds], len(KINDS))
        return allowed


def _among(column: NDArray[Any], wanted: list[int], known: int) -> Mask:
    table = np.zeros(known, dtype=bool)
    table[wanted] = True
    among: Mask = table[column]
    return among


def _dot(vectors: Vectors, places: NDArray[np.int64], vector: Vectors) -> Vectors:
    """Return the inner products of the vectors at these places; stretches that stand together are not copied."""
    together = len(places) > 0 and bool((np.diff(places) == 1).all())
    rows = vectors[places[0] : places[-1] + 1] if together else vectors[places]
    return rows.astype(np.float32, copy=False) @ vector


def _products(vectors: Vectors, vector: bytes) -> Vectors:
    found: Vectors = vectors @ np.frombuffer(vector, dtype=np.float32)
    return found


def _kept(products: Callable[[bytes], Vectors], vector: Vectors) -> Vectors:
    return products(vector.tobytes())


def _stamp(folder: IndexFolder) -> tuple[int, int] | None:
    """Return what tells the pointer's file from one that replaced it; None where there is none."""
    try:
        found = folder.pointer.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _ranges(begins: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of all ranges one after the other."""
    ends = np.cumsum(sizes)
    return np.repeat(begins - (ends - sizes), sizes) + np.arange(ends[-1] if len(ends) else 0)


def _raise_to_nearest(scores: Scores, owners: NDArray[np.int64], likeness: Vectors) -> None:
    """Raise each owner's score to its highest value; an owner's values stand together."""
    if len(owners):
        begins = np.flatnonzero(np.diff(owners, prepend=-1))
        nearest = np.maximum.reduceat(likeness, begins)
        scores[owners[begins]] = np.maximum(scores[owners[begins]], nearest)
