"""Known unknowns: questions inside the field that no report answers, with what is missing, and questions outside it.

Words in common do not tell a near miss from a real question (measured: about chance). Questions that people wrote to be
near misses do: a new one resembles them, and the nearest says in words what the reports lack.
"""

from dataclasses import dataclass
from pathlib import Path

from ingest.jsonl import read_rows

NEAR, OUTSIDE = "near_misses.jsonl", "out_of_scope.jsonl"


@dataclass(frozen=True)
class KnownUnknown:
    """A question that sounds answerable and is not: what is missing, and the passage that comes nearest."""

    passage: str
    question: str
    missing: str
    writer: str

    @property
    def report(self) -> str:
        """Return the id of the report that comes nearest."""
        return self.passage.split(":")[0]


def load_unknowns(corpus: Path) -> tuple[KnownUnknown, ...]:
    """Return the known unknowns of ``corpus/near_misses.jsonl``; a corpus without that file has none.

    :raises CorpusError: a line cannot be read or a field is missing, unknown or empty; names file, line and field.
    """
    fields = ("passage", "question", "missing", "writer")
    return tuple(KnownUnknown(**row) for _, row in read_rows(corpus / NEAR, fields))


def load_outside(corpus: Path) -> tuple[str, ...]:
    """Return the questions of ``corpus/out_of_scope.jsonl``; a corpus without that file has none.

    :raises CorpusError: as ``load_unknowns``.
    """
    return tuple(row["question"] for _, row in read_rows(corpus / OUTSIDE, ("question", "writer")))
