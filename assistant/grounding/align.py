"""Where in the cited passages a claim stands: the window of neighbouring sentences that bears out most of its words.

A window is at most three sentences of one passage, so that the subject of one sentence and the claim of another far
from it do not add up. A claim that cites several passages may be cut at its clauses, each borne out by one window.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.grounding.claim import Claim, Token, tokens
from assistant.grounding.likeness import Likeness, Matrix
from ingest.records import Passage

WINDOW = 3
LEAST_WORDS = 3  # content words that a clause holds
WIDER = 0.015  # what each further sentence of a window costs


@dataclass(frozen=True)
class Window:
    """Neighbouring sentences of one passage: their words, and the likeness of each claimed word with each of them."""

    passage: int
    words: tuple[Token, ...]
    sentence_of: tuple[int, ...]
    likeness: Matrix
    size: int

    @property
    def best(self) -> NDArray[np.float64]:
        """Return how far each claimed word is borne out, 0 to 1."""
        best: NDArray[np.float64] = self.likeness.max(axis=1, initial=0.0)
        return best


@dataclass(frozen=True)
class Alignment:
    """The windows that bear a claim out best: ``window_of`` gives each claimed word's."""

    windows: tuple[Window, ...]
    window_of: tuple[int, ...]
    best: NDArray[np.float64]


def windows(claimed: Sequence[str], passage: Passage, place: int, likeness: Likeness) -> list[Window]:
    """Return every window of the passage; ``place`` is the passage's number among those given."""
    sentences = [tokens(passage.quote(sentence)) for sentence in passage.sentences] or [tokens(passage.text)]
    flat = [token for sentence in sentences for token in sentence]
    owner = [number for number, sentence in enumerate(sentences) for _ in sentence]
    unique = list(dict.fromkeys(token.text for token in flat if token.content or token.text in claimed))
    columns = {text: number for number, text in enumerate(unique)}
    words = np.concatenate([likeness.matrix(claimed, unique), np.zeros((len(claimed), 1))], axis=1)
    matrix = words[:, [columns.get(token.text, -1) for token in flat]]
    begins = np.searchsorted(owner, range(len(sentences) + 1))
    found = []
    for first in range(len(sentences)):
        for last in range(first, min(first + WINDOW, len(sentences))):
            a, b = begins[first], begins[last + 1]
            found.append(Window(place, tuple(flat[a:b]), tuple(owner[a:b]), matrix[:, a:b], last - first + 1))
    return found


def align(claim: Claim, claimed: Sequence[Token], weights: NDArray[np.float64], found: Sequence[Window]) -> Alignment:
    """Return the windows that bear the claimed words out best.

    :param found: the windows of all cited passages, at least one.
    """
    gains = np.stack([w.best * weights for w in found])
    costs = np.array([WIDER * (w.size - 1) for w in found]) * weights.sum()
    one = int((gains.sum(axis=1) - costs).argmax())
    alignment = Alignment((found[one],), (0,) * len(claimed), found[one].best)
    if len({w.passage for w in found}) < 2:
        return alignment
    sums = np.concatenate([np.zeros((len(found), 1)), gains.cumsum(axis=1)], axis=1)
    value, chosen = gains[one].sum() - costs[one] + 0.02 * weights.sum(), None
    for cut in _cuts(claim, claimed):
        heads, tails = sums[:, cut] - costs / 2, sums[:, -1] - sums[:, cut] - costs / 2
        for head in _best_of_each(heads, found):
            for tail in _best_of_each(tails, found):
                if found[head].passage != found[tail].passage and heads[head] + tails[tail] > value:
                    value, chosen = heads[head] + tails[tail], (head, tail, cut)
    if chosen is None:
        return alignment
    head, tail, cut = chosen
    best = np.concatenate([found[head].best[:cut], found[tail].best[cut:]])
    return Alignment((found[head], found[tail]), (0,) * cut + (1,) * (len(claimed) - cut), best)


def _cuts(claim: Claim, claimed: Sequence[Token]) -> list[int]:
    starts = np.array([token.start for token in claimed])
    cuts = {int((starts < place).sum()) for place in claim.breaks}
    return sorted(cut for cut in cuts if LEAST_WORDS <= cut <= len(claimed) - LEAST_WORDS)


def _best_of_each(values: NDArray[np.float64], found: Sequence[Window]) -> list[int]:
    best: dict[int, int] = {}
    for place, window in enumerate(found):
        if window.passage not in best or values[place] > values[best[window.passage]]:
            best[window.passage] = place
    return list(best.values())
