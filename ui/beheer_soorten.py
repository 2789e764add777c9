"""The passages of an added report with their kinds, how sure those are, and a choice to correct each."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from ingest.added.details import Correction, corrected
from ingest.added.draft import certainty
from ingest.records import KINDS, Passage
from ui.html import KIND_NAMES, kind_html

AT_ONCE = 10
FIRST_WORDS = 320  # characters of a passage that are shown
SURE = {
    "zeker": "zeker: een kop zegt het",
    "waarschijnlijk": "waarschijnlijk: te zien aan de woorden",
    "standaard": "standaard: geen regel past",
    "gecorrigeerd": "door een beheerder gekozen",
}


def show(passages: Sequence[Passage], corrections: tuple[Correction, ...], key: str) -> tuple[Correction, ...]:
    """Draw the passages, some at a time; return the corrections with those that the reader made.

    :param passages: with the corrections in them.
    :param key: tells the controls of one report from those of another.
    """
    sure = {passage.id: certainty(passage, corrections) for passage in passages}
    doubtful = {name for name, how in sure.items() if how in ("waarschijnlijk", "standaard")}
    listed = list(enumerate(passages, 1))
    if 0 < len(doubtful) < len(passages):
        label = f"Toon alleen passages waarvan de soort niet zeker is ({len(doubtful)})"
        if st.toggle(label, key=f"twijfel-{key}"):
            listed = [(number, passage) for number, passage in listed if passage.id in doubtful]
    start = 0
    if len(listed) > AT_ONCE:
        starts = range(0, len(listed), AT_ONCE)
        start = st.selectbox(
            "Welke passages",
            starts,
            format_func=lambda n: f"{listed[n][0]} tot en met {listed[min(n + AT_ONCE, len(listed)) - 1][0]}",
            key=f"deel-{key}",
        )
    for number, passage in listed[start : start + AT_ONCE]:
        st.html(_passage_html(number, passage, sure[passage.id]))
        chosen = st.selectbox(
            f"Soort van passage {number}",
            KINDS,
            KINDS.index(passage.kind),
            format_func=KIND_NAMES.__getitem__,
            key=f"soort-{key}-{passage.id}-{passage.kind}",
        )
        if chosen != passage.kind:
            corrections = corrected(corrections, passage, chosen)
    return corrections


def _passage_html(number: int, passage: Passage, sure: str) -> str:
    page = f" · p. {passage.page}" if passage.page else ""
    text = passage.text if len(passage.text) <= FIRST_WORDS else passage.text[:FIRST_WORDS].rstrip() + "…"
    path = escape(" › ".join(passage.section)) or "zonder kop"
    return (
        f'<div class="vb-gelezen"><p><strong>{number}</strong> {path}{page} {kind_html(passage.kind)} '
        f"{SURE[sure]}</p><p>{escape(text).replace(chr(10), '<br>')}</p></div>"
    )
