"""Plain counts of turning words on both sides: in the claim, and around what is found of it in its windows."""

from collections.abc import Sequence

import numpy as np

from assistant.grounding.claim import Token
from assistant.grounding.denial import count, denials, negated_pairs, scopes
from assistant.grounding.features import FOUND, Scene
from assistant.grounding.likeness import Likeness
from assistant.grounding.operators import BEARS, GROUPS, LACK, NEGATION, classes
from ingest.records import Passage

NORMS = frozenset({"verwachting", "aanbeveling"})  # kinds of passage whose plain sentences say what must be

STRONGER = frozenset({"always", "all", "duty", "need", "most", "often", "none", "seldom", "only", "decided", "may"})
WEAKER = frozenset({"sometimes", "some", "few", "free", "can", "considered", "advised", "wish"})
AROUND = 4  # words around what is found


def counts(scene: Scene, cited: Sequence[Passage]) -> dict[str, float]:
    """Return how many turning words stand on each side: in the claim, and in the sentences that bear it out."""
    there = supporting(scene)
    said = scene.claim.tokens
    here, back = negated_pairs(said, there, scene.likeness), negated_pairs(there, said, scene.likeness)
    row = {
        "not_said": float(count(said, NEGATION) - here),
        "not_there": float(count(there, NEGATION) - back),
        "lack_said": float(_lacks(said, scene.likeness) - back),
        "lack_there": float(_lacks(there, scene.likeness) - here),
    }
    row["not_gap"] = row["not_said"] - row["not_there"]
    row["denials_gap"] = row["not_gap"] + row["lack_said"] - row["lack_there"]
    own, other = classes([t.text for t in said]), classes([t.text for t in there])
    norm = any(p.kind in NORMS for p in cited)
    for group in GROUPS:
        new = [name for name in own[group] if not BEARS[name] & other[group]]
        if norm:
            new = [name for name in new if name not in ("need", "advised", "duty")]
        row[f"{group}_new"] = float(len(new))
        row[f"{group}_gone"] = float(sum(not any(name in BEARS[o] for o in own[group]) for name in other[group]))
    fresh = {name for group in GROUPS for name in own[group] if not BEARS[name] & other[group]}
    row["stronger_new"] = float(len(fresh & STRONGER - ({"need", "duty"} if norm else set())))
    row["weaker_new"] = float(len(fresh & WEAKER))
    row["only_new"] = float("only" in fresh)
    row |= denials(scene, there) | scopes(scene)
    row["norm"] = float(norm)
    row["turning"] = float(sum(len(v) for v in own.values()) + row["not_said"] + row["lack_said"])
    row["length"] = float(np.log(1 + len(scene.claimed)))
    return row


def supporting(scene: Scene) -> list[Token]:
    """Return the words around what is found, in the windows' sentences that hold a fair part of it."""
    found: list[Token] = []
    for number, window in enumerate(scene.alignment.windows):
        mine = np.array([o == number for o in scene.alignment.window_of])
        owner = np.array(window.sentence_of)
        hits = (window.likeness >= FOUND) & mine[:, None]
        own = dict.fromkeys(window.sentence_of)
        gains = {s: float((hits[:, owner == s].any(axis=1) * scene.weights).sum()) for s in own}
        most = max(gains.values(), default=0.0)
        for sentence in (s for s, gain in gains.items() if gain >= 0.6 * most):
            inside = np.flatnonzero(owner == sentence)
            spots = inside[hits[:, inside].any(axis=0)]
            first, last = (spots[0] - AROUND, spots[-1] + AROUND) if len(spots) else (inside[0], inside[-1])
            found += [window.words[j] for j in inside if first <= j <= last]
    return found


def _lacks(words: Sequence[Token], likeness: Likeness) -> int:
    return sum(word.text in LACK or bool(likeness.negated_base(word.text)) for word in words)
