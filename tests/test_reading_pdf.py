"""Reading PDF: the made documents whole, and each rule on a page drawn for it."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdfium2 import PdfDocument
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import DocumentError
from ingest.reading.document import Document
from ingest.reading.pdf import read_pdf
from ingest.reading.refusals import DAMAGED, EMPTY, PASSWORD

DOCUMENTS = Path(__file__).parent / "data" / "documents"
sys.path.insert(0, str(DOCUMENTS))
from measure import NAMES, Share, measure, truth_of  # noqa: E402

WIDTH, HEIGHT, LEFT, SIZE, STEP = 595, 842, 70, 10, 13
NEEDS_TESSERACT = pytest.mark.skipif(not shutil.which("tesseract"), reason="there is no tesseract on this machine")

Draw = Callable[[Canvas], None]


def drawn(path: Path, *pages: Draw) -> Path:
    """A PDF of A4 pages, each drawn by a function."""
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT))
    for draw in pages:
        canvas.setFont("Helvetica", SIZE)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def lines(
    canvas: Canvas, texts: list[str], x: float = LEFT, y: float = 100, font: str = "Helvetica", size: float = SIZE
):
    """Draw lines below each other from a height counted from the page's top."""
    canvas.setFont(font, size)
    for number, text in enumerate(texts):
        canvas.drawString(x, HEIGHT - y - number * STEP * size / SIZE, text)


def read(path: Path, *pages: Draw) -> Document:
    return read_pdf(drawn(path / "rapport.pdf", *pages))


def found(document: Document) -> list[tuple[str, str]]:
    return [(element.kind, element.text) for element in document.elements]


FULL = "Dit is een volle regel van de tekst, die doorloopt tot aan de rand van het blad en nog"


@pytest.mark.parametrize("name", NAMES)
def test_made_document_is_found_whole(name: str) -> None:
    truth = truth_of(name)
    measured = measure(truth, read_pdf(DOCUMENTS / f"{name}.pdf"))
    assert measured.same_letters
    for share in (measured.letters, measured.pages, measured.turns, measured.headings, measured.rows):
        assert share == Share(share.all, share.all)
    # two words of Nijmegen's columns cannot be told: "www.re-/giesociaaldomein.nl" and "jeugd-/gezondheidsinstanties"
    assert measured.whole.all - measured.whole.right == (2 if name == "nijmegen-twee-kolommen" else 0)


def test_made_documents_say_what_they_are_and_what_is_left_out() -> None:
    one, two, brochure = (read_pdf(DOCUMENTS / f"{name}.pdf") for name in NAMES)
    assert (one.title, one.publisher, one.year, one.pages) == (
        "Het lokale netwerk na Veilig Thuis Someren",
        "Toezicht Sociaal Domein",
        2020,
        10,
    )
    assert (two.title, two.year, two.pages) == ("Het lokale netwerk na Veilig Thuis Nijmegen", 2019, 10)
    assert (brochure.title, brochure.publisher, brochure.year) == ("Veilig opgroeien in Someren", "", 2020)
    assert one.left_out == (
        "Kop- of voetregel op 9 pagina’s: “Het lokale netwerk na Veilig Thuis Someren”",
        "Kop- of voetregel op 9 pagina’s: “Toezicht Sociaal Domein Pagina 2 van 10”",
        "Inhoudsopgave op pagina 1",
    )
    assert two.left_out == (
        "Kop- of voetregel op 9 pagina’s: “Lokale netwerk Nijmegen”",
        "Paginanummers op 9 pagina’s",
    )
    assert brochure.left_out == (
        "Kop- of voetregel op 5 pagina’s: “Veilig opgroeien in Someren”",
        "Paginanummers op 5 pagina’s",
        "Herhaalde kop van een tabel op 1 pagina",
    )


