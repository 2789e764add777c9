"""What is weighed of a claim laid beside its windows: how much of it is found, and how near together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.grounding.align import Alignment, Window, align, windows
from assistant.grounding.claim import LEADING, Claim, Token
from assistant.grounding.likeness import Likeness, rarity
from assistant.grounding.operators import TURNING
from ingest.records import Passage

FOUND = 0.78  # likeness from which a word counts as found
GAIN = 0.15  # how much better another passage must bear a word out to count
FAR = 40.0
NEARLY = 0.85
Row = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """A claim laid beside its windows: ``where`` holds each claimed word's best place in its window."""

    claim: Claim
    claimed: tuple[Token, ...]
    weights: Row
    alignment: Alignment
    where: tuple[int, ...]
    likeness: Likeness

    def window(self, number: int) -> Window:
        """Return the window of a claimed word."""
        return self.alignment.windows[self.alignment.window_of[number]]

    def found(self, number: int) -> bool:
        """Return whether a claimed word is found in its window."""
        return bool(self.alignment.best[number] >= FOUND)


def scene_of(
    claim: Claim, given: Sequence[Passage], likeness: Likeness, frequencies: Mapping[str, int], size: int
) -> tuple[Scene, list[Window], list[Window]]:
    """Return the claim beside its windows, all windows of the cited passages, and all of the others."""
    cited = [n - 1 for n in claim.cited]
    claimed = tuple(t for t in claim.tokens if t.content and t.text not in LEADING and t.text not in TURNING)
    if not claimed:
        claimed = claim.tokens
    texts = [t.text for t in claimed]
    weights = np.array([rarity(frequencies, size, text) for text in texts])
    found = [w for n in cited for w in windows(texts, given[n], n, likeness)]
    others = [w for n, p in enumerate(given) if n not in cited for w in windows(texts, p, n, likeness)]
    alignment = align(claim, claimed, weights, found)
    where = tuple(place_of(alignment, k) for k in range(len(claimed)))
    return Scene(claim, claimed, weights, alignment, where, likeness), found, others


def place_of(alignment: Alignment, number: int) -> int:
    """Return a claimed word's place: of equal ones that nearest to where its neighbours stand."""
    window = alignment.windows[alignment.window_of[number]]
    row = window.likeness[number]
    spots = np.flatnonzero(row >= row.max(initial=0.0) - 0.05)
    if len(spots) == 1 or row.max(initial=0.0) < FOUND:
        return int(row.argmax())
    near = [
        k
        for k in range(max(0, number - 3), min(len(alignment.best), number + 4))
        if k != number and alignment.window_of[k] == alignment.window_of[number]
    ]
    support = [sum(float(window.likeness[k, max(0, s - 6) : s + 7].max(initial=0.0)) for k in near) for s in spots]
    return int(spots[int(np.argmax(support))])


def coverage(scene: Scene, found: Sequence[Window]) -> dict[str, float]:
    """Return how much of the claim is found: in its windows, in one sentence, in one passage, in the least cited one.

    The ``_low`` figures say how far a share stays below .8 and .6: above that, more words found is no surer (a swapped
    word leaves nearly all of them standing).
    """
    best, weights = scene.alignment.best, scene.weights
    total = weights.sum()
    lacking = np.sort(weights * (1 - best))[::-1]
    known = np.array([token.text in scene.likeness.known for token in scene.claimed])
    everywhere = np.max([w.best for w in found], axis=0)
    passages = [max(_share(w, weights) for w in found if w.passage == p) for p in {w.passage for w in found}]
    shares = {
        "cover": float((best * weights).sum() / total),
        "single": max(_share(w, weights) for w in found if w.size == 1),
        "one_passage": max(passages),
        "weakest_passage": min(passages),
    }
    low = {f"{name}_low": max(0.0, 0.8 - share) for name, share in shares.items()}
    very_low = {f"{name}_very_low": max(0.0, 0.6 - share) for name, share in shares.items()}
    return {
        **shares,
        **low,
        **very_low,
        **{f"lack_{n + 1}": float(lacking[n]) if len(lacking) > n else 0.0 for n in range(3)},
        "elsewhere": float(((everywhere - best) * weights).sum() / total),
        "loose": float((best < FOUND).mean()),
        "very_loose_known": float(((best < 0.45) & known).sum()),
        "split": float(len(scene.alignment.windows) - 1),
    }


