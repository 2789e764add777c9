"""The toezichtkader tables: every row a group of blocks that holds criterion, indicator, operationalisation and rule.

Three prints of the same kind of table: Nijmegen's rows stand between tabs with cells that slid one column (indicator 2)
or run on in the next row; 2017's have no decision rule and leave a criterion that goes on blank; Someren prints the
columns below each other, page by page, so that each row is put together from where its cells stand.
"""

import re
from itertools import pairwise

from ingest.clean import clean
from ingest.errors import CorpusError
from ingest.layout import Layout, Table
from ingest.records import Block, Span
from ingest.structure import Structure

CELL_CUT = re.compile(r"</?p>|</?ul[^>]*>|</?li>")
NUMBERED = re.compile(r"\s*(?:<p>)?\d{1,2} ")
BLANK_LINE = re.compile(r"\n[ \t]*\n")


def with_rows(raw: str, layout: Layout, structure: Structure) -> tuple[Block, ...]:
    """Return the report's blocks with its table rows as groups (``Block.group``), the rest as it was.

    :raises CorpusError: the layout's table names a cell that is not there, or leaves one unused.
    """
    if layout.table.rows:
        return _composed(raw, layout.table, structure)
    return _tabbed(raw, layout.table, structure.blocks)


def _tabbed(raw: str, table: Table, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    result: list[Block] = []
    criterion: list[Block] = []
    number = 0
    for block in blocks:
        if block.kind != "row":
            result.append(block)
            continue
        cells = _cells(raw, block)
        lead = _criterion_cells(raw, table, cells)
        goes_on = table.numbered and not any(NUMBERED.match(raw, cell[0]) for cell in cells)
        if lead:
            criterion = _cell_blocks(raw, table, block, cells[:lead], "")
        if not goes_on:
            number += 1
            result += [Block("row", b.pieces, block.path, f"row {number}") for b in criterion]
        result += _cell_blocks(raw, table, block, cells[lead:], f"row {number}")
    return tuple(result)


def _cells(raw: str, block: Block) -> list[Span]:
    """Return the row's cells that hold words."""
    start, end = block.pieces[0]
    cuts = [start - 1, *(m.start() for m in re.compile("\t").finditer(raw, start, end)), end]
    return [(a + 1, b) for a, b in pairwise(cuts) if raw[a + 1 : b].strip()]


def _criterion_cells(raw: str, table: Table, cells: list[Span]) -> int:
    """Return how many cells at the row's beginning are the criterion: 0 where it goes on from the row above."""
    if table.numbered:
        indicators = [place for place, cell in enumerate(cells) if NUMBERED.match(raw, cell[0])]
        return indicators[0] if indicators else 0
    return 1 if raw[cells[0][0] - 1] != "\t" else 0


def _cell_blocks(raw: str, table: Table, block: Block, cells: list[Span], group: str) -> list[Block]:
    cuts = re.compile(rf"{CELL_CUT.pattern}|(?<=>)(?=\S)" + (rf"|(?={table.run_in})" if table.run_in else ""))
    titles = re.compile(table.run_in) if table.run_in else None
    result = []
    for start, end in cells:
        for part in _parts(raw, start, end, cuts):
            title = titles.match(raw, part[0]) if titles else None
            pieces = [(part[0], title.end()), (title.end(), part[1])] if title and title.end() < part[1] else [part]
            result += [Block("row", (piece,), block.path, group) for piece in pieces]
    return result


def _parts(raw: str, start: int, end: int, cuts: re.Pattern[str]) -> list[Span]:
    parts, begin = [], start
    for match in cuts.finditer(raw, start, end):
        parts.append((begin, match.start()))
        begin = match.end()
    parts.append((begin, end))
    return [_stripped(raw, a, b) for a, b in parts if raw[a:b].strip()]


def _stripped(raw: str, start: int, end: int) -> Span:
    return start + len(raw[start:end]) - len(raw[start:end].lstrip()), end


def _composed(raw: str, table: Table, structure: Structure) -> tuple[Block, ...]:
    apart = ("note", "heading")
    inside = [b for b in structure.blocks if b.kind not in apart and any(table.within in title for title in b.path)]
    cells = _blank_line_groups(raw, inside)
    names = [clean(raw, [block.pieces for block in cell]).text.replace("\n", " ") for cell in cells]
    used: set[int] = set()
    rows: list[Block] = []
    for number, row in enumerate(table.rows, 1):
        path = inside[0].path[:2] + tuple(_title(structure, start) for start in row["under"])
        for start in row["cells"]:
            place = _only(names, start)
            used.add(place)
            rows += [Block("row", block.pieces, path, f"row {number}") for block in cells[place]]
    unused = [names[place][:60] for place in range(len(names)) if place not in used]
    if unused:
        raise CorpusError(f"the table in {table.within!r} leaves cells unused: {unused}")
    first = structure.blocks.index(inside[0])
    kept = [b for b in structure.blocks if b not in inside]
    before = [b for b in structure.blocks[:first] if b in kept]
    return (*before, *rows, *kept[len(before) :])


def _blank_line_groups(raw: str, blocks: list[Block]) -> list[list[Block]]:
    groups: list[list[Block]] = []
    for block in blocks:
        between = raw[groups[-1][-1].pieces[-1][1] : block.pieces[0][0]] if groups else "\n\n"
        if BLANK_LINE.search(between):
            groups.append([])
        groups[-1].append(block)
    return groups


def _title(structure: Structure, start: str) -> str:
    titles = [heading.title for heading in structure.headings]
    return titles[_only(titles, start)]


def _only(names: list[str], start: str) -> int:
    """Return the place of the one name that begins so."""
    found = [place for place, name in enumerate(names) if name.startswith(start)]
    if len(found) != 1:
        raise CorpusError(f"{len(found)} table cells begin with {start!r}, not one")
    return found[0]
