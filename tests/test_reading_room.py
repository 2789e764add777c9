"""The reading room: the five reports whole, in order and letter for letter, and the page in real Chromium."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from assistant.engine import Assistant
from ingest.catalogue import load_catalogue
from ingest.passages import read_passages
from ingest.read import read_report
from ingest.records import Passage
from tests.conftest import CORPUS, rest
from ui.report_html import Piece, contents_html, report_pieces
from ui.report_order import Part, only_kinds, read_parts
from ui.report_search import search
from ui.report_words import Marks

REPORTS = {report.id: report for report in load_catalogue(CORPUS)}
PASSAGES: dict[str, tuple[Passage, ...]] = {}
PARTS: dict[str, tuple[Part, ...]] = {}
for _name, _report in REPORTS.items():
    _headings, PASSAGES[_name] = read_passages(CORPUS, _report)
    PARTS[_name] = read_parts(read_report(CORPUS, _report), _headings, PASSAGES[_name])
LANDELIJK, NIJMEGEN, SOMEREN = "tsd-2020-landelijk", "tsd-2019-nijmegen", "tsd-2020-someren"
AEF, WIJKTEAM = "aef-2020-samenwerkingsafspraken", "tsd-2017-wijkteam"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The report's own words in the drawn page: all but what the page adds.
OWN_WORDS = """() => [...document.querySelectorAll('.vb-rapport')].map(element => {
  const copy = element.cloneNode(true);
  copy.querySelectorAll('.vb-extra, .vb-deel-kop, .vb-treffer-nav').forEach(added => added.remove());
  return copy.textContent;
}).join('')"""


def html(report: str, marks: Marks | None = None) -> str:
    return "".join(piece.html for piece in report_pieces(PARTS[report], marks or Marks()))


def by_text(report: str, start: str) -> Passage:
    found = [passage for passage in PASSAGES[report] if passage.text.startswith(start)]
    assert len(found) == 1
    return found[0]


def piece_of(report: str, passage: Passage, marks: Marks | None = None) -> Piece:
    return next(p for p in report_pieces(PARTS[report], marks or Marks()) if passage.id in p.passages)


def letters(text: str) -> str:
    return re.sub(r"\s", "", text)


def words_of(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup)


@pytest.mark.parametrize("report", REPORTS)
def test_headings_go_down_one_level_at_a_time(report: str) -> None:
    levels = [1, *(int(level) for level in re.findall(r"<h(\d) id=", html(report)))]
    assert max(b - a for a, b in pairwise(levels)) == 1
    assert min(levels[1:]) == 2


def test_rows_stand_under_the_heading_that_the_file_prints_after_them() -> None:
    drawn = html(SOMEREN)
    theme = drawn.index(">Thema: Passende hulp voor herstel")
    row = drawn.index("5 De zorg en de ondersteuning vanuit de professional is passend.")
    assert drawn.index("4 De professional stelt doelen gericht") < theme < row


@pytest.mark.parametrize(
    ("report", "boxes"),
    [
        (
            AEF,
            [
                "Wat is veiligheid?",
                "Eisen aan samenwerkingsafspraken tussen Veilig Thuis en lokale (wijk)teams",
                "Overdracht van zaken door Veilig Thuis",
                "Leren van evalueren",
                "Lokale teams: een regionale typologie",
                "Zelfscan versterkt eigenaarschap",
            ],
        ),
        (LANDELIJK, ["Kwaliteitskader en zelfscan"]),
        (NIJMEGEN, []),
    ],
)
def test_boxes(report: str, boxes: list[str]) -> None:
    assert re.findall(r'<aside class="vb-kader" aria-label="Kader: ([^"]+)"', html(report)) == boxes


def test_the_text_after_a_box_stands_outside_it() -> None:
    after = by_text(AEF, "Een gemeente kan ervoor kiezen om in het lokale team")
    assert piece_of(AEF, after).passages == (after.id,)


def test_a_case_is_a_box() -> None:
    assert html(WIJKTEAM).count('vb-deel-casus vb-kader" aria-label="Casus"') == 5


def cells(markup: str) -> list[str]:
    return [
        letters(words_of(re.sub(r'<div class="vb-deel-kop">.*?</div>', "", cell)))
        for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", markup)
    ]


@pytest.mark.parametrize(
    ("report", "columns", "rows"), [(NIJMEGEN, 4, [4, 4, 4]), (SOMEREN, 4, [4, 4, 4]), (WIJKTEAM, 3, [6, 7, 3])]
)
def test_frameworks_are_tables_of_the_printed_columns(report: str, columns: int, rows: list[int]) -> None:
    tables = re.findall(r'<table class="vb-toezichtkader">.*?</table>', html(report))
    names = ["Criteria", "Indicator", "Operationalisering", "Oordeel/beslisregel op indicatorniveau"][:columns]
    assert [table.count("<tr id=") for table in tables] == rows
    for table in tables:
        assert re.findall(r'<th scope="col">([^<]+)</th>', table) == names
        assert re.search(r'<caption class="vb-extra">Thema: [^<]+</caption>', table)


def test_a_row_has_each_line_in_its_column() -> None:
    row = by_text(NIJMEGEN, "Jeugdigen en volwassenen staan centraal in zorg en ondersteuning\n7 De")
    drawn = piece_of(NIJMEGEN, row).html
    own = drawn[drawn.index(f'<tr id="p-{row.id.rsplit(":", 1)[1]}"') :].split("</tr>")[0]
    lines = row.text.split("\n")
    assert cells(own) == [letters(line) for line in (lines[0], lines[1], lines[2] + lines[3], lines[4])]
    assert lines[2] == "Informatie delen"
    assert lines[4].startswith("Om positief te beoordelen is toestemming")


def test_a_table_of_tabs_has_its_own_header_and_row_headers() -> None:
    drawn = piece_of(AEF, by_text(AEF, "Contactpersonen per Veilig Thuis-regio")).html
    assert '<caption class="vb-extra">Contactpersonen per Veilig Thuis-regio</caption>' in drawn
    rows = re.findall(r"<tr>(.*?)</tr>", drawn)
    assert rows[0] == '<th scope="col">Regio</th><th scope="col">Contactpersoon</th>'
    assert rows[1] == '<th scope="row">Amsterdam – Amstelland</th><td>Rozemarijn Sluijters</td>'
    assert len(rows) == 26
    committee = piece_of(AEF, by_text(AEF, "Begeleiding bij dit onderzoek")).html
    assert '<tr><th scope="row">Tijne Berg</th><td>Vereniging Nederlandse Gemeenten</td></tr>' in committee


def test_quotations_lists_and_notes() -> None:
    assert html(LANDELIJK).count("<blockquote>") == 34  # one for each family member's words
    assert html(AEF).count("<blockquote>") == 7  # of professionals
    note = piece_of(SOMEREN, by_text(SOMEREN, "Risicotaxatie en monitoring")).html
    assert '<p class="vb-noot"><span class="vb-extra">Noot: </span>Actuarieel Risicotaxatie instrument' in note
    numbered = piece_of(AEF, by_text(AEF, "3. Aanvullende afspraken")).html
    assert '<ul class="vb-genummerd" role="list"><li>3. Aanvullende afspraken' in numbered
    assert "<p>Het komt slechts een enkele keer voor" in html(NIJMEGEN)  # its bullet marks nothing


def test_every_passage_says_its_kind_and_can_be_linked_to() -> None:
    drawn = html(LANDELIJK)
    assert drawn.count('<span class="vb-soort ') == len(PASSAGES[LANDELIJK]) == 137
    voice = by_text(LANDELIJK, "'Ik hoef niet steeds hetzelfde verhaal")
    assert ">uitspraak van een gezinslid</span>" in piece_of(LANDELIJK, voice).html
    links = re.findall(r'data-kopieer-pad="([^"]+)"', drawn)
    assert links == [f"?report={LANDELIJK}&amp;passage={passage.id}" for passage in PASSAGES[LANDELIJK]]


def test_a_link_marks_the_passage_or_only_its_quoted_sentences() -> None:
    passage = by_text(LANDELIJK, "Gezamenlijk overleg in bijzijn")
    body = passage.text.split("\n", 1)[1]
    whole = piece_of(LANDELIJK, passage, Marks(passage.id)).html
    assert "".join(re.findall(r"<mark>(.*?)</mark>", whole)) == body
    assert 'class="vb-deel vb-deel-goed_voorbeeld gevonden" aria-label="Gevonden passage" tabindex="-1"' in whole
    first, last = passage.sentences[1], passage.sentences[-1]
    quoted = piece_of(LANDELIJK, passage, Marks(passage.id, (*first.spans, *last.spans))).html
    assert re.findall(r"<mark>(.*?)</mark>", quoted) == [passage.quote(first), passage.quote(last)]
    astray = piece_of(LANDELIJK, passage, Marks(passage.id, ((1, 2),))).html
    assert astray == whole


def test_contents_are_the_headings_of_three_levels() -> None:
    contents = contents_html(PARTS[AEF], "x")
    assert contents.count("<li") == 57  # of 62 headings
    assert '<li class="vb-diep-2"><a href="#h-7058">1.3 Onderzoeksopzet en -verantwoording</a></li>' in contents
    assert "Wat is veiligheid?" not in contents  # the fourth level
    assert all(f'id="{anchor}"' in html(AEF) for anchor in re.findall(r'href="#(h-\d+)"', contents))


def test_search_looks_past_case_accents_and_quotation_marks() -> None:
    text = "\n".join(line.text for part in PARTS[LANDELIJK] for line in part.lines)
    assert len(search(PARTS[LANDELIJK], " CLIENTEN ")) == len(re.findall("cliënten", text, re.I)) > 0
    assert [f.words for f in search(PARTS[SOMEREN], "'Uit de schaduw")] == ["‘Uit de schaduw", "‘Uit de schaduw"]
    assert search(PARTS[AEF], "e") == ()
    assert search(PARTS[AEF], "eenhoorn") == ()


def test_what_a_search_found() -> None:
    found = search(PARTS[AEF], "crisisopvang")
    assert [f.number for f in found] == list(range(1, len(found) + 1))
    assert (found[0].before, found[0].words, found[0].after) == (
        "…voert Veilig Thuis de toeleiding tot ",
        "crisisopvang",
        " uit. Het lokale veld (inclusief de politie)…",
    )
    assert found[0].section == "2 Inhoud van de samenwerkingsafspraken › 2.4 Aanvullende afspraken › Crisisdienst"
    drawn = html(AEF, Marks(found=found))
    assert re.findall(r'<mark class="vb-treffer" id="(v-\d+)"', drawn) == [f"v-{f.number}" for f in found]


def test_one_kind_keeps_its_headings_and_the_linked_passage() -> None:
    linked = by_text(LANDELIJK, "Veiligheid blijven monitoren")
    shown = only_kinds(PARTS[LANDELIJK], ["aanbeveling", "definitie"], linked.id)
    assert [part.passage.kind for part in shown if part.passage] == ["definitie", "goed_voorbeeld"]
    assert [part.path[-1] for part in shown] == [
        "Thema's",
        "Integraal werken",
        "Thema: Veiligheid",
        "Wat werkt goed?",
        "Goede Voorbeelden uit de praktijk",
        "Veiligheid blijven monitoren",
    ]
    assert only_kinds(PARTS[LANDELIJK], []) == PARTS[LANDELIJK]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


def read(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".vb-rapport")


def in_view(page: Page, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    return box is not None and 0 <= box["y"] < 900


@pytest.mark.browser
@pytest.mark.parametrize("report", REPORTS)
def test_the_whole_report_stands_on_the_page_letter_for_letter(page: Page, chat: str, report: str) -> None:
    read(page, f"{chat}/bronnen?report={report}")
    drawn = letters(page.evaluate(OWN_WORDS))
    rest, done = [], 0
    for passage in PASSAGES[report]:
        place = drawn.index(letters(passage.text), done)
        rest.append(drawn[done:place])
        done = place + len(letters(passage.text))
    titles = [letters(part.lines[0].text) for part in PARTS[report] if not part.passage]
    assert "".join(rest) + drawn[done:] == "".join(titles)


@pytest.mark.browser
def test_a_link_brings_the_passage_into_view_and_gives_it_the_focus(page: Page, chat: str) -> None:
    row = by_text(SOMEREN, "De zorg en ondersteuning aan jeugdigen en volwassenen is resultaatgericht\n4 De")
    read(page, f"{chat}/bronnen?report={SOMEREN}&passage={row.id}")
    expect(page.locator(".gevonden")).to_be_focused()
    assert in_view(page, "tr.gevonden")
    assert letters("".join(page.locator("mark").all_inner_texts())) == letters(row.text)


@pytest.mark.browser
def test_a_link_to_nothing_gets_a_sentence(page: Page, chat: str) -> None:
    page.goto(f"{chat}/bronnen?report=tsd-2031&passage=x")
    page.get_by_text("Het rapport 'tsd-2031' is hier niet. Kies hieronder een ander rapport.").wait_for()
    page.goto(f"{chat}/bronnen?report={SOMEREN}&passage={SOMEREN}:1-2")
    page.get_by_text("De passage uit deze link staat niet meer in het rapport.").wait_for()
    assert page.locator(".gevonden").count() == 0


@pytest.mark.browser
def test_searching_lists_marks_and_steps(page: Page, chat: str) -> None:
    read(page, f"{chat}/bronnen?report={AEF}")
    page.get_by_label("Zoek in dit rapport").fill("regie")
    page.keyboard.press("Enter")
    page.get_by_text("12 plekken met “regie”").wait_for()
    expect(page.locator("mark.vb-treffer")).to_have_count(12)
    page.get_by_role("navigation", name="Gevonden plekken").get_by_role("link").nth(2).click()
    page.get_by_text("3 van 12").wait_for()
    assert in_view(page, "#v-3")
    page.get_by_role("link", name="Volgende plek").click()
    page.get_by_text("4 van 12").wait_for()
    page.get_by_role("link", name="Vorige plek").click()
    page.get_by_text("3 van 12").wait_for()
    page.get_by_label("Zoek in dit rapport").fill("eenhoorn")
    page.keyboard.press("Enter")
    page.get_by_text("0 plekken met “eenhoorn”.").wait_for()


@pytest.mark.browser
def test_a_choice_of_kinds_is_said_and_shows_only_those(page: Page, chat: str) -> None:
    read(page, f"{chat}/bronnen?report={LANDELIJK}")
    page.get_by_text("Soorten passages").click()
    page.get_by_role("button", name="uitspraak van een gezinslid (34)").click()
    page.get_by_text("U ziet alleen: uitspraak van een gezinslid.").wait_for()
    expect(page.locator(".vb-rapport .vb-soort")).to_have_text(["uitspraak van een gezinslid"] * 34)


@pytest.mark.browser
def test_from_the_chat_to_the_passage_and_back(page: Page, chat: str, assistant: Assistant) -> None:
    question = "wat doe ik als de hulpvraag *ontbreekt*"
    cited = assistant.ask(question).citations[0].quote
    page.goto(chat)
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    page.get_by_text("Lees bron 1 in het rapport").click()
    page.wait_for_selector(".gevonden")
    assert letters("".join(page.locator(".gevonden mark").all_inner_texts())) == letters(cited.text)
    page.get_by_text("← Terug naar het gesprek").wait_for()
    page.get_by_text(f"Aangehaald in uw gesprek: “{question}”").first.click()
    page.wait_for_selector("#vraag-0")
    assert page.inner_text("#vraag-0") == question
    assert page.locator(".vb-antwoord").count() == 1


@pytest.mark.browser
def test_another_report_takes_the_place_of_a_linked_passage(page: Page, chat: str) -> None:
    voice = by_text(LANDELIJK, "'Ik hoef niet steeds hetzelfde verhaal")
    read(page, f"{chat}/bronnen?report={LANDELIJK}&passage={voice.id}")
    expect(page.locator(".gevonden")).to_be_focused()
    page.wait_for_timeout(2000)  # by then the page no longer scrolls to the passage; scrolling folds an open list
    page.get_by_label("Rapport", exact=True).scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.get_by_label("Rapport", exact=True).click()
    page.get_by_role("option", name="Het wijkteam en kwetsbare gezinnen (2017)").click()
    page.get_by_role("heading", name="Het wijkteam en kwetsbare gezinnen", level=1).wait_for()
    page.wait_for_url(f"{chat}/bronnen?report={WIJKTEAM}")
    expect(page.locator(".gevonden")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.parametrize("report", REPORTS)
def test_a_narrow_screen_folds_the_contents_and_scrolls_only_down(browser: Browser, chat: str, report: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 800})
    read(page, f"{chat}/bronnen?report={report}")
    wide = "[...document.querySelectorAll('.stMain, html')].map(e => e.scrollWidth - e.clientWidth)"
    assert page.evaluate(wide) == [0, 0]
    first = page.locator("nav.vb-inhoud-smal a").first
    assert not first.is_visible()
    rest(page)
    page.locator("summary", has_text="Inhoud").click()
    first.click()
    assert re.search(r"#h-\d+$", page.url)
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("report", REPORTS)
def test_no_barrier_that_axe_knows(browser: Browser, chat: str, report: str, scheme: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    read(page, f"{chat}/bronnen?report={report}&passage={PASSAGES[report][-2].id}")
    page.get_by_text("Soorten passages").click()
    page.get_by_label("Zoek in dit rapport").fill("veiligheid")
    page.keyboard.press("Enter")
    page.wait_for_selector("#v-1")
    rest(page)  # while Streamlit draws anew, what it replaces fades, and its contrast with it
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in found] == []
    page.close()
