"""What a PDF says of itself: its title, publisher and year, where metadata and first pages show them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.reading.document import Element
from ingest.reading.pdf_headings import letters
from ingest.reading.year import year_in

NO_TITLE = re.compile(
    r"^(?:untitled|naamloos|microsoft word|powerpoint)\b|^(?:document|presentatie|slide|dia)\s*\d*$"
    r"|\.(?:docx?|pdf|indd|pptx?|odt|qxd)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class About:
    """A document's title, publisher and year, empty or None where it doesn't say them."""

    title: str
    publisher: str
    year: int | None


def about(data: Mapping[str, str], elements: Sequence[Element], biggest: str) -> About:
    """Return what the metadata and the first pages say; ``biggest`` is page 1's biggest heading.

    The metadata's title counts where it is no file name or stopgap, its author where the first pages name it too.
    """
    front = [element for element in elements if (element.page or 1) <= 2]
    words = " ".join(element.text for element in front)
    named = re.sub(r"\s+", " ", data.get("Title", "")).strip()
    headings = [element for element in front if element.kind == "heading" and element.page == 1]
    shown = biggest or (headings[0].text if headings else "")
    title = named if len(letters(named)) > 5 and not NO_TITLE.search(named) else shown
    author = data.get("Author", "").strip()
    publisher = author if len(letters(author)) > 3 and letters(author) in letters(words) else ""
    return About(title, publisher, year_in(words, title))
