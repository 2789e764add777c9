"""The figures, every expected value worked out by hand in a comment."""

import math

import pytest

from evals.gold import Evidence, GoldQuestion, holds, holds_fact
from evals.items import Item, fact_ranks, figures
from evals.metrics import (
    hit_at_1,
    interval,
    mrr_at_10,
    ndcg_at_10,
    paired_p,
    percentile,
    precision_recall_f1,
    recall_at,
)


def test_recall_is_the_share_of_needed_facts() -> None:
    # three facts, first held at ranks 1, 4 and nowhere: 1 of 3 in the first one, 2 of 3 in the first five
    ranks = [1, 4, None]
    assert recall_at(ranks, 1) == pytest.approx(1 / 3)
    assert recall_at(ranks, 3) == pytest.approx(1 / 3)
    assert recall_at(ranks, 5) == pytest.approx(2 / 3)
    assert recall_at([None], 10) == 0


def test_hit_and_reciprocal_rank_look_at_the_best_fact() -> None:
    assert (hit_at_1([3, 1]), hit_at_1([2, None])) == (1, 0)
    # best rank 2: 1/2; best rank 10: 1/10; rank 11 is beyond ten
    assert (mrr_at_10([2, 7]), mrr_at_10([10]), mrr_at_10([11]), mrr_at_10([None])) == (0.5, 0.1, 0, 0)


def test_ndcg_of_one_fact_is_its_gain() -> None:
    # one fact: ideal gain is 1/log2(2) = 1, so nDCG is 1/log2(rank + 1): rank 1 gives 1, rank 3 gives 1/2
    assert ndcg_at_10([1]) == 1
    assert ndcg_at_10([3]) == pytest.approx(0.5)
    assert ndcg_at_10([11]) == 0


def test_ndcg_counts_a_second_fact_in_one_passage_at_the_next_free_rank() -> None:
    # both facts in passage 1: gains at ranks 1 and 2, which is the ideal of two facts
    assert ndcg_at_10([1, 1]) == pytest.approx(1)
    # facts at 1, 1 and 2: ranks 1, 2 and 3, again the ideal
    assert ndcg_at_10([1, 2, 1]) == pytest.approx(1)
    # two facts, one at 3, one missing: (1/2) / (1 + 1/log2(3)) = 0.5 / 1.63093 = 0.30657
    assert ndcg_at_10([3, None]) == pytest.approx(0.5 / (1 + 1 / math.log2(3)))
    assert ndcg_at_10([3, None]) == pytest.approx(0.30657, abs=1e-5)


def test_refusals() -> None:
    # wanted: 3 of 5; given: 2, of which 1 is right. precision 1/2, recall 1/3, F1 = 2 * (1/6) / (5/6) = 0.4
    wanted = [True, True, True, False, False]
    given = [True, False, False, True, False]
    assert precision_recall_f1(wanted, given) == pytest.approx((0.5, 1 / 3, 0.4))
    assert precision_recall_f1(wanted, [False] * 5) == (0, 0, 0)


