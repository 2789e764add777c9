"""Retrieval: which reports a question is about, lanes, twins, the pieces and their weights."""

from pathlib import Path

import numpy as np
import pytest

from assistant.engine import Assistant
from assistant.fusion import Fusion, load_fusion
from assistant.index import Index
from assistant.records import Filters, Turn
from assistant.retrieve import query_for, retrieve
from assistant.scope import Lane, Scope, scope_of
from evals.compounds import Splitter
from ingest.errors import CorpusError
from ingest.lexical import ANALYSERS
from ingest.twins import twins
from tests.conftest import CORPUS

NATIONAL, NIJMEGEN, SOMEREN = "tsd-2020-landelijk", "tsd-2019-nijmegen", "tsd-2020-someren"
AEF, WIJKTEAM = "aef-2020-samenwerkingsafspraken", "tsd-2017-wijkteam"


SENTENCES = "[sentences]\n" + "\n".join(f"{name}=1" for name in Fusion().sentences)


@pytest.fixture(scope="module")
def opened(index: Path) -> Index:
    return Index(index)


@pytest.mark.parametrize(
    ("question", "scope"),
    [
        ("Wat doet het wijkteam?", Scope()),
        ("Wat doet het wijkteam in Someren?", Scope(prefers=(SOMEREN,))),
        ("Wat zag TSD in 2019 in Nijmegen?", Scope(prefers=(NIJMEGEN,))),  # two names, one report
        ("Is dat landelijk zo?", Scope()),  # counts only beside another name
        (
            "Hoe delen ze informatie in Nijmegen en in Someren?",
            Scope(lanes=(Lane((NIJMEGEN,), "hoe delen ze informatie in en in ?"), Lane((SOMEREN,), "hoe delen ze informatie in en in ?"))),
        ),
        (
            "Is 1G1P1R in 2020 beter dan in 2017?",
            Scope(lanes=(Lane((NATIONAL,), "is 1g1p1r in beter dan in ?"), Lane((WIJKTEAM,), "is 1g1p1r in beter dan in ?"))),
        ),
        (
            "Vergelijk Kennemerland met Twente op regie",
            Scope(lanes=(Lane((AEF,), "kennemerland met op regie"), Lane((AEF,), "twente met op regie"))),
        ),
        ("Wat schrijft AEF over Kennemerland?", Scope(prefers=(AEF,))),
    ],
)  # fmt: skip
def test_which_reports_a_question_is_about(opened: Index, question: str, scope: Scope) -> None:
    assert scope_of(question, question, opened.lexicon, opened.reports) == scope


def test_all_reports_are_five_lanes_in_order_of_year(opened: Index) -> None:
    scope = scope_of("Wat zeggen alle rapporten over regie?", "regie", opened.lexicon, opened.reports)
    assert [lane.reports[0] for lane in scope.lanes[:2]] == [WIJKTEAM, NIJMEGEN]
    assert {report for lane in scope.lanes for report in lane.reports} == set(opened.reports)


def test_lanes_take_turns(opened: Index) -> None:
    hits = retrieve(
        opened, query_for(opened, "Hoe is de regie in Someren en in Nijmegen?"), 10, Filters(), load_fusion(CORPUS)
    )
    assert [hit.passage.report for hit in hits] == [SOMEREN, NIJMEGEN] * 5
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == 10


def test_a_filter_leaves_one_lane(opened: Index) -> None:
    query = query_for(opened, "Hoe is de regie in Someren en in Nijmegen?")
    hits = retrieve(opened, query, 5, Filters(reports=(SOMEREN,)), load_fusion(CORPUS))
    assert {hit.passage.report for hit in hits} == {SOMEREN}


def test_a_named_report_comes_first_and_hides_no_other(opened: Index) -> None:
    question = "Hoe houdt men in Someren zicht op veiligheid?"
    hits = retrieve(opened, query_for(opened, question), 20, Filters(), load_fusion(CORPUS))
    assert hits[0].passage.report == SOMEREN
    assert len({hit.passage.report for hit in hits}) >= 3


def test_a_follow_up_is_about_the_reports_that_it_names_itself(opened: Index) -> None:
    history = [Turn("user", "Wat gaat goed bij de overdracht in Nijmegen?"), Turn("assistant", "Veel.")]
    assert query_for(opened, "En in Someren?", history).scope == Scope(prefers=(SOMEREN,))
    assert query_for(opened, "Waarom is dat zo?", history).scope == Scope(prefers=(NIJMEGEN,))


