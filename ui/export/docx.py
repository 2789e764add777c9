"""A conversation as a Word document: heading styles, numbered sources, Dutch, A4, page numbers at the foot."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from docx.document import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from assistant.records import Answer
from assistant.word import new_document
from assistant.writing import long_date
from ui.export.transcript import TITLE, Entry, Run, Source, closing, entries

STYLES = {"heading": "Heading 2", "item": "List Bullet", "text": "Normal"}
SOURCE_NUMBERS = (
    '<w:abstractNum {ns} w:abstractNumId="{id}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="[%1]"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="567" w:hanging="567"/></w:pPr></w:lvl></w:abstractNum>'
)


def as_docx(answers: Sequence[Answer], when: date) -> bytes:
    """Return the file's bytes; ``when`` is the day that the conversation is kept."""
    document = new_document(f"{TITLE}, {long_date(when)}", when)
    numbers = _add_source_numbers(document)
    document.add_heading(TITLE, 0)
    document.add_paragraph(long_date(when))
    for entry in entries(answers):
        _add_entry(document, entry, numbers)
    document.add_heading("Over dit gesprek", 1)
    for line in closing(when):
        document.add_paragraph(line)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _add_source_numbers(document: Word) -> int:
    """Add the form of number that sources have, ``[1]``; return its id."""
    numbering = document.part.numbering_part.element
    taken = [int(known.get(qn("w:abstractNumId"))) for known in numbering.findall(qn("w:abstractNum"))]
    number = max(taken) + 1
    # the schema wants every abstractNum before the first num
    numbering.find(qn("w:num")).addprevious(parse_xml(SOURCE_NUMBERS.format(ns=nsdecls("w"), id=number)))
    return number


def _add_entry(document: Word, entry: Entry, numbers: int) -> None:
    document.add_heading(entry.heading, 1)
    for line in entry.question:
        document.add_paragraph().add_run(line).bold = True
    for notice in entry.notices:
        _add_runs(document.add_paragraph(), (Run("Let op.", "bold"), Run(" "), *notice.runs))
    for line in filter(None, (entry.searched, entry.status)):
        document.add_paragraph().add_run(line).italic = True
    for part in entry.answer:
        _add_runs(document.add_paragraph(style=STYLES[part.style]), part.runs)
    if entry.sources:
        document.add_heading(entry.sources_title, 2)
        numbering = document.part.numbering_part.element.add_num(numbers)
        numbering.add_lvlOverride(ilvl=0).add_startOverride(1)  # each answer counts its own sources
        for source in entry.sources:
            _add_source(document, source, numbering.numId)


def _add_runs(paragraph: Paragraph, runs: Sequence[Run]) -> None:
    for run in runs:
        paragraph.add_run(f"[{run.text}]" if run.style == "marker" else run.text).bold = run.style == "bold" or None


def _add_source(document: Word, source: Source, list_id: int) -> None:
    named = document.add_paragraph(source.reference, style="List Number")
    numbered = named._p.get_or_add_pPr().get_or_add_numPr()
    numbered.get_or_add_ilvl().val, numbered.get_or_add_numId().val = 0, list_id
    where = document.add_paragraph(source.where, style="List Continue")
    quote = document.add_paragraph(source.quote, style="Quote")
    for paragraph in (named, where, quote):
        paragraph.paragraph_format.keep_with_next = True
    document.add_paragraph(source.place, style="List Continue")
