"""How far one Dutch word can stand for another: same stem, listed synonym, part of a compound, near in meaning."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.analysis import fold
from ingest.embedder import StaticEmbedder, Vectors

SAME, STEM, LISTED, PART = 1.0, 0.96, 0.85, 0.8
NEAR_FROM = 0.3  # cosine below which two words have nothing to do with each other
PART_LETTERS = 5
KEPT = 20_000  # vectors of sentences, of 1 kB each
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Word:
    """What a word is compared by: its stems by both stemmers, the synonym lines that hold it, its vector."""

    text: str
    stems: frozenset[str]
    lines: frozenset[int]
    base: str


class Likeness:
    """Compares words; each is analysed once.

    :param lines: the synonym lines (``synonyms.txt``).
    :param known: the words that occur in the reports, folded.
    """

    def __init__(self, lines: Sequence[Sequence[str]], model: StaticEmbedder, known: frozenset[str]) -> None:
        self._model, self.known = model, known
        self._lines: dict[str, set[int]] = defaultdict(set)
        for number, line in enumerate(lines):
            for word in line:
                for stem in stems_of(fold(word)):
                    self._lines[stem].add(number)
        self._words: dict[str, Word] = {}
        self._vectors: dict[str, Vectors] = {}
        self._sentences: dict[str, Vectors] = {}

    def word(self, text: str) -> Word:
        """Return the word analysed."""
        if text not in self._words:
            stems = stems_of(text)
            lines = frozenset(n for stem in stems for n in self._lines.get(stem, ()))
            self._words[text] = Word(text, stems, lines, self.negated_base(text))
            self._vectors[text] = self._model.embed_passages([text])[0]
        return self._words[text]

    def sentence(self, text: str) -> Vectors:
        """Return the vector of a text; the latest are kept, as the same passages come again."""
        if text not in self._sentences:
            if len(self._sentences) >= KEPT:
                self._sentences.clear()
            self._sentences[text] = self._model.embed_passages([text])[0]
        return self._sentences[text]

    def negated_base(self, word: str) -> str:
        """Return what "on-" negates ("duidelijk" of "onduidelijk"), or nothing."""
        rest = word[2:]
        return rest if word.startswith("on") and len(rest) >= 4 and rest in self.known else ""

    def matrix(self, claimed: Sequence[str], given: Sequence[str]) -> Matrix:
        """Return the likeness of each claimed word with each given one, 0 to 1, shape (claimed, given)."""
        ones, others = [self.word(w) for w in claimed], [self.word(w) for w in given]
        if not ones or not others:
            return np.zeros((len(ones), len(others)))
        cosines = np.stack([self._vectors[w.text] for w in ones]) @ np.stack([self._vectors[w.text] for w in others]).T
        found = np.where(cosines >= NEAR_FROM, np.clip(cosines, 0, 0.75), 0.0).astype(np.float64)
        for i, one in enumerate(ones):
            for j, other in enumerate(others):
                form = _by_form(one, other)
                if form > found[i, j]:
                    found[i, j] = form
                elif one.text[0].isdigit() or other.text[0].isdigit():
                    found[i, j] = 0.0
        return found


def _by_form(one: Word, other: Word) -> float:
    if one.text == other.text:
        return SAME
    if not one.stems.isdisjoint(other.stems):
        return STEM
    if negated(one, other) or negated(other, one):
        return STEM
    if not one.lines.isdisjoint(other.lines):
        return LISTED
    if one.text[:3] == other.text[:3] or one.text[-4:] == other.text[-4:]:
        return PART if _part(one.text, other.text) or _part(other.text, one.text) else 0.0
    return 0.0


def negated(word: Word, base: Word) -> bool:
    """Return whether the word is the base behind "on-" ("onduidelijk" of "duidelijk")."""
    return word.text[:2] == "on" and len(word.text) > 5 and not stems_of(word.text[2:]).isdisjoint(base.stems)


def _part(short: str, long: str) -> bool:
    if len(short) < PART_LETTERS or len(long) - len(short) < 3:
        return False
    core = short[:-2] if short.endswith("en") and len(short) > PART_LETTERS + 1 else short
    return long.startswith(core) or long.endswith(short)


@cache
def stems_of(word: str) -> frozenset[str]:
    """Return the word's stems by both Dutch stemmers of Snowball: each joins forms that the other parts."""
    return frozenset(stemmer.stemWord(word) for stemmer in _stemmers())


@cache
def _stemmers() -> tuple[Any, ...]:
    import snowballstemmer

    return snowballstemmer.stemmer("dutch"), snowballstemmer.stemmer("dutch_porter")


def read_lines(path: Path) -> list[list[str]]:
    """Return the words of each line of a word list; lines that begin with # are remarks."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and line[0] != "#"]


def rarity(frequencies: Mapping[str, int], size: int, word: str) -> float:
    """Return how much a word weighs, 1 to 5: its inverse passage frequency; one that no report holds weighs 3."""
    found = [frequencies[stem] for stem in stems_of(word) if stem in frequencies]
    return float(np.clip(np.log(size / max(found)), 1.0, 5.0)) if found else 3.0
