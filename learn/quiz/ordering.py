"""Ordering: steps that the reports put in order, each in the report's words."""

from collections.abc import Iterable, Iterator

from ingest.records import Passage
from learn.quiz.build import Order, make
from learn.quiz.source import Source
from learn.records import Item

EASY, BETWEEN = 3, 4  # steps


def orderings(source: Source, passages: Iterable[Passage], order: Order) -> Iterator[Item]:
    """Yield the ordering items whose first step stands in one of these passages."""
    here = {passage.id for passage in passages}
    inside = [steps for steps in source.steps if steps.spots[0].passage.id in here]
    for steps in sorted(inside, key=lambda steps: order(steps.spots[0].passage, steps.question)):
        hardness = (len(steps.steps) > EASY) + (len(steps.steps) > BETWEEN)
        text = source.placed(steps.spots[0].passage, steps.question)
        answer = " → ".join(steps.steps)
        yield make(source, "volgorde", text, answer, [spot.quote for spot in steps.spots], steps.steps, hardness)
