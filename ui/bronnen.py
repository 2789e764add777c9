"""The reading room: a report whole, with its contents, search, kinds, and the passage that a link names in view."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.engine import Assistant
from assistant.index import Index
from assistant.records import Answer
from ingest.errors import CorpusError
from ingest.read import read_report
from ingest.records import KINDS, Passage, Span
from ui.html import KIND_NAMES
from ui.marks import announce, bring_into_view, plain_label
from ui.originals import opens_at_page, original_html
from ui.report_html import Piece, contents_html, found_html, passage_anchor, report_pieces
from ui.report_order import Part, only_kinds, read_parts
from ui.report_search import SHORTEST, search
from ui.report_words import Marks

MEANINGS = {
    "verwachting": "wat de inspecties of het kwaliteitskader verwachten",
    "goed_voorbeeld": "wat in de praktijk goed werkt",
    "verbeterpunt": "wat beter kan",
    "aanbeveling": "wat het rapport aanraadt",
    "bevinding": "wat de onderzoekers zagen",
    "definitie": "wat een woord betekent",
    "casus": "een voorbeeld uit een gezin",
    "clientstem": "wat een gezinslid zei",
    "werkwijze": "hoe het onderzoek is gedaan",
    "uitleg": "achtergrond",
    "administratief": "inhoudsopgave, adressen, namen van deelnemers",
}
RENEWED = "Dit rapport wordt bijgewerkt. Laad de pagina over een minuut opnieuw."
Cited = Mapping[str, Mapping[int, str]]
"""Under a passage's id the questions of this conversation whose answers cite it, by their number."""


def show(assistant: Assistant, chat_page: Any) -> None:
    """Draw the report that the address names: ``?report=…``, with ``&passage=…`` marked, or of it only the sentences
    that lie in ``&zin=START-END`` (places in the report's file, several joined by commas).

    :param chat_page: the page of the conversation; ``naar=vraag-N`` leads to the question with that number.
    :raises CorpusError: the file of a report of the catalogue cannot be read.
    """
    answers: list[Answer] = st.session_state.get("answers", [])
    cited = _cited(answers)
    index = assistant.index
    top = st.container()
    choice, within = st.columns(2)
    with choice:
        name = _chosen_report(index)
    passage = _linked_passage(index, name)
    with top:
        _back(chat_page, answers, cited, passage)
        report = index.reports[name]
        st.title(plain_label(report.title), anchor=False)
        st.caption(plain_label(f"{report.publisher}, {report.date}."))
        if report.original:
            st.html(f'<p class="vb-knoppen">{original_html(report)}</p>')
    # A text box's value is gone once its page is left: without one this is a new visit.
    is_visit = f"zoek-{name}" not in st.session_state
    try:
        parts = _parts(index, str(index.path), assistant.corpus, name)
    except CorpusError:
        if not report.original:
            raise
        st.info(RENEWED)  # an added report was replaced or removed, and the index before that still serves
        return
    words = within.text_input("Zoek in dit rapport", key=f"zoek-{name}", placeholder="Bijvoorbeeld: regie").strip()
    kinds = _chosen_kinds(parts, name)
    parts = only_kinds(parts, kinds, passage.id if passage else "")
    marks = _marks(parts, passage, words, opens_at_page(report))
    with st.container():  # always there, so that what comes and goes in it leaves the text below in its place
        if kinds:
            names = ", ".join(KIND_NAMES[kind] for kind in kinds)
            st.html(f'<p class="vb-alleen">U ziet alleen: {names}.</p>')
        if words:
            _show_found(marks, words, name)
    _show_contents(parts)
    _show_pieces(report_pieces(parts, marks), cited, chat_page)
    if passage and _is_new(is_visit, passage):
        bring_into_view(passage_anchor(passage.id))


@st.cache_resource(max_entries=64, show_spinner=False)
def _parts(_index: Index, index_path: str, corpus: Path, report: str) -> tuple[Part, ...]:
    """Return a report's parts; read once for all sessions as long as the same index serves."""
    raw = read_report(corpus, _index.reports[report])
    boxes = not _index.reports[report].original
    return read_parts(raw, _index.headings(report), _index.passages_of(report), boxes)


def _cited(answers: Sequence[Answer]) -> Cited:
    found: dict[str, dict[int, str]] = {}
    for number, answer in enumerate(answers):
        for citation in answer.citations:
            found.setdefault(citation.quote.passage.id, {})[number] = answer.question
    return found


