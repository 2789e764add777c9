"""The index on a Chroma server: published, fetched, switched whole, and done without while the server is gone."""

import base64
import hashlib
import json
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import dense, mirror
from assistant.engine import Assistant
from ingest.added.renew import renew
from ingest.errors import ServerFault
from ingest.index import build_index
from ingest.remote import versions
from ingest.remote.fetch import fetch, mirrored, serving_corpus
from ingest.remote.pack import Pieces, pack, unpack
from ingest.remote.publish import publish, publish_index
from ingest.remote.server import Server
from ingest.remote.versions import Version, Versions
from ingest.settings import STATIC, Settings, settings
from ingest.store import IndexFolder, read_manifest
from tests.chroma_server import ChromaRun, Gate, self_signed
from tests.conftest import CORPUS, PROJECT, environment, wait_until

QUESTIONS = json.loads((PROJECT / "tests" / "chroma_questions.json").read_text(encoding="utf-8"))
ASK = """
import json, sys, time
from pathlib import Path
from assistant.engine import Assistant
assistant, stop, number = Assistant(Path(sys.argv[1]), Path("/nonexistent")), Path(sys.argv[2]), 0
questions = json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))
while not stop.exists():
    answer = assistant.ask(questions[number % len(questions)])
    print(json.dumps([answer.status, assistant.index.manifest["fingerprint"]]), flush=True)
    number += 1
    time.sleep(0.05)
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with few written questions, which is indexed in a second or two."""
    corpus = Path(shutil.copytree(CORPUS, tmp_path_factory.mktemp("small") / "corpus"))
    bank = corpus / "questions.jsonl"
    bank.write_text("".join(bank.read_text(encoding="utf-8").splitlines(True)[::40]), encoding="utf-8")
    return corpus


@pytest.fixture(scope="module")
def made(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of that corpus, made on the machine that has the reports."""
    index = tmp_path_factory.mktemp("made") / "index"
    build_index(small, index, STATIC)
    return index


@pytest.fixture(scope="module")
def changed(small: Path, made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The corpus with another text of its Someren report, and its index."""
    corpus = Path(shutil.copytree(small, tmp_path_factory.mktemp("changed") / "corpus"))
    report, catalogue = corpus / "reports" / "tsd-2020-someren.txt", corpus / "catalogue.toml"
    before = hashlib.sha256(report.read_bytes()).hexdigest()
    report.write_bytes(report.read_bytes() + b"\nDe inspectie komt over een jaar terug.\n")
    after = hashlib.sha256(report.read_bytes()).hexdigest()
    catalogue.write_text(catalogue.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    index = corpus.with_name("index")
    build_index(corpus, index, STATIC)
    return corpus, index


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaRun]:
    server = ChromaRun(tmp_path / "chroma")
    yield server
    server.stop()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Settings]]:
    """Set settings as the environment would."""

    def set_to(**values: str) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(f"VRAAGBAAK_{name.upper()}", value)
        settings.cache_clear()
        return settings()

    yield set_to
    monkeypatch.undo()
    settings.cache_clear()


def build(index: Path) -> Path:
    folder = IndexFolder(index)
    return folder.build_path(folder.current() or "")


def answers(assistant: Assistant) -> list[dict[str, Any]]:
    found = [assistant.ask(question).to_json() for question in QUESTIONS]
    return [{name: value for name, value in answer.items() if name != "timings_ms"} for answer in found]