def _share(window: Window, weights: Row) -> float:
    return float((window.best * weights).sum() / weights.sum())


def stolen(scene: Scene, others: Sequence[Window]) -> dict[str, float]:
    """Return what other given passages bear out that the cited ones do not."""
    if not others:
        return {"stolen": 0.0, "stolen_1": 0.0, "others_better": 0.0}
    gain = np.max([w.best for w in others], axis=0) - scene.alignment.best
    gain = np.where(gain > GAIN, gain, 0) * scene.weights
    own = float((scene.alignment.best * scene.weights).sum() / scene.weights.sum())
    return {
        "stolen": float(gain.sum() / scene.weights.sum()),
        "stolen_1": float(gain.max()),
        "others_better": max(_share(w, scene.weights) for w in others) - own,
    }


def nearness(scene: Scene) -> dict[str, float]:
    """Return how far neighbouring claimed words also stand near each other, and how often only in other sentences."""
    gaps: list[float] = []
    jumps = 0
    of = scene.alignment.window_of
    for k in range(len(scene.claimed) - 1):
        if of[k] != of[k + 1] or not (scene.found(k) and scene.found(k + 1)):
            continue
        window = scene.window(k)
        a = np.flatnonzero(window.likeness[k] >= FOUND)
        b = np.flatnonzero(window.likeness[k + 1] >= FOUND)
        owner = np.array(window.sentence_of)
        other = owner[a][:, None] != owner[b][None, :]
        gaps.append(min(float((np.abs(a[:, None] - b[None, :]) + 6.0 * other).min()), FAR))
        jumps += bool(other.all())
    return {
        "gap_1": max(gaps, default=0.0),
        "gap_mean": float(np.mean(gaps)) if gaps else 0.0,
        "near_share": float(np.mean(np.array(gaps) <= 4)) if gaps else 0.0,
        "jumps": float(jumps),
    }


def main_sentence(scene: Scene, window: Window, words: Sequence[int]) -> int:
    """Return the window's sentence that bears out most of these claimed words."""
    owner = np.array(window.sentence_of)
    best, most = 0, -1.0
    for sentence in dict.fromkeys(window.sentence_of):
        row = (window.likeness[:, owner == sentence].max(axis=1, initial=0.0) >= FOUND) * scene.weights
        value = float(sum(row[k] for k in words))
        if value > most:
            best, most = sentence, value
    return best


def main_sentences(scene: Scene, window: Window, words: Sequence[int]) -> set[int]:
    """Return the window's sentences that bear out as much of these claimed words as the best one, or nearly."""
    owner = np.array(window.sentence_of)
    values = {
        s: float(
            ((window.likeness[:, owner == s].max(axis=1, initial=0.0) >= FOUND) * scene.weights)[list(words)].sum()
        )
        for s in dict.fromkeys(window.sentence_of)
    }
    most = max(values.values(), default=0.0)
    return {s for s, value in values.items() if value >= NEARLY * most}


def likenesses(scene: Scene, cited: Sequence[Passage], others: Sequence[Passage]) -> dict[str, float]:
    """Return the cosine of the claim with its best sentence and window, and how much better others' sentences are."""
    one = scene.likeness.sentence(scene.claim.body)
    inside = [scene.likeness.sentence(p.quote(s)) for p in cited for s in p.sentences]
    inside += [scene.likeness.sentence(p.text) for p in cited]
    outside = [scene.likeness.sentence(p.quote(s)) for p in others for s in p.sentences]
    best = max((float(one @ v) for v in inside), default=0.0)
    window = max(
        float(one @ scene.likeness.sentence(" ".join(w.written for w in other.words)))
        for other in scene.alignment.windows
    )
    beyond = max((float(one @ v) for v in outside), default=0.0)
    return {"cosine": best, "cosine_window": window, "cosine_others": beyond - best}
