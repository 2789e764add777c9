"""Layouts: tables of patterns, and the one classifier that reads a report's lines with them."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingest.errors import CorpusError
from ingest.records import Line, Span

LAYOUTS = Path(__file__).parent / "layouts.toml"
LINE_KEYS = {"kind", "level", "match", "within", "free"}


@dataclass(frozen=True)
class Pattern:
    """One line pattern: what it recognises, where it may apply."""

    kind: str
    match: re.Pattern[str]
    level: int = 0
    within: re.Pattern[str] | None = None
    free: bool = False


@dataclass(frozen=True)
class Table:
    """How a report's tables are read: see ``tables.py``."""

    numbered: bool = False
    within: str = ""
    run_in: str = ""
    rows: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Layout:
    """The patterns of one report's form."""

    name: str
    patterns: tuple[Pattern, ...]
    breaks: tuple[re.Pattern[str], ...] = ()
    wrapped: tuple[int, int] = (0, 0)
    whole: bool = False  # every line is a block by itself, none goes on in the next one
    table: Table = field(default_factory=Table)


@dataclass(frozen=True)
class KindRule:
    """The conditions under which a passage is of a kind."""

    kind: str
    block: str = ""
    path: str = ""
    text: str = ""

    @property
    def certainty(self) -> str:
        """Return how sure it is: ``zeker`` (a heading says so), ``waarschijnlijk`` (words do) or ``standaard``."""
        return "zeker" if self.path else "waarschijnlijk" if self.text or self.block else "standaard"

    def holds(self, block: str, path: str, text: str) -> bool:
        """Tell whether a passage that begins with such a block, path and text is of this rule's kind."""
        return (
            self.block in ("", block)
            and (not self.path or re.search(self.path, path) is not None)
            and (not self.text or re.search(self.text, text) is not None)
        )


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))


@cache
def load_layout(name: str) -> Layout:
    """Return the layout of that name.

    :raises CorpusError: there is no such layout, or a pattern has an unknown key; the message names the known ones.
    """
    tables = _tables()
    names = sorted(key for key in tables if key != "kind")
    if name not in names:
        raise CorpusError(f"unknown layout {name!r}; known are {', '.join(names)}")
    data = tables[name]
    return Layout(
        name,
        tuple(_pattern(name, entry) for entry in data["line"]),
        tuple(re.compile(text, re.MULTILINE) for text in data.get("breaks", ())),
        tuple(data.get("wrapped", (0, 0))),
        data.get("whole", False),
        _table(data.get("table", {})),
    )


def _pattern(layout: str, entry: dict[str, Any]) -> Pattern:
    for key in entry:
        if key not in LINE_KEYS:
            raise CorpusError(f"{LAYOUTS.name}: layout {layout!r}: unknown key {key!r} in a line pattern")
    within = entry.get("within")
    return Pattern(
        entry["kind"],
        re.compile(entry["match"], re.MULTILINE),
        entry.get("level", 0),
        re.compile(within) if within else None,
        entry.get("free", False),
    )


def _table(data: dict[str, Any]) -> Table:
    rows = tuple(data.get("row", ()))
    return Table(data.get("numbered", False), data.get("within", ""), data.get("run_in", ""), rows)


@cache
def kind_rules(layout: str = "") -> tuple[KindRule, ...]:
    """Return the rules that decide the kind of a layout's passages, in order; the last one always holds."""
    tables = _tables()
    return tuple(KindRule(**entry) for entry in tables.get(layout, {}).get("kind", tables["kind"]))


def line_starts(raw: str, layout: Layout) -> list[Span]:
    """Return the file's lines as [start, end) without their newline, cut also where the layout says so."""
    cuts = {0, *(m.end() for m in re.finditer("\n", raw))}
    for pattern in layout.breaks:
        cuts.update(m.start() for m in pattern.finditer(raw))
    ordered = [*sorted(cut for cut in cuts if cut < len(raw)), len(raw)]
    return [(start, end - 1 if raw[end - 1] == "\n" else end) for start, end in pairwise(ordered)]


class Classifier:
    """Reads a file line by line; the caller tells it the section path that it has reached."""

    def __init__(self, raw: str, layout: Layout) -> None:
        self.raw, self.layout = raw, layout
        self.path = ""

    def lines(self) -> Iterator[Line]:
        """Yield the recognised lines in the file's order; blank ones as kind ``blank``, the rest as ``text``."""
        done, free = 0, True
        for start, end in line_starts(self.raw, self.layout):
            if start < done:
                continue
            line = self._line(start, end, free)
            done = max(end, line.body[1])
            yield line
            free = line.kind in ("blank", "heading", "skip", "label", "editorial")

    def _line(self, start: int, end: int, free: bool) -> Line:
        if not self.raw[start:end].strip():
            return Line("blank", (start, end))
        for pattern in self.layout.patterns:
            if (pattern.free and not free) or (pattern.within and not pattern.within.search(self.path)):
                continue
            if match := pattern.match.match(self.raw, start):
                group = next((name for name in match.groupdict() if match[name] is not None), 0)
                first, last = match.span(group)
                if "\n" not in match[0]:  # a line that the layout cuts ends where it is cut
                    last = min(last, end)
                return Line(pattern.kind, (first, last), pattern.level, free)
        return Line("text", (start, end), 0, free)
