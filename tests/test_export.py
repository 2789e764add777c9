"""A conversation as Word, Markdown and HTML file, opened again, and its receipts."""

import json
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from markdown_it import MarkdownIt
from playwright.sync_api import Browser

from assistant.cite import citation_text, reference
from assistant.engine import Assistant
from assistant.receipt import as_text, count_quotes, make_conversation, read_receipt, verify
from assistant.records import Answer, Citation, Notice, Quote
from ingest.errors import UsageError
from ingest.records import Passage, Report, Sentence
from tests.conftest import CORPUS, PROJECT, environment, wait_until
from tests.test_quotes import in_file, without_space
from ui.export.docx import as_docx
from ui.export.markdown import as_markdown
from ui.export.page import as_page
from ui.export.transcript import entries
from ui.html import answer_html

DAY = date(2026, 11, 25)
ASKED = (
    "wat doe ik als de hulpvraag ontbreekt",
    "hoe is de regie in Nijmegen en Someren?",
    "hoeveel inwoners heeft Someren",
    "mijn man slaat me nu, bel 06-12345678",
)
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(1)</script> ![](http://evil.example/?d=1) [a](http://b.nl) <http://c.nl>'
REPORT = Report("r-2019", "Een *rapport*", "Inspectie", 2019, "2019", True, "", "", "plain", "r.txt", "0")
TEXT = "Bel eerst [de school]. Maak een plan."
PASSAGE = Passage(
    "r-2019:100-137", "r-2019", "goed_voorbeeld", ("Resultaten", "Hulp"), ((100, 137),), TEXT,
    (Sentence(0, 22, ((100, 122),), "text"), Sentence(23, 37, ((123, 137),), "text")), page=7,
)  # fmt: skip
CITATIONS = (
    Citation(1, Quote(PASSAGE, PASSAGE.sentences[:1], 1.0), REPORT),
    Citation(2, Quote(replace(PASSAGE, page=None), PASSAGE.sentences, 0.5), REPORT),
)
ANSWER = Answer(
    question="Wat nu met 1_0?",
    standalone_question="Wat nu met 1_0 in Someren?",
    status="partly",
    answer=f'**Kort**\n"{TEXT[:22]}" [1] (R 2019)\n\n**Wat elders werkt**\n- "{TEXT}" [2] (R 2019)\n- Meer [3].',
    notices=(Notice("crisis", "**Gevaar? Bel 112.** Nu."),),
    citations=CITATIONS,
    not_covered=("de kosten", "de datum"),
)
MARKDOWN = """\
# Gesprek met Vraagbaak

25 november 2026

## Vraag 1: Wat nu met 1\\_0?

> **Let op.** **Gevaar? Bel 112.** Nu.

*Gezocht op: Wat nu met 1\\_0 in Someren?*

*Deels beantwoord. Dit ontbreekt: de kosten; de datum.*

### Kort

"Bel eerst \\[de school\\]." [1] (R 2019)

### Wat elders werkt

- "Bel eerst \\[de school\\]. Maak een plan." [2] (R 2019)
- Meer \\[3\\].

### Bronnen

1. Inspectie, Een \\*rapport\\*, 2019

   Resultaten › Hulp, p. 7 (goed voorbeeld)

   > “Bel eerst \\[de school\\].”

   Plaats: r-2019, tekens 100–122

2. Inspectie, Een \\*rapport\\*, 2019

   Resultaten › Hulp (goed voorbeeld)

   > “Bel eerst \\[de school\\]. Maak een plan.”

   Plaats: r-2019, tekens 100–137

---

Bewaard op 25 november 2026. Vraagbaak is geen officiële dienst van Veilig Thuis of een inspectie.

Elk citaat staat letterlijk in het rapport. ‘Plaats’ noemt het tekstbestand van het rapport, en bij welke tekens het citaat begint en eindigt.

Zelf controleren: bewaar ook het bewijs van elk antwoord. Geef dan op een computer met Vraagbaak de opdracht: vraagbaak verify vraagbaak-bewijs-2026-11-25.json
"""


@pytest.fixture(scope="module")
def conversation(assistant: Assistant) -> tuple[Answer, ...]:
    answers = tuple(assistant.ask(question) for question in ASKED)
    assert [answer.status for answer in answers] == ["answered", "answered", "not_found", "out_of_scope"]
    return answers


def opened(file: bytes) -> Any:
    return Document(BytesIO(file))


class Tags(HTMLParser):
    """What a page holds: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_citation_as_text() -> None:
    assert reference(REPORT) == "Inspectie, Een *rapport*, 2019"
    assert citation_text(CITATIONS[0]) == (
        "“Bel eerst [de school].” (Inspectie, Een *rapport*, 2019, Resultaten › Hulp, p. 7)"
    )
    assert citation_text(CITATIONS[1]).endswith("2019, Resultaten › Hulp)")


def test_markdown_of_a_small_answer() -> None:
    assert as_markdown([ANSWER], DAY) == MARKDOWN


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("answered", "*Beantwoord uit de rapporten.*"),
        ("not_found", "*Staat niet in de rapporten. Dit ontbreekt: het aantal.*"),
        ("out_of_scope", "*Valt buiten de rapporten.*"),
        ("invalid", "*Geen vraag gelezen.*"),
    ],
)
def test_status_in_words(status: str, said: str) -> None:
    missing = ("het aantal",) if status == "not_found" else ()
    text = as_markdown([replace(ANSWER, status=status, not_covered=missing)], DAY)
    assert f"\n{said}\n" in text
    assert ("### Bronnen" in text) == (status == "answered")
    assert ("### Dichtst in de buurt, geen antwoord op de vraag" in text) == (status != "answered")


@pytest.mark.parametrize(
    "question",
    [
        HOSTILE,
        "- a\n# b\n    c\n1. d\n2) e\n+ f\n=== \n---\n> g\n```\nh\n<b>i</b>\n&lt;j&gt; \\[k](l) **m** | n ~~o~~ `p`",
        "www.evil.nl en https://evil.nl\n[x]: http://evil.nl\n[x]",
    ],
)
def test_a_question_stays_text_in_a_markdown_viewer(question: str) -> None:
    asked = replace(ANSWER, question=question + " lang" * 30, standalone_question=question, answer="", citations=())
    shown = Tags(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(as_markdown([asked], DAY)))
    assert set(shown.tags) == {"h1", "h2", "p", "blockquote", "strong", "em", "hr"}
    text = " ".join("".join(shown.text).split())
    for line in question.split("\n"):
        assert line.strip() in text


def test_addresses_that_viewers_link_unasked_are_broken_up() -> None:
    asked = replace(ANSWER, question="www.evil.nl https://evil.nl")
    assert "## Vraag 1: www\\.evil.nl https\\://evil.nl\n" in as_markdown([asked], DAY)


def test_what_looks_like_our_marks_inside_a_quote_stays_text() -> None:
    said = 'Zie "onderzoek [1]" en "dit" [2] van **wijk** <b> [1].'
    passage = replace(PASSAGE, text=said, sentences=(Sentence(0, len(said), ((100, 137),), "text"),))
    cited = tuple(Citation(n, Quote(passage, passage.sentences, 1.0), REPORT) for n in (1, 2))
    quoted = replace(ANSWER, citations=cited, answer=f'"{said}" [1] (R [2] **a**)', notices=())
    link = '<a class="vb-verwijzing" href="#bron-0-1" aria-label="bron 1">[1]</a>'
    kept = said.replace("<b>", "&lt;b&gt;")
    assert f'<p>"{kept}" {link} (R [2] <strong>a</strong>)</p>' in answer_html(quoted, 0)
    runs = [(run.text, run.style) for run in entries([quoted])[0].answer[0].runs]
    assert runs == [(f'"{said}" ', "plain"), ("1", "marker"), (" (R [2] ", "plain"), ("a", "bold"), (")", "plain")]
    told = '- Men noemt „**wijk** [2]” en "b [1]" [1] [2] (letterlijk)'
    by_model = replace(quoted, answer=told, engine="m")
    second = link.replace("0-1", "0-2").replace("bron 1", "bron 2").replace("[1]", "[2]")
    badge = '<span class="vb-keur vb-keur-letterlijk">letterlijk</span>'
    shown = f'<li>Men noemt „**wijk** [2]” en "b [1]" {link} {second} {badge}</li>'
    assert shown in answer_html(by_model, 0)
    styles = [(run.text, run.style) for run in entries([by_model])[0].answer[0].runs if run.style != "plain"]
    assert styles == [("1", "marker"), ("2", "marker")]


def test_html_holds_nothing_that_loads_or_runs(conversation: Sequence[Answer]) -> None:
    asked = replace(conversation[0], question=HOSTILE, standalone_question=HOSTILE)
    page = as_page([asked, *conversation, ANSWER], DAY)
    found = Tags(page)
    assert set(found.tags) == set(
        "html head meta title style body main h1 h2 h3 section p b ul li a ol blockquote footer".split()
    )
    addresses = [value or "" for name, value in found.attributes if name in ("href", "src", "action")]
    assert addresses and all(address.startswith("#") for address in addresses)
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]
    assert ("lang", "nl") in found.attributes
    assert not re.search(r"url\(|@import", page.split("</style>")[0])
    assert f"Vraag 1: {HOSTILE}" in found.text
    ids = {value for name, value in found.attributes if name == "id"}
    assert {address[1:] for address in addresses} == ids  # each marker has its source, each source its marker


def test_html_shows_every_quote_and_no_personal_data(conversation: Sequence[Answer]) -> None:
    shown = "".join(Tags(as_page(conversation, DAY)).text)
    for citation in (c for answer in conversation for c in answer.citations):
        assert f"“{citation.quote.text}”" in shown
    assert "06-12345678" not in shown and "bel [telefoonnummer]" in shown


def test_docx_opened_again(conversation: Sequence[Answer]) -> None:
    word = opened(as_docx(conversation, DAY))
    headings = [(p.style.name, p.text) for p in word.paragraphs if p.style.name in ("Title", "Heading 1")]
    assert headings == [
        ("Title", "Gesprek met Vraagbaak"),
        *(("Heading 1", f"Vraag {n}: {answer.question}") for n, answer in enumerate(conversation, 1)),
        ("Heading 1", "Over dit gesprek"),
    ]
    parts = [p.text for p in word.paragraphs if p.style.name == "Heading 2"]
    assert [part for part in parts if "ronnen" in part or "Dichtst" in part] == [
        "Bronnen", "Bronnen", "Dichtst in de buurt, geen antwoord op de vraag",
    ]  # fmt: skip
    assert "Kort" in parts and "Nijmegen 2019" in parts
    text = "\n".join(p.text for p in word.paragraphs)
    assert "Let op. Is er nu gevaar? Bel 112." in text
    assert "Staat niet in de rapporten. Dit ontbreekt: inwonertal" in text
    assert text.endswith("vraagbaak verify vraagbaak-bewijs-2026-11-25.json")


def test_docx_is_dutch_a4_and_numbers_its_pages() -> None:
    word = opened(as_docx([ANSWER], DAY))
    properties = word.core_properties
    assert (properties.author, properties.title) == ("Vraagbaak", "Gesprek met Vraagbaak, 25 november 2026")
    assert (properties.language, properties.created.date(), properties.comments) == ("nl-NL", DAY, "")
    assert [tag.get(qn("w:val")) for tag in word.styles.element.iter(qn("w:lang"))] == ["nl-NL"]
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    foot = section.footer.paragraphs[0]._p
    assert [field.get(qn("w:instr")) for field in foot.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert "".join(t.text for t in foot.iter(qn("w:t"))) == "Vraagbaak, pagina 1 van 1"


def test_docx_quotes_stand_in_the_reports(conversation: Sequence[Answer]) -> None:
    word = opened(as_docx(conversation, DAY))
    quotes = [p.text for p in word.paragraphs if p.style.name == "Quote"]
    places = [p.text for p in word.paragraphs if p.text.startswith("Plaats: ")]
    citations = [citation.to_json() for answer in conversation for citation in answer.citations]
    assert len(quotes) == len(places) == len(citations) > 10
    for quote, place, cited in zip(quotes, places, citations, strict=True):
        assert (quote[0], quote[-1]) == ("“", "”")
        assert without_space(quote[1:-1]) == in_file(cited["report"], cited["spans"])
        assert place == f"Plaats: {cited['report']}, tekens {cited['start']}–{cited['end']}"


def test_docx_markers_are_the_numbers_of_its_sources(conversation: Sequence[Answer]) -> None:
    word = opened(as_docx(conversation, DAY))
    asked: list[tuple[list[int], list[int]]] = []
    for paragraph in word.paragraphs:
        if paragraph.style.name == "Heading 1":
            asked.append(([], []))
        elif paragraph.style.name == "List Number":
            asked[-1][1].append(paragraph._p.pPr.numPr.numId.val)
        elif asked and paragraph.style.name in ("Normal", "List Bullet"):
            asked[-1][0].extend(int(n) for n in re.findall(r'" \[(\d+)\]', paragraph.text))
    lists = [list_ids for _, list_ids in asked if list_ids]
    assert [markers for markers, _ in asked] == [list(range(1, len(ids) + 1)) for _, ids in asked]
    assert [len(set(ids)) for ids in lists] == [1, 1, 1] and len({ids[0] for ids in lists}) == 3
    numbering = word.part.numbering_part.element
    for number in numbering.findall(qn("w:num"))[-3:]:
        assert [start.get(qn("w:val")) for start in number.iter(qn("w:startOverride"))] == ["1"]


def test_a_word_file_of_a_hostile_question_opens_with_it_as_text() -> None:
    word = opened(as_docx([replace(ANSWER, question=HOSTILE + "\nen\tverder")], DAY))
    told = [p.text for p in word.paragraphs if p.runs and p.runs[0].bold]
    assert told == [HOSTILE, "en\tverder", "Let op. Gevaar? Bel 112. Nu."]
    assert next(p.text for p in word.paragraphs if p.style.name == "Heading 1") == "Vraag 1"


@pytest.fixture
def receipts(assistant: Assistant, conversation: Sequence[Answer]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(as_text(make_conversation([assistant.receipt(a) for a in conversation])))
    return made


def written(receipts: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "bewijs.json"
    path.write_text(json.dumps(receipts))
    return read_receipt(path)


def test_receipts_of_a_conversation_hold(
    receipts: dict[str, Any], conversation: Sequence[Answer], tmp_path: Path
) -> None:
    kept = written(receipts, tmp_path)
    assert kept["schema"] == "vraagbaak.conversation/1"
    assert verify(kept, CORPUS) == []
    assert count_quotes(kept) == sum(len(answer.citations) for answer in conversation)


def test_one_changed_letter_in_a_conversation_is_found(receipts: dict[str, Any], tmp_path: Path) -> None:
    citation = receipts["receipts"][1]["answer"]["citations"][2]
    citation["quote"] = citation["quote"].replace("e", "a", 1)
    faults = verify(written(receipts, tmp_path), CORPUS)
    place = f"{citation['report']}:{citation['start']}-{citation['end']}"
    assert faults == [f"answer 2: [3] {place}: does not stand there letter for letter: «{citation['quote']}»"]


@pytest.mark.parametrize("held", [{}, {"receipts": 3}, {"receipts": [{"schema": "vraagbaak.receipt/1"}]}])
def test_damaged_receipts_of_a_conversation(held: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the receipt is damaged"):
        verify(written({"schema": "vraagbaak.conversation/1", **held}, tmp_path), CORPUS)


APP = """
import streamlit as st
from pathlib import Path
from assistant.cite import citation_text, reference
from assistant.engine import Assistant
from ui import bewaren

assistant = Assistant(Path({index!r}), Path({corpus!r}))
answers = st.session_state.setdefault("answers", [assistant.ask(question) for question in {asked!r}])
bewaren.show(answers, lambda: [assistant.receipt(answer) for answer in answers])
"""


@pytest.fixture
def menu(index: Path, tmp_path: Path) -> Iterator[str]:
    """A page with the menu alone; gives its address."""
    app = tmp_path / "app.py"
    app.write_text(APP.format(index=str(index), corpus=str(CORPUS), asked=ASKED[:2]))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    options = [f"--server.port={address.split(':')[1]}", "--server.address=127.0.0.1", "--server.headless=true"]
    command = [sys.executable, "-m", "streamlit", "run", str(app), *options]
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: urllib.request.urlopen(f"http://{address}/_stcore/health", timeout=2).status == 200)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.mark.browser
def test_the_menu_hands_out_four_files(menu: str, browser: Browser, tmp_path: Path, assistant: Assistant) -> None:
    day = date.today().isoformat()
    names = {
        "Word (DOCX)": f"vraagbaak-gesprek-{day}.docx",
        "Markdown": f"vraagbaak-gesprek-{day}.md",
        "Webpagina om af te drukken (HTML)": f"vraagbaak-gesprek-{day}.html",
        "Bewijs van elk antwoord": f"vraagbaak-bewijs-{day}.json",
    }
    page = browser.new_page()
    page.goto(menu)
    page.get_by_role("button", name="Bewaar dit gesprek").click()
    for label, name in names.items():
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label).click()
        assert waiting.value.suggested_filename == name
        waiting.value.save_as(tmp_path / name)
    page.close()
    quotes = [f"“{c.quote.text}”" for question in ASKED[:2] for c in assistant.ask(question).citations]
    word = opened((tmp_path / names["Word (DOCX)"]).read_bytes())
    assert [p.text for p in word.paragraphs if p.style.name == "Quote"] == quotes
    shown = Tags((tmp_path / names["Webpagina om af te drukken (HTML)"]).read_text()).text
    assert [text for text in shown if text.startswith("“")] == quotes
    assert (tmp_path / names["Markdown"]).read_text().count("   > “") == len(quotes)
    assert verify(read_receipt(tmp_path / names["Bewijs van elk antwoord"]), CORPUS) == []
