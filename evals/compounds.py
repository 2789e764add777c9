"""Compound splitting, as a variant: veiligheidsplan also matches veiligheid and plan, the whole word kept."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from ingest.analysis import content_words

SHORTEST_WORD, SHORTEST_PART, SEEN = 8, 4, 3
LINKS = ("", "s", "e", "en")


class Splitter:
    """Splits a word into two that the texts hold by themselves, with a linking s, e or en between them.

    Of several ways the one with the most frequent parts is taken (Koehn & Knight 2003, by the parts' product).
    """

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(word for text in texts for word in set(content_words(text)))
        self.counts = {
            word: count
            for word, count in counts.items()
            if count >= SEEN and len(word) >= SHORTEST_PART and word.isalpha()
        }
        self.parts = lru_cache(maxsize=50_000)(self._parts)

    def with_parts(self, text: str) -> str:
        """Return the text's words, each followed by its parts."""
        return " ".join(" ".join((word, *self.parts(word))) for word in content_words(text))

    def _parts(self, word: str) -> tuple[str, ...]:
        if len(word) < SHORTEST_WORD or not word.isalpha():
            return ()
        ways = [
            (head[: len(head) - len(link)], tail)
            for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
            for head, tail in [(word[:cut], word[cut:])]
            for link in LINKS
            if head.endswith(link)
        ]
        known = [way for way in ways if all(part in self.counts for part in way)]
        return max(known, key=lambda way: self.counts[way[0]] * self.counts[way[1]], default=())
