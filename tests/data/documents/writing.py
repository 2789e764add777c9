"""Writes the elements of a made document into a DOCX that looks like a real report."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part as FilePart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

NOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
DAY = datetime(2026, 1, 1, tzinfo=UTC)  # fixed: not the day on which the file was made last


@dataclass(frozen=True)
class Look:
    """How a document looks; sizes in points, ``footer`` is "pages" (Pagina 3 van 20), "number" or "dashes" (– 3 –)."""

    header: str
    publisher: str
    columns: int = 1
    font: str = "Liberation Sans"
    heading_font: str = ""
    size: float = 10.5
    heading_sizes: tuple[float, ...] = (18, 15, 13, 11.5, 10.5)
    justified: bool = False
    bookmarks: bool = True
    footer: str = "pages"
    contents: bool = False
    repeat_head: bool = False


def write_docx(path: Path, parts: Sequence[Any], look: Look, contents: list[tuple[str, int]]) -> None:
    """Write the parts; ``contents`` are the lines of the contents page with their page numbers."""
    document = Document()
    _set_styles(document, look)
    notes = {m[1]: m[2] for part in parts if part.kind == "note" and (m := re.match(r"\[(\d+)\] (.*)", part.text))}
    _running_lines(document.sections[0], look)
    begin = next(place for place, part in enumerate(parts) if place and part.kind == "heading")
    _add_front(document, parts[:begin], look, contents)
    rows: list[str] = []
    wide = True
    for place, part in enumerate(parts[begin:], begin):
        if part.kind == "row":
            rows.append(part.text)
            if place + 1 == len(parts) or parts[place + 1].kind != "row":
                wide = _columns(document, look, wide, True)
                _add_table(document, rows, look)
                rows = []
        elif part.kind != "note":
            wide = _columns(document, look, wide, False)
            _add_words(document, part)
    if notes:
        _add_notes(document, notes)
    properties = document.core_properties
    properties.title, properties.author, properties.language = parts[0].text, look.publisher, "nl-NL"
    properties.created = properties.modified = DAY.replace(tzinfo=None)
    document.save(str(path))


def _set_styles(document: Any, look: Look) -> None:
    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = look.font, Pt(look.size)
    fonts = normal.element.rPr
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "nl-NL")
    fonts.append(language)
    normal.paragraph_format.space_after = Pt(6)
    if look.justified:
        normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for level, size in enumerate(look.heading_sizes, 1):
        style = styles[f"Heading {level}"]
        _set_font(style, look.heading_font or look.font)
        style.font.size, style.font.bold, style.font.italic = Pt(size), True, level == 5
        style.font.color.rgb = RGBColor(0x15, 0x4F, 0x8A) if level < 4 else RGBColor(0, 0, 0)
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(size * 0.9), Pt(3)
    title = styles["Title"]
    _set_font(title, look.heading_font or look.font)
    title.font.size, title.font.bold = Pt(26), True
    mark = styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER)
    mark.font.superscript = True
    foot = styles.add_style("Footnote Text", WD_STYLE_TYPE.PARAGRAPH)
    foot.base_style, foot.font.size = normal, Pt(look.size - 2)
    line = styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    line.base_style = normal
    line.paragraph_format.tab_stops.add_tab_stop(Cm(16), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    hyphenation = OxmlElement("w:autoHyphenation")
    hyphenation.set(qn("w:val"), "true" if look.columns > 1 else "false")
    document.settings.element.append(hyphenation)


def _set_font(style: Any, name: str) -> None:
    style.font.name = name
    fonts = style.element.rPr.find(qn("w:rFonts"))
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _running_lines(section: Any, look: Look) -> None:
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.text = look.header
    head.runs[0].font.size = Pt(8)
    foot = section.footer.paragraphs[0]
    if look.footer == "pages":
        foot.add_run(f"{look.publisher}\tPagina ")
        _add_field(foot, "PAGE")
        foot.add_run(" van ")
        _add_field(foot, "NUMPAGES")
    else:
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        dash = "– " if look.footer == "dashes" else ""
        foot.add_run(dash)
        _add_field(foot, "PAGE")
        foot.add_run(dash[::-1])
    for run in foot.runs:
        run.font.size = Pt(8)


def _add_field(paragraph: Any, name: str) -> None:
    for kind, text in (("begin", ""), ("", name), ("separate", ""), ("t", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "t" else "")
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif not kind:
            code = OxmlElement("w:instrText")
            code.text = text
            run._r.append(code)


def _add_front(document: Any, front: Sequence[Any], look: Look, contents: list[tuple[str, int]]) -> None:
    document.add_paragraph(front[0].text, style="Title")
    for part in front[1:]:
        document.add_paragraph(part.text)
    if look.contents:
        document.add_paragraph("Inhoudsopgave").runs[0].font.bold = True
        for text, page in contents or [("Inleiding", 1)]:
            document.add_paragraph(f"{text}\t{page}", style="toc 1")


def _columns(document: Any, look: Look, was_wide: bool, wide: bool) -> bool:
    """Begin a section of the other width on the same page where the look has columns; return what is in force now."""
    if look.columns == 1 or was_wide == wide:
        return wide
    document.add_section(WD_SECTION.CONTINUOUS)
    columns = document.sections[-1]._sectPr.find(qn("w:cols"))
    if columns is None:
        columns = OxmlElement("w:cols")
        document.sections[-1]._sectPr.append(columns)
    columns.set(qn("w:num"), "1" if wide else str(look.columns))
    columns.set(qn("w:space"), "500")
    return wide


def _add_words(document: Any, part: Any) -> None:
    style = {"item": "List Number" if part.numbered else "List Bullet", "quote": "Intense Quote"}.get(part.kind)
    style = f"Heading {part.level}" if part.kind == "heading" else style
    paragraph = document.add_paragraph(style=style)
    for words in re.split(r"(\[\d+\])", part.text):
        if mark := re.fullmatch(r"\[(\d+)\]", words):
            run = paragraph.add_run(style="Footnote Reference")
            reference = OxmlElement("w:footnoteReference")
            reference.set(qn("w:id"), mark[1])
            run._r.append(reference)
        elif words:
            paragraph.add_run(words)


def _add_table(document: Any, rows: list[str], look: Look) -> None:
    table = document.add_table(rows=0, cols=rows[0].count("\t") + 1)
    table.style = "Table Grid"
    for number, row in enumerate(rows):
        for cell, text in zip(table.add_row().cells, row.split("\t"), strict=True):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.font.bold = Pt(look.size - 1.5), number == 0
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        if number == 0 and look.repeat_head:
            table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _add_notes(document: Any, notes: dict[str, str]) -> None:
    """Add the footnotes as a part of their own: python-docx has no call for them."""
    xml = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr><w:r><w:rPr><w:rStyle '
        f'w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> {_escaped(text)}'
        "</w:t></w:r></w:p></w:footnote>"
        for number, text in notes.items()
    )
    line = '<w:footnote w:type="{0}" w:id="{1}"><w:p><w:r><w:{0}/></w:r></w:p></w:footnote>'
    lines = line.format("separator", -1) + line.format("continuationSeparator", 0)
    blob = f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {nsdecls("w")}>{lines}{xml}</w:footnotes>'
    parse_xml(blob.encode())  # a fault in the text is found here, not in LibreOffice
    name = PackURI("/word/footnotes.xml")
    part = FilePart(name, NOTES_TYPE, blob.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
