"""The one door for a file that somebody wants to add: what is it, may it be read, read it, is it text.

The type is what the content says; a name that says otherwise is refused, because whoever sends a program as .pdf is
mistaken or worse. A name is never used as a path. All that a reader's library throws at a broken file ends here as one
``DocumentError``; who reads files of strangers goes through ``ingest.reading.child``, which bounds time and memory too.
"""

import stat
import zipfile
from dataclasses import replace
from pathlib import Path, PurePath

from ingest.errors import DocumentError
from ingest.reading.document import Document, Element
from ingest.reading.limits import MAX_BYTES, MAX_CHARACTERS, MIN_LETTERS
from ingest.reading.refusals import (
    DAMAGED,
    EMPTY,
    MACROS,
    NO_FILE,
    NOT_TEXT,
    OLD_OFFICE,
    PASSWORD,
    TOO_BIG,
    TOO_LITTLE,
    TOO_LONG,
    UNREADABLE,
    wrong_content,
    wrong_ending,
)
from ingest.reading.text import BOMS, clean, letters
from ingest.reading.year import year_in

FRONT = 12  # elements in which a file without pages is looked through for its date
ENDINGS = {
    "pdf": (".pdf",),
    "docx": (".docx",),
    "html": (".html", ".htm", ".xhtml"),
    "markdown": (".md", ".markdown"),
    "text": (".txt",),
}
# How files of other types begin, and what they are in Dutch.
MAGIC = (
    (b"\x89PNG", "een afbeelding"),
    (b"\xff\xd8\xff", "een afbeelding"),
    (b"GIF8", "een afbeelding"),
    (b"II*\0", "een afbeelding"),
    (b"MM\0*", "een afbeelding"),
    (b"MZ", "een programma"),
    (b"\x7fELF", "een programma"),
    (b"\xca\xfe\xba\xbe", "een programma"),
    (b"#!", "een programma"),
    (b"{\\rtf", "een RTF-document"),
    (b"%!PS", "een PostScript-bestand"),
    (b"\x1f\x8b", "een ingepakt bestand"),
    (b"Rar!", "een ingepakt bestand"),
    (b"7z\xbc\xaf", "een ingepakt bestand"),
    (b"BZh", "een ingepakt bestand"),
    (b"\xfd7zXZ", "een ingepakt bestand"),
    (b"SQLite format 3", "een database"),
)
OFFICE_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also what Word wraps a document with a password in
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
NAMES = {"pdf": "een PDF", "docx": "een Word-document", "html": "een webpagina", "markdown": "tekst", "text": "tekst"}


def read_file(path: Path, name: str = "", ocr: bool = False) -> Document:
    """Return what a file of any supported type says.

    :param path: the file.
    :param name: the name that it was given by whoever sent it, when that is not the path's; only its ending counts.
    :param ocr: let the text of a scanned PDF be recognised.
    :raises DocumentError: the file is no ordinary file, too big, of another type, damaged, unsafe or without text.
    """
    name = name or path.name
    _check_file(path)
    try:
        document = _read(_kind(path, name), path, ocr)
    except (DocumentError, ImportError, MemoryError):
        raise
    except PermissionError as error:
        raise _unreadable(name, error) from error
    except Exception as error:  # what the libraries throw at damaged files is no closed list
        fault = f"{shown(name)} is damaged ({type(error).__name__}); open it in its own program and save it again"
        raise DocumentError(fault, DAMAGED) from error
    return _checked(document, name)


def shown(name: str) -> str:
    """Return the last part of a name in quotation marks, short and without anything that does not print."""
    last = clean(PurePath(name.replace("\\", "/")).name) or "the file"
    return f'"{last if len(last) <= 80 else last[:79] + "…"}"'


def _unreadable(name: str, error: OSError) -> DocumentError:
    return DocumentError(f"{shown(name)} cannot be read ({error.strerror}); give the right to read it", UNREADABLE)


def _check_file(path: Path) -> None:
    try:
        about = path.lstat()
    except PermissionError as error:
        raise _unreadable(str(path), error) from error
    except (OSError, ValueError) as error:
        raise DocumentError(f"{shown(str(path))} cannot be opened: {error}", NO_FILE) from error
    if not stat.S_ISREG(about.st_mode):
        raise DocumentError(f"{shown(str(path))} is no ordinary file; give the file itself", NO_FILE)
    if about.st_size > MAX_BYTES:
        raise DocumentError(f"{shown(str(path))} has {about.st_size} bytes; at most {MAX_BYTES} are read", TOO_BIG)
    if not about.st_size:
        raise DocumentError(f"{shown(str(path))} is empty", EMPTY)


