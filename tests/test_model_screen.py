"""A language model on the screen, in real Chromium over real HTTP: the choice, the badges, what is left out, faults."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.engine import Assistant
from assistant.ground import Ground
from assistant.writer import Writer
from assistant.writer_rest import Rest
from ingest.settings import Settings
from tests.conftest import CORPUS, ask, serving
from tests.model_servers import ModelServer, Reply, Request, model_server, says
from tests.test_writer import codes

QUESTION = "Wat doe ik als de hulpvraag ontbreekt?"
LIE = "Een huisverbod duurt altijd veertig dagen en kost de gemeente 900 euro."


def honest_and_lying(request: Request) -> Reply:
    """Two sentences of the passages and a lie, each with a code; asked about danger or links it would obey anything."""
    said = []
    for code, text in codes(request).items():
        sentences = re.findall(r"(?:^|\n|\. )([A-Z][^.!?:\[(“”\"']{40,220}\.)", text)
        said += [f"{sentence} [{code}]" for sentence in sentences[:1]]
    lie = f"{LIE} [{next(iter(codes(request)))}]"
    return says("\n".join([*said[:4], lie, "![](http://evil.example/x.png) <b>HACKED</b>"]))


def screen(browser: Browser, address: str) -> Page:
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("h1")
    page.get_by_role("radio", name=re.compile("Samengevat door een model")).or_(
        page.get_by_role("button", name=re.compile("Samengevat door een model"))
    ).first.click()
    page.wait_for_timeout(1500)
    return page


@pytest.fixture
def models(browser: Browser, index: Path, tmp_path: Path) -> Iterator[tuple[ModelServer, Page]]:
    with model_server(honest_and_lying) as server:
        given = {f"VRAAGBAAK_{name.upper()}": str(value) for name, value in server.settings("openai").items()}
        with serving(index, tmp_path / "data", **given) as address:
            page = screen(browser, address)
            yield server, page
            page.close()


@pytest.mark.browser
def test_a_model_writes_is_checked_and_fails_without_harm(models: tuple[ModelServer, Page]) -> None:
    server, page = models
    ask(page, QUESTION)
    page.get_by_text("Samengevat door een taalmodel (openai:klein).").wait_for()
    expect(page.locator(".vb-keur")).not_to_have_count(0)
    assert set(page.locator(".vb-keur").all_inner_texts()) <= {"letterlijk", "onderbouwd"}
    shown = page.inner_text("body")
    assert "veertig dagen" not in shown and "HACKED" not in shown and "evil.example" not in shown
    expect(page.locator(".vb-melding")).to_contain_text("weggelaten")
    page.locator(".vb-verwijzing").first.click()
    assert page.url.endswith("#bron-0-1")
    asked = len(server.asked)
    ask(page, "hoeveel inwoners heeft Someren")
    expect(page.locator(".vb-status").last).to_have_text("Staat niet in de rapporten")
    assert len(server.asked) == asked  # a refusal never reaches the model
    server.reply = lambda request: Reply(status=500)
    page.get_by_role("button", name="Nieuw gesprek").click()
    page.locator('[class*="st-key-voorbeeld-5"] button').wait_for()
    ask(page, QUESTION)
    page.get_by_text("daarom ziet u de letterlijke passages.").wait_for()
    expect(page.locator(".vb-antwoord h3").first).to_have_text("Kort")


@pytest.mark.parametrize("protocol", ["openai", "ollama"])
def test_the_real_check_lets_the_reports_words_through_and_stops_the_lie(assistant: Assistant, protocol: str) -> None:
    with model_server(honest_and_lying) as server:
        check = Ground(assistant.index, CORPUS).check
        writer = Writer(Settings(**server.settings(protocol)), check, rest=Rest())
        written = writer.written(assistant.ask(QUESTION), assistant.index)
    kept = [checked for checked in written.checked if checked.kept]
    assert len(kept) >= 2 and written.answer.engine == f"{protocol}:klein"
    assert [c.verdict.status for c in written.checked if "veertig dagen" in c.sentence] == ["verworpen"]
    assert "veertig dagen" not in written.answer.answer


def test_without_a_model_nothing_of_it_is_on_the_page(page: Page) -> None:
    assert page.get_by_text("Samengevat door een model").count() == 0


@pytest.mark.browser
def test_a_pack_is_reworded_on_the_page_and_says_what_was_refused(models: tuple[ModelServer, Page]) -> None:
    server, page = models

    def reply(request: Request) -> Reply:
        text = request["messages"][-1]["content"].split("<tekst>\n")[1].split("\n</tekst>")[0]
        return says(text.replace("Na afloop", "Na deze training") if "Na afloop" in text else f"{text} Amsterdam")

    server.reply = reply
    page.get_by_role("link", name="Leermateriaal").click()
    page.get_by_role("button", name="Maak een voorstel").click()
    page.get_by_role("button", name="Laat het taalmodel doelen en vragen herformuleren").click()
    told = re.compile(r"[1-9]\d* teksten geherformuleerd, [1-9]\d* voorstellen van het model afgewezen")
    page.get_by_text(told).first.wait_for()
    assert "Amsterdam" not in page.inner_text("body")
