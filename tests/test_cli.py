"""The command as a process of its own: what it prints, its exit status, one clear line for bad input."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import PROJECT, environment, wait_until
from tests.test_answer import SCHEMA

Run = Callable[..., subprocess.CompletedProcess[str]]
QUESTION = "wat doe ik als de hulpvraag ontbreekt"


def test_ask_prints_the_answer_and_numbered_sources(vraagbaak: Run, index: Path) -> None:
    done = vraagbaak("ask", QUESTION, "--index", index)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Kort"
    assert lines[1].startswith('"Professionals moeten vanaf de start van de hulp eerst zorgen voor veiligheid')
    assert lines[lines.index("Bronnen") + 1] == (
        "[1] Toezicht Sociaal Domein, Lokaal Netwerk na Veilig Thuis: maak werk van herstel van veiligheid in gezinnen "
        "(2020), Bevindingen in het kort › Wat kan beter [verbeterpunt]"
    )


def test_ask_json(vraagbaak: Run, index: Path) -> None:
    done = vraagbaak("ask", QUESTION, "--json", "--top", "3", "--index", index)
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, SCHEMA)
    assert (answer["id"], answer["status"], len(answer["passages"])) == (None, "answered", 3)
    assert len({citation["report"] for citation in answer["citations"]}) >= 2


def test_report_and_kind(vraagbaak: Run, index: Path) -> None:
    done = vraagbaak(
        "ask", "overdracht", "--json", "--report", "tsd-2020-someren", "--report", "tsd-2019-nijmegen",
        "--kind", "bevinding", "--index", index,
    )  # fmt: skip
    found = {(p["report"], p["kind"]) for p in json.loads(done.stdout)["passages"]}
    assert found == {("tsd-2020-someren", "bevinding"), ("tsd-2019-nijmegen", "bevinding")}


def test_batch_keeps_the_order_and_answers_lines_that_cannot_be_read(vraagbaak: Run, index: Path) -> None:
    lines = [
        '{"id": "a", "question": "wie voert de regie"}',
        "geen json",
        '{"id": 3, "question": "x"}',
        '{"id": "c"}',
        "",
        '{"id": "d", "question": "en in Someren?", "history": [{"role": "user", "content": "hoe is de regie in Nijmegen?"}]}',
        '{"id": "e", "question": ""}',
    ]
    done = vraagbaak("ask", "--batch", "-", "--index", index, stdin="\n".join(lines).encode() + b"\n\xff\xfe\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for answer in answers:
        jsonschema.validate(answer, SCHEMA)
    assert done.returncode == 0
    assert [(answer["id"], answer["status"]) for answer in answers] == [
        ("a", "answered"),
        (None, "invalid"),
        (None, "invalid"),
        (None, "invalid"),
        ("d", "answered"),
        ("e", "invalid"),
        (None, "invalid"),
    ]
    assert answers[4]["standalone_question"] == "hoe is de regie in Someren?"
    assert answers[1]["question"] == "geen json"


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["ask"], 2, "vraagbaak: give either a question or --batch FILE"),
        (["ask", "x", "--batch", "y"], 2, "vraagbaak: give either a question or --batch FILE"),
        (["ask", "--batch", "weg.jsonl"], 2, "vraagbaak: --batch 'weg.jsonl': No such file or directory"),
        (["ask", "x", "--report", "tsd-2021"], 2, "vraagbaak: unknown report 'tsd-2021'; known are tsd-2017-wijkteam"),
        (["ask", "x", "--kind", "mening"], 2, "vraagbaak: unknown kind 'mening'; known are verwachting"),
        (["ask", "x", "--top", "0"], 2, "vraagbaak: argument --top: '0' is not a whole number above 0"),
        (["ask", "x", "--top", "²"], 2, "vraagbaak: argument --top: '²' is not a whole number above 0"),
        (["vraag"], 2, "vraagbaak: argument COMMAND: invalid choice: 'vraag'"),
        ([], 2, "vraagbaak: the following arguments are required: COMMAND"),
        (["ingest", "--corpus", "/weg"], 1, "vraagbaak: there is no corpus folder '/weg'"),
    ],
)
def test_bad_input_gets_one_line(vraagbaak: Run, index: Path, arguments: list[str], status: int, line: str) -> None:
    folders = ["--index", str(index)] if arguments[:1] == ["ask"] else []
    done = vraagbaak(*arguments, *folders)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("question", ["", "  ", "a" * 20_000])
def test_odd_questions_are_answered(vraagbaak: Run, index: Path, question: str) -> None:
    done = vraagbaak("ask", question, "--json", "--index", index)
    assert (done.returncode, done.stderr) == (0, "")
    jsonschema.validate(json.loads(done.stdout), SCHEMA)


def test_a_damaged_index_gets_one_line_and_nothing_is_lost(vraagbaak: Run, own_index: Path) -> None:
    path = max((own_index / "builds").iterdir()) / "passages.jsonl"
    path.write_bytes(path.read_bytes()[:1000])
    done = vraagbaak("ask", QUESTION, "--index", own_index)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.endswith("run vraagbaak ingest\n")
    assert vraagbaak("ingest", "--index", own_index).returncode == 0
    assert vraagbaak("ask", QUESTION, "--index", own_index).returncode == 0


def test_a_damaged_report_leaves_the_index_serving(vraagbaak: Run, corpus: Path, own_index: Path) -> None:
    (corpus / "reports" / "tsd-2019-nijmegen.txt").write_bytes(b"\xff\xfe")
    done = vraagbaak("ingest", "--corpus", corpus, "--index", own_index)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "entry 'tsd-2019-nijmegen': field 'sha256'" in done.stderr
    assert vraagbaak("ask", QUESTION, "--corpus", corpus, "--index", own_index).returncode == 0


def test_ask_builds_the_index_where_there_is_none(vraagbaak: Run, tmp_path: Path) -> None:
    done = vraagbaak("ask", QUESTION, "--index", tmp_path / "index")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Kort")
    assert "building it" in done.stderr
    assert "rapporten lezen: 100%" in done.stderr


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"VRAAGBAAK_INDX": "/tmp"},
            "vraagbaak: unknown setting VRAAGBAAK_INDX; known are VRAAGBAAK_ALLOWED_HOSTS, VRAAGBAAK_BASE_PATH",
        ),
        ({"VRAAGBAAK_PORT": "veel"}, "vraagbaak: setting 'port' = 'veel': Input should be a valid integer"),
        ({"VRAAGBAAK_CONFIG": "/weg.toml"}, "vraagbaak: VRAAGBAAK_CONFIG names no file: '/weg.toml'"),
    ],
)
def test_settings_from_the_environment(vraagbaak: Run, settings: dict[str, str], line: str) -> None:
    done = vraagbaak("ask", QUESTION, **settings)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(line)


def test_settings_from_a_file(vraagbaak: Run, index: Path, tmp_path: Path) -> None:
    config = tmp_path / "vraagbaak.toml"
    config.write_text(f'index = "{index}"\n')
    assert vraagbaak("ask", QUESTION, VRAAGBAAK_CONFIG=str(config)).returncode == 0
    config.write_text("kleur = 1\n")
    done = vraagbaak("ask", QUESTION, VRAAGBAAK_CONFIG=str(config))
    assert (done.returncode, done.stderr) == (2, "vraagbaak: setting 'kleur' = 1: Extra inputs are not permitted\n")
    config.write_text("index = \n")
    assert "is not valid TOML" in vraagbaak("ask", QUESTION, VRAAGBAAK_CONFIG=str(config)).stderr


def test_chat_on_a_taken_port(vraagbaak: Run, index: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = vraagbaak("chat", "--no-browser", "--port", str(port), "--index", index)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"vraagbaak: port {port} on 127.0.0.1 cannot be used")


def test_stopping_the_chat_stops_its_server(index: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "vraagbaak"),
        "chat",
        "--no-browser",
        "--port",
        str(port),
        "--index",
        str(index),
    ]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers)
    process.terminate()
    assert process.wait(timeout=30) == 0
    wait_until(lambda: not answers(), 10)


def test_a_question_costs_no_torch(index: Path) -> None:
    script = (
        "import sys, cli\n"
        f"cli.main(['ask', 'regie', '--index', {str(index)!r}])\n"
        "print([name for name in ('torch', 'transformers', 'streamlit', 'langchain_core') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, env=environment(), capture_output=True, check=True
    )
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_the_reader_may_go_away(index: Path) -> None:
    command = [str(Path(sys.executable).parent / "vraagbaak"), "ask", "regie", "--json", "--index", str(index)]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_it_works_from_any_folder(vraagbaak: Run, index: Path, tmp_path: Path) -> None:
    command = shutil.which("vraagbaak", path=str(Path(sys.executable).parent))
    done = subprocess.run(
        [str(command), "ask", "regie", "--index", str(index)], cwd=tmp_path, env=environment(), capture_output=True
    )
    assert done.returncode == 0
