"""Refusals: near misses say what is missing and what comes nearest, questions outside the field what Vraagbaak is for."""

from pathlib import Path

import numpy as np
import pytest

from assistant.engine import Assistant
from evals import refusals
from evals.commands import gold_questions
from ingest.analysis import letters, stems
from ingest.catalogue import load_catalogue
from ingest.embedder import StaticEmbedder
from ingest.errors import CorpusError
from ingest.index import build_index
from ingest.passages import read_passages
from ingest.settings import STATIC
from ingest.unknowns import load_outside, load_unknowns
from tests.conftest import CORPUS
from ui.chat import EXAMPLES


def test_a_near_miss_says_what_is_missing_and_what_comes_nearest(assistant: Assistant) -> None:
    answer = assistant.ask("hoeveel inwoners heeft Someren")
    assert answer.status == "not_found"
    assert answer.not_covered and answer.not_covered[0] in answer.answer
    lines = answer.answer.split("\n")
    assert lines[0].startswith("**Dat staat niet in deze rapporten.** Ze noemen niet: ")
    assert lines[1] == "Gezocht in alle vijf de rapporten. Het dichtst in de buurt, geen antwoord op uw vraag:"
    assert [line[:3] for line in lines[2:]] == ['- "'] * len(answer.citations)


def test_outside_the_field(assistant: Assistant) -> None:
    answer = assistant.ask("recept voor appeltaart met kaneel")
    assert (answer.status, answer.citations) == ("out_of_scope", ())
    assert answer.answer.startswith("Vraagbaak beantwoordt vragen uit vijf rapporten")


def test_a_report_that_nobody_wrote_questions_for_is_not_refused(corpus: Path, tmp_path: Path) -> None:
    lines = (corpus / "questions.jsonl").read_text().splitlines(keepends=True)
    (corpus / "questions.jsonl").write_text("".join(line for line in lines if '"tsd-2020-someren:' not in line))
    build_index(corpus, tmp_path / "index", STATIC)
    own = Assistant(tmp_path / "index", corpus)
    answer = own.ask("Wat doet Jeugd Veilig Verder met de ARIJ in Someren?")
    assert (answer.status, answer.citations[0].report.id) == ("answered", "tsd-2020-someren")
    assert own.ask("recept voor appeltaart met kaneel").status == "out_of_scope"


def test_a_follow_up_is_judged_by_its_own_words_too(assistant: Assistant) -> None:
    from assistant.records import Turn

    first = assistant.ask("Wie gaf opdracht voor het onderzoek van AEF?")
    history = [Turn("user", first.question), Turn("assistant", first.answer)]
    assert assistant.ask("En hoeveel euro kregen de onderzoekers daarvoor?", history).status == "not_found"


def test_a_near_miss_is_not_called_outside_the_field(assistant: Assistant) -> None:
    assert assistant.ask("wat kost een wijkteam per inwoner").status == "not_found"


@pytest.mark.parametrize(
    "question",
    [
        "Wat is een warme overdracht?",
        "Hoeveel dossiers onderzocht TSD?",
        "regie",
        "Wie maakt het veiligheidsplan?",
        *EXAMPLES,
    ],
)
def test_what_the_reports_answer_is_answered(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status == "answered"


def test_the_bank_of_unknowns() -> None:
    unknowns = load_unknowns(CORPUS)
    assert len(unknowns) >= 2300 and len({unknown.writer for unknown in unknowns}) == 5
    ids = {p.id for report in load_catalogue(CORPUS) for p in read_passages(CORPUS, report)[1]}
    assert {unknown.passage for unknown in unknowns} <= ids
    texts = [letters(unknown.question) for unknown in unknowns] + [letters(text) for text in load_outside(CORPUS)]
    assert len(texts) == len(set(texts))


def test_no_unknown_is_a_gold_question() -> None:
    written = [frozenset(stems(u.question)) for u in load_unknowns(CORPUS)]
    written += [frozenset(stems(text)) for text in load_outside(CORPUS)]
    for question in gold_questions():
        asked = frozenset(stems(question.question))
        near = [found for found in written if len(found) > 3 and len(asked & found) >= 0.75 * len(asked | found)]
        assert near == [], question.id


def test_the_committed_classifier_meets_the_targets_on_both_splits() -> None:
    examples = refusals.Examples.of(CORPUS)
    trained, limits = refusals.read(CORPUS)
    known = known_words()
    model = StaticEmbedder.load(CORPUS / "model")
    for split in ("dev", "test"):
        questions = gold_questions(split)
        values = refusals.judged(trained, examples, questions, model, known)
        answerable = np.array([question.answerable for question in questions])
        near = np.array([question.kind == "near_miss" for question in questions])
        outside = np.array([question.kind == "out_of_scope" for question in questions])
        assert (values[near, 0] > limits["near_miss"]).mean() >= 0.75
        assert (values[outside, 1] > limits["outside"]).mean() >= 0.95
        assert (values[answerable, 0] > limits["near_miss"]).mean() <= 0.1


def known_words() -> frozenset[str]:
    from evals.train import read_material
    from ingest.vocabulary import vocabulary

    return frozenset(vocabulary(read_material(CORPUS).texts, ())["words"])


def test_risk_falls_as_more_is_refused() -> None:
    """By hand: of four questions the near misses score 3 and 0, the answerable 2 and 1."""
    from dataclasses import replace

    gold = gold_questions("dev")
    answer = next(q for q in gold if q.answerable)
    miss = next(q for q in gold if q.kind == "near_miss")
    questions = [replace(answer, id="a"), replace(answer, id="b"), miss, replace(miss, id="m")]
    values = np.array([[2.0, 0], [1.0, 0], [3.0, 0], [0.0, 0]])
    rows = refusals.curve(values, questions)
    # nobody answerable refused: the near miss above 2 is refused, the one below answered: risk 1 of 3
    assert rows[0] == (0.0, 0.5, 0.75, pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "near_misses.jsonl:1: is not JSON"), ("{}", "needs exactly the fields passage, question, missing, writer")],
)
def test_a_wrong_unknown_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "near_misses.jsonl").write_text(line + "\n")
    with pytest.raises(CorpusError) as caught:
        load_unknowns(tmp_path)
    assert message in str(caught.value)
