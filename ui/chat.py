"""The chat page: a question, the answer with its markers, and the sources below it."""

from typing import Any

import streamlit as st

from assistant.engine import Assistant
from assistant.receipt import as_text
from assistant.records import Answer, Turn
from ui.dutch import scroll_to
from ui.html import STYLE, answer_html, source_html

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
NEAREST = "Dichtst in de buurt, geen antwoord op uw vraag"
HELP = "Acuut gevaar: 112. Advies, dag en nacht: Veilig Thuis 0800-2000. Gedachten aan zelfmoord: 113 of 0800-0113."


def show(assistant: Assistant, reading_page: Any) -> None:
    """Draw the page for this session.

    :param reading_page: the page that a source's link opens.
    """
    st.html(STYLE)
    st.title("Vraagbaak")
    st.caption(ABOUT)
    st.caption(HELP)
    answers: list[Answer] = st.session_state.setdefault("answers", [])
    asked = st.chat_input("Stel uw vraag", key="vraag")
    if not answers and not asked:
        asked = _welcome()
    if asked:
        answers.append(assistant.ask(str(asked), _history(answers)))
        st.session_state["new"] = True
        if len(answers) == 1:
            st.rerun()  # the welcome makes place for the conversation
    for number in range(len(answers)):
        _show_answer(assistant, answers, number, reading_page)
    if answers and st.session_state.pop("new", False):
        scroll_to(f"vraag-{len(answers) - 1}", "start")


def _welcome() -> str | None:
    st.subheader("Waar zoekt u een antwoord op?")
    columns = st.columns(2)
    for number, example in enumerate(EXAMPLES):
        if columns[number % 2].button(example, key=f"voorbeeld-{number}", width="stretch", wrap=True):
            return example
    return None


def _history(answers: list[Answer]) -> list[Turn]:
    return [turn for a in answers for turn in (Turn("user", a.standalone_question), Turn("assistant", a.answer))]


def _show_answer(assistant: Assistant, answers: list[Answer], number: int, reading_page: Any) -> None:
    answer = answers[number]
    st.html(answer_html(answer, number))
    if answer.standalone_question != answer.question:
        st.caption(f"Gezocht op: {answer.standalone_question}".replace("[", "\\["))
        if st.button("Zoek zonder het gesprek ervoor", key=f"alleen-{number}"):
            answers[number] = assistant.ask(answer.question)
            st.rerun()
    if answer.citations:
        st.subheader("Bronnen" if answer.status in ("answered", "partly") else NEAREST, anchor=False)
    for citation in answer.citations:
        with st.container(border=True):
            st.html(source_html(citation, number))
            passage = citation.quote.passage
            st.page_link(
                reading_page,
                label=f"Lees bron {citation.n} in het rapport",
                query_params={"report": passage.report, "passage": passage.id},
            )
    if answer.status != "invalid":
        st.download_button(
            "Bewaar een bewijs van dit antwoord",
            as_text(assistant.receipt(answer)),
            file_name=f"vraagbaak-bewijs-{number + 1}.json",
            mime="application/json",
            key=f"bewijs-{number}",
            help="Een bestand met vraag, antwoord en citaten, later te controleren met 'vraagbaak verify'.",
        )
