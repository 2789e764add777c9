"""Can the reports answer it: a linear classifier on the question's words, and how near it is to known questions.

Two stages. The first weighs words, word pairs, stems and n-grams (logistic regression over the question bank, the
known unknowns and questions outside the field). The second weighs the first's verdict with how near the question is to
the nearest written question and to the nearest known unknown, and with words, names and years that no report holds.
Both are trained by ``vraagbaak eval refusals --train``; the thresholds are set on the dev split.
"""

import json
import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.classifier import TextClassifier
from ingest.analysis import content_words, fold
from ingest.embedder import StaticEmbedder, Vectors
from ingest.errors import IndexDamaged
from ingest.index import REFUSALS as FOLDER
from ingest.lines import read_array

SECOND = "refusals.json"
FEATURES = ("near", "outside", "bank_1", "bank_5", "unknown_1", "unknown_3", "gap_1", "gap_3", "words_unknown",
            "names_unknown", "years_unknown", "length")  # fmt: skip
Likeness = Callable[[Vectors], Vectors]
NAME = re.compile(r"(?<!^)(?<![.?!:] )\b[A-Z][\w-]+")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
SAYS_WHAT_IS_MISSING = 0.55  # cosine from which the nearest known unknown's words are taken for this question's


@dataclass(frozen=True)
class Verdict:
    """Log-odds against a question that the reports answer: that it is a near miss, that it lies outside the field.

    ``missing`` is what the reports lack in the words of the nearest known unknown, or empty where none is near.
    """

    near_miss: float
    outside: float
    missing: str


def features(
    question: str, first: Sequence[float], bank: Vectors, unknowns: Vectors, known: Container[str]
) -> NDArray[np.float64]:
    """Return the second stage's features.

    :param first: the first stage's two log-odds.
    :param bank: the cosine similarities with the written questions; ``unknowns`` with the known unknowns.
    :param known: the words of the reports, folded.
    """
    nearest, missing = np.sort(bank)[-5:], np.sort(unknowns)[-3:]
    asked = content_words(question)
    share = sum(word not in known for word in asked) / max(1, len(asked))
    names = any(fold(name) not in known for name in NAME.findall(question))
    years = any(year not in known for year in YEAR.findall(question))
    return np.array([
        *first, nearest[-1], nearest.mean(), missing[-1], missing.mean(), missing[-1] - nearest[-1],
        missing.mean() - nearest[-3:].mean(), share, names, years, len(asked) / 10,
    ], dtype=np.float64)  # fmt: skip


class Unknowns:
    """The trained classifier of a build, with the known unknowns that it resembles questions to.

    :param bank: gives the cosine similarities of the written questions with a vector.
    :raises IndexDamaged: a file is missing, cut off or of another form.
    """

    def __init__(self, build: Path, model: StaticEmbedder, bank: Likeness, known: Container[str]) -> None:
        folder = build / FOLDER
        try:
            trained: dict[str, Any] = json.loads((folder / SECOND).read_text(encoding="utf-8"))
            self._second = np.array(trained["weights"], dtype=np.float64)
            self.thresholds: dict[str, float] = trained["thresholds"]
            self._missing: list[str] = json.loads((folder / "missing.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError) as error:
            raise IndexDamaged(f"{folder}: cannot be read ({error}); run vraagbaak ingest") from error
        self._unknowns: Vectors = read_array(folder / "unknowns.npy")
        self._first = TextClassifier.load(folder)
        if self._second.shape != (2, len(FEATURES) + 1) or len(self._missing) != len(self._unknowns):
            raise IndexDamaged(f"{folder}: its files do not belong together; run vraagbaak ingest")
        self._model, self._bank, self._known = model, bank, known

    def sounds_unanswered(self, question: str) -> float:
        """Return the log-odds that a question is a near miss by its words alone, whatever the reports hold.

        With each report in turn left out of the training it parts near misses from questions of that report with an
        area under the curve of .93.
        """
        return float(self._first.log_odds(question)[0])

    def judge(self, question: str) -> Verdict:
        """Return what is to be said of a question before anything is retrieved for it."""
        vector = self._model.embed_queries([question])[0]
        first = self._first.log_odds(question)
        likeness = self._unknowns @ vector
        row = features(question, list(first), self._bank(vector), likeness, self._known)
        near, outside = self._second @ np.append(row, 1.0)
        nearest = int(np.argmax(likeness))
        missing = self._missing[nearest] if likeness[nearest] >= SAYS_WHAT_IS_MISSING else ""
        return Verdict(float(near), float(outside), missing)
