"""An open build of the index: its passages, and the scores that each piece of retrieval gives them."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.records import Filters
from assistant.unknowns import Unknowns
from ingest import lexicon
from ingest.analysis import fold, words
from ingest.chroma import COLLECTION, open_chroma
from ingest.embedder import StaticEmbedder, Vectors, open_embedder
from ingest.errors import IndexDamaged, UsageError
from ingest.index import MODEL, REFUSAL_FILES, REFUSALS
from ingest.lexical import ANALYSERS, Lexical, Scores
from ingest.records import KINDS, Passage
from ingest.store import IndexFolder, need_current, read_contents, read_json, read_manifest

DENSE_DEPTH = 500  # how many of the nearest passages Chroma is asked for: all of some reports, the nearest of many


class Index:
    """An open build.

    :raises IndexMissing, IndexOutdated, IndexDamaged: there is no build that can be opened.
    """

    def __init__(self, root: Path) -> None:
        folder = IndexFolder(root)
        self.name = need_current(folder)
        self.path = folder.build_path(self.name)
        self.manifest = read_manifest(self.path)
        contents = read_contents(self.path)
        self.reports = {report.id: report for report in contents.reports}
        self.headings = contents.headings
        self.passages = contents.passages
        self.place = {passage.id: number for number, passage in enumerate(self.passages)}
        self.report_of = np.array([passage.report for passage in self.passages])
        self.lexicon = lexicon.load_lexicon(self.path / lexicon.FILE, self.reports)
        self.lexical = {name: Lexical(self.path / "lexical" / name, analyse) for name, analyse in ANALYSERS.items()}
        self.sentence_lexical = {
            name: Lexical(self.path / "lexical" / f"sentence-{name}", analyse) for name, analyse in ANALYSERS.items()
        }
        self.common = self.lexical["stems"].vocabulary.keys()
        self.gains = self.lexicon.gains(self.lexical["stems"].vocabulary)
        bank = read_json(self.path / "bank.json")
        self.owners = np.asarray(bank["owners"], dtype=np.int64)
        self.questions: list[str] = bank["questions"]
        sizes = [len(passage.sentences) for passage in self.passages]
        # Where a passage's sentences begin among all sentences, and the passage and the written questions of each.
        self.sentence_begins = np.cumsum([0, *sizes])
        self._sentence_owners = np.repeat(np.arange(len(sizes)), sizes)
        answers = np.asarray(bank["answers"], dtype=np.int64)
        self._answered = np.where(answers < 0, -1, self.sentence_begins[self.owners] + answers)
        # Passages that questions were written for; of the others retrieval asks less likeness (see fusion.py).
        self.written = np.array([passage.kind == "administratief" for passage in self.passages])
        self.written[self.owners] = True
        self._question_vectors = self._vectors("questions.npy", self.owners)
        self._sentence_vectors = self._vectors("sentences.npy", self._sentence_owners)
        self._unwritten_sentences = np.flatnonzero(~self.written[self._sentence_owners])
        self.embedder = open_embedder(self.manifest["embedder"], self.path / MODEL)
        self._chroma = self._open_chroma()
        vocabulary = read_json(self.path / "vocabulary.json")
        self.known_words = frozenset(vocabulary["words"])
        self.unknowns = self._open_unknowns()
        self.stem_frequency: dict[str, int] = vocabulary["stems"]
        self.twins: tuple[tuple[int, int], ...] = tuple((a, b) for a, b in read_json(self.path / "twins.json")["pairs"])

    @cached_property
    def rare_names(self) -> dict[int, frozenset[str]]:
        """Return the names by which administrative passages are asked for, by place; made when first needed."""
        return rare_names(self.passages)

    def _vectors(self, name: str, owners: NDArray[np.int64]) -> Vectors:
        try:
            vectors: Vectors = np.load(self.path / name)
        except (OSError, ValueError, EOFError) as error:
            raise IndexDamaged(f"{self.path}: {name} cannot be read; run vraagbaak ingest") from error
        if len(vectors) != len(owners):
            raise IndexDamaged(
                f"{self.path}: {name} holds {len(vectors)} vectors, not {len(owners)}; run vraagbaak ingest"
            )
        return vectors

    def _open_unknowns(self) -> Unknowns | None:
        """Return what tells questions without an answer; None where the corpus has no such classifier."""
        if not (self.path / REFUSALS / REFUSAL_FILES[0]).exists():
            return None
        if isinstance(self.embedder, StaticEmbedder):
            return Unknowns(self.path, self.embedder, self._question_vectors, self.known_words)
        vectors = self._vectors(f"{REFUSALS}/questions.npy", self.owners)
        return Unknowns(self.path, StaticEmbedder.load(self.path / MODEL), vectors, self.known_words)

    def _open_chroma(self) -> Any:
        if not (self.path / "chroma" / "chroma.sqlite3").is_file():
            raise IndexDamaged(f"{self.path}: the Chroma folder is missing; run vraagbaak ingest")
        try:
            collection = open_chroma(self.path / "chroma").get_collection(COLLECTION, embedding_function=None)
            rows = collection.count()
        except Exception as error:  # Chroma's Rust engine raises many types for a damaged or read-only folder
            mend = "make it writable or set VRAAGBAAK_INDEX" if "readonly" in str(error) else "run vraagbaak ingest"
            raise IndexDamaged(f"{self.path}: Chroma cannot open its folder ({error}); {mend}") from error
        if rows != len(self.passages):
            raise IndexDamaged(f"{self.path}: {rows} vectors for {len(self.passages)} passages; run vraagbaak ingest")
        return collection

    def scores(self, piece: str, question: str, filters: Filters) -> Scores:
        """Return what a piece of retrieval says of each passage; 0 or less is nothing.

        ``passages`` are cosine similarities with the passages (-1 to 1), ``questions`` with the nearest written
        question of each, ``stems`` and ``ngrams`` BM25 scores (0 or more).
        """
        if piece == "passages":
            return self._passage_scores(question, filters)
        return self.question_scores(question) if piece == "questions" else self.lexical[piece].scores(question)

    def _passage_scores(self, question: str, filters: Filters) -> Scores:
        scores = np.zeros(len(self.passages))
        vector = self.vector(question)
        if not vector.any():
            return scores
        found = self._chroma.query(
            query_embeddings=[vector],
            n_results=min(DENSE_DEPTH, len(self.passages)),
            where=_where(filters),
            include=["distances"],
        )
        for name, distance in zip(found["ids"][0], found["distances"][0], strict=True):
            scores[self.place[name]] = 1 - distance  # Chroma's cosine distance is 1 - similarity
        return scores

    def question_scores(self, question: str) -> Scores:
        """Return for each passage the cosine similarity of its nearest written question.

        A passage that nobody wrote questions for is as near as its nearest sentence.
        """
        vector = self.vector(question)
        return np.maximum(
            _nearest(len(self.passages), self.owners, self._question_vectors @ vector),
            _nearest(
                len(self.passages),
                self._sentence_owners[self._unwritten_sentences],
                self._sentence_vectors[self._unwritten_sentences] @ vector,
            ),
        )

    @cached_property
    def questions_of_sentence(self) -> dict[int, NDArray[np.int64]]:
        """Return the places of the questions that each sentence answers, by the sentence's place."""
        order = np.argsort(self._answered, kind="stable")
        found, begins = np.unique(self._answered[order], return_index=True)
        parts = np.split(order, begins[1:])
        return {int(place): part for place, part in zip(found, parts, strict=True) if place >= 0}

    def question_likeness(self, vector: Vectors, places: NDArray[np.int64] | slice = slice(None)) -> Vectors:
        """Return the cosine similarity of each written question, or of those at ``places`` in ``questions``."""
        likeness: Vectors = self._question_vectors[places] @ vector
        return likeness

    def sentence_likeness(self, places: NDArray[np.int64], vector: Vectors) -> Vectors:
        """Return the cosine similarity of the sentences at these places among all sentences."""
        likeness: Vectors = self._sentence_vectors[places] @ vector
        return likeness

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
        return np.array([_passes(passage, filters) for passage in self.passages], dtype=bool)


