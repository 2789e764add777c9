"""Files of every format as the same elements: word for word, headings with their levels, in the order of reading."""

import codecs
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from docx import Document as WordDocument
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import DocumentError
from ingest.reading import refusals as say
from ingest.reading.child import read_in_child
from ingest.reading.document import Document
from ingest.reading.read import read_file
from ingest.reading.text import clean, decoded, join_lines
from tests.hostile_files import WORDS, body, docx, paragraph

DOCUMENTS = Path(__file__).parent / "data" / "documents"
PROJECT = Path(__file__).parent.parent
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def lines(document: Document) -> list[tuple[str, int, str]]:
    return [(element.kind, element.level, element.text) for element in document.elements]


def short(document: Document) -> list[str]:
    """Return the elements as lines, headings with as many # as their level."""
    marks = {"text": "", "item": "- ", "row": "| ", "note": "", "quote": "> "}
    return [f"{marks.get(e.kind, '#' * e.level + ' ')}{e.text}".replace("\t", " | ") for e in document.elements]


def read(tmp_path: Path, name: str, content: str | bytes) -> Document:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(path)


@pytest.mark.parametrize("name", ["someren-een-kolom", "nijmegen-twee-kolommen", "someren-brochure"])
def test_every_word_heading_row_and_note_of_a_word_document(name: str) -> None:
    document = read_file(DOCUMENTS / f"{name}.docx")
    truth = json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))
    assert lines(document) == [(true["kind"], true["level"], true["text"]) for true in truth]


def test_what_a_word_document_says_of_itself() -> None:
    document = read_file(DOCUMENTS / "someren-een-kolom.docx")
    assert (document.title, document.publisher, document.year, document.pages) == (
        "Het lokale netwerk na Veilig Thuis Someren", "Toezicht Sociaal Domein", 2020, None,
    )  # fmt: skip
    assert document.left_out == (
        "Kopteksten en voetteksten: Het lokale netwerk na Veilig Thuis Someren; Toezicht Sociaal Domein Pagina 1 van 1",
        "De inhoudsopgave",
    )


STYLES = f"""<w:styles xmlns:w="{W}">
<w:style w:type="paragraph" w:default="1" w:styleId="Standaard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Kop1"><w:name w:val="heading 1"/><w:basedOn w:val="Standaard"/></w:style>
<w:style w:type="paragraph" w:styleId="Eigen"><w:name w:val="Kop 2 genummerd"/></w:style>
<w:style w:type="paragraph" w:styleId="Huis"><w:name w:val="Huisstijl"/><w:basedOn w:val="Kop1"/></w:style>
<w:style w:type="paragraph" w:styleId="Niveau"><w:name w:val="X"/><w:pPr><w:outlineLvl w:val="3"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Citaat"><w:name w:val="Quote"/></w:style>
<w:style w:type="paragraph" w:styleId="Ring"><w:name w:val="Y"/><w:basedOn w:val="Ring"/></w:style>
<w:style w:type="paragraph" w:styleId="Lijst"><w:name w:val="Lijstalinea"/></w:style>
</w:styles>""".encode()


