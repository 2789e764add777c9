"""Which blocks are headings and of what level: from the outline (bookmarks) if there is one, else from how they look.

A style's rank by size, weight and slant gives its level. Where all numbered headings look alike, the depth of their
number does (``2`` above ``2.1``). The document's title, the biggest text on page 1, stands above the ranks.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.reading.pdf_blocks import Block, Measures
from ingest.reading.pdf_lines import Words, joined

LONGEST = 220
NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s")
LOOSE_END = re.compile(r"[.,;:][\"'’”)]*$")

Look = tuple[float, bool, bool, int]


@dataclass(frozen=True)
class OutlineEntry:
    """A bookmark: its title's letters, its level from 1, and the page that it leads to, if it says so."""

    letters: str
    level: int
    page: int | None


def letters(text: str) -> str:
    """Return a text's letters and digits, small: the same however spaces and hyphens stand."""
    return "".join(char for char in text if char.isalnum()).casefold()


def heading_levels(
    blocks: Sequence[Block], measures: Measures, outline: Sequence[OutlineEntry], words: Words
) -> tuple[dict[int, int], int | None]:
    """Return the level of each block that is a heading, by its place, and the place of the title, if it is one."""
    texts = {place: joined(block.lines, words)[0] for place, block in enumerate(blocks) if _may_head(block, measures)}
    marked = _in_outline(blocks, texts, outline)
    heads = [place for place in texts if place in marked or _heads(blocks[place], texts[place], measures)]
    title = _title(blocks, heads, marked)
    ranked = [place for place in heads if place != title]
    looks = _looks(blocks, texts, ranked)
    found = _levels(looks, marked)
    return ({**found, title: 1} if title is not None else found), title


def _may_head(block: Block, measures: Measures) -> bool:
    return not block.mark and len(block.lines) <= 6 and sum(len(line.text) for line in block.lines) <= LONGEST


def _heads(block: Block, text: str, measures: Measures) -> bool:
    if not all(measures.stands_out(line) for line in block.lines) or not any(char.isalpha() for char in text):
        return False
    bigger = block.lines[0].style.size > 1.08 * measures.size
    if bigger:
        return not (LOOSE_END.search(text) and len(text) > 120)
    return len(text) <= 160 and not LOOSE_END.search(text) and not text[:1].islower()


def _in_outline(blocks: Sequence[Block], texts: dict[int, str], outline: Sequence[OutlineEntry]) -> dict[int, int]:
    entries: dict[str, list[OutlineEntry]] = defaultdict(list)
    for entry in outline:
        entries[entry.letters].append(entry)
    found: dict[int, int] = {}
    for place, text in texts.items():
        page = blocks[place].lines[0].page
        fitting = [e for e in entries.get(letters(text), ()) if e.page is None or abs(e.page - page) <= 1]
        if fitting:
            found[place] = fitting[0].level
    return found


def _title(blocks: Sequence[Block], heads: list[int], marked: dict[int, int]) -> int | None:
    """Return the place of the title: the biggest heading of page 1, if its size stands nowhere else."""
    first = [place for place in heads if blocks[place].lines[0].page == 1 and place not in marked]
    if not first:
        return None
    biggest = max(first, key=lambda place: blocks[place].lines[0].style.size)
    size = blocks[biggest].lines[0].style.size
    like = [place for place in heads if blocks[place].lines[0].style.size >= size]
    return biggest if like == [biggest] and len(heads) > 1 else None


def _looks(blocks: Sequence[Block], texts: dict[int, str], places: list[int]) -> dict[int, Look]:
    """Return how each heading looks; the last figure is its number's depth, where numbered headings all look alike."""
    plain = {place: blocks[place].lines[0].style for place in places}
    numbers = {place: match[1].count(".") + 1 for place in places if (match := NUMBER.match(texts[place]))}
    alike = len({(plain[place].size, plain[place].bold) for place in numbers}) == 1
    depths = numbers if alike and len(set(numbers.values())) > 1 else {}
    return {p: (-style.size, not style.bold, style.italic, depths.get(p, 0)) for p, style in plain.items()}


def _levels(looks: dict[int, Look], marked: dict[int, int]) -> dict[int, int]:
    """Return each heading's level: the outline's, else that of its look, else one below the look that ranks above.

    Where levels skip one (2, then 4), programs write the lower one too high in the outline; such a heading looks unlike
    most at the level that it is given, and gets the level that most headings of its look have.
    """
    of_look: dict[Look, Counter[int]] = defaultdict(Counter)
    at_level: dict[int, Counter[Look]] = defaultdict(Counter)
    for place, level in marked.items():
        if place in looks:
            of_look[looks[place]][level] += 1
            at_level[level][looks[place]] += 1
    usual: dict[Look, int] = {}
    above = 0
    for look in sorted(set(looks.values())):
        usual[look] = of_look[look].most_common(1)[0][0] if look in of_look else above + 1
        above = max(above, usual[look])
    own = {p: level for p, level in marked.items() if p in looks and at_level[level].most_common(1)[0][0] == looks[p]}
    return {place: own.get(place, usual[look]) for place, look in looks.items()}
