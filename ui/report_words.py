"""A line's words as HTML, with what is marked in them: the passage of a link, and what a search found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from ingest.records import Passage, Sentence, Span
from ui.report_order import NAMES, Line, Part
from ui.report_search import Found


@dataclass(frozen=True)
class Marks:
    """What is marked: the passage that a link names, of it these places in the file (all of it where none is named),
    and what a search found. ``pages_open`` tells whether pages lead to the report's original.
    """

    passage: str = ""
    places: tuple[Span, ...] = ()
    found: tuple[Found, ...] = ()
    pages_open: bool = False


class Words:
    """Writes the lines of one part, with what is marked in them."""

    def __init__(self, place: int, part: Part, marks: Marks) -> None:
        self.named = _named(part.passage, marks) if part.passage and part.passage.id == marks.passage else ()
        self.found = [found for found in marks.found if found.part == place]
        self.total = len(marks.found)
        self.pages_open = marks.pages_open
        self.lines = part.lines

    def html(self, line: Line, start: int = 0, end: int | None = None) -> str:
        """Return [start, end) of a line as HTML."""
        end = len(line.text) if end is None else end
        named = [] if line.block in NAMES else [(a - line.start, b - line.start) for a, b in self.named]
        found = [f for f in self.found if self.lines[f.line] is line and f.start < end and f.end > start]
        cuts = {start, end, *(x for pair in named for x in pair), *(x for f in found for x in (f.start, f.end))}
        edges = sorted(cut for cut in cuts if start <= cut <= end)
        return "".join(
            self._stretch(line.text, a, b, any(x <= a and b <= y for x, y in named), found) for a, b in pairwise(edges)
        )

    def _stretch(self, text: str, start: int, end: int, named: bool, found: Iterable[Found]) -> str:
        words = escape(text[start:end], quote=False)
        hit = next((f for f in found if f.start <= start and end <= f.end), None)
        if not hit:
            return f"<mark>{words}</mark>" if named else words
        name = f' id="v-{hit.number}" tabindex="-1"' if start == hit.start else ""
        return f'<mark class="vb-treffer"{name}>{words}</mark>{self._steps(hit.number) if end == hit.end else ""}'

    def _steps(self, number: int) -> str:
        """Return where among the places this one is, with links to the one before and the one after."""
        back = f'<a href="#v-{number - 1}" aria-label="Vorige plek">↑</a>' if number > 1 else ""
        on = f'<a href="#v-{number + 1}" aria-label="Volgende plek">↓</a>' if number < self.total else ""
        return f'<span class="vb-treffer-nav">{back}{number} van {self.total}{on}</span>'


def _named(passage: Passage, marks: Marks) -> tuple[Span, ...]:
    """Return the places in the passage's text that are marked; all of it where the link names none that is there."""
    quoted = tuple((s.start, s.end) for s in passage.sentences if _is_within(s, marks.places))
    return quoted or ((0, len(passage.text)),)


def _is_within(sentence: Sentence, places: Sequence[Span]) -> bool:
    return all(any(low <= start and end <= high for low, high in places) for start, end in sentence.spans)
