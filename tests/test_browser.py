"""The real app in real Chromium: ask, read the answer, open its source in the report, and go on from there."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.engine import Assistant
from assistant.receipt import read_receipt, verify
from tests.conftest import CORPUS, ask, choose, serving

pytestmark = pytest.mark.browser
Run = Callable[..., subprocess.CompletedProcess[str]]
QUESTION = "wat doe ik als de hulpvraag ontbreekt"


def test_first_visit_and_an_example_question(page: Page) -> None:
    page.wait_for_selector('[class*="st-key-voorbeeld-5"] button')
    assert page.locator('[class*="st-key-voorbeeld-"] button').count() == 6
    assert page.get_by_text("Vraagbaak is geen officiële dienst van Veilig Thuis of een inspectie.").count() == 1
    page.get_by_text("Mag ik informatie delen zonder toestemming?").click()
    page.wait_for_selector(".vb-antwoord")
    page.wait_for_selector('[class*="st-key-voorbeeld-"]', state="detached")
    expect(page.locator("h2.vb-vraag")).to_have_text("Mag ik informatie delen zonder toestemming?")
    expect(page.locator(".vb-status")).to_have_text("Beantwoord uit de rapporten")


def test_question_answer_second_source_marked_passage_and_back(page: Page, assistant: Assistant) -> None:
    expected = assistant.ask(QUESTION)
    ask(page, QUESTION)
    expect(page.locator(".vb-bron")).to_have_count(len(expected.citations))
    assert expected.citations[0].quote.text in page.inner_text(".vb-antwoord")
    second = expected.citations[1].quote
    assert " ".join(page.locator("#bron-0-2 mark").all_inner_texts()) == second.text
    page.get_by_text("Lees bron 2 in het rapport").click()
    page.wait_for_selector(".gevonden")
    marked = page.locator(".gevonden mark").all_inner_texts()
    assert " ".join(" ".join(marked).split()) == second.text
    assert page.locator(".gevonden").count() == 1
    page.wait_for_timeout(1200)
    box = page.locator(".gevonden").bounding_box()
    assert box and -10 <= box["y"] < 900  # in view
    assert f"passage={second.passage.id.replace(':', '%3A')}" in page.url
    page.get_by_role("link", name=re.compile("Terug naar")).first.click()
    page.wait_for_selector(".vb-antwoord")
    assert page.locator("h2.vb-vraag").all_inner_texts() == [QUESTION]


def test_markers_lead_to_their_cards_and_cards_say_why(page: Page, assistant: Assistant) -> None:
    ask(page, QUESTION)
    page.locator(".vb-verwijzing").first.click()
    assert page.url.endswith("#bron-0-1")
    card = page.locator("#bron-0-1")
    expect(card.locator("h4")).to_contain_text("Toezicht Sociaal Domein")
    card.get_by_text("Waarom deze bron").click()
    expect(card.locator(".vb-waarom p")).to_contain_text("Woorden uit uw vraag: hulpvraag, ontbreekt.")


def test_a_quote_is_copied_with_its_source(page: Page, assistant: Assistant) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    first = assistant.ask(QUESTION).citations[0]
    page.locator("#bron-0-1").get_by_role("button", name="Kopieer citaat met bron 1").click()
    expect(page.locator("#bron-0-1 .vb-knop")).to_have_text("Gekopieerd")
    copied = page.evaluate("navigator.clipboard.readText()")
    section = " › ".join(first.quote.passage.section)
    assert copied == (
        f"“{first.quote.text}” (Toezicht Sociaal Domein, {first.report.title}, {first.report.year}, {section})"
    )


def test_a_shared_link_opens_the_passage(page: Page, chat: str, assistant: Assistant) -> None:
    passage = assistant.ask(QUESTION).citations[0].quote.passage
    page.goto(f"{chat}/?report={passage.report}&passage={passage.id}")
    page.wait_for_selector(".gevonden")
    assert page.locator(".gevonden mark").first.inner_text().startswith(passage.quote(passage.sentences[1])[:40])


def test_a_link_to_a_question_asks_it_in_the_same_place_once(page: Page, chat: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{chat}/?soort=goed_voorbeeld")
    page.wait_for_selector("h1")
    ask(page, "hoe houden ze zicht op veiligheid?")
    page.get_by_role("button", name="Kopieer een link naar deze vraag").click()
    page.wait_for_timeout(300)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{chat}/?vraag=hoe+houden+ze+zicht+op+veiligheid%3F&soort=goed_voorbeeld"
    page.goto(link)
    expect(page.locator("h2.vb-vraag")).to_have_text("hoe houden ze zicht op veiligheid?")
    page.get_by_text("Gezocht in: alleen goede voorbeelden.").wait_for()
    assert "vraag=" not in page.url


def test_a_second_question_leans_on_the_first(page: Page) -> None:
    ask(page, "hoe is de regie geregeld in Nijmegen?")
    ask(page, "en in Someren?")
    page.get_by_text("Gezocht op: hoe is de regie geregeld in Someren?").wait_for()
    assert page.locator(".vb-vraag").count() == 2
    page.get_by_text("Zoek zonder het gesprek ervoor").click()
    page.get_by_text("Gezocht op: hoe is de regie geregeld in Someren?").wait_for(state="detached")
    assert page.locator(".vb-vraag").all_inner_texts()[1] == "en in Someren?"


def test_a_suggested_question_goes_on_with_the_conversation(page: Page) -> None:
    ask(page, QUESTION)
    first = page.locator('[class*="st-key-verder-0-0"] button')
    suggested = first.inner_text()
    first.click()
    expect(page.locator(".vb-vraag")).to_have_count(2)
    assert page.locator(".vb-vraag").all_inner_texts()[1] == suggested


def test_scope_by_report_and_kind_is_said_searched_and_kept_in_the_link(page: Page) -> None:
    page.get_by_role("button", name="Waar zoeken").click()
    page.get_by_role("button", name="Someren", exact=True).click()
    page.get_by_text("U zoekt in: Someren 2020").wait_for()
    page.get_by_role("button", name="verbeterpunten").click()
    page.get_by_text("U zoekt in: Someren 2020 · alleen verbeterpunten").wait_for()
    page.wait_for_url("**soort=verbeterpunt**")
    assert "plaats=Someren" in page.url
    page.goto(page.url)  # the link, opened by another
    page.get_by_text("U zoekt in: Someren 2020 · alleen verbeterpunten").wait_for()
    ask(page, "hoe is de regie geregeld?")
    page.get_by_text("Gezocht in: Someren 2020 · alleen verbeterpunten.").wait_for()
    page.locator(".vb-bron .vb-soort").first.wait_for()
    kinds = page.locator(".vb-bron .vb-soort").all_inner_texts()
    assert kinds and set(kinds) == {"verbeterpunt"}
    page.get_by_role("button", name="Waar zoeken").click()
    page.get_by_role("button", name="verbeterpunten").click()
    page.get_by_role("button", name="uitspraken van gezinsleden").click()
    page.get_by_text("Geen enkele passage past bij deze keuze: Someren 2020 · alleen uitspraken").wait_for()
    page.get_by_role("button", name="Zoek weer overal").click()
    page.get_by_text("U zoekt in alle rapporten.").wait_for()
    assert "soort=" not in page.url


def test_reports_side_by_side_on_a_wide_screen_and_under_each_other_on_a_phone(page: Page, chat: str) -> None:
    page.goto(f"{chat}/?naast=1&plaats=Someren&plaats=Nijmegen")
    page.wait_for_selector("h1")
    ask(page, "hoe is de regie geregeld?")
    lanes = page.locator(".vb-baan")
    assert page.locator(".vb-baan h3").all_inner_texts() == ["Nijmegen 2019", "Someren 2020"]
    left, right = lanes.nth(0).bounding_box(), lanes.nth(1).bounding_box()
    assert left and right and left["y"] == right["y"] and left["x"] < right["x"]
    page.set_viewport_size({"width": 375, "height": 800})
    page.wait_for_timeout(500)
    left, right = lanes.nth(0).bounding_box(), lanes.nth(1).bounding_box()
    assert left and right and left["x"] == right["x"] and left["y"] + left["height"] <= right["y"]


def test_a_refusal_names_what_is_missing_and_marks_the_nearest(page: Page) -> None:
    ask(page, "hoeveel inwoners heeft Someren")
    expect(page.locator(".vb-status")).to_have_text("Staat niet in de rapporten")
    assert "Dat staat niet in deze rapporten." in page.inner_text(".vb-antwoord")
    page.get_by_role("heading", name="Dichtst in de buurt, geen antwoord op uw vraag").wait_for()


def test_danger_shows_the_numbers_above_everything(page: Page) -> None:
    ask(page, "mijn man slaat me nu en de kinderen zijn boven")
    notice = page.locator(".vb-melding").first
    expect(notice).to_contain_text("Bel 112.")
    expect(notice).to_contain_text("0800-2000")
    told, answer = notice.bounding_box(), page.locator(".vb-antwoord").bounding_box()
    assert told and answer and told["y"] < answer["y"]
    assert page.locator('[class*="st-key-verder-"]').count() == 0


def test_personal_data_is_masked_before_anything_is_shown(page: Page) -> None:
    ask(page, "Mevrouw Jansen, 06-12345678, wil geen hulp. Wat nu als de hulpvraag ontbreekt?")
    assert "Jansen" not in page.inner_text("body") and "12345678" not in page.inner_text("body")
    assert "[naam]" in page.inner_text(".vb-vraag")


def test_what_is_asked_never_becomes_markup(page: Page) -> None:
    ask(
        page,
        '<img src=x onerror="document.title=1"> regie ![](http://evil.example/?d=1) **vet** :red[x] [a](http://b.nl)',
    )
    assert page.locator(".vb-vraag img, .vb-antwoord img, .vb-vraag a").count() == 0
    assert "![](http://evil.example/?d=1) **vet** :red[x]" in page.inner_text(".vb-vraag")


def test_the_conversation_is_kept_as_word_and_its_quotes_stand(
    page: Page, tmp_path: Path, assistant: Assistant
) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="Bewaar dit gesprek").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Word (DOCX)").click()
    waiting.value.save_as(tmp_path / "gesprek.docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "gesprek.docx")).paragraphs)
    for citation in assistant.ask(QUESTION).citations:
        assert citation.quote.text in text
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Bewijs van elk antwoord").click()
    waiting.value.save_as(tmp_path / "bewijs.json")
    assert verify(read_receipt(tmp_path / "bewijs.json"), CORPUS) == []


def test_a_new_conversation_begins_empty(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="Nieuw gesprek").click()
    page.wait_for_selector('[class*="st-key-voorbeeld-5"] button')
    assert page.locator(".vb-vraag").count() == 0


def test_two_browsers_never_see_each_others_questions(page: Page, chat: str) -> None:
    ask(page, QUESTION)
    other = page.context.browser.new_page()  # type: ignore[union-attr]
    other.goto(chat)
    other.wait_for_selector("h1")
    ask(other, "wat is een warme overdracht")
    assert other.locator(".vb-vraag").all_inner_texts() == ["wat is een warme overdracht"]
    ask(page, "en daarna?")
    assert page.locator(".vb-vraag").all_inner_texts() == [QUESTION, "en daarna?"]
    other.close()


def test_an_address_of_a_conversation_that_is_gone_says_so_and_serves_on(page: Page, chat: str) -> None:
    page.goto(f"{chat}/?gesprek=bestaat-niet")
    page.get_by_text("Dit gesprek is er niet of niet meer.").wait_for()
    ask(page, QUESTION)
    assert page.locator(".vb-vraag").count() == 1
    assert "gesprek=" not in page.url


def test_a_wrong_source_becomes_a_gold_question_that_the_next_run_asks(
    browser: Browser, index: Path, vraagbaak: Run, tmp_path: Path, assistant: Assistant
) -> None:
    data, asked = tmp_path / "data", "wat doe ik als het gezin geen vraag om hulp heeft"
    wanted = assistant.ask("warme overdracht", top=8).passages[2].passage
    with serving(index, data) as address:
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("h1")
        ask(page, asked)
        page.get_by_role("button", name="Verkeerde bron").click()
        page.get_by_label("Welke passage had het moeten zijn?").fill("warme overdracht")
        page.keyboard.press("Enter")
        choose(page.get_by_role("radio").nth(2))
        page.get_by_role("button", name="Bewaar", exact=True).click()
        page.get_by_text("Verkeerde bron. Bewaard op deze computer.").wait_for()
        page.wait_for_timeout(1000)
        exported = vraagbaak("feedback", "export", VRAAGBAAK_DATA=str(data))
        (row,) = [json.loads(line) for line in exported.stdout.splitlines()]
        assert (row["question"], row["evidence"][0][0]["report"]) == (asked, wanted.report)
        assert row["evidence"][0][0]["quote"] in wanted.text.replace("\n", " ")
        page.goto(f"{address}/evaluatie")
        page.get_by_text("Voorstellen uit gebruik").click()
        page.get_by_role("button", name="Neem op in de vragenset").click()
        page.locator("#voorstel-gedaan").wait_for()
        page.close()
    run = tmp_path / "run"
    settings = {"VRAAGBAAK_DATA": str(data), "VRAAGBAAK_INDEX": str(index)}
    done = vraagbaak("eval", "run", "--split", "dev", "--out", run, **settings)
    assert done.returncode == 0, done.stderr
    items = [json.loads(line) for line in (run / "items.jsonl").read_text().splitlines()]
    assert row["id"] in {item["id"] for item in items}


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_no_sideways_scrolling(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    ask(page, QUESTION)
    page.wait_for_timeout(800)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_tried_to_connect_out(attempts: Path, page: Page) -> None:
    ask(page, QUESTION)
    assert attempts.read_text() == ""