def styled(style: str, text: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def of_blocks(tmp_path: Path, *blocks: str) -> Document:
    """Read a DOCX of these blocks, with the styles above."""
    content = docx(body(*blocks, paragraph(WORDS)))
    path = tmp_path / "rapport.docx"
    path.write_bytes(content)
    opened = WordDocument(str(path))
    opened.part._styles_part._element = __import__("docx.oxml", fromlist=["parse_xml"]).parse_xml(STYLES)
    opened.save(str(path))
    document = read_file(path)
    assert document.elements[-1].text == WORDS
    return Document(document.elements[:-1], left_out=document.left_out)


def test_headings_by_name_level_and_base(tmp_path: Path) -> None:
    document = of_blocks(
        tmp_path, styled("Kop1", "Een"), styled("Eigen", "Twee"), styled("Huis", "Drie"), styled("Niveau", "Vier"),
        styled("Standaard", "Vijf", '<w:outlineLvl w:val="1"/>'), styled("Kop1", "Zes", '<w:outlineLvl w:val="9"/>'),
        styled("Ring", "Zeven"), styled("Weg", "Acht"), styled("Citaat", "Negen"), styled("Lijst", "Tien"),
        styled("Standaard", "Elf", '<w:numPr><w:numId w:val="4"/></w:numPr>'), paragraph("•  Twaalf"),
    )  # fmt: skip
    assert short(document) == [
        "# Een", "## Twee", "# Drie", "#### Vier", "## Vijf", "Zes", "Zeven", "Acht", "> Negen", "- Tien", "- Elf",
        "- Twaalf",
    ]  # fmt: skip


def test_short_bold_lines_are_headings_only_where_no_style_makes_one(tmp_path: Path) -> None:
    bold = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{}</w:t></w:r></w:p>".format
    blocks = (bold("Aanleiding"), bold("Let op: dit is een zin."), paragraph("Geen kop"))
    assert short(of_blocks(tmp_path, *blocks)) == ["## Aanleiding", "Let op: dit is een zin.", "Geen kop"]
    assert short(of_blocks(tmp_path, styled("Kop1", "Een"), *blocks))[:2] == ["# Een", "Aanleiding"]


def test_insertions_are_read_and_deletions_are_not(tmp_path: Path) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>".format
    document = of_blocks(
        tmp_path,
        f"<w:p>{run('Dit ')}<w:ins>{run('blijft ')}</w:ins><w:del><w:r><w:delText>verdwijnt </w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('weg ')}</w:moveFrom><w:moveTo>{run('staan')}</w:moveTo></w:p>",
        f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('De alinea loopt ')}</w:p>",
        f"<w:p>{run('door.')}</w:p>",
        f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>onzichtbaar</w:t></w:r>{run('zichtbaar')}</w:p>",
    )
    assert short(document) == ["Dit blijft staan", "De alinea loopt door.", "zichtbaar"]
    assert document.left_out == ("Verborgen tekst",)


def test_boxes_controls_links_and_fields_are_read_once(tmp_path: Path) -> None:
    box = "<w:txbxContent>" + paragraph("In een kader.") + "</w:txbxContent>"
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    document = of_blocks(
        tmp_path,
        "<w:sdt><w:sdtContent>" + paragraph("In een besturingselement.") + "</w:sdtContent></w:sdt>",
        f"<w:p><w:r><w:t>Met </w:t></w:r><w:r><mc:AlternateContent {compatible}><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r><w:hyperlink><w:r><w:t>een link</w:t></w:r>"
        "</w:hyperlink><w:r><w:tab/><w:t>en veld</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
        "<w:r><w:t>be</w:t><w:softHyphen/><w:t>leid</w:t><w:noBreakHyphen/><w:t>plan</w:t></w:r></w:p>",
    )
    assert short(document) == ["In een besturingselement.", "Met een link en veldbeleid-plan", "In een kader."]


def test_a_table_is_rows_whose_merged_cells_count_once_and_a_box_is_no_table(tmp_path: Path) -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    wide, first, below = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    document = of_blocks(
        tmp_path,
        f"<w:tbl><w:tr>{cell('Breed', wide)}{cell('C')}</w:tr>"
        f"<w:tr>{cell('Hoog', first)}{cell('1')}{cell('2')}</w:tr><w:tr>{cell('', below)}{cell('3')}{cell('')}</w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr>{cell('weg')}{cell('weg')}</w:tr></w:tbl>",
        f"<w:tbl><w:tr><w:tc>{styled('Kop1', 'Kader')}{paragraph('Met tekst.')}</w:tc></w:tr></w:tbl>",
    )
    assert short(document) == ["| Breed | C", "| Hoog | 1 | 2", "|  | 3 | ", "# Kader", "Met tekst."]


