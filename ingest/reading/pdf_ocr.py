"""Reads pictures of pages with tesseract, where it is installed with Dutch: an optional extra, on request only."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2

from ingest.errors import DocumentError
from ingest.reading.pdf_page import RawPage, Segment, Style

DOTS = 300  # an inch: what tesseract reads best
PAGE_SECONDS = 60
MAX_SIDE = 6000  # pixels: a bigger page is drawn smaller
WORD_LEVEL = "5"


def recognised(document: pypdfium2.PdfDocument, pages: Sequence[RawPage], numbers: Sequence[int]) -> list[RawPage]:
    """Return the pages, those numbered with the words that tesseract reads in them.

    :raises DocumentError: tesseract or its Dutch is missing, fails, or takes more than ``PAGE_SECONDS`` for a page.
    """
    program = _tesseract()
    read = {number: _read(program, document, pages[number - 1]) for number in numbers}
    return [read.get(page.number, page) for page in pages]


def _tesseract() -> str:
    program = shutil.which("tesseract")
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=20) if program else None
    if program and listed and "nld" in listed.stdout.split():
        return program
    raise DocumentError(
        "tesseract with Dutch (nld) is not installed; install it, or add a version with text",
        "Dit bestand bevat scans van bladzijden. Tekstherkenning (OCR) is hier niet geïnstalleerd. "
        "Gebruik een versie met tekst, of vraag uw beheerder om tesseract met Nederlands.",
    )


def _read(program: str, document: pypdfium2.PdfDocument, page: RawPage) -> RawPage:
    scale = min(DOTS / 72, MAX_SIDE / max(page.width, page.height))
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "page.png"
        document[page.number - 1].render(scale=scale, grayscale=True).to_pil().save(picture)
        command = [program, str(picture), "stdout", "-l", "nld", "--dpi", str(round(scale * 72)), "tsv"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PAGE_SECONDS, check=True)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            raise DocumentError(
                f"tesseract failed on page {page.number}: {error}",
                f"De tekstherkenning van bladzijde {page.number} is niet gelukt. Gebruik een versie met tekst.",
            ) from error
    segments = tuple(_segments(done.stdout, scale))
    return replace(page, segments=segments, characters=sum(len(segment.text) for segment in segments))


def _segments(table: str, scale: float) -> list[Segment]:
    """Return tesseract's lines; a line's size is that of most lines of its block, for its letters differ in height."""
    lines: dict[tuple[str, ...], list[list[str]]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == WORD_LEVEL and cells[11].strip():
            lines.setdefault(tuple(cells[2:5]), []).append(cells)
    heights = sorted(_height(words) for words in lines.values())
    usual = heights[len(heights) // 2] if heights else 0.0
    return [_segment(words, usual, scale) for words in lines.values()]


def _height(words: list[list[str]]) -> float:
    tall = sorted(float(word[9]) for word in words)
    return tall[len(tall) // 2]


def _segment(words: list[list[str]], usual: float, scale: float) -> Segment:
    height = _height(words)
    size = round((usual if 0.75 * usual < height < 1.35 * usual else height) / scale * 1.25 * 4) / 4
    x0 = min(float(word[6]) for word in words) / scale
    x1 = max(float(word[6]) + float(word[8]) for word in words) / scale
    y = max(float(word[7]) + float(word[9]) for word in words) / scale
    return Segment(" ".join(word[11].strip() for word in words), x0, x1, y, Style(size))
