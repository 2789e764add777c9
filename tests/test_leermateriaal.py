"""The page Leermateriaal: a pack made, changed, downloaded, kept and found again, and what it says when it cannot."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from assistant.engine import Assistant
from assistant.records import Citation, Quote
from learn.pack import make_pack
from learn.records import Item, Pack, Wish
from learn.store import Packs
from tests.test_accessibility import violations
from ui.lesitem import item_html

ANNA = "a" * 43
MADE = "Maak een voorstel"
HTML = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def pack(assistant: Assistant) -> Pack:
    return make_pack(assistant, Wish("1Gezin1Plan1Regisseur"), "2026-03-01")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vraagbaak.sqlite"


def draw_page(assistant: "Any", file: "Any", user: str, asked: str) -> None:
    import streamlit as st

    from ui import leermateriaal

    if asked and "begun" not in st.session_state:
        st.query_params["pakket"] = asked
    st.session_state["begun"] = True
    leermateriaal.show(assistant, file, user)


def opened(assistant: Assistant, file: Path, user: str = ANNA, asked: str = "") -> AppTest:
    page = AppTest.from_function(draw_page, args=(assistant, file, user, asked), default_timeout=30).run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def html(page: AppTest) -> list[str]:
    return [element.proto.body for element in page.get("html")]


def heads(page: AppTest) -> list[str]:
    return [HTML.sub("", head) for body in html(page) for head in re.findall(r"<h[23].*?</h[23]>", body)]


def control(label: str, name: str) -> str:
    return f"{label} *{name}*"


def test_a_card_holds_the_quote_its_source_and_the_way_to_the_passage(assistant: Assistant) -> None:
    index = assistant.index
    passage = next(one for one in index.passages if one.report == "tsd-2019-nijmegen" and len(one.sentences) > 3)
    sentence = passage.sentences[2]
    source = Citation(1, Quote(passage, (sentence,), 0.0), index.reports[passage.report])
    quote, (start, end) = source.quote.text, source.quote.spans[0]
    card = item_html(Item("abc", "valkuil", quote, (source,), theme="Tijd & <b>"), 2)
    assert '<h3 id="les-abc-kop">Valkuil 2: Tijd &amp; &lt;b&gt;</h3>' in card
    assert f"<blockquote>“{quote}”</blockquote>" in card
    assert "Bron: Toezicht Sociaal Domein, Het lokale netwerk na Veilig Thuis: Nijmegen, 2019, " in card
    (link,) = re.findall(r'href="([^"]+)"', card)
    assert link.startswith("bronnen?report=tsd-2019-nijmegen&amp;passage=")
    assert link.endswith(f"&amp;zin={start}-{end}")
    assert 'Lees in het rapport<span class="vb-verborgen"> (valkuil 2)</span>' in card
    edited = item_html(Item("abc", "valkuil", "<script>x</script>", (source,), wording="trainer"), 2)
    assert "<p>&lt;script&gt;x&lt;/script&gt;</p>" in edited
    assert "In uw eigen woorden" in edited
    assert f"<summary>Zo staat het in het rapport</summary><blockquote>“{quote}”</blockquote>" in edited


def test_the_answer_of_a_question_is_folded_away(pack: Pack) -> None:
    item = next(item for item in pack.items if item.form == "meerkeuze")
    before, after = item_html(item, 3).split('<details class="vb-les-meer"><summary>Antwoord</summary>')
    letter = "ABCD"[item.options.index(item.answer)]
    assert f"<li>{letter}. {item.answer}</li>" in before
    assert after.startswith(f"<p>{letter}. {item.answer}</p>")


def test_only_the_chosen_part_is_drawn(assistant: Assistant, pack: Pack, file: Path) -> None:
    Packs(file).save(ANNA, pack)
    page = opened(assistant, file, asked=pack.id)
    assert heads(page) == ["Leerdoelen (3)", "Leerdoel 1", "Leerdoel 2", "Leerdoel 3"]
    page.pills[0].set_value("goed_voorbeeld").run()
    assert heads(page)[0] == "Goede voorbeelden (3)"
    assert [button.label for button in page.button if "*goed voorbeeld 2*" in button.label] == [
        control(label, "goed voorbeeld 2") for label in ("Vervang", "Bewerk", "Omhoog", "Omlaag", "Weg")
    ]
    assert not [button.label for button in page.button if "leerdoel" in button.label]
    page.pills[0].set_value("casus").run()
    swaps = [button.label for button in page.button if button.label.startswith("Vervang")]
    assert swaps == [control("Vervang", "casusstap 1")]  # a case is swapped whole


def test_every_change_of_a_kept_pack_is_kept_and_the_last_can_be_undone(
    assistant: Assistant, pack: Pack, file: Path
) -> None:
    packs = Packs(file)
    packs.save(ANNA, pack)
    page = opened(assistant, file, asked=pack.id)
    first, second, third = pack.of("doel")

    def kept() -> tuple[Item, ...]:
        return packs.opened(ANNA, pack.id, assistant.index).of("doel")

    press(page, control("Omlaag", "leerdoel 1"))
    assert kept() == (second, first, third)
    assert f'data-doel="les-{first.id}"' in "".join(html(page))
    assert 'data-nieuws="Leerdoel 1 staat nu een plaats lager."' in "".join(html(page))
    press(page, control("Weg", "leerdoel 3"))
    assert kept() == (second, first)
    press(page, "Maak de laatste wijziging ongedaan")
    assert kept() == (second, first, third)
    assert "Maak de laatste wijziging ongedaan" not in [button.label for button in page.button]
    assert [button.disabled for button in page.button if "Omhoog" in button.label] == [True, False, False]
    assert [button.disabled for button in page.button if "Omlaag" in button.label] == [False, False, True]


def test_a_pack_without_items_says_so(assistant: Assistant, pack: Pack, file: Path) -> None:
    Packs(file).save(ANNA, pack.with_items(pack.of("doel")[:1]))
    page = opened(assistant, file, asked=pack.id)
    press(page, control("Weg", "leerdoel 1"))
    assert page.info[0].value.startswith("Er staat niets meer in dit pakket.")
    assert not page.pills
    assert not page.get("download_button")


def test_an_empty_or_long_name(assistant: Assistant, pack: Pack, file: Path) -> None:
    Packs(file).save(ANNA, pack)
    page = opened(assistant, file, asked=pack.id)
    page.text_input[0].set_value("../../a<b>" + "x" * 5000).run()
    assert page.text_input[0].value == "../../a<b>" + "x" * 109 + "…"
    assert page.info[0].value == r"De titel was langer dan 120 tekens en is ingekort\."
    page.text_input[0].set_value("  ").run()
    assert len(page.error) == 1
    assert Packs(file).listed(ANNA)[0].title.startswith("../../a<b>")


def test_an_old_pack_says_which_items_went_stale(assistant: Assistant, pack: Pack, file: Path) -> None:
    item = pack.of("goed_voorbeeld")[0]
    data = replace(pack, index="een andere").to_json()
    (found,) = [one for one in data["items"] if one["id"] == item.id]
    found["text"] = found["sources"][0]["quote"] = "Dit stond er vroeger, maar nu staat het er niet meer."
    Packs(file).save(ANNA, Pack.from_json(data, assistant.index))
    page = opened(assistant, file, asked=pack.id)
    assert page.warning[0].value.endswith("bij 1 van de items (Goede voorbeelden).")
    page.pills[0].set_value("goed_voorbeeld").run()
    assert [f'id="les-{item.id}"' in body for body in html(page) if "vb-les-oud" in body] == [True]


def test_a_theme_without_passages_and_no_parts_are_sentences(assistant: Assistant, file: Path) -> None:
    page = opened(assistant, file)
    assert page.selectbox[0].options[0] == "Veiligheid"
    page.selectbox[0].set_value("Een eigen vraag").run()
    page.text_input[0].set_value("appeltaart bakken")
    press(page, MADE)
    assert page.warning[0].value.startswith("De rapporten zeggen niets over “appeltaart bakken”")
    page.selectbox[0].set_value("Regie").run()
    page.pills[1].set_value([])
    press(page, MADE)
    assert page.warning[0].value == r"Kies een thema en minstens één onderdeel\."


def test_a_theme_with_little_gives_a_small_pack_that_says_so(assistant: Assistant, file: Path) -> None:
    page = opened(assistant, file)
    page.selectbox[0].set_value("Een eigen vraag").run()
    page.text_input[0].set_value("alcohol")
    press(page, MADE)
    assert page.info[0].value.startswith("De rapporten zeggen weinig over dit thema")
    assert page.text_input[0].value == "Alcohol"


def test_the_wish_is_what_was_chosen(assistant: Assistant, file: Path) -> None:
    page = opened(assistant, file)
    page.selectbox[0].set_value("Regie")
    page.selectbox[1].set_value("gemeente")
    page.radio[0].set_value(30)
    page.pills[0].set_value(["tsd-2019-nijmegen"])
    page.pills[1].set_value(["valkuil", "quiz"])
    press(page, MADE)
    made = page.session_state["lespakket"].pack
    assert made.wish == Wish("Regie", "gemeente", 30, ("tsd-2019-nijmegen",), ("valkuil", "quiz"))
    assert "Voor gemeente, 30 minuten. " in html(page)[0]
    press(page, "← Alle pakketten")
    assert (page.selectbox[0].value, page.selectbox[1].value, page.radio[0].value) == ("Regie", "gemeente", 30)
    press(page, "Ga verder met ‘Regie’ (nog niet bewaard)")
    assert page.session_state["lespakket"].pack == made


def test_a_browser_gets_its_cookie_only_when_a_pack_is_kept(assistant: Assistant, pack: Pack, file: Path) -> None:
    page = opened(assistant, file)
    press(page, MADE)
    assert "koekje" not in "".join(html(page))
    assert "niet met anderen deelt" in page.caption[0].value
    press(page, "Bewaar dit pakket")
    assert f'<span data-koekje="{ANNA}"></span>' in html(page)
    assert page.query_params["pakket"] == Packs(file).listed(ANNA)[0].id


def test_who_is_signed_in_gets_no_cookie(assistant: Assistant, file: Path) -> None:
    page = opened(assistant, file, "oidc:https://login.nl:7")
    press(page, MADE)
    assert page.caption[0].value == "Een bewaard pakket vindt u hier terug als u bent aangemeld."
    press(page, "Bewaar dit pakket")
    assert "koekje" not in "".join(html(page))


def test_each_user_has_own_packs(assistant: Assistant, pack: Pack, file: Path) -> None:
    Packs(file).save(ANNA, pack)
    page = opened(assistant, file, "b" * 43, asked=pack.id)
    assert page.warning[0].value == "Dit lespakket is er niet of niet meer."
    assert page.caption[-1].value == "Er is nog geen pakket bewaard."


def test_a_store_that_cannot_be_written_is_a_sentence(assistant: Assistant, pack: Pack, file: Path) -> None:
    page = opened(assistant, file)
    press(page, MADE)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE pack")
        connection.execute("CREATE TABLE pack (iets TEXT)")
        connection.commit()
    press(page, "Bewaar dit pakket")
    assert "Laat uw beheerder dit zien" in page.error[0].value
    assert heads(page)[0] == "Leerdoelen (3)"  # the pack is still there


def propose(page: Page) -> None:
    choose_theme(page, "1Gezin1Plan1Regisseur")
    page.get_by_role("button", name=MADE).click()
    page.locator(".vb-les").first.wait_for()


def choose_theme(page: Page, name: str) -> None:
    box = page.get_by_role("combobox", name="Thema")
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # a list that has just opened closes when the page scrolls
    box.click()
    page.get_by_role("option", name=name, exact=True).click()


def choose_part(page: Page, name: str, card: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    page.get_by_role("heading", name=re.compile(rf"^{card} 1\b")).wait_for()


@pytest.mark.browser
def test_make_change_export_and_reopen_tomorrow(browser: Browser, chat: str, page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Leermateriaal").click()
    propose(page)
    choose_part(page, "Goede voorbeelden", "Goed voorbeeld")
    cards = page.locator(".vb-les blockquote")
    expect(cards).to_have_count(3)
    _, second, third = cards.all_inner_texts()
    page.get_by_role("button", name="Vervang goed voorbeeld 2", exact=True).click()
    expect(cards.nth(1)).not_to_have_text(second)
    swapped = cards.nth(1).inner_text()
    expect(page.locator(".vb-les").nth(1)).to_be_focused()
    expect(page.locator("#vb-nieuws")).to_have_text("Goed voorbeeld 2 is vervangen.")

    page.get_by_role("button", name="Bewerk goed voorbeeld 1", exact=True).click()
    page.get_by_label("Tekst van goed voorbeeld 1").fill("Zo doen wij het in ons team.")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    expect(page.locator(".vb-les").first).to_contain_text("Zo doen wij het in ons team.")
    expect(page.locator(".vb-les").first).to_contain_text("In uw eigen woorden")

    page.get_by_role("button", name="Omhoog goed voorbeeld 3", exact=True).click()
    expect(page.locator(".vb-les").nth(1)).to_contain_text(third)
    page.get_by_label("Naam van het pakket").fill("Woensdag in het wijkteam")
    page.keyboard.press("Enter")
    expect(page.locator("#vb-nieuws")).to_have_text("De naam is gewijzigd.")

    page.get_by_role("button", name="Bewaar dit pakket").click()
    page.get_by_text("Dit pakket is bewaard.").wait_for()
    page.wait_for_url("**pakket=**")
    page.get_by_role("button", name="Download dit pakket").click()
    with page.expect_download() as event:
        page.get_by_role("button", name="Word, voor de trainer").click()
    assert event.value.suggested_filename == "lespakket-woensdag-in-het-wijkteam-trainer.docx"
    event.value.save_as(tmp_path / "trainer.docx")
    lines = [paragraph.text for paragraph in docx.Document(str(tmp_path / "trainer.docx")).paragraphs]
    places = [lines.index(text) for text in ("Zo doen wij het in ons team.", third, swapped)]
    assert places == sorted(places)
    assert second not in lines

    tomorrow = browser.new_context(storage_state=page.context.storage_state())
    again = tomorrow.new_page()
    again.goto(f"{chat}/leermateriaal")
    again.get_by_role("button", name="Open ‘Woensdag in het wijkteam’").click()
    again.get_by_role("radio", name="Goede voorbeelden", exact=True).click()
    expect(again.locator(".vb-les").nth(1)).to_contain_text(third)
    expect(again.locator(".vb-les").first).to_contain_text("Zo doen wij het in ons team.")
    again.get_by_role("link", name=re.compile("Lees in het rapport .goed voorbeeld 2")).click()
    again.locator(".gevonden").first.wait_for()
    again.get_by_role("link", name="Leermateriaal").click()
    again.get_by_role("button", name="← Alle pakketten").click()
    again.get_by_role("button", name="Wis ‘Woensdag in het wijkteam’", exact=True).click()
    again.get_by_role("button", name="Ja, wis ‘Woensdag in het wijkteam’").click()
    again.get_by_text("Er is nog geen pakket bewaard.").wait_for()
    tomorrow.close()
    page.reload()
    page.get_by_text("Dit lespakket is er niet of niet meer.").wait_for()


def walk(page: Page) -> Iterator[str]:
    """Go through the states of the page, and name each."""
    page.get_by_role("button", name=MADE).wait_for()
    yield "choosing"
    choose_theme(page, "Een eigen vraag")
    page.get_by_label("Uw vraag of onderwerp").fill("appeltaart bakken")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=MADE).click()
    page.get_by_text("De rapporten zeggen niets over").wait_for()
    yield "not found"
    propose(page)
    choose_part(page, "Zelfscan", "Indicator")
    open_all(page)
    yield "self-scan"
    choose_part(page, "Quiz", "Quizvraag")
    open_all(page)
    yield "quiz"
    page.get_by_role("button", name="Weg quizvraag 3", exact=True).click()
    page.get_by_role("button", name="Maak de laatste wijziging ongedaan").wait_for()
    page.get_by_role("button", name="Bewerk quizvraag 2", exact=True).click()
    page.get_by_label("Tekst van quizvraag 2").wait_for()
    yield "editing"
    page.get_by_role("button", name="Download dit pakket").click()
    page.get_by_role("button", name="PowerPoint").wait_for()
    yield "downloading"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Bewaar dit pakket").click()
    page.get_by_text("Dit pakket is bewaard.").wait_for()
    page.get_by_role("button", name="← Alle pakketten").click()
    page.get_by_role("button", name=re.compile("^Wis ‘")).click()
    page.get_by_role("button", name=re.compile("^Ja, wis")).wait_for()
    yield "deleting"


def open_all(page: Page) -> None:
    for summary in page.locator(".vb-les .vb-les-meer summary").all():
        summary.click()


@pytest.mark.browser
@pytest.mark.parametrize(("colours", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_and_nothing_sticks_out(browser: Browser, chat: str, colours: Any, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours)
    page = context.new_page()
    page.goto(f"{chat}/leermateriaal")
    for state in walk(page):
        assert (state, violations(page)) == (state, [])
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width, state
    context.close()
