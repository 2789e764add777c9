"""What the steps hand to each other: frozen records, derived values as properties."""

from dataclasses import dataclass
from typing import Any, TypeAlias

Span: TypeAlias = tuple[int, int]
"""A half-open range [start, end) of code points in a report's file as read with ``newline=''``."""

KINDS = (
    "verwachting",
    "goed_voorbeeld",
    "verbeterpunt",
    "aanbeveling",
    "bevinding",
    "definitie",
    "casus",
    "clientstem",
    "werkwijze",
    "uitleg",
    "administratief",
)


@dataclass(frozen=True)
class Report:
    """One entry of the catalogue. ``date`` is as printed, or says that it was derived.

    An added report has its ``original`` file beside its text, and ``details``: the sha256 of what else its passages
    depend on (where pages begin, corrected kinds).
    """

    id: str
    title: str
    publisher: str
    year: int
    date: str
    date_printed: bool
    place: str
    region: str
    layout: str
    file: str
    sha256: str
    original: str = ""
    details: str = ""


@dataclass(frozen=True)
class Line:
    """A stretch of the file that the classifier recognised: ``body`` is what of it is read."""

    kind: str
    body: Span
    level: int = 0
    after_blank: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph, list item, quotation or table cell: pieces of the file in reading order.

    ``group`` ties blocks that make one passage (the cells of a table row); blocks without one are packed by size.
    """

    kind: str
    pieces: tuple[Span, ...]
    path: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of the report: its clean title, its level (1 is highest) and where it stands."""

    title: str
    level: int
    span: Span


@dataclass(frozen=True)
class Sentence:
    """A whole sentence or list item: [start, end) in the passage's text, and its place in the file."""

    start: int
    end: int
    spans: tuple[Span, ...]
    block: str


@dataclass(frozen=True)
class Passage:
    """A whole idea of a report with its exact place: what retrieval ranks and answers cite.

    ``text`` is ``spans`` of the file, cleaned. ``illustrates`` is the id of the passage that a family member's words
    belong to. ``page`` is where it begins; ``turns`` are the (offset in the file, page) where it goes on.
    """

    id: str
    report: str
    kind: str
    section: tuple[str, ...]
    spans: tuple[Span, ...]
    text: str
    sentences: tuple[Sentence, ...]
    illustrates: str | None = None
    page: int | None = None
    turns: tuple[Span, ...] = ()

    @property
    def start(self) -> int:
        """Where the passage begins in the file (the lowest offset, also where a table turns the order)."""
        return min(start for start, _ in self.spans)

    @property
    def end(self) -> int:
        """Where the passage ends in the file."""
        return max(end for _, end in self.spans)

    def quote(self, sentence: Sentence) -> str:
        """Return the sentence's words."""
        return self.text[sentence.start : sentence.end]

    def page_at(self, place: int) -> int | None:
        """Return the page of an offset in the file that lies in the passage; None where there are no pages."""
        return next((page for start, page in reversed(self.turns) if start <= place), self.page)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; ``from_json`` reads them back."""
        data = dict(self.__dict__)
        data["sentences"] = [[s.start, s.end, s.spans, s.block] for s in self.sentences]
        if not self.turns:
            del data["turns"]
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Passage":
        """Return the passage that ``to_json`` wrote.

        :raises KeyError, TypeError, ValueError: the data is not such an object.
        """
        sentences = tuple(Sentence(a, b, _spans(spans), block) for a, b, spans, block in data["sentences"])
        fixed = {"section": tuple(data["section"]), "spans": _spans(data["spans"]), "sentences": sentences}
        fixed["turns"] = _spans(data.get("turns", []))
        return cls(**{**data, **fixed})


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in pairs)


def path_text(path: tuple[str, ...]) -> str:
    """Return a section path as readers see it: ``Resultaten › Passende hulp``."""
    return " › ".join(path)
