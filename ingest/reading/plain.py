"""Reads plain text: what its lines are shows in their length, their marks and the blank lines between them.

A program or a typist that wraps lines leaves few of them longer than some 100 characters; where most are longer, a line
is a paragraph. Form feeds part pages, as pdftotext writes them; a line that stands at the head or foot of most pages,
and a lone page number there, is no text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from ingest.reading.document import Document, Element
from ingest.reading.text import BULLET, clean, clean_row, decoded, join_lines

WRAPPED = 110  # characters; typewriters, mail and pdftotext stay below
MAX_HEADING = 100  # characters
MAX_HEADING_WORDS = 14
NUMBERED = re.compile(r"(?:hoofdstuk |bijlage |deel )?(\d{1,2}(?:\.\d{1,2}){0,4})\.?:?\s+[^\W\d_]", re.IGNORECASE)
LISTED = re.compile(r"(?:\d{1,2}[.)]|[a-z][.)])\s+\S")
NOTE = re.compile(r"\[(\d{1,3})\]\s+\S")
PAGE_NUMBER = re.compile(r"\W*(?:pagina|blz\.?|bladzijde)?\s*\d{1,4}(?:\s*(?:van|/)\s*\d{1,4})?\W*", re.IGNORECASE)
PAGE_NUMBERS = "Paginanummers"
UNDERLINE = re.compile(r"([=\-~_*])\1{2,}")
HYPHENATED = re.compile(r"\b\w+-\w[\w-]*")


def read_plain(path: Path) -> Document:
    """Return the text's headings, paragraphs, items, tab-separated rows and notes.

    :raises DocumentError: the bytes are no text.
    """
    text = re.sub(r"\r\n?|[\x85\u2028\u2029]", "\n", decoded(path.read_bytes()))
    pages = [page.split("\n") for page in text.split("\f")]
    if len(pages) > 1 and not "".join(pages[-1]).strip():
        pages.pop()  # pdftotext ends every page with a form feed, also the last
    left_out = _drop_running_lines(pages) if len(pages) > 1 else _drop_page_numbers(pages[0])
    lines = _joined(pages)
    paged = len({number for line, number in lines if line}) > 1
    reader = Reader(_width(lines), frozenset(word.casefold() for word in HYPHENATED.findall(text)), paged)
    elements = tuple(reader.elements(lines))
    first = elements[0] if elements else None
    title = first.text if first and first.kind == "heading" else ""
    return Document(elements, len(pages) if paged else None, title, left_out=left_out)


def _joined(pages: list[list[str]]) -> list[tuple[str, int]]:
    """Return all lines with their page; no blank line stands where a page turn cuts a sentence, one at other turns."""
    lines: list[tuple[str, int]] = []
    width = _width([(line, 0) for page in pages for line in page])
    for number, page in enumerate(pages, 1):
        shown = "\n".join(map(str.rstrip, page)).strip("\n").split("\n")
        before = lines[-1][0] if lines else ""
        if before and (_ends(before) or not (len(before) > width * 0.6 or shown[0].lstrip()[:1].islower())):
            lines.append(("", number))
        lines += [(line, number) for line in shown if line or shown != [""]]
    return lines


def _width(lines: list[tuple[str, int]]) -> int:
    """Return the length that nine of ten lines stay below."""
    lengths = sorted(len(line) for line, _ in lines if line.strip())
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _drop_running_lines(pages: list[list[str]]) -> tuple[str, ...]:
    """Take page numbers and lines that most pages repeat out of the first and last lines; say which."""
    ends = [[i for i, line in enumerate(page) if line.strip()] for page in pages]
    places = [(page, i) for page, filled in zip(pages, ends, strict=True) for i in {*filled[:2], *filled[-2:]}]
    seen = Counter(_without_digits(page[i]) for page, i in places)
    dropped: dict[str, None] = {}
    for page, i in places:
        if PAGE_NUMBER.fullmatch(page[i].strip()[:40]):
            dropped[PAGE_NUMBERS] = None
        elif seen[_without_digits(page[i])] > max(2, len(pages) // 2):
            dropped[f"Kopteksten en voetteksten: {clean(page[i])[:100]}"] = None
        else:
            continue
        page[i] = ""
    return tuple(dropped)[:5]


def _drop_page_numbers(lines: list[str]) -> tuple[str, ...]:
    """Take numbers that stand alone between blank lines out, where there are three or more and each is higher."""
    around = zip(["", *lines], lines, [*lines[1:], ""], strict=False)
    alone = [i for i, (before, line, after) in enumerate(around) if _is_number(line) and not (before + after).strip()]
    numbers = [int(lines[i]) for i in alone]
    if len(numbers) < 3 or any(later <= number for number, later in pairwise(numbers)):
        return ()
    for i in alone:
        lines[i] = ""
    return (PAGE_NUMBERS,)


def _is_number(line: str) -> bool:
    return len(line.strip()) < 5 and line.strip().isdecimal()


def _without_digits(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


@dataclass
class Reader:
    """Turns lines, each with its page, into elements; ``width`` is the length of a full line."""

    width: int
    hyphenated: frozenset[str]
    paged: bool
    _first: bool = field(default=True, init=False)

    def elements(self, lines: list[tuple[str, int]]) -> Iterator[Element]:
        """Yield the elements of blocks between blank lines."""
        block: list[tuple[str, int]] = []
        for line in [*lines, ("", 0)]:
            if line[0].strip():
                block.append(line)
            elif block:
                yield from self._block(block)
                block = []

    def _block(self, block: list[tuple[str, int]]) -> Iterator[Element]:
        if len(block) > 1 and (head := self._head([line.strip() for line, _ in block[:3]])):
            yield from self._block(block[:head])
            yield from self._block(block[head:])
        elif level := self._heading(block):
            yield self._made("heading", [line for line in block if not UNDERLINE.fullmatch(line[0].strip())], level)
        else:
            for part in self._parts(block):
                yield from self._part(part)
        self._first = False

    def _head(self, lines: list[str]) -> int:
        """Return how many lines above a paragraph, with no blank line between, are its heading."""
        line, following = lines[:2]
        if UNDERLINE.fullmatch(following):
            return 2 if len(lines) > 2 else 0
        if _ends(line) or line[-1] in ",-" or "\t" in line or not (self._short(line) or self.width > WRAPPED):
            return 0
        if (number := NUMBERED.match(line)) and "." in number[1] and len(line) < MAX_HEADING:
            return 1
        wrapped = self.width <= WRAPPED and not self._short(following)
        return int(wrapped and line[0].isupper() and following[0].isupper())

    def _heading(self, block: list[tuple[str, int]]) -> int:
        """Return the level of a block that is a heading, else 0."""
        lines = [line.strip() for line, _ in block]
        underline = UNDERLINE.fullmatch(lines[-1]) if len(lines) == 2 else None
        text = lines[0] if underline else " ".join(lines)
        if len(lines) > 2 or len(text) > MAX_HEADING or len(text.split()) > MAX_HEADING_WORDS:
            return 0
        if not any(map(str.isalpha, text)) or _ends(text) or text[-1] in ",-" or "\t" in text:
            return 0
        if underline:
            return 1 if underline[1] == "=" else 2
        if number := NUMBERED.match(text):
            return number[1].count(".") + 1
        if not text[0].isupper() or (len(lines) == 2 and (self.width > WRAPPED or self._short(lines[0]))):
            return 0
        return 1 if self._first or text.isupper() else 2

    def _parts(self, block: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
        """Yield the paragraphs, items, rows and notes of lines between which no blank line stands."""
        part: list[tuple[str, int]] = []
        for line in block:
            if part and self._begins(part[-1][0], line[0]):
                yield part
                part = []
            part.append(line)
        yield part

    def _begins(self, before: str, line: str) -> bool:
        text = line.strip()
        if BULLET.match(text) or LISTED.match(text) or NOTE.match(text) or "\t" in text:
            return True
        if "\t" in before.strip() and not NOTE.match(before.strip()):
            return True
        return self.width > WRAPPED or (_ends(before) and self._short(before) and not text[0].islower())

    def _short(self, line: str) -> bool:
        return len(line) < self.width * 0.6

    def _part(self, part: list[tuple[str, int]]) -> Iterator[Element]:
        first = part[0][0].strip()
        if "\t" in first and not NOTE.match(first) and (row := clean_row(re.split(r"\t+", first))):
            yield Element("row", row, page=part[0][1] if self.paged else None)
        elif bullet := BULLET.match(first):
            yield self._made("item", [(first[bullet.end() :], part[0][1]), *part[1:]])
        elif any(map(str.isalnum, first)) or len(part) > 1:
            kind = "note" if NOTE.match(first) else "item" if LISTED.match(first) else "text"
            yield self._made(kind, part)

    def _made(self, kind: str, lines: list[tuple[str, int]], level: int = 0) -> Element:
        """Return an element of lines, with the places where a later page begins."""
        text = clean(join_lines([line for line, _ in lines], self.hyphenated))
        if not self.paged:
            return Element(kind, text, level)
        turns, page = [], lines[0][1]
        for place, (_, number) in enumerate(lines):
            if number != page:
                page = number
                begun = clean(join_lines([line for line, _ in lines[:place]], self.hyphenated))
                turns.append((self._turn(text, begun), page))
        return Element(kind, text, level, lines[0][1], tuple(turns))

    def _turn(self, text: str, begun: str) -> int:
        """Return where in ``text`` the line after ``begun`` begins; a word that the page cuts belongs to the first."""
        if text.startswith(begun):
            return len(begun) + (text[len(begun) : len(begun) + 1] == " ")
        return len(begun) - 1


def _ends(line: str) -> bool:
    return line.rstrip().rstrip("\"'”’)").endswith((".", "!", "?", ":", ";"))
