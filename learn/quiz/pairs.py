"""Matching: four pairs of which every right side fits one left side only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from ingest.analysis import stems
from ingest.records import Passage
from learn.quiz.build import Order, make
from learn.quiz.headings import LACKS, telling, titled
from learn.quiz.source import Source, Spot, theme_of
from learn.quiz.terms import Term, abbreviations, definitions
from learn.records import Item

MANY = 4
JOINT = " :: "
LONGEST = 32  # words of a right side
MARGIN = 0.1  # how much nearer a right side must be to its own left side than to any other (cosine)


@dataclass(frozen=True)
class Pair:
    """A left and a right side and the sentences that bear them."""

    left: str
    right: str
    spots: tuple[Spot, ...]


def matchings(source: Source, passages: Iterable[Passage], order: Order) -> Iterator[Item]:
    """Yield matching items over these passages: terms, abbreviations, headings, and expectations with pitfalls."""
    passages = tuple(passages)
    here = {passage.id for passage in passages}
    kinds = (
        ("Verbind elk begrip met de juiste omschrijving.", _terms(definitions(source)), 1),
        ("Verbind elke verwachting met het verbeterpunt bij hetzelfde thema.", _expected(source, passages), 2),
        ("Verbind elk goed voorbeeld met de juiste beschrijving.", _headed(source, "goed_voorbeeld"), 1),
        ("Verbind elk verbeterpunt met de juiste beschrijving.", _headed(source, "verbeterpunt"), 1),
        ("Verbind elke afkorting met de betekenis.", _terms(abbreviations(source)), 0),
    )
    sets = []
    for question, pairs, hardness in kinds:
        inside = [pair for pair in pairs if all(spot.passage.id in here for spot in pair.spots)]
        inside.sort(key=lambda pair: order(pair.spots[0].passage, pair.left))
        sets.append([_item(source, question, four, hardness) for four in _fours(source, inside, hardness)])
    for row in range(max(map(len, sets), default=0)):
        yield from (items[row] for items in sets if row < len(items))


def _item(source: Source, question: str, pairs: Sequence[Pair], hardness: int) -> Item:
    options = [f"{pair.left}{JOINT}{pair.right}" for pair in pairs]
    quotes = [spot.quote for pair in pairs for spot in pair.spots]
    return make(source, "koppel", question, "\n".join(options), quotes, options, hardness)


def _fours(source: Source, pairs: list[Pair], hardness: int) -> Iterator[list[Pair]]:
    """Yield fours of pairs, no pair twice."""
    left = list(pairs)
    while True:
        four: list[Pair] = []
        for pair in left:
            if len(four) < MANY and all(_apart(source, pair, other, hardness) for other in four):
                four.append(pair)
        if len(four) < MANY:
            return
        yield four
        left = [pair for pair in left if pair not in four]


def _apart(source: Source, one: Pair, other: Pair, hardness: int) -> bool:
    """Tell whether no side of one pair could be taken for that of the other."""
    if one.left == other.left or one.right == other.right:
        return False
    if hardness == 0:  # what an abbreviation stands for is not a matter of likeness
        return True
    if frozenset(stems(one.left)) & frozenset(stems(other.left)) and hardness == 1:
        return False
    own = min(source.likeness(pair.left, pair.right) for pair in (one, other))
    crossed = max(source.likeness(one.left, other.right), source.likeness(other.left, one.right))
    return crossed < own - MARGIN if hardness == 1 else crossed < own


def _terms(terms: Iterable[Term]) -> list[Pair]:
    return [Pair(term.named, term.meaning, (term.spot,)) for term in terms if len(term.meaning.split()) <= LONGEST]


def _headed(source: Source, kind: str) -> list[Pair]:
    """Return headings with the sentence under them that tells them best."""
    found = [(one, telling(source, one)) for one in titled(source) if one.passage.kind == kind]
    return [Pair(one.title, spot.text, (spot,)) for one, spot in found if spot and len(spot.text.split()) <= LONGEST]


def _expected(source: Source, passages: Sequence[Passage]) -> list[Pair]:
    """Return each theme's expectation and pitfall that are nearest to each other."""
    themes: dict[tuple[str, str], tuple[list[Spot], list[Spot]]] = {}
    for spot in source.in_passages(passages):
        lacks = spot.passage.kind == "verbeterpunt" and LACKS.search(spot.text)
        short = spot.alone and spot.is_whole and len(spot.text.split()) <= LONGEST
        if short and (spot.passage.kind == "verwachting" or lacks):
            both = themes.setdefault((spot.passage.report, theme_of(spot.passage)), ([], []))
            both[spot.passage.kind == "verbeterpunt"].append(spot)
    pairs = []
    for norms, pitfalls in themes.values():
        near = [(source.likeness(a.text, b.text), a, b) for a, b in product(norms, pitfalls)]
        if near:
            _, norm, pitfall = max(near, key=lambda one: one[0])
            pairs.append(Pair(norm.text, pitfall.text, (norm, pitfall)))
    return pairs
