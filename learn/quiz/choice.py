"""Multiple choice with a short answer: the words of a sentence among others of their type."""

from collections.abc import Iterable, Iterator

from assistant.engine import Assistant
from ingest.records import Passage
from learn.quiz.build import Order, make, seeded
from learn.quiz.distractors import gives_away, holds, wrong_answers
from learn.quiz.source import ShortAnswer, Source
from learn.quiz.written import overlap
from learn.records import Item

EASY = 0.75  # from this share of the question in its sentence a short answer is easy to find


def choices(assistant: Assistant, source: Source, passages: Iterable[Passage], order: Order) -> Iterator[Item]:
    """Yield an item for each short answer in these passages that has three wrong answers."""
    here = {passage.id for passage in passages}
    wanted = [short for short in source.short_answers if short.spot.passage.id in here]
    for short in sorted(wanted, key=lambda short: order(short.spot.passage, short.question)):
        others = [other for other in source.short_answers if short.like(other)]
        wrong = wrong_answers(
            assistant, source, short.question, short.right, short.spot, [other.answer for other in others]
        )
        told = holds(source.placed(short.spot.passage, short.question), short.answer)
        if wrong and not told and not gives_away(short.question, short.answer, wrong):
            yield _item(source, short, wrong, others)


def _item(source: Source, short: ShortAnswer, wrong: tuple[str, ...], others: list[ShortAnswer]) -> Item:
    report = short.spot.passage.report
    near = {other.answer for other in others if other.spot.passage.report == report} & set(wrong)
    hardness = (overlap(short.question, short.spot) < EASY) + (len(near) >= 2)
    text = source.placed(short.spot.passage, short.question)
    options = shuffled([short.answer, *wrong], text)
    wording = "vragenbank" if short.question in source.written else "vraagbaak"
    return make(source, "meerkeuze", text, short.answer, [short.spot.quote], options, hardness, wording)


def shuffled(options: Iterable[str], question: str) -> list[str]:
    """Return the options in an order that the question alone decides."""
    return sorted(options, key=lambda option: seeded(question, option))
