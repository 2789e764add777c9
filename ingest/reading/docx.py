"""Reads a DOCX: python-docx opens the package and knows its styles, the walk over the body is ours.

python-docx lists the paragraphs and tables that stand directly in the body. Text boxes, content controls, insertions
and footnotes, which reports are full of, stand deeper, so the XML is walked: ``Body`` takes block after block,
``ingest.reading.docx_text`` what stands inside one paragraph.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
from lxml import etree

from ingest.errors import DocumentError
from ingest.reading.document import Document, Element
from ingest.reading.docx_styles import Styles
from ingest.reading.docx_text import DELETED, Inline, Reading, W, is_bold, value
from ingest.reading.limits import MIN_LETTERS
from ingest.reading.refusals import PICTURE
from ingest.reading.text import BULLET, clean, clean_row, letters

WRAPPERS = {f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}
ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
CONTENTS, CONTENTS_TITLES = "De inhoudsopgave", ("inhoud", "inhoudsopgave")
MAX_HEADING, END_MARKS = 100, tuple(".,;:?!")
# Authors that a program fills in.
NOBODY = {
    "",
    "python-docx",
    "windows user",
    "windows-gebruiker",
    "user",
    "gebruiker",
    "unknown",
    "microsoft office user",
}
NO_TITLE = re.compile(r"(?:microsoft word - .*|document\s*\d*|titel|title|untitled|word document)", re.IGNORECASE)


def read_docx(path: Path) -> Document:
    """Return the document's body in reading order: insertions taken, deletions left; a note follows what refers to it.

    :raises DocumentError: the document holds pictures and no text.
    """
    opened = docx.Document(str(path))
    reading = Reading(_notes(opened.part, "footnotes"), _notes(opened.part, "endnotes"))
    reading.number(opened.element.body)
    styles, inside = Styles(opened.styles), opened.element.body
    plain = not any(styles.of(paragraph).level for paragraph in inside.iter(f"{W}p"))
    elements = tuple(Body(styles, reading, plain).blocks(inside))
    if reading.pictures and letters("".join(element.text for element in elements)) < MIN_LETTERS:
        raise DocumentError(f"{reading.pictures} pictures and no text; a version with text is needed", PICTURE)
    core = opened.core_properties
    left_out = (*_headers(opened), *reading.left_out())
    if CONTENTS in left_out:
        elements = tuple(element for element in elements if element.text.casefold() not in CONTENTS_TITLES)
    return Document(elements, None, _title(core.title, elements), _publisher(core.author), None, left_out)


@dataclass
class Body:
    """Turns blocks of the body into elements."""

    styles: Styles
    reading: Reading
    bold_heads: bool = False  # no paragraph has the style of a heading: a short bold one is taken for it
    held: str = field(default="", init=False)  # the text of a paragraph whose end is deleted: the next one goes on

    def blocks(self, parent: Any, notes: bool = True) -> Iterator[Element]:
        """Yield the elements of the paragraphs and tables in ``parent``, each followed by the notes it refers to.

        :param notes: without, they wait for the block that holds ``parent``, so that a row or a box stays whole.
        """
        for block in _unwrapped(parent):
            if block.tag == f"{W}p":
                yield from self._paragraph(block)
            elif block.tag == f"{W}tbl":
                yield from self._table(block)
            elif block.tag == f"{W}altChunk":
                self.reading.note_left_out("Ingesloten documenten")
            if notes:
                yield from self._referred()

    def _referred(self) -> Iterator[Element]:
        """Yield the notes that the last block refers to."""
        for mark, note in self.reading.take_notes():
            text = clean(" ".join(element.text for element in self.blocks(note, notes=False)))
            yield Element("note", f"[{mark}] {text}")

    def _paragraph(self, paragraph: Any) -> Iterator[Element]:
        inline = Inline(self.reading)
        text = self.held + inline.text(paragraph)
        self.held = text if _end_deleted(paragraph) else ""
        if not self.held:
            yield from self._element(paragraph, clean(text))
        for box in inline.boxes:
            yield from self.blocks(box, notes=False)

    def _element(self, paragraph: Any, text: str) -> Iterator[Element]:
        style = self.styles.of(paragraph)
        if style.contents:
            self.reading.note_left_out(CONTENTS, counted=False)
        elif level := style.level:
            yield from _some("heading", text, level)
        elif self.bold_heads and len(text) < MAX_HEADING and text[-1:] not in END_MARKS and is_bold(paragraph):
            yield from _some("heading", text, 2)
        elif bullet := BULLET.match(text):
            yield from _some("item", text[bullet.end() :])
        else:
            yield from _some("item" if style.listed else "quote" if style.quote else "text", text)

    def _table(self, table: Any) -> Iterator[Element]:
        """Yield a row each; a table of one column is a box round ordinary paragraphs."""
        rows = [list(_inside(row, f"{W}tc")) for row in _inside(table, f"{W}tr") if row.find(f"{W}trPr/{W}del") is None]
        boxed = all(len(row) == 1 for row in rows)
        for row in rows:
            if boxed:
                yield from self.blocks(row[0], notes=False)
            elif text := clean_row(["" if _goes_on(cell) else self._cell(cell) for cell in row]):
                yield Element("row", text)

    def _cell(self, cell: Any) -> str:
        return " ".join(element.text.replace("\t", " ") for element in self.blocks(cell, notes=False))


def _some(kind: str, text: str, level: int = 0) -> Iterator[Element]:
    if text:
        yield Element(kind, text, level)


def _unwrapped(parent: Any) -> Iterator[Any]:
    """Yield the children that are content, those of wrappers in their place; nothing deleted or moved away."""
    for child in parent:
        if child.tag in WRAPPERS:
            yield from _unwrapped(child)
        elif child.tag == ALTERNATIVES:
            yield from _unwrapped(child[0] if len(child) else child)
        elif child.tag not in DELETED:
            yield child


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    return (child for child in _unwrapped(parent) if child.tag == tag)


def _goes_on(cell: Any) -> bool:
    """Return whether the cell is the lower part of one that is merged downwards."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and value(merge) != "restart"


def _end_deleted(paragraph: Any) -> bool:
    return paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None


def _notes(part: Any, kind: str) -> dict[str, Any]:
    """Return the footnotes or endnotes by their id; separators, which have a type, are none."""
    for relation in part.rels.values():
        if relation.reltype == RELATION + kind and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            notes = etree.fromstring(relation.target_part.blob, parser)
            return {note.get(f"{W}id"): note for note in notes if not note.get(f"{W}type")}
    return {}


def _headers(opened: Any) -> Iterator[str]:
    """Yield what the running headers and footers say, each once."""
    said: dict[str, None] = {}
    for relation in opened.part.rels.values():
        if not relation.is_external and relation.reltype in (f"{RELATION}header", f"{RELATION}footer"):
            inline = Inline(Reading({}, {}))
            texts = (clean(inline.text(p)) for p in relation.target_part.element.iter(f"{W}p"))
            if text := " ".join(filter(None, texts)):
                said[text[:100]] = None
    if said:
        yield f"Kopteksten en voetteksten: {'; '.join(said)}"


def _title(said: str, elements: tuple[Element, ...]) -> str:
    said = clean(said or "")
    headings = (element for element in elements if element.kind == "heading")
    first = min(headings, key=lambda element: element.level, default=None)
    return (first.text if first else "") if not said or NO_TITLE.fullmatch(said) else said


def _publisher(author: str) -> str:
    author = clean(author or "")
    return "" if author.casefold() in NOBODY else author
