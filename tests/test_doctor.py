"""The doctor: a healthy installation, and each thing that can be wrong with what to do about it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.database import FILE
from assistant.history import History
from ingest.added.draft import Draft
from ingest.added.metadata import Metadata
from ingest.added.reports import add_report
from ingest.added.store import folder_of
from ingest.settings import Settings
from ingest.store import IndexFolder
from ops import check_folders, check_program
from ops.finding import Finding
from tests.added_report import PUBLISHER, TITLE, YEAR, protocol
from tests.conftest import CORPUS, PROJECT, environment

Run = Callable[..., subprocess.CompletedProcess[str]]


def states(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.about, one.state) for one in findings]


def test_a_healthy_installation(vraagbaak: Run, index: Path, tmp_path: Path) -> None:
    History(tmp_path / "data" / FILE).switch_on("ann", 30)
    places = {"VRAAGBAAK_INDEX": str(index), "VRAAGBAAK_DATA": str(tmp_path / "data")}
    done = vraagbaak("doctor", "--json", **places)
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"], done.stderr) == (0, True, "")
    about = [one["about"] for one in found["findings"] if one["state"] == "ok"]
    assert {"python", "settings", "reports", "index", "data", "clock", "locks", "network", "model"} <= set(about)
    texts = {one["about"]: one["text"] for one in found["findings"]}
    assert texts["reports"] == f"5 reports in {CORPUS}, each with its own sha256"
    assert texts["network"] == "a question was answered (answered) without an attempt to reach another machine"
    assert texts["index"].endswith("every file as it was written, Chroma opens")


def test_what_is_wrong_comes_with_what_to_do_and_status_1(vraagbaak: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    places = {name: str(tmp_path / name.lower()) for name in ("CORPUS", "INDEX", "DATA")}
    done = vraagbaak("doctor", **{f"VRAAGBAAK_{name}": place for name, place in places.items()})
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    wrong = [line.split()[1] for line in lines if line.startswith("wrong")]
    assert wrong == ["reports", "data"]
    for place, line in enumerate(lines):
        if line.startswith(("wrong", "warning")):
            assert lines[place + 1].lstrip().startswith("→ ")


def test_a_wrong_setting_is_a_finding_too(vraagbaak: Run) -> None:
    done = vraagbaak("doctor", VRAAGBAAK_MODELL="x")
    assert done.returncode == 1
    assert "wrong    settings  unknown setting VRAAGBAAK_MODELL; known are" in done.stdout


def test_damage_and_age_of_the_index_are_told_apart(own_index: Path, corpus: Path, tmp_path: Path) -> None:
    chosen = Settings(index=own_index, corpus=corpus, data=tmp_path / "data")
    lexicon = corpus / "lexicon.toml"
    lexicon.write_bytes(lexicon.read_bytes() + b"\n")
    (old,) = check_folders.check_index(chosen)
    assert (old.state, old.todo) == ("warning", "run vraagbaak ingest")
    folder = IndexFolder(own_index)
    name = folder.current()
    assert name
    held = next(folder.build_path(name).rglob("questions.npy"))
    content = bytearray(held.read_bytes())
    content[len(content) // 2] ^= 1
    held.write_bytes(content)
    (damaged,) = check_folders.check_index(chosen)
    assert (damaged.state, damaged.todo) == ("wrong", "run vraagbaak ingest")
    assert "questions.npy" in damaged.text
    (none,) = check_folders.check_index(Settings(index=tmp_path / "none", corpus=corpus))
    assert none.state == "warning"


def test_a_changed_report_is_named(corpus: Path) -> None:
    report = corpus / "reports" / "tsd-2020-someren.txt"
    report.write_bytes(report.read_bytes() + b" ")
    (found,) = check_folders.check_corpus(Settings(corpus=corpus))
    assert found.state == "wrong" and report.name in found.text


def test_a_changed_original_of_an_added_report_is_named(corpus: Path) -> None:
    entry = add_report(corpus, Draft("protocol.pdf", b"%PDF-1.4 een", protocol()), Metadata(TITLE, PUBLISHER, YEAR))
    (sound,) = check_folders.check_corpus(Settings(corpus=corpus))
    assert sound.state == "ok"
    folder_of(corpus, entry.id).joinpath(entry.original).write_bytes(b"%PDF-1.4 anders")
    (found,) = check_folders.check_corpus(Settings(corpus=corpus))
    assert (found.state, found.text) == ("wrong", f"{entry.id}: {entry.original} is not the file that was added")


def test_what_users_keep_is_whole_and_closed_to_others(tmp_path: Path) -> None:
    data = tmp_path / "data"
    chosen = Settings(data=data)
    assert states(list(check_folders.check_data(chosen))) == [("data", "ok")]
    History(data / FILE).switch_on("ann", 30)
    assert states(list(check_folders.check_data(chosen))) == [("data", "ok")]
    data.chmod(0o755)
    (data / FILE).chmod(0o644)
    folder, file, whole = check_folders.check_data(chosen)
    assert (folder.state, file.state, whole.state) == ("warning", "wrong", "ok")
    assert (folder.todo, file.todo) == (f"chmod 700 {data}", f"chmod 600 {data / FILE}*")
    (data / FILE).write_bytes(b"SQLite format 3\0" + bytes(5000))
    assert [one.state for one in check_folders.check_data(chosen)] == ["warning", "wrong", "wrong"]


def test_a_secret_that_others_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "vraagbaak.toml"
    config.write_text('model = "openai:x"\nmodel_api_key = "geheim"\n')
    config.chmod(0o644)
    monkeypatch.setenv("VRAAGBAAK_CONFIG", str(config))
    found = list(check_program.check_settings(Settings()))
    assert states(found) == [("settings", "wrong"), ("settings", "ok")]
    assert found[0].todo == f"chmod 600 {config}, or give VRAAGBAAK_MODEL_API_KEY in the environment instead"
    assert "geheim" not in repr(found)
    config.chmod(0o600)
    assert states(list(check_program.check_settings(Settings()))) == [("settings", "ok")]


def test_a_clock_that_stands_before_what_was_written(tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    chosen = Settings(index=index, data=tmp_path)
    (index / "current").write_text("000001\n")
    assert check_folders.check_clock(chosen).state == "ok"
    ahead = time.time() + 3600
    os.utime(index / "current", (ahead, ahead))
    assert check_folders.check_clock(chosen).state == "wrong"


def test_a_lock_that_is_held(tmp_path: Path) -> None:
    chosen = Settings(index=tmp_path, corpus=tmp_path)
    assert check_folders.check_locks(chosen).state == "ok"
    with FileLock(tmp_path / "lock"):
        script = (
            "from ops.check_folders import check_locks; from ingest.settings import settings;"
            "print(check_locks(settings()).state)"
        )
        more = {"VRAAGBAAK_INDEX": str(tmp_path), "VRAAGBAAK_CORPUS": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=PROJECT, env=environment(**more), capture_output=True, text=True
        )
    assert done.stdout == "warning\n"
    assert check_folders.check_locks(chosen).state == "ok"


def test_an_attempt_to_reach_another_machine_is_stopped_and_counted() -> None:
    script = """
