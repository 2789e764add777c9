"""Negations: whether each side's are explained by the other's, by number and by what they deny."""

from collections.abc import Sequence

import numpy as np

from assistant.grounding.claim import Token
from assistant.grounding.features import FOUND, Scene
from assistant.grounding.likeness import Likeness, stems_of
from assistant.grounding.operators import LACK, NEGATION, TURNING

SCOPE = 4  # words within which a negation is looked for beside what the other side's negation denies


def denials(scene: Scene, there: Sequence[Token]) -> dict[str, float]:
    """Return how many negations of each side no negation and no word of lack of the other side explains."""
    said = scene.claim.tokens
    stems = [{stem for t in words for stem in stems_of(t.text)} for words in (said, there)]
    free = []
    for words, others in ((said, stems[1]), (there, stems[0])):
        lacks = [t for t in words if t.text in LACK or scene.likeness.negated_base(t.text)]
        free.append(len({t.text for t in lacks if not stems_of(t.text) & others}))
    gap = count(said, NEGATION) - count(there, NEGATION)
    return {
        "unexplained_not": float(max(0, gap - free[1])),
        "dropped_not": float(max(0, -gap - free[0])),
        "free_lack_said": float(max(0, free[0] - max(0, -gap))),
        "free_lack_there": float(max(0, free[1] - max(0, gap))),
    }


def scopes(scene: Scene) -> dict[str, float]:
    """Return how surely what a negation denies on one side stands on the other without any, 0 to 1.

    ``denied_new``: the claim denies it and its windows do not; ``denied_gone``: the other way round.
    """
    said = scene.claim.tokens
    place = {token.start: i for i, token in enumerate(said)}
    new = gone = 0.0
    for at in (i for i, t in enumerate(said) if t.text in NEGATION):
        heads = [k for spot in _denied(said, at) for k, t in enumerate(scene.claimed) if place[t.start] == spot]
        head = next((k for k in heads if scene.found(k)), None)
        if head is None:
            new = max(new, 0.3)
            continue
        window = scene.window(head)
        row = window.likeness[head]
        spots = np.flatnonzero(row >= max(FOUND, row.max(initial=0.0) - 0.05))
        if not any(_near(window.words, int(j), scene.likeness) for j in spots):
            new = 1.0
    for number, window in enumerate(scene.alignment.windows):
        for at in (i for i, t in enumerate(window.words) if t.text in NEGATION):
            heads = [j for j in _denied(window.words, at) if window.sentence_of[j] == window.sentence_of[at]]
            heads = heads[:1]
            found = [
                k
                for k in range(len(scene.claimed))
                if scene.alignment.window_of[k] == number and any(window.likeness[k, j] >= FOUND for j in heads)
            ]
            if found and not any(_near(said, place[scene.claimed[k].start], scene.likeness) for k in found):
                gone = 1.0
    return {"denied_new": new, "denied_gone": gone}


def _denied(words: Sequence[Token], at: int) -> list[int]:
    """Return the places of what a negation denies: the next two words that carry a claim, and the one before."""
    after = [i for i in range(at + 1, min(len(words), at + 6)) if words[i].content and words[i].text not in TURNING][:2]
    before = [i for i in range(at - 1, max(-1, at - 4), -1) if words[i].content and words[i].text not in TURNING][:1]
    return after + before


def _near(words: Sequence[Token], at: int, likeness: Likeness) -> bool:
    around = words[max(0, at - SCOPE) : at + SCOPE + 1]
    return any(w.text in NEGATION or w.text in LACK or likeness.negated_base(w.text) for w in around)


def count(words: Sequence[Token], those: frozenset[str]) -> int:
    """Return how many of the words are among those."""
    return sum(word.text in those for word in words)


def negated_pairs(denied: Sequence[Token], words: Sequence[Token], likeness: Likeness) -> int:
    """Return how many "on-" words of the words the denied side says with a negation ("niet duidelijk")."""
    stems = {stem for t in denied for stem in stems_of(t.text)}
    bases = {likeness.negated_base(t.text) for t in words} - {likeness.negated_base(t.text) for t in denied}
    return min(count(denied, NEGATION), sum(bool(stems_of(base) & stems) for base in bases if base))
