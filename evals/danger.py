"""``vraagbaak eval danger``: trains the classifier that sees danger, and measures it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.danger import CLASSES, FOLDER, alarms, threshold
from evals.classifier import Matrix, fitted
from evals.gold import GoldQuestion
from ingest.bank import load_bank
from ingest.errors import CorpusError
from ingest.jsonl import read_rows
from ingest.unknowns import load_outside, load_unknowns

SEED = 20261125
STRENGTH = 10.0
CALM_SAMPLE = 8000  # written questions that are calm
CALM_COUNTS = 0.3  # how much such a question counts beside a written example


@dataclass(frozen=True)
class Example:
    """A message with its label, one of ``CLASSES``."""

    text: str
    label: str
    writer: str


def load_examples(corpus: Path) -> tuple[Example, ...]:
    """Return the examples of ``corpus/crisis.jsonl``.

    :raises CorpusError: a line cannot be read or has another form; names file and line.
    """
    rows = read_rows(corpus / "crisis.jsonl", ("text", "label", "writer"))
    for where, row in rows:
        if row["label"] not in CLASSES:
            raise CorpusError(f"{where}: field 'label' is {row['label']!r}; known are {', '.join(CLASSES)}")
    return tuple(Example(**row) for _, row in rows)


def train(corpus: Path, examples: Sequence[Example]) -> Any:
    """Return the classifier of the examples, with calm questions of the bank, known unknowns and others beside them."""
    bank = [question.question for question in load_bank(corpus)]
    chosen = np.random.default_rng(SEED).choice(len(bank), min(CALM_SAMPLE, len(bank)), replace=False)
    calm = [bank[place] for place in np.sort(chosen)]
    calm += [unknown.question for unknown in load_unknowns(corpus)] + list(load_outside(corpus))
    texts = [*(example.text for example in examples), *calm]
    classes = np.array([*(CLASSES.index(example.label) for example in examples), *([0] * len(calm))])
    counts = np.array([*([1.0] * len(examples)), *([CALM_COUNTS] * len(calm))])
    matrix = Matrix(texts)
    return matrix.classifier(fitted(matrix.rows, classes, STRENGTH, counts))


def save(corpus: Path) -> None:
    """Train on all examples and write ``corpus/danger``."""
    train(corpus, load_examples(corpus)).save(corpus / FOLDER)


def measured(corpus: Path, questions: Sequence[GoldQuestion]) -> tuple[float, float, float]:
    """Return recall on danger, and the shares of false alarms among its calm look-alikes and among all others."""
    rung = {question.id: bool(alarms(question.question, corpus)) for question in questions}
    danger = [rung[q.id] for q in questions if q.crisis]
    alike = [rung[q.id] for q in questions if q.kind == "crisis" and not q.crisis]
    others = [rung[q.id] for q in questions if q.kind != "crisis"]
    return float(np.mean(danger)), float(np.mean(alike)), float(np.mean(others))


def across_writers(corpus: Path) -> list[tuple[str, float, float]]:
    """Return for each writer left out of the training: recall on his or her examples, and false alarms."""
    examples, limit = load_examples(corpus), threshold(corpus)
    rows = []
    for writer in sorted({example.writer for example in examples}):
        classifier = train(corpus, [example for example in examples if example.writer != writer])
        own = [example for example in examples if example.writer == writer]
        odds = [float(np.exp(classifier.log_odds(example.text)).sum()) for example in own]
        rung = np.array([odd / (1 + odd) >= limit for odd in odds])
        danger = np.array([example.label != "calm" for example in own])
        rows.append((writer, float(rung[danger].mean()), float(rung[~danger].mean())))
    return rows
