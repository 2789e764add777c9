"""The pages that a public body asks for say what the code, the results and the tests say."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant import feedback, history
from evals.accountability import (
    ANSWERS,
    PAGE,
    AccountError,
    Share,
    block,
    check_of_model,
    page_with_figures,
    shares,
)
from learn import store
from tests.conftest import PROJECT, ask, rest
from tests.test_accessibility import STATES

DOCS = PROJECT / "docs"
PAGES = [DOCS / f"{name}.md" for name in ("verantwoording", "privacy", "toegankelijkheid", "beveiliging")]


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def marked(page: str, name: str) -> list[list[str]]:
    """The cells of the marked table of a page, without its head."""
    part = text_of(page).split(f"<!-- {name}: begin -->\n")[1].split(f"<!-- {name}: end -->")[0]
    return [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in part.splitlines()[2:]]


def test_the_page_holds_the_committed_figures() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page_with_figures(text) == text, "run: vraagbaak eval account --write"


def test_a_figure_is_read_from_the_results(tmp_path: Path) -> None:
    other = tmp_path / "answers.md"
    table = ANSWERS.read_text(encoding="utf-8")
    row = next(line for line in table.splitlines() if line.startswith("| danger seen |"))
    other.write_text(table.replace(row, "| danger seen | .91 [.80–1.00] | 40 |"), encoding="utf-8")
    assert shares(other)["danger seen"] == Share(0.91, 0.80, 1.0, 40)
    other.write_text(table.replace(row, ""), encoding="utf-8")
    with pytest.raises(AccountError, match="has no figure 'danger seen'; make it with vraagbaak eval table --write"):
        shares(other)


def test_the_unseen_sentences_count_and_not_those_it_was_fitted_on(tmp_path: Path) -> None:
    rows = "| **false: all** | 9 | 9 caught | x |\n| **true: all** | 8 | 8 kept | x |\n"
    unseen = "| **false: all** | 7 | 6 caught | x |\n| **true: all** | 5 | 4 kept | x |\n"
    path = tmp_path / "calibration.md"
    path.write_text(rows + unseen, encoding="utf-8")
    assert check_of_model(path) == {"false": (6, 7), "true": (4, 5)}
    path.write_text("", encoding="utf-8")
    with pytest.raises(AccountError, match="has no rows for all sentences"):
        check_of_model(path)


def test_a_page_without_marks_is_left_alone() -> None:
    with pytest.raises(AccountError, match="needs the marks"):
        page_with_figures("# Verantwoording\n")


def test_the_command_prints_the_figures(vraagbaak: Any) -> None:
    done = vraagbaak("eval", "account")
    assert (done.returncode, done.stdout, done.stderr) == (0, block() + "\n", "")


def test_the_privacy_page_names_every_column_that_is_kept() -> None:
    with sqlite3.connect(":memory:") as database:
        for module in (history, feedback, store):
            database.executescript(module.SCHEMA)
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = {
            table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            for table in tables
            if not table.startswith("sqlite_")
        }
    database.close()
    documented = {
        table.strip("`"): re.findall(r"`(\w+)`", columns) for table, columns in marked("privacy.md", "tabellen")
    }
    assert documented == kept


@pytest.mark.browser
def test_the_privacy_page_names_all_that_a_browser_keeps(page: Any, chat: str) -> None:
    rows = [(kind, name.strip("`")) for kind, name, *_ in marked("privacy.md", "browser")]
    cookies = {name for kind, name in rows if kind == "koekje"}

    def stored(kind: str) -> set[str]:
        return set(page.evaluate(f"Object.keys({kind})"))

    ask(page, "wat doe ik als de hulpvraag ontbreekt")
    assert {cookie["name"] for cookie in page.context.cookies()} == cookies - {"vraagbaak_gebruiker"}
    page.goto(f"{chat}/gesprekken")
    rest(page)
    page.get_by_role("button", name="Bewaar mijn gesprekken op deze computer").click()
    page.get_by_text("Bewaren staat aan.").wait_for()
    page.wait_for_function("document.cookie.includes('vraagbaak_gebruiker')")
    rest(page)
    assert {cookie["name"] for cookie in page.context.cookies()} == cookies
    local = next(name for kind, name in rows if kind == "localStorage").removesuffix("…")
    assert all(name.startswith(local) for name in stored("localStorage"))
    assert stored("sessionStorage") == set()
    left = re.search(
        r'MARK = "([\w-]+)"', (PROJECT / "ui" / "static" / "weg.js").read_text()
    )  # set while the page goes
    assert left and {left[1]} == {name for kind, name in rows if kind == "sessionStorage"}


def test_the_accessibility_page_names_every_state_that_axe_looks_at() -> None:
    assert [test.strip("`") for *_, test in marked("toegankelijkheid.md", "schermen")] == list(STATES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_at_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tests").glob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", text)
    assert [name for name in named if f"def {name}(" not in tests] == []
    paths = re.findall(r"`([\w.-]+(?:/[\w.-]+)*/(?:[\w-]+\.\w+)?)`", text)
    paths = [path for path in paths if path not in ("gold/feedback.jsonl", "runs/", "added/")]  # in a data folder
    assert [path for path in paths if not (PROJECT / path).exists()] == []
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if not link.startswith("http")]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_publiccode_has_what_the_standard_demands() -> None:
    """Version 0.4 of the standard: https://yml.publiccode.tools/schema.core.html (mandatory keys and their values)."""
    found = yaml.safe_load((PROJECT / "publiccode.yml").read_text(encoding="utf-8"))
    assert found["publiccodeYmlVersion"] == "0.4"
    assert found["name"] == "Vraagbaak" and found["url"].startswith("https://")
    assert re.search(
        rf'^version = "{re.escape(found["softwareVersion"])}"$', (PROJECT / "pyproject.toml").read_text(), re.M
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["releaseDate"])
    assert found["platforms"] == ["web"]
    assert set(found["categories"]) <= {"knowledge-management", "document-management", "educational-content"}
    assert set(found["intendedAudience"]["scope"]) <= {"local-authorities", "welfare", "education"}
    assert found["developmentStatus"] in ("concept", "development", "beta", "stable", "obsolete")
    assert found["softwareType"] == "standalone/web"
    dutch = found["description"]["nl"]
    assert 0 < len(dutch["shortDescription"]) <= 150 and 150 <= len(dutch["longDescription"]) <= 10_000
    assert len(dutch["features"]) >= 1
    assert found["legal"]["license"] == "MIT" and (PROJECT / "LICENSE").read_text().startswith("MIT License")
    assert found["maintenance"]["type"] == "none"  # any other type demands names of people
    assert found["localisation"] == {"localisationReady": False, "availableLanguages": ["nl"]}
