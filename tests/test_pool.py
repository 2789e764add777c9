"""Pooled judging: what is put together, and how agreement is computed, worked out by hand."""

import json
from pathlib import Path

import pytest

from evals.gold import Evidence, GoldError
from evals.items import Item
from evals.pool import agreement, pool, read_judgements
from evals.runs import Run
from tests.test_metrics import question

TEXTS = {name: {"report": "a", "id": name, "text": f"Dit is tekst {name}."} for name in "pqrstuvw"}
HOLDS = {"report": "a", "id": "held", "text": "Er waren 150 dossiers."}


def run(*names: str) -> Run:
    ranking = tuple(HOLDS if name == "held" else TEXTS[name] for name in names)
    return Run(Path("x"), {"system": "s"}, {"q": Item("q", ranking, None, 1.0)})


def test_the_first_five_of_all_systems_without_what_is_accepted() -> None:
    asked = question(evidence=((Evidence("a", "150 dossiers"),),))
    sheets = pool([asked], [run("p", "held", "q", "r", "s", "t"), run("u", "p", "v")])
    # t is sixth; p stands in both runs once; held is an accepted place
    assert sorted(text["id"] for text in sheets[0]["texts"]) == ["p", "q", "r", "s", "u", "v"]
    assert sheets == pool([asked], [run("u", "p", "v"), run("p", "held", "q", "r", "s", "t")])  # blind to the system
    assert sheets[0]["facts"] == ["150 dossiers"]


def test_kappa() -> None:
    sheets = {"q": {"texts": [{"id": name} for name in "pqrstuvw"], "facts": ["x"]}}
    one = {("q", name): {} for name in "pqr"}
    other = {("q", name): {} for name in "pqs"}
    # 8 pairs: both yes p, q; both no t, u, v, w; they differ on r and s: 6/8 = .75 the same.
    # each says yes to 3/8: chance is (3/8)^2 + (5/8)^2 = 34/64 = .53125; kappa = (.75 - .53125) / .46875 = .46667
    found = agreement(sheets, one, other)
    assert (found.pairs, found.observed, found.both) == (8, 0.75, (("q", "p"), ("q", "q")))
    assert found.kappa == pytest.approx(0.46667, abs=1e-5)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "een.jsonl:1: is no judgement of a pooled question"),
        ('{"id": "weg", "answers": []}', "een.jsonl:1: is no judgement of a pooled question: 'weg'"),
        ('{"id": "q", "answers": [{"text": "p", "fact": 1, "quote": "iets anders"}]}', "does not stand in p"),
        ('{"id": "q", "answers": [{"text": "p", "fact": 2, "quote": "tekst p"}]}', "2 is no fact of q"),
    ],
)
def test_a_wrong_judgement_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "een.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(GoldError) as caught:
        read_judgements(path, {"q": {"texts": list(TEXTS.values()), "facts": ["x"]}})
    assert message in str(caught.value)


def test_a_judgement_is_read(tmp_path: Path) -> None:
    path = tmp_path / "een.jsonl"
    path.write_text(json.dumps({"id": "q", "answers": [{"text": "p", "fact": 1, "quote": "tekst p"}]}) + "\n")
    found = read_judgements(path, {"q": {"texts": list(TEXTS.values()), "facts": ["x"]}})
    assert found == {("q", "p"): {"text": "p", "fact": 1, "quote": "tekst p", "report": "a"}}
