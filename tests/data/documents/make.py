"""Makes the documents that the tests of the readers read, and what a reader should find in each.

Every document's words come from a report in ``corpus/reports``. python-docx writes ``<name>.docx``, LibreOffice
(``soffice``) turns that into ``<name>.pdf``, and ``<name>.json`` holds the truth: each element's kind, text, level, the
page where it begins and the turns to later pages. The pages come from poppler's ``pdftotext``, which shares no code
with the readers. Run ``python tests/data/documents/make.py`` (Dutch hyphenation needs Debian's ``hyphen-nl``).
"""

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
sys.path[:0] = [str(PROJECT), str(HERE)]

from writing import Look, write_docx  # noqa: E402

from ingest.catalogue import load_catalogue  # noqa: E402
from ingest.clean import FOOTNOTE_MARK, clean  # noqa: E402
from ingest.layout import load_layout  # noqa: E402
from ingest.read import read_report  # noqa: E402
from ingest.records import Block  # noqa: E402
from ingest.sentences import sentence_spans  # noqa: E402
from ingest.structure import read_structure  # noqa: E402
from ingest.tables import with_rows  # noqa: E402

HEADS = "Criterium\tIndicator\tOperationalisatie\tBeslisregel"


@dataclass(frozen=True)
class Part:
    """An element of the truth; the list mark of a ``numbered`` item is a number."""

    kind: str
    text: str
    level: int = 0
    page: int | None = None
    turns: tuple[tuple[int, int], ...] = ()
    numbered: bool = False


def report_parts(name: str) -> list[Part]:
    """Return the body of a report: its headings, paragraphs, items and table rows, each note after what refers to it."""
    corpus = PROJECT / "corpus"
    report = next(report for report in load_catalogue(corpus) if report.id == name)
    raw, layout = read_report(corpus, report), load_layout(report.layout)
    structure = read_structure(raw, layout)
    levels = {heading.span[0]: heading for heading in structure.headings}
    notes: dict[str, str] = {}
    body: list[Part] = []
    blocks = with_rows(raw, layout, structure)
    for block in blocks:
        if block.kind == "note":  # Nijmegen's appendix numbers its own notes anew; those of its table are left out
            start = block.pieces[0][0]
            number = re.findall(r"\d+", raw[max(0, start - 16) : start])[-1]
            notes.setdefault(number, clean(raw, [block.pieces]).text)
    for group, members in groupby((b for b in blocks if b.kind != "note"), key=lambda block: block.group):
        own = list(members)
        if group:
            body.append(Part("row", _row(raw, own)))
        for block in own if not group else ():
            if heading := levels.get(block.pieces[0][0]):
                body.append(Part("heading", heading.title, heading.level))
            else:
                body.append(_words(raw, block))
    return _with_notes(body, notes)


def _words(raw: str, block: Block) -> Part:
    """Return a paragraph or item with its footnote marks as ``[1]``; an item's own number is its list mark."""
    text = clean(raw, [block.pieces])
    shown = text.text.replace("\n", " ")
    for start, end in reversed(block.pieces):
        for mark in reversed(list(FOOTNOTE_MARK.finditer(raw, start, end))):
            place = sum(0 <= origin < mark.start() for origin in text.origins)
            place = next((i for i, origin in enumerate(text.origins) if origin >= mark.end()), len(shown))
            before = len(shown[:place].rstrip())
            shown = f"{shown[:before]}[{re.sub('[^0-9]', '', mark[0])}]{shown[before:]}"
    number = re.match(r"\d ", shown) if block.kind == "item" else None
    return Part(block.kind, shown[number.end() :] if number else shown, numbered=bool(number))


def _row(raw: str, blocks: list[Block]) -> str:
    cells: list[list[str]] = [[], [], [], []]
    for number, block in enumerate(blocks):
        text = clean(raw, [block.pieces]).text.replace("\n", " ")
        rule, indicator = text.startswith("Om positief"), re.match(r"\d{1,2} ", text)
        cells[3 if rule else 0 if number == 0 else 1 if indicator else 2].append(text)
    return "\t".join(" ".join(cell) for cell in cells)


def _with_notes(body: list[Part], notes: dict[str, str]) -> list[Part]:
    """Return the body with its notes numbered anew from 1, as a word processor does."""
    result: list[Part] = []
    count = 0
    for part in body:
        marks = re.findall(r"\[(\d+)\]", part.text) if part.kind != "row" else []
        text, own = part.text, []
        for mark in marks:
            count += 1
            text = text.replace(f"[{mark}]", f"[\0{count}]", 1)
            own.append(Part("note", f"[{count}] {notes[mark]}"))
        result += [replace(part, text=text.replace("\0", "")), *own]
    return result


