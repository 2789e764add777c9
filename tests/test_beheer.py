"""The management page in real Chromium: a file in, what was read of it, an answer from it, and out again."""

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from ingest.added.draft import Draft
from ingest.added.metadata import Metadata
from ingest.added.renew import renew
from ingest.added.reports import add_report, put_away, remove, restore
from ingest.added.store import entries
from ingest.settings import STATIC
from tests.added_report import PUBLISHER, TITLE, YEAR, protocol, write_pdf
from tests.conftest import CORPUS, ask, rest, serving
from tests.test_accessibility import TAGS, tab_to

pytestmark = pytest.mark.browser
ID = "protocol-vroegsignalering-en-schuldhulpverlening-2025"
NOTE = """# Speelotheek De Tol

## Uitlenen

De speelotheek leent speelgoed uit aan gezinnen met een kindpas. Een gezin leent hoogstens vier stukken speelgoed voor
drie weken. Wie een puzzel met een ontbrekend stukje terugbrengt, betaalt geen boete.
"""


class Site:
    """A running chat whose corpus holds the protocol; ``corpus`` is its folder, ``address`` where it is served."""

    def __init__(self, corpus: Path, address: str, folder: Path) -> None:
        self.corpus, self.address, self.folder = corpus, address, folder


@pytest.fixture(scope="module")
def site(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("beheer")
    corpus, own_index = folder / "corpus", folder / "index"
    shutil.copytree(CORPUS, corpus)
    shutil.copytree(index, own_index)
    write_pdf(folder / "protocol.pdf")
    made = Draft("protocol.pdf", (folder / "protocol.pdf").read_bytes(), protocol())
    add_report(corpus, made, Metadata(TITLE, PUBLISHER, YEAR, "Waterveen"))
    renew(corpus, own_index, STATIC)
    with serving(own_index, folder / "data", VRAAGBAAK_CORPUS=str(corpus)) as address:
        yield Site(corpus, address, folder)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1800})
    page = context.new_page()
    page.goto(f"{site.address}/beheer")
    page.get_by_role("heading", name="Rapport toevoegen").wait_for()
    yield page
    context.close()


def give(page: Page, site: Site, name: str, content: bytes) -> None:
    (site.folder / name).write_bytes(content)
    page.locator("input[type=file]").set_input_files(site.folder / name)


def field(page: Page, name: str) -> Any:
    return page.get_by_role("textbox", name=name)


def test_a_report_goes_in_answers_and_goes_out(page: Page, site: Site) -> None:
    for left in entries(site.corpus):  # of a try before this one
        if left.id != ID:
            remove(site.corpus, left.id)
    give(page, site, "foto.pdf", b"\x89PNG\r\n\x1a\n" + bytes(500))
    expect(page.get_by_test_id("stAlertContainer").first).to_contain_text("een afbeelding")
    page.get_by_role("button", name="Verwijder foto.pdf").click()
    expect(page.get_by_test_id("stAlertContainer")).to_have_count(0)
    rest(page)
    give(page, site, "speelotheek.md", NOTE.encode())
    expect(field(page, "Titel")).to_have_value("Speelotheek De Tol", timeout=20000)
    page.get_by_text("Koppen (2)").click()
    page.locator("ul.vb-koppen li", has_text="Uitlenen").wait_for()
    page.get_by_text("Passages en hun soorten (1)").click()
    expect(page.locator(".vb-gelezen")).to_contain_text("standaard: geen regel past")
    kind = page.get_by_role("combobox", name="Soort van passage 1")
    kind.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # a list that has just opened closes when the page scrolls
    kind.click()
    page.get_by_role("option", name="uitleg", exact=True).click()
    expect(page.locator(".vb-gelezen")).to_contain_text("door een beheerder gekozen")
    page.get_by_role("button", name="Zet in Vraagbaak").click()
    expect(page.get_by_test_id("stAlertContainer").first).to_contain_text("Vul de uitgever in.")
    field(page, "Uitgever").fill("Stichting De Tol")
    field(page, "Jaar").fill("2024")
    page.get_by_role("button", name="Zet in Vraagbaak").click()
    expect(page.get_by_test_id("stAlertContainer").first).to_contain_text(
        "‘Speelotheek De Tol’ is toegevoegd.", timeout=20000
    )
    page.get_by_text("Vraagbaak werkt de zoekindex bij.").wait_for(state="detached", timeout=90000)
    page.get_by_role("link", name="Vragen").click()
    page.wait_for_selector('[class*="st-key-voorbeeld-5"] button')
    ask(page, "hoeveel speelgoed leent een gezin bij de speelotheek")
    expect(page.locator(".vb-antwoord")).to_contain_text("hoogstens vier stukken speelgoed voor drie weken")
    card = page.locator(".vb-bron").first
    expect(card).to_contain_text("Speelotheek De Tol")
    expect(card.get_by_role("link", name="Download het origineel")).to_be_visible()
    page.get_by_role("link", name="Beheer").click()
    page.locator("summary", has_text="Speelotheek De Tol (2024), in gebruik").click()
    page.get_by_text("Wijzig de gegevens van ‘Speelotheek De Tol’").click()
    expect(field(page, "Uitgever")).to_have_value("Stichting De Tol")
    field(page, "Titel").fill("Reglement speelotheek")
    page.get_by_role("button", name="Bewaar de gegevens").click()
    expect(page.get_by_test_id("stAlertContainer").first).to_contain_text(
        "De gegevens van ‘Reglement speelotheek’ zijn gewijzigd."
    )
    page.get_by_text("Vraagbaak werkt de zoekindex bij.").wait_for(state="detached", timeout=90000)
    page.get_by_role("button", name="Zet ‘Reglement speelotheek’ weg").click()
    page.locator("summary", has_text="Reglement speelotheek (2024), weggezet").wait_for()
    page.get_by_role("button", name="Verwijder ‘Reglement speelotheek’").click()
    page.get_by_role("button", name="Ja, verwijder dit rapport").click()
    expect(page.get_by_test_id("stAlertContainer").first).to_contain_text("‘Reglement speelotheek’ is verwijderd.")
    assert [entry.id for entry in entries(site.corpus)] == [ID]


