"""Source cards: where a passage comes from, the passage with the quoted words marked, and why it came up."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from assistant.cite import citation_text
from assistant.records import Citation
from assistant.why import Why
from ingest.records import Passage, Sentence
from ui.html import kind_html, report_line
from ui.originals import original_html


def cards_html(title: str, citations: Sequence[Citation], number: int, reasons: Sequence[Why | None]) -> str:
    """Return the source cards of answer ``number`` under their heading.

    They are one piece of HTML, links included (see ``data-blijf`` in vraagbaak.js): a Streamlit element for each link
    made a long conversation six times as long to send.

    :param reasons: why each passage came up; None where that is not known any more.
    """
    if not citations:
        return ""
    cards = "".join(_card(one, number, reason) for one, reason in zip(citations, reasons, strict=True))
    return f'<h3 class="vb-bronkop">{escape(title)}</h3>{cards}'


def _card(citation: Citation, number: int, reason: Why | None) -> str:
    passage = citation.quote.passage
    page = f" · pagina {citation.quote.page}" if citation.quote.page else ""
    name = f"bron-{number}-{citation.n}"
    return (
        f'<article class="vb-bron" id="{name}" tabindex="-1" aria-labelledby="{name}-kop">'
        f'<h4 id="{name}-kop"><span class="vb-nummer">{citation.n}</span> {escape(report_line(citation.report))}</h4>'
        f'<p class="vb-pad">{escape(" › ".join(passage.section))}{page} {kind_html(passage.kind)}</p>'
        f'<p class="vb-passage">{_marked(passage, citation.quote.sentences)}</p>'
        f"{_reason(reason) if reason else ''}"
        f'<p class="vb-knoppen"><button class="vb-knop" data-kopieer="{escape(citation_text(citation))}" '
        f'aria-label="Kopieer citaat met bron {citation.n}">Kopieer citaat met bron</button>'
        f'<a class="vb-lees" data-blijf href="{escape(place_address([citation]))}">'
        f"Lees bron {citation.n} in het rapport</a>"
        f"{original_html(citation.report, citation.quote.page)}"
        f'<a class="vb-terug" href="#vraag-{number}">Terug naar de vraag</a></p></article>'
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


def _reason(reason: Why) -> str:
    lines = []
    if reason.words:
        lines.append(f"Woorden uit uw vraag: {escape(', '.join(reason.words))}.")
    if reason.question:
        lines.append(f"Lijkt op een vraag die bij deze passage hoort: “{escape(reason.question)}”")
    told = "<br>".join(lines) or "De woorden van deze passage lijken op die van uw vraag."
    return f'<details class="vb-waarom"><summary>Waarom deze bron</summary><p>{told}</p></details>'


def place_address(cited: Sequence[Citation]) -> str:
    """Return the reading room's address of the passage that all these cite, with their words marked."""
    passage = cited[0].quote.passage
    spans = dict.fromkeys(span for citation in cited for span in citation.quote.spans)
    places = ",".join(f"{start}-{end}" for start, end in spans)
    return "bronnen?" + urlencode({"report": passage.report, "passage": passage.id, "zin": places})