def test_twins_by_hand() -> None:
    texts = ["plan maken met gezin", "plan maken met het gezin", "regie voeren"]
    assert twins(texts) == [(0, 1)]
    assert twins(["een twee drie vier", "vijf zes", ""]) == []


def test_twins_of_a_large_collection_are_found_by_bands_of_hashes(
    opened: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.twins.LARGE", 0)
    assert twins(passage.text for passage in opened.passages) == [tuple(pair) for pair in opened.twins.tolist()]
    assert twins(["een twee drie vier", "", "vijf zes", ""]) == twins([]) == []
    same = ["een twee drie vier"] * 4
    assert twins(same) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    monkeypatch.setattr("ingest.twins.TOGETHER", 3)
    assert twins(same) == [(0, 1), (0, 2), (0, 3)]


def test_twins_of_the_reports_are_the_toezichtkaders_rows(opened: Index) -> None:
    pairs = [(opened.passages[a], opened.passages[b]) for a, b in opened.twins]
    assert len(pairs) == 12
    for one, other in pairs:
        assert {one.kind, other.kind} <= {"verwachting", "werkwijze", "uitleg", "administratief"}
        assert one.report != other.report


def test_a_twin_does_not_stand_right_behind_its_other(opened: Index) -> None:
    fusion = load_fusion(CORPUS)
    question = "wat moet er in het plan staan over doelen voor herstel van veiligheid volgens het toezichtkader"
    places = [opened.place[h.passage.id] for h in retrieve(opened, query_for(opened, question), 3, Filters(), fusion)]
    assert not any({a, b} <= set(places) for a, b in opened.twins)


def test_lexical_scores_are_bm25s_own(opened: Index) -> None:
    import bm25s

    for name, analyse in ANALYSERS.items():
        index = bm25s.BM25.load(str(opened.path / "lexical" / name), load_corpus=False)
        for question in ("wat doe ik als de hulpvraag ontbreekt", "2,5% in wijk 3", "regie regie"):
            tokens = [token for token in analyse(question) if token in index.vocab_dict]
            assert np.allclose(opened.lexical[name].scores(question), index.get_scores(tokens), atol=1e-5)
        assert not opened.lexical[name].scores("xyzzy").any()


def test_question_scores_are_the_nearest_questions(opened: Index) -> None:
    place = 10
    own = [text for owner, text in zip(opened.owners, opened.questions, strict=True) if owner == place]
    scores = opened.question_scores(own[0])
    assert np.isclose(scores[place], 1.0, atol=1e-6)
    assert scores.shape == (462,)
    assert not opened.question_scores("").any()


def test_everyday_words_bring_up_the_passage_in_other_words(assistant: Assistant) -> None:
    """Words that stand in no report: meppen, koters."""
    answer = assistant.ask("pa zit de koters te meppen en ma wil niks van ons weten, hoe nu verder")
    assert "hulpvraag" in " ".join(hit.passage.text for hit in answer.passages[:5])


def test_fusion_without_parts() -> None:
    fusion = Fusion()
    assert fusion.without(("stems",)).weights == {
        "stems": 0.0,
        "ngrams": 0.25,
        "passages": 0.25,
        "questions": 0.25,
    }
    bare = fusion.without(("named_report", "twin", "lanes", "lexicon"))
    assert (bare.named_report, bare.twin, bare.lanes, bare.lexicon) == (1.0, 1.0, False, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("twin = 1", "needs a table \\[weights\\] with ngrams, passages, questions, stems"),
        ("named_report = 'x'\ntwin = 1\n[weights]\nstems=1\nngrams=1\npassages=1\nquestions=1\n" + SENTENCES, "'named_report' is 'x'"),
        ("named_report = 1\ntwin = 1\n[weights]\nstems=true\nngrams=1\npassages=1\nquestions=1\n" + SENTENCES, "'stems' is True"),
        ("[", "cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_fusion_file(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "fusion.toml").write_text(text)
    with pytest.raises(CorpusError, match=message):
        load_fusion(tmp_path)


def test_compounds_are_split_and_kept_whole() -> None:
    texts = ["veiligheid plan"] * 3 + ["hulpverlening jeugd gezin"] * 3
    splitter = Splitter(texts)
    assert splitter.with_parts("veiligheidsplan") == "veiligheidsplan veiligheid plan"
    assert splitter.with_parts("hulpverleningsplan voor jeugd") == "hulpverleningsplan hulpverlening plan jeugd"
    assert splitter.with_parts("gezinnen") == "gezinnen"
