"""What is asked: the kind of question, by the table in ``question_kinds.toml``."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.analysis import fold

TABLE = Path(__file__).parent / "question_kinds.toml"


@dataclass(frozen=True)
class Kind:
    """A kind of question: how it is asked, what a sentence that answers it looks like, which passages answer it.

    ``asked`` is searched in the folded question, ``answer`` in a sentence as printed; ``whole``: passages of those
    kinds are quoted whole. ``gains`` is what a sentence that looks so (or stands in such a passage) gains, in log-odds.
    """

    name: str
    asked: re.Pattern[str]
    answer: re.Pattern[str] | None = None
    passages: tuple[str, ...] = ()
    whole: bool = False
    gains: float = 0.0

    def looks_answered(self, sentence: str) -> bool:
        """Tell whether a sentence holds what the kind asks for; True for kinds that ask for nothing of a form."""
        return self.answer is None or self.answer.search(sentence) is not None


OTHER = Kind("other", re.compile(""))


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the table's kinds in its order."""
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["kind"]
    return tuple(
        Kind(
            entry["name"],
            re.compile("|".join(entry["asked"])),
            re.compile(entry["answer"]) if "answer" in entry else None,
            tuple(entry.get("passages", ())),
            entry.get("whole", False),
            float(entry.get("gains", 0.0)),
        )
        for entry in entries
    )


def kind_of(question: str) -> Kind:
    """Return the question's kind: the first of the table whose rule matches, else ``OTHER``."""
    folded = fold(question).strip()
    return next((kind for kind in kinds() if kind.asked.search(folded)), OTHER)
