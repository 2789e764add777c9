"""True or false: a sentence of a report, or the same with one thing changed so that it is surely false."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ingest.analysis import stems
from ingest.records import Passage
from learn.quiz.build import DASH, FALSE, TRUE, Order, make, seeded
from learn.quiz.distractors import COUNTS, SHARE, says_the_same, supported
from learn.quiz.source import ShortAnswer, Source, Spot
from learn.quiz.written import best_question
from learn.records import Item

LONGEST = 30  # words of the statement
SWAPPED = ("getal", "percentage", "aandeel", "jaar", "duur", "regio", "organisatie", "niveau", "frequentie")
FAR = 1.9  # a number is changed to one at least so many times larger or smaller: nobody is caught by a detail
YEARS = 2
SHARED = re.compile(r"\d*[1-9]\d*(?:,\d+)?%")
WORTH = {
    **{word: n for n, word in enumerate(COUNTS) if n},
    **{"nog geen kwart": 0.2, "een kwart": 0.25, "de helft": 0.5, "driekwart": 0.75},
    **{"drie maanden": 0.25, "een jaar": 1, "1 jaar": 1, "anderhalf jaar": 1.5, "twee jaar": 2, "vier jaar": 4},
}
# Turns of a sentence into its contrary that read as naturally as the sentence itself.
TURNS: Mapping[str, str] = {
    " niet altijd ": " altijd ",
    " onvoldoende ": " voldoende ",
    " vrijwel alle ": " slechts enkele ",
    "Vrijwel alle ": "Slechts enkele ",
    " geen hiërarchische relatie ": " een hiërarchische relatie ",
    " sterk gestegen": " sterk gedaald",
    " zeer beperkt ": " volop ",
    " te vaak ": " zelden ",
    " nauwelijks ": " goed ",
    " korter ": " langer ",
    " belemmeren ": " bevorderen ",
}
GRADED = re.compile(r"\b(?:een enkele|sommige|bijvoorbeeld|soms|kan|kunnen)\b")
# What stands before a turn in a sentence whose sense does not turn with it.
HANGS = re.compile(
    r"\b(?:dat|die|wanneer|waardoor|waarbij|als|omdat|zodat|indien|naarmate|maar|niet|of)\b", re.IGNORECASE
)
NEGATED = re.compile(r"\b(?:niet|geen|noch|zonder)\b")
ONLY = re.compile(r"\bslechts?\b", re.IGNORECASE)  # "slechts in tien gemeenten" would give itself away
EXPECTS = re.compile(r"\b(?:moet|moeten|verwacht\w*)\b")
ADVISES = re.compile(r"(?:Zorg|Bevorder|Verhelder|Evalueer|Monitor|Deel|Maak|Gebruik) ")
TAUGHT = ("verwachting", "bevinding", "verbeterpunt", "goed_voorbeeld", "aanbeveling", "definitie")


def statements(source: Source, passages: Iterable[Passage], order: Order) -> Iterator[Item]:
    """Yield statements over these passages, false and true ones in turn."""
    passages = tuple(passages)
    false = _false(source, passages, order)
    for spot in sorted(source.in_passages(passages), key=lambda spot: order(spot.passage, "waar" + spot.text)):
        if spot.passage.kind in TAUGHT and _can_be_judged(spot) and best_question(source, spot):
            wrong = next(false, None)
            if wrong is None:
                return
            yield wrong
            yield _item(source, spot, spot.text, TRUE, 0)


def _false(source: Source, passages: Sequence[Passage], order: Order) -> Iterator[Item]:
    here = {passage.id for passage in passages}
    pool = defaultdict(list)
    for short in source.short_answers:
        pool[short.type].append(short.answer)
    swaps: list[tuple[Spot, ShortAnswer | None]] = [
        (short.spot, short) for short in source.short_answers if short.spot.passage.id in here and short.type in SWAPPED
    ]
    swaps += [(spot, None) for spot in source.in_passages(passages) if any(turn in spot.text for turn in TURNS)]
    for spot, swap in sorted(swaps, key=lambda one: order(one[0].passage, one[0].text)):
        if _can_be_judged(spot):
            text = _swapped(source, swap, pool[swap.type]) if swap else _turned(source, spot)
            if text:
                yield _item(source, spot, text, FALSE, 1 + (swap is None))


def _can_be_judged(spot: Spot) -> bool:
    """Tell whether a sentence states something: no advice, no norm in the words of a fact, nothing about examples."""
    states = spot.alone and spot.is_whole and len(spot.text.split()) <= LONGEST and "“" not in spot.text
    norm = spot.passage.kind == "verwachting" and not EXPECTS.search(spot.text)
    return states and not norm and not ADVISES.match(spot.text) and not GRADED.search(spot.text)


def _item(source: Source, spot: Spot, text: str, answer: str, hardness: int) -> Item:
    asked = f"Waar of niet waar? {source.under(spot.passage)}{DASH}{text}"
    return make(source, "waar_onwaar", asked, answer, [spot.quote], (TRUE, FALSE), hardness)


def _turned(source: Source, spot: Spot) -> str:
    """Return the sentence with its sense turned; nothing where it has no clear turn or another sentence is like it."""
    turns = [turn for turn in TURNS if turn in spot.text]
    if len(turns) != 1 or spot.text.count(turns[0]) != 1 or spot.passage.kind not in TAUGHT:
        return ""
    before, after = spot.text.split(turns[0])
    if HANGS.search(before) or NEGATED.search(after):
        return ""
    alike = (len(spot.stems & other.stems) / len(spot.stems) for other in source.spots if other.text != spot.text)
    return spot.text.replace(turns[0], TURNS[turns[0]]) if max(alike, default=0) < SHARE else ""


def _swapped(source: Source, short: ShortAnswer, pool: Iterable[str]) -> str:
    """Return the sentence with another value in place of the answer; nothing where none is surely false."""
    said = short.spot.text
    places = list(re.finditer(rf"(?<!\w){re.escape(short.answer)}(?!\w)", said, re.IGNORECASE))
    if len(places) != 1 or (short.type == "getal" and ONLY.search(said)):
        return ""
    start, end = places[0].span()
    rest = said[:start] + said[end:]
    for other in sorted(dict.fromkeys(pool), key=lambda other: seeded(said, other)):
        if any(says_the_same(other, one) for one in short.right) or frozenset(stems(other)) <= short.spot.stems:
            continue
        if _is_far(short.type, short.answer, other) and not supported(source, rest, other, frozenset()):
            value = other[0].upper() + other[1:] if said[start].isupper() else other
            return said[:start] + value + said[end:]
    return ""


def _is_far(kind: str, one: str, other: str) -> bool:
    """Tell whether two values of a type differ so much that no reader takes one for the other."""
    if kind == "jaar":
        return one.isdigit() and other.isdigit() and abs(int(one) - int(other)) >= YEARS
    if kind == "percentage":
        shares = [float(share.rstrip("%").replace(",", ".")) for share in (one, other) if SHARED.fullmatch(share)]
        return len(shares) == 2 and abs(math.log(shares[0] / shares[1])) >= math.log(FAR)
    if kind in ("getal", "aandeel", "duur"):
        if one not in WORTH or other not in WORTH or other.startswith("nog"):  # "ongeveer nog geen kwart" reads ill
            return False
        return abs(math.log(WORTH[one] / WORTH[other])) >= math.log(FAR)
    return one.split()[0] == other.split()[0] if kind == "organisatie" and one.startswith(("de ", "het ")) else True
