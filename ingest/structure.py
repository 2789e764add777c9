"""From classified lines to headings and blocks: paragraphs, items and quotations under the path that a reader sees."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.clean import clean
from ingest.layout import Classifier, Layout
from ingest.records import Block, Heading, Line, Span

ENDS = re.compile(r"[.:;?!][\"'’”)*\s]*(?:\^?\[\d+\]|<sup>\d+</sup>|[¹²³])?[*\s]*$")
GOES_ON = re.compile(r"[\s•\-–*]*(?:[a-zà-ÿ]|\([a-zà-ÿ])")
CUT_WORD = re.compile(r"[^\W\d]-\s*$")
TRAILING = re.compile(r"(?<=[\w)?’'”])\s*:\s*$")
FLOWING = ("text", "item", "note")


@dataclass(frozen=True)
class Structure:
    """A report's headings and blocks in the file's order, and the stretches left out on purpose."""

    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]
    left_out: tuple[tuple[str, Span], ...]


@dataclass
class _Open:
    """A block that may still grow."""

    kind: str
    pieces: list[Span]
    path: tuple[str, ...]
    closed: bool = False


@dataclass
class _Builder:
    raw: str
    layout: Layout
    headings: list[Heading] = field(default_factory=list)
    stack: list[Heading] = field(default_factory=list)
    blocks: list[_Open] = field(default_factory=list)
    left_out: list[tuple[str, Span]] = field(default_factory=list)
    after_blank: bool = True

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(heading.title for heading in self.stack)

    def add(self, line: Line) -> None:
        """Take one line in."""
        if line.kind == "blank":
            self.after_blank = True
            return
        if line.kind in ("heading", "title"):
            self._open_heading(line)
        elif line.kind in ("skip", "label"):
            self.left_out.append((line.kind, line.body))
        elif line.kind == "resume":
            self._close_headings(line.level)
            self._start("text", line.body)
        elif line.kind == "attribution" and self.blocks:
            self.blocks[-1].pieces.append(line.body)
            self.blocks[-1].closed = True
        else:
            self._add_words(line)
        self.after_blank = line.kind in ("heading", "title", "label")

    def _open_heading(self, line: Line) -> None:
        self._close_headings(line.level)
        title = clean(self.raw, [self._wrapped_lines(line.body)]).text
        heading = Heading(TRAILING.sub("", title), line.level, line.body)
        self.headings.append(heading)
        self.stack.append(heading)
        self._start(line.kind, *self._wrapped_lines(line.body), closed=True)

    def _close_headings(self, level: int) -> None:
        while self.stack and self.stack[-1].level >= level:
            self.stack.pop()

    def _wrapped_lines(self, span: Span) -> list[Span]:
        """Return the lines of a match that runs over several."""
        cuts = [span[0], *(m.end() for m in re.compile("\n").finditer(self.raw, *span)), span[1]]
        return list(pairwise(cuts))

    def _add_words(self, line: Line) -> None:
        pieces = self._wrapped_lines(line.body)
        open_block = self._continued(line)
        if open_block:
            open_block.pieces += pieces
        else:
            self._start(line.kind, *pieces, closed=line.kind in ("line", "row"))

    def _start(self, kind: str, *pieces: Span, closed: bool = False) -> None:
        self.blocks.append(_Open(kind, list(pieces), self.path, closed=closed))

    def _continued(self, line: Line) -> _Open | None:
        """Return the open block that the line goes on with, if any.

        A paragraph goes on in the next line, and over a page number, a footnote or a blank line where a page ends in
        mid-sentence (AEF 1.3 "De verdiepende / analyses"; Nijmegen, Informatie delen, "onder- / zoeksverslag").
        """
        if line.kind not in ("text", "item") or not self.blocks or self.layout.whole:
            return None
        last = self.blocks[-1]
        if line.kind == "text" and not self.after_blank and last.kind in FLOWING and not last.closed:
            return last
        if line.kind == "item" and self.layout.wrapped == (0, 0):
            return None  # only where every line has a bullet (Nijmegen) can one be the rest of the line above
        for block in reversed(self.blocks[-3:]):
            if block.closed or block.kind not in FLOWING or block.path != self.path:
                continue
            if self._breaks_off(block, line):
                return block
            if block.kind != "note":
                break
        return None

    def _breaks_off(self, block: _Open, line: Line) -> bool:
        before, after = self.raw[slice(*block.pieces[-1])], self.raw[slice(*line.body)]
        low, high = self.layout.wrapped
        if low <= len(before.strip()) <= high and not self.after_blank:
            return True
        if CUT_WORD.search(before) and GOES_ON.match(after):
            return True
        return not ENDS.search(before) and GOES_ON.match(after) is not None


def read_structure(raw: str, layout: Layout) -> Structure:
    """Return the report's headings, blocks and what is left out, each with its place in ``raw``."""
    builder = _Builder(raw, layout)
    classifier = Classifier(raw, layout)
    for line in classifier.lines():
        builder.add(line)
        classifier.path = " › ".join(builder.path)
    blocks = tuple(Block(b.kind, tuple(b.pieces), b.path) for b in builder.blocks)
    return Structure(tuple(builder.headings), blocks, tuple(builder.left_out))
