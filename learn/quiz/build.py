"""An item made of a question over sentences of the reports: its id, its sources, and feedback that quotes them."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

from assistant.records import Citation, Quote
from ingest.records import Passage
from learn.quiz.source import Source, theme_of
from learn.records import DIFFICULTIES, Item

Order: TypeAlias = Callable[[Passage, str], tuple[int, str]]
"""What candidates are sorted by: how far down their passage stands, then as if drawn by the seed and their text."""

GAP = "_____"
DASH = " – "  # between where a sentence stands and the sentence
TRUE, FALSE = "waar", "niet waar"


def make(
    source: Source,
    form: str,
    text: str,
    answer: str,
    quotes: Sequence[Quote],
    options: Sequence[str] = (),
    hardness: int = 0,
    wording: str = "vraagbaak",
    part: str = "quiz",
) -> Item:
    """Return the item; its theme is that of the first quote, of a report without headings its title.

    :param hardness: 0 is easy, 1 between, 2 or more hard.
    """
    quotes = tuple(dict.fromkeys(quotes))
    return Item(
        id=hashlib.sha256("\0".join([form, text, answer]).encode()).hexdigest()[:12],
        part=part,
        text=text,
        sources=tuple(
            Citation(n, quote, source.index.reports[quote.passage.report]) for n, quote in enumerate(quotes, 1)
        ),
        answer=answer,
        options=tuple(options),
        feedback=" ".join(f"“{quote.text}” — {source.name(quote.passage)}" for quote in quotes),
        form=form,
        difficulty=DIFFICULTIES[min(hardness, 2)],
        theme=theme_of(quotes[0].passage) or source.index.reports[quotes[0].passage.report].title,
        wording=wording,
    )


def seeded(seed: str, *parts: str) -> str:
    """Return what things are ordered by: the same for the same seed and parts, else as if drawn."""
    return hashlib.sha256("\0".join([seed, *parts]).encode()).hexdigest()
