"""From lines in reading order to paragraphs and list items: which line goes on with the one above, which begins anew.

A line begins anew at a wider gap, another style, an indent, a list mark, or where its first word would have fitted on
the line above. Over the end of a column or page there is no gap to see; there the rest decides.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.reading.pdf_lines import Line
from ingest.reading.pdf_page import BULLETS, MARK_OFF, MARK_ON
from ingest.reading.pdf_tables import Table, go_on, joined_tables

BULLET = re.compile(rf"(?:[{BULLETS}]|[o*]\s)\s*(?=\S)")
COUNTED = re.compile(r"(?:[–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
ENDED = re.compile(rf"[.:;?!…][\"'’”)\]]*(?:{MARK_ON}\d+{MARK_OFF})*$")


@dataclass(frozen=True)
class Measures:
    """What is usual in the document: the text's size, whether it is bold, and the line distance of each size."""

    size: float
    bold: bool
    leading: dict[float, float]

    def stands_out(self, line: Line) -> bool:
        """Tell whether a line looks like a heading: bigger than the text, or bold where the text is not."""
        return line.style.size > 1.05 * self.size or (
            line.style.bold and not self.bold and line.style.size > 0.9 * self.size
        )


@dataclass
class Block:
    """Lines that belong together; ``mark`` is the length of an item's list mark, 0 for other blocks."""

    lines: list[Line]
    mark: int = 0


@dataclass
class Flow:
    """The document's blocks and tables in reading order, and on how many pages a table's row of names stood again."""

    parts: list[Block | Table] = field(default_factory=list)
    repeated_names: int = 0


def measures_of(lines: Sequence[Line]) -> Measures:
    """Return what is usual in these lines."""
    sizes: Counter[tuple[float, bool]] = Counter()
    distances: dict[float, Counter[float]] = {}
    for before, line in zip([None, *lines], lines, strict=False):
        sizes[line.style.size, line.style.bold] += len(line.text)
        size = line.style.size
        if before and before.page == line.page and before.style.size == size:
            distance = round(line.y - before.y, 1)
            if 0.9 * size < distance < 2.2 * size:
                distances.setdefault(size, Counter())[distance] += 1
    size, bold = sizes.most_common(1)[0][0] if sizes else (10.0, False)
    leading = {size: _usual(counts) for size, counts in distances.items()}
    return Measures(size, bold, leading)


def _usual(counts: Counter[float]) -> float:
    """Return the smallest distance that is common."""
    most = max(counts.values())
    return min(distance for distance, count in counts.items() if count * 4 >= most)


def flow_of(items: Sequence[Line | Table], measures: Measures) -> Flow:
    """Return the document's blocks and tables: lines put together, and tables that go on on the next page."""
    flow = Flow()
    for item in items:
        last = flow.parts[-1] if flow.parts else None
        if isinstance(item, Table):
            if isinstance(last, Table) and _last_page(last) + 1 == item.page and go_on(last, item):
                flow.parts[-1], again = joined_tables(last, item)
                flow.repeated_names += again
            else:
                flow.parts.append(item)
        elif isinstance(last, Block) and not _begins(last, item, measures):
            last.lines.append(item)
        else:
            flow.parts.append(Block([item], _mark(item, measures)))
    return flow


def _last_page(table: Table) -> int:
    return max(line.page for cell in table.rows[-1] for line in cell)


def _mark(line: Line, measures: Measures) -> int:
    bullet = BULLET.match(line.text)
    if bullet:
        return bullet.end()
    counted = None if measures.stands_out(line) else COUNTED.match(line.text)
    return counted.end() if counted else 0


def _begins(block: Block, line: Line, measures: Measures) -> bool:
    """Tell whether a line begins a new block after ``block``."""
    last = block.lines[-1]
    near = last.page == line.page and line.y > last.y and max(line.x0, last.x0) < min(line.x1, last.x1)
    ended = ENDED.search(last.text) is not None
    if _looks_different(last, line, ended, measures):
        return True
    if measures.stands_out(line) and measures.stands_out(last):
        return not near or line.y - last.y > 1.55 * line.style.size
    if near and line.y - last.y > 1.2 * measures.leading.get(line.style.size, 1.35 * line.style.size) + 0.5:
        return True
    if _mark(line, measures):
        inside = not BULLET.match(line.text) and not ended and _full(last, line) and abs(line.x0 - last.x0) < 2
        return not inside
    goes_on = not ended and line.text[:1].islower()
    return not goes_on and (_indented_anew(block, line, near) or not _full(last, line))


def _looks_different(last: Line, line: Line, ended: bool, measures: Measures) -> bool:
    if abs(last.style.size - line.style.size) > 0.6:
        return True
    if last.style.bold == line.style.bold or measures.bold:
        return False
    return not line.starts_bold if last.style.bold else ended or not _full(last, line)


def _full(last: Line, line: Line) -> bool:
    """Tell whether the line's first word would not have fitted on the line above; within a sentence, near enough."""
    if not last.right:
        return True
    letter = (last.x1 - last.x0) / max(1, len(last.text))
    first = len(line.text.split(" ", 1)[0])
    wanted = (first + 1) * letter + 0.4 * line.style.size
    return last.right - last.x1 < (wanted if ENDED.search(last.text) else max(wanted, 0.3 * (last.right - last.left)))


def _indented_anew(block: Block, line: Line, near: bool) -> bool:
    """Tell whether a line stands further in or out than the lines of the block do."""
    last = block.lines[-1]
    step = line.x0 - last.x0 if near else (line.x0 - line.left) - (last.x0 - last.left)
    room = 0.8 * line.style.size
    if block.mark and len(block.lines) == 1:  # the second line of an item may hang below its text
        return step < -room
    if len(block.lines) == 1 and not block.mark:  # the first line of a paragraph may stand further in
        return step > room
    return abs(step) > room
