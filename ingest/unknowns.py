"""Known unknowns: questions inside the field that no report answers, with what is missing, and questions outside it.

Words in common do not tell a near miss from a real question (measured: about chance). Questions that people wrote to be
near misses do: a new one resembles them, and the nearest says in words what the reports lack.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import CorpusError

NEAR, OUTSIDE = "near_misses.jsonl", "out_of_scope.jsonl"


@dataclass(frozen=True)
class KnownUnknown:
    """A question that sounds answerable and is not: what is missing, and the passage that comes nearest."""

    passage: str
    question: str
    missing: str
    writer: str


def load_unknowns(corpus: Path) -> tuple[KnownUnknown, ...]:
    """Return the known unknowns of ``corpus/near_misses.jsonl``; a corpus without that file has none.

    :raises CorpusError: a line cannot be read or a field is missing, unknown or empty; names file, line and field.
    """
    fields = ("passage", "question", "missing", "writer")
    return tuple(KnownUnknown(**row) for row in _rows(corpus / NEAR, fields))


def load_outside(corpus: Path) -> tuple[str, ...]:
    """Return the questions of ``corpus/out_of_scope.jsonl``; a corpus without that file has none.

    :raises CorpusError: as ``load_unknowns``.
    """
    return tuple(row["question"] for row in _rows(corpus / OUTSIDE, ("question", "writer")))


def _rows(path: Path, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    return [_row(f"{path}:{number}", line, fields) for number, line in enumerate(lines, 1) if line.strip()]


def _row(where: str, line: str, fields: tuple[str, ...]) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise CorpusError(f"{where}: is not JSON: {error}") from error
    if not isinstance(data, dict) or set(data) != set(fields):
        raise CorpusError(f"{where}: needs exactly the fields {', '.join(fields)}")
    for name in fields:
        if not isinstance(data[name], str) or not data[name].strip():
            raise CorpusError(f"{where}: field {name!r} is {data[name]!r}, not a text")
    return data
