"""How much each piece of retrieval counts: ``corpus/fusion.toml``, fitted on the dev split by ``vraagbaak eval fit``."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import CorpusError

FILE = "fusion.toml"
PIECES = ("stems", "ngrams", "terms", "passages", "questions")


@dataclass(frozen=True)
class Fusion:
    """The weight of each piece (0 leaves it out), and what a named report and a twin make of a score.

    ``named_report`` multiplies the scores of the one report that a question names; ``twin`` those of a passage that
    nearly repeats a better one.
    """

    weights: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PIECES, 1 / len(PIECES)))
    named_report: float = 1.15
    twin: float = 0.6

    def without(self, pieces: tuple[str, ...]) -> "Fusion":
        """Return the same fusion with those pieces left out."""
        kept = {name: 0.0 if name in pieces else weight for name, weight in self.weights.items()}
        return Fusion(kept, self.named_report, self.twin)


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
    wanted = {"weights", "named_report", "twin"}
    if set(data) != wanted or not isinstance(data["weights"], dict) or set(data["weights"]) != set(PIECES):
        raise CorpusError(f"{path}: needs named_report, twin and [weights] with {', '.join(PIECES)}")
    for name, value in [*data["weights"].items(), ("named_report", data["named_report"]), ("twin", data["twin"])]:
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise CorpusError(f"{path}: {name!r} is {value!r}, not a number of 0 or more")
    return Fusion({name: float(data["weights"][name]) for name in PIECES}, data["named_report"], data["twin"])
