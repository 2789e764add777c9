"""From a page of a PDF to what stands where: segments of text, ruling lines and pictures, in points from the top left.

pdfium gives each character's place in the order in which the file draws them. A segment is what stands close together
on one line; columns, tables and paragraphs are found later, from where segments stand. Calls into pdfium cost most of
the reading time, so that what belongs to a run of text (size, weight, direction) is asked for once a run.
"""

import ctypes
import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, islice, takewhile
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from ingest.reading.pdf_drawing import Place, Rule, drawn

MARK_ON, MARK_OFF = "\ue000", "\ue001"  # around raised digits, until it's known which of them refer to a note
SOFT_HYPHEN = "\u00ad"
BULLETS = "•◦▪▫●○■□‣⁃∙·►➢➤✓✔❖♦◆"
WIDE_GAP, MARK_GAP = 1.6, 6.0  # in letter sizes: what parts segments, and what a list mark may stand from its text
NO_LETTER = (0, 0xFFFD)
LINE_ENDS = (0x0A, 0x0D)
LINE_HYPHENS = (0x02, 0xFFFE)  # pdfium leaves out the line's end after these
DIGITS = re.compile(r"\d+")
# what pdfium puts for a hyphen at a line's end
HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-", "\u2010": "-", "\u2011": "-"})


@dataclass(frozen=True)
class Style:
    """How a run of text looks; ``size`` in points, to a quarter."""

    size: float
    bold: bool = False
    italic: bool = False
    upright: bool = True


@dataclass(frozen=True)
class Segment:
    """Text that stands close together on one line: its edges, its baseline ``y`` and the style of most of it."""

    text: str
    x0: float
    x1: float
    y: float
    style: Style
    starts_bold: bool = False

    @property
    def top(self) -> float:
        """Where its tall letters begin, near enough."""
        return self.y - 0.8 * self.style.size

    @property
    def bottom(self) -> float:
        """Where its tails end, near enough."""
        return self.y + 0.25 * self.style.size


@dataclass(frozen=True)
class RawPage:
    """A page as drawn. ``unreadable`` counts characters without a known letter, ``turned`` those not upright."""

    number: int
    width: float
    height: float
    segments: tuple[Segment, ...] = ()
    across: tuple[Rule, ...] = ()
    down: tuple[Rule, ...] = ()
    pictures: int = 0
    characters: int = 0
    unreadable: int = 0
    turned: int = 0


class _Piece(NamedTuple):
    """A word, or the part of one that one run of text draws; ``spaced`` says that a space stands before it."""

    text: str
    x0: float
    x1: float
    y: float
    style: Style
    spaced: bool


def read_page(page: Any, number: int) -> RawPage:
    """Return what stands on a pypdfium2 page; ``number`` counts from 1.

    :raises pypdfium2.PdfiumError: the page's text cannot be loaded.
    """
    place = Place(page)
    across, down, pictures = drawn(page, place)
    textpage = page.get_textpage()
    reader = _TextReader(textpage.raw, place)
    segments = tuple(_once(_segment(run) for run in _runs(reader.pieces(), down)))
    textpage.close()
    counts = (reader.characters, reader.unreadable, reader.turned)
    return RawPage(number, place.width, place.height, segments, across, down, pictures, *counts)


class _TextReader:
    """Reads a page's words: pdfium is asked for the place of a word's ends alone, and once a run for its style."""

    def __init__(self, raw: Any, place: Place) -> None:
        self.raw, self.place = raw, place
        self.characters = self.unreadable = self.turned = 0
        self.styles: dict[int, Style] = {}
        self.box, self.x, self.y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()

    def pieces(self) -> Iterator[_Piece]:
        """Yield the page's words in the file's order, a word that several runs draw in pieces."""
        word: list[tuple[int, str]] = []
        spaced = False
        for index, code in enumerate(self._codes()):
            shown = _shown(code)
            if shown and shown != " ":
                word.append((index, shown))
            elif not shown and code not in LINE_ENDS:
                self.unreadable += code in NO_LETTER
                continue
            if word and (shown in ("", " ") or code in LINE_HYPHENS):
                yield from self._pieces_of(word, spaced)
                word, spaced = [], False
            spaced = spaced or shown == " "
        if word:
            yield from self._pieces_of(word, spaced)

    def _codes(self) -> Sequence[int]:
        """Return the characters' code points: in one call where pdfium's text has one for each character."""
        count = pdfium.FPDFText_CountChars(self.raw)
        text = (ctypes.c_ushort * (count + 1))()
        if pdfium.FPDFText_GetText(self.raw, 0, count, text) == count + 1:
            return list(text[:count])
        return [pdfium.FPDFText_GetUnicode(self.raw, index) for index in range(count)]

    def _pieces_of(self, word: list[tuple[int, str]], spaced: bool) -> Iterator[_Piece]:
        whole = self._run(word[0][0])[0] == self._run(word[-1][0])[0]
        for part in [word] if whole else [list(g) for _, g in groupby(word, key=lambda char: self._run(char[0])[0])]:
            first, last = part[0][0], part[-1][0]
            left, right, y = self._edges(first)
            if last != first:
                ends = self._edges(last)
                left, right = min(left, ends[0]), max(right, ends[1])
            style = self._style(first)
            if not self.place.holds(left, y):
                continue
            if style.upright:
                self.characters += len(part)
                yield _Piece("".join(char for _, char in part), left, right, y, style, spaced)
                spaced = False
            else:
                self.turned += len(part)

    def _run(self, index: int) -> tuple[int, Any]:
        run = pdfium.FPDFText_GetTextObject(self.raw, index)
        return (ctypes.addressof(run.contents) if run else 0), run

    def _edges(self, index: int) -> tuple[float, float, float]:
        pdfium.FPDFText_GetCharOrigin(self.raw, index, self.x, self.y)
        pdfium.FPDFText_GetLooseCharBox(self.raw, index, self.box)
        return self.place.line(self.box, self.x.value, self.y.value)

    def _style(self, index: int) -> Style:
        key, run = self._run(index)
        if key not in self.styles:
            self.styles[key] = _style(self.raw, index, run, self.place)
        return self.styles[key]