HTML = """<!DOCTYPE html><html><head><title>Samen veilig | Gemeente</title><meta property="og:site_name" content="Gemeente">
<meta name="dcterms.date" content="2023-04-01"><script>var x = "<p>nee</p>"</script></head><body>
<header>Logo</header><nav>Menu</nav><main><article><header><h1>Samen veilig</h1></header>
<p>Een <b>v</b>et woord<sup><a href="#n1">1</a></sup> op 5 m<sup>2</sup>.<br>Nieuwe regel<p>Zonder slot
los<ul><li>een<ul><li>onder</li></ul></li><li><p>twee</p></li></ul><h3>Tabel</h3>
<table><tr><th>A<th>B<tr><td><p>1</p><p>x</p><td>2</table><table><tr><td>Kader<p>alinea</td></tr></table>
<blockquote><p>Ik durfde niet.</p></blockquote><aside>Zijbalk</aside><form>Zoek</form><p hidden>weg</p><img src="x.png">
<ol><li id="n1">De noot. <a href="#r1">↩</a></li></ol><!-- weg --></article></main><footer>Colofon</footer></body></html>"""


def test_a_web_page(tmp_path: Path) -> None:
    document = read(tmp_path, "pagina.html", HTML.replace("Zonder slot", WORDS))
    assert short(document) == [
        "# Samen veilig", "Een vet woord[1] op 5 m2. Nieuwe regel", f"{WORDS} los", "- een", "- onder", "- twee",
        "### Tabel", "| A | B", "| 1 x | 2", "Kader", "alinea", "> Ik durfde niet.", "[1] De noot.",
    ]  # fmt: skip
    assert (document.title, document.publisher, document.year) == ("Samen veilig", "Gemeente", 2023)
    assert document.left_out == (
        "Menu's en de kop, voet en zijkant van de pagina", "Formulieren en knoppen", "Afbeeldingen en media",
    )  # fmt: skip


MARKDOWN = """---
title: "Samen veilig"
author: Gemeente
date: 2023-04-01
---
# Hoofdstuk *een*

Een [link](http://a.nl/) met **vet**, `code` en een noot[^a],
op twee regels.<br>Drie<sup>4</sup> op 5 m<sup>2</sup>. ![plaatje](x.png)

* een
  * onder

1. eerste

> Ik durfde niet.

| A | B |
|---|---|
| 1 | 2 |

Onder
-----

<div><p>HTML <b>hier</b></p></div>

[^a]: De noot.
[^b]: http://b.nl/
"""


def test_markdown(tmp_path: Path) -> None:
    document = read(tmp_path, "tekst.md", f"{MARKDOWN}\n{WORDS}\n")
    assert short(document) == [
        "# Hoofdstuk een", "Een link met vet, code en een noot[1], op twee regels. Drie[4] op 5 m2.", "- een", "- onder",
        "- 1. eerste", "> Ik durfde niet.", "| A | B", "| 1 | 2", "## Onder", "HTML hier", "[1] De noot.",
        "[2] http://b.nl/", WORDS,
    ]  # fmt: skip
    assert (document.title, document.publisher, document.year) == ("Samen veilig", "Gemeente", 2023)
    assert document.left_out == ("Afbeeldingen: 1",)


PLAIN = """Samen veilig

1 Inleiding

De hulpverleners van het wijkteam, de gezins-
en jongerencoaches en de jeugd-ggz spreken met de hulp-
vragers en de jeugd-
ggz af wie de regie voert. Zij leggen dat vast in een plan
met doelen.
Daarna volgt een nieuwe alinea, die ook over de regels
loopt.

1.1 Doel van het plan
- veiligheid voor alle
  kinderen
- hulp
a) of dit

Naam\tRol
Jan\tregisseur

Wat beter kan
=============
[1] Een noot.
"""


def test_plain_text(tmp_path: Path) -> None:
    document = read(tmp_path, "tekst.txt", f"{PLAIN}\n{textwrap.fill(WORDS, 56)}\n".replace("\n", "\r\n"))
    assert short(document) == [
        "# Samen veilig",
        "# 1 Inleiding",
        "De hulpverleners van het wijkteam, de gezins- en jongerencoaches en de jeugd-ggz spreken met de hulpvragers en de "
        "jeugd-ggz af wie de regie voert. Zij leggen dat vast in een plan met doelen.",
        "Daarna volgt een nieuwe alinea, die ook over de regels loopt.",
        "## 1.1 Doel van het plan",
        "- veiligheid voor alle kinderen",
        "- hulp",
        "- a) of dit",
        "| Naam | Rol",
        "| Jan | regisseur",
        "# Wat beter kan",
        "[1] Een noot.",
        WORDS,
    ]
    assert document.title == "Samen veilig"


