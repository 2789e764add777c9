"""The index: built once, switched whole, and a clear line for everything that can be wrong with its folder."""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from assistant.engine import Assistant
from assistant.index import Index
from assistant.records import Filters
from ingest.analysis import ngrams, stems, words
from ingest.errors import CorpusError, IndexDamaged, IndexFault, IndexMissing, IndexOutdated
from ingest.index import build_index
from ingest.settings import STATIC
from ingest.store import IndexFolder
from tests.conftest import CORPUS, PROJECT, environment, wait_until

Run = Callable[..., subprocess.CompletedProcess[str]]


def build(root: Path) -> Path:
    return max((root / "builds").iterdir())


def test_a_second_ingest_finds_nothing_to_do(own_index: Path) -> None:
    before = (own_index / "current").read_text()
    assert build_index(CORPUS, own_index, STATIC) is False
    assert (own_index / "current").read_text() == before


def test_a_changed_report_is_read_again_and_a_running_assistant_notices(corpus: Path, own_index: Path) -> None:
    assistant = Assistant(own_index, corpus)
    change(corpus, "Het Jeugdoverleg werkt goed voor", "Het Zonnebloemoverleg werkt goed voor")
    assert build_index(corpus, own_index, STATIC) is True
    answer = assistant.ask("wat is het Zonnebloemoverleg")
    assert "Zonnebloemoverleg" in answer.passages[0].passage.text
    assert len(list((own_index / "builds").iterdir())) == 2  # the build before it stays for who still reads it