@cache
def _shown(code: int) -> str:
    """Return what a reader sees of a character: ligatures as letters, odd spaces as one, invisible ones as nothing."""
    char = chr(code).translate(HYPHENS) if code < 0x110000 else ""
    if char == SOFT_HYPHEN or char in "\r\n":
        return char.strip()
    if char.isspace():
        return " "
    if "\uf000" <= char <= "\uf0ff":  # a symbol font's own numbering: where text has it, it is a list's bullet
        return "•"
    if "\ufb00" <= char <= "\ufb06":
        return unicodedata.normalize("NFKC", char)
    return "" if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Cs") else char


def _style(textpage: Any, index: int, run: Any, place: Place) -> Style:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(textpage, index, matrix)
    size = pdfium.FPDFText_GetFontSize(textpage, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
    length = math.hypot(matrix.a, matrix.b)
    upright = not length or place.along(matrix.a, matrix.b) > 0.97 * length
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFText_GetFontInfo(textpage, index, name, 200, ctypes.c_int())
    font = name.value.decode("utf-8", "replace").lower()
    heavy = any(word in font for word in ("bold", "black", "heavy", "demi"))
    stroked = bool(run) and pdfium.FPDFTextObj_GetTextRenderMode(run) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
    bold = heavy or stroked or pdfium.FPDFText_GetFontWeight(textpage, index) >= 650
    return Style(round(size * 4) / 4, bold, "italic" in font or "oblique" in font, upright)


def _runs(pieces: Iterator[_Piece], down: tuple[Rule, ...]) -> Iterator[list[_Piece]]:
    """Yield the pieces of each segment; the ruling lines ``down`` the page part segments too."""
    run: list[_Piece] = []
    for piece in pieces:
        if run and not _goes_on(run, piece, down):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _once(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Yield the segments without those printed a second time on one place, as some programs make letters bold."""
    seen: dict[str, list[Segment]] = {}
    for segment in segments:
        before = seen.setdefault(segment.text, [])
        if not any(abs(b.x0 - segment.x0) < 1 and abs(b.y - segment.y) < 1 for b in before[-3:]):
            before.append(segment)
            yield segment


def _goes_on(run: list[_Piece], piece: _Piece, down: tuple[Rule, ...]) -> bool:
    last = run[-1]
    size = max(last.style.size, piece.style.size)
    gap = piece.x0 - last.x1
    if abs(last.y - piece.y) > 0.6 * size or gap < -0.6 * size:
        return False
    mark = len(run) == 1 and _is_mark(last.text)
    if gap > (MARK_GAP if mark else WIDE_GAP) * size:
        return False
    place = bisect_left(down, last.x1 - 0.5, key=lambda rule: rule.at)
    between = takewhile(lambda rule: rule.at <= piece.x0 + 0.5, islice(down, place, None))
    return not any(rule.low <= piece.y <= rule.high for rule in between)


def _is_mark(text: str) -> bool:
    return text in (*BULLETS, "–", "-", "—", "o", "*") or (len(text) < 4 and text[-1] in ".)" and text[:-1].isalnum())


def _segment(run: list[_Piece]) -> Segment:
    size = max(piece.style.size for piece in run)
    main = [piece for piece in run if piece.style.size > 0.85 * size]
    y = sorted(piece.y for piece in main)[len(main) // 2]
    half = sum(len(piece.text) for piece in main) / 2
    bold = sum(len(piece.text) for piece in main if piece.style.bold) > half
    italic = sum(len(piece.text) for piece in main if piece.style.italic) > half
    text = ""
    for place, piece in enumerate(run):
        parted = place and (piece.spaced or piece.x0 - run[place - 1].x1 > 0.25 * piece.style.size)
        raised = piece.style.size < 0.85 * size and y - piece.y > 0.12 * size
        shown = DIGITS.sub(rf"{MARK_ON}\g<0>{MARK_OFF}", piece.text) if raised else piece.text
        text += f" {shown}" if parted else shown
    text = unicodedata.normalize("NFC", text.replace(MARK_OFF + MARK_ON, ""))
    return Segment(text, run[0].x0, run[-1].x1, y, Style(size, bold, italic), main[0].style.bold)
