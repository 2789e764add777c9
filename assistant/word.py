"""A Word document as all of ours begin: A4, Dutch, dark headings, page numbers at the foot."""

from datetime import date, datetime, time

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

LANGUAGE = "nl-NL"
INK = RGBColor(0x1D, 0x26, 0x29)
INDENT = Cm(1)


def new_document(title: str, when: date) -> Word:
    """Return an empty document; ``title`` and ``when`` become its properties."""
    document = Document()
    made = datetime.combine(when, time())
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "Vraagbaak", ""
    properties.language, properties.comments, properties.created, properties.modified = LANGUAGE, "", made, made
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    for name in ("Title", "Heading 1", "Heading 2"):
        document.styles[name].font.color.rgb = INK
    document.styles["Normal"].font.size = Pt(11)
    for name in ("Quote", "List Continue"):
        document.styles[name].paragraph_format.left_indent = INDENT
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("Vraagbaak, pagina ")
    _add_field(foot, "PAGE")
    foot.add_run(" van ")
    _add_field(foot, "NUMPAGES")
    return document


def _add_field(paragraph: Paragraph, name: str) -> None:
    """Add a number that Word itself fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)
