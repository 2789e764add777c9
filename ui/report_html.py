"""A report's parts as HTML: headings, passages with their kind, lists, quotations, boxes, tables and what is marked.

All text is escaped, so nothing in a report becomes markup. Words that the page adds stand in elements of class
``vb-extra``, ``vb-deel-kop`` or ``vb-treffer-nav``; everything else is the report's own, letter for letter.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import urlencode

from ingest.records import Passage
from ui.html import kind_html
from ui.originals import original_address
from ui.report_order import Line, Part
from ui.report_search import Found
from ui.report_words import Marks, Words

CONTENTS_DEPTH = 3
SAID = re.compile(r'[“"][^“”"]+[”"][^“”"]{0,60}')  # a whole paragraph between quotation marks, and who said it
NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d)*\.?|[a-g]\.) ")
# The tables' columns as the reports print them; 2017 has no fourth one.
COLUMNS = ("Criteria", "Indicator", "Operationalisering", "Oordeel/beslisregel op indicatorniveau")
RULE = "Om positief te "  # how every decision rule begins


@dataclass(frozen=True)
class Piece:
    """A stretch of the page that stands by itself, and the ids of the passages in it."""

    html: str
    passages: tuple[str, ...]


def passage_anchor(passage_id: str) -> str:
    """Return a passage's element id."""
    return "p-" + passage_id.rsplit(":", 1)[1]


def report_pieces(parts: Sequence[Part], marks: Marks) -> tuple[Piece, ...]:
    """Return the page: each box and table whole, each other part by itself."""
    return tuple(
        Piece(_run_html(run, marks), tuple(part.passage.id for _, part in run if part.passage))
        for run in _runs(list(enumerate(parts)), boxes=True)
    )


def contents_html(parts: Iterable[Part], style: str) -> str:
    """Return the contents: the headings of the first three levels as links."""
    items = "".join(
        f'<li class="vb-diep-{len(part.path)}"><a href="#{part.anchor}">{escape(part.path[-1])}</a></li>'
        for part in parts
        if part.anchor and len(part.path) <= CONTENTS_DEPTH
    )
    return f'<nav class="vb-inhoud {style}" aria-label="Inhoud van het rapport"><ul>{items}</ul></nav>'


def found_html(found: Sequence[Found], words: str) -> str:
    """Return what a search found: how often, and every place with the words around it and a link."""
    count = f"{len(found)} {'plek' if len(found) == 1 else 'plekken'} met “{escape(words)}”"
    if not found:
        return f'<p class="vb-gevonden-telling">{count}.</p>'
    items = "".join(
        f'<li><a href="#v-{f.number}">{escape(f.before)}<b>{escape(f.words)}</b>{escape(f.after)}</a>'
        f"<span>{escape(f.section)}</span></li>"
        for f in found
    )
    return (
        f'<details class="vb-gevonden" open><summary>{count}</summary>'
        f'<nav aria-label="Gevonden plekken" tabindex="0"><ol>{items}</ol></nav></details>'
    )


_Run = list[tuple[int, Part]]


def _runs(parts: _Run, boxes: bool) -> Iterator[_Run]:
    def together(numbered: tuple[int, Part]) -> object:
        place, part = numbered
        return (boxes and part.box) or (("row", part.path) if part.is_row else place)

    for _, run in groupby(parts, key=together):
        yield list(run)


def _run_html(run: _Run, marks: Marks) -> str:
    first = run[0][1]
    if first.box:
        inside = "".join(_plain_run(inner, marks) for inner in _runs(run, boxes=False))
        return f'<aside class="vb-kader" aria-label="Kader: {escape(first.box[-1])}">{inside}</aside>'
    return _plain_run(run, marks)


def _plain_run(run: _Run, marks: Marks) -> str:
    if run[0][1].is_row:
        return _rows_html(run, marks)
    return "".join(_part_html(part, Words(place, part, marks)) for place, part in run)


def _part_html(part: Part, words: Words) -> str:
    passage = part.passage
    heading, body = "", part.lines
    if part.anchor:
        level = min(len(part.path) + 1, 6)
        heading = f'<h{level} id="{part.anchor}">{words.html(part.lines[0])}</h{level}>'
        body = part.lines[1:]
    if not passage:
        return heading
    case = any(line.block == "case" for line in body)
    tag, box = ("aside", " vb-kader") if case else ("section", "")
    label = ' aria-label="Gevonden passage" tabindex="-1"' if words.named else ' aria-label="Casus"' if case else ""
    found = " gevonden" if words.named else ""
    return (
        f'<{tag} id="{passage_anchor(passage.id)}" class="vb-deel vb-deel-{passage.kind}{box}{found}"{label}>'
        f"{heading}{_kind_and_link(passage, words.pages_open)}{''.join(_body_html(body, part, words))}</{tag}>"
    )


def _kind_and_link(passage: Passage, pages_open: bool) -> str:
    query = "?" + urlencode({"report": passage.report, "passage": passage.id}, safe=":")
    page = _pages_html(passage, pages_open) if passage.page else ""
    return (
        f'<div class="vb-deel-kop">{kind_html(passage.kind)}{page}'
        f'<button type="button" class="vb-knop-link" data-kopieer-pad="{escape(query)}" '
        f'aria-label="Kopieer de link naar deze passage">Kopieer de link</button></div>'
    )


