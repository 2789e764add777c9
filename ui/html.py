"""Formatting: records in, HTML out. All text from a report or a user is escaped, so nothing in it becomes markup."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from assistant.records import Answer, Citation
from ingest.records import Heading, Passage, Report, Sentence

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
STYLE = """<style>
.stMainBlockContainer{padding-top:4rem}
.vb-vraag{scroll-margin-top:4.5rem;background:var(--secondary-background-color,#8881);border-radius:.5rem;
 padding:.7rem 1rem;margin:1.2rem 0 .4rem;font-weight:600;overflow-wrap:anywhere}
.vb-antwoord p,.vb-antwoord li{max-width:70ch;line-height:1.55}
.vb-antwoord h3{font-size:1rem;margin:1rem 0 .2rem;padding:0}
.vb-antwoord .kort{font-size:1.12rem}
.vb-melding{border-left:.3rem solid #b3261e;padding:.5rem .9rem;margin:.5rem 0;background:#b3261e14}
.vb-bron h4{font-size:.95rem;margin:0;padding:0}
.vb-bron p{margin:.15rem 0;max-width:70ch}
.vb-pad,.vb-soort{font-size:.85rem;opacity:.85}
.vb-soort{border:1px solid currentColor;border-radius:.3rem;padding:0 .35rem;white-space:nowrap}
.vb-rapport{max-width:75ch;line-height:1.6;overflow-wrap:anywhere}
.vb-rapport h4,.vb-rapport h5,.vb-rapport h6{font-size:1.05rem;margin:1rem 0 .3rem;padding:0}
.vb-antwoord a,.vb-inhoud a{color:inherit}
.vb-rapport section{border-left:.2rem solid transparent;padding-left:.8rem;margin-left:-.8rem}
.vb-rapport section.gevonden{border-left-color:#b26a00}
.vb-bron mark,.vb-rapport mark{background:#ffe08a;color:#1d2629;padding:.05rem 0}
.vb-rapport blockquote{margin:.5rem 0 .5rem 1rem;font-style:italic}
.vb-inhoud ul{list-style:none;margin:0;padding:0}
.vb-inhoud li{margin:.25rem 0;font-size:.9rem;line-height:1.3}
</style>"""


def answer_html(answer: Answer, number: int) -> str:
    """Return a question with its notices and answer; markers lead to the source cards of this answer."""
    parts = [
        f'<div class="vb-vraag" id="vraag-{number}" role="note" aria-label="Uw vraag">{escape(answer.question)}</div>'
    ]
    parts += [f'<div class="vb-melding" role="alert">{_bold(escape(n.text))}</div>' for n in answer.notices]
    parts.append(f'<div class="vb-antwoord" role="region" aria-label="Antwoord">{_answer_lines(answer, number)}</div>')
    return "".join(parts)


def _answer_lines(answer: Answer, number: int) -> str:
    html, in_list, first = [], False, True
    for line in answer.answer.split("\n"):
        item = line.startswith("- ")
        if in_list and not item:
            html.append("</ul>")
        if item and not in_list:
            html.append("<ul>")
        in_list = item
        heading = re.fullmatch(r"\*\*(.+)\*\*", line)
        text = _markers(_bold(escape(line[2:] if item else line, quote=False)), number)
        if heading:
            html.append(f"<h3>{escape(heading[1])}</h3>")
        elif item:
            html.append(f"<li>{text}</li>")
        elif line:
            html.append(f'<p class="kort">{text}</p>' if first and line.startswith('"') else f"<p>{text}</p>")
            first = False
    return "".join(html) + ("</ul>" if in_list else "")


def _bold(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)


def _markers(text: str, number: int) -> str:
    return re.sub(r'(?<=") \[(\d+)\]', rf' <a href="#bron-{number}-\1" aria-label="bron \1">[\1]</a>', text)


def source_html(citation: Citation, number: int) -> str:
    """Return a source card: where the passage comes from and the passage with the quoted words marked."""
    passage = citation.quote.passage
    return (
        f'<div class="vb-bron" id="bron-{number}-{citation.n}">'
        f"<h4>[{citation.n}] {escape(report_line(citation.report))}</h4>"
        f'<p class="vb-pad">{escape(" › ".join(passage.section))} {kind_html(passage.kind)}</p>'
        f"<p>{_marked(passage, citation.quote.sentences)}</p></div>"
    )


def _marked(passage: Passage, sentences: Sequence[Sentence]) -> str:
    """Return the passage with the sentences marked, without the heading that its section path already shows."""
    named = [s.end for s in passage.sentences if s.block in ("heading", "title")]
    cuts, html = max(named, default=-1) + 1, []
    for sentence in sorted(sentences, key=lambda s: s.start):
        html.append(escape(passage.text[cuts : sentence.start]))
        html.append(f"<mark>{escape(passage.quote(sentence))}</mark>")
        cuts = sentence.end
    return "".join([*html, escape(passage.text[cuts:])]).replace("\n", "<br>")


def kind_html(kind: str) -> str:
    """Return the kind as a quiet label."""
    return f'<span class="vb-soort">{KIND_NAMES[kind]}</span>'


def report_line(report: Report) -> str:
    """Return how a report is named: publisher, title and year."""
    return f"{report.publisher}, {report.title} ({report.year})"


def report_html(headings: Iterable[Heading], passages: Iterable[Passage], found: str | None) -> str:
    """Return a whole report as readable text in its own order, with the passage ``found`` marked."""
    placed = [
        (h.span[0], 0, f'<h{min(h.level + 1, 6)} id="h-{h.span[0]}">{escape(h.title)}</h{min(h.level + 1, 6)}>')
        for h in headings
    ]
    placed += [(p.start, 1, _passage_html(p, p.id == found)) for p in passages]
    return f'<div class="vb-rapport">{"".join(html for _, _, html in sorted(placed))}</div>'


def _passage_html(passage: Passage, found: bool) -> str:
    lines = []
    for text, block in _lines(passage):
        shown = f"<mark>{escape(text)}</mark>" if found else escape(text)
        if block == "item":
            lines.append(f"<ul><li>{shown}</li></ul>")
        elif block == "quote":
            lines.append(f"<blockquote>{shown}</blockquote>")
        elif block not in ("heading", "title"):
            lines.append(f"<p>{shown}</p>")
    label = ' class="gevonden" aria-label="Gevonden passage"' if found else ""
    kind = kind_html(passage.kind) if found else ""
    return f'<section id="{anchor(passage.id)}"{label}>{kind}{"".join(lines).replace("</ul><ul>", "")}</section>'


def _lines(passage: Passage) -> Iterable[tuple[str, str]]:
    """Yield the passage's lines with the kind of block that each is."""
    start = 0
    for line in passage.text.split("\n"):
        yield line, next((s.block for s in passage.sentences if start <= s.start < start + len(line) + 1), "text")
        start += len(line) + 1


def anchor(passage_id: str) -> str:
    """Return a passage's id as an element id."""
    return "p-" + passage_id.rsplit(":", 1)[1]


def contents_html(headings: Iterable[Heading]) -> str:
    """Return a report's contents: its headings of the first three levels as links."""
    items = "".join(
        f'<li style="padding-left:{(h.level - 1) * 0.8}rem"><a href="#h-{h.span[0]}">{escape(h.title)}</a></li>'
        for h in headings
        if h.level <= 3
    )
    return f'<nav class="vb-inhoud" aria-label="Inhoud van het rapport"><ul>{items}</ul></nav>'
