"""Flashcards: terms, abbreviations and written questions, each with the report's words on the back."""

from collections.abc import Iterable, Iterator

from ingest.records import Passage
from learn.quiz.build import Order, make
from learn.quiz.open import open_questions
from learn.quiz.source import Source
from learn.quiz.terms import Term, abbreviations, definitions
from learn.records import Item

PART = "flitskaart"


def cards(source: Source, passages: Iterable[Passage], order: Order) -> Iterator[Item]:
    """Yield the cards of these passages: terms first, then abbreviations, then questions."""
    passages = tuple(passages)
    here = {passage.id for passage in passages}
    for form, asked, terms in (
        ("begrip", "Wat is {}?", definitions(source)),
        ("afkorting", "Waar staat {} voor?", abbreviations(source)),
    ):
        inside = [term for term in terms if term.spot.passage.id in here]
        for term in sorted(inside, key=lambda term: order(term.spot.passage, term.term)):
            yield _card(source, form, asked.format(term.named), term)
    yield from open_questions(source, passages, order, PART)


def _card(source: Source, form: str, question: str, term: Term) -> Item:
    answer = term.meaning if form == "afkorting" else term.spot.text
    return make(source, form, question, answer, [term.spot.quote], part=PART)
