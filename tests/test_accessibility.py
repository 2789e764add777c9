"""WCAG 2.0 to 2.2 A and AA by axe on every page and state, light and dark, and a walk by keyboard alone."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ask, rest

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
QUESTION = "wat doe ik als de hulpvraag ontbreekt"


def welcome(page: Page) -> None:
    page.wait_for_selector('[class*="st-key-voorbeeld-5"] button')


def answered(page: Page) -> None:
    ask(page, QUESTION)
    page.locator('[class*="st-key-verder-0-0"] button').wait_for()
    for reason in page.locator(".vb-waarom summary").all():
        reason.click()


def compared(page: Page) -> None:
    ask(page, "verschil in regie tussen Nijmegen en Someren")
    page.locator(".vb-baan").first.wait_for()


def refused(page: Page) -> None:
    ask(page, "hoeveel inwoners heeft Someren")
    page.locator(".vb-bron").first.wait_for()


def in_danger(page: Page) -> None:
    ask(page, "mijn man slaat me nu en de kinderen zijn boven")


def choosing(page: Page) -> None:
    page.get_by_role("button", name="Waar zoeken").click()
    page.get_by_role("button", name="goede voorbeelden").click()
    page.get_by_text("U zoekt in: alleen goede voorbeelden").wait_for()


def judging(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="Verkeerde bron").click()
    page.get_by_label("Welke passage had het moeten zijn?").fill("warme overdracht")
    page.keyboard.press("Enter")
    page.get_by_text("Gevonden passages").wait_for()


def keeping(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="Bewaar dit gesprek").click()
    page.get_by_role("button", name="Word (DOCX)").wait_for()


def conversations(page: Page) -> None:
    page.get_by_role("link", name="Gesprekken").click()
    page.get_by_role("button", name="Bewaar mijn gesprekken op deze computer").wait_for()


def kept(page: Page) -> None:
    conversations(page)
    page.get_by_role("button", name="Bewaar mijn gesprekken op deze computer").click()
    page.get_by_text("Bewaren staat aan.").wait_for()
    page.get_by_role("link", name="Vragen").click()
    ask(page, QUESTION)
    page.wait_for_url("**gesprek=**")
    page.get_by_role("link", name="Gesprekken").click()
    page.get_by_role("button", name=re.compile("Wijzig of wis")).click()
    page.get_by_role("button", name=re.compile("^Wis ‘")).wait_for()


def evaluation(page: Page) -> None:
    page.get_by_role("link", name="Evaluatie").click()
    page.get_by_role("heading", name="Evaluatie").wait_for()


STATES: dict[str, Callable[[Page], None]] = {
    state.__name__: state
    for state in (
        welcome, answered, compared, refused, in_danger, choosing, judging, keeping, conversations, kept, evaluation,
    )
}  # fmt: skip


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser, chat: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=request.param)
    page = context.new_page()
    page.goto(chat)
    page.wait_for_selector("h1")
    yield page
    context.close()


def violations(page: Page) -> list[tuple[str, Any]]:
    rest(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    return [(one["id"], [(node["html"][:200], node["failureSummary"][:300]) for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(themed: Page, state: str) -> None:
    STATES[state](themed)
    assert violations(themed) == []


def test_the_page_says_that_an_answer_is_there(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator("#vb-nieuws")).to_have_text(re.compile(r"^Beantwoord uit de rapporten\. \d bronnen\.$"))
    assert page.locator("#vb-nieuws").get_attribute("aria-live") == "polite"


def test_a_conversation_by_keyboard_alone(page: Page) -> None:
    """Tab to an example, ask it, walk on to the first marker, follow it, copy the quote, open the passage."""
    page.wait_for_selector('[class*="st-key-voorbeeld-5"] button')
    tab_to(page, "Wat doe ik als de hulpvraag ontbreekt?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".vb-antwoord")
    expect(page.locator("#vraag-0")).to_be_focused()
    tab_to(page, "[1]")
    assert outlined(page)
    page.keyboard.press("Enter")
    expect(page.locator("#bron-0-1")).to_be_focused()
    tab_to(page, "Kopieer citaat met bron")
    assert outlined(page)
    tab_to(page, "Lees bron 1 in het rapport")
    page.keyboard.press("Enter")
    page.wait_for_selector(".gevonden")
    tab_to(page, "Terug naar")
    page.keyboard.press("Enter")
    page.wait_for_selector("#vraag-0")


def test_everything_on_the_first_page_can_be_reached_in_order(page: Page) -> None:
    page.wait_for_selector('[class*="st-key-voorbeeld-5"] button')
    met = []
    for _ in range(40):
        page.keyboard.press("Tab")
        met.append(focused(page))
    wanted = [
        "Naar de inhoud",
        "Verlaat deze pagina snel",
        "Vragen",
        "Bronnen",
        "Gesprekken",
        "Wat doe ik",
        "Waar zoeken",
    ]
    places = [next((n for n, text in enumerate(met) if name in text), None) for name in wanted]
    assert None not in places, dict(zip(wanted, places, strict=True))
    assert places[2:] == sorted(places[2:])  # type: ignore[type-var]
    assert any("Stel uw vraag" in text for text in met)


def focused(page: Page) -> str:
    text: str = page.evaluate(
        "(() => { const e = document.activeElement; const said = e.innerText || e.placeholder || e.ariaLabel || '';"
        " return said.length < 200 ? said.trim() : '' })()"
    )
    return text


def tab_to(page: Page, text: str, most: int = 60) -> None:
    met = []
    for _ in range(most):
        page.keyboard.press("Tab")
        met.append(focused(page)[:40])
        if text in focused(page):
            return
    raise AssertionError(f"{text!r} is not reached within {most} tabs: {met}")


def outlined(page: Page) -> bool:
    width: str = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    return width == "3px"