def test_the_card_and_the_reading_room_open_the_page_of_the_original(page: Page, site: Site) -> None:
    page.get_by_role("link", name="Vragen").click()
    page.wait_for_selector('[class*="st-key-voorbeeld-5"] button')
    ask(page, "hoe lang duurt een schuldregeling")
    card = page.locator(".vb-bron").first
    expect(card).to_contain_text("pagina 2")
    link = card.get_by_role("link", name="Open bladzijde 2 in het origineel")
    assert (link.get_attribute("href"), link.get_attribute("target")) == (f"vraagbaak-origineel/{ID}#page=2", "_blank")
    card.get_by_role("link", name="Lees bron 1 in het rapport").click()
    page.locator(".gevonden").wait_for()
    expect(page.locator(".gevonden").get_by_role("link", name="Open bladzijde 2 in het origineel")).to_be_visible()
    expect(page.get_by_role("link", name="Open het origineel")).to_be_visible()
    assert page.get_by_role("region", name="Tabel: 4 Termijnen").get_by_role("row").count() == 4
    with page.context.expect_page() as opened:
        page.locator(".gevonden").get_by_role("link", name="Open bladzijde 2 in het origineel").click()
    assert opened.value.url == f"{site.address}/vraagbaak-origineel/{ID}#page=2"


def test_an_original_is_shown_as_pdf_or_not_at_all(site: Site) -> None:
    address = f"{site.address}/vraagbaak-origineel/{ID}"
    with urllib.request.urlopen(address, timeout=10) as response:
        assert response.read() == (site.folder / "protocol.pdf").read_bytes()
        headers = response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == f'inline; filename="{ID}.pdf"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; object-src 'self'")
    put_away(site.corpus, ID)
    try:
        refused = {ID: 404, "weg": 404, "tsd-2019-nijmegen": 404, "..%2Fcatalogue.toml": 400}
        assert {name: status(f"{site.address}/vraagbaak-origineel/{name}") for name in refused} == refused
    finally:
        restore(site.corpus, ID)
    added = add_report(
        site.corpus,
        Draft("<b>.html", b"<script>alert(1)</script>", protocol()),
        Metadata("Webpagina", "Gemeente", 2025),
    )
    with urllib.request.urlopen(f"{site.address}/vraagbaak-origineel/{added.id}", timeout=10) as response:
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"] == 'attachment; filename="webpagina-2025.html"'
    remove(site.corpus, added.id)


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, site: Site, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 2400}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site.address}/beheer")
    give(page, site, "speelotheek.md", NOTE.encode())
    field(page, "Titel").wait_for()
    for name in ("Koppen (2)", "Passages en hun soorten (1)", "Rapporten die bij Vraagbaak horen", f"{TITLE} (2025)"):
        page.locator("summary", has_text=name).click()
    page.get_by_role("button", name="Verwijder ‘Protocol").click()
    page.get_by_role("button", name="Nee, laat het staan").wait_for()
    rest(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    context.close()
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_by_keyboard_alone(page: Page) -> None:
    for name in ("Kies een bestand", "Rapporten die bij Vraagbaak horen", TITLE):
        tab_to(page, name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Zet ‘Protocol").wait_for()
    for name in ("Open het origineel", "Zet ‘Protocol", "Verwijder ‘Protocol"):
        tab_to(page, name)
    page.keyboard.press("Enter")
    tab_to(page, "Nee, laat het staan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Nee, laat het staan")).to_have_count(0)
