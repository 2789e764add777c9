"""A lesson pack from a wish: its parts by the time there is, and what could take their place."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date

from assistant.engine import Assistant
from assistant.hygiene import tidy
from assistant.privacy import mask_personal_data
from ingest.errors import UsageError
from ingest.records import Passage
from learn.edit import titled
from learn.material import Material
from learn.parts.casus import cases
from learn.parts.glossary import terms
from learn.parts.passages import quoted
from learn.parts.sentences import goals, message
from learn.parts.talk import questions, statements
from learn.quiz import flashcards, quiz_items
from learn.records import AUDIENCES, MINUTES, PARTS, Item, Pack, Wish
from learn.selfscan import selfscan
from learn.themes import FEW, ThemeNotFound, find_theme, ranked

# How many items of each part fit in 30, 60 and 120 minutes; of a case its steps and questions are one.
MANY = {
    "doel": (2, 3, 4),
    "boodschap": (5, 5, 5),
    "goed_voorbeeld": (2, 3, 5),
    "valkuil": (2, 3, 5),
    "uitspraak": (2, 3, 5),
    "casus": (1, 1, 2),
    "gespreksvraag": (2, 3, 5),
    "stelling": (3, 4, 6),
    "quiz": (5, 8, 12),
    "begrip": (6, 8, 12),
    "zelfscan": (12, 12, 12),
    "flitskaart": (10, 20, 30),
}
SPARE = 6  # how many more of each part are kept for swapping


def make_pack(assistant: Assistant, wish: Wish, made: str = "") -> Pack:
    """Return the pack for a wish: the same for the same index and wish.

    :param made: the day as an ISO date; today where not given.
    :raises UsageError: the wish names an unknown audience, time, part or report, or no part.
    :raises ThemeNotFound: the reports hold nothing on the theme.
    """
    wish = _checked(assistant, wish)
    theme = find_theme(assistant, wish.theme)
    hits = ranked(assistant, theme, wish.reports, wish.audience)
    if not hits:
        raise ThemeNotFound(wish.theme)
    material = Material(assistant, wish, theme, hits)
    items: list[Item] = []
    spare: list[Item] = []
    for part, groups in _candidates(material).items():
        most = MANY[part][MINUTES.index(wish.minutes)]
        items += [item for group in groups[:most] for item in group]
        spare += [item for group in groups[most : most + SPARE] for item in group]
    if not items:
        raise ThemeNotFound(wish.theme)
    fingerprint = assistant.index.manifest["fingerprint"]
    name = hashlib.sha256(json.dumps([asdict(wish), fingerprint]).encode()).hexdigest()[:12]
    title = f"{theme.name[:1].upper()}{theme.name[1:]}"
    pack = Pack(name, "", wish, tuple(items), tuple(spare), fingerprint, made or date.today().isoformat())
    return replace(titled(pack, title), note=_note(material, items))


def _checked(assistant: Assistant, wish: Wish) -> Wish:
    """Return the wish with its theme tidied and personal data masked."""
    for value, known in ((wish.audience, AUDIENCES), (wish.minutes, MINUTES), *((part, PARTS) for part in wish.parts)):
        if value not in known:
            raise UsageError(f"{value!r} is unknown; choose from {', '.join(map(str, known))}")
    theme, _ = mask_personal_data(" ".join(tidy(wish.theme).split()), assistant.index.common)
    if not wish.parts or not theme:
        lacks = "part" if theme else "theme"
        raise UsageError(f"the wish names no {lacks}; choose one", "Kies een thema en minstens één onderdeel.")
    return replace(wish, theme=theme)


def _candidates(material: Material) -> dict[str, Sequence[tuple[Item, ...]]]:
    """Return each wished part's candidates, best first, in groups that are taken whole."""
    wished = material.wish.parts
    core = message(material)
    taken = [item.sources[0].quote for item in core[: MANY["boodschap"][0]]]
    pitfalls = quoted(material, "valkuil")
    makers = {
        "doel": lambda: goals(material, taken),
        "boodschap": lambda: core,
        "goed_voorbeeld": lambda: quoted(material, "goed_voorbeeld"),
        "valkuil": lambda: pitfalls,
        "uitspraak": lambda: quoted(material, "uitspraak"),
        "gespreksvraag": lambda: questions(material, pitfalls),
        "stelling": lambda: statements(material),
        "quiz": lambda: _quiz(material),
        "begrip": lambda: terms(material),
        "zelfscan": lambda: tuple(one.item() for one in selfscan(material.assistant.index, material.wish.reports)),
        "flitskaart": lambda: _cards(material),
    }
    found: dict[str, Sequence[tuple[Item, ...]]] = {}
    for part in (part for part in PARTS if part in wished):
        found[part] = cases(material) if part == "casus" else [(item,) for item in makers[part]()]
    return found


def _quiz(material: Material) -> tuple[Item, ...]:
    many = MANY["quiz"][MINUTES.index(material.wish.minutes)] + SPARE
    return quiz_items(material.assistant, _passages(material), many, seed=material.wish.theme)


def _cards(material: Material) -> tuple[Item, ...]:
    many = MANY["flitskaart"][MINUTES.index(material.wish.minutes)] + SPARE
    cards = flashcards(material.assistant, _passages(material), many)
    # A card may ask what a quiz item asks, and then has its id; in one pack each item needs one of its own.
    return tuple(replace(card, id=f"kaart-{card.id}") for card in cards)


def _passages(material: Material) -> tuple[Passage, ...]:
    return tuple(hit.passage for hit in material.hits)


def _note(material: Material, items: Sequence[Item]) -> str:
    """Return what the trainer must know: that there is little, and which wished parts the reports have nothing for."""
    many = len(material.hits)
    told = []
    if many < FEW:
        passages = "1 passage" if many == 1 else f"{many} passages"
        told.append(f"De rapporten zeggen weinig over dit thema: {passages}. Dit pakket is daarom klein.")
    there = {item.part for item in items}
    if lacking := [PARTS[part] for part in PARTS if part in material.wish.parts and part not in there]:
        told.append(f"Niets gevonden voor: {', '.join(lacking)}.")
    return " ".join(told)
