"""The evaluator's desk for what readers said: a verdict becomes a gold question of this installation, or not."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from assistant.feedback import Entry, Feedback
from evals.candidates import CANDIDATE_KINDS, Candidate, accept, alike, candidates
from evals.commands import report_texts, run_questions
from evals.gold import PERSONAS, Evidence, GoldError
from ui.feedback import NAMES
from ui.marks import bring_into_view, plain_label

NONE = "Er zijn geen voorstellen. Ze komen uit de oordelen die gebruikers onder antwoorden geven."
CARE = "Zet geen namen of andere persoonsgegevens in de vraag."


def show(store: Feedback) -> None:
    """Draw the open candidates and the one that is chosen."""
    if said := st.session_state.pop("voorstel-gedaan", ""):
        st.html(f'<p id="voorstel-gedaan" tabindex="-1"><strong>{escape(said)}</strong></p>')
        bring_into_view("voorstel-gedaan")  # the button that had the focus is gone
    entries = {entry.id: entry for entry in store.entries("open")}
    texts = report_texts()
    found = {one.feedback: one for one in candidates(entries.values(), texts)}
    if left := len(entries) - len(found):
        st.caption(f"Oordelen zonder passage: {left}. Daarvan is geen vraag te maken.")
    if not found:
        st.info(NONE)
        return
    number = st.selectbox("Voorstel", list(found), format_func=lambda one: _title(entries[one]), key="voorstel")
    _draw(store, entries[number], found[number], texts)


def _title(entry: Entry) -> str:
    return f"{entry.time[:10]}, {NAMES[entry.verdict].lower()}: {entry.question[:100]}"


def _draw(store: Feedback, entry: Entry, candidate: Candidate, texts: Mapping[str, str]) -> None:
    name, row = f"voorstel-{entry.id}", candidate.row
    if about := _about(entry):
        st.html("".join(f"<p>{escape(line)}</p>" for line in about))
    question = st.text_area("Vraag", row["question"], key=f"{name}-vraag", max_chars=2000).strip()
    st.caption(CARE)
    for known in alike(question, run_questions()):
        st.warning(plain_label(f"Lijkt op {known.id} ({known.split}): {known.question}"))
    kinds = [kind for kind in CANDIDATE_KINDS if kind != "followup" or entry.history]
    kind = st.selectbox("Soort vraag", kinds, kinds.index(row["kind"]), key=f"{name}-soort")
    persona = st.selectbox("Wie vraagt", PERSONAS, PERSONAS.index(row["persona"]), key=f"{name}-wie")
    evidence = _evidence(candidate, name)
    yes, no = st.columns(2)
    if yes.button("Neem op in de vragenset", type="primary", key=f"{name}-ja", disabled=not (question and evidence)):
        places = [[{"report": one.report, "quote": one.quote} for one in evidence]]
        edited = {"question": question, "kind": kind, "persona": persona, "evidence": places}
        try:
            accept(store, candidate, edited, texts)
        except GoldError as error:
            st.error(plain_label(f"De vraag past niet in de vragenset: {error}"))
            return
        _done(f"Opgenomen als {row['id']}. De vraag loopt mee in de volgende meting van het deel dev.")
    if no.button("Wijs af", key=f"{name}-nee"):
        store.decide(entry.id, "rejected")
        _done("Afgewezen.")


def _about(entry: Entry) -> Sequence[str]:
    asked = {"user": "vrager", "assistant": "Vraagbaak"}
    lines = [f"Eerder ({asked[turn.role]}): {turn.content}" for turn in entry.history]
    return [*lines, f"Opmerking: {entry.remark}"] if entry.remark else lines


def _evidence(candidate: Candidate, name: str) -> list[Evidence]:
    """Draw the sentences to choose from; return the chosen ones."""
    st.html("<p><strong>Welke zinnen geven het antwoord?</strong> Eén ervan vinden is genoeg.</p>")
    first = [(one["report"], one["quote"]) for fact in candidate.row["evidence"] for one in fact]
    return [
        one
        for place, one in enumerate(candidate.offered)
        if st.checkbox(
            plain_label(f"[{one.report}] {one.quote}"), (one.report, one.quote) in first, f"{name}-zin-{place}"
        )
    ]


def _done(said: str) -> None:
    st.session_state["voorstel-gedaan"] = said
    st.rerun()
