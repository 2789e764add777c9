"""From a document that was read to the text that offsets count in: a line an element, as the layout ``added`` reads it.

What would look like a mark to ``clean`` or to the layout, but is none, gets a backslash before it; so every letter and
digit of the document comes out of the passages again, and nothing in a file becomes markup. A backslash of the document
itself becomes U+29F5, which looks the same and escapes nothing. A table's row gets bars between its cells, so that
it can be read where it is quoted; only rows hold tabs.
"""

import re
from collections.abc import Collection

from ingest.reading.document import Document, Element
from ingest.records import Span

MARKS = {"item": "- ", "quote": "> "}
DEEPEST = 6
LONGEST_HEADING, LONGEST_NOTE = 300, 1200  # characters; a longer one is an ordinary paragraph
REFERENCE = re.compile(r"\s*\[(\d{1,2})\]")
AS_WRITTEN = re.compile(r"(?<=[^\s\\])\[(\d{1,2})\]")  # as ``clean`` knows it
NOTE = re.compile(r"\[(\d{1,2})\]\s+(?=\S)")
LOOKS_LIKE_MARK = re.compile(r"[\[\]*<>¹²³⁴⁵⁶⁷⁸⁹]")
LINE_MARK = re.compile(r"#{1,6} |- ")
BACKSLASH = "\u29f5"


def written(document: Document) -> tuple[str, tuple[Span, ...]]:
    """Return the document as text, and where its pages begin as (offset, page) in the text's order."""
    notes = {match[1] for element in document.elements if (match := _note(element))}
    referred: set[str] = set()  # the footnotes that a text above refers to; others are paragraphs of their own
    lines: list[str] = []
    pages: list[Span] = []
    length = 0
    for element in document.elements:
        mark, text, known = _line(element, notes, referred)
        if not text.strip():
            continue
        note = _note(element)
        start = note.end() if note and note[1] in referred else 0  # the mark of a footnote is in ``mark`` already
        for offset, page in ((None, element.page), *element.turns):
            if page is not None and (not pages or pages[-1][1] != page):
                before = "" if offset is None else mark + _escaped(_folded(element.text[start:offset]), known)
                pages.append((length + len(before), page))
        line = mark + text
        lines.append(line)
        length += len(line) + 2
        if element.kind not in ("heading", "note"):
            referred |= {match[1] for match in AS_WRITTEN.finditer(text)}
    return "\n\n".join(lines) + "\n", tuple(pages)


def _line(element: Element, notes: Collection[str], referred: Collection[str]) -> tuple[str, str, Collection[str]]:
    """Return an element's mark, its text as written, and the footnotes that it may refer to."""
    note = _note(element)
    if note and note[1] in referred:
        return f"[{note[1]}] ", _escaped(element.text[note.end() :], ()), ()
    if element.kind == "heading" and len(element.text) <= LONGEST_HEADING:
        text = REFERENCE.sub(lambda found: "" if found[1] in notes else found[0], element.text)
        return "#" * min(max(element.level, 1), DEEPEST) + " ", _escaped(_folded(text), ()), ()
    if element.kind == "row":
        cells = [_escaped(_folded(cell), notes) for cell in element.text.split("\t")]
        return "| ", "\t| ".join(cells) + "\t|", notes
    known = () if note else notes
    return MARKS.get(element.kind, ""), _escaped(_folded(element.text), known), known


def _note(element: Element) -> re.Match[str] | None:
    return NOTE.match(element.text) if element.kind == "note" and len(element.text) <= LONGEST_NOTE else None


def _folded(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str, notes: Collection[str]) -> str:
    """Return the text with a backslash before what would look like a mark; references to ``notes`` stay marks."""
    text = text.replace("\\", BACKSLASH)
    parts, done = [], 0
    for match in REFERENCE.finditer(text):
        if match[1] in notes and match.start():
            parts += [_without_marks(text[done : match.start()]), f"[{match[1]}]"]
            done = match.end()
    parts.append(_without_marks(text[done:]))
    whole = "".join(parts)
    return "\\" + whole if LINE_MARK.match(whole) else whole


def _without_marks(text: str) -> str:
    return LOOKS_LIKE_MARK.sub(lambda found: "\\" + found[0], text)
