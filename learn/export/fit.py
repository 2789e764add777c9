"""How much text a box of a slide holds, by the widths of Arial's letters, and text cut into parts that fit.

Nothing draws the slide here, so the widths are those of the font's own tables, rounded up by kind of letter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

NARROW, WIDE, CAPITAL = frozenset("iljtfrI.,:;'|!()[]-‘’ "), frozenset("mwMWOGQ@%—☐…"), 0.72
BOLD, BOLDER = ("title", "answer"), 1.08  # styles in bold type, and how much wider that is
LEADING = 1.2  # of the size, the height of a line
# Between sentences, and between one quotation with its source and the next.
SENTENCE_END = re.compile(
    r"(?:(?<=[.?!])|(?<=[.?!]['’”])|(?<=[.?!]['’]”))\s+(?=[A-ZÀ-Ÿ“'‘\d])|(?<=\))\s+(?=“)|\n+",
)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a slide; ``style`` is ``text``, ``quote`` (drawn between marks), ``answer`` or ``title``."""

    text: str
    style: str = "text"
    origin: int = 0  # which paragraph a piece was cut from


@dataclass(frozen=True)
class Box:
    """Width and height in points, and the sizes of letters that may stand in it, largest first."""

    width: float
    height: float
    sizes: tuple[int, ...]

    def size(self, paragraphs: Sequence[Paragraph]) -> int | None:
        """Return the largest size at which the paragraphs fit; None where none does."""
        return next((size for size in self.sizes if self._height(paragraphs, size) <= self.height), None)

    def _height(self, paragraphs: Sequence[Paragraph], size: int) -> float:
        lines = sum(count_lines(one.text, self.width / size / _boldness(one)) for one in paragraphs)
        return lines * size * LEADING + len(paragraphs) * gap(size)

    def parts(self, paragraphs: Sequence[Paragraph]) -> tuple[tuple[Paragraph, ...], ...]:
        """Return the paragraphs over as few boxes as hold them, evenly; one too long alone is cut between sentences."""
        if self.size(paragraphs) is not None:
            return (tuple(paragraphs),)
        pieces = [piece for n, one in enumerate(paragraphs) for piece in self._pieces(replace(one, origin=n))]
        return _joined(self._packed(pieces))

    def _packed(self, pieces: Sequence[Paragraph]) -> list[list[Paragraph]]:
        """Fill boxes one after another, then again to the average, so that none is left with a last line alone."""
        boxes = self._filled(pieces, self.height)
        for share in (0.6, 0.7, 0.8, 0.9):
            evener = self._filled(pieces, self.height * share)
            if len(evener) == len(boxes):
                return evener
        return boxes

    def _filled(self, pieces: Sequence[Paragraph], height: float) -> list[list[Paragraph]]:
        boxes: list[list[Paragraph]] = []
        for piece in pieces:
            together = [*boxes[-1], piece] if boxes else [piece]
            if boxes and self._height(_joined([together])[0], self.sizes[-1]) <= height:
                boxes[-1] = together
            else:
                boxes.append([piece])
        return boxes

    def _pieces(self, paragraph: Paragraph) -> list[Paragraph]:
        if self.size([paragraph]) is not None and len(paragraph.text) < 200:
            return [paragraph]
        texts = [text for text in SENTENCE_END.split(paragraph.text) if text]
        return [replace(paragraph, text=text) for whole in texts for text in self._words(whole)]

    def _words(self, text: str) -> list[str]:
        """Return a sentence whole where a box holds it, else cut between words (a trainer's own endless text)."""
        letters = int(self.width * self.height / (self.sizes[-1] ** 2 * LEADING) * 1.4)
        if self.size([Paragraph(text)]) is not None:
            return [text]
        return re.findall(rf"\S(?:.{{0,{letters - 2}}}\S)?(?=\s|$)|\S{{{letters}}}", text, re.DOTALL)


def _joined(boxes: Sequence[Sequence[Paragraph]]) -> tuple[tuple[Paragraph, ...], ...]:
    """Return the boxes with the sentences of one paragraph joined again."""
    return tuple(tuple(_merged(box)) for box in boxes)


def _merged(box: Sequence[Paragraph]) -> list[Paragraph]:
    merged = [box[0]]
    for before, piece in pairwise(box):
        if piece.origin == before.origin:
            merged[-1] = replace(piece, text=f"{merged[-1].text} {piece.text}")
        else:
            merged.append(piece)
    return merged


def _boldness(paragraph: Paragraph) -> float:
    return BOLDER if paragraph.style in BOLD else 1


def gap(size: int) -> float:
    """Return the space in points after a paragraph."""
    return size * 0.5


def count_lines(text: str, width: float) -> int:
    """Return how many lines a text takes; ``width`` counts in letter sizes."""
    return sum(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: float) -> int:
    lines, room = 1, width
    for word in line.split():
        length = text_width(word)
        if length > width:  # a word longer than a line is broken
            lines, room = lines + int(length // width) + 1, width - length % width
        elif length > room:
            lines, room = lines + 1, width - length
        else:
            room -= length
        room -= text_width(" ")
    return lines


def text_width(text: str) -> float:
    """Return the width of a text on one line, in letter sizes."""
    return sum(map(_letter, text))


def _letter(letter: str) -> float:
    if letter in NARROW:
        return 0.33
    if letter in WIDE:
        return 0.95
    return CAPITAL if letter.isupper() else 0.56
