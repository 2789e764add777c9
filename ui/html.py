"""Formatting: an answer in, HTML out. All text from a report or a user is escaped, so nothing in it becomes markup."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from assistant.records import Answer, Citation
from ingest.records import Report

KIND_NAMES = {
    "verwachting": "verwachting",
    "goed_voorbeeld": "goed voorbeeld",
    "verbeterpunt": "verbeterpunt",
    "aanbeveling": "aanbeveling",
    "bevinding": "bevinding",
    "definitie": "definitie",
    "casus": "casus",
    "clientstem": "uitspraak van een gezinslid",
    "werkwijze": "werkwijze van het onderzoek",
    "uitleg": "uitleg",
    "administratief": "gegevens van het rapport",
}
STATUS = {
    "answered": "Beantwoord uit de rapporten",
    "partly": "Deels beantwoord",
    "not_found": "Staat niet in de rapporten",
    "out_of_scope": "Valt buiten de rapporten",
    "invalid": "Geen vraag gelezen",
}
HEADING = re.compile(r"\*\*(.+)\*\*")
BADGE = re.compile(r"(?<=\]) \((letterlijk|onderbouwd)\)$")  # how writer_draft ends a sentence
INLINE = r"\*\*(?P<bold>.+?)\*\*|\[(?P<marker>\d+)\]"
QUOTATION = r'"[^"]*"|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»'
LANE = re.compile(r".+ \d{4}")  # a comparison's headings name a report and its year: see answer.compose_lanes


def answer_html(answer: Answer, number: int) -> str:
    """Return a question with its notices, status and answer; markers lead to the source cards of this answer."""
    question = f'<h2 class="vb-vraag" id="vraag-{number}" tabindex="-1">{escape(answer.question)}</h2>'
    notices = "".join(f'<div class="vb-melding">{_notice(n.text)}</div>' for n in answer.notices)
    body = "".join(_groups(answer, number))
    region = f'<section class="vb-antwoord" aria-label="Antwoord {number + 1}">{body}</section>'
    if answer.engine != "extractive":
        told = f"Samengevat door een taalmodel ({escape(answer.engine)}). Elke zin is getoetst aan de passages."
        region += f'<p class="vb-gezocht">{told}</p>'
    return question + notices + ("" if answer.in_danger else status_html(answer)) + region


def status_html(answer: Answer) -> str:
    """Return what the answer is worth: a word with a shape, and what is missing where it answers a part."""
    missing = f": {escape('; '.join(answer.not_covered))}" if answer.status == "partly" and answer.not_covered else ""
    return f'<p class="vb-status vb-{answer.status}">{STATUS[answer.status]}{missing}</p>'


def announcement(answer: Answer) -> str:
    """Return what a screen reader says when the answer is there."""
    urgent = "Let op: lees eerst de melding boven het antwoord. " if answer.notices else ""
    count = len(answer.citations)
    sources = "" if not count else " 1 bron." if count == 1 else f" {count} bronnen."
    return f"{urgent}{STATUS[answer.status]}.{sources}"


def _groups(answer: Answer, number: int) -> Iterator[str]:
    """Yield the answer's groups, those that are lanes of a comparison together in one grid."""
    lanes: list[str] = []
    for title, lines in _sections(answer.answer):
        html = _section(title, lines, answer, number)
        if LANE.fullmatch(title):
            lanes.append(f'<div class="vb-baan">{html}</div>')
            continue
        yield from _grid(lanes)
        lanes = []
        yield html
    yield from _grid(lanes)


def _grid(lanes: list[str]) -> Iterator[str]:
    if lanes:
        yield f'<div class="vb-banen">{"".join(lanes)}</div>'


def _sections(text: str) -> list[tuple[str, list[str]]]:
    """Return the text's lines under the headings that they stand under; a line after a list's end stands alone."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    after_blank = False
    for line in text.split("\n"):
        heading = HEADING.fullmatch(line)
        if heading:
            sections.append((heading[1], []))
        elif after_blank and line and not line.startswith("- ") and LANE.fullmatch(sections[-1][0]):
            sections.append(("", [line]))
        elif line:
            sections[-1][1].append(line)
        after_blank = not line
    return [(title, lines) for title, lines in sections if title or lines]


def _section(title: str, lines: list[str], answer: Answer, number: int) -> str:
    html, in_list = [f"<h3>{escape(title)}</h3>"] if title else [], False
    for line in lines:
        item = line.startswith("- ")
        if item != in_list:
            html.append("<ul>" if item else "</ul>")
        in_list = item
        text = _inline(line[2:] if item else line, answer, number)
        lead = ' class="kort"' if title == "Kort" else ""
        html.append(f"<li>{text}</li>" if item else f"<p{lead}>{text}</p>")
    return "".join(html) + ("</ul>" if in_list else "")


def pieces(line: str, citations: Sequence[Citation] = (), by_model: bool = False) -> Iterator[tuple[str, str]]:
    """Yield a line's stretches, each with its style: ``plain``, ``bold`` or ``marker`` (a source's number).

    What stands in a quotation stays as it is. A marker is a citation's number right behind its own quote; in a model's
    answer also each such number outside quotation marks.
    """
    longest_first = sorted(citations, key=lambda citation: -len(citation.quote.text))
    own = "|".join(f'"{re.escape(c.quote.text)}"(?= \\[{c.n}\\])' for c in longest_first) or "(?!)"
    known, done, marker_at = {citation.n for citation in citations} if by_model else set(), 0, -1
    for match in re.finditer(f"(?P<own>{own})|(?P<other>{QUOTATION})|{INLINE}", line):
        style = str(match.lastgroup)
        if style == "own":
            marker_at = match.end() + 1
        elif style == "bold" or (style == "marker" and (match.start() == marker_at or int(match[style]) in known)):
            yield from ((line[done : match.start()], "plain"), (match[style], style))
            done = match.end()
    yield line[done:], "plain"


def _notice(text: str) -> str:
    return "".join(_shown(piece, style, 0) for piece, style in pieces(text))


def _inline(line: str, answer: Answer, number: int) -> str:
    """Return a line of an answer with its markers; a model's sentence with its badge."""
    by_model = answer.engine != "extractive"
    badge = BADGE.search(line) if by_model else None
    text = line[: badge.start()] if badge else line
    html = "".join(_shown(piece, style, number) for piece, style in pieces(text, answer.citations, by_model))
    return html + (f' <span class="vb-keur vb-keur-{badge[1]}">{badge[1]}</span>' if badge else "")


def _shown(piece: str, style: str, number: int) -> str:
    if style == "marker":
        return f'<a class="vb-verwijzing" href="#bron-{number}-{piece}" aria-label="bron {piece}">[{piece}]</a>'
    return f"<strong>{escape(piece, quote=False)}</strong>" if style == "bold" else escape(piece, quote=False)


def kind_html(kind: str) -> str:
    """Return the kind as a quiet label: a word, and a colour of its own."""
    return f'<span class="vb-soort vb-soort-{kind}">{KIND_NAMES[kind]}</span>'


def report_line(report: Report) -> str:
    """Return how a report is named: publisher, title and year."""
    return f"{report.publisher}, {report.title} ({report.year})"
