"""A lesson pack in every format, each file opened again by a reader of its own kind."""

import csv
import re
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.oxml.ns import qn
from markdown_it import MarkdownIt
from pptx import Presentation

from assistant.cite import source_text
from assistant.engine import Assistant
from assistant.records import Citation, Quote
from ingest.errors import UsageError
from learn.export import FORMATS, MAKERS, export_pack, pack_files
from learn.export.common import solution
from learn.export.fit import Paragraph
from learn.export.pptx import role_of
from learn.export.slides import BODY
from learn.records import PARTS, Item, Pack, Wish
from tests.test_quotes import RAW, in_file, without_space

STEM = "lespakket-een-gezin-een-plan-1g1p1r-meer"
ENDS = [
    "-trainer.docx",
    "-deelnemers.docx",
    ".pptx",
    ".md",
    "-moodle.xml",
    "-gift.txt",
    ".apkg",
    ".csv",
    "-zelfscan.html",
]
ORDER = (
    (5, "doel", "Bespreek de leerdoelen."),
    (15, "casus", "Vertel de casus in stappen; vraag na elke stap: wat doet u?"),
    (40, "quiz", "Laat de vragen eerst alleen maken."),
)


def cite(assistant: Assistant, start: str, many: int = 1) -> Citation:
    """The citation of ``many`` sentences of the one passage with a sentence that begins so."""
    index = assistant.index
    passage, first = next(
        (passage, number)
        for passage in index.passages
        for number, sentence in enumerate(passage.sentences)
        if passage.quote(sentence).startswith(start)
    )
    quote = Quote(passage, passage.sentences[first : first + many], 0.0)
    return Citation(1, quote, index.reports[passage.report])


def make_pack(assistant: Assistant) -> Pack:
    """A pack with every part and every form of question."""
    plan = cite(assistant, "Het veiligheidsplan is gemaakt met de jeugdige", 2)
    warm = cite(assistant, "Het komt slechts een enkele keer voor dat sprake is van een warme overdracht", 3)
    talk = cite(assistant, "Het jeugdoverleg bij Sterker bestaat", 5)
    heard = cite(assistant, "'De hulpverlener spreekt ook met grootmoeder", 3)
    reported = cite(assistant, "Voorbeeld: De politie heeft het gezin aangemeld", 3)
    removed = cite(assistant, "Bijna een jaar later blijkt dat de fysieke mishandeling", 2)
    escalate = cite(assistant, "Opschalen wil zeggen dat")
    whole = cite(assistant, "Integraal werken betekent hier")
    risk = cite(assistant, "De professional schat de veiligheidsrisico's en ontwikkelingsbedreigingen op tijd in", 2)
    safe = cite(assistant, "De professional bewaakt de directe veiligheid")
    teams = cite(assistant, "De wijkteams zijn per 1 januari 2015 snel van start gegaan")
    share = cite(assistant, "Als dit nodig is voor de veiligheid, wordt informatie gedeeld")
    steps = tuple(talk.quote.passage.quote(sentence) for sentence in talk.quote.sentences[:3])

    def item(name: str, part: str, text: str, *sources: Citation, **more: object) -> Item:
        return Item(name, part, text, sources, **{"minutes": 2, "theme": "veiligheid", **more})  # type: ignore[arg-type]

    def quiz(name: str, form: str, text: str, answer: str, options: Sequence[str], *sources: Citation) -> Item:
        feedback = f"In het rapport staat: “{sources[0].quote.text}”"
        more = {"answer": answer, "options": tuple(options), "feedback": feedback, "form": form}
        return item(name, "quiz", text, *sources, wording="vraagbaak", difficulty="gemiddeld", **more)

    items = (
        item("d1", "doel", f"Na afloop kunt u uitleggen wat de inspectie verwacht: “{plan.quote.text}”", plan),
        item("b1", "boodschap", risk.quote.text, risk),
        item("g1", "goed_voorbeeld", talk.quote.text, talk),
        item("v1", "valkuil", warm.quote.text, warm),
        item("u1", "uitspraak", heard.quote.text, heard),
        item("c1", "casus", reported.quote.text, reported),
        item("c2", "casus", "Wat zou u nu als eerste doen, en met wie?", removed, wording="vraagbaak"),
        item("p1", "gespreksvraag", "Wanneer gaat u samen op huisbezoek?", warm, wording="vraagbaak"),
        item("s1", "stelling", "Zonder toestemming mag u nooit informatie delen.", share, answer="oneens", wording="vraagbaak"),
        quiz("q1", "open", "Wat doet de professional met de directe veiligheid?", safe.quote.text, (), safe),
        quiz("q2", "meerkeuze", "Sinds welk jaar werken de wijkteams = {zo: snel} #van ~start?", "2015", ("2013", "2015", "2017", "2019"), teams),
        quiz("q3", "invul", "De wijkteams zijn per _____ snel van start gegaan.", "1 januari 2015", (), teams),
        quiz("q4", "waar_onwaar", "De wijkteams zijn in 2018 van start gegaan.", "niet waar", (), teams),
        quiz("q5", "koppel", "Zet bij elk begrip de betekenis.", "", (f"integraal werken :: {whole.quote.text}", f"opschalen :: {escalate.quote.text}", "warm :: samen op bezoek"), whole, escalate),
        quiz("q6", "volgorde", "Zet de stappen in de volgorde van het rapport.", "", steps, talk),
        item("n1", "begrip", "Integraal werken", whole, answer=whole.quote.text),
        item("z1", "zelfscan", risk.quote.text, risk, plan, answer=plan.quote.text, options=("positief", "nog niet positief")),
        item("z2", "zelfscan", f"De overdracht is warm.\n{warm.quote.text}", warm, wording="vraagbaak"),
        item("f1", "flitskaart", "Wat is opschalen?", escalate, answer=escalate.quote.text),
    )  # fmt: skip
    wish = Wish("1Gezin1Plan1Regisseur", "wijkteam", 60)
    return Pack("p", "Één gezin/één plan: <1G1P1R> & meer", wish, items, made="2026-11-25", note="Een proef.")


