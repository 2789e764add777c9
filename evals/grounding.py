"""``vraagbaak eval ground``: how many false sentences the check of a model's answers catches, and how many true ones
it keeps.

A file of sentences holds a line for each: {"id", "given": passage ids, "sentence", "true", "kind"}.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.ground import Ground, Verdict
from assistant.index import Index
from evals.tables import markdown
from ingest.errors import UsageError
from ingest.records import Passage
from ingest.settings import PROJECT

CALIBRATION = PROJECT / "evals" / "grounding" / "calibration.jsonl"
UNSEEN = CALIBRATION.with_name("unseen.jsonl")  # another hand's, never fitted on
FIELDS = {"id": str, "given": list, "sentence": str, "true": bool, "kind": str}
Z = 1.959964  # of a 95% interval


@dataclass(frozen=True)
class Judged:
    """A sentence about given passages with what a careful reader says of it."""

    id: str
    given: tuple[str, ...]
    sentence: str
    true: bool
    kind: str


def load_sentences(path: Path) -> tuple[Judged, ...]:
    """Return the sentences of a file.

    :raises UsageError: it cannot be read, or a line has another form; names file, line and field.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    return tuple(_judged(f"{path}:{number}", line) for number, line in enumerate(lines, 1) if line.strip())


def _judged(where: str, line: str) -> Judged:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: is not JSON: {error}") from error
    if not isinstance(row, dict) or set(row) != set(FIELDS):
        raise UsageError(f"{where}: needs exactly the fields {', '.join(FIELDS)}")
    for name, kind in FIELDS.items():
        if not isinstance(row[name], kind):
            raise UsageError(f"{where}: field {name!r} is {row[name]!r}, not a {kind.__name__}")
    return Judged(row["id"], tuple(map(str, row["given"])), row["sentence"], row["true"], row["kind"])


def passages_of(sentences: Sequence[Judged], index: Index) -> Iterator[tuple[Judged, list[Passage]]]:
    """Return each sentence with its passages.

    :raises UsageError: the index does not hold a passage; names the sentences and the passages.
    """
    strange = [(s.id, name) for s in sentences for name in s.given if name not in index.place]
    if strange:
        listed = ", ".join(f"{sentence} gives {name!r}" for sentence, name in strange[:5])
        raise UsageError(f"{len(strange)} passages are not in the index: {listed}; give ids of this index's passages")
    for sentence in sentences:
        yield sentence, [index.passages[index.place[name]] for name in sentence.given]


def verdicts(sentences: Sequence[Judged], index: Index, ground: Ground) -> list[tuple[Judged, Verdict]]:
    """Return what the check says of each sentence.

    :raises UsageError: the index does not hold a passage.
    """
    return [(s, ground.check(s.sentence, given)) for s, given in passages_of(sentences, index)]


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95% interval of a share (Wilson 1927), 0 to 1; of nothing, 0 to 1."""
    if not n:
        return 0.0, 1.0
    share, square = hits / n, Z * Z
    middle = share + square / (2 * n)
    reach = Z * ((share * (1 - share) + square / (4 * n)) / n) ** 0.5
    return (middle - reach) / (1 + square / n), (middle + reach) / (1 + square / n)


def ground_table(found: Sequence[tuple[Judged, Verdict]]) -> str:
    """Return a table: of each kind how many were caught (false ones) or kept (true ones), with 95% intervals."""
    rows = []
    for true, name in ((False, "false: all"), (True, "true: all")):
        mine = [(s, v) for s, v in found if s.true == true]
        kinds = dict.fromkeys(s.kind for s, _ in mine)
        rows += [_row(kind, true, [v for s, v in mine if s.kind == kind]) for kind in kinds]
        rows.append(_row(f"**{name}**", true, [v for _, v in mine]))
    return markdown(["kind", "n", "caught or kept", "share", "95% interval"], rows)


def _row(name: str, true: bool, given: Sequence[Verdict]) -> list[str]:
    hits = sum((v.status == "verworpen") != true for v in given)
    low, high = wilson(hits, len(given))
    share = f"{hits / len(given):.1%}" if given else "-"
    return [name, str(len(given)), f"{hits} {'kept' if true else 'caught'}", share, f"{low:.1%} to {high:.1%}"]
