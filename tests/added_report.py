"""A report that no test corpus holds: a protocol of a made-up municipality about help with debts, on three pages."""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.reading.document import Document, Element

TITLE = "Protocol vroegsignalering en schuldhulpverlening"
PUBLISHER = "Gemeente Waterveen"
YEAR = 2025
# (page, kind, level, text); a text that goes on on the next page stands with a bar where the page turns.
CONTENT: Sequence[tuple[int, str, int, str]] = (
    (1, "heading", 1, TITLE),
    (1, "heading", 2, "1 Inleiding"),
    (1, "text", 0, "Dit protocol beschrijft hoe de gemeente Waterveen inwoners met betalingsachterstanden helpt. Het geldt voor de kredietbank, het schuldenteam en de vrijwilligers van de geldwinkel."),
    (1, "heading", 2, "2 Aanmelding en eerste gesprek"),
    (1, "text", 0, "Een inwoner meldt zich aan bij de geldwinkel, telefonisch of via een verwijzer. De schuldhulpverlener voert het eerste gesprek binnen tien werkdagen na de aanmelding."),
    (1, "text", 0, "Bij een bedreigende schuld, zoals een aangezegde afsluiting van gas of water, is dat gesprek er binnen drie werkdagen. De schuldhulpverlener belt dezelfde dag nog met het energiebedrijf om de afsluiting op te schorten."),
    (1, "item", 0, "De inwoner neemt een recente loonstrook of uitkeringsspecificatie mee."),
    (1, "item", 0, "De inwoner neemt alle openstaande rekeningen mee, ook de ongeopende enveloppen."),
    (1, "heading", 2, "3 Dreigende ontruiming"),
    (1, "text", 0, "Kondigt een woningcorporatie een ontruiming aan, dan neemt de schuldhulpverlener binnen één werkdag contact op met de corporatie en de deurwaarder. Samen onderzoeken zij of een moratorium mogelijk is. |Een moratorium geeft de inwoner zes maanden rust, waarin de verhuurder de woning niet mag ontruimen."),
    (2, "text", 0, "Een gezin met minderjarige kinderen wordt niet ontruimd voordat er een ander onderkomen is[1]. De wethouder ziet daarop toe."),
    (2, "note", 0, "[1] Dit is afgesproken in het convenant Voorkomen huisuitzettingen."),
    (2, "heading", 2, "4 Termijnen"),
    (2, "row", 0, "Stap\tTermijn\tVerantwoordelijke"),
    (2, "row", 0, "Eerste gesprek\tbinnen tien werkdagen na aanmelding\tgeldwinkel"),
    (2, "row", 0, "Plan van aanpak\tbinnen acht weken na het eerste gesprek\tschuldhulpverlener"),
    (2, "row", 0, "Voorstel aan schuldeisers\tbinnen twaalf weken na het plan van aanpak\tkredietbank"),
    (2, "heading", 2, "5 De schuldregeling"),
    (2, "text", 0, "De kredietbank doet de schuldeisers een voorstel tegen finale kwijting. Een schuldregeling duurt achttien maanden. In die tijd leeft de inwoner van het vrij te laten bedrag."),
    (2, "text", 0, "De kredietbank onderhoudt het contact met de schuldeisers en legt elk telefoongesprek vast in het dossier."),
    (2, "heading", 2, "6 Beëindiging"),
    (2, "text", 0, "De schuldhulp stopt als de inwoner nieuwe schulden maakt, twee keer zonder bericht wegblijft of onjuiste inlichtingen geeft. Voordat de hulp stopt, krijgt de inwoner een waarschuwingsbrief en een hersteltermijn van twee weken."),
    (3, "heading", 2, "7 Goede voorbeelden"),
    (3, "text", 0, "In de wijk De Plas loopt een vrijwilliger van de geldwinkel elke week mee met de wijkverpleegkundige. Zo komen inwoners met ongeopende post vroeg in beeld."),
    (3, "heading", 2, "8 Ervaringen van inwoners"),
    (3, "quote", 0, "“Ik durfde de post niet meer open te maken. Nu leg ik alles elke dinsdag op tafel bij de geldwinkel.” Inwoner, 43 jaar"),
    (3, "heading", 2, "9 Aanbevelingen"),
    (3, "text", 0, "Geef elke inwoner één vaste contactpersoon gedurende de hele schuldregeling. Evalueer het moratorium jaarlijks met de woningcorporaties."),
    (3, "heading", 2, "10 Begrippen"),
    (3, "text", 0, "Vroegsignalering: het opsporen van huishoudens met betalingsachterstanden voordat de schulden problematisch zijn. Vrij te laten bedrag: het deel van het inkomen dat de inwoner zelf mag houden."),
)  # fmt: skip