def test_columns_are_read_one_after_the_other_below_a_title_over_both(tmp_path: Path) -> None:
    left = [
        "De linkerkolom begint hier en gaat",
        "verder met een tweede regel tekst,",
        "een derde regel, en loopt over in",
    ]
    right = ["de rechterkolom, die er net zo een", "is met regels op gelijke hoogte en", "met deze regel ophoudt."]

    def page(canvas: Canvas) -> None:
        lines(canvas, ["Een titel die over beide kolommen van de pagina staat"], y=80, font="Helvetica-Bold", size=18)
        for number, pair in enumerate(zip(left, right, strict=True)):  # as some programs write: line by line across
            lines(canvas, [pair[0]], y=120 + number * STEP)
            lines(canvas, [pair[1]], x=320, y=120 + number * STEP)
        lines(canvas, [FULL, "doorgaat onder de kolommen."], y=200)

    assert found(read(tmp_path, page)) == [
        ("heading", "Een titel die over beide kolommen van de pagina staat"),
        ("text", " ".join(left + right)),
        ("text", f"{FULL} doorgaat onder de kolommen."),
    ]


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("de hulp-", "verleners kwamen", "de hulpverleners kwamen"),
        ("de gezins-", "en jongerencoaches", "de gezins- en jongerencoaches"),
        ("in Zuidoost-", "Brabant is het", "in Zuidoost-Brabant is het"),
        ("alle WMO-", "consulenten werken", "alle WMO-consulenten werken"),
        ("een 24-", "uurs dienst", "een 24-uurs dienst"),
        ("kijk op www.kiezen-en-", "delen.nl daarvoor", "kijk op www.kiezen-en-delen.nl daarvoor"),
        ("de casus-", "overstijgende aanpak", "de casus-overstijgende aanpak"),  # so it stands in the first line
        ("veiligheidsdoelen/-", "afspraken delen", "veiligheidsdoelen/-afspraken delen"),
        ("jeugdigen en/", "of volwassenen", "jeugdigen en/of volwassenen"),
        ("samen \u2013", "zo blijkt", "samen \u2013 zo blijkt"),
    ],
)
def test_word_cut_by_a_lines_end_is_mended(tmp_path: Path, before: str, after: str, whole: str) -> None:
    first = "Een casus-overstijgende samenwerking is er al langer, en er wordt nu ook gewerkt aan"
    pad = "x" * max(0, 78 - len(before))
    document = read(tmp_path, lambda canvas: lines(canvas, [first, f"{pad} {before}", f"{after} en meer."]))
    assert found(document) == [("text", f"{first} {pad} {whole} en meer.")]


