"""The glossary: the reports' own definitions, and abbreviations with the sentence that spells them out."""

import re
from collections.abc import Iterable

from assistant.records import Quote
from assistant.sentences import NOT_QUOTED
from learn.material import Material, make_item
from learn.records import Item

# How a definition begins: the term, and what says that its meaning follows.
DEFINES = re.compile(
    r"^(?P<term>[A-Z0-9][\w'()-]*(?: [\w'()-]+){0,3}?) (?:is '|is gericht op|betekent\b|wil zeggen\b|houdt in\b"
    r"|wordt \w* ?omschreven als|overstijgt\b)"
)
NO_TERM = re.compile(r"(?:dit|dat|deze|het|de|een|er|ook|daar\w*)\b", re.IGNORECASE)


def terms(material: Material) -> tuple[Item, ...]:
    """Return terms with their meaning: the theme's own first, then those of the other passages.

    ``text`` is the term and ``answer`` the sentence that tells what it means.
    """
    ranks = {hit.passage.id: rank for rank, hit in enumerate(material.hits)}
    reports = material.wish.reports
    near = material.of("definitie", "uitleg", "bevinding", "goed_voorbeeld", "verbeterpunt")
    others = [p for p in material.assistant.index.passages if p.kind == "definitie" and p.id not in ranks]
    passages = [*near, *(p for p in others if material.widely and (not reports or p.report in reports))]
    spelled = _spelled_out(material.assistant.index.lexicon.abbreviations)
    found: dict[str, Item] = {}
    for passage in sorted(passages, key=lambda p: (p.id not in ranks, p.kind != "definitie", ranks.get(p.id, 0))):
        for sentence in passage.sentences:
            if sentence.block not in (*NOT_QUOTED, "note"):
                for term in _told(passage.quote(sentence), spelled):
                    quote = Quote(passage, (sentence,), 0.0)
                    item = make_item("begrip", term, material.cite(quote), answer=quote.text, theme=term)
                    found.setdefault(term.lower(), item)
    return tuple(found.values())


def _told(sentence: str, abbreviations: re.Pattern[str]) -> list[str]:
    """Return the terms that a sentence explains."""
    match = DEFINES.match(sentence)
    defined = [match["term"]] if match and not NO_TERM.match(match["term"]) else []
    spelled = [f"{match[2]} ({match[1]})" for match in abbreviations.finditer(sentence)] if "(" in sentence else []
    return defined + spelled


def _spelled_out(abbreviations: Iterable[tuple[str, str]]) -> re.Pattern[str]:
    """Return what finds an abbreviation in brackets behind the words that it stands for."""
    forms = {(form, short) for short, long in abbreviations for form in (long, long.split()[0])}
    either = "|".join(rf"{re.escape(form)} \({re.escape(short)}\)" for form, short in sorted(forms))
    return re.compile(rf"(?<!\w)(?=(?:{either}))([^()]+?) \(([^()]+)\)", re.IGNORECASE)