def between(parts: list[Part], first: str, last: str) -> list[Part]:
    """Return the parts from the first heading with one title up to the last one with another."""
    titles = [part.text if part.kind == "heading" else "" for part in parts]
    return parts[titles.index(first) : len(titles) - titles[::-1].index(last) - 1]


def with_table_heads(parts: list[Part]) -> list[Part]:
    """Return the parts with a row of column names before the first row of each table."""
    result = [parts[0]]
    for before, part in pairwise(parts):
        result += [Part("row", HEADS)] if part.kind == "row" and before.kind != "row" else []
        result.append(part)
    return result


def as_list(parts: list[Part]) -> list[Part]:
    """Return the parts with each paragraph of three sentences or more as a lead sentence and a list of the others."""
    result = []
    for part in parts:
        spans = sentence_spans(part.text) if part.kind == "text" else []
        if len(spans) < 3:
            result.append(part)
        else:
            kinds = ["text", *["item"] * (len(spans) - 1)]
            result += [Part(k, part.text[a:b]) for k, (a, b) in zip(kinds, spans, strict=True)]
    return result


def numbered(parts: list[Part]) -> list[Part]:
    """Return the parts with numbers before the headings of the first three levels."""
    counts = [0] * 9
    result = []
    for part in parts:
        if part.kind == "heading" and part.level <= 3:
            counts = [*counts[: part.level - 1], counts[part.level - 1] + 1, *[0] * 8]
            number = ".".join(str(count) for count in counts[: part.level] if count)
            part = replace(part, text=f"{number} {part.text}")
        result.append(part)
    return result


def one_column() -> tuple[list[Part], Look]:
    """Return Someren's report as it looks from a word processor: contents, one column, a table of four rows."""
    parts = report_parts("tsd-2020-someren")
    title = Part("heading", "Het lokale netwerk na Veilig Thuis Someren", 1)
    rows = [place for place, part in enumerate(parts) if part.kind == "row"]
    body = with_table_heads(parts[: rows[4]]) + between(parts, "Bijlage 2: Onderzoeksopzet", "Toezicht Sociaal Domein")
    body = [part for place, part in enumerate(body) if not (part.kind == "heading" and _is_empty(body, place))]
    front = [title, Part("text", "Toezicht Sociaal Domein"), Part("text", "Utrecht, juni 2020")]
    look = Look("Het lokale netwerk na Veilig Thuis Someren", "Toezicht Sociaal Domein", contents=True)
    return front + body, look


def _is_empty(body: list[Part], place: int) -> bool:
    following = body[place + 1 : place + 2]
    return not following or (following[0].kind == "heading" and following[0].level <= body[place].level)


def two_columns() -> tuple[list[Part], Look]:
    """Return Nijmegen's report in two hyphenated columns below a title over the whole width; its table is as wide."""
    parts = report_parts("tsd-2019-nijmegen")
    body = with_table_heads(between(parts, "Inleiding", "Toezicht Sociaal Domein"))
    title = Part("heading", "Het lokale netwerk na Veilig Thuis Nijmegen", 1)
    front = [title, Part("text", "Rapportage van Toezicht Sociaal Domein, Utrecht, augustus 2019")]
    look = Look(
        "Lokale netwerk Nijmegen",
        "Toezicht Sociaal Domein",
        columns=2,
        font="Liberation Serif",
        heading_sizes=(17, 14, 12, 11, 10),
        size=10,
        justified=True,
        bookmarks=False,
        footer="number",
    )
    return front + body, look


def brochure() -> tuple[list[Part], Look]:
    """Return the second half of Someren's report as a brochure: lists, numbered headings, a table over pages."""
    parts = report_parts("tsd-2020-someren")
    start = next(place for place, part in enumerate(parts) if part.text == "Goede voorbeelden/werkzame elementen")
    rows = [part for part in parts if part.kind == "row"][4:]
    table = [Part("heading", "Toezichtkader", 1), Part("row", HEADS), *rows]
    first = between(parts, "Passende hulp", "Goede voorbeelden/werkzame elementen")
    last = parts[start : next(place for place, part in enumerate(parts) if part.text == "Bijlagen")]
    body = numbered([replace(part, level=max(1, part.level - 1)) if part.level else part for part in first] + last)
    front = [Part("heading", "Veilig opgroeien in Someren", 1), Part("text", "Brochure voor professionals, 2020")]
    body = [replace(part, kind="quote") if _calls(part) else part for part in as_list(_renumbered(body))]
    look = Look(
        "Veilig opgroeien in Someren",
        "",
        font="DejaVu Sans",
        heading_font="DejaVu Serif",
        heading_sizes=(16, 13, 11, 10, 9.5),
        size=9,
        footer="dashes",
        repeat_head=True,
    )
    return [*front, *body, *table], look


