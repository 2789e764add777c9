"""The gold set keeps its form, its split and its quotes; a file of a user's own is refused with file, line and field."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evals.commands import gold_questions, report_texts
from evals.gold import GoldError, load_gold, project_files
from ingest.analysis import letters

AT_LEAST = {
    "howto": 120, "fact": 40, "list": 40, "comparison": 50, "place": 30, "norm": 20, "definition": 20, "family": 15,
    "followup": 50, "noisy": 40, "near_miss": 80, "out_of_scope": 40, "crisis": 30, "personal_data": 30,
}  # fmt: skip
ROW = {
    "id": "eigen-1",
    "split": "dev",
    "persona": "wijkteam",
    "kind": "fact",
    "question": "Hoeveel dossiers onderzocht TSD?",
    "history": [],
    "answerable": True,
    "evidence": [
        [{"report": "tsd-2020-landelijk", "quote": "TSD onderzocht in totaal 150 dossiers bij 23 wijkteams."}]
    ],
    "note": "",
}


def test_the_gold_set_is_large_enough_and_split_in_halves() -> None:
    questions = gold_questions()
    kinds = Counter(q.kind for q in questions)
    assert {kind: kinds[kind] >= number for kind, number in AT_LEAST.items()} == dict.fromkeys(AT_LEAST, True)
    assert len(questions) >= 600
    for kind in AT_LEAST:
        split = Counter(q.split for q in questions if q.kind == kind)
        assert abs(split["dev"] - split["test"]) <= 4, kind


def test_no_question_stands_twice() -> None:
    counted = Counter((letters(q.question), q.history) for q in gold_questions())
    assert [question for question, number in counted.items() if number > 1] == []


def test_comparisons_need_more_than_one_fact_and_follow_ups_a_history() -> None:
    questions = gold_questions()
    assert min(len(q.evidence) for q in questions if q.kind == "comparison") >= 2
    assert all(q.history for q in questions if q.kind == "followup")
    assert len({q.writer for q in questions}) == 6


def test_false_alarms_are_a_third() -> None:
    questions = gold_questions()
    danger = [q.crisis for q in questions if q.kind == "crisis"]
    private = [bool(q.personal_data) for q in questions if q.kind == "personal_data"]
    for labels in (danger, private):
        assert 0.25 <= labels.count(False) / len(labels) <= 0.42


@pytest.mark.parametrize("path", project_files(), ids=lambda path: path.stem)
def test_each_file_holds_one_kind(path: Path) -> None:
    assert {q.kind for q in load_gold([path], report_texts())} == {path.stem}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "eigen.jsonl:2: is not JSON"),
        ("[]", "eigen.jsonl:2: is no JSON object"),
        (json.dumps({**ROW, "soort": 1}), "eigen.jsonl:2: unknown field 'soort'"),
        (json.dumps({k: v for k, v in ROW.items() if k != "note"}), "eigen.jsonl:2: field 'note' is missing"),
        (json.dumps({**ROW, "question": 3}), "eigen.jsonl:2: field 'question' is 3, not of the right type"),
        (json.dumps({**ROW, "kind": "raadsel"}), "eigen.jsonl:2: field 'kind' is 'raadsel'; known are howto"),
        (json.dumps({**ROW, "split": "train"}), "eigen.jsonl:2: field 'split' is 'train'; known are dev, test"),
        (json.dumps(ROW), "eigen.jsonl:2: field 'id': 'eigen-1' stands in eigen.jsonl:1 too"),
        (
            json.dumps({**ROW, "id": "b", "evidence": [[{"report": "tsd-2020-someren", "quote": "150 dossiers"}]]}),
            "eigen.jsonl:2: field 'evidence': fact 1: '150 dossiers' does not stand in tsd-2020-someren",
        ),
        (
            json.dumps({**ROW, "id": "b", "evidence": [[{"report": "tsd-2031", "quote": "150 dossiers"}]]}),
            "eigen.jsonl:2: field 'evidence': fact 1:",
        ),
        (json.dumps({**ROW, "id": "b", "evidence": [[]]}), "fact 1 is no list of accepted quotes"),
        (json.dumps({**ROW, "id": "b", "evidence": []}), "an answerable question needs some"),
        (json.dumps({**ROW, "id": "b", "kind": "near_miss", "answerable": False, "evidence": []}), "field 'missing'"),
        (json.dumps({**ROW, "id": "b", "history": [{"role": "bot", "content": ""}]}), "field 'history'"),
        (json.dumps({**ROW, "id": "b", "personal_data": ["Jansen"]}), "field 'personal_data'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "eigen.jsonl"
    path.write_text(json.dumps(ROW) + "\n" + line + "\n")
    with pytest.raises(GoldError) as caught:
        load_gold([path], report_texts())
    assert message in str(caught.value)


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "eigen.jsonl"
    with pytest.raises(GoldError, match="No such file"):
        load_gold([path], {})
    path.write_bytes(b"{}\n\xff\n")
    with pytest.raises(GoldError, match="is not UTF-8"):
        load_gold([path], {})
    path.write_text("\n")
    with pytest.raises(GoldError, match="there is no gold question"):
        load_gold([path], {})
