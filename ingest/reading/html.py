"""Reads a web page: Beautiful Soup makes the tree, and one walk down it, without recursion, makes the elements.

The walk keeps the text that it has met since the last block began or ended. html.parser builds the tree: lxml's HTML
parser silently stops at a depth of 256, and a quote that is lost in silence is the one thing that may not happen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PageElement, Tag

from ingest.reading.document import Document, Element
from ingest.reading.text import BULLET, clean, clean_row, decoded

BLOCKS = frozenset(
    "address article aside body blockquote caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer h1 h2 h3 h4 h5 h6 header hr html legend li main ol p pre section summary table tbody td tfoot th thead "
    "tr ul".split()
)
LEFT_OUT = {
    **dict.fromkeys(("nav", "header", "footer", "aside"), "Menu's en de kop, voet en zijkant van de pagina"),
    **dict.fromkeys(("form", "button", "select", "textarea", "input"), "Formulieren en knoppen"),
    **dict.fromkeys(("img", "picture", "svg", "canvas", "video", "audio", "object", "iframe"), "Afbeeldingen en media"),
    **dict.fromkeys(("script", "style", "template", "noscript", "head", "title"), ""),
}
MARK = re.compile(r"\W*(\d{1,3})\W*")
UNIT = re.compile(r"(?:^|[\d\s(/])[kcdm]?m$")  # m² and km² are no notes
BACK = " ^↑↩\ufe0e"  # the link from a note back to its mark
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def read_html(path: Path) -> Document:
    """Return the page's main part in reading order.

    :raises DocumentError: the bytes are no text.
    """
    raw = path.read_bytes()
    declared = EncodingDetector.find_declared_encoding(raw[:4096], is_html=True) or ""
    soup = BeautifulSoup(decoded(raw, declared), "html.parser")
    elements, left_out = html_elements(soup)
    publisher = _meta(soup, "dcterms.publisher", "og:site_name", "dcterms.creator", "author")
    dated = _meta(soup, "dcterms.date", "dcterms.issued", "dcterms.available", "article:published_time", "date")
    year = YEAR.search(dated)
    return Document(elements, None, _title(soup, elements), publisher, int(year[0]) if year else None, left_out)


def html_elements(soup: Tag) -> tuple[tuple[Element, ...], tuple[str, ...]]:
    """Return the elements of the main part of a tree, and what was left out."""
    root = _main(soup)
    walk = Walk(_notes(root))
    elements = tuple(walk.elements(root))
    return elements, tuple(walk.left_out)


@dataclass(frozen=True)
class Place:
    """What text at a place in the tree belongs to; ``boxed`` in a table whose cells are blocks of their own."""

    kind: str = "text"
    level: int = 0
    note: int = 0
    boxed: bool = False


class Walk:
    """One walk down a tree."""

    def __init__(self, notes: dict[str, int]) -> None:
        self.notes = notes
        self.left_out: dict[str, None] = {}
        self._text: list[str] = []
        self._cells: list[str] | None = None

    def elements(self, root: Tag) -> Iterator[Element]:
        """Yield the elements under ``root``. A stack holds what is still to come; a place alone ends its block."""
        stack: list[tuple[PageElement | None, Place]] = [(root, Place())]
        while stack:
            node, place = stack.pop()
            if node is None:
                yield from self._flush(place)
            elif isinstance(node, Tag):
                yield from self._enter(node, place, stack)
            elif type(node) is NavigableString:  # comments and scripts are of a class below it
                self._text.append(str(node))
        yield from self._flush(Place())

    def _enter(self, tag: Tag, place: Place, stack: list[tuple[PageElement | None, Place]]) -> Iterator[Element]:
        if self._leaves_out(tag):
            return
        if tag.name == "sup" and (mark := self._mark(tag)):
            self._text.append(f"[{mark}]")
            return
        if tag.name == "br":
            self._text.append(" ")
        if tag.name in BLOCKS:
            yield from self._flush(place)
            if tag.name == "tr":  # a row that the page did not close ends here
                yield from self._row()
            inner = self._place(tag, place)
            stack.append((None, inner if tag.name != "tr" or inner.boxed else replace(inner, kind="row")))
            place = inner
        stack.extend((child, place) for child in reversed(tag.contents))

    def _place(self, tag: Tag, place: Place) -> Place:
        if note := self.notes.get(str(tag.get("id", ""))):
            return replace(place, kind="note", note=note)
        if re.fullmatch(r"h[1-6]", tag.name):
            return replace(place, kind="heading", level=int(tag.name[1]))
        if tag.name == "tr" and not place.boxed:
            self._cells = []
        elif tag.name in ("td", "th") and self._cells is not None:
            self._cells.append("")
        elif tag.name == "table" and self._cells is None:
            return replace(place, boxed=_boxed(tag))
        kinds = {"li": "item", "blockquote": "quote"}
        return replace(place, kind=kinds[tag.name]) if tag.name in kinds and place.kind != "note" else place

    def _flush(self, place: Place) -> Iterator[Element]:
        """Yield what was gathered; inside a row it goes to the last cell until the row ends."""
        text, self._text = clean("".join(self._text)), []
        if self._cells is not None:
            if text:
                self._cells[-1:] = [f"{self._cells[-1]} {text}".strip() if self._cells else text]
            if place.kind == "row":
                yield from self._row()
            return
        bullet = BULLET.match(text)
        if not text:
            return
        if place.note:
            yield Element("note", f"[{place.note}] {text.strip(BACK)}")
        elif bullet and place.kind in ("text", "item"):
            yield Element("item", text[bullet.end() :])
        else:
            yield Element("text" if place.kind == "row" else place.kind, text, place.level)

    def _row(self) -> Iterator[Element]:
        text, self._cells = clean_row(self._cells or []), None
        if text:
            yield Element("row", text)

    def _leaves_out(self, tag: Tag) -> bool:
        style = str(tag.get("style", "")).replace(" ", "").lower()
        if tag.has_attr("hidden") or "display:none" in style or "visibility:hidden" in style:
            return True
        what = LEFT_OUT.get(tag.name)
        # The head of an article holds its title, the foot of a quotation its source.
        kept = tag.name == "header" and tag.find_parent(("article", "main")) is not None
        kept = kept or (tag.name == "footer" and tag.find_parent("blockquote") is not None)
        if what and not kept:
            self.left_out[what] = None
        return what is not None and not kept

    def _mark(self, sup: Tag) -> str:
        """Return the number of a raised mark, empty where it is no note's: the square of a metre, a power."""
        said = MARK.fullmatch(sup.get_text())
        return said[1] if said and not UNIT.search("".join(self._text[-3:])[-8:]) else ""


