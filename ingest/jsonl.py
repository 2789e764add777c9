"""JSON Lines of the corpus: each line an object with exactly the wanted fields, all filled texts."""

import json
from collections.abc import Sequence
from pathlib import Path

from ingest.errors import CorpusError


def read_rows(path: Path, fields: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """Return the file's objects, each with where it stands (``file:line``); a file that is not there has none.

    :raises CorpusError: a line cannot be read, or a field is missing, unknown or empty; names file, line and field.
    """
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    places = [(f"{path}:{number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    return [(where, _row(where, line, fields)) for where, line in places]


def _row(where: str, line: str, fields: Sequence[str]) -> dict[str, str]:
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
