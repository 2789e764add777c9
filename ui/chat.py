"""The chat page: a question, the answer with its markers, the sources below it, and what to do with it."""

from functools import partial
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from assistant.engine import Assistant
from assistant.feedback import Feedback
from assistant.history import History
from assistant.records import Answer
from assistant.why import Why, why
from ingest.errors import UsageError
from ui import bewaren, feedback, model, scope, talk
from ui.cards import cards_html
from ui.html import announcement, answer_html
from ui.marks import announce, bring_into_view, text_html

if TYPE_CHECKING:
    from assistant.writer import Writer

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


def show(assistant: Assistant, history: History, store: Feedback, user: str) -> None:
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
        able = model.writer(assistant)
        may_write = model.chosen(able)
        asked = st.chat_input("Stel uw vraag", key="vraag", max_chars=4000)
    asked = asked or st.session_state.pop("asked", None) or _linked_question()
    if asked:
        rewrite = able.standalone if able and may_write else None
        talk.ask(assistant, str(asked), chosen.filters(assistant.index.reports), rewrite)
        st.session_state["to_write"] = len(talk.answers()) - 1 if may_write else None
    if not talk.answers():
        _welcome()
        return
    for number in range(len(talk.answers())):
        _show_answer(assistant, number, store, able)
    if asked:
        _keep(history, user)
    _after(assistant)


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


def _linked_question() -> str | None:
    """Return the question of a link that somebody sent, once: a reload does not ask it again."""
    linked = st.query_params.get(scope.ASKED)
    if linked is not None:
        del st.query_params[scope.ASKED]
    return linked if linked and not talk.answers() else None


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


def _show_answer(assistant: Assistant, number: int, store: Feedback, able: "Writer | None") -> None:
    last = number == len(talk.answers()) - 1
    draw = partial(talk.drawn, number, lambda: _answer_and_sources(assistant, number))
    if able and st.session_state.get("to_write") == number:
        st.session_state["to_write"] = None
        model.write(able, talk.answers()[number], assistant.index, partial(talk.replace, number), draw)
    else:
        st.html(draw())
    answer = talk.answers()[number]
    leans = last and number and answer.standalone_question != answer.question
    if leans and st.button("Zoek zonder het gesprek ervoor", key=f"alleen-{number}"):
        talk.ask_alone(assistant, number)
        st.rerun()
    if last:
        feedback.show(assistant, store, answer, f"oordeel-{number}", talk.history(number))


def _answer_and_sources(assistant: Assistant, number: int) -> str:
    answer = talk.answers()[number]
    title = "Bronnen" if answer.found else NEAREST
    reasons = [_why(assistant, answer, citation.quote.passage.id) for citation in answer.citations]
    cards = cards_html(title, answer.citations, number, reasons)
    return answer_html(answer, number) + _searched(assistant, answer, number) + _share(number) + cards


def _why(assistant: Assistant, answer: Answer, passage: str) -> Why | None:
    place = assistant.index.place.get(passage)
    if place is None or not answer.found:
        return None
    return why(assistant.index, answer.standalone_question, assistant.index.passages[place])


def _share(number: int) -> str:
    answer = talk.answers()[number]
    if answer.status == "invalid":
        return ""
    link = escape(scope.link_to(answer.standalone_question, talk.filters_of(number)))
    label = "Kopieer een link naar deze vraag"
    return f'<p class="vb-delen"><button class="vb-knop" data-kopieer-pad="{link}">{label}</button></p>'


def _searched(assistant: Assistant, answer: Answer, number: int) -> str:
    """Return what was searched and where, where that is not plainly the question in all reports."""
    where = scope.in_words(talk.filters_of(number), assistant.index.reports)
    told = [f"Gezocht in: {where}."] if where else []
    if answer.standalone_question != answer.question:
        told.append(f"Gezocht op: {answer.standalone_question}")
    return "".join(text_html(line, "vb-gezocht") for line in told)


def _after(assistant: Assistant) -> None:
    """Draw what comes after the last answer: questions to go on with, a new conversation, keeping this one."""
    last = len(talk.answers()) - 1
    suggested = talk.next_of(last)
    if suggested:
        st.subheader("Verder vragen", anchor=False)
        for place, question in enumerate(suggested):
            st.button(question, key=f"verder-{last}-{place}", on_click=_ask, args=(question,), wrap=True)
    with st.container(horizontal=True, key="gesprek"):
        st.button("Nieuw gesprek", icon=":material/add:", on_click=_begin_anew, key="nieuw-gesprek")
        bewaren.show(talk.answers(), talk.receipts(assistant))
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
