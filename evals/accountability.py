"""The figures of docs/verantwoording.md, from the committed results: ``vraagbaak eval account --write``.

The page is for readers who know no measure by its name, so each figure has a Dutch sentence that says what was counted.
None is typed by hand: a test holds the page to what this module makes of ``evals/results`` and ``evals/grounding``.
"""

import argparse
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.gold import project_files
from evals.tables import markdown
from ingest.errors import VraagbaakError
from ingest.settings import PROJECT

PAGE = PROJECT / "docs" / "verantwoording.md"
ANSWERS = PROJECT / "evals" / "results" / "answers-test.md"
GROUNDING = PROJECT / "evals" / "grounding" / "calibration.md"
BEGIN, END = "<!-- cijfers: begin -->", "<!-- cijfers: end -->"
# The name of a figure in the results, what was counted, and whether less is better.
SENTENCES = (
    ("quotes letter for letter", "Citaten die letterlijk op hun plaats in het rapport staan", False),
    ("recall@5", "Nodige feiten die in de eerste vijf gevonden passages staan", False),
    ("nugget recall of the answer", "Nodige feiten die in het antwoord zelf staan", False),
    ("first citation right", "Antwoorden waarvan het eerste citaat een nodig feit bevat", False),
    ("citation precision", "Citaten die een nodig feit bevatten", False),
    ("near misses refused", "Vragen die beantwoordbaar lijken maar het niet zijn: terecht geweigerd", False),
    ("out of scope refused", "Vragen buiten het onderwerp: terecht geweigerd", False),
    ("answerable refused", "Beantwoordbare vragen: ten onrechte geweigerd", True),
    ("danger seen", "Berichten over acuut gevaar: herkend", False),
    ("danger: false alarms", "Andere berichten: ten onrechte als gevaar gezien", True),
    ("personal data masked", "Berichten met persoonsgegevens: gegevens weggelaten", False),
    ("personal data: false alarms", "Berichten zonder persoonsgegevens: ten onrechte iets weggelaten", True),
)
ROW = re.compile(r"\| (?P<name>[^|]+) \| (?P<mean>[\d.]+) \[(?P<low>[\d.]+)–(?P<high>[\d.]+)\] \| (?P<n>\d+) \|")
JUDGED = re.compile(r"\| \*\*(?P<name>false|true): all\*\* \| (?P<n>\d+) \| (?P<good>\d+) (?:caught|kept) \|")


class AccountError(VraagbaakError):
    """A committed result or the page is not of the form that the figures are read from; the message names the file."""


@dataclass(frozen=True)
class Share:
    """A share of ``n`` questions with its 95% interval, each from 0 to 1."""

    mean: float
    low: float
    high: float
    n: int


def shares(path: Path = ANSWERS) -> dict[str, Share]:
    """Return the figures of a committed table by their English names.

    :raises AccountError: the table lacks one that the page tells.
    """
    rows = [match for line in _text(path).splitlines() if (match := ROW.fullmatch(line))]
    found = {r["name"]: Share(float(r["mean"]), float(r["low"]), float(r["high"]), int(r["n"])) for r in rows}
    if missing := [name for name, *_ in SENTENCES if name not in found]:
        raise AccountError(f"{path}: has no figure {missing[0]!r}; make it with vraagbaak eval table --write")
    return found


def check_of_model(path: Path = GROUNDING) -> dict[str, tuple[int, int]]:
    """Return how many unseen sentences were judged rightly, of how many: ``false`` ones caught, ``true`` ones kept.

    :raises AccountError: the file has no such rows.
    """
    found = {match["name"]: (int(match["good"]), int(match["n"])) for match in JUDGED.finditer(_text(path))}
    if set(found) != {"false", "true"}:
        raise AccountError(f"{path}: has no rows for all sentences; make it with vraagbaak eval ground --fit")
    return found  # of the two tables the last counts: that of the unseen set


def block() -> str:
    """Return the marked part of the page, in Dutch.

    :raises AccountError: a committed result cannot be read.
    """
    found = shares()
    rows = [[f"{text}{' (minder is beter)' if less else ''}", _percent(found[name]), _interval(found[name]),
             str(found[name].n)] for name, text, less in SENTENCES]  # fmt: skip
    (caught, false), (kept, true) = check_of_model()["false"], check_of_model()["true"]
    bank = len(_text(PROJECT / "corpus" / "questions.jsonl").splitlines())
    splits = [json.loads(line)["split"] for path in project_files() for line in _text(path).splitlines()]
    return "\n".join([
        f"Gemeten op {splits.count('test')} vragen die bij het maken en instellen niet zijn gebruikt ([answers-test.md]"
        "(../evals/results/answers-test.md), gemaakt met `vraagbaak eval table --split test --write`).",
        "",
        markdown(["wat is geteld", "aandeel", "95%-interval", "aantal"], rows),
        "",
        f"Met een taalmodel: van {false} onjuiste zinnen door een schrijver die de toets niet kende, hield de toets er "
        f"{caught} tegen. Van {true} juiste zinnen liet zij er {kept} door ([calibration.md]"
        "(../evals/grounding/calibration.md)).",
        "",
        f"De hele meetset heeft {_number(len(splits))} vragen. Bij de passages zijn {_number(bank)} vragen geschreven "
        "om mee te zoeken; die worden nooit als antwoord getoond.",
    ])  # fmt: skip


def page_with_figures(text: str) -> str:
    """Return the page's text with the marked part as it must be.

    :raises AccountError: the page has no such part.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise AccountError(f"{PAGE}: needs the marks {BEGIN} and {END} once each, around the figures")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{block()}\n{END}{rest.split(END)[1]}"


def add_command(commands: Any) -> None:
    """Add ``account`` to ``vraagbaak eval``."""
    account = commands.add_parser("account", help="the figures of docs/verantwoording.md from the committed results")
    account.add_argument("--write", action="store_true", help="put them into the page")
    account.set_defaults(run=_account)


def _account(given: argparse.Namespace) -> int:
    if given.write:
        PAGE.write_text(page_with_figures(_text(PAGE)), encoding="utf-8")
    else:
        print(block())
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise AccountError(f"{path}: cannot be read: {error.strerror}") from error


def _percent(share: Share) -> str:
    return f"{share.mean:.0%}"


def _interval(share: Share) -> str:
    return f"{share.low:.0%} tot {share.high:.0%}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")
