"""Health, figures and logs, on the real server: what it says of itself, and that nobody's words are in it."""

import asyncio
import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request as WebRequest
from urllib.request import urlopen

import pytest
from starlette.requests import Request

from assistant.engine import Assistant
from assistant.records import Answer
from assistant.writer import Written
from benchmarks.tab import Tab
from ingest.settings import Settings, settings
from ingest.store import IndexFolder
from ops.metrics import OUTCOMES, REGISTRY
from ops.watch import writing
from tests.conftest import PROJECT, environment, wait_until
from tests.test_start import started
from ui.health import may_read

QUESTION = "Mijn cliënt Petra Bakker, bsn 111222333, tel 06-12345678: wat doe ik als de hulpvraag ontbreekt?"
SILENT: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
LINKED = "/?vraag=Wat+zei+Jan+Jansen+over+weidevogels"
WORDS = re.compile(r"petra|bakker|111222333|12345678|hulpvraag|weidevogel|jansen|vraag=", re.IGNORECASE)


def get(address: str, **headers: str) -> tuple[int, str, str]:
    try:
        with urlopen(WebRequest(address, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers.get_content_type(), error.read().decode()


def figures(address: str) -> dict[str, float]:
    lines = get(f"{address}/metrics")[2].splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


@dataclass(frozen=True)
class Served:
    """A server that answered one question and was then given another index; ``before`` are its figures until then."""

    address: str
    index: str
    errors: Path
    log: Path
    before: dict[str, float]
    after: dict[str, float]


@pytest.fixture(scope="module")
def served(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("served")
    own, log = Path(shutil.copytree(index, root / "index")), root / "log.jsonl"
    with started(root, own, VRAAGBAAK_LOG=str(log), VRAAGBAAK_LOG_LEVEL="debug") as (address, errors):
        with ThreadPoolExecutor() as aside:  # a browser of other tests may hold this thread's event loop
            aside.submit(asyncio.run, _ask(address.replace("localhost", "127.0.0.1"))).result()
        get(address + LINKED)
        before = figures(address)
        folder = IndexFolder(own)
        name = folder.current()
        assert name
        shutil.copytree(folder.build_path(name), folder.build_path("000777"))
        folder.pointer.write_text("000777\n")
        wait_until(lambda: figures(address)["vraagbaak_index_switches_total"] == 1)
        yield Served(address, name, errors, log, before, figures(address))


async def _ask(address: str) -> None:
    async with Tab(address).opened() as tab:
        await tab.ask(QUESTION)
        assert "vb-antwoord" in tab.shown and "[BSN]" in tab.shown


def test_it_says_that_it_is_alive_and_ready(served: Served) -> None:
    assert get(f"{served.address}/healthz") == (200, "text/plain", "ok")
    status, kind, body = get(f"{served.address}/readyz")
    found = json.loads(body)
    assert (status, kind, found["ready"], found["reasons"]) == (200, "application/json", True, [])
    assert found["index"]["version"] == "000777"


def test_a_question_is_counted_by_what_became_of_it(served: Served) -> None:
    before = served.before
    assert before['vraagbaak_questions_total{status="answered"}'] == 1
    assert before['vraagbaak_questions_total{status="not_found"}'] == before["vraagbaak_refusals_total"] == 0
    assert before['vraagbaak_notices_total{kind="personal_data"}'] == 1
    assert before['vraagbaak_notices_total{kind="crisis"}'] == 0
    assert before["vraagbaak_answer_seconds_count"] == 1
    assert before['vraagbaak_answer_seconds_bucket{le="10.0"}'] == 1
    assert before['vraagbaak_model_calls_total{outcome="written"}'] == before["vraagbaak_removed_sentences_total"] == 0
    assert (before["vraagbaak_ready"], before["vraagbaak_unexpected_faults_total"]) == (1, 0)
    assert before["process_resident_memory_bytes"] > 1e7


def test_the_index_that_serves_and_each_switch_are_seen(served: Served, assistant: Assistant) -> None:
    fingerprint = assistant.index.manifest["fingerprint"]
    assert served.before[f'vraagbaak_index_info{{fingerprint="{fingerprint}",version="{served.index}"}}'] == 1
    assert served.before["vraagbaak_index_switches_total"] == 0
    assert served.after[f'vraagbaak_index_info{{fingerprint="{fingerprint}",version="000777"}}'] == 1
    assert served.after["vraagbaak_index_passages"] == len(assistant.index.passages)
    assert served.after["vraagbaak_index_reports"] == 5


def test_what_a_proxy_passes_on_gets_no_figures(served: Served) -> None:
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"):
        assert get(f"{served.address}/metrics", **{name: "127.0.0.1"})[0] == 403


def test_one_line_a_question_and_not_a_word_of_it_in_any_log(served: Served, assistant: Assistant) -> None:
    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    (line,) = [line for line in lines if line["message"] == "question"]
    assert line.pop("time").startswith("20") and line.pop("ms") > 0
    assert line == {
        "level": "info", "logger": "vraagbaak", "message": "question", "status": "answered",
        "index": assistant.index.manifest["fingerprint"], "citations": line["citations"], "engine": "extractive",
        "masked": True,
    }  # fmt: skip
    assert line["citations"] >= 1
    (serving,) = [line for line in lines if line["message"] == "index"]
    assert (serving["index"], serving["reports"]) == (assistant.index.manifest["fingerprint"], 5)
    requests = [line for line in lines if line["message"] == "request"]
    assert {"method": "GET", "path": "/", "status": 200}.items() <= requests[0].items()
    for path in (served.errors, served.log):
        assert WORDS.findall(path.read_text()) == []
    assert served.errors.read_text() == served.log.read_text()
    assert served.log.stat().st_mode & 0o777 == 0o600


@contextmanager
def below(folder: Path, path: str) -> Iterator[str]:
    """Run a server below a path with nothing to work with."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    names = {name: str(folder / name.lower()) for name in ("DATA", "INDEX", "CORPUS")}
    more = {f"VRAAGBAAK_{name}": value for name, value in {**names, "BASE_PATH": path, "PORT": str(port)}.items()}
    process = subprocess.Popen([sys.executable, "-m", "ui.server"], cwd=PROJECT, env=environment(**more), **SILENT)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: get(f"{address}/healthz")[0] == 200)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_below_a_path_and_unable_to_answer_it_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with below(tmp_path, "zorg/vraag") as address:
        assert get(f"{address}/healthz") == get(f"{address}/zorg/vraag/healthz") == (200, "text/plain", "ok")
        wait_until(lambda: "corpus_unreadable" in get(f"{address}/readyz")[2])
        status, _, body = get(f"{address}/zorg/vraag/readyz")
        found = json.loads(body)
        assert (status, found["ready"], found["index"]) == (503, False, None)
        assert [reason["code"] for reason in found["reasons"]] == ["corpus_unreadable", "data_not_writable"]
        assert str(tmp_path) not in body
        assert figures(address)["vraagbaak_ready"] == 0
        page = get(f"{address}/zorg/vraag/")[2]
        assert 'content="/zorg/vraag/rekenmachine/"' in page
        assert get(f"{address}/zorg/vraag/rekenmachine/")[1] == "text/html"
        assert get(f"{address}/zorg/vraag/vraagbaak/basis.css")[:2] == (200, "text/css")
        assert get(f"{address}/zorg/vraag/_stcore/metrics")[0] == 404


@pytest.mark.parametrize(
    ("peer", "headers", "allowed"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("10.1.2.3", {}, True),
        ("10.2.0.1", {}, False),
        ("fe80::1%eth0", {}, False),
        ("10.1.2.3", {"x-forwarded-for": "10.1.2.3"}, False),
        ("socket", {}, False),
    ],
)
def test_who_may_read_the_figures(
    monkeypatch: pytest.MonkeyPatch, peer: str, headers: dict[str, str], allowed: bool
) -> None:
    monkeypatch.setenv("VRAAGBAAK_METRICS_FROM", "127.0.0.0/8, ::1, 10.1.0.0/16")
    settings.cache_clear()
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert may_read(Request({"type": "http", "headers": raw, "client": (peer, 1)})) is allowed
    settings.cache_clear()


def test_a_model_s_writing_is_counted_by_how_it_ended(assistant: Assistant) -> None:
    answer = assistant.ask("Wat staat er in een veiligheidsplan?")

    def growing(fault: str) -> Iterator[Answer]:
        yield answer
        return Written(answer, fault=fault)  # type: ignore[return-value]

    def count(outcome: str) -> float:
        return REGISTRY.get_sample_value("vraagbaak_model_calls_total", {"outcome": outcome}) or 0.0

    before = {outcome: count(outcome) for outcome in OUTCOMES}
    for fault in ("", "timeout"):
        assert list(writing(growing(fault))) == [answer]  # type: ignore[arg-type]
    stopped = writing(growing(""))  # type: ignore[arg-type]
    next(stopped)
    stopped.close()
    grown = {outcome: count(outcome) - before[outcome] for outcome in OUTCOMES}
    assert {outcome: by for outcome, by in grown.items() if by} == {"written": 1, "timeout": 1, "stopped": 1}


LOGGING = """
import logging, threading, warnings
from ingest.settings import settings
from ops import logs
logs.set_up(settings())
import streamlit.logger
logging.getLogger("uvicorn.error").info('10.1.2.3:99 - "WebSocket /x?vraag=Jan" [accepted]')
streamlit.logger.get_logger("streamlit.new").warning("for %s from 192.168.1.7 at http://a.nl/x?vraag=wat", "j.jansen@mail.nl")
warnings.warn("bsn 111222333")
thread = threading.Thread(target=lambda: {}["mevrouw Petra Bakker, 06-12345678"])
thread.start()
thread.join()
for number in range(60):
    logs.event("question", status="answered", ms=number)
raise ValueError("zaak 2024/1234, mevrouw De Vries, 10.9.8.7") from KeyError("NL91ABNA0417164300")
"""


def test_libraries_and_faults_speak_through_the_same_mask_and_a_full_file_is_turned_over(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    more = {"VRAAGBAAK_LOG": str(log), "VRAAGBAAK_LOG_MEGABYTES": "0.004", "VRAAGBAAK_LOG_FILES": "2"}
    done = subprocess.run(
        [sys.executable, "-c", LOGGING], env=environment(**more), cwd=PROJECT, capture_output=True, text=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    by_logger = {line["logger"]: line for line in lines if line["message"] != "question"}
    assert by_logger["streamlit.new"]["message"] == "for [e-mailadres] from [netwerkadres] at http://a.nl/x?…"
    assert "[BSN]" in by_logger["py.warnings"]["message"]
    crashes = [line for line in lines if line["level"] == "critical"]
    assert [crash["fault"]["type"] for crash in crashes] == ["KeyError", "ValueError"]
    assert crashes[0]["fault"]["text"] == "'mevrouw [naam], [telefoonnummer]'"
    assert crashes[1]["fault"]["text"] == "zaak [dossiernummer], mevrouw [naam], [netwerkadres]"
    assert crashes[1]["fault"]["cause"]["text"] == "'[rekeningnummer]'"
    assert crashes[1]["fault"]["where"] == ["<string>:15 <module>"]
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["log.jsonl", "log.jsonl.1", "log.jsonl.2"]
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600 and path.stat().st_size <= 4000
        assert all(json.loads(line) for line in path.read_text().splitlines())


def test_a_log_file_that_cannot_be_written_is_told_before_the_server_starts(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "vraagbaak"), "chat", "--no-browser", "--port", "8597"]
    env = environment(VRAAGBAAK_LOG=str(tmp_path / "none" / "log"))
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert re.fullmatch(
        r"vraagbaak: VRAAGBAAK_LOG '.*' cannot be written \(No such file or directory\); .*\n", done.stderr
    )


def test_the_page_for_who_runs_it_names_every_setting() -> None:
    text = (PROJECT / "docs" / "beheer.md").read_text()
    named = set(re.findall(r"VRAAGBAAK_[A-Z_]+", text))
    assert {f"VRAAGBAAK_{name.upper()}" for name in Settings.model_fields} | {"VRAAGBAAK_CONFIG"} == named