def _back(chat_page: Any, answers: Sequence[Answer], cited: Cited, passage: Passage | None) -> None:
    """Draw the way back to the conversation: to the last card of the passage that is read, else the last question."""
    if answers:
        asked = cited.get(passage.id, {}) if passage else {}
        number = max(asked, default=len(answers) - 1)
        cards = [c.n for c in answers[number].citations if passage and c.quote.passage.id == passage.id]
        to = f"bron-{number}-{cards[0]}" if cards else f"vraag-{number}"
        st.page_link(chat_page, label="← Terug naar het gesprek", query_params={"naar": to})


def _chosen_report(index: Index) -> str:
    ids = list(index.reports)
    asked = st.query_params.get("report")
    if asked and asked not in ids:
        st.warning(f"Het rapport '{_plain(asked)}' is hier niet. Kies hieronder een ander rapport.")
    chosen: str = st.selectbox(
        "Rapport",
        ids,
        index=ids.index(asked) if asked in ids else 0,
        format_func=lambda name: f"{index.reports[name].title} ({index.reports[name].year})",
    )
    if chosen != asked:
        st.query_params.from_dict({"report": chosen})
    return chosen


def _linked_passage(index: Index, report: str) -> Passage | None:
    asked = st.query_params.get("passage")
    place = index.place.get(asked) if asked else None
    if place is not None and index.passages[place].report == report:
        return index.passages[place]
    if asked:
        st.warning("De passage uit deze link staat niet meer in het rapport. U ziet het rapport vanaf het begin.")
    return None


def _chosen_kinds(parts: Sequence[Part], name: str) -> list[str]:
    """Draw what the kinds are, with a choice among those in the report; return the chosen ones."""
    count = Counter(part.passage.kind for part in parts if part.passage)
    kinds = [kind for kind in KINDS if count[kind]]
    with st.expander("Soorten passages"):
        chosen = st.pills(
            "Toon alleen",
            kinds,
            selection_mode="multi",
            format_func=lambda kind: f"{KIND_NAMES[kind]} ({count[kind]})",
            key=f"soorten-{name}",
        )
        rows = (f"<dt>{KIND_NAMES[kind]}</dt><dd>{MEANINGS[kind]}</dd>" for kind in kinds)
        st.html(f'<dl class="vb-soorten">{"".join(rows)}</dl>')
    return [kind for kind in kinds if kind in chosen]


def _marks(parts: Sequence[Part], passage: Passage | None, words: str, pages_open: bool) -> Marks:
    places = _places(st.query_params.get("zin", ""))
    return Marks(passage.id if passage else "", places, search(parts, words), pages_open)


def _places(text: str) -> tuple[Span, ...]:
    return tuple((int(start), int(end)) for start, end in re.findall(r"(\d{1,9})-(\d{1,9})", text))


def _show_found(marks: Marks, words: str, name: str) -> None:
    if len(words) < SHORTEST:
        st.html('<p class="vb-gevonden-telling">Typ ten minste twee letters.</p>')
        return
    st.html(found_html(marks.found, words))
    if st.session_state.get("searched") != (name, words):
        st.session_state["searched"] = (name, words)
        announce(f"{len(marks.found)} gevonden")


def _show_contents(parts: Sequence[Part]) -> None:
    """Draw the contents at the side, and where there is no room for that folded above the text."""
    st.sidebar.html(f'<h2 class="vb-inhoud-kop">Inhoud</h2>{contents_html(parts, "vb-inhoud-breed")}')
    narrow = contents_html(parts, "vb-inhoud-smal")
    st.html(f'<details class="vb-inhoud-smal"><summary>Inhoud</summary>{narrow}</details>')


def _show_pieces(pieces: Sequence[Piece], cited: Cited, chat_page: Any) -> None:
    """Draw the report in as few elements as it takes: links to the conversation cannot stand inside one."""
    stretch: list[str] = []
    for piece in pieces:
        stretch.append(piece.html)
        asked = {n: question for passage in piece.passages for n, question in cited.get(passage, {}).items()}
        if asked:
            _show_stretch(stretch)
            stretch = []
        for number in sorted(asked):
            label = f"Aangehaald in uw gesprek: “{_plain(asked[number])}”"
            st.page_link(chat_page, label=label, query_params={"naar": f"vraag-{number}"})
    if stretch:
        _show_stretch(stretch)


def _show_stretch(stretch: Sequence[str]) -> None:
    st.html(f'<div class="vb-rapport">{"".join(stretch)}</div>')


def _is_new(is_visit: bool, passage: Passage) -> bool:
    """Tell whether the passage was not in view before: a search or a choice of kinds leaves the page where it is."""
    shown = (passage.id, st.query_params.get("zin"))
    is_same = st.session_state.get("in_view") == shown
    st.session_state["in_view"] = shown
    return is_visit or not is_same


def _plain(text: str) -> str:
    """Return the text with nothing in it that Markdown would draw."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-!|~$:])", r"\\\1", text)
