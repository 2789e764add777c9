"""A report in reading order: its headings and passages as parts with lines, before anything is drawn."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.clean import clean
from ingest.records import Heading, Passage

# What stands in a box in print. The texts show it by their wording alone: a page that calls it "kader", italics
# throughout, or the text above that goes on below it.
BOXES = re.compile(
    r"Wat is veiligheid\?$|Eisen aan samenwerkingsafspraken tussen |Overdracht van zaken door Veilig Thuis$"
    r"|Leren van evalueren$|Lokale teams: een regionale typologie$|Zelfscan versterkt eigenaarschap$"
    r"|Kwaliteitskader en zelfscan$|Goed voorbeeld: |WETTELIJKE GRONDSLAG 1G1P1R$|Handreiking$|Het onderzoek$"
    r"|Het lokale netwerk in de onderzochte gemeenten$|Toezicht naar zorg en ondersteuning kwetsbare gezinnen$"
    r"|Richtlijnen voor jeugdhulp en jeugdbescherming van de beroepsverenigingen$"
)
NAMES = ("heading", "title")


@dataclass(frozen=True)
class Line:
    """A line of the page: its words, the kind of block that it is, and where it begins in its passage's text.

    ``cells`` are the words of a row of a table of tabs, cell by cell; elsewhere empty.
    """

    text: str
    block: str
    start: int = 0
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A passage with the heading right above it, or a heading that only holds headings.

    ``anchor`` is the id of the heading's element, where the part has a heading. ``boxes`` tells whether its report is
    one of those whose boxes ``BOXES`` knows.
    """

    path: tuple[str, ...]
    lines: tuple[Line, ...]
    passage: Passage | None = None
    anchor: str = ""
    boxes: bool = True

    @property
    def box(self) -> tuple[str, ...]:
        """Return the section path of the box that the part stands in; empty outside one."""
        depth = next((place for place, title in enumerate(self.path, 1) if self.boxes and BOXES.match(title)), 0)
        return self.path[:depth]

    @property
    def is_row(self) -> bool:
        """Tell whether the part is a row of one of the inspectorates' tables."""
        return self.lines[0].block == "row"


def read_parts(
    raw: str, headings: Sequence[Heading], passages: Iterable[Passage], boxes: bool = True
) -> tuple[Part, ...]:
    """Return the report's parts in reading order.

    :param raw: the report's file; only it knows where a table of tabs has its cells.
    :param passages: in reading order. A table's row may stand elsewhere in the file than it is read (Someren prints
        column by column), so a heading goes by the section path of what follows, not by its place.
    :param boxes: whether the report is one of those that came with Vraagbaak, whose boxes are known by their titles.
    """
    paths = _paths(headings)
    parts: list[Part] = []
    done = 0
    for passage in passages:
        lines = tuple(_lines(raw, passage))
        own = _heading_of(passage, headings, paths)
        parts += [_lone(headings[n], paths[n]) for n in range(done, own + (lines[0].block not in NAMES))]
        done = max(done, own + 1)
        anchor = heading_anchor(headings[own]) if lines[0].block in NAMES else ""
        parts.append(Part(passage.section, lines, passage, anchor))
    parts += [_lone(headings[n], paths[n]) for n in range(done, len(headings))]
    return tuple(parts if boxes else (replace(part, boxes=False) for part in parts))


def only_kinds(parts: Sequence[Part], kinds: Collection[str], passage: str = "") -> tuple[Part, ...]:
    """Return the passages of these kinds and ``passage``, each under its headings; without kinds all parts."""
    if not kinds:
        return tuple(parts)
    kept = [p for p in parts if p.passage and (p.passage.kind in kinds or p.passage.id == passage)]
    above = {part.path[:depth] for part in kept for depth in range(1, len(part.path) + 1)}
    chosen = {id(part) for part in kept}
    named = (part if id(part) in chosen else replace(part, passage=None, lines=part.lines[:1]) for part in parts)
    return tuple(part for part in named if part.passage or (part.anchor and part.path in above))


def heading_anchor(heading: Heading) -> str:
    """Return a heading's element id."""
    return f"h-{heading.span[0]}"


def _lone(heading: Heading, path: tuple[str, ...]) -> Part:
    return Part(path, (Line(heading.title, "heading"),), None, heading_anchor(heading))


def _paths(headings: Sequence[Heading]) -> list[tuple[str, ...]]:
    """Return each heading's path: the titles that it stands under, and its own."""
    stack: list[Heading] = []
    paths = []
    for heading in headings:
        while stack and stack[-1].level >= heading.level:
            stack.pop()
        stack.append(heading)
        paths.append(tuple(above.title for above in stack))
    return paths


def _heading_of(passage: Passage, headings: Sequence[Heading], paths: Sequence[tuple[str, ...]]) -> int:
    """Return the place of the passage's heading, -1 where it has none; of two with one path the nearest before it."""
    same = [place for place, path in enumerate(paths) if path == passage.section]
    before = [place for place in same if headings[place].span[0] <= passage.end]
    return before[-1] if before else same[0] if same else -1


def _lines(raw: str, passage: Passage) -> Iterator[Line]:
    start = 0
    for text in passage.text.split("\n"):
        inside = [s for s in passage.sentences if start <= s.start <= start + len(text)]
        block = inside[0].block if inside else "text"
        places = [span for sentence in inside for span in sentence.spans]
        cells = _cells(raw, min(places)[0], max(places)[1], block) if block in ("item", "tab") and places else ()
        yield Line(text, block, start, cells if " ".join(filter(None, cells)) == text else ())
        start += len(text) + 1


def _cells(raw: str, start: int, end: int, block: str) -> tuple[str, ...]:
    """Return the cells of an added report's row, or of an item of two cells.

    A line of contents (a title, a tab, its page) is no row of a table.
    """
    if block == "tab":  # its first and last cells may be empty
        start, end = raw.rfind("\n", 0, start) + 1, (raw + "\n").find("\n", end)
    if "\n" in raw[start:end]:
        return ()  # a list item whose lines are indented with tabs (Someren)
    cuts = [start - 1, *(m.start() for m in re.compile("\t").finditer(raw, start, end)), end]
    cells = tuple(clean(raw, [((a + 1, b),)]).text for a, b in pairwise(cuts))
    return cells if block == "tab" or (len(cells) == 2 and not cells[1].isdigit()) else ()
