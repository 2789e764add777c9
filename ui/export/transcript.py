"""A conversation ready to be written down: what every format shows, as plain text in reading order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.cite import place_text, reference
from assistant.records import Answer, Citation
from assistant.writing import long_date
from ui.html import KIND_NAMES, STATUS, pieces

TITLE = "Gesprek met Vraagbaak"
LACKING = " Dit ontbreekt: {missing}."
SOURCES, NEAREST = "Bronnen", "Dichtst in de buurt, geen antwoord op de vraag"
CLOSING = (
    "Bewaard op {day}. Vraagbaak is geen officiële dienst van Veilig Thuis of een inspectie.",
    "Elk citaat staat letterlijk in het rapport. ‘Plaats’ noemt het tekstbestand van het rapport, en bij welke tekens "
    "het citaat begint en eindigt.",
    "Zelf controleren: bewaar ook het bewijs van elk antwoord. Geef dan op een computer met Vraagbaak de opdracht: "
    "vraagbaak verify {receipt}",
)
LONGEST_HEADING = 120  # characters; a longer question stands under its heading


@dataclass(frozen=True)
class Run:
    """A stretch of a line; ``style`` is ``plain``, ``bold`` or ``marker`` (a source's number, without brackets)."""

    text: str
    style: str = "plain"


@dataclass(frozen=True)
class Line:
    """A line of an answer; ``style`` is ``heading``, ``item`` or ``text``."""

    style: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Source:
    """What stands under an answer for one marker."""

    n: int
    reference: str
    where: str
    quote: str
    place: str


@dataclass(frozen=True)
class Entry:
    """A question with all that it got; ``question`` holds the lines of one too long to be a heading."""

    heading: str
    question: tuple[str, ...]
    searched: str
    status: str
    notices: tuple[Line, ...]
    answer: tuple[Line, ...]
    sources_title: str
    sources: tuple[Source, ...]


def entries(answers: Sequence[Answer]) -> tuple[Entry, ...]:
    """Return the conversation, one entry an answer."""
    return tuple(_entry(number, answer) for number, answer in enumerate(answers, 1))


def _entry(number: int, answer: Answer) -> Entry:
    question = answer.question.strip()
    short = len(question) <= LONGEST_HEADING and "\n" not in question
    followed = answer.standalone_question != answer.question
    return Entry(
        heading=f"Vraag {number}: {question}" if short else f"Vraag {number}",
        question=() if short else tuple(line.strip() for line in question.split("\n") if line.strip()),
        searched=f"Gezocht op: {' '.join(answer.standalone_question.split())}" if followed else "",
        status=_status(answer),
        notices=tuple(Line("text", _runs(notice.text)) for notice in answer.notices),
        answer=tuple(_line(line, answer) for line in answer.answer.split("\n") if line.strip()),
        sources_title=SOURCES if answer.found else NEAREST,
        sources=tuple(_source(citation) for citation in answer.citations),
    )


def _status(answer: Answer) -> str:
    missing = "; ".join(answer.not_covered)
    return f"{STATUS[answer.status]}." + (LACKING.format(missing=missing) if missing else "")


def _line(line: str, answer: Answer) -> Line:
    by_model = answer.engine != "extractive"
    if heading := re.fullmatch(r"\*\*([^*]+)\*\*", line):
        return Line("heading", (Run(heading[1]),))
    if line.startswith("- "):
        return Line("item", _runs(line[2:], answer.citations, by_model))
    return Line("text", _runs(line.strip(), answer.citations, by_model))


def _runs(text: str, citations: Sequence[Citation] = (), by_model: bool = False) -> tuple[Run, ...]:
    return tuple(Run(piece, style) for piece, style in pieces(text, citations, by_model) if piece)


def _source(citation: Citation) -> Source:
    passage, places = citation.quote.passage, citation.quote.spans
    start, end = min(start for start, _ in places), max(end for _, end in places)
    return Source(
        n=citation.n,
        reference=reference(citation.report),
        where=f"{place_text(citation.quote)} ({KIND_NAMES[passage.kind]})",
        quote=f"“{citation.quote.text}”",
        place=f"Plaats: {passage.report}, tekens {start}–{end}",
    )


def closing(when: date) -> tuple[str, ...]:
    """Return the lines under a conversation: the day, what Vraagbaak is not, and how to check the quotes."""
    return tuple(line.format(day=long_date(when), receipt=receipt_name(when)) for line in CLOSING)


def file_name(when: date, suffix: str) -> str:
    """Return what the conversation's file is called; ``suffix`` goes without a dot."""
    return f"vraagbaak-gesprek-{when.isoformat()}.{suffix}"


def receipt_name(when: date) -> str:
    """Return what the file with the receipts is called."""
    return f"vraagbaak-bewijs-{when.isoformat()}.json"
