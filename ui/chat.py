"""The chat page: a question, the answer with its markers, the sources below it, and what to do with it."""

import streamlit as st

from assistant.engine import Assistant
from assistant.feedback import Feedback
from assistant.history import History
from assistant.records import Answer
from assistant.why import Why, why
from ingest.errors import UsageError
from ui import bewaren, feedback, scope, talk
from ui.cards import card_html, place_query
from ui.html import announcement, answer_html
from ui.marks import announce, bring_into_view, text_html
from ui.pages import Pages

EXAMPLES = (
    "Wat doe ik als de hulpvraag ontbreekt?",
    "Mag ik informatie delen zonder toestemming?",
    "Hoe verloopt een warme overdracht vanuit Veilig Thuis?",
    "Wat hoort in een veiligheidsplan te staan?",
    "Wat zeggen gezinsleden over wisselende hulpverleners?",
    "Wanneer schaal ik op naar drang of dwang?",
)
ABOUT = (
    "Vraagbaak zoekt antwoorden in rapporten over Veilig Thuis, lokale teams en kwetsbare gezinnen, en laat zien waar "
    "ze staan. Vraagbaak is geen officiële dienst van Veilig Thuis of een inspectie."
)
HELP = "Acuut gevaar: 112. Advies, dag en nacht: Veilig Thuis 0800-2000. Gedachten aan zelfmoord: 113 of 0800-0113."
PRIVATE = "Noem geen namen of andere persoonsgegevens. Vraagbaak laat weg wat het herkent."
NEAREST = "Dichtst in de buurt, geen antwoord op uw vraag"


def show(assistant: Assistant, pages: Pages, history: History, store: Feedback, user: str) -> None:
    """Draw the page for this session.

    :param user: whose conversations are kept, where that is switched on.
    """
    _open_kept(assistant, history, user)
    st.title("Vraagbaak", anchor=False)
    st.html(f'<p class="vb-over">{ABOUT}</p><p class="vb-hulp">{HELP}</p>')
    if told := st.session_state.pop("told", ""):
        st.warning(told)
    with st.bottom:
        chosen = scope.show(assistant.index)
        asked = st.chat_input("Stel uw vraag", key="vraag", max_chars=4000)
    asked = asked or st.session_state.pop("asked", None)
    if asked:
        talk.ask(assistant, str(asked), chosen.filters(assistant.index.reports))
        _keep(history, user)
    if not talk.answers():
        _welcome()
        return
    for number in range(len(talk.answers())):
        _show_answer(assistant, number, pages, store)
    _after(assistant, pages)


def _open_kept(assistant: Assistant, history: History, user: str) -> None:
    """Open the kept conversation that the address names, where it is not open yet."""
    wanted = st.query_params.get("gesprek")
    if not wanted or wanted == st.session_state.get("conversation"):
        return
    try:
        talk.begin(history.opened(user, wanted, assistant.index), wanted)
    except UsageError as gone:  # deleted in another tab, past its days, or somebody else's
        del st.query_params["gesprek"]
        st.session_state["told"] = gone.dutch


def _keep(history: History, user: str) -> None:
    """Keep the conversation where the user has switched that on; its address then opens it again."""
    if history.switched_on(user) is None:
        return
    name = st.session_state.get("conversation") or history.new_id()
    history.save(user, name, talk.answers())
    st.session_state["conversation"] = st.query_params["gesprek"] = name


def _ask(question: str) -> None:
    st.session_state["asked"] = question


def _welcome() -> None:
    st.subheader("Waar zoekt u een antwoord op?", anchor=False)
    columns = st.columns(2)
    for number, example in enumerate(EXAMPLES):
        columns[number % 2].button(
            example, key=f"voorbeeld-{number}", width="stretch", wrap=True, on_click=_ask, args=(example,)
        )
    st.html(f'<p class="vb-gezocht">{PRIVATE}</p>')


def _show_answer(assistant: Assistant, number: int, pages: Pages, store: Feedback) -> None:
    answer = talk.answers()[number]
    st.html(answer_html(answer, number))
    _show_search(assistant, answer, number)
    if answer.citations:
        st.subheader("Bronnen" if answer.status in ("answered", "partly") else NEAREST, anchor=False)
    for citation in answer.citations:
        with st.container(border=True, key=f"kaart-{number}-{citation.n}"):
            st.html(card_html(citation, number, _why(assistant, answer, citation.quote.passage.id)))
            st.page_link(
                pages.bronnen, label=f"Lees bron {citation.n} in het rapport", query_params=place_query(citation)
            )
    if answer.status != "invalid":
        feedback.show(assistant, store, answer, f"oordeel-{number}", talk.history(number))


def _why(assistant: Assistant, answer: Answer, passage: str) -> Why | None:
    place = assistant.index.place.get(passage)
    if place is None or answer.status not in ("answered", "partly"):
        return None
    return why(assistant.index, answer.standalone_question, assistant.index.passages[place])


def _show_search(assistant: Assistant, answer: Answer, number: int) -> None:
    """Say what was searched and where, where that is not plainly the question in all reports."""
    where = scope.in_words(talk.filters_of(number), assistant.index.reports)
    if where:
        st.html(text_html(f"Gezocht in: {where}.", "vb-gezocht"))
    if answer.standalone_question != answer.question:
        st.html(text_html(f"Gezocht op: {answer.standalone_question}", "vb-gezocht"))
        if number and st.button("Zoek zonder het gesprek ervoor", key=f"alleen-{number}"):
            talk.ask_alone(assistant, number)
            st.rerun()


def _after(assistant: Assistant, pages: Pages) -> None:
    """Draw what comes after the last answer: questions to go on with, a new conversation, keeping this one."""
    last = len(talk.answers()) - 1
    suggested = talk.next_of(last)
    if suggested:
        st.subheader("Verder vragen", anchor=False)
        for place, question in enumerate(suggested):
            st.button(question, key=f"verder-{last}-{place}", on_click=_ask, args=(question,), wrap=True)
    with st.container(horizontal=True, key="gesprek"):
        st.button("Nieuw gesprek", icon=":material/add:", on_click=_begin_anew, key="nieuw-gesprek")
        bewaren.show(talk.answers(), [talk.filters_of(n) for n in range(last + 1)], assistant)
    fresh = st.session_state.pop("fresh", None)
    came_back = st.query_params.get("naar", "")
    if fresh is not None:
        announce(announcement(talk.answers()[fresh]))
        bring_into_view(f"vraag-{fresh}", "start")
    elif came_back.startswith(("vraag-", "bron-")):
        del st.query_params["naar"]
        bring_into_view(came_back, "start")


def _begin_anew() -> None:
    talk.begin()
    if "gesprek" in st.query_params:
        del st.query_params["gesprek"]
