"""Bank questions by a chat model over real HTTP: asked per passage, checked for form, marked, kept as they come."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.bank import load_bank
from ingest.catalogue import load_catalogue
from ingest.errors import CorpusError, UsageError
from ingest.passages import read_passages
from ingest.prompts import load_prompt
from ingest.question_writer import read_reply
from tests.chat_server import chat_server
from tests.conftest import CORPUS

Run = Callable[..., subprocess.CompletedProcess[str]]
SOMEREN = next(report for report in load_catalogue(CORPUS) if report.id == "tsd-2020-someren")
PASSAGE = next(p for p in read_passages(CORPUS, SOMEREN)[1] if p.kind == "bevinding" and len(p.sentences) > 3)


def bank_without(corpus: Path, passages: int) -> list[str]:
    """Take the questions of the first passages of Someren that can answer out of a corpus's bank; return their ids."""
    ids = [p.id for p in read_passages(corpus, SOMEREN)[1] if p.kind != "administratief"][:passages]
    path = corpus / "questions.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if json.loads(line)["passage"] not in ids))
    return ids


def test_a_reply_is_checked_line_by_line() -> None:
    last = len(PASSAGE.sentences)
    copied = PASSAGE.quote(PASSAGE.sentences[1])
    reply = "\n".join([
        "Hier zijn de vragen:",
        "2 | everyday | Wie houdt bij ons de boel in de gaten?",
        f"{last} | keywords | wie kijkt mee",
        "2 | everyday | wie houdt bij ons de boel in de gaten",  # the same letters again
        f"{last + 1} | everyday | Er is geen zin met dit nummer, toch?",
        "2 | rijm | Een stijl die er niet is, wat nu?",
        f"2 | everyday | {copied}",
        "2 | everyday | See https://example.com for more",
        "2 | everyday | **Vet** gedrukt is geen vraag",
        "2 | everyday | What does the neighbourhood team check every week?",  # no Dutch
        "2 | everyday | kort",
        "2 | everyday | " + "lang " * 80,
        "2 | why | Bekend: waarom zou dat zo zijn?",
    ])  # fmt: skip
    kept, refused = read_reply(reply, PASSAGE, ["bekend, waarom zou dat zo zijn"], "machine:klein")
    assert [(q.question, q.style, q.writer) for q in kept] == [
        ("Wie houdt bij ons de boel in de gaten?", "everyday", "machine:klein"),
        ("wie kijkt mee", "keywords", "machine:klein"),
    ]
    assert kept[0].quote == PASSAGE.quote(PASSAGE.sentences[1])
    assert refused == 11


def test_ingest_writes_questions_for_passages_without(vraagbaak: Run, corpus: Path, tmp_path: Path) -> None:
    ids = bank_without(corpus, 2)
    before = load_bank(corpus)
    with chat_server("1 | everyday | wie doet daar wat, zeg het eens\nonzin") as server:
        done = vraagbaak(
            "ingest", "--write-questions", "--corpus", corpus, "--index", tmp_path / "index",
            VRAAGBAAK_MODEL="openai:klein", VRAAGBAAK_MODEL_BASE_URL=server.address, VRAAGBAAK_MODEL_API_KEY="geheim",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 questions written by openai:klein, 2 lines refused for their form" in done.stderr
    assert "geheim" not in done.stderr
    written = load_bank(corpus)[len(before) :]
    assert [(q.passage, q.writer) for q in written] == [(name, "machine:openai:klein") for name in ids]
    asked = server.asked[0]["messages"]
    assert [message["role"] for message in asked] == ["system", "user"]
    assert "Schrijf 12 verschillende vragen" in asked[1]["content"]
    manifest = json.loads(next((tmp_path / "index" / "builds").glob("*/manifest.json")).read_text())
    assert manifest["questions"] == len(before) + 2


@pytest.mark.parametrize(("reply", "said"), [(401, "did not answer"), (500, "did not answer")])
def test_a_model_that_fails_is_one_line_and_loses_nothing(
    vraagbaak: Run, corpus: Path, tmp_path: Path, reply: int, said: str
) -> None:
    bank_without(corpus, 2)
    with chat_server("1 | everyday | wie doet daar wat, zeg het eens", reply) as server:
        before = len(load_bank(corpus))
        done = vraagbaak(
            "ingest", "--write-questions", "--corpus", corpus, "--index", tmp_path / "index",
            VRAAGBAAK_MODEL="openai:klein", VRAAGBAAK_MODEL_BASE_URL=server.address, VRAAGBAAK_MODEL_API_KEY="k",
        )  # fmt: skip
    assert done.returncode == 1
    assert f"the model 'openai:klein' {said}" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert len(load_bank(corpus)) == before + 1


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("", "--write-questions needs a chat model: set VRAAGBAAK_MODEL"),
        ("llama", "VRAAGBAAK_MODEL is 'llama', not PROVIDER:NAME"),
        ("nergens:klein", "VRAAGBAAK_MODEL 'nergens:klein' cannot be used"),
        ("anthropic:klein", "needs another package"),
    ],
)
def test_a_wrong_model_setting(vraagbaak: Run, corpus: Path, tmp_path: Path, model: str, message: str) -> None:
    done = vraagbaak(
        "ingest", "--write-questions", "--corpus", corpus, "--index", tmp_path / "index", VRAAGBAAK_MODEL=model
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert message in done.stderr


PROMPT = 'name = "a"\nversion = 1\nvariables = ["x"]\nsystem = "s"\nuser = "zeg {x}"\n'


def test_a_prompt_is_filled_and_braces_in_values_stay(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(PROMPT)
    prompt = load_prompt("a", tmp_path)
    assert prompt.filled(x="{y}") == [("system", "s"), ("human", "zeg {y}")]
    with pytest.raises(UsageError, match="variable 'x' is missing"):
        prompt.filled()
    with pytest.raises(UsageError, match="unknown variable 'z'"):
        prompt.filled(x="1", z="2")
    (tmp_path / "a.toml").write_text(PROMPT.replace("zeg", "zegt"))
    assert load_prompt("a", tmp_path).digest != prompt.digest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "cannot be read"),
        (PROMPT + 'kleur = "rood"', "unknown field 'kleur'"),
        (PROMPT.replace('system = "s"', ""), "field 'system' is None"),
        (PROMPT.replace("{x}", "{x} {y}"), "declares x, but in the text stand x, y"),
        (PROMPT.replace('"a"', '"b"'), "field 'name' is 'b'"),
        (PROMPT.replace("version = 1", 'version = "1"'), "field 'version' is '1'"),
    ],
)
def test_a_wrong_prompt(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(CorpusError) as caught:
        load_prompt("a", tmp_path)
    assert message in str(caught.value)


def test_the_projects_own_prompts_load() -> None:
    assert load_prompt("bank_questions").version == 1