def test_running_lines_and_page_numbers_are_left_out_and_named(tmp_path: Path) -> None:
    def page(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            lines(canvas, ["Rapport over samenwerking"], y=40, size=8)
            lines(canvas, [f"Hoofdstuk {number} {'abcd'[number - 1]} {number + 4}"], y=800, size=8)
            lines(canvas, [FULL, f"met de regel die alleen op pagina {number} staat."], y=200)

        return draw

    document = read(tmp_path, *(page(number) for number in (1, 2, 3, 4)))
    assert [(e.text, e.page) for e in document.elements] == [
        (f"{FULL} met de regel die alleen op pagina {n} staat.", n) for n in (1, 2, 3, 4)
    ]
    assert document.left_out[0] == "Kop- of voetregel op 4 pagina’s: “Rapport over samenwerking”"
    assert len(document.left_out) == 5  # the foot differs on each page but for the page's number


def test_paragraph_goes_on_over_a_page_and_tells_where(tmp_path: Path) -> None:
    def first(canvas: Canvas) -> None:
        lines(canvas, [FULL, FULL], y=760)

    def second(canvas: Canvas) -> None:
        lines(canvas, ["gaat verder op de volgende pagina.", "Een nieuwe alinea begint op een nieuwe regel."], y=70)

    document = read(tmp_path, first, second)
    whole = f"{FULL} {FULL} gaat verder op de volgende pagina."
    assert [(e.text, e.page, e.turns) for e in document.elements] == [
        (whole, 1, ((whole.index("gaat"), 2),)),
        ("Een nieuwe alinea begint op een nieuwe regel.", 2, ()),
    ]


def test_list_marks_make_items_and_a_dash_in_a_sentence_does_not(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, [FULL, "\u2013 zoals gezegd \u2013 loopt de zin hier gewoon door."])
        for number, mark in enumerate(["\u2022", "\u2013", "-", "1.", "a."]):
            lines(canvas, [mark], x=LEFT + 10, y=150 + number * 2 * STEP)
            lines(canvas, [f"Punt {number} heeft een tekst die zo lang is dat hij op twee regels van de lijst komt te"],
                  x=LEFT + 30, y=150 + number * 2 * STEP)  # fmt: skip
            lines(canvas, ["staan."], x=LEFT + 30, y=150 + number * 2 * STEP + STEP)

    assert found(read(tmp_path, page)) == [
        ("text", f"{FULL} \u2013 zoals gezegd \u2013 loopt de zin hier gewoon door."),
        *(
            ("item", f"Punt {n} heeft een tekst die zo lang is dat hij op twee regels van de lijst komt te staan.")
            for n in range(5)
        ),
    ]


def test_table_without_lines_is_read_by_rows(tmp_path: Path) -> None:
    rows = [("Jaar", "Meldingen", "Onderzoeken"), ("2018", "120", "40"), ("2019", "135", "52"), ("2020", "150", "61")]

    def page(canvas: Canvas) -> None:
        lines(canvas, [FULL])
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                lines(canvas, [cell], x=LEFT + 150 * column, y=140 + number * STEP)

    assert found(read(tmp_path, page)) == [("text", FULL), *(("row", "\t".join(row)) for row in rows)]


def test_cells_without_a_line_between_them_are_one(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for y in (100, 120, 160):
            canvas.line(LEFT, HEIGHT - y, LEFT + 300, HEIGHT - y)
        canvas.line(LEFT + 100, HEIGHT - 140, LEFT + 300, HEIGHT - 140)  # the first column's lower cells are one
        for x in (LEFT, LEFT + 300):
            canvas.line(x, HEIGHT - 100, x, HEIGHT - 160)
        for x in (LEFT + 100, LEFT + 200):
            canvas.line(x, HEIGHT - 120, x, HEIGHT - 160)  # the first row is one cell
        lines(canvas, ["Over de volle breedte"], x=LEFT + 5, y=114)
        lines(canvas, ["eerste", "tweede"], x=LEFT + 5, y=134)
        for column in (1, 2):
            lines(canvas, [f"boven {column}"], x=LEFT + 100 * column + 5, y=134)
            lines(canvas, [f"onder {column}"], x=LEFT + 100 * column + 5, y=154)

    assert found(read(tmp_path, page)) == [
        ("row", "Over de volle breedte\t\t"),
        ("row", "eerste tweede\tboven 1\tboven 2"),
        ("row", "\tonder 1\tonder 2"),
    ]


def test_note_stands_after_what_refers_to_it_and_a_square_metre_is_no_note(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        text = canvas.beginText(LEFT, HEIGHT - 100)
        for words, size, rise in [
            ("Het wijkteam", 10, 0),
            ("1", 6, 4),
            (" heeft 40 m", 10, 0),
            ("2", 6, 4),
            (".", 10, 0),
        ]:
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(words)
        canvas.drawText(text)
        lines(canvas, ["Een tweede alinea."], y=140)
        lines(canvas, ["1"], y=756, size=5)
        lines(canvas, ["Een team van de gemeente."], x=LEFT + 5, y=760, size=8)

    assert found(read(tmp_path, page)) == [
        ("text", "Het wijkteam[1] heeft 40 m2."),
        ("note", "[1] Een team van de gemeente."),
        ("text", "Een tweede alinea."),
    ]


NOTES = {
    (1, 1): "Wet maatschappelijke ondersteuning.",
    (1, 2): "Jeugdwet.",
    (1, 3): "Een team van de gemeente.",
    (2, 1): "Onderzoek uit een eerder jaar.",
    (2, 2): "Gesprek met een wethouder.",
    (2, 3): "Dossier van het wijkteam.",
}


def test_notes_with_their_marks_in_a_column_are_kept_and_numbered_anew_on_each_page(tmp_path: Path) -> None:
    def page(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            text = canvas.beginText(LEFT, HEIGHT - 200)
            for words, size, rise in [
                ("Zin", 10, 0),
                ("1", 6, 4),
                (" en", 10, 0),
                ("2", 6, 4),
                (" en", 10, 0),
                ("3", 6, 4),
            ]:
                text.setFont("Helvetica", size)
                text.setRise(rise)
                text.textOut(words)
            canvas.drawText(text)
            lines(canvas, [FULL, "tot hier."], y=230)
            for note in (1, 2, 3):
                lines(canvas, [str(note)], y=730 + 12 * note, size=8)
                lines(canvas, [NOTES[number, note]], x=LEFT + 40, y=730 + 12 * note, size=8)

        return draw

    document = read(tmp_path, page(1), page(2))
    assert [(e.kind, e.text, e.page) for e in document.elements] == [
        (kind, text, number)
        for number in (1, 2)
        for kind, text in [
            ("text", "Zin[1] en[2] en[3]"),
            *(("note", f"[{note}] {NOTES[number, note]}") for note in (1, 2, 3)),
            ("text", f"{FULL} tot hier."),
        ]
    ]


def test_headings_of_one_size_get_their_level_from_their_numbers(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for number, head in enumerate(["1 Inleiding", "1.1 Doel", "1.1.1 Vraag", "2 Opzet"]):
            lines(canvas, [head], y=100 + 50 * number, font="Helvetica-Bold")
            lines(canvas, [FULL], y=120 + 50 * number)

    document = read(tmp_path, page)
    assert [(e.text, e.level) for e in document.elements if e.kind == "heading"] == [
        ("1 Inleiding", 1),
        ("1.1 Doel", 2),
        ("1.1.1 Vraag", 3),
        ("2 Opzet", 1),
    ]


def test_outline_makes_headings_of_lines_that_look_like_text(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for number, (head, level) in enumerate([("Inleiding", 0), ("Doel van dit stuk", 1), ("Opzet", 0)]):
            canvas.bookmarkPage(head)
            canvas.addOutlineEntry(head, head, level)
            lines(canvas, [head], y=100 + 60 * number)
            lines(canvas, [FULL], y=130 + 60 * number)

    document = read(tmp_path, page)
    assert [(e.text, e.level) for e in document.elements if e.kind == "heading"] == [
        ("Inleiding", 1),
        ("Doel van dit stuk", 2),
        ("Opzet", 1),
    ]


def test_wrapped_heading_is_one_and_a_set_in_quotation_is_a_quote(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, ["Een kop die te lang is voor de regel", "en daarom doorloopt"], font="Helvetica-Bold", size=16)
        lines(canvas, [FULL], y=160)
        lines(
            canvas,
            ["Ik wist niet meer wie er nog voor", "mij was in die tijd."],
            x=LEFT + 30,
            y=190,
            font="Helvetica-Oblique",
        )

    assert found(read(tmp_path, page)) == [
        ("heading", "Een kop die te lang is voor de regel en daarom doorloopt"),
        ("text", FULL),
        ("quote", "Ik wist niet meer wie er nog voor mij was in die tijd."),
    ]


def test_contents_without_dots_are_left_out(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, ["Inhoudsopgave"], y=90, font="Helvetica-Bold", size=14)
        for number, (name, at) in enumerate([("Inleiding", "3"), ("Resultaten", "5"), ("Conclusie", "17")]):
            lines(canvas, [name], y=120 + number * STEP)
            lines(canvas, [at], x=500, y=120 + number * STEP)
        lines(canvas, [FULL], y=200)

    document = read(tmp_path, page)
    assert found(document) == [("text", FULL)]
    assert document.left_out == ("Inhoudsopgave op pagina 1",)


def test_ligatures_become_letters_and_invisible_characters_go(tmp_path: Path) -> None:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    text = "De \ufb01nanciën zijn \u202ehelder\u202c en over\u200bzicht\u00adelijk, \u2066zonder\u2069 \ufb02auwe\ufeff grap."

    document = read(tmp_path, lambda canvas: lines(canvas, [text], font="Vera"))
    assert found(document) == [("text", "De financiën zijn helder en overzichtelijk, zonder flauwe grap.")]


def test_page_on_its_side_is_read_upright_and_text_up_the_margin_is_left_out(tmp_path: Path) -> None:
    def turned(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.rotate(90)
        canvas.drawString(60, -60, "De eerste regel van een liggende pagina.")
        canvas.drawString(60, -90, "De tweede alinea daarvan.")

    def margin(canvas: Canvas) -> None:
        canvas.setPageRotation(0)
        lines(canvas, ["Gewone tekst."])
        canvas.rotate(90)
        canvas.drawString(300, -30, "Concept")

    document = read(tmp_path, turned, margin)
    assert [(e.text, e.page) for e in document.elements] == [
        ("De eerste regel van een liggende pagina.", 1),
        ("De tweede alinea daarvan.", 1),
        ("Gewone tekst.", 2),
    ]
    assert document.left_out == ("Gedraaide tekst op pagina 2",)


def scan(text: str = "") -> Draw:
    """A page that is a picture, of a text if one is given."""
    picture = Image.new("L", (WIDTH * 2, HEIGHT * 2), 255)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(text.split("\n")):
        pen.text((140, 200 + 36 * number), line, fill=0, font=ImageFont.load_default(28))
    return lambda canvas: canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)


def refused(path: Path, *, ocr: bool = False) -> str:
    """The Dutch sentence with which a file is refused."""
    with pytest.raises(DocumentError) as error:
        read_pdf(path, ocr=ocr)
    assert path.name in str(error.value) or ocr
    return error.value.dutch


def test_scan_is_refused_and_one_picture_among_pages_is_named(tmp_path: Path) -> None:
    assert refused(drawn(tmp_path / "scan.pdf", scan(), scan())) == (
        "Dit bestand bevat foto’s of scans van bladzijden, geen tekst. Gebruik een versie met tekst, "
        "of laat er eerst tekstherkenning (OCR) op los."
    )
    document = read(tmp_path, scan(), lambda canvas: lines(canvas, [FULL]))
    assert [(e.text, e.page) for e in document.elements] == [(FULL, 2)]
    assert document.left_out == ("Pagina 1: een plaatje van een bladzijde, zonder tekst",)


def test_ocr_without_tesseract_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused(drawn(tmp_path / "scan.pdf", scan()), ocr=True) == (
        "Dit bestand bevat scans van bladzijden. Tekstherkenning (OCR) is hier niet geïnstalleerd. "
        "Gebruik een versie met tekst, of vraag uw beheerder om tesseract met Nederlands."
    )


@NEEDS_TESSERACT
def test_ocr_reads_a_picture_of_a_page(tmp_path: Path) -> None:
    path = drawn(
        tmp_path / "scan.pdf",
        scan("De professional maakt een veiligheidsplan met het gezin\nen bespreekt dat met de gemeente."),
    )
    document = read_pdf(path, ocr=True)
    assert [(e.kind, e.text, e.page) for e in document.elements] == [
        ("text", "De professional maakt een veiligheidsplan met het gezin en bespreekt dat met de gemeente.", 1)
    ]


def test_file_with_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "geheim.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("sleutel", ownerPassword="eigenaar", strength=128))
    canvas.drawString(LEFT, 700, "Geheim")
    canvas.save()
    assert refused(path) == PASSWORD


def test_file_that_only_limits_printing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rapport.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("", ownerPassword="eigenaar", canPrint=0))
    canvas.drawString(LEFT, 700, "Gewone tekst.")
    canvas.save()
    assert found(read_pdf(path)) == [("text", "Gewone tekst.")]


@pytest.mark.parametrize(
    ("content", "dutch"),
    [
        (b"", EMPTY),
        (b"<html>geen pdf</html>", "Dit bestand is geen PDF. Kies een ander bestand."),
        (b"%PDF-1.7\n" + b"\0" * 5000, DAMAGED),
    ],
    ids=["empty", "other", "damaged"],
)
def test_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, dutch: str) -> None:
    path = tmp_path / "bestand.pdf"
    path.write_bytes(content)
    assert refused(path) == dutch


def test_file_that_is_cut_off_is_refused_or_read(tmp_path: Path) -> None:
    whole = (DOCUMENTS / "someren-brochure.pdf").read_bytes()
    path = tmp_path / "half.pdf"
    path.write_bytes(whole[: len(whole) // 20])
    assert refused(path) == DAMAGED


def test_file_without_pages_or_text_or_with_too_many_pages_is_refused(tmp_path: Path) -> None:
    with PdfDocument.new() as document:
        document.save(tmp_path / "geen.pdf")
    assert refused(tmp_path / "geen.pdf") == "Dit bestand heeft geen bladzijden. Kies een ander bestand."
    assert refused(drawn(tmp_path / "leeg.pdf", lambda canvas: None)) == "In dit bestand staat geen tekst."
    assert refused(drawn(tmp_path / "lang.pdf", *[lambda canvas: None] * 2001)) == (
        "Dit bestand heeft 2001 bladzijden. Er kunnen er 2000 worden gelezen. Splits het bestand."
    )


@pytest.mark.parametrize(
    ("named", "title"),
    [
        ("Samen werken aan veiligheid", "Samen werken aan veiligheid"),
        ("Microsoft Word - concept v3.docx", "De kop van het rapport"),
        ("eindrapport_def.indd", "De kop van het rapport"),
        ("", "De kop van het rapport"),
    ],
)
def test_title_is_the_metadatas_where_it_is_a_title(tmp_path: Path, named: str, title: str) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setTitle(named)
        lines(canvas, ["De kop van het rapport"], font="Helvetica-Bold", size=20)
        lines(canvas, ["Den Haag, maart 2017"], y=150)
        lines(canvas, ["1 Inleiding"], y=180, font="Helvetica-Bold", size=13)
        lines(canvas, [FULL], y=200)

    document = read(tmp_path, page)
    assert (document.title, document.year) == (title, 2017)


def test_letters_that_the_file_does_not_name_are_refused(tmp_path: Path) -> None:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    path = drawn(tmp_path / "letters.pdf", lambda canvas: lines(canvas, ["漢字" * 40, "Twee woorden"], font="Vera"))
    assert refused(path) == (
        "De letters in dit bestand zijn niet te herkennen. Maak het bestand opnieuw, of gebruik een andere versie."
    )