def protocol() -> Document:
    """The protocol as a reader of PDF gives it."""
    return Document(tuple(_element(*row) for row in CONTENT), 3, TITLE, PUBLISHER, YEAR, ("paginanummers (3)",))


def _element(page: int, kind: str, level: int, text: str) -> Element:
    place = text.find("|")
    return Element(kind, text.replace("|", ""), level, page, ((place, page + 1),) if place >= 0 else ())


def write_docx(path: Path, subject: str = "") -> None:
    """The protocol as a Word file; ``subject`` tells one from another."""
    import docx

    document: Any = docx.Document()
    document.core_properties.title, document.core_properties.author = TITLE, PUBLISHER
    document.core_properties.subject = subject
    rows: list[list[str]] = []
    for _, kind, level, text in CONTENT:
        plain = text.replace("|", "").replace("[1]", "")
        if kind == "row":
            rows.append(plain.split("\t"))
            continue
        if rows:
            table = document.add_table(len(rows), 3)
            for place, row in enumerate(rows):
                for column, cell in enumerate(row):
                    table.cell(place, column).text = cell
            rows = []
        if kind == "heading":
            document.add_heading(plain, level)
        else:
            style = {"item": "List Bullet", "quote": "Quote"}.get(kind)
            document.add_paragraph(plain.strip(), style)
    document.save(str(path))


def write_pdf(path: Path) -> None:
    """The protocol as a PDF of three pages, written by hand: Helvetica, larger headings, a table in columns."""
    pages: list[list[str]] = [[], [], []]
    heights = [780.0, 780.0, 780.0]
    for page, kind, level, text in CONTENT:
        for number, part in enumerate(text.split("|")):
            at = page - 1 + number
            size = {1: 20, 2: 14}.get(level, 8 if kind == "note" else 10)
            heights[at] -= 14 if kind not in ("row", "item") else 2
            for line in _lines(kind, part.strip(), size):
                heights[at] -= size * 1.3
                pages[at] += [_drawn(x, heights[at], size, kind == "heading", words) for x, words in line]
    path.write_bytes(_pdf([f"BT\n{chr(10).join(lines)}\nET".encode("cp1252") for lines in pages]))


def _lines(kind: str, text: str, size: int) -> Iterator[list[tuple[int, str]]]:
    if kind == "row":
        yield list(zip((72, 210, 420), text.split("\t"), strict=True))
        return
    for number, line in enumerate(textwrap.wrap(text, 900 // size)):
        yield [(72, f"• {line}" if kind == "item" and not number else line)]


def _drawn(x: int, y: float, size: int, bold: bool, words: str) -> str:
    plain = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"/{'B' if bold else 'R'} {size} Tf 1 0 0 1 {x} {y:.1f} Tm ({plain}) Tj"


def _pdf(contents: Sequence[bytes]) -> bytes:
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(contents)))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica{} /Encoding /WinAnsiEncoding >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
               font.format("").encode(), font.format("-Bold").encode()]  # fmt: skip
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /R 3 0 R /B 4 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    body, begins = b"%PDF-1.4\n", []
    for number, thing in enumerate(objects, 1):
        begins.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = "".join(f"{begin:010} 00000 n \n" for begin in begins)
    size = len(objects) + 1
    trailer = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + trailer.encode()
