"""Reads a PDF: pages, headings, paragraphs, list items, table rows and footnotes in reading order.

pypdfium2 (pdfium, as in Chrome) gives where each character stands; all else follows from that, in time linear in the
number of characters. Nothing in the file is run, and nothing outside it is opened.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from ingest.errors import DocumentError
from ingest.reading.document import Document, Element
from ingest.reading.pdf_about import about
from ingest.reading.pdf_blocks import Block, flow_of, measures_of
from ingest.reading.pdf_columns import in_order, with_widths
from ingest.reading.pdf_file import opened
from ingest.reading.pdf_headings import OutlineEntry, heading_levels, letters
from ingest.reading.pdf_lines import Line, Words, joined, lines_of
from ingest.reading.pdf_notes import Note, notes_of, split_notes, with_notes
from ingest.reading.pdf_ocr import recognised
from ingest.reading.pdf_page import RawPage, Segment, read_page
from ingest.reading.pdf_running import without_contents, without_running
from ingest.reading.pdf_tables import Table, row_elements, ruled_tables

FEW = 25  # characters: a page with a picture and fewer than that is a picture of a page


def read_pdf(path: Path, *, ocr: bool = False) -> Document:
    """Return the PDF's elements, each with its page.

    :param ocr: read pictures of pages with tesseract, where it is installed with Dutch.
    :raises DocumentError: the file is empty, damaged, locked, too long, or holds no text that can be read.
    """
    with opened(path) as document:
        pages = _raw_pages(document, path)
        scanned = [page.number for page in pages if page.pictures and page.characters < FEW]
        _refuse_unreadable(pages, path)
        if scanned and ocr:
            pages = recognised(document, pages, scanned)
        elif scanned and len(scanned) >= 0.8 * len(pages):
            raise DocumentError(
                f"{path.name!r} holds pictures of pages; add a version with text, or read it with OCR",
                "Dit bestand bevat foto’s of scans van bladzijden, geen tekst. Gebruik een versie met tekst, "
                "of laat er eerst tekstherkenning (OCR) op los.",
            )
        if not any(page.segments for page in pages):
            raise DocumentError(f"{path.name!r} holds no text", "In dit bestand staat geen tekst.")
        read = _assembled(pages, _outline(document))
        told = () if ocr else _told_scanned(scanned)
        left_out = (*read.left_out, *told, *_told_turned(pages))
        front = about(document.get_metadata_dict(), read.elements, read.title)
        return Document(tuple(read.elements), len(pages), front.title, front.publisher, front.year, left_out)


def _raw_pages(document: pypdfium2.PdfDocument, path: Path) -> list[RawPage]:
    pages: list[RawPage] = []
    for index in range(len(document)):
        try:
            page = document[index]
            pages.append(read_page(page, index + 1))
            page.close()
        except pypdfium2.PdfiumError as error:
            raise DocumentError(
                f"page {index + 1} of {path.name!r} is damaged: {error}; save or download the file again",
                f"Bladzijde {index + 1} van dit bestand is beschadigd. Download of bewaar het bestand opnieuw.",
            ) from error
    return pages


def _refuse_unreadable(pages: Sequence[RawPage], path: Path) -> None:
    """:raises DocumentError: a fifth of the characters or more have no known letter."""
    known, unknown = sum(page.characters for page in pages), sum(page.unreadable for page in pages)
    if unknown > 50 and unknown * 4 >= known:
        raise DocumentError(
            f"{unknown} of {known + unknown} characters of {path.name!r} have no known letter; export it again",
            "De letters in dit bestand zijn niet te herkennen. Maak het bestand opnieuw, of gebruik een andere versie.",
        )


def _outline(document: pypdfium2.PdfDocument) -> list[OutlineEntry]:
    """Return the bookmarks; none where the outline is damaged."""
    entries: list[OutlineEntry] = []
    try:
        for bookmark in document.get_toc(max_depth=9):
            place = bookmark.get_dest()
            page = place.get_index() if place else None
            entries.append(
                OutlineEntry(letters(bookmark.get_title()), bookmark.level + 1, None if page is None else page + 1)
            )
    except pypdfium2.PdfiumError:
        return []
    return entries


@dataclass(frozen=True)
class _Read:
    """The elements, the biggest heading of page 1 and what was left out."""

    elements: list[Element]
    title: str
    left_out: list[str]


def _assembled(pages: Sequence[RawPage], outline: Sequence[OutlineEntry]) -> _Read:
    trimmed, running = without_running(pages)
    trimmed, contents = without_contents(trimmed)
    items, notes, words = _items(trimmed)
    measures = measures_of([item for item in items if isinstance(item, Line)])
    flow = flow_of(items, measures)
    blocks = [part for part in flow.parts if isinstance(part, Block)]
    levels, title = heading_levels(blocks, measures, outline, words)
    elements: list[Element] = []
    named, place = "", 0
    for part in flow.parts:
        if isinstance(part, Table):
            elements += row_elements(part, words)
            continue
        element = _element(part, levels.get(place, 0), words)
        named = element.text if place == title else named
        elements.append(element)
        place += 1
    again = flow.repeated_names
    told = [f"Herhaalde kop van een tabel op {again} pagina{'’s' if again > 1 else ''}"] if again else []
    return _Read(with_notes(elements, notes, words), named, running + contents + told)


def _items(pages: Sequence[RawPage]) -> tuple[list[Line | Table], list[Note], Words]:
    """Return all lines and tables in reading order, the notes, and the words that stand whole."""
    sizes: Counter[float] = Counter()
    for segment in (segment for page in pages for segment in page.segments):
        sizes[segment.style.size] += len(segment.text)
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    split = [(page, *ruled_tables(page)) for page in pages]
    edges = _edges([segment for _, _, rest in split for segment in rest])
    words, items, note_lines = Words(), [], []
    for page, tables, rest in split:
        text, small = split_notes(rest, body)
        items += in_order([*text, *tables], page.number, edges)
        ordered = in_order(small, page.number, edges)
        own = [line for line in ordered if isinstance(line, Line)]
        # notes whose marks stand in a column of their own look like a table
        note_lines += own if len(own) == len(ordered) else lines_of(small, page.number)
    for line in (*_lines(items), *note_lines):
        words.learn(line.text)
    return with_widths(items), notes_of(note_lines), words


def _lines(items: Sequence[Line | Table]) -> Iterator[Line]:
    for item in items:
        yield from [item] if isinstance(item, Line) else (line for row in item.rows for cell in row for line in cell)


def _edges(segments: Sequence[Segment]) -> tuple[float, float]:
    """Return the left and right edge of the document's text: where a share of its lines begin, and its longest end."""
    if not segments:
        return 0.0, 0.0
    starts = Counter(round(segment.x0) for segment in segments)
    ends = sorted(segment.x1 for segment in segments)
    common = [start for start, count in starts.items() if count * 20 >= len(segments)]
    return min(common, default=min(starts)) - 0.5, ends[int(0.98 * (len(ends) - 1))]


def _element(block: Block, level: int, words: Words) -> Element:
    text, turns = joined(block.lines, words)
    page = block.lines[0].page
    if level:
        return Element("heading", text, level, page, turns)
    if block.mark:
        return Element("item", text[block.mark :], 0, page, tuple((o - block.mark, p) for o, p in turns))
    return Element("quote" if _is_quote(block, text) else "text", text, 0, page, turns)


def _is_quote(block: Block, text: str) -> bool:
    """Tell whether a block is set off: further in than the text, and in italics or in quotation marks."""
    set_in = all(line.x0 - line.left > line.style.size for line in block.lines)
    italic = sum(line.style.italic for line in block.lines) > 0.8 * len(block.lines)
    return set_in and len(text) > 20 and (italic or text[0] in "“‘\"'„")


def _told_scanned(numbers: Sequence[int]) -> tuple[str, ...]:
    if not numbers:
        return ()
    return (f"Pagina {', '.join(map(str, numbers))}: een plaatje van een bladzijde, zonder tekst",)


def _told_turned(pages: Sequence[RawPage]) -> tuple[str, ...]:
    numbers = [page.number for page in pages if page.turned]
    return (f"Gedraaide tekst op pagina {', '.join(map(str, numbers))}",) if numbers else ()
