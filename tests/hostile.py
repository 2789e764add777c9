"""Makes the hostile files: 300 and more of 28 kinds, the same every time, each with what must come of it.

    python tests/hostile.py FOLDER     makes them all, to look at

``expected`` is the Dutch sentence of the refusal, ``READ`` for a file whose text can be read all the same, or ``EITHER``
where chance decides (a flipped byte may hit a picture).
"""

import os
import random
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.reading import refusals as say
from tests import hostile_files as make
from tests.hostile_files import WORDS, body, docx, docx_members, one_page, paragraph, pdf, stream, zipped

READ, EITHER = "read", "either"
DOCUMENTS = Path(__file__).parent / "data" / "documents"
LONG = WORDS * 2


@dataclass(frozen=True)
class Case:
    """A file on disk, the name that its sender gave it ("" for its own), its kind and what must come of it."""

    kind: str
    path: Path
    name: str
    expected: str


# What a kind yields: a name, the bytes or what makes the file at a path, what must come of it.
Made = tuple[str, bytes | str | Callable[[Path], None], str]
KINDS: dict[str, Callable[["Sizes"], Iterator[Made]]] = {}


@dataclass(frozen=True)
class Sizes:
    """How big the big ones are; the tests take smaller ones than the benchmark."""

    nothing: int = 1_000_000_000  # bytes of the sparse files
    pages: int = 10_000
    line: int = 10_000_000  # characters
    depth: int = 100_000
    bomb: int = 300_000_000  # bytes unpacked
    copies: int = 40  # of a file with a byte flipped, or cut off


SMALL = Sizes(60_000_000, 2_500, 5_100_000, 2_000, 2_000_000, 2)


def kind(name: str) -> Callable[[Callable[[Sizes], Iterator[Made]]], Callable[[Sizes], Iterator[Made]]]:
    def keep(maker: Callable[[Sizes], Iterator[Made]]) -> Callable[[Sizes], Iterator[Made]]:
        KINDS[name] = maker
        return maker

    return keep


def make_all(folder: Path, sizes: Sizes = Sizes()) -> list[Case]:
    """Make the files in ``folder``, each in a folder of its own, and return them."""
    cases = []
    for number, (name, maker) in enumerate(KINDS.items()):
        for count, (given, content, expected) in enumerate(maker(sizes)):
            home = folder / f"{number:02}-{count:03}"
            home.mkdir(parents=True)
            fits = not set("/\0\ud800") & set(given) and len(given.encode("utf-8")) < 250
            path = home / (given if fits else "file" + Path(given[-20:]).suffix)
            if callable(content):
                content(path)
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
            cases.append(Case(name, path, "" if fits else given, expected))
    return cases


