"""Runs on the command line: made, interrupted, resumed, compared, gated, exported; and the evaluation page."""

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from tests.conftest import PROJECT, environment

Run = Callable[..., subprocess.CompletedProcess[str]]
REFERENCE = PROJECT / "evals" / "results" / "reference-dev"


@pytest.fixture(scope="session")
def run(vraagbaak: Run, index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vraagbaak on the dev split."""
    folder = tmp_path_factory.mktemp("runs") / "vraagbaak"
    done = vraagbaak("eval", "run", "--split", "dev", "--out", folder, VRAAGBAAK_INDEX=str(index))
    assert done.returncode == 0, done.stderr
    return folder


def rankings(folder: Path) -> dict[str, list[str]]:
    lines = (folder / "items.jsonl").read_text().splitlines()
    return {item["id"]: item["ranking"] for item in map(json.loads, lines)}


def test_a_run_says_what_it_was_made_from(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    assert (manifest["system"], manifest["split"], len(manifest["corpus"])) == ("vraagbaak", "dev", 5)
    assert {"time", "git", "questions", "gold", "index", "python", "packages"} <= set(manifest)


def test_run_twice_gives_the_same_to_the_last_digit(vraagbaak: Run, index: Path, run: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    vraagbaak("eval", "run", "--split", "dev", "--out", again, VRAAGBAAK_INDEX=str(index))
    assert rankings(again) == rankings(run)
    tables = [vraagbaak("eval", "score", folder, VRAAGBAAK_INDEX=str(index)).stdout for folder in (run, again)]
    assert [line for line in tables[0].splitlines()[1:] if "ms" not in line] == [
        line for line in tables[1].splitlines()[1:] if "ms" not in line
    ]
    assert "| quotes letter for letter | 1.00 [1.00–1.00] |" in tables[0]


def test_an_interrupted_run_keeps_what_was_done_and_goes_on(
    vraagbaak: Run, index: Path, run: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cut"
    settings = environment(VRAAGBAAK_INDEX=str(index))
    command = [str(Path(sys.executable).parent / "vraagbaak"), "eval", "run", "--split", "dev", "--out", str(folder)]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests may not hear it
    process = subprocess.Popen(
        command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=heard
    )
    items = folder / "items.jsonl"
    while not items.exists() or items.read_bytes().count(b"\n") < 20:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert "--resume" in process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130
    kept = items.read_bytes()
    items.write_bytes(kept + b'{"id": "cut off')  # as a power cut would leave it
    done = vraagbaak("eval", "run", "--split", "dev", "--out", folder, VRAAGBAAK_INDEX=str(index))
    assert (done.returncode, "use --resume or another --out" in done.stderr) == (2, True)
    done = vraagbaak("eval", "run", "--split", "dev", "--out", folder, "--resume", VRAAGBAAK_INDEX=str(index))
    assert done.returncode == 0, done.stderr
    assert rankings(folder) == rankings(run)


def test_compare_and_check(vraagbaak: Run, index: Path, run: Path, tmp_path: Path) -> None:
    weak = tmp_path / "weak"
    vraagbaak("eval", "run", "--split", "dev", "--system", "tutorial", "--out", weak, VRAAGBAAK_INDEX=str(index))
    said = vraagbaak("eval", "compare", weak, run).stdout
    assert said.startswith("a = tutorial (weak), b = vraagbaak (vraagbaak); ")
    assert "flipped on recall@5: " in said
    assert "| figure | a | b | b - a | 95% interval | p | n |" in said
    same = vraagbaak("eval", "check", run, "--against", run)
    assert (same.returncode, same.stdout) == (0, "no figure is significantly worse\n")


def test_the_gate_closes_when_lexical_search_is_turned_off(
    vraagbaak: Run, index: Path, run: Path, tmp_path: Path
) -> None:
    weak = tmp_path / "weak"
    vraagbaak("eval", "run", "--split", "dev", "--system", "without-lexical", "--out", weak, VRAAGBAAK_INDEX=str(index))
    done = vraagbaak("eval", "check", weak, "--against", run)
    assert done.returncode == 1
    assert "worse: ndcg@10 fell from" in done.stdout


def test_the_gate_closes_on_one_wrong_letter(vraagbaak: Run, run: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled"
    shutil.copytree(run, spoiled)
    lines = (run / "items.jsonl").read_text().splitlines()
    place = next(n for n, line in enumerate(lines) if json.loads(line)["answer"]["citations"])
    item = json.loads(lines[place])
    item["answer"]["citations"][0]["quote"] += "x"
    lines[place] = json.dumps(item)
    (spoiled / "items.jsonl").write_text("\n".join(lines) + "\n")
    done = vraagbaak("eval", "check", spoiled, "--against", run)
    assert (done.returncode, "a quote does not stand at its place" in done.stdout) == (1, True)


def test_the_unchanged_tree_passes_the_gate(vraagbaak: Run, run: Path) -> None:
    done = vraagbaak("eval", "check", run, "--against", REFERENCE)
    assert (done.returncode, done.stdout) == (0, "no figure is significantly worse\n")


def test_runs_over_different_questions(vraagbaak: Run, index: Path, run: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    vraagbaak("eval", "run", "--split", "dev", "--limit", "12", "--out", small, VRAAGBAAK_INDEX=str(index))
    done = vraagbaak("eval", "compare", run, small)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the runs hold different questions (3" in done.stderr
    assert "12 questions in both" in vraagbaak("eval", "compare", run, small, "--shared").stdout


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda folder: (folder / "items.jsonl").unlink(), "is no run folder: items.jsonl is missing"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "cannot be read"),
        (
            lambda folder: (folder / "items.jsonl").write_text('{"a": 1}\n{"b": 2}\n'),
            "items.jsonl:1: is no item of a run",
        ),
    ],
)
def test_a_spoiled_run_folder(
    vraagbaak: Run, run: Path, tmp_path: Path, spoil: Callable[[Path], object], line: str
) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "run"))
    spoil(folder)
    done = vraagbaak("eval", "score", folder)
    assert (done.returncode, done.stderr.count("\n"), line in done.stderr) == (1, 1, True)


def test_export(vraagbaak: Run, index: Path, run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert vraagbaak("eval", "export", run, "--out", out, VRAAGBAAK_INDEX=str(index)).returncode == 0
    rows = list(csv.DictReader((out / "questions.csv").read_text().splitlines(keepends=True)))
    suite = ElementTree.parse(out / "junit.xml").getroot()
    assert len(rows) == int(suite.get("tests", "")) == len(rankings(run))
    assert {row["scored"] for row in rows} == {"yes"}
    missed = sum(row["recall@5"] not in ("", "1") for row in rows)
    assert int(suite.get("failures", "")) == missed
    html = (out / "run.html").read_text()
    assert "<svg" in html
    assert "http" not in html.replace("http://www.w3.org", "").split("<h2>Questions")[0]  # nothing from outside
    first = (out / "run.trec").read_text().splitlines()[:2]
    assert [line.split()[3:5] for line in first] == [["1", "999"], ["2", "998"]]
    assert all(len(line.split()) == 4 for line in (out / "qrels.trec").read_text().splitlines())


def test_show(vraagbaak: Run, run: Path) -> None:
    assert len(vraagbaak("eval", "show", run).stdout.splitlines()) == len(rankings(run))
    shown = vraagbaak("eval", "show", run, "--id", "fact-001").stdout
    assert shown.startswith("fact-001 (fact, ")
    assert "  fact 1: " in shown
    assert "    accepted: [" in shown
    assert "  status: answered" in shown
    done = vraagbaak("eval", "show", run, "--id", "nee")
    assert (done.returncode, "the run has no question 'nee'" in done.stderr) == (2, True)


def test_check_a_gold_file_of_ones_own(vraagbaak: Run, tmp_path: Path) -> None:
    assert vraagbaak("eval", "gold", "--check").stdout.startswith("dev: ")
    path = tmp_path / "eigen.jsonl"
    path.write_text("{\n")
    done = vraagbaak("eval", "gold", "--check", path)
    assert (done.returncode, done.stderr.startswith("vraagbaak: eigen.jsonl:1: is not JSON")) == (1, True)


@pytest.mark.browser
def test_the_page_starts_a_run_and_shows_it(browser: Browser, chat: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(f"{chat}/evaluatie")
    page.get_by_text("Nieuwe meting starten").click()
    page.get_by_role("button", name="Start de meting").click()
    page.get_by_text("vragen gesteld").wait_for()
    page.get_by_text("Klaar: ").wait_for(timeout=90_000)
    page.get_by_text("vragen gemeten, 0 niet gemeten").wait_for()
    page.wait_for_timeout(1500)  # the chart is drawn
    page.get_by_role("tab", name="Vergelijken").click()
    page.get_by_text(re.compile(r"Omgeslagen vragen \(\d+\)")).wait_for()
    page.get_by_role("tab", name="Eén vraag").click()
    page.get_by_text(re.compile("^Feit 1: ")).first.wait_for()
    page.close()
