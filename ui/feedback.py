"""The question under an answer whether it was useful, and which passage it should have been."""

from collections.abc import Sequence

import streamlit as st

from assistant.answer import short_name
from assistant.database import owner
from assistant.engine import Assistant
from assistant.feedback import Feedback, answer_id, words_of
from assistant.records import Answer, Turn
from ingest.errors import VraagbaakError
from ingest.records import Passage, path_text
from ui.access import user_id
from ui.marks import announce, bring_into_view, plain_label, text_html

NAMES = {"nuttig": "Nuttig", "niet_nuttig": "Niet nuttig", "verkeerde_bron": "Verkeerde bron"}
THANKS = "Bewaard op deze computer."
TOLD = "feedback-told"  # the controls whose verdict was kept just now, and not announced yet
HITS, SHOWN = 8, 200  # passages to choose from, and characters of each


@st.fragment
def show(assistant: Assistant, store: Feedback, answer: Answer, key: str, history: Sequence[Turn]) -> None:
    """Draw the question and what follows on its reply, as a fragment: a click redraws nothing else.

    :param key: what tells this answer's controls from those of others on the page.
    """
    if answer.status == "invalid":
        return
    try:
        _Asked(assistant, store, answer, key, history).draw()
    except VraagbaakError as error:  # the page's own except does not see what a fragment does alone
        st.error(error.dutch)


class _Asked:
    """One answer's question; ``given`` remembers for this session which answers got which verdict, and are done."""

    def __init__(
        self, assistant: Assistant, store: Feedback, answer: Answer, key: str, history: Sequence[Turn]
    ) -> None:
        self.assistant, self.store, self.answer, self.history = assistant, store, answer, history
        self.named = answer_id(answer)
        self.key = f"{key}-{self.named}"
        self.given: dict[str, tuple[str, bool]] = st.session_state.setdefault("feedback-given", {})

    def draw(self) -> None:
        with st.container(horizontal=True, vertical_alignment="center", key=self.key):
            st.html(text_html("Was dit antwoord bruikbaar?", "vb-oordeel"), width="content")
            for verdict, name in NAMES.items():
                if st.button(name, key=f"{self.key}-{verdict}"):
                    self._press(verdict)
        chosen, done = self.given.get(self.named, ("", False))
        if not chosen:
            return
        if not done:
            place = st.empty()
            with place.container(), st.expander("Wijs de juiste passage aan", expanded=chosen == "verkeerde_bron"):
                done = self._ask_for_passage(chosen)
            if done:
                place.empty()
        st.html(f'<p class="vb-oordeel" id="{self.key}-dank" tabindex="-1">{NAMES[chosen]}. {THANKS}</p>')
        if st.session_state.get(TOLD) == self.key:
            del st.session_state[TOLD]
            if done and chosen != "nuttig":
                bring_into_view(f"{self.key}-dank")  # the button that had the focus is gone
            else:
                announce(THANKS)

    def _press(self, verdict: str) -> None:
        """Keep a verdict; the same one again opens the search anew and loses no passage that was chosen."""
        if self.given.get(self.named, ("", False))[0] == verdict:
            self.given[self.named] = verdict, verdict == "nuttig"
        else:
            self._keep(verdict, done=verdict == "nuttig")

    def _keep(self, verdict: str, done: bool, wanted: Passage | None = None, remark: str = "") -> None:
        session = owner(user_id())
        self.store.give(session, self.answer, verdict, self.assistant.index, self.history, wanted, remark)
        self.given[self.named] = verdict, done
        st.session_state[TOLD] = self.key

    def _ask_for_passage(self, verdict: str) -> bool:
        """Draw the search for the passage; return whether the reply was kept now."""
        words = st.text_input(
            "Welke passage had het moeten zijn?",
            placeholder="Zoek met een paar woorden",
            max_chars=200,
            key=f"{self.key}-zoek",
        )
        wanted = self._choice(words) if words.strip() else None
        remark = st.text_input("Opmerking (hoeft niet)", max_chars=500, key=f"{self.key}-opmerking")
        if not st.button("Bewaar", type="primary", key=f"{self.key}-bewaar"):
            return False
        if not (wanted or remark.strip()):
            st.warning("Kies een passage of schrijf een opmerking.")
            return False
        self._keep(verdict, True, wanted, remark)
        return True

    def _choice(self, words: str) -> Passage | None:
        found = {hit.passage.id: hit.passage for hit in self.assistant.ask(words, top=HITS).passages}
        if not found:
            st.text("Niets gevonden. Probeer andere woorden.")
            return None
        chosen = st.radio(
            "Gevonden passages", list(found), None, lambda name: self._label(found[name]), f"{self.key}-passage"
        )
        return found[chosen] if chosen else None

    def _label(self, passage: Passage) -> str:
        said = " ".join(words_of(passage))
        shown = said if len(said) <= SHOWN else said[:SHOWN].rsplit(" ", 1)[0] + " …"
        where = f"{short_name(self.assistant.index.reports[passage.report])}, {path_text(passage.section[-2:])}:"
        return f"**{plain_label(where)}** {plain_label(shown)}"
