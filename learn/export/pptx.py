"""A lesson pack as slides, 16:9: paper and teal, nothing under 20 points, a real title, footer and number a slide."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime, time
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.oxml.ns import qn
from pptx.shapes.autoshape import Shape
from pptx.util import Pt

from learn.export import common
from learn.export.common import Order
from learn.export.fit import BOLD, Paragraph, gap
from learn.export.slides import BODY, FOOT, OPENING, TITLE, Slide, slides
from learn.records import Pack

TEAL, INK, QUIET, PAPER = map(RGBColor.from_string, ("0B5C6B", "1D2629", "4A575B", "FBF9F4"))
FONT = "Arial"  # on every machine, or a face of the same widths
WIDTH, HEIGHT, LEFT = 960, 540, 40  # points
# Where things stand, in points: left, top, width, height.
PLACES = {
    "title": (LEFT, 24, TITLE.width, TITLE.height),
    "body": (LEFT, 122, BODY.width, BODY.height),
    "footer": (LEFT, 482, FOOT.width, 34),
    "number": (850, 482, 70, 34),
}
FIRST = {"title": (LEFT + 20, 150, OPENING.width, OPENING.height), "body": (LEFT + 20, 330, OPENING.width, 110)}
COLOURS = {"title": TEAL, "answer": TEAL, "foot": QUIET}
ROLES = {"TITLE": "title", "CENTER_TITLE": "title", "FOOTER": "footer", "SLIDE_NUMBER": "number", "DATE": "date"}


def as_pptx(pack: Pack, order: Order) -> bytes:
    """Return the file's bytes; ``order`` is the running order that the programme shows."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    properties, made = deck.core_properties, datetime.combine(common.made_on(pack), time())
    properties.title, properties.author, properties.last_modified_by = common.heading(pack), "Vraagbaak", ""
    properties.language, properties.created, properties.modified = "nl-NL", made, made
    _set_up(deck)
    for slide in slides(pack, order):
        _add(deck, slide)
    file = BytesIO()
    deck.save(file)
    return common.settled(file.getvalue())


def _set_up(deck: Any) -> None:
    """Make the two layouts that are used, opening and content, out of the library's own; drop the others."""
    master = deck.slide_master
    master.background.fill.solid()
    master.background.fill.fore_color.rgb = PAPER
    for layout in list(deck.slide_layouts)[2:]:
        deck.slide_layouts.remove(layout)
    for layout, places in ((deck.slide_layouts[0], FIRST), (deck.slide_layouts[1], PLACES)):
        for shape in list(layout.placeholders):
            role = role_of(shape)
            if role in places:
                _place(shape, places[role])
            elif role == "date" or places is FIRST:
                shape._element.getparent().remove(shape._element)
    for shape in list(master.placeholders):
        if role_of(shape) in PLACES:
            _place(shape, PLACES[role_of(shape)])
    _bar(deck.slide_layouts[0], 99, (LEFT, 150, 6, 290))
    _bar(deck.slide_layouts[1], 99, (LEFT, 106, 72, 5))


def role_of(shape: Any) -> str:
    """Return what a placeholder is for: ``title``, ``body``, ``footer``, ``number`` or ``date``."""
    return ROLES.get(shape.placeholder_format.type.name, "body")


def _place(shape: Any, place: tuple[float, float, float, float]) -> None:
    shape.left, shape.top, shape.width, shape.height = map(Pt, place)


def _bar(layout: Any, number: int, place: tuple[float, float, float, float]) -> None:
    """Draw a bar of colour on a layout, for the eye only; ``number`` is its id there."""
    element = layout.shapes._spTree.add_autoshape(number, "Balk", "rect", *map(Pt, place))
    bar = Shape(element, layout.shapes)
    bar.fill.solid()
    bar.fill.fore_color.rgb = TEAL
    bar.line.fill.background()
    bar.shadow.inherit = False


def _add(deck: Any, content: Slide) -> None:
    opening = content.kind == "title"
    slide = deck.slides.add_slide(deck.slide_layouts[0 if opening else 1])
    title, body = slide.shapes.title, slide.placeholders[1]
    heading = [Paragraph(content.title, "title")]
    box = OPENING if opening else TITLE
    _write(title, heading, box.size(heading) or box.sizes[-1])
    _write(body, content.body, 24 if opening else BODY.size(content.body) or BODY.sizes[-1])
    if not opening:
        _add_foot(slide, content.footer)
    slide.notes_slide.notes_text_frame.text = content.notes


def _write(shape: Any, paragraphs: Sequence[Paragraph], size: int) -> None:
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = MSO_ANCHOR.BOTTOM if paragraphs[0].style == "title" else MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, content in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text = f"“{content.text}”" if content.style == "quote" else content.text
        paragraph.space_after, paragraph.space_before = Pt(gap(size)), Pt(0)
        _plain(paragraph)
        for run in paragraph.runs:
            run.font.size, run.font.name = Pt(size), FONT
            run.font.bold = content.style in BOLD
            run.font.color.rgb = COLOURS.get(content.style, INK)
            run._r.get_or_add_rPr().set("lang", "nl-NL")


def _plain(paragraph: Any) -> None:
    """Take the bullet and the hanging indent off, and stand at the left."""
    properties = paragraph._p.get_or_add_pPr()
    for name, value in {"marL": "0", "indent": "0", "algn": "l"}.items():
        properties.set(name, value)
    properties.append(properties.makeelement(qn("a:buNone"), {}))


def _add_foot(slide: Any, text: str) -> None:
    """Copy the layout's footer and number to the slide: the library leaves them out."""
    for shape in slide.slide_layout.placeholders:
        role = role_of(shape)
        if role == "number" or (role == "footer" and text):
            slide.shapes._spTree.append(deepcopy(shape._element))
            copy = slide.shapes[-1]
            if role == "footer":
                _write(copy, [Paragraph(text, "foot")], FOOT.sizes[0])
            for run in copy._element.iter(qn("a:rPr"), qn("a:endParaRPr")):
                run.set("sz", str(FOOT.sizes[0] * 100))