def test_pages_of_plain_text(tmp_path: Path) -> None:
    wrapped = textwrap.fill(WORDS, 70)
    texts = [
        f"{wrapped}\n\nDe zin loopt door over de bladzijde met een lange regel en de hulp-",
        f"verleners\nheen.\n\n{wrapped}",
    ]
    pages = [
        f"Rapport 2023\n\n{text}\n\n   {number}\n" for number, text in enumerate([*texts, "Slot van het stuk."], 1)
    ]
    document = read(tmp_path, "bladzijden.txt", "\f".join(pages))
    assert [(e.text, e.page, e.turns) for e in document.elements] == [
        (WORDS, 1, ()),
        ("De zin loopt door over de bladzijde met een lange regel en de hulpverleners heen.", 1, ((66, 2),)),
        (WORDS, 2, ()),
        ("Slot van het stuk.", 3, ()),
    ]
    assert (document.pages, document.left_out) == (3, ("Kopteksten en voetteksten: Rapport 2023", "Paginanummers"))


def test_lone_page_numbers_without_form_feeds(tmp_path: Path) -> None:
    document = read(tmp_path, "a.txt", f"{WORDS}\n\n3\n\n{WORDS}\n\n4\n\n{WORDS}\n\n5\n")
    assert short(document) == [WORDS] * 3
    assert document.left_out == ("Paginanummers",)


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        ("cliënt €".encode(), "", "cliënt €"),
        (codecs.BOM_UTF8 + "cliënt".encode(), "ascii", "cliënt"),
        ("cliënt".encode("utf-16"), "", "cliënt"),
        (codecs.BOM_UTF16_BE + "cliënt".encode("utf-16-be"), "", "cliënt"),
        ("cliënt “€”".encode("cp1252"), "", "cliënt “€”"),
        ("cliënt".encode("latin-1"), "iso-8859-1", "cliënt"),
        ("cliënt".encode(), "bestaat-niet", "cliënt"),
        ("cliënt".encode(), "zlib_codec", "cliënt"),
    ],
)
def test_encodings(raw: bytes, declared: str, text: str) -> None:
    assert decoded(raw, declared) == text


@pytest.mark.parametrize("raw", [b"a\0b", b"\x01\x02\x03 a", "cliënt".encode() + b"\xff", b"\xff\xfea", b"\x81\x8d"])
def test_what_is_no_text(raw: bytes) -> None:
    with pytest.raises(DocumentError) as refused:
        decoded(raw)
    assert refused.value.dutch == say.NOT_TEXT


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  re\u200bgie\u202e \t\n plan ", "regie plan"),
        ("e\u0301e\u0301n", "één"),
        ("sa\u00admen\x1b[31m \ud800\ue000\uffff", "samen[31m"),
        ("½ m² – “ja” \u00a0€ 5", "½ m² – “ja” € 5"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing_and_letters_stay(text: str) -> None:
    once = clean(text)
    assert clean(once) == once and once.isprintable()


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        (["hulp-", "verleners"], "hulpverleners"),
        (["gezins-", "en jongerencoaches"], "gezins- en jongerencoaches"),
        (["Noord-", "Brabant"], "Noord-Brabant"),
        (["jeugd-", "ggz"], "jeugd-ggz"),
        (["eerst -", "dan"], "eerst - dan"),
        (["a", "", " b "], "a b"),
    ],
)
def test_join_lines(pieces: list[str], joined: str) -> None:
    assert join_lines(pieces, frozenset({"jeugd-ggz"})) == joined