def _kind(path: Path, name: str) -> str:
    """Return the key of ``ENDINGS`` that content and name agree on."""
    ending = PurePath(name).suffix.lower()
    said = next((kind for kind, endings in ENDINGS.items() if ending in endings), None)
    if ending in (".docm", ".dotm"):
        raise DocumentError(f"{shown(name)} is a document with macros; save it as .docx", MACROS)
    with path.open("rb") as stream:
        head = stream.read(4096)
    is_really, dutch = _content(path, head)
    if ending and said is None:
        raise DocumentError(
            f"{shown(name)}: files ending in {ending[:20]!r} are not read; use PDF, DOCX, HTML, Markdown or text",
            wrong_ending(clean(ending)[:20]),
        )
    if is_really == "text" and said in ("markdown", "text", None):
        return said or "text"
    if is_really is None or (said and said != is_really):
        raise DocumentError(
            f"{shown(name)} holds {dutch!r}, not what its name says; supported: PDF, DOCX, HTML, Markdown, text",
            wrong_content(ending if said else "", dutch),
        )
    return is_really


def _content(path: Path, head: bytes) -> tuple[str | None, str]:
    """Return what the content is, None for what is not read, and its name in Dutch.

    :raises DocumentError: an Office file from before 2007 or with a password.
    """
    for magic, dutch in MAGIC:
        if head.startswith(magic) and (b"\0" in head or not magic.isalpha()):
            return None, dutch
    if head.startswith(OFFICE_97):
        encrypted = ENCRYPTED in path.read_bytes()
        raise DocumentError("an Office file with a password or from before 2007", PASSWORD if encrypted else OLD_OFFICE)
    kind = "text"
    if head.startswith(b"PK"):
        kind = "docx" if _is_docx(path, head) else "zip"
    elif b"%PDF-" in head[:1024]:
        kind = "pdf"
    elif _is_page(head):
        kind = "html"
    return (None, "een ingepakt bestand") if kind == "zip" else (kind, NAMES[kind])


def _is_docx(path: Path, head: bytes) -> bool:
    try:
        with zipfile.ZipFile(path) as package:
            return "word/document.xml" in package.namelist()
    except zipfile.BadZipFile:
        # Cut off: the list of members stands at the end. A Word document names these at its beginning.
        return b"[Content_Types].xml" in head or b"word/" in head or b"_rels/" in head


def _is_page(head: bytes) -> bool:
    encoding = next((encoding for bom, encoding in BOMS if head.startswith(bom)), "latin-1")
    text = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n").lower()
    while text.startswith(("<!--", "<?xml")):
        end = "-->" if text.startswith("<!--") else "?>"
        text = text.partition(end)[2].lstrip()
    return text.startswith(("<!doctype html", "<html", "<head", "<body"))


def _read(kind: str, path: Path, ocr: bool) -> Document:
    """Read with the reader of the kind; only its library is imported."""
    if kind == "pdf":
        from ingest.reading.pdf import read_pdf

        return read_pdf(path, ocr=ocr)
    if kind == "docx":
        from ingest.reading.docx import read_docx
        from ingest.reading.package import check_package

        check_package(path)
        return read_docx(path)
    if kind == "html":
        from ingest.reading.html import read_html

        return read_html(path)
    if kind == "markdown":
        from ingest.reading.markdown import read_markdown

        return read_markdown(path)
    from ingest.reading.plain import read_plain

    return read_plain(path)


def _checked(document: Document, name: str) -> Document:
    """Return the document with clean texts.

    :raises DocumentError: it holds no letters, too few, or too many characters.
    """
    if sum(len(element.text) for element in document.elements) > MAX_CHARACTERS:
        raise DocumentError(f"{shown(name)} holds more than {MAX_CHARACTERS} characters", TOO_LONG)
    elements = tuple(element for element in map(_clean_element, document.elements) if element.text)
    number = sum(letters(element.text) for element in elements)
    if number < MIN_LETTERS:
        raise DocumentError(
            f"{shown(name)} holds {number} letters; a report has at least {MIN_LETTERS}",
            TOO_LITTLE if number else NOT_TEXT,
        )
    title = clean(document.title)[:300]
    front = " ".join(element.text for element in elements[:FRONT])[:2000]
    year = document.year or (year_in(front, title) if document.pages is None else None)
    return replace(
        document,
        elements=elements,
        title=title,
        publisher=clean(document.publisher)[:200],
        year=year if year and 1900 <= year <= 2100 else None,
        left_out=tuple(filter(None, (clean(line)[:300] for line in document.left_out))),
    )


def _clean_element(element: Element) -> Element:
    """Return the element with clean text; where each page begins in it moves along."""
    pieces = element.text.split("\t") if element.kind == "row" else [element.text]
    text = "\t".join(map(clean, pieces))
    if text == element.text or not element.turns:
        return replace(element, text=text)
    turns = [(min(len(clean(element.text[:offset] + "x")) - 1, len(text)), page) for offset, page in element.turns]
    return replace(element, text=text, turns=tuple(turns))
