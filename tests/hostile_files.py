"""Builds the PDF, DOCX and zip files that tests/hostile.py spoils: small, whole, and the same bytes every time."""

import io
import random
import zipfile
from collections.abc import Iterable, Mapping

WORDS = (
    "Het wijkteam spreekt met het gezin af wie de regie voert en wanneer de veiligheid opnieuw wordt beoordeeld. "
    "Veilig Thuis draagt de casus warm over en blijft bereikbaar voor vragen van de professional."
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)


def zipped(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip whose members all bear the same date."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as package:
        for name, content in members:
            package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, method)
    return stream.getvalue()


def body(*blocks: str) -> bytes:
    """Return word/document.xml with these blocks of XML."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{W}"><w:body>{"".join(blocks)}</w:body></w:document>'.encode()


def paragraph(text: str = WORDS) -> str:
    shown = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<w:p><w:r><w:t xml:space="preserve">{shown}</w:t></w:r></w:p>'


def docx_members(document: bytes, main_type: str = MAIN_TYPE) -> dict[str, bytes]:
    """Return the members of the smallest DOCX that Word and python-docx open."""
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="a/b"/>'
            f'<Default Extension="png" ContentType="image/png"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
            f'Target="word/document.xml"/></Relationships>'
        ).encode(),
        "word/document.xml": document,
    }


def docx(document: bytes = b"", more: Mapping[str, bytes] | None = None, main_type: str = MAIN_TYPE) -> bytes:
    """Return a DOCX with this word/document.xml and these other members, which replace those of the same name."""
    members = docx_members(document or body(paragraph(), paragraph()), main_type) | dict(more or {})
    return zipped(members.items())


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def page_words(text: str = WORDS) -> bytes:
    """Return a page's content: the words in lines of 80 characters."""
    lines = [text[i : i + 80] for i in range(0, len(text), 80)]
    shown = b"".join(b"(%s) Tj 0 -14 Td " % line.replace("(", "").encode("latin-1") for line in lines)
    return b"BT /F1 11 Tf 60 780 Td " + shown + b"ET"


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def page(parent: int, content: int, font: int, more: bytes = b"") -> bytes:
    return (
        b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
        b"/Resources << /Font << /F1 %d 0 R >> >> %s >>" % (parent, content, font, more)
    )


def one_page(catalogue: bytes = b"", of_page: bytes = b"", content: bytes = b"", more: Iterable[bytes] = ()) -> bytes:
    """Return a PDF of one page; further objects count from 6."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page(2, 4, 5, of_page),
        content or stream(page_words()),
        FONT,
    ]
    return pdf([*objects, *more])


def many_pages(number: int, texts: list[str] | None = None) -> bytes:
    """Return a PDF of so many pages, which share their content, or of a page for each of the texts."""
    contents = [stream(page_words(text)) for text in texts or [WORDS]]
    first = 4 + len(contents)
    kids = b" ".join(b"%d 0 R" % n for n in range(first, first + number))
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, number)
    pages = [page(2, 4 + n % len(contents), 3) for n in range(number)]
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, FONT, *contents, *pages])


def report(number: int) -> bytes:
    """Return a PDF of so many pages of 3,000 characters, no two the same."""
    chance = random.Random(number)
    words = WORDS.split()
    return many_pages(number, [" ".join(chance.choice(words) for _ in range(480)) for _ in range(number)])
