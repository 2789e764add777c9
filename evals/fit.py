"""``vraagbaak eval fit``: the weights of retrieval's pieces, fitted on the dev split.

Every mixture of the pieces in steps of a tenth is tried; the mean of the best twentieth is taken, as neighbours differ
by less than the split can tell. Then what a named report and a twin make of a score, each by trying a few values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.engine import READ
from assistant.fusion import FILE, PIECES, Fusion
from assistant.index import Index
from assistant.records import Filters
from assistant.retrieve import piece_scores, query_for, retrieve
from assistant.sentences import FEATURES, features
from evals.gold import GoldQuestion, holds_fact
from evals.metrics import ndcg_at_10, recall_at
from evals.qrels import Places, fact_places, found_ranks, ranks, searched
from evals.train import Judge, Material
from ingest.embedder import StaticEmbedder, Vectors

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
    fusion = replace(fusion, sentences=_fit_sentences(index, questions, fusion))
    return fusion, _measured(index, questions, facts, fusion)


def _fit_weights(index: Index, questions: Sequence[GoldQuestion], facts: Sequence[Places]) -> dict[str, float]:
    offered = np.array([passage.kind != "administratief" for passage in index.passages])
    all_pieces = (piece_scores(index, searched(question), offered, Filters(), Fusion()) for question in questions)
    scores = [np.array([found[piece] for piece in PIECES]) for found in all_pieces]
    grid = np.array([w for w in product(range(STEPS + 1), repeat=len(PIECES)) if sum(w) == STEPS]) / STEPS
    values = np.mean([_values(grid @ found, places) for found, places in zip(scores, facts, strict=True)], axis=0)
    best = np.argsort(-values, kind="stable")[: max(1, int(KEPT_SHARE * len(grid)))]
    mean = grid[best].mean(axis=0)
    return {piece: round(float(weight), 3) for piece, weight in zip(PIECES, mean, strict=True)}


def _fit_sentences(index: Index, questions: Sequence[GoldQuestion], fusion: Fusion) -> dict[str, float]:
    """Return the weights of the features by which a sentence is told to hold a needed fact (logistic regression)."""
    from sklearn.linear_model import LogisticRegression

    rows, wanted = [], []
    for question in questions:
        query = query_for(index, question.question, question.history)
        hits = retrieve(index, query, READ, Filters(), fusion)
        pairs, found = features(index, query.text, hits)
        rows.append(found)
        wanted += [
            any(
                holds_fact(hit.passage.report, hit.passage.quote(hit.passage.sentences[number]), f)
                for f in question.evidence
            )
            for hit, number in pairs
        ]
    matrix = np.vstack(rows)
    scale = matrix.std(axis=0) + 1e-9
    model = LogisticRegression(C=0.1, max_iter=2000).fit(matrix / scale, wanted)
    weights = dict(zip(FEATURES, model.coef_[0] / scale, strict=True)) | {"constant": model.intercept_[0]}
    return {name: round(float(value), 3) for name, value in weights.items()}


def _values(scores: NDArray[np.float64], places: Places) -> NDArray[np.float64]:
    """Return the figure of one question under each row of scores, shape (mixtures, passages)."""
    found = []
    for held in places:
        best = scores[:, sorted(held)].max(axis=1, initial=0.0)
        found.append(np.where(best > 0, 1 + (scores > best[:, None]).sum(axis=1), 0))
    ranks_by_mixture = np.array(found).T.tolist()
    return np.array([figure([[rank or None for rank in row]]) for row in ranks_by_mixture])


def _better(
    index: Index, questions: Sequence[GoldQuestion], facts: Sequence[Places], old: Fusion, new: Fusion
) -> Fusion:
    return new if _measured(index, questions, facts, new) > _measured(index, questions, facts, old) + 1e-9 else old


def _measured(index: Index, questions: Sequence[GoldQuestion], facts: Sequence[Places], fusion: Fusion) -> float:
    return figure(
        found_ranks(index, question, places, fusion) for question, places in zip(questions, facts, strict=True)
    )


def dev_judge(material: Material, questions: Sequence[GoldQuestion]) -> Judge:
    """Return a judge of a model in training: its figure on the questions by its own two pieces alone."""
    facts = [fact_places(question, material.passages) for question in questions]
    asked = [searched(question) for question in questions]

    def judge(rows: Vectors, tokenizer: Any) -> float:
        embedder = StaticEmbedder(rows, tokenizer)
        queries = embedder.embed_queries(asked)
        scores = queries @ embedder.embed_passages(material.texts).T
        likeness = queries @ embedder.embed_queries(material.questions).T
        for place, row in enumerate(likeness):
            nearest = np.zeros(len(material.texts), dtype=np.float32)
            np.maximum.at(nearest, material.owners, row)
            scores[place] += nearest
        return figure(ranks(row, places) for row, places in zip(scores, facts, strict=True))

    return judge


def write_fusion(corpus: Path, fusion: Fusion) -> None:
    """Write ``fusion.toml``."""
    weights = "\n".join(f"{name} = {weight}" for name, weight in fusion.weights.items())
    sentences = "\n".join(f"{name} = {weight}" for name, weight in fusion.sentences.items())
    (corpus / FILE).write_text(
        "# How much each piece of retrieval counts. Written by `vraagbaak eval fit` from the dev split.\n\n"
        f"named_report = {fusion.named_report}\ntwin = {fusion.twin}\n\n[weights]\n{weights}\n"
        f"\n[sentences]\n{sentences}\n",
        encoding="utf-8",
    )
