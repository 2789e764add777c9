"""The order in which a page is read: what stands over the whole width, and below it one column after the other.

From top to bottom, pieces that leave the same upright strip of the page free belong together; a piece over that strip
begins a new group (so a title over two columns is read before them). In a group, free strips part the columns. Rows of
short pieces at like heights are a table without lines.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from ingest.reading.pdf_lines import Line, lines_of
from ingest.reading.pdf_page import Segment
from ingest.reading.pdf_tables import Table

GUTTER = 8.0  # points: the narrowest white strip between columns
MARGIN = 0.15  # of the text's width: no strip nearer its edges parts columns

Piece = Segment | Table
Span = tuple[float, float]


@dataclass
class _Group:
    free: list[Span]
    pieces: list[Piece] = field(default_factory=list)


def in_order(pieces: Sequence[Piece], page: int, edges: Span) -> list[Line | Table]:
    """Return the page's lines and tables in reading order; ``edges`` are the left and right of the text on it."""
    result: list[Line | Table] = []
    for group in _settled(_groups(pieces, edges)):
        result += _group_lines(group, page, edges)
    return result


def _groups(pieces: Sequence[Piece], edges: Span) -> list[_Group]:
    inset = MARGIN * (edges[1] - edges[0])
    inside = (edges[0] + inset, edges[1] - inset)
    groups: list[_Group] = []
    for piece in sorted(pieces, key=lambda p: (round(_middle(p)), p.x0)):
        alone = _without([edges], piece, inside)
        free = _without(groups[-1].free, piece, inside) if groups else []
        if free or (groups and not groups[-1].free and not alone):
            groups[-1].free = free
        else:
            groups.append(_Group(alone))
        groups[-1].pieces.append(piece)
    return groups


def _middle(piece: Piece) -> float:
    return piece.top if isinstance(piece, Table) else piece.y


def _without(free: list[Span], piece: Piece, inside: Span) -> list[Span]:
    """Return the free strips that a piece leaves, without those too narrow or too near the margins to part columns."""
    left: list[Span] = []
    for low, high in free:
        parts = [(low, min(high, piece.x0)), (max(low, piece.x1), high)]
        left += [p for p in parts if p[1] - p[0] >= GUTTER and p[1] > inside[0] and p[0] < inside[1]]
    return left


def _settled(groups: list[_Group]) -> list[_Group]:
    """Move a heading at the end of a group's first column, apart from what is above it, to the group that it heads."""
    for group, following in pairwise(groups):
        columns = _columns(group)
        if len(columns) < 2:
            continue
        low = max(piece.bottom for column in columns[1:] for piece in column)
        own = sorted(columns[0], key=lambda p: p.top)
        cut = next(
            (
                n
                for n, piece in enumerate(own)
                if n and piece.top > low and piece.top - own[n - 1].bottom > 0.6 * _size(piece)
            ),
            len(own),
        )
        moved = own[cut:]
        ids = {id(piece) for piece in moved}
        group.pieces = [piece for piece in group.pieces if id(piece) not in ids]
        following.pieces = [*moved, *following.pieces]
    return groups


def _size(piece: Piece) -> float:
    return piece.style.size if isinstance(piece, Segment) else 10.0


def _columns(group: _Group) -> list[list[Piece]]:
    """Return the group's pieces by column, from left to right; one column where they don't stand side by side."""
    left, right = min(p.x0 for p in group.pieces), max(p.x1 for p in group.pieces)
    cuts = sorted((low + high) / 2 for low, high in group.free if low >= left + 1 and high <= right - 1)
    columns: list[list[Piece]] = [[] for _ in range(len(cuts) + 1)]
    for piece in group.pieces:
        columns[sum(piece.x0 > cut for cut in cuts)].append(piece)
    columns = [column for column in columns if column]
    if len(columns) > 1 and not all(len(column) > 1 for column in columns):
        return [group.pieces]
    return columns


def _group_lines(group: _Group, page: int, edges: Span) -> list[Line | Table]:
    columns = _columns(group)
    if len(columns) > 1 and (table := _aligned(columns, page)):
        return [table]
    result: list[Line | Table] = []
    for column in columns:
        alone = len(columns) == 1
        left = min(p.x0 for p in column) if not alone else edges[0]
        right = max(p.x1 for p in column) if not alone else edges[1]
        result += _column_lines(column, page, left, right, alone)
    return result


def _column_lines(column: list[Piece], page: int, left: float, right: float, alone: bool) -> list[Line | Table]:
    segments = [piece for piece in column if isinstance(piece, Segment)]
    lines: list[Line | Table] = [*lines_of(segments, page, left, right, alone)]
    lines += [piece for piece in column if isinstance(piece, Table)]
    return sorted(lines, key=lambda item: item.top if isinstance(item, Table) else item.y)


def _aligned(columns: list[list[Piece]], page: int) -> Table | None:
    """Return the columns as a table, if most lines of the first have one beside them at their height and are short.

    In columns of prose most lines fill the column and hold several words.
    """
    if any(isinstance(piece, Table) for column in columns for piece in column):
        return None
    lines = [lines_of([p for p in column if isinstance(p, Segment)], page) for column in columns]
    starts = [line.y for line in lines[0]]
    width = max(line.x1 for line in lines[0]) - min(line.x0 for line in lines[0])
    filled = sum(line.x1 - line.x0 > 0.8 * width for line in lines[0]) / len(starts)
    words = sum(len(line.text.split()) for line in lines[0]) / len(starts)
    beside = sum(any(abs(line.y - y) < 2 for line in lines[1]) for y in starts) / len(starts)
    if len(starts) < 3 or beside < 0.8 or words > 4 or (filled > 0.5 and words > 2):
        return None
    cuts = [start - 2 for start in starts[1:]]
    cells: list[list[list[Line]]] = [[[] for _ in lines] for _ in starts]
    for place, column in enumerate(lines):
        for line in column:
            cells[bisect_right(cuts, line.y)][place].append(line)
    rows = [tuple(map(tuple, row)) for row in cells if any(row)]
    x0, x1 = min(p.x0 for c in columns for p in c), max(p.x1 for c in columns for p in c)
    top, bottom = min(p.top for c in columns for p in c), max(p.bottom for c in columns for p in c)
    return Table(page, x0, x1, top, bottom, tuple(column[0].x0 for column in lines), tuple(rows))


def with_widths(items: Sequence[Line | Table]) -> list[Line | Table]:
    """Return the lines, those that stand alone in a column of a page with more given that column's right edge."""
    known = sorted({round(item.right) for item in items if isinstance(item, Line) and not item.alone})
    result: list[Line | Table] = []
    for (_, alone), members in groupby(items, key=lambda i: (i.page, isinstance(i, Line) and i.alone)):
        lines = list(members)
        if alone and known:
            widest = max(item.x1 for item in lines)
            right = next((float(edge) for edge in known if edge >= widest - 1), None)
            lines = [replace(i, right=min(right or i.right, i.right)) if isinstance(i, Line) else i for i in lines]
        result += lines
    return result
