"""How much each piece of retrieval counts: ``corpus/fusion.toml``, written by ``vraagbaak eval fit``."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.errors import CorpusError

FILE = "fusion.toml"
PARTS = ("named_report", "twin", "lanes", "lexicon")
PIECES = ("stems", "ngrams", "passages", "questions")
SENTENCES = {"constant": 0.0, "questions": 1.0, "likeness": 1.0, "stems": 1.0, "ngrams": 1.0, "passage": 1.0,
             "first": 1.0, "length": 0.0}  # fmt: skip
# A passage that nobody wrote questions for shares fewer words with a question than one that many were written for.
# Chosen with `vraagbaak eval leave-out` on the dev split: the report without a bank gains, the others lose nothing.
UNWRITTEN = {"stems": 2.0, "ngrams": 2.0, "passages": 1.0, "questions": 1.6}


@dataclass(frozen=True)
class Fusion:
    """The weight of each piece (0 leaves it out), and what a named report and a twin make of a score.

    ``unwritten`` multiplies a piece's scores of passages without written questions. ``sentences`` are the weights of
    the features by which sentences are ranked (see ``sentences.py``).
    ``named_report`` multiplies the scores of the one report that a question names; ``twin`` those of a passage that
    nearly repeats a better one. An ablation switches off ``lanes`` (reports that a question sets side by side) or
    ``lexicon`` (what it adds to a question).
    """

    weights: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PIECES, 1 / len(PIECES)))
    unwritten: dict[str, float] = field(default_factory=lambda: dict(UNWRITTEN))
    sentences: dict[str, float] = field(default_factory=lambda: dict(SENTENCES))
    named_report: float = 1.15
    twin: float = 0.6
    lanes: bool = True
    lexicon: bool = True

    def without(self, parts: Iterable[str]) -> "Fusion":
        """Return the same fusion with those parts left out: pieces, or ``PARTS``."""
        gone = set(parts)
        return replace(
            self,
            weights={name: 0.0 if name in gone else weight for name, weight in self.weights.items()},
            named_report=1.0 if "named_report" in gone else self.named_report,
            twin=1.0 if "twin" in gone else self.twin,
            lanes="lanes" not in gone,
            lexicon="lexicon" not in gone,
        )


def load_fusion(corpus: Path) -> Fusion:
    """Return the corpus's fusion; equal weights where it has no ``fusion.toml``.

    :raises CorpusError: the file cannot be read, or a value is missing, unknown or below 0.
    """
    path = corpus / FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Fusion()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    tables = {"weights": set(PIECES), "sentences": set(SENTENCES)}
    for name, keys in tables.items():
        if not isinstance(data.get(name), dict) or set(data[name]) != keys:
            raise CorpusError(f"{path}: needs a table [{name}] with {', '.join(sorted(keys))}")
    numbers = {name: data.get(name) for name in ("named_report", "twin")}
    for name, value in [*numbers.items(), *data["weights"].items(), *data["sentences"].items()]:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise CorpusError(f"{path}: {name!r} is {value!r}, not a number")
    for name in set(data) - set(tables) - set(numbers):
        raise CorpusError(f"{path}: unknown field {name!r}")
    return Fusion(
        weights={name: float(data["weights"][name]) for name in PIECES},
        sentences={name: float(data["sentences"][name]) for name in SENTENCES},
        named_report=float(data["named_report"]),
        twin=float(data["twin"]),
    )
