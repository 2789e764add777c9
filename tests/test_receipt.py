"""A receipt holds, and fails on one altered letter in quote, report or offset."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.receipt import verify
from tests.conftest import CORPUS

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def receipt(vraagbaak: Run, index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("receipts") / "bewijs.json"
    done = vraagbaak("ask", "wat doe ik als de hulpvraag ontbreekt", "--receipt", path, "--index", index)
    assert done.returncode == 0, done.stderr
    return path


def test_a_fresh_receipt_holds(vraagbaak: Run, receipt: Path) -> None:
    data = json.loads(receipt.read_text())
    assert set(data) == {"schema", "vraagbaak", "made", "index", "settings", "reports", "answer"}
    assert len(data["reports"]) == 5
    done = vraagbaak("verify", receipt)
    count = len(data["answer"]["citations"])
    assert (done.returncode, done.stdout) == (0, f"{count} quotes stand letter for letter at their place\n")


def quote_letter(data: dict[str, Any]) -> None:
    citation = data["answer"]["citations"][1]
    citation["quote"] = citation["quote"].replace("e", "a", 1)


def answer_letter(data: dict[str, Any]) -> None:
    quote = data["answer"]["citations"][0]["quote"]
    data["answer"]["answer"] = data["answer"]["answer"].replace(quote, quote.replace("e", "a", 1))


def offset(data: dict[str, Any]) -> None:
    data["answer"]["citations"][0]["spans"][0][0] += 1


def start(data: dict[str, Any]) -> None:
    data["answer"]["citations"][0]["start"] -= 1


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (quote_letter, "[2] "),
        (answer_letter, "the answer quotes it differently: «Professionals moeten"),
        (offset, "does not stand there letter for letter: «Professionals moeten"),
        (start, "start and end are not those of its spans"),
    ],
)
def test_one_altered_letter_or_place(
    vraagbaak: Run, receipt: Path, tmp_path: Path, alter: Callable[[dict[str, Any]], None], said: str
) -> None:
    data = json.loads(receipt.read_text())
    alter(data)
    altered = tmp_path / "anders.json"
    altered.write_text(json.dumps(data, ensure_ascii=False))
    done = vraagbaak("verify", altered)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
    assert said in done.stdout


def test_one_altered_letter_in_the_report(vraagbaak: Run, receipt: Path, corpus: Path) -> None:
    report = corpus / "reports" / "tsd-2020-landelijk.txt"
    report.write_text(
        report.read_text().replace("Professionals moeten vanaf de start", "Professionals moeten vanaf de stort")
    )
    done = vraagbaak("verify", receipt, "--corpus", corpus)
    assert done.returncode == 1
    assert "tsd-2020-landelijk: the report's file is not the one that the answer was made from" in done.stdout
    assert "does not stand there letter for letter: «Professionals moeten vanaf de start" in done.stdout


def test_a_quote_of_a_report_that_is_not_there_is_a_fault(receipt: Path, tmp_path: Path) -> None:
    data = json.loads(receipt.read_text())
    invented = {**data["answer"]["citations"][0], "quote": "Dit staat nergens."}
    data["answer"]["citations"] = [invented]
    where = f"[1] {invented['report']}:{invented['start']}-{invented['end']}: cannot be checked, its report"
    unlisted = verify({**data, "reports": {}}, CORPUS)
    assert unlisted == [f"{where} is not one that the receipt lists: «Dit staat nergens.»"]
    data["reports"] = {"weg": {"title": "Weg", "sha256": "0"}}
    invented["report"] = "weg"
    assert verify(data, CORPUS) == [
        "weg: the report is not in the corpus any more",
        f"[1] weg:{invented['start']}-{invented['end']}: cannot be checked, its report is not in the corpus: "
        "«Dit staat nergens.»",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("{}", "is no receipt of Vraagbaak"),
        ('{"schema": "vraagbaak.receipt/1"}', "the receipt is damaged: KeyError 'reports'"),
    ],
)
def test_what_is_no_receipt(vraagbaak: Run, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    done = vraagbaak("verify", path)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_files_that_cannot_be_read_or_written(vraagbaak: Run, index: Path, tmp_path: Path) -> None:
    assert vraagbaak("verify", tmp_path / "nergens.json").returncode == 2
    done = vraagbaak("ask", "regie", "--receipt", tmp_path / "nergens" / "x.json", "--index", index)
    assert (done.returncode, "No such file or directory" in done.stderr) == (2, True)
    assert CORPUS.is_dir()