def test_the_ending_of_the_given_name_counts(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text(f"# Kop\n\n{WORDS}")
    assert lines(read_file(path, "Rapport.MD"))[0] == ("heading", 1, "Kop")
    assert lines(read_file(path))[0] == ("text", 0, "# Kop")


# The child process.


def test_the_child_reads_what_the_parent_would() -> None:
    path = DOCUMENTS / "someren-brochure.docx"
    assert read_in_child(path) == read_file(path)


def test_the_child_passes_the_refusal_on(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as refused:
        read_in_child(tmp_path, "map.pdf")
    assert refused.value.dutch == say.NO_FILE
    assert str(refused.value) == f'"{tmp_path.name}" is no ordinary file; give the file itself'


def test_out_of_time_and_out_of_memory(tmp_path: Path) -> None:
    path = tmp_path / "groot.txt"
    path.write_text(f"{WORDS}\n" * 24_000)
    with pytest.raises(DocumentError) as late:
        read_in_child(path, seconds=0.01)
    assert (str(late.value), late.value.dutch) == (
        '"groot.txt" took more than 0.01 seconds to read; split it',
        say.TOO_SLOW,
    )
    with pytest.raises(DocumentError) as full:
        read_in_child(path, megabytes=32)
    assert full.value.dutch == say.TOO_MUCH_MEMORY
    assert str(full.value) == '"groot.txt" took more than 32 MB of memory to read; split it'


@pytest.mark.parametrize(
    ("script", "message", "dutch"),
    [
        ("kill -SEGV $$", '"a.txt" broke its reader (exit status -11); save it again', say.DAMAGED),
        ("exit 1", '"a.txt" broke its reader (exit status 1); save it again', say.DAMAGED),
        ("kill -XCPU $$", '"a.txt" took more than 30 seconds to read; split it', say.TOO_SLOW),
        ("exit 17", '"a.txt" took more than 1024 MB of memory to read; split it', say.TOO_MUCH_MEMORY),
        ("echo nee", '"a.txt": the reader\'s answer is garbled; save the file again', say.DAMAGED),
        ("echo '[1]'", '"a.txt": the reader\'s answer is garbled; save the file again', say.DAMAGED),
        ("""echo '{"read": {"elements": [{"kind": "text"}]}}'""",
         '"a.txt": the reader\'s answer is garbled; save the file again', say.DAMAGED),
        ("""echo '{"read": {"elements": [{"kind": "x", "text": "y"}]}}'""",
         '"a.txt": the reader\'s answer is garbled; save the file again', say.DAMAGED),
    ],
)  # fmt: skip
def test_every_ending_of_the_child_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str, dutch: str
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(DocumentError) as ended:
        read_in_child(tmp_path / "a.txt")
    assert (str(ended.value), ended.value.dutch) == (message, dutch)


def test_the_child_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nexport -p > {tmp_path}/environment\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("VRAAGBAAK_MODEL_API_KEY", "geheim")
    with pytest.raises(DocumentError):
        read_in_child(tmp_path / "a.txt")
    names = {line.split()[1].partition("=")[0] for line in (tmp_path / "environment").read_text().splitlines()}
    assert names - {"PWD", "OLDPWD"} <= {
        "PATH", "PYTHONPATH", "PYTHONUTF8", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LD_LIBRARY_PATH",
    }  # fmt: skip


def test_the_child_can_write_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from ingest.reading.child import _set_limits; _set_limits(9, 512, False); "
        "open(sys.argv[1], 'w', buffering=1).write('x\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x")], capture_output=True, text=True, cwd=PROJECT, check=False
    )
    assert done.returncode == 1 and "OSError: [Errno 27]" in done.stderr
    assert (tmp_path / "x").read_bytes() == b""


@pytest.mark.parametrize("end", ["", "\f", "\f\n"])
def test_a_form_feed_at_the_end_begins_no_page(tmp_path: Path, end: str) -> None:
    document = read(tmp_path, "rapport.txt", f"{WORDS}\n\f{WORDS}\n{end}")
    assert (document.pages, [element.page for element in document.elements]) == (2, [1, 2])
