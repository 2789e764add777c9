"""A lesson pack as a Word document: the trainer's with answers and sources, the participants' with room to write."""

from collections.abc import Sequence
from io import BytesIO

from docx.document import Document as Word
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.shared import Cm, Length, Pt
from docx.table import Table

from assistant.cite import reference, source_text
from assistant.records import Citation
from assistant.word import INK, new_document
from assistant.writing import long_date
from learn.export import common
from learn.export.common import Order
from learn.records import PARTS, Item, Pack

WIDTH = Cm(16)  # A4 less its margins
LINES = {"open": 4, "gespreksvraag": 5, "stelling": 3, "casus": 4, "invul": 1, "koppel": 1, "volgorde": 1}
INTRODUCTIONS = {
    "stelling": "Eens of oneens? Kies eerst zelf, en leg daarna aan elkaar uit waarom.",
    "zelfscan": "Vul samen in: waar staat uw team, waaraan ziet u dat, en wat is de volgende stap?",
}


def as_docx(pack: Pack, order: Order, trainer: bool) -> bytes:
    """Return the file's bytes; without ``trainer`` no answer, feedback or settling passage stands in it."""
    title = common.heading(pack)
    document = new_document(title, common.made_on(pack))
    _style(document)
    document.add_heading(title, 0)
    for line in _opening(pack, trainer):
        document.add_paragraph(line)
    if order:
        _add_order(document, order)
    for part, name in PARTS.items():
        items = pack.of(part)
        if items and (trainer or part != "flitskaart"):
            document.add_heading(name, 1)
            _add_part(document, part, items, trainer)
    document.add_heading("Bronnen", 1)
    for report in common.reports(pack):
        document.add_paragraph(reference(report), style="List Number")
    document.add_paragraph(common.ABOUT)
    file = BytesIO()
    document.save(file)
    return common.settled(file.getvalue())


def _style(document: Word) -> None:
    for name in ("Heading 1", "Heading 2", "Quote"):  # a quote stays with its source
        document.styles[name].paragraph_format.keep_with_next = True
    document.styles["Quote"].paragraph_format.keep_together = True
    document.styles["Caption"].font.size = Pt(9.5)
    document.styles["Caption"].font.bold = False
    document.styles["Caption"].font.color.rgb = INK


def _opening(pack: Pack, trainer: bool) -> list[str]:
    for_whom = "Voor de trainer: met antwoorden en bronnen." if trainer else "Voor deelnemers."
    made = [f"Gemaakt op {long_date(common.made_on(pack))} met Vraagbaak."] if pack.made else []
    return [f"{common.subtitle(pack)}. {for_whom}", *made, *([pack.note] if pack.note and trainer else [])]


def _add_order(document: Word, order: Order) -> None:
    document.add_heading("Draaiboek", 1)
    table = _table(document, ("Minuten", "Onderdeel", "Wat u doet"), (Cm(2.4), Cm(4), Cm(9.6)))
    for minutes, part, what in order:
        _add_row(table, (str(minutes), common.part_name(part), what))
    _add_row(table, (str(sum(minutes for minutes, _, _ in order)), "Totaal", ""))


def _add_part(document: Word, part: str, items: Sequence[Item], trainer: bool) -> None:
    if part in INTRODUCTIONS:
        document.add_paragraph(INTRODUCTIONS[part]).paragraph_format.keep_with_next = True
    if part == "zelfscan":
        return _add_selfscan(document, items)
    for number, item in enumerate(items, 1):
        if len(items) > 1 and part != "begrip":
            document.add_heading(common.label(item, number), 2)
        _add_item(document, item)
        if trainer:
            _add_answer(document, item)
        else:
            _add_for_participant(document, item)
    return None


def _add_item(document: Word, item: Item) -> None:
    if common.is_quote(item):
        document.add_paragraph(f"“{item.text}”", style="Quote")
    else:
        _add_lead(document, item.text, bold=item.part in ("begrip", "flitskaart"))
    for line in common.choices(item):
        document.add_paragraph(line, style="List Continue")


def _add_lead(document: Word, text: str, bold: bool) -> None:
    """Add a paragraph that stays on the page of what follows it."""
    paragraph = document.add_paragraph()
    paragraph.add_run(text).bold = bold
    paragraph.paragraph_format.keep_with_next = True


def _add_for_participant(document: Word, item: Item) -> None:
    """Add what participants need besides the text: a term's meaning, visible sources, lines to write on."""
    if item.part == "begrip":
        for line in common.solution(item):
            document.add_paragraph(line)
    for source in common.visible_sources(item):
        _add_source(document, source)
    if common.to_fill_in(item):
        for _ in range(LINES.get(item.form or item.part, 0)):
            ruled = document.add_paragraph("\t")
            ruled.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.LINES)


def _add_answer(document: Word, item: Item) -> None:
    solution = common.solution(item)
    for number, line in enumerate(solution):
        paragraph = document.add_paragraph()
        if common.to_fill_in(item) and number == 0:
            paragraph.add_run("Antwoord: ").bold = True
        paragraph.add_run(line)
    feedback = common.feedback(item)
    if feedback:
        document.add_paragraph(feedback)
    shown = "\n".join((*solution, feedback))
    bare = common.hidden(item, shown)
    for source in item.sources:
        if source in bare:
            document.add_paragraph(f"“{source.quote.text}”", style="Quote")
        _add_source(document, source)


def _add_source(document: Word, source: Citation) -> None:
    document.add_paragraph(f"Bron: {source_text(source)}", style="Caption")


def _add_selfscan(document: Word, items: Sequence[Item]) -> None:
    """Add the table to fill in, and under it what each indicator asks: a team needs that as much as its trainer."""
    heads = ("Indicator", "Waar staan wij?", "Waaraan zien wij dat?", "Volgende stap")
    table = _table(document, heads, (Cm(6), Cm(3), Cm(3.5), Cm(3.5)))
    for number, item in enumerate(items, 1):
        boxes = "\n".join(f"☐ {option}" for option in common.scan_answers(item))
        _add_row(table, (common.numbered(item, number), boxes, "", ""))
    document.add_heading("Wat de indicatoren vragen", 2)
    for number, item in enumerate(items, 1):
        _add_lead(document, common.numbered(item, number), bold=True)
        for name, text in common.scan_details(item):
            document.add_paragraph(f"{name}: {text}")
        for source in common.distinct_places(item):
            document.add_paragraph(f"Bron: {source}", style="Caption")


def _table(document: Word, heads: Sequence[str], widths: Sequence[Length]) -> Table:
    """Return a table whose first row is repeated on every page."""
    table: Table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.autofit = False
    for cell, head, width in zip(table.rows[0].cells, heads, widths, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
        cell.width = width
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table


def _add_row(table: Table, texts: Sequence[str]) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, text in zip(row.cells, texts, strict=True):
        cell.text = text
