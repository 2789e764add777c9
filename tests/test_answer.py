"""The answer: what leads it, how long it is, what it never does; and the object that the schema asks for."""

import json
from pathlib import Path

import jsonschema
import pytest

from assistant.engine import Assistant
from assistant.outcome import Outcome
from assistant.records import Filters
from assistant.several import joined
from ingest.errors import UsageError
from tests.conftest import PROJECT
from tests.test_quotes import QUESTIONS

SCHEMA = json.loads((PROJECT / "docs" / "answer.schema.json").read_text())


def test_without_a_request_for_help_safety_comes_first(assistant: Assistant) -> None:
    answer = assistant.ask("wat doe ik als de hulpvraag ontbreekt")
    assert answer.status == "answered"
    assert answer.citations[0].quote.text == (
        "Professionals moeten vanaf de start van de hulp eerst zorgen voor veiligheid in een gezin, "
        "ook als een hulpvraag van het gezin over de risico's ontbreekt;"
    )
    assert answer.citations[0].quote.passage.section == ("Bevindingen in het kort", "Wat kan beter")
    assert answer.answer.startswith('**Kort**\n"Professionals moeten vanaf de start')
    assert len({citation.report.id for citation in answer.citations}) >= 2


@pytest.mark.parametrize(
    "question", [*QUESTIONS[::10], "wat doe ik als de hulpvraag ontbreekt", "", "?", "\x00", "a" * 20_000]
)
def test_any_answer_fits_the_schema(assistant: Assistant, question: str) -> None:
    jsonschema.validate(assistant.ask(question).to_json(), SCHEMA)


def test_short_and_never_twice(assistant: Assistant) -> None:
    for question in QUESTIONS:
        answer = assistant.ask(question)
        quotes = [citation.quote for citation in answer.citations]
        assert sum(quote.words for quote in quotes) <= 180
        assert len(quotes) <= 8
        sentences = [(q.passage.id, s.start) for q in quotes for s in q.sentences]
        assert len(sentences) == len(set(sentences))
        assert [f"[{n}]" in answer.answer for n in range(1, len(quotes) + 1)] == [True] * len(quotes)
        for quote in quotes:
            assert all(s in quote.passage.sentences for s in quote.sentences)  # whole sentences
            assert f'"{quote.text}"' in answer.answer


def test_scores_fall_strictly(assistant: Assistant) -> None:
    scores = [hit.score for hit in assistant.ask("regie bij kwetsbare gezinnen", top=30).passages]
    assert len(scores) == 30
    assert scores == sorted(set(scores), reverse=True)
    assert 0 < scores[-1] < scores[0] <= 1


def test_filters(assistant: Assistant) -> None:
    only = assistant.ask("hoe verloopt de overdracht", filters=Filters(("tsd-2019-nijmegen",), ("verbeterpunt",)))
    assert {(h.passage.report, h.passage.kind) for h in only.passages} == {("tsd-2019-nijmegen", "verbeterpunt")}
    with pytest.raises(UsageError, match="unknown report 'x'; known are tsd-2017-wijkteam"):
        assistant.ask("regie", filters=Filters(("x",)))
    with pytest.raises(UsageError, match="unknown kind 'y'; known are verwachting"):
        assistant.ask("regie", filters=Filters(kinds=("y",)))


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Wie werden geïnterviewd in Twente?", True),
        ("Wat deed OBS De Ranonkel?", True),
        ("Hoe werkt Veilig Thuis samen met scholen?", False),
    ],
)
def test_administrative_text_only_when_asked_for_by_name(assistant: Assistant, question: str, kinds: bool) -> None:
    found = [hit.passage.kind for hit in assistant.ask(question).passages]
    assert ("administratief" in found) == kinds


@pytest.mark.parametrize("question", ["", "   \n\t ", "?!", "\u200b"])
def test_nothing_asked(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.citations, answer.passages) == ("invalid", (), ())
    assert answer.answer.startswith("Typ een vraag")


def test_a_very_long_question_is_cut_and_says_so(assistant: Assistant) -> None:
    answer = assistant.ask("mijn cliënt wil geen hulp en ik weet niet wat ik moet doen " * 400)
    assert answer.notices[-1].kind == "truncated"
    assert (answer.status, len(answer.question) <= 2000) == ("answered", True)


def test_a_fact_comes_first_and_short(assistant: Assistant) -> None:
    answer = assistant.ask("Hoeveel dossiers onderzocht TSD landelijk?")
    assert answer.citations[0].quote.text == "TSD onderzocht in totaal 150 dossiers bij 23 wijkteams."
    assert sum(citation.quote.words for citation in answer.citations) <= 90


