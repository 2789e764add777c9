"""The answer: what leads it, how long it is, what it never does; and the object that the schema asks for."""

import json
from pathlib import Path

import jsonschema
import pytest

from assistant.conversation import Resolved, resolve
from assistant.engine import Assistant
from assistant.records import Filters, Turn
from assistant.safety import is_bsn, is_iban, mask_personal_data
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
    assert [notice.kind for notice in answer.notices] == ["truncated"]
    assert (answer.status, len(answer.question) <= 2000) == ("answered", True)


def test_something_else_altogether(assistant: Assistant) -> None:
    answer = assistant.ask("recept voor appeltaart met kaneel")
    assert (answer.status, answer.citations) == ("out_of_scope", ())
    assert answer.answer.startswith("Vraagbaak beantwoordt vragen uit vijf rapporten")


def test_danger_now_gets_the_number_first(assistant: Assistant) -> None:
    answer = assistant.ask("mijn cliënt appt dat haar ex nu de ramen ingooit, geldt het veiligheidsplan dan nog")
    assert answer.notices[0].kind == "crisis"
    assert "Bel 112" in answer.notices[0].text
    assert "0800-2000" in answer.notices[0].text
    assert answer.citations


def test_personal_data_is_masked_before_the_search(assistant: Assistant) -> None:
    question = "Cliënt met BSN 123456782, tel 06-12345678, j.jansen@mail.nl wil geen hulp, wat nu"
    answer = assistant.ask(question)
    assert answer.question == "Cliënt met BSN [BSN], tel [telefoonnummer], [e-mailadres] wil geen hulp, wat nu"
    assert [notice.kind for notice in answer.notices] == ["personal_data"]
    printed = json.dumps(answer.to_json())
    assert not any(part in printed for part in ("123456782", "12345678", "jansen"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("111222333 en 123456789", "[BSN] en 123456789"),  # the second fails the eleven-test
        ("NL91 ABNA 0417 1643 00", "[rekeningnummer]"),
        ("NL92ABNA0417164300", "NL92ABNA0417164300"),
        ("5711 AB 12", "[adres]"),
        ("1G1P1R, 0-100, 18+, artikel 12 en 2019", "1G1P1R, 0-100, 18+, artikel 12 en 2019"),
        ("bel 0800-2000 of 112", "bel 0800-2000 of 112"),
    ],
)
def test_masks(text: str, masked: str) -> None:
    assert mask_personal_data(text)[0] == masked


def test_check_digits() -> None:
    # 1*9 + 1*8 + 1*7 + 2*6 + 2*5 + 2*4 + 3*3 + 3*2 - 3 = 66 = 6 * 11
    assert (is_bsn("111222333"), is_bsn("111222334"), is_bsn("000000000")) == (True, False, False)
    assert is_iban("NL91ABNA0417164300")


def test_a_follow_up_takes_its_subject_along() -> None:
    history = [
        Turn("user", "hoe is de regie geregeld in Nijmegen?"),
        Turn("assistant", '**Kort**\n"Het Regieteam doet dat." [1]'),
    ]
    resolved = resolve("en in Someren?", history)
    assert resolved.shown == "hoe is de regie geregeld in Nijmegen en in Someren?"
    assert resolved.searched == (
        'hoe is de regie geregeld in Nijmegen? "Het Regieteam doet dat." en in Someren? en in Someren?'
    )
    assert resolve("hoe liep het af?", history).shown == "hoe is de regie geregeld in Nijmegen hoe liep het af?"
    alone = "wat hoort er volgens de inspectie in een veiligheidsplan te staan voor ouderen"
    assert resolve(alone, history) == Resolved(alone, alone)
    assert resolve("en in Someren?", []) == Resolved("en in Someren?", "en in Someren?")


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
