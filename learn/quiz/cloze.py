"""Cloze: a whole sentence with a number, date, name or term left out."""

import re
from collections.abc import Iterable, Iterator

from ingest.records import Passage
from learn.quiz.build import DASH, GAP, Order, make
from learn.quiz.distractors import holds
from learn.quiz.source import Source, Spot
from learn.records import Item

# Types of short answers that a reader can fill in exactly, and how hard they are to recall: numbers are hardest.
HARDNESS = {
    **dict.fromkeys(("hulp", "document", "instrument", "overleg", "niveau", "stap"), 0),
    **dict.fromkeys(("naam", "beeld", "regio", "duur"), 1),
    **dict.fromkeys(("getal", "aantal", "percentage", "aandeel", "datum", "dag"), 2),
}
LONGEST = 35  # words of the sentence
NUMBERS = re.compile(
    r"\b(?:\d+(?:,\d+)?%|driekwart|tweemaal|(?:twee|drie|vier|vijf|zes|zeven|acht|negen|tien)(?= [a-z]))(?!\w)"
)
ARTICLE = re.compile(r"^(?:de|het|een|één) ", re.IGNORECASE)


def clozes(source: Source, passages: Iterable[Passage], order: Order) -> Iterator[Item]:
    """Yield an item for each sentence in these passages with one thing that can be filled in exactly."""
    passages = tuple(passages)
    here = {passage.id for passage in passages}
    found = [
        (short.spot, short.answer, HARDNESS[kind])
        for short in source.short_answers
        if short.spot.passage.id in here and (kind := short.type.split("/")[0]) in HARDNESS
    ]
    for spot in source.in_passages(passages):
        numbers = NUMBERS.findall(spot.text)
        if len(numbers) == 1:
            found.append((spot, numbers[0], 2))
    for spot, answer, hardness in sorted(found, key=lambda one: order(one[0].passage, one[0].text + one[1])):
        if spot.alone and len(spot.text.split()) <= LONGEST and (item := _item(source, spot, answer, hardness)):
            yield item


def _item(source: Source, spot: Spot, answer: str, hardness: int) -> Item | None:
    """Return the item; none where the sentence does not say the answer exactly once."""
    core = re.escape(ARTICLE.sub("", answer))
    places = list(re.finditer(rf"(?<!\w){core}(?!\w)", spot.text, re.IGNORECASE))
    if len(places) != 1:
        return None
    start, end = places[0].span()
    where = source.under(spot.passage)
    if holds(where, answer):
        where = source.name(spot.passage)
    text = f"Vul in. {where}{DASH}“{spot.text[:start]}{GAP}{spot.text[end:]}”"
    return make(source, "invul", text, spot.text[start:end], [spot.quote], (), hardness)
