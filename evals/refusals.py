"""``vraagbaak eval refusals``: trains the classifier that refuses, sets its thresholds on dev, prints its curves."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.classifier import TextClassifier
from assistant.conversation import resolve
from assistant.unknowns import FEATURES, SECOND, features
from evals.classifier import Matrix, fitted
from evals.gold import GoldQuestion
from ingest.bank import load_bank
from ingest.embedder import StaticEmbedder, Vectors
from ingest.index import MODEL, REFUSALS
from ingest.unknowns import NEAR, load_outside, load_unknowns

SEED = 20261125
FOLDS = 3
STRENGTH = 4.0
COUNTS = (1.0, 3.0, 3.0)  # how much a question of each class counts
SAMPLE = 5000  # written questions that the second stage learns from
CLASSES = 3  # answerable, near miss, outside
MOST_OVER_REFUSED = 0.07  # share of dev's answerable questions that may be called a near miss
MOST_OUTSIDE = 0.005


@dataclass(frozen=True)
class Trained:
    """The two stages: the first's classifier, the second's weights, shape (2, features + 1)."""

    first: TextClassifier
    second: NDArray[np.float64]


@dataclass(frozen=True)
class Examples:
    """Questions with their class (0 answerable, 1 near miss, 2 outside) and vectors."""

    texts: tuple[str, ...]
    classes: NDArray[np.int64]
    vectors: Vectors

    @classmethod
    def of(cls, corpus: Path) -> "Examples":
        """Return the corpus's written questions, known unknowns and questions outside the field."""
        texts, classes = _with_classes(corpus)
        return cls(texts, classes, StaticEmbedder.load(corpus / MODEL).embed_queries(texts))


def _with_classes(corpus: Path, but: str = "") -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return all questions with their class, without those of the bank about one report."""
    kinds = [
        [question.question for question in load_bank(corpus) if question.report != but],
        [unknown.question for unknown in load_unknowns(corpus)],
        list(load_outside(corpus)),
    ]
    return tuple(text for kind in kinds for text in kind), np.repeat(np.arange(CLASSES), [len(k) for k in kinds])


def train(examples: Examples, known: frozenset[str]) -> Trained:
    """Return the classifier trained on the examples.

    The second stage sees what the first says of questions that it did not learn from (three folds), and nearness to
    other questions than the question itself.

    :param known: the words of the reports.
    """
    matrix = Matrix(examples.texts)
    weights = np.array(COUNTS)[examples.classes]
    held_out = np.zeros((len(examples.texts), CLASSES - 1))
    folds = np.random.default_rng(SEED).integers(0, FOLDS, len(examples.texts))
    for fold in range(FOLDS):
        inside = folds != fold
        model = fitted(matrix.rows[inside], examples.classes[inside], STRENGTH, weights[inside])
        held_out[~inside] = matrix.rows[~inside] @ model[:-1] + model[-1]
    first = matrix.classifier(fitted(matrix.rows, examples.classes, STRENGTH, weights))
    return Trained(first, _second_stage(examples, held_out, known))


def forget(corpus: Path, report: str) -> None:
    """Make the near misses and the first stage of a corpus as if nobody had written a question about that report."""
    lines = (corpus / NEAR).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if json.loads(line)["passage"].split(":")[0] != report]
    (corpus / NEAR).write_text("".join(kept), encoding="utf-8")
    texts, classes = _with_classes(corpus, but=report)
    matrix = Matrix(texts)
    weights = fitted(matrix.rows, classes, STRENGTH, np.array(COUNTS)[classes])
    matrix.classifier(weights).save(corpus / REFUSALS)


def _second_stage(examples: Examples, held_out: NDArray[np.float64], known: frozenset[str]) -> NDArray[np.float64]:
    classes = examples.classes
    bank, unknowns = (examples.vectors[classes == number] for number in (0, 1))
    sample = np.random.default_rng(SEED).choice(np.flatnonzero(classes == 0), SAMPLE, replace=False)
    chosen = np.concatenate([np.sort(sample), np.flatnonzero(classes > 0)])
    own = np.cumsum(classes == 1) - 1
    rows = []
    for place in chosen:
        near_bank, near_unknown = bank @ examples.vectors[place], unknowns @ examples.vectors[place]
        if classes[place] == 0:
            near_bank[near_bank > 0.9999] = -1.0  # itself, and the same question at another passage
        if classes[place] == 1:
            near_unknown[own[place]] = -1.0
        rows.append(features(examples.texts[place], list(held_out[place]), near_bank, near_unknown, known))
    matrix = np.array(rows)
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    weights = fitted((matrix - mean) / scale, classes[chosen], 0.5, np.array([1.0, 1.5, 1.5])[classes[chosen]])
    raw = weights[:-1] / scale[:, None]
    return np.vstack([raw, weights[-1] - mean @ raw]).T


def judged(
    trained: Trained,
    examples: Examples,
    questions: Sequence[GoldQuestion],
    model: StaticEmbedder,
    known: frozenset[str],
) -> NDArray[np.float64]:
    """Return for each gold question the log-odds that it is a near miss and that it lies outside the field."""
    bank, unknowns = (examples.vectors[examples.classes == number] for number in (0, 1))
    rows = []
    for question in questions:
        text = resolve(question.question, question.history).shown
        vector = model.embed_queries([text])[0]
        row = features(text, list(trained.first.log_odds(text)), bank @ vector, unknowns @ vector, known)
        rows.append(trained.second @ np.append(row, 1.0))
    return np.array(rows)


def thresholds(values: NDArray[np.float64], questions: Sequence[GoldQuestion]) -> dict[str, float]:
    """Return the log-odds from which a question is refused: so many of the answerable ones are, at most."""
    answerable = values[[question.answerable for question in questions]]
    return {
        "near_miss": round(float(np.quantile(answerable[:, 0], 1 - MOST_OVER_REFUSED)), 3),
        "outside": round(float(np.quantile(answerable[:, 1], 1 - MOST_OUTSIDE)), 3),
    }


def curve(values: NDArray[np.float64], questions: Sequence[GoldQuestion]) -> list[tuple[float, float, float, float]]:
    """Return risk and coverage at rising thresholds, as (over-refusal, near misses refused, coverage, risk).

    Coverage is the share of all questions (answerable and near misses) that are answered, risk the share of those that
    no report answers (El-Yaniv & Wiener 2010).
    """
    asked = [n for n, question in enumerate(questions) if question.answerable or question.kind == "near_miss"]
    answerable = np.array([questions[n].answerable for n in asked])
    scores = values[asked, 0]
    rows = []
    for over_refused in (0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3):
        refused = scores > np.quantile(scores[answerable], 1 - over_refused)
        answered = ~refused
        risk = float((~answerable & answered).sum() / max(1, answered.sum()))
        rows.append(
            (float(refused[answerable].mean()), float(refused[~answerable].mean()), float(answered.mean()), risk)
        )
    return rows


def write(corpus: Path, trained: Trained, limits: dict[str, float]) -> None:
    """Write the classifier to ``corpus/refusals``."""
    folder = corpus / REFUSALS
    trained.first.save(folder)
    data = {"features": list(FEATURES), "weights": trained.second.round(4).tolist(), "thresholds": limits}
    (folder / SECOND).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read(corpus: Path) -> tuple[Trained, dict[str, float]]:
    """Return what ``write`` wrote."""
    folder = corpus / REFUSALS
    data = json.loads((folder / SECOND).read_text(encoding="utf-8"))
    return Trained(TextClassifier.load(folder), np.array(data["weights"])), data["thresholds"]
