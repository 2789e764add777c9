"""What every reader of a file makes: the document's elements in reading order, with the page where each begins."""

from dataclasses import dataclass

ELEMENTS = ("heading", "text", "item", "row", "note", "quote")


@dataclass(frozen=True)
class Element:
    """A heading, paragraph, list item, table row, footnote or set-off quotation, whole and in the document's own words.

    ``text`` is one line: white space folded, words that a line end cut mended, list marks gone. The cells of a ``row``
    stand between tabs; a footnote begins with its mark as ``[1] `` and is referred to in the text as ``[1]``.
    ``level`` is a heading's (1 is highest). ``page`` is the page, counted from 1, where the element begins, None where
    the format has no pages; ``turns`` are the (offset in ``text``, page) where it goes on on a later page.
    """

    kind: str
    text: str
    level: int = 0
    page: int | None = None
    turns: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Document:
    """A file as read. ``title``, ``publisher`` and ``year`` are what it says of itself, empty or None where it doesn't.

    ``left_out`` says in Dutch what is not part of the text (running headers, page numbers, pictures), a line each.
    """

    elements: tuple[Element, ...]
    pages: int | None = None
    title: str = ""
    publisher: str = ""
    year: int | None = None
    left_out: tuple[str, ...] = ()