@pytest.fixture(scope="module")
def pack(assistant: Assistant) -> Pack:
    return make_pack(assistant)


@pytest.fixture(scope="module")
def folder(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack in every format."""
    folder = tmp_path_factory.mktemp("export") / "les"
    paths = export_pack(pack, folder, order=ORDER)
    assert [path.name.removeprefix(STEM) for path in paths] == ENDS
    assert sorted(folder.iterdir()) == sorted(paths)
    return folder


def opened(folder: Path, end: str) -> Path:
    return folder / f"{STEM}{end}"


def lines(document: Any) -> list[str]:
    """The text of a Word document: its paragraphs, then its tables."""
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def flat(text: str) -> str:
    return " ".join(text.split())


def quoted(text: str) -> list[str]:
    return re.findall(r"“([^”]+)”", text)


# Word


def test_word_for_the_trainer(folder: Path, pack: Pack) -> None:
    document = Document(str(opened(folder, "-trainer.docx")))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["Draaiboek", *PARTS.values(), "Bronnen"]
    text = "\n".join(lines(document))
    for item in pack.items:
        assert item.text in text and item.answer in text
        for source in item.sources:
            assert source.quote.text in text
            assert f"Bron: {source_text(source)}" in text
    assert [row.cells[0].text for row in document.tables[0].rows] == ["Minuten", "5", "15", "40", "60"]
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert {lang.get(qn("w:val")) for lang in document.styles.element.iter(qn("w:lang"))} == {"nl-NL"}
    assert "PAGE" in document.sections[0].footer._element.xml
    assert document.core_properties.created.date().isoformat() == pack.made


def test_word_for_participants_holds_no_answer(folder: Path, pack: Pack) -> None:
    document = Document(str(opened(folder, "-deelnemers.docx")))
    text = "\n".join(lines(document))
    for item in pack.items:
        shown = item.part != "flitskaart"
        assert (item.text in text) == shown
    secret = [item for part in ("stelling", "quiz") for item in pack.of(part)]
    for item in secret:
        assert not item.feedback or item.feedback not in text
        for source in item.sources:
            assert source.quote.text not in text or item.form in ("koppel", "volgorde")
    for answer in ("1 januari 2015", "Antwoord", "In het rapport staat"):
        assert answer not in text
    assert "A. 2013\nB. 2015\nC. 2017\nD. 2019" in text
    order, match = pack.of("quiz")[5], pack.of("quiz")[4]
    assert "\n".join(solution(order)) not in text and "\n".join(solution(match)) not in text
    ruled = [p for p in document.paragraphs if p.text == "\t"]
    assert len(ruled) == 4 + 5 + 3 + 4 + 1 + 1 + 1  # case, talk, statement, open, cloze, matching, order


def test_word_selfscan_shows_the_rule_to_participants(folder: Path, pack: Pack) -> None:
    document = Document(str(opened(folder, "-deelnemers.docx")))
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells] == [
        "Indicator",
        "Waar staan wij?",
        "Waaraan zien wij dat?",
        "Volgende stap",
    ]
    assert [row.cells[1].text for row in table.rows][1:] == [
        "☐ positief\n☐ nog niet positief",
        "☐ nog niet\n☐ deels\n☐ ja\n☐ weten we niet",
    ]
    assert f"Wanneer positief: “{pack.of('zelfscan')[0].answer}”" in lines(document)


# PowerPoint


def test_slides(folder: Path, pack: Pack) -> None:
    deck = Presentation(str(opened(folder, ".pptx")))
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9)
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert titles[:3] == [pack.title, "Programma: 60 minuten", "Leerdoel"]
    assert titles[-1] == "Bronnen"
    at = titles.index("Quiz 2 van 6: meerkeuzevraag")
    assert titles[at + 1] == "Quiz 2 van 6: antwoord"
    assert texts(deck.slides[at], "body")[1:] == ["A. 2013", "B. 2015", "C. 2017", "D. 2019"]
    assert texts(deck.slides[at + 1], "body")[0] == "B. 2015"
    assert "Antwoord: B. 2015" in deck.slides[at].notes_slide.notes_text_frame.text
    assert "Tijd: 2 minuten." in deck.slides[at].notes_slide.notes_text_frame.text
    for slide in list(deck.slides)[2:-1]:
        assert texts(slide, "footer")[0].startswith("Bron")
    assert all(texts(slide, "number") for slide in list(deck.slides)[1:])
    for slide in deck.slides:
        assert slide.has_notes_slide and slide.notes_slide.notes_text_frame.text


def test_every_quote_is_on_a_slide_and_its_source_in_the_notes(folder: Path, pack: Pack) -> None:
    deck = Presentation(str(opened(folder, ".pptx")))
    shown = flat(" ".join(text for slide in deck.slides for text in texts(slide, "body")).replace("” “", " "))
    notes = "\n".join(slide.notes_slide.notes_text_frame.text for slide in deck.slides)
    for item in pack.items:
        for source in item.sources:
            if item.part in ("stelling", "quiz", "goed_voorbeeld", "valkuil", "uitspraak", "begrip"):
                assert source.quote.text in shown
            if item.part not in ("flitskaart", "zelfscan"):
                assert f"Bron: “{source.quote.text}” ({source_text(source)})" in notes


def test_slides_are_readable_from_the_back_row(folder: Path) -> None:
    deck = Presentation(str(opened(folder, ".pptx")))
    for slide in deck.slides:
        sizes = [int(size) for size in slide._element.xpath("//a:rPr/@sz | //a:endParaRPr/@sz")]
        assert min(sizes) >= 2000
        runs = [run for shape in slide.shapes for p in shape.text_frame.paragraphs for run in p.runs]
        assert all(run.font.size for run in runs)
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
            assert shape.top >= 0 and shape.top + shape.height <= deck.slide_height


def texts(slide: Any, role: str) -> list[str]:
    found = [shape for shape in slide.placeholders if role_of(shape) == role]
    return [paragraph.text for shape in found for paragraph in shape.text_frame.paragraphs]


def test_every_passage_fits_on_slides(assistant: Assistant) -> None:
    for passage in assistant.index.passages:
        text = flat(passage.text)
        parts = BODY.parts([Paragraph(text, "quote")])
        assert all(BODY.size(part) for part in parts)
        assert " ".join(one.text for part in parts for one in part) == text
        assert all(one.text[-1:] in ".?!'’”)" for part in parts[:-1] for one in part)


def test_endless_text_goes_over_more_slides() -> None:
    words, letters = "woord " * 1000, "x" * 5000
    for text in (words.strip(), letters):
        parts = BODY.parts([Paragraph(text)])
        assert len(parts) > 3
        assert all(BODY.size(part) for part in parts)
        assert "".join(one.text for part in parts for one in part).replace(" ", "") == text.replace(" ", "")


# Moodle and GIFT


def moodle(folder: Path) -> list[Any]:
    root = ElementTree.fromstring(opened(folder, "-moodle.xml").read_bytes())
    assert root.tag == "quiz" and {child.tag for child in root} == {"question"}
    return list(root)


def test_moodle_follows_the_rules_of_its_format(folder: Path, pack: Pack) -> None:
    category, *questions = moodle(folder)
    assert category.get("type") == "category"
    assert category.findtext("category/text") == "$course$/top/Vraagbaak/Één gezin//één plan: <1G1P1R> & meer"
    assert [question.get("type") for question in questions] == [
        "essay",
        "multichoice",
        "shortanswer",
        "truefalse",
        "matching",
        "matching",
    ]
    for question, item in zip(questions, pack.of("quiz"), strict=True):
        assert question.findtext("name/text", "").startswith(("01.", "02.", "03.", "04.", "05.", "06."))
        assert question.find("questiontext").get("format") == "html"
        assert plain(question.findtext("questiontext/text")) == item.text
        assert question.findtext("idnumber") == item.id
        answers = question.findall("answer")
        fractions = sorted(answer.get("fraction") for answer in answers)
        assert fractions == {
            "multichoice": ["0", "0", "0", "100"],
            "shortanswer": ["100"],
            "truefalse": ["0", "100"],
        }.get(question.get("type"), [])
        for source in item.sources:
            if item.form != "koppel":
                assert source.quote.text in plain(question.findtext("generalfeedback/text"))
            assert f"Bron: {source_text(source)}" in plain(question.findtext("generalfeedback/text"))


def test_moodle_answers(folder: Path, pack: Pack) -> None:
    essay, choice, short, true_false, match, order = moodle(folder)[1:]
    assert plain(essay.findtext("graderinfo/text")) == pack.of("quiz")[0].answer
    assert (choice.findtext("single"), right(choice)) == ("true", ["2015"])
    assert right(short) == ["1 januari 2015"]
    assert right(true_false) == ["false"]
    assert len(subquestions(match)) == 3
    assert [f"{left} :: {answer}" for left, answer in subquestions(match)] == list(pack.of("quiz")[4].options)
    assert subquestions(order) == [(step, f"stap {n}") for n, step in enumerate(pack.of("quiz")[5].options, 1)]


def right(question: Any) -> list[str]:
    return [plain(answer.findtext("text")) for answer in question.findall("answer") if answer.get("fraction") == "100"]


def subquestions(question: Any) -> list[tuple[str, str]]:
    return [(plain(sub.findtext("text")), sub.findtext("answer/text")) for sub in question.findall("subquestion")]


class Text(HTMLParser):
    """What a page holds: its text, its tags and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.attributes = "", [], []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.text += "\n" if tag in ("p", "br", "blockquote") else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def plain(html: str) -> str:
    return Text(html).text.strip()


@dataclass(frozen=True)
class Gift:
    """A question as the rules of GIFT read it: kind, text, the marks with their answers, general feedback."""

    kind: str
    id: str
    text: str
    answers: tuple[str, ...]
    feedback: str


def read_gift(block: str) -> Gift:
    """Read one question: comment, ::name::, [format] text, braces; a backslash takes the meaning off the next mark."""
    comment, _, rest = block.partition("\n")
    held = re.sub(r"\\([~=#{}:\\])", lambda m: chr(0xE000 + ord(m[1])), rest)
    match = re.fullmatch(r"::([^:]+)::\[plain\]([^{}]*)\{([^{}]*)\}", held, re.DOTALL)
    assert match and comment.startswith("// [id:")
    body, _, feedback = match[3].rpartition("####")
    body = body.strip()
    if not body:
        kind, answers = "essay", []
    elif body in ("TRUE", "FALSE"):
        kind, answers = "truefalse", [body]
    elif "~" in body:
        kind, answers = "multichoice", re.findall(r"[~=][^~=]+", body)
    else:
        kind, answers = "matching" if "->" in body else "shortanswer", body.split("=")[1:]
    return Gift(
        kind, comment[7:].split("]")[0], held_back(match[2]), tuple(map(held_back, answers)), held_back(feedback)
    )


def held_back(text: str) -> str:
    text = text.replace("\\n", "\n")
    return re.sub("[\ue000-\ue0ff]", lambda m: chr(ord(m[0]) - 0xE000), text).strip()


def test_gift_read_by_its_rules(folder: Path, pack: Pack) -> None:
    category, *blocks = opened(folder, "-gift.txt").read_text(encoding="utf-8").strip().split("\n\n")
    assert category == "$CATEGORY: $course$/top/Vraagbaak/Één gezin//één plan: <1G1P1R> & meer"
    questions = [read_gift(block) for block in blocks]
    items = pack.of("quiz")
    assert [(q.id, q.text) for q in questions] == [(item.id, item.text) for item in items]
    assert [q.kind for q in questions] == ["essay", "multichoice", "shortanswer", "truefalse", "matching", "matching"]
    assert questions[1].answers == ("~2013", "=2015", "~2017", "~2019")
    assert questions[2].answers == ("1 januari 2015",)
    assert questions[3].answers == ("FALSE",)
    assert [answer.split(" -> ")[1] for answer in questions[5].answers] == ["stap 1", "stap 2", "stap 3"]
    assert [answer.replace(" -> ", " :: ") for answer in questions[4].answers] == list(items[4].options)
    for question, item in zip(questions, items, strict=True):
        assert f"Bron: {source_text(item.sources[0])}" in question.feedback
        assert item.sources[0].quote.text in question.feedback


@pytest.mark.parametrize("text", ["a ~ b = c # d { e } f : g", "regel\n\nregel", "a \\ b", "5 -> 6"])
def test_gift_escapes(text: str, pack: Pack) -> None:
    item = replace(pack.of("quiz")[2], text=text, answer=text)
    block = pack_files(pack.with_items((item,)), ["gift"]).popitem()[1].decode().strip().split("\n\n")[1]
    read = read_gift(block)
    assert read.kind == "shortanswer"
    assert read.text == read.answers[0] == text.replace("->", "→")


# Anki, CSV, Markdown


def notes(file: bytes) -> list[tuple[str, str, str]]:
    """Each note's guid, fields and tags, from the collection in the archive."""
    with zipfile.ZipFile(BytesIO(file)) as archive, closing(sqlite3.connect(":memory:")) as connection:
        assert archive.namelist() == ["collection.anki2", "media"] and archive.read("media") == b"{}"
        connection.deserialize(archive.read("collection.anki2"))
        (cards,) = connection.execute("SELECT count(*) FROM cards").fetchone()
        rows = connection.execute("SELECT guid, flds, tags FROM notes").fetchall()
    assert cards == len(rows)
    return rows


def test_anki_notes_keep_their_ids(folder: Path, pack: Pack) -> None:
    rows = notes(opened(folder, ".apkg").read_bytes())
    assert [guid for guid, _, _ in rows] == ["f1", "n1", *(item.id for item in pack.of("quiz"))]
    assert notes(pack_files(pack, ["anki"])[f"{STEM}.apkg"]) == rows
    front, back, _, source = rows[0][1].split("\x1f")
    assert (front, plain(back)) == ("Wat is opschalen?", f"“{pack.of('flitskaart')[0].answer}”")
    assert source == source_text(pack.of("flitskaart")[0].sources[0])
    assert rows[0][2].split() == ["vraagbaak", "veiligheid"]
    edited = pack.with_items(tuple(replace(item, text="Anders?") if item.id == "f1" else item for item in pack.items))
    assert notes(pack_files(edited, ["anki"])[f"{STEM}.apkg"])[0][:2] == ("f1", rows[0][1].replace(front, "Anders?"))


def test_anki_files_load_nothing(folder: Path) -> None:
    for _, fields, _ in notes(opened(folder, ".apkg").read_bytes()):
        assert set(Text(fields).tags) <= {"br"}


def test_csv_opens_in_excel_set_to_dutch(folder: Path, pack: Pack) -> None:
    data = opened(folder, ".csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["id"] for row in rows] == [item.id for item in pack.items]
    for row, item in zip(rows, pack.items, strict=True):
        assert (row["onderdeel"], row["tekst"], row["antwoord"]) == (PARTS[item.part], item.text, item.answer)
        assert row["citaten"].split("\n") == [source.quote.text for source in item.sources]
        assert row["bronnen"].split("\n") == [source_text(source) for source in item.sources]


@pytest.mark.parametrize("text", ["=1+1", "+31", "-2", "@SUM(A1)", "\t=1", " =1"])
def test_csv_runs_nothing(text: str, pack: Pack) -> None:
    item = replace(pack.items[0], text=text, answer=text)
    data = pack_files(pack.with_items((item,)), ["csv"])[f"{STEM}.csv"].decode("utf-8-sig")
    row = next(csv.DictReader(StringIO(data, newline=""), delimiter=";"))
    assert row["tekst"] == row["antwoord"] == f"'{text}"


def test_markdown(folder: Path, pack: Pack) -> None:
    text = opened(folder, ".md").read_text(encoding="utf-8")
    page = MarkdownIt("commonmark").enable("table").render(text)
    seen = Text(page)
    assert seen.tags.count("h2") == len(PARTS) + 2 and seen.tags.count("table") == 1
    assert not {"a", "img", "script"} & set(seen.tags)
    for item in pack.items:
        for source in item.sources:
            assert source.quote.text in seen.text
            assert f"Bron: {source_text(source)}" in seen.text


# Self-scan


def test_selfscan_page_comes_from_nowhere_else(folder: Path, pack: Pack) -> None:
    page = opened(folder, "-zelfscan.html").read_text(encoding="utf-8")
    seen = Text(page)
    assert '<html lang="nl">' in page and "@page{size:A4" in page
    assert not {"script", "img", "link", "iframe"} & set(seen.tags)
    assert not {"src", "href"} & {name for name, _ in seen.attributes}
    assert "http" not in page.replace("http-equiv", "") and "url(" not in page
    assert seen.tags.count("circle") == 2 * 2
    for item in pack.of("zelfscan"):
        assert item.text.split("\n")[0] in seen.text
        for source in item.sources:
            assert f"Bron: {source_text(source)}" in seen.text


# The whole


def test_every_quotation_in_every_file_stands_in_a_report(folder: Path, pack: Pack) -> None:
    deck = Presentation(str(opened(folder, ".pptx")))
    files = {
        "trainer": "\n".join(lines(Document(str(opened(folder, "-trainer.docx"))))),
        "participants": "\n".join(lines(Document(str(opened(folder, "-deelnemers.docx"))))),
        "slides": "\n".join(text for slide in deck.slides for text in texts(slide, "body")),
        "notes": "\n".join(slide.notes_slide.notes_text_frame.text for slide in deck.slides),
        "markdown": Text(MarkdownIt().render(opened(folder, ".md").read_text(encoding="utf-8"))).text,
        "moodle": "\n".join(plain(q.findtext("generalfeedback/text")) for q in moodle(folder)[1:]),
        "gift": held_back(opened(folder, "-gift.txt").read_text(encoding="utf-8").replace("\\:", ":")),
        "anki": "\n".join(plain(fields) for _, fields, _ in notes(opened(folder, ".apkg").read_bytes())),
        "selfscan": Text(opened(folder, "-zelfscan.html").read_text(encoding="utf-8")).text,
    }
    reports = [without_space(in_file(report, [[0, len(text)]])) for report, text in RAW.items()]
    for name, text in files.items():
        assert len(quoted(text)) >= (1 if name == "selfscan" else 6), name
        for quote in quoted(text):
            assert any(without_space(quote) in report for report in reports), (name, quote)


def test_two_runs_give_the_same_bytes(folder: Path, pack: Pack) -> None:
    for name, data in pack_files(pack, order=ORDER).items():
        if not name.endswith(".apkg"):  # its notes carry the time, or a second import would not update them
            assert (folder / name).read_bytes() == data, name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "lespakket-etc-passwd.csv"),
        ("con", "lespakket-con.csv"),
        ("x" * 5000, f"lespakket-{'x' * 60}.csv"),
        ("Één / twee\\drie:?*\x00", "lespakket-een-twee-drie.csv"),
        ("", "lespakket.csv"),
        ("✈✈", "lespakket.csv"),
    ],
)
def test_file_names_are_safe(title: str, name: str, pack: Pack, tmp_path: Path) -> None:
    assert export_pack(replace(pack, title=title), tmp_path, ["csv"]) == (tmp_path / name,)


