"""Footnotes: small lines at the page's foot that begin with a raised mark, and where in the text they belong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.reading.document import Element
from ingest.reading.pdf_lines import Line, Words, joined, lines_of
from ingest.reading.pdf_page import MARK_OFF, MARK_ON, Segment

MARK = re.compile(f"{MARK_ON}(\\d{{1,3}}){MARK_OFF}")
PLAIN_MARK = re.compile(r"(\d{1,3})(?:[.)]|\s)\s*(?=\S)")


@dataclass(frozen=True)
class Note:
    """A footnote as printed: its number, empty where it has none, and its lines."""

    number: str
    lines: tuple[Line, ...]


def split_notes(segments: Sequence[Segment], body: float) -> tuple[list[Segment], list[Segment]]:
    """Return a page's segments above its footnotes and those of the footnotes; ``body`` is the text's size in points.

    Footnotes are what is smaller than the text from the page's foot upwards, as far as a line with a mark begins them.
    """
    small: list[Segment] = []
    for segment in sorted(segments, key=lambda s: -s.y):
        if segment.style.size > 0.93 * body:
            break
        small.append(segment)
    lines = lines_of(small, 0)
    starts = [line.y for line in lines if MARK.match(line.text)]
    if not starts:
        starts = [line.y for line in lines if PLAIN_MARK.match(line.text) and line.style.size < 0.9 * body]
    top = min(starts, default=float("inf")) - 2
    notes = {id(segment) for segment in small if segment.y >= top}
    return [s for s in segments if id(s) not in notes], [s for s in small if id(s) in notes]


def notes_of(lines: Sequence[Line]) -> list[Note]:
    """Return the notes that the lines make, each from its mark to the next."""
    found: list[tuple[str, list[Line]]] = []
    for line in lines:
        raised, plain = MARK.match(line.text), PLAIN_MARK.match(line.text)
        # in a note's text a line may begin with a number too; the next note's mark is one more, or the first of a page
        fresh = not found or found[-1][1][-1].page != line.page
        mark = raised or (plain if plain and (fresh or int(plain[1]) == int(found[-1][0] or 0) + 1) else None)
        if mark:
            found.append((mark[1], [replace(line, text=line.text[mark.end() :].strip())]))
        elif found:
            found[-1][1].append(line)
        else:
            found.append(("", [line]))
    return [Note(number, tuple(own)) for number, own in found]


def with_notes(elements: Sequence[Element], notes: Sequence[Note], words: Words) -> list[Element]:
    """Return the elements with each note after the last one, up to the note's page, that has its mark.

    A raised number that refers to no note becomes plain digits (``m²``); the others become ``[1]``.
    """
    marked: dict[str, list[int]] = {}
    last_on: dict[int, int] = {}
    for place, element in enumerate(elements):
        last_on[max(element.page or 0, *(page for _, page in element.turns), 0)] = place
        for mark in MARK.finditer(element.text):
            marked.setdefault(mark[1], []).append(place)
    after: dict[int, list[Element]] = {}
    for note in notes:
        page = note.lines[0].page
        referring = [place for place in marked.get(note.number, ()) if (elements[place].page or 0) <= page]
        fallback = last_on.get(page, len(elements) - 1)
        after.setdefault(referring[-1] if referring else fallback, []).append(_note_element(note, words))
    numbers = {note.number for note in notes}
    result: list[Element] = list(after.get(-1, []))
    for place, element in enumerate(elements):
        result += [_shown(element, numbers), *(_shown(note, set()) for note in after.get(place, ()))]
    return result


def _note_element(note: Note, words: Words) -> Element:
    text, turns = joined(note.lines, words)
    mark = f"[{note.number}] " if note.number else ""
    moved = tuple((offset + len(mark), page) for offset, page in turns)
    return Element("note", mark + text, page=note.lines[0].page, turns=moved)


def _shown(element: Element, numbers: set[str]) -> Element:
    """Return the element with its marks as readers see them, its turns moved along."""
    text, at = "", 0
    moves: list[tuple[int, int]] = []
    for mark in MARK.finditer(element.text):
        before = element.text[at : mark.start()]
        refers = mark[1] in numbers
        text += before.rstrip() + f"[{mark[1]}]" if refers else before + mark[1]
        at = mark.end()
        moves.append((at, len(text) - at))
    turns = tuple((o + next((by for end, by in reversed(moves) if end <= o), 0), page) for o, page in element.turns)
    return replace(element, text=text + element.text[at:], turns=turns)
