"""What is drawn on a page of a PDF besides text: ruling lines and pictures, in points from the page's top left."""

import ctypes
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

MAX_RULES = 600  # more ruling lines than that are a drawing, not tables
MAX_PATH_POINTS = 20_000


@dataclass(frozen=True)
class Rule:
    """A straight line along an axis: ``at`` is its y (horizontal) or x (vertical), from ``low`` to ``high``."""

    at: float
    low: float
    high: float


class Place:
    """Turns the file's points (from the bottom left, before the page is turned) into those that a reader sees."""

    def __init__(self, page: Any) -> None:
        self.left, self.bottom, self.right, self.top = page.get_bbox()
        self.turn = page.get_rotation() % 360
        size = (self.right - self.left, self.top - self.bottom)
        self.width, self.height = size if self.turn % 180 == 0 else size[::-1]

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the file stands for a reader."""
        if self.turn == 90:
            return y - self.bottom, x - self.left
        if self.turn == 180:
            return self.right - x, y - self.bottom
        if self.turn == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def line(self, box: Any, x: float, y: float) -> tuple[float, float, float]:
        """Return a character's left, right and baseline, from its box and its origin in the file."""
        if not self.turn:
            return box.left - self.left, box.right - self.left, self.top - y
        ends = self.point(box.left, box.bottom)[0], self.point(box.right, box.top)[0]
        return min(ends), max(ends), self.point(x, y)[1]

    def along(self, dx: float, dy: float) -> float:
        """Return how far a step goes to the right."""
        return {0: dx, 90: dy, 180: -dx}.get(self.turn, -dy)

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point is on the page."""
        return bool(-2 <= x <= self.width + 2 and -2 <= y <= self.height + 2)


@dataclass
class _Drawing:
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    points: int = 0


def drawn(page: Any, place: Place) -> tuple[tuple[Rule, ...], tuple[Rule, ...], int]:
    """Return the page's straight lines across and down, each joined from its parts, and its number of pictures."""
    drawing, pictures = _Drawing(), 0
    for item in page.get_objects(max_depth=3):
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
        elif item.type == pdfium.FPDF_PAGEOBJ_PATH and drawing.points < MAX_PATH_POINTS:
            _add_path(item.raw, place, drawing)
    across, down = _joined(drawing.across), _joined(drawing.down)
    return ((), (), pictures) if len(across) + len(down) > MAX_RULES else (across, down, pictures)


def _add_path(path: Any, place: Place, drawing: _Drawing) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    if not (fill.value or stroke.value):
        return
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, matrix)
    last = first = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium.FPDFPath_CountSegments(path)):
        drawing.points += 1
        if drawing.points > MAX_PATH_POINTS:
            return
        part = pdfium.FPDFPath_GetPathSegment(path, index)
        pdfium.FPDFPathSegment_GetPoint(part, x, y)
        flat = matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f
        point = place.point(*flat)
        if pdfium.FPDFPathSegment_GetType(part) == pdfium.FPDF_SEGMENT_MOVETO:
            first = point
        elif pdfium.FPDFPathSegment_GetType(part) == pdfium.FPDF_SEGMENT_LINETO:
            _add_line(last, point, drawing)
        if pdfium.FPDFPathSegment_GetClose(part):
            _add_line(point, first, drawing)
        last = point


def _add_line(start: tuple[float, float], end: tuple[float, float], drawing: _Drawing) -> None:
    (x0, y0), (x1, y1) = start, end
    if abs(y1 - y0) < 1 and abs(x1 - x0) > 4:
        drawing.across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
    elif abs(x1 - x0) < 1 and abs(y1 - y0) > 4:
        drawing.down.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))


def _joined(rules: list[Rule]) -> tuple[Rule, ...]:
    """Return the lines with those that lie on or against each other made one."""
    lanes: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if lanes and rule.at - lanes[-1][0].at < 2:
            lanes[-1].append(rule)
        else:
            lanes.append([rule])
    result: list[Rule] = []
    for lane in lanes:
        for rule in sorted(lane, key=lambda rule: rule.low):
            last = result[-1] if result else None
            if last and last.at == lane[0].at and rule.low - last.high < 3:
                result[-1] = Rule(last.at, last.low, max(last.high, rule.high))
            else:
                result.append(Rule(lane[0].at, rule.low, rule.high))
    return tuple(result)