def test_hostile_texts_make_whole_files(pack: Pack) -> None:
    bad = 'a\x00b\x0b\ud800 <script>alert(1)</script> ]]> & "x" ' + "lang " * 1000
    items = tuple(replace(item, text=bad, feedback=bad, theme=bad, wording="trainer") for item in pack.items)
    files = pack_files(replace(pack, title=bad, note=bad, items=items), order=ORDER)
    assert len(files) == len(ENDS)
    for name, data in files.items():
        if name.endswith("docx"):
            assert Document(BytesIO(data)).paragraphs
        elif name.endswith("pptx"):
            for slide in Presentation(BytesIO(data)).slides:
                sizes = [int(size) for size in slide._element.xpath("//a:rPr/@sz")]
                assert min(sizes) >= 2000
        elif name.endswith("xml"):
            assert ElementTree.fromstring(data).tag == "quiz"
        elif name.endswith("html"):
            assert "<script>" not in data.decode()


def test_formats_without_items_give_no_file(pack: Pack) -> None:
    small = pack.with_items(pack.of("valkuil"))
    assert [name.removeprefix(STEM) for name in pack_files(small)] == [
        "-trainer.docx",
        "-deelnemers.docx",
        ".pptx",
        ".md",
        ".csv",
    ]


def test_nothing_to_write(pack: Pack) -> None:
    with pytest.raises(UsageError, match="holds no items for moodle, gift"):
        pack_files(pack.with_items(pack.of("valkuil")), ["moodle", "gift"])
    with pytest.raises(UsageError, match="holds no items"):
        pack_files(pack.with_items(()))


def test_unknown_format(pack: Pack) -> None:
    with pytest.raises(
        UsageError, match=r"unknown format 'odt'; known are docx, pptx, markdown, moodle, gift, anki, csv, zelfscan"
    ):
        pack_files(pack, ["odt"])


def test_folder_that_cannot_be_written(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written") as caught:
        export_pack(pack, tmp_path / "file" / "les", ["csv"])
    assert "\n" not in str(caught.value)
    assert caught.value.dutch == "In deze map kan niet worden geschreven. Kies een andere map."


def test_formats_and_makers_agree() -> None:
    assert list(FORMATS) == list(MAKERS)