def test_family_members_words_are_whole(assistant: Assistant) -> None:
    answer = assistant.ask("Wat zeggen gezinsleden over wisselende hulpverleners?")
    assert answer.citations[0].quote.passage.kind == "clientstem"
    for citation in answer.citations:
        if citation.quote.passage.kind == "clientstem":
            assert citation.quote.sentences == citation.quote.passage.sentences


def test_an_example_that_is_asked_for_is_whole(assistant: Assistant) -> None:
    answer = assistant.ask("Geef een goed voorbeeld van informatie delen")
    quote = answer.citations[0].quote
    assert quote.passage.kind == "goed_voorbeeld"
    assert [s.block for s in quote.passage.sentences if s not in quote.sentences] in ([], ["heading"], ["title"])


def test_a_comparison_has_a_lane_for_each_report_in_the_questions_order(assistant: Assistant) -> None:
    answer = assistant.ask("Hoe delen ze informatie in Nijmegen en in Someren?")
    titles = [line for line in answer.answer.split("\n") if line.startswith("**")]
    assert titles == ["**Nijmegen 2019**", "**Someren 2020**"]
    assert {citation.quote.passage.report for citation in answer.citations} == {"tsd-2019-nijmegen", "tsd-2020-someren"}


def test_all_reports_give_five_lanes_by_year(assistant: Assistant) -> None:
    answer = assistant.ask("Wat zeggen alle rapporten over regie?")
    titles = [line.strip("*") for line in answer.answer.split("\n") if line.startswith("**")]
    assert len(titles) == 5
    assert [title.split()[-1] for title in titles] == ["2017", "2019", "2020", "2020", "2020"]


def test_a_lane_with_nothing_on_the_subject_says_so(assistant: Assistant) -> None:
    answer = assistant.ask("Wat zeggen alle rapporten over ouderenmishandeling?")
    assert answer.status == "partly"
    assert answer.not_covered == ("TSD/STJ 2017: niets gevonden", "Nijmegen 2019: niets gevonden")
    assert answer.answer.count("Niets gevonden in dit rapport.") == 2


def test_two_questions_are_both_answered(assistant: Assistant) -> None:
    first, second = (
        "Wat is het verschil tussen casusregie en procesregie?",
        "Hoeveel dossiers onderzocht TSD landelijk?",
    )
    answer = assistant.ask(f"{first} {second}")
    assert f"**{first}**" in answer.answer and f"**{second}**" in answer.answer
    assert "TSD onderzocht in totaal 150 dossiers bij 23 wijkteams." in answer.answer
    assert all(f'"{c.quote.text}" [{c.n}]' in answer.answer for c in answer.citations)
    scores = [hit.score for hit in answer.passages]
    assert scores == sorted(set(scores), reverse=True)


def test_a_marker_inside_a_quote_is_not_counted_on(assistant: Assistant) -> None:
    quote = assistant.ask("wat doe ik als de hulpvraag ontbreekt").citations[0].quote
    outcome = Outcome("answered", '**Kort**\n"Zie noot [1] hieronder." [1] (Dorp 2024)', (quote,))
    both = joined(("Een", "Twee"), (outcome, outcome))
    assert both.text.count('"Zie noot [1] hieronder." [1] (Dorp 2024)') == 1
    assert both.text.endswith('"Zie noot [1] hieronder." [2] (Dorp 2024)')


def test_the_question_in_a_long_message_is_found(assistant: Assistant) -> None:
    story = "Ik werk sinds drie jaar in dit team en we hebben het druk. " * 14
    answer = assistant.ask(f"{story}Hoeveel dossiers onderzocht TSD landelijk? Alvast bedankt voor de moeite.")
    assert answer.standalone_question.endswith("Hoeveel dossiers onderzocht TSD landelijk?")
    assert len(answer.standalone_question) < 120
    assert "150 dossiers" in answer.citations[0].quote.text


def test_an_answer_from_2017_alone_says_that_it_is_old(assistant: Assistant) -> None:
    answer = assistant.ask("Met welke teams werkt Almelo?", filters=Filters(("tsd-2017-wijkteam",)))
    assert answer.answer.endswith("uit 2017. Wet en praktijk kunnen sindsdien veranderd zijn.")
    assert "sindsdien" not in assistant.ask("Wat doe ik als de hulpvraag ontbreekt?").answer


def test_langchain_retriever(assistant: Assistant) -> None:
    from assistant.langchain_retriever import PassageRetriever

    documents = PassageRetriever(assistant=assistant, top=3).invoke("wie voert de regie in Someren")
    assert [d.id for d in documents] == [
        h.passage.id for h in assistant.ask("wie voert de regie in Someren").passages[:3]
    ]
    assert set(documents[0].metadata) == {"report", "section", "kind", "spans", "score"}


def test_schema_of_the_repository_is_the_published_one() -> None:
    assert SCHEMA["title"] == "vraagbaak answer, version 1"
    assert Path(PROJECT / "docs" / "answer.schema.json").stat().st_size > 1000