def _main(soup: Tag) -> Tag:
    """Return the tree's main part: <main>, the only <article>, the body, or all of it."""
    for name in ("main", "article", "body"):
        found = soup.find_all(name)
        if len(found) == 1:
            return found[0]
    return soup


def _notes(root: Tag) -> dict[str, int]:
    """Return the numbers of notes by the id of the element that holds each: where raised numbers link to."""
    notes = {}
    for link in root.find_all("a", href=re.compile("^#.")):
        raised = link.find_parent("sup") or link.find("sup")
        if raised and (said := MARK.fullmatch(link.get_text())):
            notes[str(link["href"])[1:]] = int(said[1])
    return notes


def _boxed(table: Tag) -> bool:
    """Return whether a table is layout: it says so, holds headings or tables, or has one column."""
    if table.get("role") == "presentation" or table.find(("table", "h1", "h2", "h3", "h4")):
        return True
    return all(len(row.find_all(("td", "th"), limit=2)) < 2 for row in table.find_all("tr"))


def _meta(soup: BeautifulSoup, *names: str) -> str:
    """Return the first of these metadata that the page has."""
    said = {str(m.get("name") or m.get("property")).lower(): str(m.get("content", "")) for m in soup.find_all("meta")}
    return next((clean(said[name]) for name in names if said.get(name)), "")


def _title(soup: BeautifulSoup, elements: tuple[Element, ...]) -> str:
    """Return the highest heading where the window's title holds it (that names the site as well), else that title."""
    headings = [element for element in elements if element.kind == "heading"]
    first = min(headings, key=lambda element: element.level).text if headings else ""
    window = clean(soup.title.get_text()) if soup.title else ""
    return first if first and (not window or first.casefold() in window.casefold()) else window
