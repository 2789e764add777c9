"""Opens a PDF file, or says in a sentence why it cannot be read."""

import re
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.errors import DocumentError
from ingest.reading.refusals import DAMAGED, EMPTY, PASSWORD, UNREADABLE

MAX_PAGES = 2000
SMALL = 100_000  # bytes; a file without pages is no bigger
NO_KIDS = re.compile(rb"/Kids\s*\[\s*\]")
NO_PDF = "Dit bestand is geen PDF. Kies een ander bestand."
NO_PAGES = "Dit bestand heeft geen bladzijden. Kies een ander bestand."


def opened(path: Path) -> pypdfium2.PdfDocument:
    """Return the open document.

    :raises DocumentError: it cannot be opened, or has no pages or too many.
    """
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        raise DocumentError(
            f"cannot read {path.name!r}: {error.strerror}; check its permissions", UNREADABLE
        ) from error
    if not start:
        raise DocumentError(f"{path.name!r} is empty; choose another file", EMPTY)
    if b"%PDF-" not in start:
        raise DocumentError(f"{path.name!r} is no PDF; choose another file", NO_PDF)
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _not_opened(path, error) from error
    pages = len(document)
    if pages > MAX_PAGES:
        document.close()
        raise DocumentError(f"{path.name!r} has {pages} pages, more than {MAX_PAGES}; split it", too_many_pages(pages))
    return document


def _not_opened(path: Path, error: pypdfium2.PdfiumError) -> DocumentError:
    if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return DocumentError(f"{path.name!r} is locked with a password; save it without one", PASSWORD)
    if path.stat().st_size < SMALL and NO_KIDS.search(path.read_bytes()):
        # pdfium does not open a document of 0 pages, and then tells the fault of whatever it opened before
        return DocumentError(f"{path.name!r} has no pages; choose another file", NO_PAGES)
    return DocumentError(f"{path.name!r} is damaged: {error}; save or download it again", DAMAGED)


def too_many_pages(pages: int) -> str:
    """Return the sentence for a document of that many pages."""
    return f"Dit bestand heeft {pages} bladzijden. Er kunnen er {MAX_PAGES} worden gelezen. Splits het bestand."