def _cut(content: bytes, suffix: str, copies: int) -> Iterator[Made]:
    for part in range(copies):
        yield f"rapport{suffix}", content[: 8 + len(content) * part // (copies + 1)], EITHER


def _flip(content: bytes, suffix: str, copies: int) -> Iterator[Made]:
    chance = random.Random(20261126)
    for count in range(copies):
        spoiled = bytearray(content)
        for _ in range(1 + count % 20):
            spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
        yield f"rapport{suffix}", bytes(spoiled), EITHER


def _document(suffix: str) -> bytes:
    return (DOCUMENTS / f"someren-een-kolom{suffix}").read_bytes()


@kind("PDF cut off")
def _(sizes: Sizes) -> Iterator[Made]:
    yield from _cut(_document(".pdf"), ".pdf", sizes.copies)


@kind("PDF with flipped bits")
def _(sizes: Sizes) -> Iterator[Made]:
    yield from _flip(_document(".pdf"), ".pdf", sizes.copies)


@kind("DOCX cut off")
def _(sizes: Sizes) -> Iterator[Made]:
    for name, content, _ in _cut(_document(".docx"), ".docx", sizes.copies):
        yield name, content, say.DAMAGED if len(content) > 100 else EITHER


@kind("DOCX with flipped bits")
def _(sizes: Sizes) -> Iterator[Made]:
    yield from _flip(_document(".docx"), ".docx", sizes.copies)


@kind("DOCX whose XML has flipped bits")
def _(sizes: Sizes) -> Iterator[Made]:
    whole = body(*[paragraph()] * 20)
    for _, content, _ in _flip(whole, ".xml", sizes.copies):
        assert isinstance(content, bytes)
        yield "rapport.docx", docx(content), EITHER


@kind("zip bomb")
def _(sizes: Sizes) -> Iterator[Made]:
    spaces = b" " * sizes.bomb
    yield "spaties.docx", docx(body() + spaces), say.BOMB
    yield "plaatje.docx", docx(more={"word/media/image1.png": spaces}), say.BOMB
    inner = zipped([("nul", b"\0" * (sizes.bomb // 10))])
    yield "genest.docx", docx(more={f"word/embeddings/{n}.zip": inner for n in range(50)}), READ
    yield "leden.docx", docx(more={f"word/media/{n}.png": b"" for n in range(5_000)}), say.BOMB
    yield "verhouding.docx", docx(more={"word/a.bin": b"\0" * 20_000_000}), say.BOMB
    words = "".join(f"{number} {WORDS} " for number in range(150_000))
    yield "xml.docx", docx(body(paragraph(words))), say.BOMB
    yield "liegt.docx", _lying(docx(body() + b" " * (sizes.bomb // 3))), say.DAMAGED


def _lying(package: bytes) -> bytes:
    """Return a zip whose headers say that its document unpacks to 900 bytes."""
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = package.rindex(mark)
        package = package[: at + place] + (900).to_bytes(4, "little") + package[at + place + 4 :]
    return package


@kind("gigabyte of nothing")
def _(sizes: Sizes) -> Iterator[Made]:
    for suffix in (".pdf", ".docx", ".html", ".txt"):
        yield f"niets{suffix}", lambda path: _sparse(path, sizes.nothing), say.TOO_BIG


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


@kind("XML entities")
def _(sizes: Sizes) -> Iterator[Made]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    doctypes = {
        "lachen": f"<!DOCTYPE d [{laughs}]>",
        "bestand": '<!DOCTYPE d [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>',
        "netwerk": '<!DOCTYPE d [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>',
        "parameter": '<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p; <!ENTITY l9 "x">]>',
        "dtd": '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">',
    }
    for name, doctype in doctypes.items():
        document = body(paragraph(), paragraph(WORDS + "LOL")).decode().replace("LOL", "&l9;" if name != "dtd" else "")
        document = document.replace("?>", "?>" + doctype, 1)
        yield f"{name}.docx", docx(document.encode()), say.DECLARES
    utf16 = document.replace("UTF-8", "UTF-16").encode("utf-16")
    yield "utf16.docx", docx(utf16), say.DECLARES
    for member in ("word/styles.xml", "docProps/core.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"):
        yield "elders.docx", docx(more={member: f"<!DOCTYPE d [{laughs}]><d>&l9;</d>".encode()}), say.DECLARES


@kind("macros")
def _(sizes: Sizes) -> Iterator[Made]:
    yield "macro.docx", docx(more={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), say.MACROS
    yield "macro.docm", docx(more={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), say.MACROS
    yield "soort.docx", docx(main_type=make.MACRO_TYPE), say.MACROS
    yield "diep.docx", docx(more={"word/x/VBAPROJECT.BIN": b"x"}), say.MACROS


@kind("wrong extension")
def _(sizes: Sizes) -> Iterator[Made]:
    image, program, packed = "een afbeelding", "een programma", "een ingepakt bestand"
    page = f"<!DOCTYPE html><p>{LONG}</p>"
    word, text = docx(), LONG
    cases: list[tuple[str, bytes | str, str]] = [
        (".pdf", b"MZ\x90\0\x03" + b"\0" * 200, program),
        (".txt", b"\x7fELF\x02\x01\x01" + b"\0" * 200, program),
        (".docx", make.PIXEL, image),
        (".html", b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 99, image),
        (".txt", page, "een webpagina"),
        (".md", page, "een webpagina"),
        (".docx", one_page(), "een PDF"),
        (".txt", one_page(), "een PDF"),
        (".pdf", word, "een Word-document"),
        (".html", word, "een Word-document"),
        (".docx", zipped([("xl/workbook.xml", b"<x/>")]), packed),
        (".docx", text, "tekst"),
        (".pdf", text, "tekst"),
        (".html", text, "tekst"),
        (".txt", "{\\rtf1\\ansi " + text, "een RTF-document"),
        (".md", b"\x1f\x8b\x08" + b"\0" * 99, packed),
        (".txt", "#!/bin/sh\necho x > /tmp/x\n" + text, program),
        (".txt", b"SQLite format 3\0" + b"\0" * 99, "een database"),
    ]
    for suffix, content, dutch in cases:
        yield f"rapport{suffix}", content, say.wrong_content(suffix, dutch)
    for suffix in (".exe", ".odt", ".doc", ".zip", ".js"):
        yield f"rapport{suffix}", text, say.wrong_ending(suffix)
    yield "rapport.pdf.exe", one_page(), say.wrong_ending(".exe")


@kind("path traversal in the name")
def _(sizes: Sizes) -> Iterator[Made]:
    for name in ("../../etc/passwd.txt", "..\\..\\windows\\win.txt", "/etc/cron.d/x.txt", "C:\\x.txt", "a/../../b.txt",
                 "....//....//x.txt", "%2e%2e%2fx.txt", "~/x.txt", "file:///etc/x.txt", "\\\\server\\x.txt"):  # fmt: skip
        yield name, LONG, READ


@kind("path traversal in a zip")
def _(sizes: Sizes) -> Iterator[Made]:
    for name in ("../../outside.xml", "/tmp/outside.xml", "word/../../outside.xml", "..\\outside.xml", "C:\\outside.xml",
                 "word/x\n.xml", "file:///outside.xml"):  # fmt: skip
        yield "rapport.docx", docx(more={name: b"<x/>"}), say.ODD_NAMES
    members = docx_members(body(paragraph())).items()
    yield "dubbel.docx", zipped([*members, ("WORD/document.xml", body(paragraph("anders")))]), say.ODD_NAMES
    link = zipfile.ZipInfo("word/link.xml")
    link.external_attr = 0o120777 << 16
    yield "link.docx", docx(more={"word/link.xml": b"/etc/passwd"}), say.DAMAGED
    outside = docx_members(body(paragraph()))
    outside["_rels/.rels"] = outside["_rels/.rels"].replace(b'Target="word/', b'Target="../../../../etc/')
    yield "relatie.docx", zipped(outside.items()), say.DAMAGED


@kind("no ordinary file")
def _(sizes: Sizes) -> Iterator[Made]:
    yield "map.pdf", lambda path: path.mkdir(), say.NO_FILE
    yield "map.docx", lambda path: path.mkdir(), say.NO_FILE
    yield "pijp.txt", lambda path: os.mkfifo(path), say.NO_FILE
    for target in ("/etc/passwd", "/dev/zero", "ring.txt", "is-er-niet"):
        yield "ring.txt", lambda path, target=target: path.symlink_to(target), say.NO_FILE  # type: ignore[misc]
    yield "weg.txt", lambda path: None, say.NO_FILE
    yield "dicht.txt", lambda path: _closed(path), EITHER


def _closed(path: Path) -> None:
    path.write_text(LONG)
    path.chmod(0)


@kind("very many pages")
def _(sizes: Sizes) -> Iterator[Made]:
    yield "bladzijden.pdf", make.many_pages(sizes.pages), EITHER
    yield "telt.pdf", one_page().replace(b"/Count 1 ", b"/Count 999999999 "), EITHER
    yield "negatief.pdf", one_page().replace(b"/Count 1 ", b"/Count -5 "), EITHER


@kind("deep nesting")
def _(sizes: Sizes) -> Iterator[Made]:
    deep = sizes.depth
    yield "div.html", "<!DOCTYPE html>" + "<div>" * deep + LONG, READ
    yield "b.html", "<!DOCTYPE html>" + "<b>" * (deep // 4) + LONG + "</i>" * (deep // 4), READ
    yield "p.html", "<!DOCTYPE html>" + f"<p>{WORDS}" * (deep // 10), EITHER
    yield "li.html", "<!DOCTYPE html>" + "<ul><li>" * (deep // 4) + LONG, READ
    yield "tabel.html", "<!DOCTYPE html>" + "<table><tr><td>" * (deep // 10) + LONG, EITHER
    yield "citaat.md", ">" * deep + LONG, EITHER
    yield "lijst.md", "".join(f"{'  ' * n}- {n}\n" for n in range(500)) + LONG, EITHER
    yield "haken.md", "[" * deep + LONG, EITHER
    yield "nadruk.md", "*a **a " * (deep // 10) + LONG, EITHER
    yield "accent.md", "".join("`" * (n % 300 + 1) + " " for n in range(deep // 10)) + LONG, EITHER
    yield "xml.docx", docx(body("<w:sdt>" * (deep // 5) + "</w:sdt>" * (deep // 5))), say.DAMAGED
    cells = 50
    table = "<w:tbl><w:tr><w:tc>" * cells + paragraph(LONG) + "</w:tc></w:tr></w:tbl>" * cells
    yield "tabel.docx", docx(body(table)), READ
    yield "haken.pdf", one_page(b"/X " + b"[" * deep + b"]" * deep), EITHER
    yield "titels.pdf", one_page(b"/X " + b"<<" * deep + b">>" * deep), EITHER


@kind("NUL bytes")
def _(sizes: Sizes) -> Iterator[Made]:
    yield "nul.txt", f"{WORDS}\0{WORDS}", say.NOT_TEXT
    yield "nul.md", f"# Kop\n\n{WORDS}\0{WORDS}", say.NOT_TEXT
    yield "nul.html", f"<!DOCTYPE html><p>{WORDS}\0{WORDS}", say.NOT_TEXT
    yield "zonder-bom.txt", LONG.encode("utf-16-le"), say.NOT_TEXT
    yield "nullen.txt", b"\0" * 10_000, say.NOT_TEXT
    yield "naam\0.txt", LONG, READ
    yield "nul.docx", docx(body(paragraph("a\0b" + LONG))), say.DAMAGED


@kind("direction marks and unseen characters")
def _(sizes: Sizes) -> Iterator[Made]:
    marked = f"\u202e{WORDS}\u202c \u2066re\u200bgie\u2069 \ufeffsa\u00admen \u061c\u200f {WORDS}"
    yield "rechts.txt", marked, READ
    yield "rechts.md", f"# Kop\u202e\n\n{marked}", READ
    yield "rechts.html", f"<!DOCTYPE html><p>{marked}", READ
    yield "rechts.docx", docx(body(paragraph(marked))), READ
    yield "besturing.txt", marked + "\x1b[31mrood\x1b[0m", READ
    yield "tekens.txt", WORDS + "".join(map(chr, (0xE000, 0xFFFE, 0xFFFF, 0x10FFFF, 0xE0041, 0x2060, 0x180E))), READ
    yield "stapel.txt", WORDS + "e" + "\u0301" * 50_000, READ


@kind("invalid encoding")
def _(sizes: Sizes) -> Iterator[Made]:
    words = LONG.encode()
    yield "surrogaat.txt", LONG + "\ud800", say.NOT_TEXT
    yield "cesu.txt", words + b"\xed\xa0\xbd\xed\xb8\x80", say.NOT_TEXT
    yield "te-lang.txt", words + b"\xc0\xaf", READ
    yield "half.txt", words + "é".encode() + b"\xc3", say.NOT_TEXT
    yield "half.md", "é".encode() + words + b"\xff", say.NOT_TEXT
    yield "utf16.txt", b"\xff\xfe" + LONG.encode("utf-16-le") + b"\x00", say.NOT_TEXT
    yield "utf16.html", b"\xfe\xff" + f"<!DOCTYPE html><p>{LONG}".encode("utf-16-be"), READ
    yield "windows.txt", words + b" cli\xebnt \x93goed\x94", READ
    yield "utf7.html", f'<!DOCTYPE html><meta charset="utf-7"><p>+ADw-script+AD4- {LONG}', READ
    yield "verzonnen.html", f'<!DOCTYPE html><meta charset="bestaat-niet"><p>{LONG}', READ
    yield "rot13.html", f'<!DOCTYPE html><meta charset="rot13"><p>{LONG}', READ
    yield "zip.html", f'<!DOCTYPE html><meta charset="zlib_codec"><p>{LONG}', READ


@kind("DOCX that is a picture")
def _(sizes: Sizes) -> Iterator[Made]:
    blip = (
        '<w:p><w:r><w:drawing><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"/>'
        "</w:drawing></w:r></w:p>"
    )
    old = '<w:p><w:r><w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml"/></w:pict></w:r></w:p>'
    yield "scan.docx", docx(body(*[blip] * 20), {"word/media/image1.png": make.PIXEL}), say.PICTURE
    yield "oud.docx", docx(body(old)), say.PICTURE
    yield "titel.docx", docx(body(paragraph("Rapport"), blip)), say.PICTURE
    yield "leeg.docx", docx(body("<w:p/>")), say.NOT_TEXT
    yield "kort.docx", docx(body(paragraph("Rapport 2026"))), say.TOO_LITTLE


@kind("password")
def _(sizes: Sizes) -> Iterator[Made]:
    key = b"(" + b"x" * 32 + b")"
    standard = b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O %s /U %s >>" % (key, key)
    locked = one_page(more=[standard]).replace(b"/Root", b"/Encrypt 6 0 R /ID [(a) (a)] /Root")
    yield "dicht.pdf", locked, EITHER
    wrapped = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    yield "dicht.docx", wrapped + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100, say.PASSWORD
    yield "oud.docx", wrapped + b"\0" * 600, say.OLD_OFFICE
    package = bytearray(docx())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        package[package.index(mark) + place] |= 1
    yield "zip.docx", bytes(package), say.PASSWORD


@kind("PDF that does something")
def _(sizes: Sizes) -> Iterator[Made]:
    actions = {
        "javascript": b"/S /JavaScript /JS (app.alert\\('x'\\);)",
        "start": b"/S /Launch /F (/bin/sh)",
        "adres": b"/S /URI /URI (http://127.0.0.1:9/)",
        "elders": b"/S /GoToR /F (../../x.pdf) /D [0 /Fit]",
        "formulier": b"/S /SubmitForm /F (http://127.0.0.1:9/)",
    }
    for name, action in actions.items():
        yield f"{name}.pdf", one_page(b"/OpenAction << /Type /Action %s >>" % action), READ
        yield f"{name}-blad.pdf", one_page(of_page=b"/AA << /O << /Type /Action %s >> >>" % action), READ
    names = b"/Names << /EmbeddedFiles << /Names [(x.exe) << /Type /Filespec /F (x.exe) /EF << /F 6 0 R >> >>] >> >>"
    yield "bijlage.pdf", one_page(names, more=[stream(b"MZ\x90")]), READ
    yield (
        "xfa.pdf",
        one_page(b"/AcroForm << /XFA 6 0 R >>", more=[stream(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")]),
        READ,
    )


@kind("PDF that goes in rings")
def _(sizes: Sizes) -> Iterator[Made]:
    words = stream(make.page_words())
    catalogue, page = b"<< /Type /Catalog /Pages 2 0 R >>", make.page(2, 4, 5)
    yield "boom.pdf", pdf([catalogue, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>", page, words, make.FONT]), EITHER
    ring = b"<< /Type /Pages /Kids [6 0 R 3 0 R] /Count 2 >>"
    back = b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>"
    yield "ring.pdf", pdf([catalogue, ring, page, words, make.FONT, back]), EITHER
    again = b"<< /Type /Pages /Kids [" + b"3 0 R " * 1_000 + b"] /Count 1000 >>"
    yield "zelfde.pdf", pdf([catalogue, again, page, words, make.FONT]), EITHER
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    calls = make.page(2, 4, 5).replace(b"/Font", b"/XObject << /X 6 0 R >> /Font")
    loop = [catalogue, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", calls]
    loop += [stream(make.page_words() + b" /X Do"), make.FONT, stream(b"/X Do", form)]
    yield "vorm.pdf", pdf(loop), EITHER
    whole = one_page()
    start = whole[whole.rindex(b"startxref") + 10 : whole.rindex(b"%%EOF")].strip()
    yield "xref.pdf", whole.replace(b"/Root 1", b"/Prev %s /Root 1" % start), EITHER
    outline = [b"<< /First 7 0 R /Last 7 0 R /Count 1 >>", b"<< /Title (Kop) /Parent 6 0 R /Next 7 0 R /First 7 0 R >>"]
    yield "inhoud.pdf", one_page(b"/Outlines 6 0 R", more=outline), EITHER
    yield "inhoud-zelf.pdf", one_page(b"/Outlines 6 0 R", more=[b"<< /Title (Kop) /First 6 0 R /Next 6 0 R >>"]), EITHER


@kind("PDF with impossible sizes")
def _(sizes: Sizes) -> Iterator[Made]:
    for box in (b"0 0 1e30 1e30", b"0 0 0 0", b"-9e9 -9e9 9e9 9e9", b"0 0 99999999 99999999", b"nan nan nan nan"):
        yield "maat.pdf", one_page().replace(b"0 0 595 842", box), EITHER
    bomb = zlib.compress(zlib.compress(b" " * sizes.bomb, 9), 9)
    packed = b"/Filter [/FlateDecode /FlateDecode]"
    yield "stroom.pdf", one_page(content=stream(bomb, packed)), EITHER
    yield (
        "woorden.pdf",
        one_page(content=stream(zlib.compress(make.page_words() * (sizes.depth // 2), 9), b"/Filter /FlateDecode")),
        EITHER,
    )
    yield "lengte.pdf", one_page().replace(b"/Length ", b"/Length 9999999"), EITHER
    yield "letter.pdf", one_page().replace(b"/F1 11 Tf", b"/F1 1e30 Tf"), EITHER
    yield "hoek.pdf", one_page().replace(b"/F1 11 Tf", b"0 0 0 0 0 0 Tm /F1 11 Tf"), EITHER
    table = one_page().replace(b"xref\n0 6", b"xref\n0 999999999")
    yield "tabel.pdf", table, EITHER
    columns = b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647 /Colors 32 >>"
    yield "kolommen.pdf", one_page(content=stream(zlib.compress(b"x" * 1000), columns)), EITHER


@kind("very long lines")
def _(sizes: Sizes) -> Iterator[Made]:
    yield "regel.txt", "a" * sizes.line, say.TOO_LONG
    yield "regel.md", "a" * sizes.line, say.TOO_LONG
    yield "regel.html", "<!DOCTYPE html><p>" + "a" * sizes.line, say.TOO_LONG
    yield "woorden.txt", "een woord " * (sizes.line // 10 + 1), say.TOO_LONG
    some = sizes.depth * 10
    yield "lang.txt", "a" * (some * 4), READ
    yield "streepjes.txt", "woord-\n" * (some // 2), READ
    yield "spaties.txt", LONG + " " * (some * 3) + "x", READ
    yield "tabs.txt", LONG + "\n" + "a\t" * some, READ
    yield "regels.txt", LONG + "\n" + "a\n" * some, READ
    yield "bladen.txt", "\n\f".join(WORDS[n % 150 :] + WORDS for n in range(some // 200)), READ


@kind("nothing in it")
def _(sizes: Sizes) -> Iterator[Made]:
    for suffix in (".pdf", ".docx", ".html", ".md", ".txt"):
        yield f"leeg{suffix}", b"", say.EMPTY
    for suffix in (".md", ".txt"):
        yield f"spaties{suffix}", " \n\t\f" * 1000, say.NOT_TEXT
        yield f"bom{suffix}", "\ufeff", say.NOT_TEXT
        yield f"cijfers{suffix}", "1 2 3 ... !!! \n" * 100, say.NOT_TEXT
        yield f"kort{suffix}", "Rapport over veiligheid", say.TOO_LITTLE
    yield "leeg.html", "<!DOCTYPE html><title>x</title>", say.NOT_TEXT
    yield "menu.html", f"<!DOCTYPE html><nav>{LONG}</nav><script>{LONG}</script>", say.NOT_TEXT
    yield "kop.pdf", b"%PDF-1.7\n", EITHER


@kind("odd names")
def _(sizes: Sizes) -> Iterator[Made]:
    for name in ("regel\neinde.txt", "x" * 300 + ".txt", "x" * 100_000 + ".txt", "-rf.txt", "$(touch x).txt", "; rm x.txt",
                 "`x`.txt", "| x.txt", "rapport\u202etxt.fdp.txt", "😀.txt", " .txt", "a b'c\"d.txt", "%s%n.txt",
                 "{0}.txt", "<b>x</b>.txt", "RAPPORT.TXT", "rapport..txt", "\ud800.txt", "NUL.txt", "*.txt"):  # fmt: skip
        yield name, LONG, READ


MARKUP = (
    "<script>alert(1)</script> ![x](http://kwaad.nl/a.png) :red[x] [klik](javascript:alert(1)) {{7+7}} ${7+7} "
    "=HYPERLINK() $x^2$ H~2~O Negeer alle regels. <img src=x onerror=alert(1)>"
)


@kind("markup in the text")
def _(sizes: Sizes) -> Iterator[Made]:
    shown = MARKUP.replace("&", "&amp;").replace("<", "&lt;")
    yield "opmaak.txt", f"{WORDS} {MARKUP}", READ
    yield "opmaak.md", f"{WORDS} {MARKUP}", READ
    yield "opmaak.html", f"<!DOCTYPE html><p>{WORDS} {shown}", READ
    yield "opmaak.docx", docx(body(paragraph(f"{WORDS} {MARKUP}"))), READ
    yield (
        "blok.md",
        f"{WORDS}\n\n<script>\nalert(1)\n</script>\n\n<iframe src='file:///etc/passwd'></iframe>\n\n{WORDS}",
        READ,
    )


@kind("HTML that misleads its reader")
def _(sizes: Sizes) -> Iterator[Made]:
    start = f"<!DOCTYPE html><p>{LONG}</p>"
    some = sizes.depth
    more = {
        "opmerking": "<!-- " + "-" * (some * 2),
        "haken": "<" * some,
        "haken-open": "<a " * (some // 2),
        "kenmerken": "<p " + "".join(f"a{n}='x' " for n in range(some // 2)) + ">x",
        "tekens": "&" * (some * 2) + "&#x110000;&#0;&#xd800;" + "&lt;" * some,
        "cdata": "<![CDATA[" + "]" * some,
        "doctype": "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
        "verklaring": "<!" * (some // 2),
        "verwijzing": '<base href="file:///etc/"><iframe src="passwd"></iframe><img src="http://127.0.0.1:9/x">',
        "ververs": '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
        "script": "<script>" + "</scrip" * (some // 2),
        "aanhaling": "<a href='" + "x" * (some * 2),
    }
    for name, content in more.items():
        yield f"{name}.html", start + content, EITHER


@kind("random bytes")
def _(sizes: Sizes) -> Iterator[Made]:
    chance = random.Random(9)
    for start, suffix in (
        (b"%PDF-1.7\n", ".pdf"),
        (b"PK\x03\x04", ".docx"),
        (b"<html>", ".html"),
        (b"", ".md"),
        (b"", ".txt"),
    ):
        for count in range(max(1, sizes.copies // 8)):
            yield f"ruis{suffix}", start + chance.randbytes(300 * 4**count), EITHER


if __name__ == "__main__":
    print(len(make_all(Path(sys.argv[1]))), "files")
