"""``vraagbaak eval refusals``: trains the classifier that refuses, sets its thresholds on dev, prints its curves."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.conversation import resolve
from assistant.unknowns import FEATURES, features, terms, weighed
from evals.gold import GoldQuestion
from ingest.bank import load_bank
from ingest.embedder import StaticEmbedder, Vectors
from ingest.index import MODEL, REFUSALS
from ingest.index import REFUSAL_FILES as FILES
from ingest.unknowns import load_outside, load_unknowns

SEED = 20261125
FOLDS = 3
SEEN = 3  # questions that a term must stand in
SAMPLE = 5000  # written questions that the second stage learns from
CLASSES = 3  # answerable, near miss, outside
MOST_OVER_REFUSED = 0.07  # share of dev's answerable questions that may be called a near miss
MOST_OUTSIDE = 0.005


@dataclass(frozen=True)
class Trained:
    """The two stages: the first's terms and weights, the second's weights, shape (2, features + 1)."""

    places: dict[str, int]
    first: NDArray[np.float32]
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
        kinds = [
            [question.question for question in load_bank(corpus)],
            [unknown.question for unknown in load_unknowns(corpus)],
            list(load_outside(corpus)),
        ]
        texts = tuple(text for kind in kinds for text in kind)
        classes = np.repeat(np.arange(CLASSES), [len(kind) for kind in kinds])
        return cls(texts, classes, StaticEmbedder.load(corpus / MODEL).embed_queries(texts))


def train(examples: Examples, known: frozenset[str]) -> Trained:
    """Return the classifier trained on the examples.

    The second stage sees what the first says of questions that it did not learn from (three folds), and nearness to
    other questions than the question itself.

    :param known: the words of the reports.
    """
    counted = [Counter(terms(text)) for text in examples.texts]
    frequency = Counter(term for counts in counted for term in counts)
    listed = sorted(term for term, number in frequency.items() if number >= SEEN)
    places = {term: place for place, term in enumerate(listed)}
    idf = np.log((1 + len(counted)) / (1 + np.array([frequency[term] for term in listed]))) + 1
    matrix = _matrix(counted, places, idf)
    held_out = np.zeros((len(counted), CLASSES - 1))
    folds = np.random.default_rng(SEED).integers(0, FOLDS, len(counted))
    for fold in range(FOLDS):
        inside = folds != fold
        model = _log_odds(_fitted(matrix[inside], examples.classes[inside], 4.0, (1.0, 3.0, 3.0)))
        held_out[~inside] = matrix[~inside] @ model[:-1] + model[-1]
    weights = _log_odds(_fitted(matrix, examples.classes, 4.0, (1.0, 3.0, 3.0)))
    first = np.column_stack([np.append(idf, 0.0), weights]).astype(np.float32)
    return Trained(places, first, _second_stage(examples, held_out, known))


def _matrix(counted: Sequence[Counter[str]], places: dict[str, int], idf: NDArray[np.float64]) -> Any:
    from scipy.sparse import csr_matrix

    data, columns, ends = [], [], [0]
    for counts in counted:
        known = [(places[term], number) for term, number in counts.items() if term in places]
        values = np.array([(1 + np.log(number)) * idf[place] for place, number in known])
        data.append(values / (np.linalg.norm(values) or 1.0))
        columns += [place for place, _ in known]
        ends.append(len(columns))
    return csr_matrix((np.concatenate(data), columns, ends), shape=(len(counted), len(places)))


def _fitted(matrix: Any, classes: NDArray[np.int64], strength: float, weights: Sequence[float]) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=150, class_weight=dict(enumerate(weights))).fit(matrix, classes)


def _log_odds(model: Any) -> NDArray[np.float64]:
    """Return weights and constant (last row) of the log-odds of the second and third class against the first."""
    whole = np.vstack([model.coef_.T, model.intercept_])
    return np.asarray(whole[:, 1:] - whole[:, :1])


def _second_stage(examples: Examples, held_out: NDArray[np.float64], known: frozenset[str]) -> NDArray[np.float64]:
    classes = examples.classes
    bank, unknowns = (examples.vectors[classes == number] for number in (0, 1))
    sample = np.random.default_rng(SEED).choice(np.flatnonzero(classes == 0), SAMPLE, replace=False)
    chosen = np.concatenate([np.sort(sample), np.flatnonzero(classes > 0)])
    own = np.cumsum(classes == 0) - 1, np.cumsum(classes == 1) - 1
    rows = []
    for place in chosen:
        near_bank, near_unknown = bank @ examples.vectors[place], unknowns @ examples.vectors[place]
        if classes[place] == 0:
            near_bank[near_bank > 0.9999] = -1.0  # itself, and the same question at another passage
        if classes[place] == 1:
            near_unknown[own[1][place]] = -1.0
        rows.append(features(examples.texts[place], list(held_out[place]), near_bank, near_unknown, known))
    matrix = np.array(rows)
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    weights = _log_odds(_fitted((matrix - mean) / scale, classes[chosen], 0.5, (1.0, 1.5, 1.5)))
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
        first = weighed(Counter(terms(text)), trained.places, trained.first)
        row = features(text, list(first), bank @ vector, unknowns @ vector, known)
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
    folder.mkdir(exist_ok=True)
    (folder / FILES[0]).write_text("\n".join(trained.places), encoding="utf-8")
    np.save(folder / FILES[1], trained.first.astype(np.float16))
    data = {"features": list(FEATURES), "weights": trained.second.round(4).tolist(), "thresholds": limits}
    (folder / FILES[2]).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read(corpus: Path) -> tuple[Trained, dict[str, float]]:
    """Return what ``write`` wrote."""
    folder = corpus / REFUSALS
    listed = (folder / FILES[0]).read_text(encoding="utf-8").split("\n")
    data = json.loads((folder / FILES[2]).read_text(encoding="utf-8"))
    first = np.load(folder / FILES[1]).astype(np.float32)
    places = {term: place for place, term in enumerate(listed)}
    return Trained(places, first, np.array(data["weights"])), data["thresholds"]
