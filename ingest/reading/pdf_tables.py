"""Tables with ruling lines: the cells that the lines make, and rows that go on on the next page.

A table is a set of lines that touch each other and make at least two columns. A cell that no line parts from the one
above or beside it is one with it. On the next page a table goes on where one stands first there with the same columns;
its row of names is printed again there and dropped, and a row goes on where its first cell is empty or begins small.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.reading.document import Element
from ingest.reading.pdf_drawing import Rule
from ingest.reading.pdf_lines import Line, Words, joined, lines_of
from ingest.reading.pdf_page import RawPage, Segment

NEAR = 3.0  # points that lines which should meet may stay apart

Cell = tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """A table on a page: its edges, the places of its columns' edges, and its rows of cells of lines."""

    page: int
    x0: float
    x1: float
    top: float
    bottom: float
    columns: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]


def ruled_tables(page: RawPage) -> tuple[list[Table], list[Segment]]:
    """Return the page's ruled tables and the segments outside them."""
    tables: list[Table] = []
    rest = list(page.segments)
    for across, down in _grids(page.across, page.down):
        columns, edges = _edges(down), _edges(across)
        if len(columns) < 3 or len(edges) < 2:
            continue
        inside = [s for s in rest if edges[0] < s.y < edges[-1] and columns[0] < (s.x0 + s.x1) / 2 < columns[-1]]
        rows = _rows(inside, columns, edges, across, down, page.number)
        if sum(any(row[column] for row in rows) for column in range(len(columns) - 1)) < 2:
            continue
        kept = {id(segment) for segment in inside}
        rest = [segment for segment in rest if id(segment) not in kept]
        tables.append(Table(page.number, columns[0], columns[-1], edges[0], edges[-1], tuple(columns), rows))
    return tables, rest


def _grids(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Return the groups of lines that meet."""
    groups: list[tuple[list[Rule], list[Rule]]] = []
    for rule in down:
        met = [
            a
            for a in across
            if rule.low - NEAR <= a.at <= rule.high + NEAR and a.low - NEAR <= rule.at <= a.high + NEAR
        ]
        if not met:
            continue
        touched = [group for group in groups if any(a in group[0] for a in met)]
        groups = [group for group in groups if group not in touched]
        merged = ([a for group in touched for a in group[0]], [d for group in touched for d in group[1]])
        groups.append(([*merged[0], *(a for a in met if a not in merged[0])], [*merged[1], rule]))
    return groups


def _edges(rules: list[Rule]) -> list[float]:
    edges: list[float] = []
    for at in sorted(rule.at for rule in rules):
        if not edges or at - edges[-1] > NEAR:
            edges.append(at)
    return edges


def _rows(
    inside: list[Segment], columns: list[float], edges: list[float], across: list[Rule], down: list[Rule], page: int
) -> tuple[tuple[Cell, ...], ...]:
    cells: dict[tuple[int, int], list[Segment]] = {}
    for segment in inside:
        column = min(bisect_right(columns, (segment.x0 + segment.x1) / 2) - 1, len(columns) - 2)
        row = min(bisect_right(edges, segment.y - 0.3 * segment.style.size) - 1, len(edges) - 2)
        while column and not _parts(down, columns[column], (edges[max(row, 0)] + edges[row + 1]) / 2):
            column -= 1
        while row > 0 and not _parts(across, edges[row], (columns[column] + columns[column + 1]) / 2):
            row -= 1
        cells.setdefault((max(row, 0), column), []).append(segment)
    grid = [
        tuple(
            tuple(lines_of(cells.get((row, column), ()), page, columns[column], columns[column + 1]))
            for column in range(len(columns) - 1)
        )
        for row in range(len(edges) - 1)
    ]
    return tuple(row for row in grid if any(row))


def _parts(rules: list[Rule], at: float, point: float) -> bool:
    return any(abs(rule.at - at) <= NEAR and rule.low - 1 <= point <= rule.high + 1 for rule in rules)


def go_on(before: Table, after: Table) -> bool:
    """Tell whether a table on a later page has the columns of one before."""
    same = len(before.columns) == len(after.columns)
    return same and all(abs(a - b) < 4 for a, b in zip(before.columns, after.columns, strict=False))


def joined_tables(before: Table, after: Table) -> tuple[Table, bool]:
    """Return two parts of a table as one, and whether its row of names stood on the second part again."""
    rows, more = list(before.rows), list(after.rows)
    again = len(more) > 1 and _words(rows[0]) == _words(more[0])
    if again:
        more = more[1:]
    if more and _continues(more[0]):
        rows[-1] = tuple((*a, *b) for a, b in zip(rows[-1], more[0], strict=True))
        more = more[1:]
    return replace(before, rows=(*rows, *more)), again


def _words(row: tuple[Cell, ...]) -> list[str]:
    return ["".join(line.text for line in cell) for cell in row]


def _continues(row: tuple[Cell, ...]) -> bool:
    return not row[0] or row[0][0].text[:1].islower()


def row_elements(table: Table, words: Words) -> list[Element]:
    """Return the table's rows as elements."""
    return [_row_element(row, words) for row in table.rows]


def _row_element(row: tuple[Cell, ...], words: Words) -> Element:
    text, turns, page = "", [], 0
    first = next(cell[0].page for cell in row if cell)
    for place, cell in enumerate(row):
        text += "\t" if place else ""
        if not cell:
            continue
        if page and cell[0].page != page:
            turns.append((len(text), cell[0].page))
        words_of_cell, cell_turns = joined(cell, words)
        turns += [(len(text) + offset, turn) for offset, turn in cell_turns]
        text += words_of_cell
        page = cell[-1].page
    return Element("row", text, page=first, turns=tuple(turns))