import socket
from ops.silence import attempts, watch
watch(())
for host in ("192.0.2.1", "127.0.0.1", "localhost", "voorbeeld.nl"):
    try:
        socket.create_connection((host, 9), timeout=0.2)
    except OSError:
        pass
sender = socket.socket(type=socket.SOCK_DGRAM)
try:
    sender.sendto(b"x", ("192.0.2.2", 53))
except OSError:
    pass
print(attempts)
"""
    alone = {**environment(), "PYTHONPATH": ""}  # without the tests' own guard, which would be the first to refuse
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, env=alone, capture_output=True, text=True)
    assert done.stdout == "['192.0.2.1', 'voorbeeld.nl', '192.0.2.2']\n"


def test_a_model_that_does_not_answer() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        silent = check_program.check_model(Settings(model="ollama:x", model_base_url=address))
        taken.listen()
        speaks = check_program.check_model(Settings(model="ollama:x", model_base_url=address))
    assert (silent.state, speaks.state) == ("warning", "ok")
    forbidden = Settings(model="openai:x", model_base_url="https://ai.example/v1", model_remote="forbid")
    assert check_program.check_model(forbidden).state == "wrong"
    assert check_program.check_model(Settings()).text == "none set; answers are the reports' own sentences"


def test_a_chroma_server_that_does_not_answer(tmp_path: Path) -> None:
    assert check_program.check_server(Settings()).state == "ok"
    with socket.socket() as taken:  # bound and not listening: nothing answers there
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        chosen = Settings(chroma_url=address, index=tmp_path)
        nothing = check_program.check_server(chosen)
        (tmp_path / "server").mkdir()
        (tmp_path / "server" / "current").write_text("000001\n")
        copied = check_program.check_server(chosen)
    assert (nothing.state, copied.state) == ("wrong", "warning")
    assert address in nothing.text and copied.text.endswith("; answers come from this machine's copy")
