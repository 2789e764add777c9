"""Why a passage came up, what to ask next, and reports set side by side."""

from assistant.engine import Assistant
from assistant.records import Filters
from assistant.suggest import next_questions
from assistant.why import Why, why

NIJMEGEN, SOMEREN = "tsd-2019-nijmegen", "tsd-2020-someren"


def test_shared_words_stand_as_the_passage_writes_them(assistant: Assistant) -> None:
    question = "wat doe ik als de hulpvragen ontbreken"
    passage = assistant.ask(question).citations[0].quote.passage
    found = why(assistant.index, question, passage)
    assert found.words[0] == "hulpvraag"
    assert all(word in passage.text.lower() for word in found.words)


def test_the_nearest_written_question_is_one_of_the_passage(assistant: Assistant) -> None:
    index = assistant.index
    passage = assistant.ask("wie gaf opdracht voor de analyse van AEF").citations[0].quote.passage
    found = why(index, "wie gaf opdracht voor de analyse van AEF", passage)
    own = {index.questions[n] for n, owner in enumerate(index.owners) if owner == index.place[passage.id]}
    assert found.question in own


def test_nothing_shared_is_said_so(assistant: Assistant) -> None:
    passage = assistant.index.passages[20]
    assert why(assistant.index, "zzzz", passage) == Why((), "")


def test_suggestions_are_bank_questions_of_neighbours_that_get_an_answer(assistant: Assistant) -> None:
    answer = assistant.ask("wat doe ik als de hulpvraag ontbreekt")
    index = assistant.index
    cited = {index.place[c.quote.passage.id] for c in answer.citations}
    suggested = next_questions(assistant, answer)
    assert len(suggested) == 3
    for question in suggested:
        owners = {int(index.owners[n]) for n, written in enumerate(index.questions) if written == question}
        assert owners and any(0 < abs(owner - place) <= 2 for owner in owners for place in cited)
        assert assistant.ask(question).status == "answered"


def test_a_refusal_suggests_nothing(assistant: Assistant) -> None:
    assert next_questions(assistant, assistant.ask("hoeveel inwoners heeft Someren")) == ()


def test_side_by_side_gives_each_chosen_report_a_lane_oldest_first(assistant: Assistant) -> None:
    answer = assistant.ask("hoe is de regie geregeld", filters=Filters((SOMEREN, NIJMEGEN), (), True))
    assert [line for line in answer.answer.split("\n") if line.startswith("**")] == [
        "**Nijmegen 2019**",
        "**Someren 2020**",
    ]
    assert {c.quote.passage.report for c in answer.citations} == {NIJMEGEN, SOMEREN}


def test_side_by_side_without_a_choice_takes_all_reports(assistant: Assistant) -> None:
    answer = assistant.ask("hoe is de regie geregeld", filters=Filters(side_by_side=True))
    assert [line for line in answer.answer.split("\n") if line.startswith("**")] == [
        "**TSD/STJ 2017**",
        "**Nijmegen 2019**",
        "**AEF 2020**",
        "**TSD 2020**",
        "**Someren 2020**",
    ]


def test_one_report_side_by_side_is_an_ordinary_answer(assistant: Assistant) -> None:
    answer = assistant.ask("hoe is de regie geregeld", filters=Filters((SOMEREN,), (), True))
    assert answer.answer.startswith("**Kort**")
