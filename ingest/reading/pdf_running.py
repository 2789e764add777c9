"""What returns on every page and is no text of its own: running headers, footers, page numbers; and contents pages.

A line at the top or foot of the page is running when its words, digits aside, stand at the same height on several
pages, or when it is a page number. What is left out is told in Dutch, a line each.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.reading.pdf_page import MARK_ON, RawPage, Segment

ZONE = 0.13  # of the page's height, at the top and at the foot
PAGE_NUMBER = re.compile(
    r"(?:(?:pagina|pag\.?|blz\.?|p\.|page)\s*)?[-–—|\s]*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:van|/|of|\|)\s*\d{1,4})?[-–—|\s]*",
    re.IGNORECASE,
)
LEADER = re.compile(r"(?:[.…·]\s?){4,}\s*(?:\d{1,4}|[ivx]+)$")
CONTENTS = re.compile(r"(?:\d+\.?\s+)?:?\s*(?:inhoud|inhoudsopgave|inhoudsopgaaf)\s*:?", re.IGNORECASE)
ENDS_IN_NUMBER = re.compile(r"\s\d{1,3}$|^\d{1,3}$")


@dataclass(frozen=True)
class _Band:
    """What stands on one line of a page, over its whole width."""

    page: int
    y: float
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in sorted(self.segments, key=lambda s: s.x0))


def without_running(pages: Sequence[RawPage]) -> tuple[list[RawPage], list[str]]:
    """Return the pages without running lines and page numbers, and what was left out."""
    edges = [band for page in pages for band in _edge_bands(page)]
    places: dict[str, list[_Band]] = defaultdict(list)
    for band in edges:
        if band.text.startswith(MARK_ON):
            continue  # "Zie noot 1" may be the note of several pages
        places[_shape(band.text)].append(band)
    running = [band for group in places.values() for band in _repeated(group, len(pages))]
    known = {id(band) for band in running}
    numbers = _numbers([band for band in edges if id(band) not in known], pages)
    dropped: dict[int, set[int]] = defaultdict(set)
    for band in (*running, *numbers):
        dropped[band.page] |= {id(segment) for segment in band.segments}
    kept = [replace(p, segments=tuple(s for s in p.segments if id(s) not in dropped[p.number])) for p in pages]
    return kept, _told([*running, *numbers])


def _told(dropped: list[_Band]) -> list[str]:
    shapes: dict[str, list[_Band]] = defaultdict(list)
    for band in dropped:
        shapes["" if _is_number(band.text) else _shape(band.text)].append(band)
    numbers = shapes.pop("", [])
    told = [f"Kop- of voetregel op {_pages(len(group))}: “{group[0].text}”" for group in shapes.values()]
    return told + ([f"Paginanummers op {_pages(len(numbers))}"] if numbers else [])


def _pages(count: int) -> str:
    return "1 pagina" if count == 1 else f"{count} pagina’s"


def _edge_bands(page: RawPage) -> list[_Band]:
    """Return the lines near the top and the foot of the page, at most four at each."""
    top, foot = ZONE * page.height, (1 - ZONE) * page.height
    low = _bands(page.number, [s for s in page.segments if s.y > foot])
    high = _bands(page.number, [s for s in page.segments if s.y < top])
    return [*high[:4], *low[-4:]]


def _bands(page: int, segments: Sequence[Segment]) -> list[_Band]:
    groups: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: s.y):
        if groups and segment.y - groups[-1][0].y < 3:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return [_Band(page, group[0].y, tuple(group)) for group in groups]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text).casefold()


def _repeated(group: list[_Band], pages: int) -> list[_Band]:
    """Return the bands of like words that stand at like heights on enough pages: three, or two of a few."""
    needed = 2 if pages <= 6 else 3
    heights: dict[int, set[int]] = defaultdict(set)
    for band in group:
        heights[round(band.y / 4)].add(band.page)
    near = {step: heights[step] | heights.get(step - 1, set()) | heights.get(step + 1, set()) for step in list(heights)}
    return [band for band in group if len(near[round(band.y / 4)]) >= needed]


def _numbers(edges: list[_Band], pages: Sequence[RawPage]) -> list[_Band]:
    """Return the outermost bands of pages that are nothing but a number, or hold the page's own number at an end.

    A chapter's name beside the page number changes too often to be found as repeated.
    """
    heights = {page.number: page.height for page in pages}
    outer: dict[tuple[int, bool], _Band] = {}
    for band in edges:
        foot = band.y > heights[band.page] / 2
        known = outer.get((band.page, foot))
        if known is None or (band.y > known.y) == foot:
            outer[band.page, foot] = band
    steps = Counter((step, foot) for (_, foot), band in outer.items() for step in _steps(band))
    own = {step for step, count in steps.items() if count >= 3}
    return [
        band
        for (_, foot), band in outer.items()
        if (_is_number(band.text) and foot) or any((step, foot) in own for step in _steps(band))
    ]


def _is_number(text: str) -> bool:
    return PAGE_NUMBER.fullmatch(text) is not None and any(char.isalnum() for char in text)


def _steps(band: _Band) -> set[int]:
    """Return how far the numbers at the band's ends are from the page's place in the file."""
    return {int(number) - band.page for number in re.findall(r"^\d{1,4}(?=\s)|(?<=\s)\d{1,4}$", band.text)}


def without_contents(pages: Sequence[RawPage]) -> tuple[list[RawPage], list[str]]:
    """Return the pages without contents lists: lines with leader dots, or below a title lines that end in a number."""
    kept: list[RawPage] = []
    found: list[int] = []
    inside = False
    for page in pages:
        dropped: set[int] = set()
        title: _Band | None = None
        bands = _bands(page.number, page.segments)
        for place, band in enumerate(bands):
            following = bands[place + 1].text if place + 1 < len(bands) else ""
            if CONTENTS.fullmatch(band.text):
                inside, title = True, band
            elif LEADER.search(band.text) or (inside and _is_entry(band.text, following)):
                dropped |= {id(segment) for segment in (*band.segments, *(title.segments if title else ()))}
            else:
                inside = False
        kept.append(
            replace(page, segments=tuple(s for s in page.segments if id(s) not in dropped)) if dropped else page
        )
        found += [page.number] if dropped else []
    return kept, [f"Inhoudsopgave op pagina {', '.join(map(str, found))}"] if found else []


def _is_entry(text: str, following: str) -> bool:
    """Tell whether a line is of a contents list: it ends in a page number, or is wrapped and the next one does."""
    return bool(ENDS_IN_NUMBER.search(text) or (ENDS_IN_NUMBER.search(following) and following[:1].islower()))
