"""The conversation of this browser session: what was asked and answered, kept apart from all other sessions."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from assistant.engine import Assistant
from assistant.index import Index
from assistant.records import Answer, Filters, Turn
from assistant.suggest import next_questions
from ops.watch import answered

RESTS_ON = ("made", "index", "reports")  # what of a receipt is kept when an answer is given
Rewrite = Callable[[str, Sequence[Turn], Index], str | None]


def answers() -> list[Answer]:
    """Return the answers of this conversation, oldest first; the list is the session's own."""
    found: list[Answer] = st.session_state.setdefault("answers", [])
    return found


def filters_of(number: int) -> Filters:
    """Return where the answer was searched."""
    found: Filters = st.session_state.get("filters", {}).get(number, Filters())
    return found


def receipts(assistant: Assistant) -> Callable[[], list[dict[str, Any]]]:
    """Return what makes the receipt of each answer: of the index that answered it, though another serves by now.

    Of an answer that was kept and opened again the index of now is named. They are made outside the session, when
    somebody asks for them.
    """
    basis: dict[int, dict[str, Any]] = st.session_state.get("basis", {})
    given = [(answer, filters_of(number), basis.get(number, {})) for number, answer in enumerate(answers())]
    return lambda: [{**assistant.receipt(answer, filters), **rests_on} for answer, filters, rests_on in given]


def next_of(number: int) -> tuple[str, ...]:
    """Return the questions to ask after an answer."""
    found: tuple[str, ...] = st.session_state.get("next", {}).get(number, ())
    return found


def drawn(number: int, draw: Callable[[], str]) -> str:
    """Return the HTML of an answer; it is made once, as each run of the page shows the whole conversation again."""
    kept: dict[int, str] = st.session_state.setdefault("drawn", {})
    if number not in kept:
        kept[number] = draw()
    return kept[number]


def history(before: int) -> list[Turn]:
    """Return the turns before an answer."""
    given = answers()[:before]
    return [turn for a in given for turn in (Turn("user", a.standalone_question), Turn("assistant", a.answer))]


def ask(assistant: Assistant, question: str, filters: Filters, rewrite: Rewrite | None = None) -> None:
    """Add the answer to a question.

    :param rewrite: makes a follow-up stand alone, where a model may; what it makes counts only if it gets an answer.
    """
    before = history(len(answers()))
    answer = assistant.ask(question, before, filters)
    leans = answer.standalone_question != answer.question and answer.found  # a refusal reaches no model
    if rewrite and before and leans:
        rewritten = rewrite(answer.question, before, assistant.index)
        again = assistant.ask(rewritten, filters=filters) if rewritten else answer
        if rewritten and again.found:
            answer = dataclasses.replace(
                again, question=answer.question, standalone_question=rewritten, notices=answer.notices
            )
    _put(assistant, len(answers()), answer, filters)


def ask_alone(assistant: Assistant, number: int) -> None:
    """Answer a question of the conversation again, without what was said before it."""
    filters = _still_there(filters_of(number), assistant.index)
    _put(assistant, number, assistant.ask(answers()[number].question, filters=filters), filters)


def _still_there(filters: Filters, index: Index) -> Filters:
    """Return filters without the reports that were removed since; where none is left, everything is searched."""
    return dataclasses.replace(filters, reports=tuple(name for name in filters.reports if name in index.reports))


def _put(assistant: Assistant, number: int, answer: Answer, filters: Filters) -> None:
    answered(answer, assistant.index)
    answers()[number:] = [answer, *answers()[number + 1 :]]
    st.session_state.setdefault("filters", {})[number] = filters
    receipt = assistant.receipt(answer, filters)
    st.session_state.setdefault("basis", {})[number] = {name: receipt[name] for name in RESTS_ON}
    st.session_state.setdefault("next", {})[number] = (
        () if answer.in_danger else next_questions(assistant, answer, filters)
    )
    st.session_state.setdefault("drawn", {}).pop(number, None)
    st.session_state["fresh"] = number


def replace(number: int, answer: Answer) -> None:
    """Put an answer in the place of another to the same question, as when a model goes on writing it."""
    answers()[number] = answer
    st.session_state.setdefault("drawn", {}).pop(number, None)


def begin(given: Sequence[Answer] = (), conversation: str | None = None) -> None:
    """Begin a conversation: an empty one, or one that was kept."""
    st.session_state["answers"] = list(given)
    for name in ("filters", "basis", "next", "drawn"):
        st.session_state[name] = {}
    st.session_state["conversation"] = conversation
    st.session_state.pop("fresh", None)
