"""Search within a report: every place where the words stand, in the order of the page."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.records import path_text
from ui.report_order import Part

SHORTEST = 2  # letters; fewer stand everywhere
AROUND = 50  # characters of the snippet on either side, less the word that this cuts


@dataclass(frozen=True)
class Found:
    """A place where the words stand: [start, end) in line ``line`` of part ``part``, and its number from 1."""

    number: int
    part: int
    line: int
    start: int
    end: int
    before: str
    words: str
    after: str
    section: str


def search(parts: Iterable[Part], words: str) -> tuple[Found, ...]:
    """Return where the words stand, whatever their case, accents and kind of quotation marks.

    Words of fewer than ``SHORTEST`` letters are found nowhere.
    """
    wanted = " ".join(_plain(unicodedata.normalize("NFC", words)).split())
    if len(wanted) < SHORTEST:
        return ()
    found: list[Found] = []
    for place, part in enumerate(parts):
        for row, line in enumerate(part.lines):
            for match in re.finditer(re.escape(wanted), _plain(line.text)):
                found.append(_found(len(found) + 1, place, row, part, match.span()))
    return tuple(found)


def _found(number: int, place: int, row: int, part: Part, span: tuple[int, int]) -> Found:
    text, (start, end) = part.lines[row].text, span
    before, after = text[:start], text[end:]
    if len(before) > AROUND:
        before = "…" + before[-AROUND:].partition(" ")[2]
    if len(after) > AROUND:
        after = after[:AROUND].rpartition(" ")[0] + "…"
    return Found(number, place, row, start, end, before, text[start:end], after, path_text(part.path))


def _plain(text: str) -> str:
    """Return the text for comparing, letter by letter so that places stay."""
    return "".join(_plain_letter(letter) for letter in text)


def _plain_letter(letter: str) -> str:
    if letter in "‘’":
        return "'"
    if letter in "“”":
        return '"'
    return unicodedata.normalize("NFD", letter)[0].lower()[0]
