"""``vraagbaak eval fit``: the weights of retrieval's pieces, fitted on the dev split.

Every mixture of the pieces in steps of a tenth is tried; the mean of the best twentieth is taken, as neighbours differ
by less than the split can tell. Then what a named report and a twin make of a score, each by trying a few values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.fusion import FILE, PIECES, Fusion
from assistant.index import Index
from assistant.records import Filters
from assistant.retrieve import Query, retrieve
from assistant.scope import scope_of
from evals.gold import GoldQuestion
from evals.metrics import ndcg_at_10, recall_at
from evals.qrels import Places, fact_places, ranks, searched

STEPS = 10
KEPT_SHARE = 0.05
NAMED_REPORT = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3)
TWIN = (1.0, 0.9, 0.8, 0.6, 0.4)


def figure(found: Iterable[Sequence[int | None]]) -> float:
    """Return what is fitted: the mean over questions of recall@5 and nDCG@10, half each."""
    return float(np.mean([(recall_at(r, 5) + ndcg_at_10(r)) / 2 for r in found]))


def fit(index: Index, questions: Sequence[GoldQuestion]) -> tuple[Fusion, float]:
    """Return the fitted fusion and its figure on the questions, which must be the dev split's answerable ones."""
    facts = [fact_places(question, index.passages) for question in questions]
    fusion = Fusion(weights=_fit_weights(index, questions, facts))
    for named_report in NAMED_REPORT:
        fusion = _better(index, questions, facts, fusion, replace(fusion, named_report=named_report))
    for twin in TWIN:
        fusion = _better(index, questions, facts, fusion, replace(fusion, twin=twin))
    return fusion, _measured(index, questions, facts, fusion)


def _fit_weights(index: Index, questions: Sequence[GoldQuestion], facts: Sequence[Places]) -> dict[str, float]:
    offered = np.array([passage.kind != "administratief" for passage in index.passages])
    scores = [_normalised(index, searched(question), offered) for question in questions]
    grid = [np.array(w) / STEPS for w in product(range(STEPS + 1), repeat=len(PIECES)) if sum(w) == STEPS]
    values = [
        figure(ranks(weights @ found, places) for found, places in zip(scores, facts, strict=True)) for weights in grid
    ]
    best = np.argsort(-np.array(values), kind="stable")[: max(1, int(KEPT_SHARE * len(grid)))]
    mean = np.mean([grid[place] for place in best], axis=0)
    return {piece: round(float(weight), 3) for piece, weight in zip(PIECES, mean, strict=True)}


def _normalised(index: Index, question: str, offered: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each piece's scores divided by its best, shape (pieces, passages)."""
    text = f"{question} {index.lexicon.added(question)}".strip()
    rows = [np.where(offered, np.maximum(index.scores(piece, text, Filters()), 0), 0) for piece in PIECES]
    return np.array([row / (row.max() or 1.0) for row in rows])


def _better(
    index: Index, questions: Sequence[GoldQuestion], facts: Sequence[Places], old: Fusion, new: Fusion
) -> Fusion:
    return new if _measured(index, questions, facts, new) > _measured(index, questions, facts, old) + 1e-9 else old


def _measured(index: Index, questions: Sequence[GoldQuestion], facts: Sequence[Places], fusion: Fusion) -> float:
    return figure(_found(index, question, places, fusion) for question, places in zip(questions, facts, strict=True))


def _found(index: Index, question: GoldQuestion, places: Places, fusion: Fusion) -> list[int | None]:
    text = searched(question)
    query = Query(text, scope_of(question.question, text, index.lexicon, index.reports))
    ranking = [index.place[hit.passage.id] for hit in retrieve(index, query, 20, Filters(), fusion)]
    rank = {place: number for number, place in enumerate(ranking, 1)}
    return [min((rank[place] for place in held if place in rank), default=None) for held in places]


def write_fusion(corpus: Path, fusion: Fusion) -> None:
    """Write ``fusion.toml``."""
    weights = "\n".join(f"{name} = {weight}" for name, weight in fusion.weights.items())
    (corpus / FILE).write_text(
        "# How much each piece of retrieval counts. Written by `vraagbaak eval fit` from the dev split.\n\n"
        f"named_report = {fusion.named_report}\ntwin = {fusion.twin}\n\n[weights]\n{weights}\n",
        encoding="utf-8",
    )

