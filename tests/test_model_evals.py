"""Evals with a language model: scripted replies over real HTTP, and the exact figures that follow from them."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cli
from assistant.engine import Assistant
from assistant.ground import Ground
from assistant.writer_cache import Cost
from assistant.writer_request import request_for
from evals import commands
from evals.commands import gold_questions, report_texts
from evals.judge import verdict_of
from evals.modelled import Choice, Modelled, right_citations
from evals.runs import Run, ask_all, read_run, start_run
from evals.said import INVENTED, Line, Said, model_figures
from evals.score import Scores, score
from evals.tables import model_table
from ingest.errors import UsageError
from ingest.prompts import load_prompt
from ingest.records import Passage
from ingest.settings import Settings, settings
from tests.conftest import CORPUS
from tests.model_servers import PROTOCOLS, ModelServer, Reply, Request, model_server, says

Command = Callable[..., subprocess.CompletedProcess[str]]
ASKED = ("howto-001", "place-001", "howto-003", "near-miss-001")  # the last is refused: no model is asked
NEEDED = "In de interviews kwam naar voren dat de keuze voor koude of warme overdracht sterk afhangt van de aard van de"
TWICE = "Na een onderzoek verwijst Veilig Thuis het gezin naar het lokale netwerk"
ELSEWHERE = "Het merendeel van de meldingen kan na triage"
STRANGE = "De inspecties zien dat casuïstiek waar mogelijk warm, in het bijzijn van Veilig Thuis, wijkteam en cliënten"
LIE = "Bel altijd eerst de burgemeester"
SAYS_MAIL, SAYS_SCHOOL = "met een mailtje", "Komt het wijkteam in Someren"


def code_of(request: Request, words: str) -> str:
    """The code of the passage in which these words stand."""
    text = request["messages"][-1]["content"]
    return next(str(code) for code, passage in re.findall(r'code="(\w+)">\n(.*?)</passage>', text, re.DOTALL)
                if words in " ".join(passage.split()))  # fmt: skip


def first_code(request: Request) -> str:
    return str(re.findall(r'code="(\w+)"', request["messages"][-1]["content"])[0])


def mail_reply(request: Request) -> str:
    """Two sentences that are borne out, one with a citation too many; one with an invented one; a lie."""
    needed, twice, elsewhere = (code_of(request, words) for words in (NEEDED, TWICE, ELSEWHERE))
    return (f"{NEEDED} melding [{needed}]. {TWICE} [{twice}] [{elsewhere}]. {STRANGE} overgedragen [z9z]. "
            f"{LIE} [{needed}].")  # fmt: skip


def answering(request: Request) -> Reply:
    asked = request["messages"][-1]["content"]
    if "<zin>" in asked:
        return says(
            "Deels." if "verwijst" in asked else "Nee, dat staat er niet." if LIE in asked else "ja", counts=True
        )
    if SAYS_MAIL in asked:
        return says(mail_reply(request), counts=True)
    if SAYS_SCHOOL in asked:
        return Reply(status=500)
    return says(f"{LIE} [{first_code(request)}].", counts=True)


def run_with(server: ModelServer, index: Path, folder: Path, judge: str = "", protocol: str = "openai") -> Run:
    """Ask the four questions with the model of a server."""
    by_id = {question.id: question for question in gold_questions("dev")}
    questions = [by_id[name] for name in ASKED]
    at = Settings(index=index, corpus=CORPUS, **server.settings(protocol))
    model = Modelled(at, Choice(f"{protocol}:klein", judge), folder.parent / "replies")
    todo = start_run(folder, "vraagbaak", questions, index, CORPUS, "dev", False, model=model.manifest)
    ask_all(folder, "vraagbaak", todo, index, CORPUS, lambda *_: None, model)
    return read_run(folder)


def scores_of(run: Run) -> Scores:
    return score(run, [q for q in gold_questions("dev") if q.id in ASKED], report_texts())


def said_of(run: Run, name: str) -> Said:
    said = run.items[name].said
    assert said
    return said


@pytest.fixture(scope="module")
def given(assistant: Assistant) -> Sequence[Passage]:
    """The passages that a model is shown for the first question."""
    question = next(q for q in gold_questions("dev") if q.id == ASKED[0]).question
    return request_for(assistant.ask(question, top=20), load_prompt("answer_passages")).given


@pytest.fixture(scope="module")
def judged(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    with model_server(answering) as server:
        return run_with(server, index, tmp_path_factory.mktemp("judged") / "run", "openai:rechter")


def test_each_sentence_with_its_citations(judged: Run, given: Sequence[Passage]) -> None:
    lines = said_of(judged, "howto-001").lines
    place = {
        words: next(p.id for p in given if words in " ".join(p.text.split())) for words in (NEEDED, TWICE, ELSEWHERE)
    }
    needed, twice = place[NEEDED], place[TWICE]
    assert place[ELSEWHERE] == needed
    assert [(x.status, x.cited, x.right, x.judged) for x in lines] == [
        ("letterlijk", (needed,), (True,), "ja"),
        ("letterlijk", (twice, needed), (True, False), "deels"),
        ("verworpen", (INVENTED,), (False,), ""),
        ("verworpen", (needed,), (False,), "nee"),
    ]


def test_figures_of_one_question(judged: Run) -> None:
    found = scores_of(judged).questions["howto-001"]
    wanted = {
        "alce_recall": 2 / 4,
        "alce_precision": 2 / 5,
        "sentences_removed": 2 / 4,
        "fell_back": 0,
        "model_failed": 0,
        "tokens_in": 900,
        "tokens_out": 70,
        "judge_supports": 1 / 2,
        "judge_agrees": 2 / 3,
        "nugget_recall_model": 1,
        "faithfulness": 1,
    }
    assert {name: found[name] for name in wanted} == wanted
    assert found["model_seconds"] > 0


def test_figures_over_all_questions(judged: Run) -> None:
    overall = scores_of(judged).overall
    # asked are three; the failed one has no sentence and no cost, the third only a lie
    means = {name: (figure.mean, figure.n) for name, figure in overall.items()}
    assert means["alce_recall"] == (1 / 4, 2)
    assert means["alce_precision"] == (1 / 5, 2)
    assert means["sentences_removed"] == (3 / 4, 2)
    assert means["fell_back"] == (2 / 3, 3)
    assert means["model_failed"] == (1 / 3, 3)
    assert means["tokens_in"] == (900, 2)
    assert means["judge_supports"] == (1 / 2, 1)
    assert means["nugget_recall_model"][1] == means["nugget_recall"][1] == 3
    assert (overall["alce_recall"].low, overall["alce_recall"].high) == (0, 0.5)


def test_a_failure_is_counted_and_does_not_stop_or_rest(judged: Run) -> None:
    failed, after = said_of(judged, "place-001"), said_of(judged, "howto-003")
    assert failed == Said(True, None, (), "other", None)
    assert (after.asked, after.answer, after.fault, [x.status for x in after.lines]) == (True, None, "", ["verworpen"])
    assert said_of(judged, "near-miss-001") == Said(asked=False)
    assert scores_of(judged).unscored == ()
    questions = scores_of(judged).questions
    for name in ("place-001", "howto-003"):  # what is shown then are the passages
        assert questions[name]["nugget_recall_model"] == questions[name]["nugget_recall"]


def test_the_table_of_the_model(judged: Run) -> None:
    lines = model_table(judged).splitlines()
    assert lines[0] == "openai:klein: asked 3 of 4 questions; failed 1 (other 1); fell back to the passages 2"
    assert re.fullmatch(r"sentences 5, removed 3; tokens 1800 in, 140 out; \d+\.\d s", lines[1])
    assert lines[3:] == [
        "judge: openai:rechter, beside the string check",
        "",
        "| string check | ja | deels | nee | unreadable | failed |",
        "| --- | --- | --- | --- | --- | --- |",
        "| kept | 1 | 1 | 0 | 0 | 0 |",
        "| removed | 0 | 0 | 2 | 0 | 0 |",
    ]


def test_the_manifest_names_models_and_prompts(judged: Run) -> None:
    assert judged.manifest["model"] == {
        "name": "openai:klein",
        "prompt": load_prompt("answer_passages").digest,
        "judge": "openai:rechter",
        "judge_prompt": load_prompt("judge_support").digest,
    }
    assert judged.name == "vraagbaak + openai:klein (run)"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_was_answered_before_is_not_asked_again(index: Path, tmp_path: Path, protocol: str) -> None:
    with model_server(answering) as server:
        first = run_with(server, index, tmp_path / "first", f"{protocol}:rechter", protocol)
        asked = len(server.asked)
        again = run_with(server, index, tmp_path / "again", f"{protocol}:rechter", protocol)
    # three answers, and four sentences to judge: the one with an invented citation cites nothing to judge it by
    assert asked == 3 + 4
    assert len(server.asked) == asked + 1
    assert "Komt het wijkteam in Someren" in server.asked[-1]["messages"][-1]["content"]
    assert {name: without_timings(item.said) for name, item in again.items.items()} == {
        name: without_timings(item.said) for name, item in first.items.items()
    }


def without_timings(said: Said | None) -> Said | None:
    """The same without the timings of the answer; the cost is the one of the first time."""
    return replace(said, answer={**said.answer, "timings_ms": {}}) if said and said.answer else said


def test_a_run_is_not_resumed_with_another_model_or_prompt(index: Path, judged: Run) -> None:
    questions = [q for name in ASKED for q in gold_questions("dev") if q.id == name]
    mine = judged.manifest["model"]
    for other in (None, {**mine, "name": "openai:groot"}, {**mine, "prompt": "0" * 64}, {**mine, "judge": "openai:x"}):
        with pytest.raises(UsageError, match="cannot be resumed: its 'model' was"):
            start_run(judged.folder, "vraagbaak", questions, index, CORPUS, "dev", True, model=other)
    assert start_run(judged.folder, "vraagbaak", questions, index, CORPUS, "dev", True, model=mine) == []


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        (f"{NEEDED} melding [1].", (True,)),
        (f"{NEEDED} melding [5].", (False,)),
        (f"{NEEDED} melding.", ()),
        (f"{NEEDED} melding [99].", (False,)),
        # neither passage holds both halves; without either the sentence falls
        (
            f"{TWICE} [5] en {ELSEWHERE.lower()} door Veilig Thuis terug naar de lokale professional [1].",
            (True, True),
        ),
        # the first bears it out alone, the second adds nothing
        (f"{NEEDED} melding [1] [4].", (True, False)),
        # a citation that does not bear out is wrong also where the marker of the right one comes last
        (f"{NEEDED} melding [4] [1].", (False, True)),
    ],
)
def test_citations_are_right_or_irrelevant_as_alce_has_them(
    assistant: Assistant, given: Sequence[Passage], sentence: str, right: tuple[bool, ...]
) -> None:
    check = Ground(assistant.index, CORPUS).check
    assert right_citations(sentence, given, check) == right


def line(status: str, judged: str) -> Line:
    return Line("Zin [1].", status, "", ("a",), (status != "verworpen",), judged)


def test_judged_sentences_that_cannot_be_read_count_in_no_share() -> None:
    said = Said(True, None, (line("letterlijk", "ja"), line("onderbouwd", "unreadable"), line("verworpen", "failed")))
    found = model_figures(said)
    assert (found["judge_supports"], found["judge_agrees"]) == (1, 1)
    assert not {"judge_supports", "judge_agrees"} & set(
        model_figures(Said(True, None, (line("letterlijk", "failed"),)))
    )


def test_a_reply_without_citations_has_no_precision() -> None:
    said = Said(True, None, (Line("Zin.", "verworpen", "zonder bronverwijzing", (), ()),))
    assert (model_figures(said)["alce_recall"], model_figures(said)["alce_precision"]) == (0, 0)


def test_what_was_said_comes_back_from_json() -> None:
    said = Said(True, {"answer": "x"}, (line("letterlijk", "ja"),), "timeout", Cost(1, 2, True, 0.5))
    assert Said.from_json(json.loads(json.dumps(said.to_json()))) == said


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("ja", "ja"),
        ("Nee.", "nee"),
        ("**Deels**: het getal staat er niet.", "deels"),
        ("<think>ja of nee?</think>\nNee", "nee"),
        ("jazeker", "unreadable"),
        ("De passage draagt de zin.", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_a_judges_word(reply: str, verdict: str) -> None:
    assert verdict_of(reply) == verdict


def test_a_judge_that_fails_or_rambles_is_counted(index: Path, tmp_path: Path) -> None:
    def reply(request: Request) -> Reply:
        asked = request["messages"][-1]["content"]
        if "<zin>" not in asked:
            return answering(request)
        return Reply(status=401) if "verwijst" in asked else says("Dat hangt ervan af.")

    with model_server(reply) as server:
        run = run_with(server, index, tmp_path / "run", "openai:rechter")
    assert model_table(run).splitlines()[-2:] == ["| kept | 0 | 0 | 0 | 1 | 1 |", "| removed | 0 | 0 | 0 | 2 | 0 |"]
    assert "judge_agrees" not in scores_of(run).overall


def good_reply(request: Request) -> Reply:
    """The first two whole sentences of the first passage, each with its code."""
    text = request["messages"][-1]["content"]
    code, passage = re.findall(r'code="(\w+)">\n(.*?)</passage>', text, re.DOTALL)[0]
    found = re.findall(r"(?<=[.\n])\s*([A-Z][^.!?:\[(\n]{30,}) ?\.(?=\s)", "\n" + passage)[:2]
    return says(" ".join(f"{sentence} [{code}]." for sentence in found))


def test_commands(vraagbaak: Command, index: Path, tmp_path: Path) -> None:
    def reply(request: Request) -> Reply:
        return says("ja") if "<zin>" in request["messages"][-1]["content"] else good_reply(request)

    with model_server(reply) as server:
        given: dict[str, Any] = server.settings("openai")
        environment = {
            "VRAAGBAAK_INDEX": str(index),
            "VRAAGBAAK_DATA": str(tmp_path / "data"),
            "VRAAGBAAK_MODEL": given["model"],
            "VRAAGBAAK_MODEL_BASE_URL": given["model_base_url"],
            "VRAAGBAAK_MODEL_API_KEY": given["model_api_key"],
        }
        options = ("eval", "run", "--split", "dev", "--limit", "2", "--out", tmp_path / "run")
        ran = vraagbaak(*options, "--model", "--judge", **environment)
        asked = len(server.asked)
    assert ran.returncode == 0, ran.stderr
    assert "questions and passages go to" not in ran.stderr
    scored = vraagbaak("eval", "score", tmp_path / "run", **environment)
    assert (scored.returncode, scored.stdout) == (0, ran.stdout)
    assert ran.stdout.startswith("vraagbaak + openai:klein (run): 2 questions scored, 0 unscored\n")
    assert "| citation recall of the model (ALCE) | 1.00 [1.00–1.00] | 2 |" in ran.stdout
    assert "openai:klein: asked 2 of 2 questions; failed 0; fell back to the passages 0" in ran.stdout
    assert ", for 2 questions estimated by letters; " in ran.stdout
    assert "| kept | 4 | 0 | 0 | 0 | 0 |" in ran.stdout
    # two answers, of the same sentences: each is judged once
    assert asked == 2 + 2
    shown = vraagbaak("eval", "show", tmp_path / "run", "--id", "comparison-001", **environment).stdout
    assert re.search(
        r"  model: its answer is shown; \d+ tokens in, \d+ out, \d+\.\d s\n  letterlijk: .+ \[1\]\.", shown
    )
    assert re.search(r"\n    cites \S+ right; judge: ja\n", shown)
    other = vraagbaak(*options, "--model", "openai:groot", "--resume", **environment)
    assert (other.returncode, "cannot be resumed: its 'model' was" in other.stderr) == (2, True)


def test_the_table_of_all_systems_has_the_model_below(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = gold_questions("dev")[:2]
    monkeypatch.setattr(commands, "run_questions", lambda split=None: few)
    monkeypatch.setattr(commands, "system_names", lambda: ("vraagbaak",))
    monkeypatch.setenv("VRAAGBAAK_INDEX", str(index))
    monkeypatch.setenv("VRAAGBAAK_DATA", str(tmp_path))
    with model_server(good_reply) as server:
        monkeypatch.setenv("VRAAGBAAK_MODEL_BASE_URL", server.settings("ollama")["model_base_url"])
        settings.cache_clear()
        try:
            assert cli.main(["eval", "table", "--split", "dev", "--model", "ollama:klein"]) == 0
        finally:
            settings.cache_clear()
    systems, told, figures = capsys.readouterr().out.strip().split("\n\n")
    assert [row.split(" | ")[0] for row in systems.splitlines()[2:]] == ["| vraagbaak"]
    assert told.startswith("ollama:klein: asked 2 of 2 questions; failed 0; fell back to the passages 0\n")
    assert "| citation precision of the model (ALCE) | 1.00 [1.00–1.00] | 2 |" in figures


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--model",), "--model needs a name, here or in VRAAGBAAK_MODEL"),
        (("--judge",), "use it with --model"),
        (("--model", "ollama:x", "--system", "bm25"), "a model writes over the answers of 'vraagbaak', not of 'bm25'"),
    ],
)
def test_options_that_do_not_go_together(
    vraagbaak: Command, index: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    done = vraagbaak("eval", "run", "--out", tmp_path / "run", *options, VRAAGBAAK_INDEX=str(index))
    assert (done.returncode, message in done.stderr, (tmp_path / "run").exists()) == (2, True, False)