def test_percentile_is_the_nearest_rank() -> None:
    # of 1..10 half lie at or below 5, and 95% of ten values is the tenth (9.5 rounded up)
    values = [float(n) for n in range(10, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([7.0], 0.95)) == (5, 10, 7)


def test_interval_of_equal_values_is_the_value_and_is_repeatable() -> None:
    assert interval([0.25] * 8) == (0.25, 0.25)
    mixed = [0.0, 1.0] * 50
    low, high = interval(mixed)
    assert (low, high) == interval(mixed)
    # a mean of 100 coin flips has a standard error of 0.05, so 95% lies within about 0.4 to 0.6
    assert low == pytest.approx(0.40, abs=0.02)
    assert high == pytest.approx(0.60, abs=0.02)


def test_paired_p() -> None:
    # no difference at all
    assert paired_p([0.0, 0.0, 0.0]) == 1
    # three gains of 1: of the 2^3 = 8 sign patterns, 2 are as extreme (all +, all -): p = 2/8
    assert paired_p([1.0, 1.0, 1.0]) == pytest.approx(0.25)
    # one gain and one loss: every pattern is at least as extreme as a mean of 0
    assert paired_p([1.0, -1.0]) == 1


QUOTE = "De regisseur heeft doorzettingsmacht nodig om zonder vertraging de juiste zorg te organiseren."


@pytest.mark.parametrize(
    ("text", "quote", "held"),
    [
        (QUOTE, QUOTE, True),
        ("De regis-\nseur heeft **doorzettingsmacht** nodig, om zonder vertraging: de juiste zorg", QUOTE, True),
        # 80 letters in the quote, so at least 40 in one run: these are the first 41
        ("De regisseur heeft doorzettingsmacht nodig om zonder", QUOTE, True),
        # 35 letters in one run are too few
        ("De regisseur heeft doorzettingsmacht nodig", QUOTE, False),
        # both halves are there, but neither run has 40 letters
        ("De regisseur heeft doorzettingsmacht. Om zonder vertraging de juiste zorg", QUOTE, False),
        # a quote of fewer than 40 letters must stand there whole
        ("in totaal 150 dossiers bij 23 wijkteams", "150 dossiers", True),
        ("in totaal 15 dossiers", "150 dossiers", False),
        ("<p>150</p> dossiers", "150 dossiers", True),
    ],
)
def test_a_text_holds_half_of_a_quote_in_one_run(text: str, quote: str, held: bool) -> None:
    assert holds(text, quote) is held


def test_a_fact_is_held_in_its_own_report_only() -> None:
    fact = [Evidence("a", "150 dossiers"), Evidence("b", "acht dossiers")]
    assert holds_fact("a", "150 dossiers", fact)
    assert not holds_fact("b", "150 dossiers", fact)
    assert holds_fact("b", "acht dossiers", fact)


def question(**changes: object) -> GoldQuestion:
    fields: dict[str, object] = {
        "id": "q",
        "split": "dev",
        "persona": "wijkteam",
        "kind": "comparison",
        "question": "?",
        "history": (),
        "answerable": True,
        "evidence": ((Evidence("a", "150 dossiers"),), (Evidence("b", "acht dossiers"),)),
    }
    return GoldQuestion(**{**fields, **changes})  # type: ignore[arg-type]


def answer(*quotes: tuple[str, str, list[list[int]]], status: str = "answered", **more: object) -> dict[str, object]:
    citations = [{"report": r, "quote": q, "spans": s} for r, q, s in quotes]
    return {
        "status": status,
        "notices": [],
        "citations": citations,
        "not_covered": [],
        "question": "?",
        "answer": "",
        **more,
    }


REPORTS = {"a": "Er waren 150 dos-\nsiers in zes regio's.", "b": "Het waren acht dossiers."}


def test_the_figures_of_one_question() -> None:
    ranking = (
        {"report": "b", "id": "b:1", "text": "niets"},
        {"report": "b", "id": "b:2", "text": "Het waren acht dossiers."},
        {"report": "a", "id": "a:1", "text": "Er waren 150 dossiers."},
    )
    cited = answer(("a", "150 dossiers in zes regio's.", [[9, 39]]), ("b", "Het waren", [[0, 9]]))
    item = Item("q", ranking, cited, 5.0)
    assert fact_ranks(question(), item) == [3, 2]
    found = figures(question(), item, REPORTS)
    assert found["recall@1"] == 0
    assert found["recall@3"] == 1
    assert found["mrr@10"] == 0.5  # the better of ranks 2 and 3
    # gains 1/log2(3) + 1/log2(4) over 1/log2(2) + 1/log2(3): (0.63093 + 0.5) / 1.63093 = 0.69343
    assert found["ndcg@10"] == pytest.approx(0.69343, abs=1e-5)
    assert found["nugget_recall"] == 0.5  # the fact of report a is shown, that of b is not
    assert (found["first_citation"], found["citation_precision"]) == (1, 0.5)
    assert found["faithfulness"] == 1  # the file's line-end hyphen is no difference
    assert found["words"] == 7  # "150 dossiers in zes regio's." and "Het waren"
    assert found["over_refusal"] == 0
    assert "refused_near_miss" not in found


def test_one_letter_more_is_not_faithful() -> None:
    item = Item("q", (), answer(("b", "Het waren achtt", [[0, 14]])), 1.0)
    assert figures(question(), item, REPORTS)["faithfulness"] == 0


@pytest.mark.parametrize(
    ("status", "not_covered", "refused"),
    [
        ("not_found", [], 1),
        ("out_of_scope", [], 1),
        ("answered", [], 0),
        ("partly", ["het inwonertal van Someren"], 1),
        ("partly", ["iets anders"], 0),
    ],
)
def test_a_near_miss_is_refused_or_its_gap_is_named(status: str, not_covered: list[str], refused: float) -> None:
    near_miss = question(kind="near_miss", answerable=False, evidence=(), missing="het inwonertal van Someren")
    item = Item("q", (), answer(status=status, not_covered=not_covered), 1.0)
    assert figures(near_miss, item, REPORTS)["refused_near_miss"] == refused


def test_danger_and_personal_data() -> None:
    danger = question(kind="crisis", crisis=True, answerable=False, evidence=())
    calm = question(kind="crisis", crisis=False, answerable=False, evidence=())
    alarmed = Item("q", (), answer(notices=[{"kind": "crisis", "text": ""}]), 1.0)
    assert figures(danger, alarmed, REPORTS) == {"crisis_found": 1}
    assert figures(calm, alarmed, REPORTS) == {"crisis_false_alarm": 1}
    # two pieces of personal data, one of them still shown
    private = question(
        kind="personal_data", question="Jansen 123", personal_data=("Jansen", "123"), answerable=False, evidence=()
    )
    item = Item("q", (), answer(question="[naam] 123"), 1.0)
    assert figures(private, item, REPORTS)["personal_data_found"] == 0.5


def test_a_baseline_without_answers_has_no_answer_figures() -> None:
    item = Item("q", ({"report": "a", "id": "a:1", "text": "150 dossiers"},), None, 1.0)
    assert set(figures(question(), item, REPORTS)) == {
        "recall@1", "recall@3", "recall@5", "recall@10", "hit@1", "mrr@10", "ndcg@10",
    }  # fmt: skip
