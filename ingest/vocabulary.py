"""What the reports' words tell: which are known, how many passages hold a stem, which names stand in lists only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ingest.analysis import content_words, fold, stems, words
from ingest.records import Passage

OFTEN = 0.002  # share of the written questions from which a word is one with which people ask of anything


def vocabulary(texts: Iterable[str], questions: Sequence[str]) -> dict[str, Any]:
    """Return the texts' words, for each stem in how many texts it stands, and the words that many questions hold."""
    frequency: Counter[str] = Counter()
    known: set[str] = set()
    for text in texts:
        frequency.update(set(stems(text)))
        known.update(words(text))
    asked = Counter(word for question in questions for word in set(content_words(question)))
    often = sorted(word for word, number in asked.items() if number >= OFTEN * len(questions))
    return {"words": sorted(known), "stems": dict(sorted(frequency.items())), "asked": often}


def rare_names(passages: Iterable[Passage]) -> dict[str, list[int]]:
    """Return the capitalised words that stand in administrative passages and in no other, with those passages' places.

    By such a name (of a respondent, of a place in a colophon) an administrative passage is asked for.
    """
    elsewhere: set[str] = set()
    named: dict[str, list[int]] = {}
    for place, passage in enumerate(passages):
        if passage.kind != "administratief":
            elsewhere.update(words(passage.text))
            continue
        for name in {fold(word.strip("(),.")) for word in passage.text.split() if word[:1].isupper()}:
            named.setdefault(name, []).append(place)
    return {name: places for name, places in sorted(named.items()) if name not in elsewhere}
