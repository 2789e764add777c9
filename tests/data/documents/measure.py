"""Measures what ``read_pdf`` finds of the made documents: ``python tests/data/documents/measure.py`` prints a table.

Letters are letters and digits in their order; a page is right when the place where an element begins is on it; a
heading is right when its text is whole and its level as in the truth; so is a row with all its cells.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from ingest.reading.document import Document, Element  # noqa: E402
from ingest.reading.pdf import read_pdf  # noqa: E402

NAMES = ("someren-een-kolom", "nijmegen-twee-kolommen", "someren-brochure")


@dataclass(frozen=True)
class Share:
    """How many of all are right."""

    right: int
    all: int

    def __str__(self) -> str:
        return f"{self.right}/{self.all} ({self.right / self.all:.1%})"


@dataclass(frozen=True)
class Measured:
    """What was found of a document; ``same_letters`` tells that the letters are the same, one by one, with none more."""

    letters: Share
    same_letters: bool
    pages: Share
    turns: Share
    headings: Share
    rows: Share
    whole: Share


def truth_of(name: str) -> list[Element]:
    """Return a made document's elements as they were put in."""
    rows = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return [Element(r["kind"], r["text"], r["level"], r["page"], tuple(map(tuple, r["turns"]))) for r in rows]


def letters(text: str) -> str:
    """Return a text's letters and digits."""
    return "".join(char for char in text if char.isalnum())


def measure(truth: list[Element], read: Document) -> Measured:
    """Return what of the truth stands in the document as read."""
    wanted, found = "".join(letters(e.text) for e in truth), "".join(letters(e.text) for e in read.elements)
    matching = len(wanted) if wanted == found else _in_order(wanted, found)
    pages = _pages(read.elements)
    begins, turned, turns, at = 0, 0, 0, 0
    for element in truth:
        begins += at < len(pages) and pages[at] == element.page
        for offset, page in element.turns:
            turns += 1
            place = at + len(letters(element.text[:offset]))
            turned += 0 < place < len(pages) and pages[place] == page and pages[place - 1] != page
        at += len(letters(element.text))
    return Measured(
        Share(matching, len(wanted)),
        wanted == found,
        Share(begins, len(truth)),
        Share(turned, turns),
        _share([(e.text, e.level) for e in truth if e.kind == "heading"], read, "heading"),
        _share([(e.text, e.level) for e in truth if e.kind == "row"], read, "row"),
        _share([(e.kind, e.text) for e in truth], read, ""),
    )


def _in_order(wanted: str, found: str) -> int:
    """Return how many letters stand in both in the same order, word-sized pieces compared."""
    return sum(block.size for block in SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks())


def _share(wanted: list[tuple[object, object]], read: Document, kind: str) -> Share:
    if kind:
        found = Counter((e.text, e.level) for e in read.elements if e.kind == kind)
    else:
        found = Counter((e.kind, e.text) for e in read.elements)
    return Share(sum((Counter(wanted) & found).values()), len(wanted))


def _pages(elements: tuple[Element, ...]) -> list[int]:
    """Return the page of every letter and digit."""
    pages: list[int] = []
    for element in elements:
        page, turns = element.page or 0, dict(element.turns)
        for offset, char in enumerate(element.text):
            page = turns.get(offset, page)
            if char.isalnum():
                pages.append(page)
    return pages


def table() -> str:
    """Return the figures of all made documents as a Markdown table."""
    head = "| document | letters and digits found | pages right | turns right | headings right | rows right | elements whole |"
    lines = [head, "| --- | --- | --- | --- | --- | --- | --- |"]
    for name in NAMES:
        m = measure(truth_of(name), read_pdf(HERE / f"{name}.pdf"))
        lines.append(f"| {name} | {m.letters} | {m.pages} | {m.turns} | {m.headings} | {m.rows} | {m.whole} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