def _nearest(size: int, owners: NDArray[np.int64], likeness: Vectors) -> Scores:
    """Return each owner's highest value, 0 for the others; an owner's values stand together."""
    scores = np.zeros(size)
    if len(owners):
        begins = np.flatnonzero(np.diff(owners, prepend=-1))
        scores[owners[begins]] = np.maximum.reduceat(likeness, begins)
    return scores


def rare_names(passages: tuple[Passage, ...]) -> dict[int, frozenset[str]]:
    """Return, by place, the capitalised words of administrative passages that stand in no other kind of passage."""
    elsewhere = {word for p in passages if p.kind != "administratief" for word in words(p.text)}
    return {
        place: frozenset(fold(word.strip("(),.")) for word in p.text.split() if word[:1].isupper()) - elsewhere
        for place, p in enumerate(passages)
        if p.kind == "administratief"
    }


def _passes(passage: Passage, filters: Filters) -> bool:
    return (not filters.reports or passage.report in filters.reports) and (
        not filters.kinds or passage.kind in filters.kinds
    )


def _where(filters: Filters) -> dict[str, Any] | None:
    conditions: list[dict[str, Any]] = []
    if filters.reports:
        conditions.append({"report": {"$in": list(filters.reports)}})
    if filters.kinds:
        conditions.append({"kind": {"$in": list(filters.kinds)}})
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}
