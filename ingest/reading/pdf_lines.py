"""Lines of text: segments on one baseline put together, and lines joined so that words cut by a line's end are whole.

A hyphen at a line's end is dropped where it only marks the cut. It stays in ``gezins- en jongerencoaches``, before a
capital or digit (``Zuidoost-Brabant``), after capitals and figures (``WMO-consulenten``, ``24-uurs``), in addresses,
and in a word that stands with its hyphen elsewhere in the document.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.reading.pdf_page import SOFT_HYPHEN, Segment, Style

HANGING = re.compile(r"(?:en|of|als|dan|tot|naar|en/of|om|voor)\b")
PARTED = re.compile(r"\w+(?:-\w+)+")
WORD = re.compile(r"\w+")
LAST_WORD, FIRST_WORD, HYPHENED_END = re.compile(r"\S+$"), re.compile(r"[\w\-]+"), re.compile(r"[\w\-]*$")
LONGEST_WORD = 80  # of a line's end, how much is looked at
KEEPS_BEFORE = re.compile(r"(?:[A-Z\d]{2,}|\b\w|\d)$")
ADDRESS = re.compile(r"www\.|://|@")


@dataclass(frozen=True)
class Line:
    """A line of text; ``left`` and ``right`` are its column's or cell's edges, ``alone`` says that none is beside."""

    text: str
    page: int
    x0: float
    x1: float
    y: float
    style: Style
    starts_bold: bool = False
    left: float = 0.0
    right: float = 0.0
    alone: bool = False


def lines_of(
    segments: Iterable[Segment], page: int, left: float = 0.0, right: float = 0.0, alone: bool = False
) -> list[Line]:
    """Return the segments as lines from top to bottom; those on one baseline are one line."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: s.y):
        if rows and segment.y - rows[-1][0].y < 0.35 * max(segment.style.size, rows[-1][0].style.size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [_line(sorted(row, key=lambda s: s.x0), page, left, right, alone) for row in rows]


def _line(row: list[Segment], page: int, left: float, right: float, alone: bool) -> Line:
    text = row[0].text
    for before, segment in pairwise(row):
        close = segment.x0 - before.x1 < 0.15 * segment.style.size
        text += segment.text if close else f" {segment.text}"
    widest = max(row, key=lambda s: len(s.text))
    size = max(segment.style.size for segment in row if len(segment.text) * 3 >= len(widest.text))
    style = Style(size, all(s.style.bold for s in row), widest.style.italic)
    return Line(text, page, row[0].x0, row[-1].x1, row[0].y, style, row[0].starts_bold, left, right, alone)


@dataclass
class Words:
    """The words that stand whole inside the document's lines: they tell whether a cut word has a hyphen of its own."""

    hyphened: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    hanging: set[str] = field(default_factory=set)

    def learn(self, text: str) -> None:
        """Take in a line; its last word may be cut, and its first may be the rest of one."""
        for token in text.strip().split(" ")[1:-1]:
            if token.endswith("-"):
                self.hanging.add(token.strip("(‘'“-").lower())
            self.hyphened.update(m[0].lower() for m in PARTED.finditer(token))
            self.plain.update(m[0].lower() for m in WORD.finditer(token))

    def joint(self, before: str, after: str) -> tuple[int, str]:
        """Return how many characters the line ``before`` loses at its end, and what stands between it and the next."""
        if before.endswith(SOFT_HYPHEN):
            return 1, ""
        glued = len(before) > 1 and not before[-2].isspace()
        if before[-1] == "-" and glued:
            return self._hyphen(before[-LONGEST_WORD:], after)
        if (before[-1] == "/" and glued) or after[0] in ")].,;:!?":
            return 0, ""
        return 0, " "

    def _hyphen(self, before: str, after: str) -> tuple[int, str]:
        stem, first = LAST_WORD.search(before[:-1]), FIRST_WORD.match(after)
        if not stem or not first:
            return 0, " "
        start = HYPHENED_END.search(stem[0])
        parted = f"{start[0] if start else ''}-{first[0]}".lower()
        whole = parted.replace("-", "")
        if HANGING.match(after) and (whole not in self.plain or stem[0].lower() in self.hanging):
            return 0, " "
        keeps = (
            not after[0].islower()
            or not stem[0][-1].isalpha()
            or KEEPS_BEFORE.search(stem[0]) is not None
            or ADDRESS.search(stem[0]) is not None
            or (parted in self.hyphened and whole not in self.plain)
        )
        return (0, "") if keeps else (1, "")

    def cut_bare(self, before: Line, after: Line) -> bool:
        """Tell whether a word wider than its cell was cut bare: it fills its line, and its halves are no words."""
        half, rest = re.search(r"\w+$", before.text), re.match(r"[a-zà-ÿ]\w*", after.text)
        room = before.right - (before.x0 - before.left) - before.x1
        if not half or not rest or " " in before.text or not before.right or room > 0.6 * before.style.size:
            return False
        return half[0].lower() not in self.plain and rest[0] not in self.plain


def joined(lines: Sequence[Line], words: Words) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return lines as one text and where in it the page turns: (offset, page) for each change of page."""
    pieces: list[str] = []
    turns: list[tuple[int, int]] = []
    size = 0
    for before, line in zip([None, *lines], lines, strict=False):
        own = re.sub(r" {2,}", " ", line.text[:-1].replace(SOFT_HYPHEN, "") + line.text[-1:])
        if before:
            dropped, between = (0, "") if words.cut_bare(before, line) else words.joint(pieces[-1], own)
            pieces[-1] = pieces[-1][: len(pieces[-1]) - dropped]
            pieces.append(between)
            size += len(between) - dropped
            turns += [(size, line.page)] if line.page != before.page else []
        pieces.append(own)
        size += len(own)
    return "".join(pieces).removesuffix(SOFT_HYPHEN), tuple(turns)