def test_a_machine_with_nothing_but_the_address_gives_the_same_answers(
    small: Path,
    made: Path,
    chroma: ChromaRun,
    use: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(mirror, "EACH", 0.2)
    expected = answers(Assistant(made, small))
    assert len(expected) == 20
    given = use(chroma_url=chroma.url)
    assert publish_index(given, small, made) is True
    assert publish_index(given, small, made) is False  # the same serves already
    index = tmp_path / "index"
    assistant = Assistant(index, Path("/nonexistent"))
    assert assistant.mirror
    line = assistant.mirror.line
    assert answers(assistant) == expected
    assert line.up
    assert not (assistant.index.path / "chroma").exists()  # Chroma's answers came from the server
    assert (
        assistant.corpus == serving_corpus(index, Path("/nonexistent"), chroma.url) == assistant.index.path / "corpus"
    )
    assert (assistant.corpus / "reports").is_dir()

    with caplog.at_level(logging.WARNING, "vraagbaak"):
        chroma.stop()
        assert answers(assistant) == expected  # from the copy
        assert not line.up
        assert answers(Assistant(index, Path("/nonexistent"))) == expected  # started while the server is gone
        chroma.start()
        wait_until(lambda: line.up, 10)
        assert answers(assistant) == expected
        assert line.up
        (assistant.index.path / "vocabulary.json").write_text("{", encoding="utf-8")
        assert answers(Assistant(index, Path("/nonexistent"))) == expected  # a damaged copy is fetched anew
    gone = [record.getMessage() for record in caplog.records if "is gone" in record.getMessage()]
    assert len(gone) == 2  # one for each assistant, whatever was asked of it
    assert sum("answers again" in record.getMessage() for record in caplog.records) >= 1


def test_versions_switch_whole_under_two_processes_that_answer(
    small: Path, made: Path, changed: tuple[Path, Path], chroma: ChromaRun, tmp_path: Path, attempts: Path
) -> None:
    server = Server(Settings(chroma_url=chroma.url))
    publish(server, build(made), small)
    stop, code, asked = tmp_path / "stop", tmp_path / "asking.py", tmp_path / "questions.json"
    code.write_text(ASK, encoding="utf-8")
    asked.write_text(json.dumps(QUESTIONS), encoding="utf-8")
    files = [(tmp_path / f"out{n}", tmp_path / f"err{n}") for n in range(2)]
    old, new = (read_manifest(build(index))["fingerprint"] for index in (made, changed[1]))
    running = []
    for number, (out, err) in enumerate(files):
        command = [sys.executable, code, tmp_path / f"app{number}", stop, asked]
        with out.open("wb") as first, err.open("wb") as second:
            there = environment(VRAAGBAAK_CHROMA_URL=chroma.url, PYTHONUNBUFFERED="1")
            there["PYTHONPATH"] += f":{PROJECT}"
            running.append(subprocess.Popen(list(map(str, command)), stdout=first, stderr=second, env=there))

    def told(number: int) -> list[list[str]]:
        lines = files[number][0].read_text(encoding="utf-8").splitlines(True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    try:
        wait_until(lambda: all(len(told(n)) > 3 for n in range(2)))
        chroma.stop()
        counts = [len(told(n)) for n in range(2)]
        wait_until(lambda: all(len(told(n)) > counts[n] + 5 for n in range(2)))  # answers go on
        chroma.start()
        publish(server, build(changed[1]), changed[0])
        wait_until(lambda: all(told(n)[-1][1] == new for n in range(2)))
    finally:
        stop.touch()
        statuses = [process.wait(timeout=30) for process in running]
    assert statuses == [0, 0]
    for number, (_, err) in enumerate(files):
        seen = [fingerprint for _, fingerprint in told(number)]
        switch = seen.index(new)
        assert set(seen[:switch]) == {old}
        assert set(seen[switch:]) == {new}
        assert {status for status, _ in told(number)} <= {"answered", "partly", "not_found", "out_of_scope"}
        log = err.read_text(encoding="utf-8")
        assert "Traceback" not in log
        assert log.count("is gone") >= 1  # a slow server counts as gone too
        builds = mirrored(tmp_path / f"app{number}") / "builds"
        assert len(list(builds.iterdir())) == 1  # the version before held a text that was replaced


def test_ingests_at_once_wait_for_each_other_and_a_dead_one_is_passed_by(
    small: Path, made: Path, changed: tuple[Path, Path], chroma: ChromaRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(Settings(chroma_url=chroma.url))
    known = Versions(server)
    ended: list[Any] = []

    def one(index: Path, corpus: Path) -> None:
        ended.append(publish(Server(Settings(chroma_url=chroma.url)), build(index), corpus))

    both = [threading.Thread(target=one, args=given) for given in ((made, small), (changed[1], changed[0]))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert ended == [True, True]
    serving = known.current()
    assert serving
    assert (serving.number, serving.before) == (2, 1)

    monkeypatch.setattr(versions, "STALE", 2.0)
    dead = known.claim("an ingest that is killed", lambda _: None)
    assert dead
    server.client.create_collection(known.passages(dead.number), embedding_function=None)
    waits: list[str] = []
    claim = known.claim("another one", waits.append)
    assert claim
    assert claim.number == 4
    assert waits == ["another ingest writes to the server; waiting for it"]
    late = Version(3, "an ingest that is killed", 1, "", 1, 2)
    known.point(Version(4, "another one", 1, "", 1, 2), {"report": "a" * 64})
    with pytest.raises(ServerFault, match="another ingest was faster; run vraagbaak ingest again"):
        known.point(late, {})
    left = sorted(collection.name for collection in server.client.list_collections())
    assert left == ["vraagbaak-000004-files", "vraagbaak-current"]  # no report of the version before is left


def test_a_killed_ingest_serves_nothing_and_the_next_one_cleans_up(
    small: Path, made: Path, changed: tuple[Path, Path], chroma: ChromaRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(Settings(chroma_url=chroma.url))
    known = Versions(server)
    publish(server, build(made), small)
    code = (
        "import sys, time, pathlib; from ingest.remote.publish import publish; from ingest.remote.server import Server\n"
        "from ingest.settings import Settings\n"
        "def slow(step, done, many): print('at work', flush=True); time.sleep(60 if done > 300 else 0)\n"
        "publish(Server(Settings(chroma_url=sys.argv[1])), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), slow)"
    )
    command = [sys.executable, "-c", code, chroma.url, str(build(changed[1])), str(changed[0])]
    there = environment()
    there["PYTHONPATH"] += f":{PROJECT}"
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=there) as process:
        assert process.stdout
        assert process.stdout.readline() == b"at work\n"
        process.kill()
    serving = known.current()
    assert serving
    assert serving.number == 1
    monkeypatch.setattr(versions, "STALE", 1.0)
    assert publish(server, build(changed[1]), changed[0]) is True
    left = sorted(collection.name for collection in server.client.list_collections())
    assert left == ["vraagbaak-000003-files", "vraagbaak-000003-passages", "vraagbaak-current"]


def test_pieces_of_any_size_come_back_and_what_is_damaged_never_serves(chroma: ChromaRun, tmp_path: Path) -> None:
    server = Server(Settings(chroma_url=chroma.url, chroma_chunk=1024))
    made, corpus, back = tmp_path / "made", tmp_path / "corpus", tmp_path / "back"
    (made / "chroma").mkdir(parents=True)
    (made / "chroma" / "chroma.sqlite3").write_bytes(b"of the machine that made it")
    (made / "vectors.npy").write_bytes(b"".join(number.to_bytes(4, "big") for number in range(300_000)))
    (corpus / "reports").mkdir(parents=True)
    (corpus / "reports" / "één.txt").write_text("letter voor letter", encoding="utf-8")
    (corpus / ".lock").touch()
    collection = server.client.create_collection("pieces", embedding_function=None)
    pieces = Pieces(collection, server, lambda: None)
    pack(pieces, made, corpus)
    assert collection.count() == pieces.count > 300  # more than one request
    unpack(collection, server, pieces.count, pieces.sha256, back)
    assert sorted(path.relative_to(back).as_posix() for path in back.rglob("*") if path.is_file()) == [
        "corpus/reports/één.txt",
        "vectors.npy",
    ]
    assert (back / "vectors.npy").read_bytes() == (made / "vectors.npy").read_bytes()

    with pytest.raises(ServerFault, match="the files of the index are not as they were stored; run vraagbaak ingest"):
        unpack(collection, server, pieces.count, "0" * 64, tmp_path / "other")
    for number, data in enumerate(["x", 7, base64.b64encode(b"\xff" * 1024).decode()]):
        collection.update(ids=["00000007"], metadatas=[{"data": data}])
        with pytest.raises(ServerFault, match=r"the files of the index are (damaged there|not as they were stored)"):
            unpack(collection, server, pieces.count, pieces.sha256, tmp_path / f"damaged-{number}")
    collection.delete(ids=["00000007"])
    folder = IndexFolder(tmp_path / "index")
    known = Versions(server)
    (claim := known.claim("damaged", lambda _: None))
    assert claim
    with pytest.raises(ServerFault, match=r"1 pieces of the index are not there \(yet\)"):
        unpack(collection, server, pieces.count, pieces.sha256, tmp_path / "other")
    with pytest.raises(ServerFault, match="3 pieces of the index are not there"):
        fetch(server, Version(claim.number, "damaged", 3, "", 1), folder)
    assert list(folder.builds.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "header", "value"),
    [("Authorization", "Authorization", "Bearer geheim-123"), ("X-Chroma-Token", "X-Chroma-Token", "geheim-123")],
)
def test_the_token_is_sent_in_its_header_over_tls(
    setting: str, header: str, value: str, chroma: ChromaRun, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path / "certificate.pem")
    gate = Gate(chroma, header, value, certificate)
    given = {"chroma_url": gate.url, "chroma_token_header": setting, "chroma_token": "geheim-123"}
    try:
        server = Server(Settings(**given, chroma_ca=certificate))
        assert Versions(server).current() is None
        assert gate.seen == {value}
        with pytest.raises(ServerFault, match=r"the certificate cannot be trusted .* set VRAAGBAAK_CHROMA_CA"):
            Versions(Server(Settings(**given))).current()
        wrong = Settings(**{**given, "chroma_token": "ander-geheim"}, chroma_ca=certificate)
        with pytest.raises(ServerFault, match="the server lets nobody in with this token") as told:
            Versions(Server(wrong)).current()
        assert "geheim" not in str(told.value) + told.value.dutch + repr(wrong)
    finally:
        gate.close()


def test_without_the_server_the_nearest_of_many_are_found_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "STRETCH", 700)
    random = np.random.default_rng(9)
    vectors = random.normal(size=(3000, 16)).astype(np.float32)
    question = random.normal(size=16).astype(np.float32)
    line = dense.Line(Server(Settings(chroma_url="http://127.0.0.1:9"), seconds=2))
    searched = dense.Dense(Path("/nonexistent"), {str(place): place for place in range(3000)}, vectors, line)
    scores = searched.scores(question)
    assert not line.up
    exact = vectors.astype(np.float64) @ question
    best = np.sort(np.argsort(-exact)[: dense.DEPTH])
    assert np.flatnonzero(scores).tolist() == best.tolist()
    monkeypatch.setattr(searched, "_ask_server", lambda *_: ["1", "of another index"])  # a server that was filled anew
    assert np.array_equal(searched.scores(question), scores)
    assert np.allclose(scores[best], exact[best], atol=1e-5)


def test_what_is_wrong_with_the_server_is_one_line(
    chroma: ChromaRun, vraagbaak: Callable[..., Any], tmp_path: Path
) -> None:
    gate = Gate(chroma, "X-Chroma-Token", "geheim-123")

    def told(**more: str) -> tuple[int, str]:
        done = vraagbaak("ask", "Wat is een veiligheidsplan?", "--index", tmp_path / "none", **more)
        assert done.stdout == ""
        return done.returncode, done.stderr

    try:
        url = chroma.url
        fault = f"vraagbaak: {url}: no index there yet; run vraagbaak ingest where the reports are\n"
        assert told(VRAAGBAAK_CHROMA_URL=url) == (1, fault)
        wrong = [
            ({"CHROMA_URL": "http://127.0.0.1:9"}, "no answer from a Chroma server"),
            ({"CHROMA_URL": gate.url}, "the server lets nobody in with this token (401)"),
            ({"CHROMA_URL": f"{url}/elders"}, "no Chroma server with this tenant and database answers (status 404)"),
            ({"CHROMA_URL": url, "CHROMA_DATABASE": "geen"}, "VRAAGBAAK_CHROMA_DATABASE"),
            ({"CHROMA_URL": url, "CHROMA_CA": "/nonexistent"}, "VRAAGBAAK_CHROMA_CA names no file"),
        ]
        for given, expected in wrong:
            with pytest.raises(ServerFault) as caught:
                Versions(Server(Settings(**{name.lower(): value for name, value in given.items()}))).current()
            assert expected in str(caught.value)
            assert "\n" not in str(caught.value)
            assert caught.value.dutch.startswith("De Chroma-server kan niet worden gebruikt.")
    finally:
        gate.close()


def test_ingest_publishes_and_where_it_cannot_it_says_so(
    small: Path, made: Path, chroma: ChromaRun, use: Callable[..., Settings], tmp_path: Path
) -> None:
    own = Path(shutil.copytree(made, tmp_path / "own"))
    use(chroma_url="http://127.0.0.1:9")
    with pytest.raises(ServerFault, match="no answer from a Chroma server"):
        renew(small, own, STATIC)
    given = use(chroma_url=chroma.url)
    steps: list[tuple[str, int, int]] = []
    assert renew(small, own, STATIC, lambda *told: steps.append(told)) is False
    assert steps[-1] == ("naar de server", 463, 463)
    serving = Versions(Server(given)).current()
    assert serving
    assert (serving.number, serving.passages, serving.before) == (1, 462, 0)
