"""Which passages hold which needed facts: judgements for figures that are computed from scores, without a run."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.conversation import resolve
from assistant.fusion import Fusion
from assistant.index import Index
from assistant.records import Filters
from assistant.retrieve import query_for, retrieve
from evals.gold import GoldQuestion, holds_fact
from evals.metrics import Ranks
from ingest.records import Passage

DEPTH = 20
Places = tuple[frozenset[int], ...]
"""For each needed fact the places (in the passages' order) of the passages that hold it."""


def fact_places(question: GoldQuestion, passages: Sequence[Passage]) -> Places:
    """Return where each of the question's facts stands."""
    return tuple(
        frozenset(place for place, p in enumerate(passages) if holds_fact(p.report, p.text, fact))
        for fact in question.evidence
    )


def ranks(scores: NDArray[np.float64] | NDArray[np.float32], facts: Places) -> Ranks:
    """Return for each fact the rank of the best scored passage that holds it; None where none has a score above 0."""
    order = np.argsort(-scores, kind="stable")
    rank = np.empty(len(scores), dtype=np.int64)
    rank[order] = np.arange(1, len(scores) + 1)
    return [min((int(rank[place]) for place in places if scores[place] > 0), default=None) for places in facts]


def searched(question: GoldQuestion) -> str:
    """Return what is searched for a gold question: with what the turns before add to it."""
    return resolve(question.question, question.history).searched


def found_ranks(index: Index, question: GoldQuestion, facts: Places, fusion: Fusion) -> Ranks:
    """Return for each fact the rank of the first retrieved passage that holds it, of the first twenty."""
    query = query_for(index, question.question, question.history)
    ranking = [index.place[hit.passage.id] for hit in retrieve(index, query, DEPTH, Filters(), fusion)]
    rank = {place: number for number, place in enumerate(ranking, 1)}
    return [min((rank[place] for place in held if place in rank), default=None) for held in facts]
