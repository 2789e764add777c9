"""The session's conversation: a model may make a follow-up stand alone, where that gets an answer."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from assistant.engine import Assistant
from assistant.records import Filters


def page(assistant: object, rewritten: object, told: list[object]) -> None:
    from assistant.records import Filters
    from ui import talk

    def rewrite(question: str, before: list[object], index: object) -> object:
        told.append((question, [turn.content for turn in before][:1]))
        return rewritten

    talk.ask(assistant, "Hoe is de regie geregeld in Nijmegen?", Filters(), rewrite)
    talk.ask(assistant, "en in Someren?", Filters(), rewrite)


@pytest.mark.parametrize(
    ("rewritten", "searched"),
    [
        ("Wie voert de regie in Someren?", "Wie voert de regie in Someren?"),
        (None, "Hoe is de regie geregeld in Someren?"),
        ("Hoeveel inwoners heeft Someren?", "Hoe is de regie geregeld in Someren?"),  # gets no answer
    ],
)
def test_a_follow_up_is_rewritten_only_where_that_gets_an_answer(
    assistant: Assistant, rewritten: str | None, searched: str
) -> None:
    told: list[Any] = []
    given = {"assistant": assistant, "rewritten": rewritten, "told": told}
    screen = AppTest.from_function(page, kwargs=given, default_timeout=20).run()
    assert not screen.exception
    first, second = screen.session_state["answers"]
    assert told == [("en in Someren?", ["Hoe is de regie geregeld in Nijmegen?"])]
    assert (second.question, second.standalone_question, second.status) == ("en in Someren?", searched, "answered")
    assert first.standalone_question == first.question


def again(assistant: object) -> None:
    import streamlit as st

    from assistant.records import Filters
    from ui import talk

    talk.ask(assistant, "Hoe is de regie geregeld?", Filters(("tsd-2019-nijmegen",), ("casus",)))
    st.session_state["filters"][0] = Filters(("weg", "tsd-2019-nijmegen"), ("casus",))
    talk.ask_alone(assistant, 0)


def test_a_question_is_asked_again_without_the_reports_that_went_away(assistant: Assistant) -> None:
    screen = AppTest.from_function(again, kwargs={"assistant": assistant}, default_timeout=20).run()
    assert not screen.exception
    assert screen.session_state["filters"] == {0: Filters(("tsd-2019-nijmegen",), ("casus",))}


def kept(assistant: object, told: list[object]) -> None:
    import dataclasses

    import streamlit as st

    from assistant.records import Filters
    from ui import talk

    talk.ask(assistant, "Hoe is de regie geregeld in Nijmegen?", Filters())
    kept = st.session_state["basis"][0]
    kept["index"], kept["reports"] = "de index van toen", {}  # since then another index serves
    talk.replace(0, dataclasses.replace(talk.answers()[0], engine="een model"))
    told.extend(talk.receipts(assistant)())
    talk.begin(talk.answers(), "bewaard")
    told.extend(talk.receipts(assistant)())


def test_a_receipt_is_of_the_index_that_answered(assistant: Assistant) -> None:
    told: list[Any] = []
    screen = AppTest.from_function(kept, kwargs={"assistant": assistant, "told": told}, default_timeout=20).run()
    assert not screen.exception
    first, opened_again = told
    assert (first["index"], first["reports"]) == ("de index van toen", {})
    assert (first["settings"]["model"], first["answer"]["engine"]) == ("een model", "een model")
    assert opened_again["index"] == assistant.index.manifest["fingerprint"]
