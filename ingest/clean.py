"""From pieces of a report's file to readable text, with each character's place in the file.

A quotation is only worth something when it stands in the report letter for letter, so cleaning never adds, changes or
moves a letter: it drops marks and folds white space, and keeps for every character that stays where it came from. A
Markdown or HTML library would render the text, but lose that. What is dropped, and where the reports made it necessary:

- HTML tags (Nijmegen, Bijlage 1: ``<p>``, ``<ul style=…>``; 2017, Bijlage 1: ``<i>``);
- footnote marks: ``^[1]`` (Nijmegen), ``[1]`` (Someren), ``<sup>1</sup>`` (2017), ``¹`` (AEF);
- links that lost their target: ``[veiligheid](#)`` (landelijk, Thema: Veiligheid), and backslashes in them;
- ``*`` and ``**`` around words (landelijk, 2017), the angle brackets of a bare address (2017, 4 Kansen);
- hyphens at the end of a line: ``hulp-⏎verleners`` (Someren), but not in ``gezins-⏎en jongerencoaches``.

A backslash before one of these marks keeps it: the texts of added reports have one before each that is no mark.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.records import Span

FOOTNOTE_MARK = re.compile(r"\s?\^\[\d{1,2}\]|(?<=[^\s\\])\[\d{1,2}\]|\s?<sup>\d{1,2}</sup>|(?<!\\)[¹²³⁴⁵⁶⁷⁸⁹]")
MARKUP = re.compile(
    r"\\(?=[()\[\]*_#.<>¹²³⁴⁵⁶⁷⁸⁹]|-\s)|"
    + FOOTNOTE_MARK.pattern
    + r"|(?<!\\)(?:</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>\n]*)?/?>"  # an HTML tag; <https://…> has no such form
    r"|\[(?=(?:[^\[\]\\\n]|\\.)*\]\()|\]\([^()\s]*\)"  # the brackets and the target of a link
    r"|\*+|<(?=https?://)|(?<=[\w/])>)"
)
LIST_MARK_OR_CUT_WORD = re.compile(r"^[ \t]*[•\-–][ \t]+|(?<=\w)-(?=[ \t]*$)", re.MULTILINE)
KEEPS_HYPHEN = re.compile(r"(?:en|of|als|dan|tot|naar|en/of)\b")


@dataclass(frozen=True)
class CleanText:
    """Readable text, and for each of its characters the offset in the file (-1 for a joint between pieces)."""

    text: str
    origins: tuple[int, ...]
    raw: str

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Return where text[start:end] stands in the file, cut wherever something not shown lies between."""
        spans: list[Span] = []
        for origin in self.origins[start:end]:
            if origin < 0:
                continue
            if spans and spans[-1][1] <= origin and self._joins(spans[-1][1], origin):
                spans[-1] = (spans[-1][0], origin + 1)
            else:
                spans.append((origin, origin + 1))
        return tuple(spans)

    def _joins(self, end: int, start: int) -> bool:
        marks = _marks(self.raw)
        return all(place in marks or self.raw[place].isspace() for place in range(end, start))


@lru_cache(maxsize=8)
def _marks(raw: str) -> frozenset[int]:
    """Return the places of all marks that may stand inside a span without being shown.

    The brackets of a bare address are not among them: to whoever checks a quote they look like an HTML tag.
    """
    found = [m for m in MARKUP.finditer(raw) if m[0] not in ("<", ">")]
    found += LIST_MARK_OR_CUT_WORD.finditer(raw)
    return frozenset(place for m in found for place in range(m.start(), m.end()))


def clean(raw: str, blocks: Iterable[Sequence[Span]]) -> CleanText:
    """Return the text of blocks of pieces: pieces joined by a space (words that were cut mended), blocks by a newline.

    :param raw: the report's text; offsets count in it.
    :param blocks: each a sequence of [start, end) pieces, usually lines, in reading order.
    """
    chars: list[tuple[str, int]] = []
    for pieces in blocks:
        block: list[tuple[str, int]] = []
        for start, end in pieces:
            _join(block, list(_shown(raw, start, end)))
        if block:
            chars += ([("\n", -1)] if chars else []) + block
    return CleanText("".join(char for char, _ in chars), tuple(origin for _, origin in chars), raw)


def _shown(raw: str, start: int, end: int) -> Iterable[tuple[str, int]]:
    """Yield the characters of one piece that a reader sees, white space folded to one space and none at either end."""
    dropped = {place for m in MARKUP.finditer(raw, start, end) for place in range(m.start(), m.end())}
    space: tuple[str, int] | None = None
    begun = False
    for place in range(start, end):
        if place in dropped:
            continue
        if raw[place].isspace():
            space = space or (" ", place)
            continue
        if space and begun:
            yield space
        yield raw[place], place
        space, begun = None, True


def _join(block: list[tuple[str, int]], piece: list[tuple[str, int]]) -> None:
    """Add a piece to a block: a word that a line's end cut is mended, other pieces are parted by a space."""
    if block and piece:
        following = "".join(char for char, _ in piece[:6])
        if _word_was_cut(block, following):
            block.pop()
        elif block[-1][0] != "/" or block[-2:-1][0][0] == " ":
            block.append((" ", -1))
    block += piece


def _word_was_cut(block: list[tuple[str, int]], following: str) -> bool:
    before = "".join(char for char, _ in block[-2:])
    return (
        len(before) == 2
        and before[1] == "-"
        and before[0].isalpha()
        and following[:1].islower()
        and not KEEPS_HYPHEN.match(following)
    )