def _calls(part: Part) -> bool:
    return part.text.startswith("De inspecties vragen de gemeente Someren regie")


def _renumbered(parts: list[Part]) -> list[Part]:
    notes = {m[1]: part.text for part in parts if part.kind == "note" and (m := re.match(r"\[(\d+)\] ", part.text))}
    texts = {number: text.split("] ", 1)[1] for number, text in notes.items()}
    return _with_notes([part for part in parts if part.kind != "note"], texts)


def letters(text: str) -> str:
    """Return a text's letters and digits alone: what a line's end, a hyphen or a list mark doesn't change."""
    return "".join(char for char in text if char.isalnum())


def with_pages(parts: list[Part], pdf: Path) -> list[Part]:
    """Return the parts with the page of each and its turns, as ``pdftotext`` finds them.

    :raises ValueError: a part isn't found; then the document, not the reader, needs a look.
    """
    out = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True, text=True).stdout
    pages = [letters(page) for page in out.split("\f")[:-1]]
    result: list[Part] = []
    page, offset = 0, 0
    for part in parts:
        if part.kind == "note":
            number, text = re.match(r"\[(\d+)\] (.*)", part.text).groups()  # type: ignore[union-attr]
            where = next(p for p in range(len(pages)) if f"{number}{letters(text)[:30]}" in pages[p])
            result.append(replace(part, page=where + 1))
            continue
        turns: list[tuple[int, int]] = []
        begins = first = None
        cells = part.text.split("\t")
        start_page = page
        for number, cell in enumerate(cells):
            begun, ended, offset, cut = _place(pages, cell, start_page if number else page, offset)
            at = part.text.index(cell) if not number else sum(len(c) + 1 for c in cells[:number])
            if first is None:
                begins = first = begun
                start_page = begun
            elif (turns[-1][1] - 1 if turns else first) != begun:
                turns.append((at, begun + 1))
            if ended != begun:
                turns.append((at + cut, ended + 1))
            page = ended
        assert begins is not None
        result.append(replace(part, page=begins + 1, turns=tuple(turns)))
    return result


def _place(pages: list[str], text: str, page: int, offset: int) -> tuple[int, int, int, int]:
    """Return where a text begins and ends (pages from 0), the offset after it, and where in it the page turns."""
    wanted = letters(re.sub(r"\[(\d+)\]", r"\1", text))
    for where in range(page, len(pages)):
        low = offset if where == page else 0
        found = pages[where].find(wanted, low)
        if found >= 0:
            return where, where, found + len(wanted), 0
        for length in range(len(wanted) - 1, 5, -1):
            found = pages[where].find(wanted[:length], low)
            follows = pages[where + 1].find(wanted[length:]) if where + 1 < len(pages) else -1
            if found >= 0 and follows >= 0:
                return where, where + 1, follows + len(wanted) - length, _cut(text, length)
    if offset:
        return _place(pages, text, page, 0)
    raise ValueError(f"not on page {page + 1} or later: {text[:80]!r}")


def _cut(text: str, length: int) -> int:
    """Return the offset in a text right after its first ``length`` letters and digits and the space that follows."""
    for place, char in enumerate(text):
        if char.isalnum():
            if not length:
                return place
            length -= 1
    return len(text)


def make(name: str, parts: list[Part], look: Look) -> None:
    """Write ``<name>.docx``, ``<name>.pdf`` and ``<name>.json``; contents get their page numbers in a second round."""
    docx, pdf = HERE / f"{name}.docx", HERE / f"{name}.pdf"
    contents: list[tuple[str, int]] = []
    for _ in range(3 if look.contents else 1):
        write_docx(docx, parts, look, contents)
        options = json.dumps({"ExportBookmarks": {"type": "boolean", "value": str(look.bookmarks).lower()}})
        with tempfile.TemporaryDirectory() as profile:
            command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to"]
            command += [f"pdf:writer_pdf_Export:{options}", "--outdir", str(HERE), str(docx)]
            subprocess.run(command, check=True, capture_output=True, timeout=240)
        placed = with_pages(parts, pdf)
        contents = [(p.text, p.page or 0) for p in placed[1:] if p.kind == "heading" and p.level <= 2]
    truth = [{"kind": p.kind, "text": p.text, "level": p.level, "page": p.page, "turns": p.turns} for p in placed]
    (HERE / f"{name}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


DOCUMENTS = {"someren-een-kolom": one_column, "nijmegen-twee-kolommen": two_columns, "someren-brochure": brochure}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or DOCUMENTS:
        made = DOCUMENTS[wanted]()
        make(wanted, *made)
        print(wanted, len(made[0]), "elements")
