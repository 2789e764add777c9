"""What the reports' words tell: which are known, how many passages hold a stem, which names stand in lists only."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ingest.analysis import fold, stems, words
from ingest.records import Passage


def vocabulary(texts: Iterable[str]) -> dict[str, Any]:
    """Return the texts' words, and for each stem in how many texts it stands."""
    frequency: Counter[str] = Counter()
    known: set[str] = set()
    for text in texts:
        frequency.update(set(stems(text)))
        known.update(words(text))
    return {"words": sorted(known), "stems": dict(sorted(frequency.items()))}


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