def _pages_html(passage: Passage, pages_open: bool) -> str:
    """Return the pages that the passage stands on, as a link where the original opens at one."""
    pages = [page for page in (passage.page, *(page for _, page in passage.turns)) if page]
    told = f"p. {pages[0]}" if max(pages) == pages[0] else f"p. {pages[0]}–{max(pages)}"
    if not pages_open:
        return f'<span class="vb-pagina">{told}</span>'
    return (
        f'<a class="vb-pagina" href="{escape(original_address(passage.report, pages[0]))}" target="_blank" '
        f'rel="noopener" aria-label="Open bladzijde {pages[0]} in het origineel">{told}</a>'
    )


def _body_html(lines: Sequence[Line], part: Part, words: Words) -> Iterator[str]:
    # An item that is all that stands under a heading is a paragraph: Nijmegen has a bullet before each of them.
    alone = bool(part.anchor) and [line.block for line in lines if line.block != "note"] == ["item"]
    for shape, run in groupby(lines, key=_shape):
        if shape == "table":
            yield _tabs_html(list(run), part.path[-1] if part.path else "", words)
        elif shape == "item" and not alone:
            yield _list_html(list(run), words)
        else:
            yield from (_line_html(shape, words.html(line)) for line in run)


def _list_html(lines: Sequence[Line], words: Words) -> str:
    """Return a list; where the report prints numbers or letters before the items it gets no bullets besides."""
    style = ' class="vb-genummerd" role="list"' if all(NUMBERED.match(line.text) for line in lines) else ""
    return f"<ul{style}>{''.join(f'<li>{words.html(line)}</li>' for line in lines)}</ul>"


def _shape(line: Line) -> str:
    if line.cells:
        return "table"
    return "quote" if line.block == "text" and SAID.fullmatch(line.text) else line.block


def _line_html(shape: str, html: str) -> str:
    if shape == "quote":
        return f"<blockquote><p>{html}</p></blockquote>"
    if shape == "note":
        return f'<p class="vb-noot"><span class="vb-extra">Noot: </span>{html}</p>'
    return f"<p>{html}</p>"


def _tabs_html(lines: Sequence[Line], caption: str, words: Words) -> str:
    """Return the rows of a table of tabs; a first row of single words names the columns."""
    named = len(lines) > 1 and all(cell.strip("| ").isalpha() for cell in _without_last_bar(lines[0]))
    rows = ["".join(_tab_cells(line, named and line is lines[0], words)) for line in lines]
    return _table_html(caption, (f"<tr>{row}</tr>" for row in rows))


def _without_last_bar(line: Line) -> tuple[str, ...]:
    """Return the cells without the bar that closes the row; a bar that opens a cell is still there."""
    return line.cells[:-1] if line.cells[-1] == "|" else line.cells


def _tab_cells(line: Line, is_head: bool, words: Words) -> Iterator[str]:
    start = 0
    for column, cell in enumerate(_without_last_bar(line)):
        bar = len("| ") if cell.startswith("|") else 0  # the table's own lines part the cells on the screen
        html = words.html(line, start + bar, start + max(bar, len(cell)))
        tag, scope = ("th", ' scope="col"') if is_head else ("td", "") if column else ("th", ' scope="row"')
        yield f"<{tag}{scope}>{html}</{tag}>"
        start += len(cell) + 1 if cell else 0


def _rows_html(run: _Run, marks: Marks) -> str:
    """Return a table of an inspectorates' framework: a row is a passage, with its notes in a row below it."""
    width = 4 if any(line.text.startswith(RULE) for _, part in run for line in part.lines) else 3
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS[:width])
    rows = (_row_html(part, Words(place, part, marks), width) for place, part in run)
    return _table_html(run[0][1].path[-1], rows, f'<thead class="vb-extra"><tr>{head}</tr></thead>', "vb-toezichtkader")


def _row_html(part: Part, words: Words, width: int) -> str:
    passage = part.passage
    assert passage  # only passages have rows
    notes = [line for line in part.lines if line.block == "note"]
    columns = _columns([line for line in part.lines if line.block != "note"], width)
    cells = ["".join(f"<p>{words.html(line)}</p>" for line in lines) for lines in columns]
    cells[0] = _kind_and_link(passage, words.pages_open) + cells[0]
    found = ' class="gevonden" tabindex="-1" aria-label="Gevonden passage"' if words.named else ""
    row = "".join(_row_cell(*named) for named in zip(COLUMNS, cells, strict=False))
    below = "".join(_line_html("note", words.html(line)) for line in notes)
    note_row = f'<tr><td colspan="{width}">{below}</td></tr>' if below else ""
    return f'<tr id="{passage_anchor(passage.id)}"{found}>{row}</tr>{note_row}'


def _row_cell(column: str, html: str) -> str:
    """Return a cell; on a narrow screen, where cells stand below each other, the style sheet shows ``data-kop``."""
    tag, scope = ("th", ' scope="row"') if column == COLUMNS[1] else ("td", "")
    return f'<{tag}{scope} data-kop="{column}">{html}</{tag}>'


def _columns(lines: Sequence[Line], width: int) -> list[Sequence[Line]]:
    rule = next((place for place, line in enumerate(lines) if line.text.startswith(RULE)), len(lines))
    return [lines[:1], lines[1:2], lines[2:rule], lines[rule:]][:width]


def _table_html(caption: str, rows: Iterable[str], head: str = "", style: str = "vb-gegevens") -> str:
    """Return a table that scrolls by itself where the screen is narrow, by keyboard too."""
    name = escape(caption)
    label = f"Tabel: {name}" if name else "Tabel"
    return (
        f'<div class="vb-tabel" role="region" tabindex="0" aria-label="{label}"><table class="{style}">'
        f'<caption class="vb-extra">{name}</caption>{head}<tbody>{"".join(rows)}</tbody></table></div>'
    )
