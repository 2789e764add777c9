"""Quiz items and flashcards made from passages without a model, each with the sentences that bear it."""

from collections.abc import Iterator, Sequence

from assistant.engine import Assistant
from ingest.analysis import stems
from ingest.errors import UsageError
from ingest.records import Passage, Span
from learn.quiz.build import Order, seeded
from learn.quiz.cards import cards
from learn.quiz.choice import choices
from learn.quiz.cloze import clozes
from learn.quiz.headings import heading_choices
from learn.quiz.open import open_questions
from learn.quiz.ordering import orderings
from learn.quiz.pairs import matchings
from learn.quiz.source import source_of
from learn.quiz.truth import statements
from learn.records import QUIZ_FORMS, Item

FORMS = tuple(QUIZ_FORMS)
NEIGHBOURS = 8  # passages that stand as close to the theme as each other
ALIKE = 0.8  # the share of stems from which two questions ask the same
SHORTS = 3  # multiple-choice items with a short answer for each with headings


def quiz_items(
    assistant: Assistant, passages: Sequence[Passage], many: int, seed: str = "", forms: Sequence[str] = FORMS
) -> tuple[Item, ...]:
    """Return at most ``many`` quiz items, the forms in turn; fewer where the passages hold fewer.

    :param passages: best first; the first are used first.
    :param seed: another seed draws other items from equally good passages; the same gives the same items.
    :raises UsageError: a form is unknown or ``many`` is below 1.
    :raises CorpusError: the corpus's short answers or steps cannot be read.
    """
    for form in forms:
        if form not in QUIZ_FORMS:
            raise UsageError(f"unknown form {form!r}; known are {', '.join(QUIZ_FORMS)}")
    order = _order(passages, many, seed)
    return _drawn([_of_form(assistant, form, passages, order) for form in dict.fromkeys(forms)], many)


def flashcards(assistant: Assistant, passages: Sequence[Passage], many: int) -> tuple[Item, ...]:
    """Return at most ``many`` flashcards: the terms, then the abbreviations, then questions.

    :raises UsageError: ``many`` is below 1.
    :raises CorpusError: the corpus's short answers or steps cannot be read.
    """
    order = _order(passages, many, "")
    return _drawn([cards(source_of(assistant), passages, order)], many)


def _order(passages: Sequence[Passage], many: int, seed: str) -> Order:
    if many < 1:
        raise UsageError(f"{many} items cannot be made; ask for 1 or more")
    rank = {passage.id: number // NEIGHBOURS for number, passage in enumerate(passages)}
    return lambda passage, text: (rank[passage.id], seeded(seed, text))


def _of_form(assistant: Assistant, form: str, passages: Sequence[Passage], order: Order) -> Iterator[Item]:
    source = source_of(assistant)
    if form == "open":
        return open_questions(source, passages, order)
    if form == "meerkeuze":
        return _mixed(choices(assistant, source, passages, order), heading_choices(source, passages, order))
    if form == "invul":
        return clozes(source, passages, order)
    if form == "waar_onwaar":
        return statements(source, passages, order)
    return matchings(source, passages, order) if form == "koppel" else orderings(source, passages, order)


def _mixed(shorts: Iterator[Item], headings: Iterator[Item]) -> Iterator[Item]:
    """Yield three items with a short answer, then one with headings, until both have no more."""
    for number, item in enumerate(shorts, 1):
        yield item
        if number % SHORTS == 0:
            yield from (heading for heading, _ in zip(headings, (1,), strict=False))
    yield from headings


def _drawn(streams: Sequence[Iterator[Item]], many: int) -> tuple[Item, ...]:
    """Return items of the streams in turn, without those whose sentence or question was used."""
    taken: list[Item] = []
    used: set[tuple[str, tuple[Span, ...]]] = set()
    asked: list[frozenset[str]] = []
    waiting = list(streams)
    while waiting and len(taken) < many:
        for stream in tuple(waiting):
            item = next((item for item in stream if _is_new(item, used, asked)), None)
            if item is None:
                waiting.remove(stream)
            elif len(taken) < many:
                taken.append(item)
                used |= set(_places(item))
                asked.append(_asks(item))
    return tuple(taken)


def _places(item: Item) -> list[tuple[str, tuple[Span, ...]]]:
    """Return where the answer's sentences stand; headings, and sentences with abbreviations, may be used again."""
    return (
        []
        if item.form == "afkorting"
        else [
            (source.report.id, source.quote.spans)
            for source in item.sources
            if source.quote.sentences[0].block not in ("title", "heading")
        ]
    )


def _asks(item: Item) -> frozenset[str]:
    said = f"{item.text} {item.answer}" if item.form in ("koppel", "waar_onwaar") else item.text
    return frozenset(stems(said))


def _is_new(item: Item, used: set[tuple[str, tuple[Span, ...]]], asked: list[frozenset[str]]) -> bool:
    if used & set(_places(item)):
        return False
    said = _asks(item)
    return all(len(said & other) < ALIKE * len(said | other) for other in asked)
