"""Source cards: where a passage comes from, the passage with the quoted words marked, and why it came up."""

from collections.abc import Sequence
from html import escape

from assistant.cite import citation_text
from assistant.records import Citation
from assistant.why import Why
from ingest.records import Passage, Sentence
from ui.html import kind_html, report_line


def card_html(citation: Citation, number: int, reason: Why | None) -> str:
    """Return the card of a citation of answer ``number``.

    :param reason: why the passage came up; None where that is not known any more.
    """
    passage = citation.quote.passage
    page = f" · pagina {passage.page}" if passage.page else ""
    name = f"bron-{number}-{citation.n}"
    return (
        f'<article class="vb-bron" id="{name}" tabindex="-1" aria-labelledby="{name}-kop">'
        f'<h4 id="{name}-kop"><span class="vb-nummer">{citation.n}</span> {escape(report_line(citation.report))}</h4>'
        f'<p class="vb-pad">{escape(" › ".join(passage.section))}{page} {kind_html(passage.kind)}</p>'
        f'<p class="vb-passage">{_marked(passage, citation.quote.sentences)}</p>'
        f"{_reason(reason) if reason else ''}"
        f'<p class="vb-knoppen"><button class="vb-knop" data-kopieer="{escape(citation_text(citation))}" '
        f'aria-label="Kopieer citaat met bron {citation.n}">Kopieer citaat met bron</button>'
        f' <a class="vb-terug" href="#vraag-{number}">Terug naar de vraag</a></p></article>'
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


def place_query(citation: Citation) -> dict[str, str]:
    """Return the reading room's parameters that open the passage with the quoted words marked."""
    passage = citation.quote.passage
    places = ",".join(f"{start}-{end}" for start, end in citation.quote.spans)
    return {"report": passage.report, "passage": passage.id, "zin": places}