def change(corpus: Path, old: str, new: str) -> None:
    """Change the Nijmegen report in a corpus, and its hash with it."""
    import hashlib

    report = corpus / "reports" / "tsd-2019-nijmegen.txt"
    before = hashlib.sha256(report.read_bytes()).hexdigest()
    report.write_text(report.read_text().replace(old, new))
    catalogue = corpus / "catalogue.toml"
    catalogue.write_text(catalogue.read_text().replace(before, hashlib.sha256(report.read_bytes()).hexdigest()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux tells which files are open")
def test_a_build_that_was_replaced_is_closed_without_the_garbage_collector(own_index: Path) -> None:
    folder = IndexFolder(own_index)
    assistant = Assistant(own_index, CORPUS)

    def opened() -> set[str]:
        return {path.partition("/builds/")[2][:6] for path in open_files() if path.startswith(str(own_index))}

    gc.disable()
    try:
        for _ in range(6):
            old = assistant.index
            folder.switch(Path(shutil.copytree(build(own_index), own_index / "builds" / "new")))
            assert assistant.ask("regie").status == "answered"
            assert len(old.scores("passages", "regie", Filters())) == 462  # a question that runs on the old build
            del old
        wait_until(lambda: opened() == {"000007"})  # Chroma's threads close their files a moment later
    finally:
        gc.enable()


def open_files() -> list[str]:
    """The files that this process has open now."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the listing's own
            found.append(os.readlink(f"/proc/self/fd/{number}"))
    return found


def test_a_folder_that_was_deleted_and_built_anew_serves_its_new_build(own_index: Path, tmp_path: Path) -> None:
    anew = Path(shutil.copytree(own_index, tmp_path / "anew"))
    assistant = Assistant(own_index, CORPUS)
    before = assistant.index
    assert assistant.index is before
    shutil.rmtree(own_index)
    anew.rename(own_index)
    os.replace(shutil.copy(own_index / "current", own_index / "new"), own_index / "current")  # as ingest writes it
    after = assistant.index
    assert after is not before
    assert after.name == before.name
    if Path("/proc/self/fd").is_dir():
        assert any(path == str(after.path / "chroma" / "chroma.sqlite3") for path in open_files())
    assert assistant.ask("regie").status == "answered"


@pytest.mark.parametrize("moment", ["rapporten", "woorden", "betekenis", "opslaan"])
def test_a_killed_ingest_leaves_the_old_index_serving(corpus: Path, own_index: Path, moment: str) -> None:
    change(corpus, "Het Jeugdoverleg werkt goed", "Het Zonnebloemoverleg werkt goed")
    script = (
        "import sys, time, pathlib; from ingest.index import build_index\n"
        "def slow(step, done, total):\n"
        "    print(step, flush=True)\n"
        f"    if step.startswith({moment!r}): time.sleep(60)\n"
        f"build_index(pathlib.Path({str(corpus)!r}), pathlib.Path({str(own_index)!r}), 'static', slow)"
    )
    before = (own_index / "current").read_text()
    process = subprocess.Popen([sys.executable, "-c", script], env=environment(), stdout=subprocess.PIPE, cwd=PROJECT)
    assert process.stdout
    while not process.stdout.readline().decode().startswith(moment):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert (own_index / "current").read_text() == before
    assert Assistant(own_index, corpus).ask("regie").status == "answered"
    assert build_index(corpus, own_index, STATIC) is True  # the lock went with the process


def test_two_ingests_at_once(corpus: Path, tmp_path: Path) -> None:
    root = tmp_path / "index"
    command = [str(Path(sys.executable).parent / "vraagbaak"), "ingest", "--corpus", str(corpus), "--index", str(root)]
    both = [subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=120)[1].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("up to date" in text for text in said) == [False, True]
    assert len(Index(root).passages) == 462


def test_questions_during_a_switch(corpus: Path, own_index: Path) -> None:
    assistant = Assistant(own_index, corpus)
    change(corpus, "Het Jeugdoverleg werkt goed", "Het Zonnebloemoverleg werkt goed")
    command = [
        str(Path(sys.executable).parent / "vraagbaak"),
        "ingest",
        "--corpus",
        str(corpus),
        "--index",
        str(own_index),
    ]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
    seen = set()
    deadline = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < deadline:
        seen.add(len(assistant.ask("wat is de rol van het jeugdoverleg").passages))
    assert process.wait() == 0
    assert seen == {10}
    assert "Zonnebloemoverleg" in assistant.ask("zonnebloemoverleg").passages[0].passage.text


@pytest.mark.parametrize(
    ("spoil", "fault", "message"),
    [
        (lambda root: (root / "current").unlink(), IndexMissing, "no index here yet; run vraagbaak ingest"),
        (lambda root: (root / "current").write_text("weg"), IndexDamaged, "names no build: 'weg'"),
        (lambda root: (root / "current").write_text("../.."), IndexDamaged, "names no build"),
        (lambda root: (root / "current").write_bytes(b"\xff"), IndexDamaged, "cannot be read"),
        (lambda root: (build(root) / "manifest.json").unlink(), IndexDamaged, "manifest.json: cannot be read"),
        (lambda root: (build(root) / "manifest.json").write_text("[]"), IndexDamaged, "holds no JSON object"),
        (
            lambda root: (build(root) / "manifest.json").write_text('{"version": 0}'),
            IndexOutdated,
            "the index has version 0, this program reads",
        ),
        (lambda root: cut_off(build(root) / "passages.jsonl"), IndexDamaged, "passages.jsonl: is not as it was written"),
        (lambda root: (build(root) / "reports.json").write_text("{}"), IndexDamaged, "has another form"),
        (lambda root: (build(root) / "columns.npy").unlink(), IndexDamaged, "columns.npy cannot be read"),
        (lambda root: (build(root) / "ids.json").write_text('{"ids": []}'), IndexDamaged, "its files do not belong together"),
        (lambda root: shutil.rmtree(build(root) / "chroma"), IndexDamaged, "the Chroma folder is missing"),
        (lambda root: cut_off(build(root) / "chroma" / "chroma.sqlite3"), IndexDamaged, "Chroma cannot open its folder"),
        (lambda root: shutil.rmtree(build(root) / "lexical" / "stems"), IndexDamaged, "the lexical index cannot be read"),
        (lambda root: cut_off(build(root) / "model" / "model.safetensors"), IndexDamaged, "the embedder cannot be read"),
        (lambda root: cut_off(build(root) / "model" / "tokenizer.json"), IndexDamaged, "the tokenizer cannot be read"),
        (lambda root: (build(root) / "model" / "tokenizer.json").unlink(), IndexDamaged, "the embedder cannot be read"),
        (lambda root: cut_off(build(root) / "questions.npy"), IndexDamaged, "questions.npy cannot be read"),
        (lambda root: (build(root) / "bank.json").write_text('{"owners": [], "questions": [], "answers": []}'), IndexDamaged, "questions.npy holds 27088 vectors, not 0"),
        (lambda root: (build(root) / "twins.json").unlink(), IndexDamaged, "twins.json: cannot be read"),
        (lambda root: (build(root) / "vocabulary.json").unlink(), IndexDamaged, "vocabulary.json: cannot be read"),
    ],
)  # fmt: skip
def test_a_spoiled_index_folder(own_index: Path, spoil: Callable[[Path], object], fault: type, message: str) -> None:
    spoil(own_index)
    with pytest.raises(fault) as caught:
        Index(own_index)
    assert message in str(caught.value)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


@pytest.mark.parametrize("part", ["lexical/stems/params.index.json", "chroma/chroma.sqlite3", "vocabulary.json"])
def test_a_spoiled_part_is_mended_by_ingest(own_index: Path, part: str) -> None:
    Assistant(own_index, CORPUS).ask("regie")
    assert build_index(CORPUS, own_index, STATIC) is False  # reading it is no damage
    cut_off(build(own_index) / part)
    assert build_index(CORPUS, own_index, STATIC) is True
    assert len(Index(own_index).passages) == 462


def test_the_index_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")
    with pytest.raises(IndexFault, match="cannot be written"):
        build_index(CORPUS, tmp_path / "index", STATIC)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:  # root writes everywhere; /proc refuses it too
        with pytest.raises(IndexFault, match="cannot be written"):
            build_index(CORPUS, Path("/proc/vraagbaak"), STATIC)
        return
    tmp_path.chmod(0o500)
    with pytest.raises(IndexFault, match="cannot be written"):
        build_index(CORPUS, tmp_path / "index", STATIC)


def test_lock_is_released(own_index: Path) -> None:
    with IndexFolder(own_index).writing():
        pass
    wait_until(lambda: build_index(CORPUS, own_index, STATIC) is False, 5)


def test_analysis() -> None:
    assert words("Wijk 3: 2,5% van 1G1P1R, 0-100 risico’s") == [
        "wijk",
        "3",
        "2,5%",
        "van",
        "1g1p1r",
        "0-100",
        "risico's",
    ]
    assert stems("Zij geeft en gaf de veiligheidsplannen") == ["geef", "gaf", "veiligheidsplan"]
    assert ngrams("regie")[:4] == ["_reg", "regi", "egie", "gie_"]
    assert ngrams("3") == ["_3_", "_3_"]


def test_manifest_says_what_was_indexed(index: Path) -> None:
    manifest = json.loads((build(index) / "manifest.json").read_text())
    assert (manifest["version"], manifest["embedder"], manifest["passages"], len(manifest["reports"])) == (
        4,
        STATIC,
        462,
        5,
    )
    assert (manifest["questions"], manifest["orphans"], manifest["dimension"]) == (27088, [], 256)


def test_a_corpus_without_its_model(corpus: Path, tmp_path: Path) -> None:
    (corpus / "model" / "model.safetensors").unlink()
    with pytest.raises(CorpusError, match="make the model with vraagbaak eval train"):
        build_index(corpus, tmp_path / "index", STATIC)
