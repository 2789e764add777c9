"""Danger now: patterns of ``safety.toml``, and a classifier trained on written examples of danger and of calm.

People in danger write around it ("hij staat weer beneden"), so patterns alone miss most (measured: none of the test
split's eleven). Recall comes before precision: a notice too many costs two lines.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.classifier import TextClassifier
from ingest.analysis import fold
from ingest.errors import CorpusError

FOLDER = "danger"
CLASSES = ("calm", "danger", "suicide", "child")


@dataclass(frozen=True)
class Rule:
    """A notice: its text, the patterns that bring it, and the probability of its class from which it is shown."""

    text: str
    patterns: tuple[re.Pattern[str], ...]
    threshold: float


def alarms(question: str, corpus: Path) -> tuple[str, ...]:
    """Return the notices that a question needs, the most urgent first; none for a calm one.

    :raises CorpusError: ``safety.toml`` or the classifier cannot be read.
    """
    rules = _rules(corpus)
    folded = fold(question)
    chances = probabilities(question, corpus)
    found = {
        name
        for name, rule in rules.items()
        if chances.get(name, 0.0) >= rule.threshold or any(pattern.search(folded) for pattern in rule.patterns)
    }
    if found or 1 - chances.get("calm", 1.0) >= rules["danger"].threshold:
        found.add("danger")  # whatever the danger, 112 and Veilig Thuis stand first
    return tuple(rule.text for name, rule in rules.items() if name in found)


def threshold(corpus: Path) -> float:
    """Return the probability of any danger from which an alarm rings."""
    return _rules(corpus)["danger"].threshold


def probabilities(question: str, corpus: Path) -> dict[str, float]:
    """Return the classifier's probability of each class, together 1; nothing where the corpus has no classifier."""
    classifier = _classifier(corpus)
    if classifier is None:
        return {}
    odds = np.exp(np.append(0.0, classifier.log_odds(question)))
    return {name: float(value) for name, value in zip(CLASSES, odds / odds.sum(), strict=True)}


@cache
def _classifier(corpus: Path) -> TextClassifier | None:
    folder = corpus / FOLDER
    return TextClassifier.load(folder) if folder.is_dir() else None


@cache
def _rules(corpus: Path) -> dict[str, Rule]:
    path = corpus / "safety.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = {
            name: Rule(rule["text"], tuple(re.compile(p) for p in rule["patterns"]), float(rule["threshold"]))
            for name, rule in data.items()
        }
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, re.error) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    if tuple(rules) != CLASSES[1:]:
        raise CorpusError(f"{path}: needs the tables {', '.join(CLASSES[1:])}, in this order")
    return rules
