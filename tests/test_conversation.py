"""Follow-ups become questions that stand alone; ten whole conversations with what they lead to."""

import json
from typing import Any

import pytest

from assistant.conversation import Resolved, question_in, questions_in, resolve
from assistant.engine import Assistant
from assistant.records import Turn
from ingest.lexicon import Lexicon, Name
from tests.conftest import PROJECT

CONVERSATIONS = json.loads((PROJECT / "tests" / "data" / "conversations.json").read_text())
PLACES = Lexicon(names=(Name(("nijmegen",), ("a",)), Name(("someren",), ("b",))))
HISTORY = [
    Turn("user", "hoe is de regie geregeld in Nijmegen?"),
    Turn("assistant", '**Kort**\n"Het Regieteam doet dat." [1]\n- "Een casus gaat naar de regisseur." [2]'),
]


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_whole_conversation(assistant: Assistant, name: str) -> None:
    turns: list[dict[str, Any]] = CONVERSATIONS[name]
    assert 3 <= len(turns) <= 5
    history: list[Turn] = []
    for turn in turns:
        answer = assistant.ask(turn["question"], history)
        assert (answer.standalone_question, answer.status) == (turn["standalone"], turn["status"])
        assert [citation.quote.passage.id for citation in answer.citations][: len(turn["cited"])] == turn["cited"]
        history += [Turn("user", turn["question"]), Turn("assistant", answer.answer)]


def test_there_are_ten() -> None:
    assert len(CONVERSATIONS) == 10


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("en in Someren?", "hoe is de regie geregeld in Someren?"),
        ("hoe liep het af?", "hoe is de regie geregeld in Nijmegen hoe liep het af?"),
        (
            "leg de tweede uit",
            "hoe is de regie geregeld in Nijmegen leg de tweede uit (Een casus gaat naar de regisseur.)",
        ),
        (
            "hoeveel dagen na de aanmelding is het eerste gesprek met de coach",
            "hoeveel dagen na de aanmelding is het eerste gesprek met de coach",
        ),
        ("Wat moet ik doen bij ouderenmishandeling?", "Wat moet ik doen bij ouderenmishandeling?"),
    ],
)
def test_what_a_follow_up_becomes(question: str, shown: str) -> None:
    assert resolve(question, HISTORY, PLACES).shown == shown


def test_what_the_last_reply_told_joins_the_search() -> None:
    resolved = resolve("hoe liep het af?", HISTORY, PLACES)
    assert resolved.searched == (
        'hoe is de regie geregeld in Nijmegen "Het Regieteam doet dat." - "Een casus gaat naar de regisseur." '
        "hoe liep het af? hoe liep het af?"
    )


def test_another_one_asks_for_what_was_not_shown() -> None:
    resolved = resolve("nog een voorbeeld", HISTORY, PLACES)
    assert resolved.seen == ("Het Regieteam doet dat.", "Een casus gaat naar de regisseur.")
    assert resolved.searched == "hoe is de regie geregeld in Nijmegen"


def test_back_to_an_earlier_subject() -> None:
    history = [*HISTORY, Turn("user", "wat is een warme overdracht precies bij ouderen"), Turn("assistant", "Dat.")]
    assert resolve("terug naar de regie: wie doet dat", history, PLACES).shown == (
        "hoe is de regie geregeld in Nijmegen terug naar de regie: wie doet dat"
    )


def test_another_term() -> None:
    history = [Turn("user", "Wat is procesregie?"), Turn("assistant", "Dat.")]
    assert resolve("En casusregie?", history).shown == "Wat is casusregie?"


def test_without_history_nothing_changes() -> None:
    assert resolve("en in Someren?", []) == Resolved("en in Someren?", "en in Someren?")


def test_questions_in_a_message() -> None:
    two = "Wie voert de regie bij complexe zaken? Hoe lang monitort Veilig Thuis na overdracht?"
    assert questions_in(two) == [
        "Wie voert de regie bij complexe zaken?",
        "Hoe lang monitort Veilig Thuis na overdracht?",
    ]
    leaning = "Komt het wijkteam in Someren op school? En hoe vaak doen ze dat?"
    assert questions_in(leaning) == [leaning]
    assert questions_in("Er is iets gebeurd. Wat nu?") == ["Er is iets gebeurd. Wat nu?"]


def test_the_question_in_a_long_message() -> None:
    story = "Wij zijn een klein team. " * 30
    assert question_in(f"{story}Moeder wil niet. Wat doe ik nu? Groeten.") == "Moeder wil niet. Wat doe ik nu?"
    assert question_in(story) == story
    assert question_in("Kort. Wat nu?") == "Kort. Wat nu?"
