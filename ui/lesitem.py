"""Formatting: an item of a lesson pack in, a card of HTML out. All text is escaped, so nothing in it becomes markup."""

from collections.abc import Sequence
from html import escape

from assistant.cite import source_text
from assistant.records import Citation
from learn.export import common
from learn.records import QUIZ_FORMS, Item
from ui.cards import place_address

NAMES = {
    "doel": "leerdoel",
    "boodschap": "kernzin",
    "goed_voorbeeld": "goed voorbeeld",
    "valkuil": "valkuil",
    "uitspraak": "uitspraak",
    "casus": "casusstap",
    "gespreksvraag": "gespreksvraag",
    "stelling": "stelling",
    "quiz": "quizvraag",
    "begrip": "begrip",
    "zelfscan": "indicator",
    "flitskaart": "flitskaart",
}
WORDINGS = {"trainer": "In uw eigen woorden", "model": "Geformuleerd door het taalmodel"}
STALE = "Dit citaat staat niet meer zo in het rapport."


def item_name(item: Item, number: int) -> str:
    """Return what an item is called on the screen: ``goed voorbeeld 2``; numbers count from 1 within a part."""
    return f"{NAMES[item.part]} {number}"


def card_id(item: Item) -> str:
    """Return the id of the item's card in the page."""
    return f"les-{item.id}"


def item_html(item: Item, number: int, is_stale: bool = False) -> str:
    """Return an item's card: heading, text, what is answered, and its sources with links into the reading room."""
    name, anchor = item_name(item, number), card_id(item)
    told = [WORDINGS[item.wording]] if item.wording in WORDINGS else []
    badges = "".join(f'<p class="vb-les-soort">{escape(text)}</p>' for text in told)
    stale = f'<p class="vb-les-oud">{STALE}</p>' if is_stale else ""
    return (
        f'<article class="vb-bron vb-les" id="{anchor}" tabindex="-1" aria-labelledby="{anchor}-kop">'
        f'<h3 id="{anchor}-kop">{escape(_heading(item, name))}</h3>{badges}{stale}'
        f"{_text(item)}{_below(item)}{_sources(item, name)}</article>"
    )


def order_html(order: common.Order) -> str:
    """Return the running order as a list: minutes, part and what the trainer does."""
    rows = "".join(
        f"<li><span>{minutes} min.</span>"
        f"<div><strong>{escape(common.part_name(part))}</strong> {escape(what)}</div></li>"
        for minutes, part, what in order
    )
    return f'<ol class="vb-draaiboek" role="list">{rows}</ol>'


def folded(summary: str, html: str) -> str:
    """Return HTML that a reader unfolds."""
    return f'<details class="vb-les-meer"><summary>{escape(summary)}</summary>{html}</details>'


def _heading(item: Item, name: str) -> str:
    title = name[:1].upper() + name[1:]
    if item.part == "quiz":
        return f"{title}: {', '.join(text for text in (QUIZ_FORMS[item.form], item.difficulty) if text)}"
    return f"{title}: {item.theme}" if common.has_subject(item) else title


def _text(item: Item) -> str:
    if common.is_quote(item):
        return _quotes([item.text])
    return _paragraphs([item.text]) + _list(common.choices(item))


def _below(item: Item) -> str:
    """Return what belongs to the text: a term's meaning, else what a trainer unfolds."""
    if item.part == "zelfscan":
        rows = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in common.scan_details(item))
        details = folded("Norm, toelichting en beslisregels", f"<dl>{rows}</dl>") if rows else ""
        return _list(common.scan_answers(item)) + details
    answer, feedback = common.solution(item), common.feedback(item)
    if item.part == "begrip":
        return _paragraphs([*answer, feedback])
    bare = _quotes([source.quote.text for source in common.hidden(item, "\n".join((*answer, feedback)))])
    inside = _paragraphs([*answer, feedback]) + bare
    return folded("Antwoord" if answer else "Zo staat het in het rapport", inside) if inside else ""


def _sources(item: Item, name: str) -> str:
    found: dict[str, list[Citation]] = {}
    for source in item.sources:
        found.setdefault(source.quote.passage.id, []).append(source)
    lines = []
    for number, cited in enumerate(found.values(), 1):
        which = f", bron {number}" if len(found) > 1 else ""
        lines.append(
            f'<p class="vb-pad">Bron: {escape(source_text(cited[0]))}. '
            f'<a class="vb-lees" data-blijf href="{escape(place_address(cited))}">Lees in het rapport'
            f'<span class="vb-verborgen"> ({escape(name)}{which})</span></a></p>'
        )
    return "".join(lines)


def _quotes(texts: Sequence[str]) -> str:
    return "".join(f"<blockquote>“{escape(text)}”</blockquote>" for text in texts)


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for text in texts for line in text.split("\n") if line.strip())


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""
