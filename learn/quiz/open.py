"""Open questions: a written question, and the sentence that it was written for."""

from collections.abc import Iterable, Iterator

from ingest.records import Passage
from learn.quiz.build import Order, make
from learn.quiz.source import Source
from learn.quiz.written import best_question
from learn.records import Item

EASY, BETWEEN = 0.75, 0.55  # the share of the question's words that the answer holds


def open_questions(source: Source, passages: Iterable[Passage], order: Order, part: str = "quiz") -> Iterator[Item]:
    """Yield an open question for each sentence of these passages that has a plain one."""
    for spot in sorted(source.in_passages(passages), key=lambda spot: order(spot.passage, spot.text)):
        told = spot.alone and spot.passage.kind != "clientstem"  # what one family member says is no general answer
        found = best_question(source, spot) if told else None
        if found:
            question, share = found
            text = source.placed(spot.passage, question)
            hardness = (share < EASY) + (share < BETWEEN)
            yield make(source, "open", text, spot.text, [spot.quote], (), hardness, "vragenbank", part)
