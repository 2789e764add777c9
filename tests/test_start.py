"""Starting the chat: without an index, with a report missing, with a damaged index; and what a fault looks like."""

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from ingest.errors import UsageError
from ingest.settings import Settings, settings
from ingest.store import IndexFolder
from tests.conftest import CORPUS, environment, wait_until


@contextmanager
def started(tmp_path: Path, index: Path, corpus: Path = CORPUS, **more: str) -> Iterator[tuple[str, Path]]:
    """Run `vraagbaak chat`; give the address that it prints first, and the file of its standard error."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "vraagbaak"), "chat", "--no-browser", "--port", str(port)]
    errors = tmp_path / "stderr"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [*command, "--index", str(index), "--corpus", str(corpus)],
            env=environment(VRAAGBAAK_DATA=str(tmp_path / "data"), **more),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line == f"Vraagbaak: http://localhost:{port}  (stop with Ctrl-C)\n"
        wait_until(lambda: bool(socket.create_connection(("127.0.0.1", port), 1).close() or True))
        yield f"http://localhost:{port}", errors
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(address)
    yield page
    page.close()


def answers(page: Page) -> bool:
    page.get_by_test_id("stChatInputTextArea").fill("wat doe ik als de hulpvraag ontbreekt")
    page.keyboard.press("Enter")
    page.wait_for_selector(".vb-antwoord")
    return page.locator(".vb-bron").count() > 0


@pytest.mark.browser
def test_a_missing_report_is_named_then_the_first_index_is_built_in_sight(
    browser: Browser, tmp_path: Path, corpus: Path
) -> None:
    report = corpus / "reports" / "tsd-2017-wijkteam.txt"
    away = report.rename(tmp_path / report.name)
    index = tmp_path / "none"
    with started(tmp_path, index, corpus) as (address, errors), opened(browser, address) as page:
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("De rapporten kunnen niet worden gelezen.", timeout=30000)
        expect(alert).to_contain_text(report.name)
        assert IndexFolder(index).current() is None
        shutil.move(away, report)
        page.get_by_role("button", name="Probeer het opnieuw").click()
        page.get_by_role("heading", name="Vraagbaak start").wait_for()
        page.get_by_text("Daarna kunt u vragen stellen.").wait_for()
        bar = page.get_by_role("progressbar")
        bar.wait_for()
        bar.wait_for(state="detached", timeout=300000)
        assert answers(page)
        assert "Traceback" not in errors.read_text()


@pytest.mark.browser
def test_a_damaged_index_is_built_anew_on_a_press(browser: Browser, tmp_path: Path, own_index: Path) -> None:
    folder = IndexFolder(own_index)
    name = folder.current()
    assert name
    damaged = folder.build_path(name) / "passages.jsonl"
    damaged.write_bytes(damaged.read_bytes()[:1000])
    with started(tmp_path, own_index) as (address, errors), opened(browser, address) as page:
        page.get_by_text("De zoekindex is beschadigd.").wait_for(timeout=30000)
        assert "Traceback" not in page.inner_text("body")
        assert folder.current() == name  # nothing is done unasked
        page.get_by_role("button", name="Maak de zoekindex opnieuw").click()
        page.get_by_test_id("stChatInputTextArea").wait_for(timeout=300000)
        assert folder.current() != name
        assert answers(page)
        assert "Traceback" not in errors.read_text()


def _draw_fault() -> None:
    from ui.start import show_fault

    show_fault(ValueError("geheim"))


def test_an_unexpected_fault_is_a_sentence_with_a_code_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    screen = AppTest.from_function(_draw_fault).run()
    assert not screen.exception
    found = re.fullmatch(
        "Er ging iets mis. Laad de pagina opnieuw. Blijft het misgaan, geef uw beheerder dan deze code: ([0-9A-F]{6})",
        screen.error[0].value,
    )
    assert found
    logged = [record for record in caplog.records if record.name == "vraagbaak"]
    assert [record.getMessage() for record in logged] == [f"vraagbaak: unexpected fault {found[1]}"]
    assert logged[0].exc_info and str(logged[0].exc_info[1]) == "geheim"


def _draw_damage() -> None:
    from ingest.errors import CorpusError, IndexDamaged
    from ui.start import show_fault

    show_fault(IndexDamaged("x"))
    show_fault(CorpusError("corpus/a_b.md: *weg*"))


def test_a_fault_of_ours_offers_a_way_out() -> None:
    screen = AppTest.from_function(_draw_damage).run()
    assert [error.value for error in screen.error] == [
        "De zoekindex is beschadigd. Vraagbaak kan haar opnieuw maken uit de rapporten. Er gaat niets verloren.",
        "De rapporten kunnen niet worden gelezen. Laat uw beheerder dit zien\\: corpus/a\\_b.md\\: \\*weg\\*",
    ]
    assert [button.label for button in screen.button] == ["Maak de zoekindex opnieuw", "Probeer het opnieuw"]


def test_names_in_settings_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VRAAGBAAK_MANAGERS", "a@b.nl, c@d.nl")
    monkeypatch.setenv("VRAAGBAAK_ALLOWED_HOSTS", "vraagbaak.gemeente.nl")
    assert Settings().managers == ("a@b.nl", "c@d.nl")
    assert Settings().allowed_hosts == ("vraagbaak.gemeente.nl",)


def test_an_exit_address_that_is_no_web_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VRAAGBAAK_EXIT_ADDRESS", "javascript:alert(1)")
    with pytest.raises(UsageError, match="exit_address"):
        settings.__wrapped__()
