"""Pictures of every page for the README and for looking at: `make screenshots` writes docs/images/.

Each page at 1280 and 375 pixels wide, light and dark, in real Chromium, of the app as it is.
"""

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from running import running_app

IMAGES = Path(__file__).parent / "images"
HEIGHTS = {1280: 900, 375: 812}
DOCUMENT = Path(__file__).parent.parent / "tests" / "data" / "documents" / "someren-brochure.pdf"
QUESTION = "wat doe ik als de hulpvraag ontbreekt"


def ask(page: Page, question: str) -> None:
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".vb-antwoord").wait_for()


def go_to(page: Page, name: str) -> None:
    page.goto(page.url.split("?")[0].rstrip("/") + f"/{name}")


def welcome(page: Page) -> None:
    page.locator('[class*="st-key-voorbeeld-5"] button').wait_for()


def answer(page: Page) -> None:
    ask(page, QUESTION)


def sources(page: Page) -> None:
    ask(page, QUESTION)
    page.wait_for_timeout(2000)
    page.locator("#bron-0-1").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('bron-0-1').scrollIntoView({block: 'start'})")


def comparison(page: Page) -> None:
    ask(page, "verschil in informatie delen tussen Nijmegen en Someren")


def refusal(page: Page) -> None:
    ask(page, "hoeveel inwoners heeft Someren")


def danger(page: Page) -> None:
    ask(page, "mijn man slaat me nu en de kinderen zijn boven")


def scope(page: Page) -> None:
    page.get_by_role("button", name="Waar zoeken").click()


def passage(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_text("Lees bron 2 in het rapport").click()
    page.locator(".gevonden").wait_for()


def reading(page: Page) -> None:
    go_to(page, "bronnen")
    page.locator(".vb-rapport").wait_for()


def conversations(page: Page) -> None:
    go_to(page, "gesprekken")
    page.get_by_role("button", name="Bewaar mijn gesprekken op deze computer").click()
    page.get_by_text("Bewaren staat aan.").wait_for()


def lesson(page: Page) -> None:
    go_to(page, "leermateriaal")
    page.get_by_role("button", name="Maak een voorstel").click()
    page.get_by_label("Naam van het pakket").wait_for()


def management(page: Page) -> None:
    go_to(page, "beheer")
    page.locator("input[type=file]").set_input_files(DOCUMENT)
    page.get_by_role("button", name="Zet in Vraagbaak").wait_for()


def evaluation(page: Page) -> None:
    go_to(page, "evaluatie")
    page.get_by_role("heading", name="Evaluatie").wait_for()


PAGES: dict[str, Callable[[Page], None]] = {
    "welkom": welcome,
    "antwoord": answer,
    "bronkaarten": sources,
    "vergelijking": comparison,
    "weigering": refusal,
    "gevaar": danger,
    "waar-zoeken": scope,
    "passage": passage,
    "bronnen": reading,
    "gesprekken": conversations,
    "leermateriaal": lesson,
    "evaluatie": evaluation,
    "beheer": management,
}


def main(names: list[str]) -> None:
    """Write the pictures of the named pages, or of all."""
    IMAGES.mkdir(exist_ok=True)
    with running_app() as app:
        take(app.address, names or list(PAGES))


def take(address: str, names: list[str]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in names:
            for width, height in HEIGHTS.items():
                for theme in ("light", "dark"):
                    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
                    page = context.new_page()
                    page.goto(address)
                    page.locator("h1").wait_for()
                    PAGES[name](page)
                    page.wait_for_timeout(2500)  # until the page has come to rest
                    keep(page.screenshot(), IMAGES / f"{name}-{width}-{theme}.png")
                    context.close()
        browser.close()


def keep(png: bytes, path: Path) -> None:
    """Write a picture of at most 128 colours: a third of the size, and no difference to see."""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(128).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
