"""Retrieval: an open build of the index, and the passages that it ranks for a question."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.records import Filters, Hit
from ingest.analysis import STOP_WORDS, fold, words
from ingest.embedder import LATENT, Embedder, LatentEmbedder, SentenceTransformerEmbedder
from ingest.errors import IndexDamaged, UsageError
from ingest.index import ANALYSERS, open_chroma
from ingest.records import KINDS, Passage
from ingest.store import COLLECTION, IndexFolder, need_current, read_contents, read_json, read_manifest

Scores = NDArray[np.float64]
# Fitted on the dev split: a grid over the bank's and the dense share.
WEIGHTS = {"stems": 0.24, "ngrams": 0.24, "bank-stems": 0.16, "bank-ngrams": 0.16, "dense": 0.20}
DENSE_DEPTH = 100
# Words with which somebody asks for what is otherwise never offered as an answer (contents, colophon, names).
ASKS_FOR_NAMES = frozenset(
    """adres bezoekadres postadres telefoon telefoonnummer mail email e-mail mailadres contactpersoon contactpersonen
    respondent respondenten geinterviewd begeleidingscommissie auteur auteurs schreef schreven colofon foto omslagfoto
    inhoudsopgave deelnemende deelnemers deelgenomen meegedaan betrokken instanties drukwerk uitgave""".split()
)


class Index:
    """An open build: its passages, and the scores that each piece of retrieval gives them for a question.

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
        self._lexical = {name: self._bm25(name) for name in ANALYSERS}
        self.owners = np.asarray(read_json(self.path / "bank.json")["owners"], dtype=np.int64)
        self._embedder = self._open_embedder()
        self._chroma = self._open_chroma()
        vocabulary = read_json(self.path / "vocabulary.json")
        self.known_words = frozenset(vocabulary["words"])
        self.stem_frequency: dict[str, int] = vocabulary["stems"]

    @cached_property
    def rare_names(self) -> dict[int, frozenset[str]]:
        """Return the names by which administrative passages are asked for, by place; made when first needed."""
        return rare_names(self.passages)

    def _bm25(self, name: str) -> Any:
        import bm25s

        try:
            return bm25s.BM25.load(str(self.path / "lexical" / name), load_corpus=False)
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise IndexDamaged(f"{self.path}: lexical index {name!r} cannot be read; run vraagbaak ingest") from error

    def _open_embedder(self) -> Embedder:
        name = self.manifest["embedder"]
        return LatentEmbedder.load(self.path / "embedder") if name == LATENT else SentenceTransformerEmbedder(name)

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

    def lexical_scores(self, piece: str, question: str) -> Scores:
        """Return BM25 scores of all passages (0 or more); from the bank, of each passage's best question."""
        scores = np.zeros(len(self.passages))
        tokens = [token for token in ANALYSERS[piece](question) if token in self._lexical[piece].vocab_dict]
        if not tokens:
            return scores
        found = np.asarray(self._lexical[piece].get_scores(tokens), dtype=np.float64)
        if not piece.startswith("bank-"):
            return found
        if len(self.owners):
            np.maximum.at(scores, self.owners, found)
        return scores

    def dense_scores(self, question: str, filters: Filters) -> Scores:
        """Return the cosine similarities (-1 to 1) of the nearest passages, 0 for all others."""
        scores = np.zeros(len(self.passages))
        vector = self._embedder.embed_queries([question])[0]
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


def retrieve(
    index: Index, question: str, top: int, filters: Filters, weights: Mapping[str, float] = WEIGHTS
) -> list[Hit]:
    """Return at most ``top`` passages, best first: a convex combination of what each piece says.

    Each piece's scores are divided by its best score for this question (measured better than reciprocal rank fusion
    on these reports), so a hit's score is 0 to 1. Passages that no piece scores are left out.

    :param weights: how much each piece counts; a piece that is left out, or counts 0, is not asked.
    :raises UsageError: the filters name an unknown report or kind.
    """
    allowed = index.allowed(filters) & _offered(index, question)
    total = np.zeros(len(index.passages))
    for piece, weight in weights.items():
        if not weight:
            continue
        scores = index.dense_scores(question, filters) if piece == "dense" else index.lexical_scores(piece, question)
        scores = np.where(allowed, np.maximum(scores, 0), 0)
        if scores.max(initial=0) > 0:
            total += weight * scores / scores.max()
    order = np.lexsort((np.arange(len(total)), -total))[:top]
    return _strictly_falling([Hit(index.passages[place], float(total[place])) for place in order if total[place] > 0])


def rare_names(passages: Sequence[Passage]) -> dict[int, frozenset[str]]:
    """Return, by place, the capitalised words of administrative passages that stand in no other kind of passage."""
    elsewhere = {word for p in passages if p.kind != "administratief" for word in words(p.text)}
    return {
        place: frozenset(fold(word.strip("(),.")) for word in p.text.split() if word[:1].isupper()) - elsewhere
        for place, p in enumerate(passages)
        if p.kind == "administratief"
    }


def _offered(index: Index, question: str) -> NDArray[np.bool_]:
    """Return which passages may be an answer: administrative ones only when asked for, by a cue or by a rare name."""
    if any(word in ASKS_FOR_NAMES for word in words(question)):
        return np.ones(len(index.passages), dtype=bool)
    asked = {fold(word.strip("(),.?")) for word in question.split() if word[:1].isupper()} - STOP_WORDS
    named = {n for n, names in index.rare_names.items() if asked & names} if asked else set()
    return np.array([p.kind != "administratief" or n in named for n, p in enumerate(index.passages)])


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


def _strictly_falling(hits: list[Hit]) -> list[Hit]:
    """Part equal scores by the smallest step, so that evaluators who sort by score see the same ranking."""
    result: list[Hit] = []
    for hit in hits:
        score = round(hit.score, 6)
        if result and score >= result[-1].score:
            score = round(result[-1].score - 1e-6, 6)
        result.append(Hit(hit.passage, score))
    return result
