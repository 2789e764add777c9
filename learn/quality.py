"""What is wrong with a quiz item, found without reading it: its sources, its answer and its wrong answers."""

import re
from collections.abc import Callable

from assistant.engine import Assistant
from assistant.records import Citation
from ingest.analysis import fold
from learn.quiz.build import DASH, FALSE, GAP, TRUE
from learn.quiz.distractors import MANY, alike_in_length, gives_away, holds, passages_for, supported
from learn.quiz.pairs import JOINT
from learn.quiz.source import Source, source_of
from learn.records import Item

PLACED = re.compile(r"^(?:In|Volgens(?: het rapport over)?) [^:“]+ \(\d{4}\): ")
CATCH_ALL = re.compile(r"\b(?:alle|geen van(?: de)?|al het) bovenstaande\b", re.IGNORECASE)


def faults(item: Item, assistant: Assistant) -> tuple[str, ...]:
    """Return a sentence for each fault; none where the item may be used as far as can be told without reading it.

    :raises CorpusError: the corpus's short answers or steps cannot be read.
    """
    source = source_of(assistant)
    found = [] if item.sources else ["it has no source"]
    found += [
        f"quote {one.n} stands in no passage: {one.quote.text!r}" for one in item.sources if not _stands(one, source)
    ]
    found += [f"the feedback lacks quote {one.n}" for one in item.sources if one.quote.text not in item.feedback]
    check = CHECKS.get(item.form)
    return tuple(found + (check(item, assistant, source) if check else []))


def _stands(citation: Citation, source: Source) -> bool:
    """Tell whether the quote is made of whole sentences of a passage that the index holds."""
    place = source.index.place.get(citation.quote.passage.id)
    if place is None:
        return False
    held = source.index.passages[place]
    return held.text == citation.quote.passage.text and set(citation.quote.sentences) <= set(held.sentences)


def _asked(item: Item) -> str:
    """Return what an item asks without the fixed words around it: the quote that it is over, else its question."""
    quoted = re.search("“(.+)”", item.text)
    return quoted[1] if quoted else PLACED.sub("", item.text)


def _quoted(item: Item) -> list[str]:
    return [citation.quote.text for citation in item.sources]


def _open(item: Item, assistant: Assistant, source: Source) -> list[str]:
    found = [] if item.text.endswith("?") else ["it asks nothing"]
    return found + ([] if item.answer in _quoted(item) else ["the answer is no sentence of its source"])


def _choice(item: Item, assistant: Assistant, source: Source) -> list[str]:
    options = [fold(option) for option in item.options]
    found = []
    if len(options) != MANY + 1:
        found.append(f"it has {len(options)} options, not {MANY + 1}")
    if len(set(options)) < len(options):
        found.append("an option stands twice")
    if options.count(fold(item.answer)) != 1:
        found.append("the answer is not one of the options")
    if not any(holds(quote, item.answer) for quote in _quoted(item)):
        found.append(f"no source holds the answer {item.answer!r}")
    if holds(item.text, item.answer):
        found.append("the question holds the answer")
    if gives_away(_asked(item), item.answer, [one for one in item.options if one != item.answer]):
        found.append("the question's words give the answer away")
    if not alike_in_length(list(item.options)):
        found.append("an option stands out by its length")
    if any(CATCH_ALL.search(option) for option in item.options):
        found.append("an option stands for all others")
    return found + _supported(item, assistant, source)


def _supported(item: Item, assistant: Assistant, source: Source) -> list[str]:
    """Return a fault for each wrong option that a passage might make right."""
    asked = _asked(item)
    near = passages_for(assistant, asked)
    wrong = [option for option in item.options if option != item.answer]
    return [
        f"the wrong option {option!r} may be right"
        for option in wrong
        if supported(source, asked, option, near) or any(holds(quote, option) for quote in _quoted(item))
    ]


def _cloze(item: Item, assistant: Assistant, source: Source) -> list[str]:
    said = item.text.partition(DASH)[2].strip("“”")
    if said.count(GAP) != 1:
        return [f"it has {said.count(GAP)} gaps, not 1"]
    found = [] if said.replace(GAP, item.answer) in _quoted(item) else ["with the answer it is not its source"]
    return found + (["the answer stands beside the gap too"] if holds(said.replace(GAP, " "), item.answer) else [])


def _truth(item: Item, assistant: Assistant, source: Source) -> list[str]:
    said = item.text.partition(DASH)[2]
    if item.options != (TRUE, FALSE) or item.answer not in item.options:
        return ["it is not answered by true or false"]
    if item.answer == TRUE:
        return [] if said in _quoted(item) else ["the true statement is not its source"]
    return ["a report says the false statement"] if any(said == spot.text for spot in source.spots) else []


def _pairs(item: Item, assistant: Assistant, source: Source) -> list[str]:
    sides = [option.split(JOINT) for option in item.options]
    if len(sides) != MANY + 1 or any(len(pair) != 2 for pair in sides):
        return [f"it is not {MANY + 1} pairs"]
    found = [f"the {side} side {text!r} stands twice" for side, text in _doubles(sides)]
    loose = [right for _, right in sides if not any(right in quote for quote in _quoted(item))]
    return found + [f"no source holds {right!r}" for right in loose]


def _doubles(sides: list[list[str]]) -> list[tuple[str, str]]:
    lefts, rights = [pair[0] for pair in sides], [pair[1] for pair in sides]
    twice = [("left", text) for text in dict.fromkeys(lefts) if lefts.count(text) > 1]
    return twice + [("right", text) for text in dict.fromkeys(rights) if rights.count(text) > 1]


def _steps(item: Item, assistant: Assistant, source: Source) -> list[str]:
    found = [] if len(item.options) > 2 else ["it has fewer than 3 steps"]
    found += ["a step stands twice"] if len(set(item.options)) < len(item.options) else []
    loose = [step for step in item.options if not any(step in quote for quote in _quoted(item))]
    return found + [f"no source holds the step {step!r}" for step in loose]


CHECKS: dict[str, Callable[[Item, Assistant, Source], list[str]]] = {
    "open": _open,
    "meerkeuze": _choice,
    "invul": _cloze,
    "waar_onwaar": _truth,
    "koppel": _pairs,
    "volgorde": _steps,
}
