"""The question bank: checked when loaded, tied to passages by quote, and never a gold question."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evals.commands import gold_questions
from ingest.analysis import letters, stems
from ingest.bank import STYLES, BankQuestion, attach, load_bank
from ingest.catalogue import load_catalogue
from ingest.errors import CorpusError
from ingest.passages import read_passages
from tests.conftest import CORPUS

BANK = load_bank(CORPUS)
PASSAGES = [passage for report in load_catalogue(CORPUS) for passage in read_passages(CORPUS, report)[1]]
ROW = {"passage": "a:1-9", "quote": "woorden", "question": "wat?", "style": "everyday", "writer": "writer-1"}


ANSWERS = [passage for passage in PASSAGES if passage.kind != "administratief"]


def test_every_question_stands_at_the_passage_that_it_names() -> None:
    found, orphans = attach(BANK, PASSAGES)
    assert orphans == []
    named: dict[str, list[BankQuestion]] = {}
    for question in BANK:
        named.setdefault(question.passage, []).append(question)
    assert found == named


def test_every_passage_that_can_answer_has_many_questions_by_several_hands() -> None:
    assert len(BANK) == 27088
    for passage in ANSWERS:
        own = [question for question in BANK if question.passage == passage.id]
        assert len(own) >= 25, passage.id
        assert len({question.writer for question in own}) >= 3, passage.id
    styles = Counter(question.style for question in BANK)
    assert {style: styles[style] >= 600 for style in STYLES} == dict.fromkeys(STYLES, True)
    assert styles["everyday"] > len(BANK) / 2


def test_no_passage_is_asked_the_same_twice() -> None:
    assert len({(question.passage, letters(question.question)) for question in BANK}) == len(BANK)


def test_passages_cut_anew_keep_their_questions_and_lost_ones_are_reported() -> None:
    moved = BankQuestion(
        "tsd-2020-landelijk:1-2", "Professionals moeten vanaf de start van de hulp eerst zorgen", "?", "why", "w"
    )
    lost = BankQuestion("tsd-2020-landelijk:1-2", "dit staat nergens", "??", "why", "w")
    found, orphans = attach([moved, lost], PASSAGES)
    assert found == {"tsd-2020-landelijk:6196-6975": [moved]}
    assert orphans == [lost]


def test_no_bank_question_is_a_gold_question() -> None:
    """Neither the same letters nor nearly the same stems: the gold set would measure the bank's memory."""
    bank = [(question.question, frozenset(stems(question.question))) for question in BANK]
    same = {letters(text) for text, _ in bank}
    holding: dict[str, set[int]] = {}
    for place, (_, found) in enumerate(bank):
        for stem in found:
            holding.setdefault(stem, set()).add(place)
    for question in gold_questions():
        assert letters(question.question) not in same, question.id
        asked = frozenset(stems(question.question))
        shared = Counter(place for stem in asked for place in holding.get(stem, ()))
        for place, both in shared.items():
            found = bank[place][1]
            alike = both / len(asked | found)
            assert alike < 0.75 or len(found) <= 3, (question.id, bank[place][0])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "questions.jsonl:1: is not JSON"),
        (json.dumps({**ROW, "kleur": "rood"}), "questions.jsonl:1: needs exactly the fields passage, quote"),
        (json.dumps({**ROW, "question": " "}), "questions.jsonl:1: field 'question' is ' ', not a text"),
        (json.dumps({**ROW, "style": "rijm"}), "questions.jsonl:1: field 'style' is 'rijm'; known are everyday"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "questions.jsonl").write_text(line + "\n")
    with pytest.raises(CorpusError) as caught:
        load_bank(tmp_path)
    assert message in str(caught.value)


def test_a_corpus_without_a_bank(tmp_path: Path) -> None:
    assert load_bank(tmp_path) == ()
