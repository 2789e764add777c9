"""Turns of meaning: words of negation, modality, frequency and quantity that stand on one side only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.grounding.claim import Token
from assistant.grounding.features import FOUND, Scene, main_sentence
from assistant.grounding.likeness import Likeness, negated
from assistant.grounding.numbers import TIME_UNITS
from assistant.grounding.operators import BEARS, CLASS_OF, LACK, NEGATION, OPPOSITE_OF

NOT = {
    "always": "sometimes",
    "all": "some",
    "need": "free",
    "duty": "free",
    "often": "sometimes",
    "many": "few",
    "most": "some",
}
Overlap = Mapping[tuple[int, int], float]
STRONG = frozenset({"always", "all", "duty", "need", "free", "may", "none", "considered", "sometimes", "seldom"})
LIMITING = ("advised", "always", "sometimes", "none", "considered", "often")
BEFORE, AFTER = 2, 3  # content words that a turning word governs


@dataclass(frozen=True)
class Cue:
    """A turning word: its group and class, how strongly it turns, and the places of the words that it governs."""

    group: str
    name: str
    strength: float
    place: int
    governed: tuple[int, ...]


def cues(words: Sequence[Token], likeness: Likeness, owner: Sequence[int]) -> list[Cue]:
    """Return the turning words of a text in order; ``owner`` is each word's sentence."""
    found = []
    for place, word in enumerate(words):
        kinds = [(group, name, 1.0) for group, name in CLASS_OF.get(word.text, ())]
        if kinds and place + 1 < len(words) and _idiom(word.text, words[place + 1].text):
            kinds = []
        before = words[place - 1].text if place and owner[place - 1] == owner[place] else ""
        if before in ("niet", "geen") and kinds:
            kinds = [(group, NOT.get(name, name), 1.0) for group, name, _ in kinds]
        following_text = words[place + 1].text if place + 1 < len(words) else ""
        following = CLASS_OF.get(following_text, ())
        if word.text in NEGATION and any(name in NOT for _, name in following):
            pass
        elif word.text in NEGATION and following_text not in ("alleen", "enkel", "slechts", "zozeer"):
            kinds.append(("negation", "not", 1.0))
        elif word.text in LACK or likeness.negated_base(word.text):
            kinds.append(("negation", "lack", 0.5))
        if kinds:
            governed = _governed(words, place, owner)
            found += [Cue(group, name, strength, place, governed) for group, name, strength in kinds]
    return found


def _idiom(word: str, following: str) -> bool:
    """Return whether the two make another thing: "steeds meer", "elke week"."""
    if word == "steeds":
        return following.endswith(("er", "ere")) or following in ("meer", "minder", "vaker")
    return word in ("elk", "elke", "ieder", "iedere", "alle") and following in TIME_UNITS


def _governed(words: Sequence[Token], place: int, owner: Sequence[int]) -> tuple[int, ...]:
    def content(step: int, most: int) -> list[int]:
        found: list[int] = []
        at = place + step
        while 0 <= at < len(words) and owner[at] == owner[place] and len(found) < most:
            if words[at].content or words[at].text in CLASS_OF:
                found.append(at)
            at += step
        return found

    itself = [place] if words[place].content else []
    return tuple(itself + content(1, AFTER) + content(-1, BEFORE))


def turns(scene: Scene) -> dict[str, float]:
    """Return how surely the claim turns what its windows say, 0 to 1 each.

    ``flip``: a negation on one side only; ``turned``: another class of one group over the same words ("moet", "kan");
    ``over``: a strong word that nothing bears out; ``under``: a limiting word left out; ``need``: "moet" or "kan" left
    out.
    """
    tokens = scene.claim.tokens
    said = cues(tokens, scene.likeness, [0] * len(tokens))
    there = [
        (n, cue)
        for n, window in enumerate(scene.alignment.windows)
        for cue in cues(window.words, scene.likeness, window.sentence_of)
    ]
    overlap = {
        (i, j): _overlap(scene, one, n, other)
        for i, one in enumerate(said)
        for j, (n, other) in enumerate(there)
        if one.group == other.group
    }
    pairs = _matched(said, there, overlap)
    added, turned, strange = _added(said, there, overlap, pairs)
    left, missing = _left(scene, there, {j for _, j in pairs})
    return {
        "flip": max(_prefix(scene), left["negation"] ** 2, added["negation"]),
        "turned": max(turned[group] for group in ("modality", "frequency", "quantity", "decision")),
        "over": float(bool(strange & STRONG)),
        "under": max(missing[name] for name in LIMITING),
        "need": max(missing["need"], missing["can"]),
        "opposites": _opposites(scene),
        "frequency_added": added["frequency"],
        "modality_added": added["modality"],
        "modality_left": left["modality"],
        "negation_added": added["negation"],
        "negation_left": left["negation"],
    }


def _matched(said: Sequence[Cue], there: Sequence[tuple[int, Cue]], overlap: Overlap) -> Overlap:
    """Return the pairs of cues that bear each other out, each cue once, those that govern most alike first."""
    pairs: dict[tuple[int, int], float] = {}
    for (i, j), score in sorted(overlap.items(), key=lambda item: -item[1]):
        if score > 0 and _bears(said[i], there[j][1]) and not any(i == a or j == b for a, b in pairs):
            pairs[i, j] = score
    return pairs


def _added(
    said: Sequence[Cue], there: Sequence[tuple[int, Cue]], overlap: Overlap, pairs: Overlap
) -> tuple[dict[str, float], dict[str, float], set[str]]:
    """Return by group how surely the claim's cues were added and turned, and the classes that nothing bears out."""
    added: dict[str, float] = defaultdict(float)
    turned: dict[str, float] = defaultdict(float)
    strange: set[str] = set()
    taken = {j for _, j in pairs}
    for i, one in enumerate(said):
        got = max((score for (own, _), score in pairs.items() if own == i), default=0.0)
        added[one.group] = max(added[one.group], (1 - min(1.0, got * 2)) * one.strength)
        if got <= 0:
            strange.add(one.name)
            others = [
                overlap[i, j]
                for j, (_, other) in enumerate(there)
                if (i, j) in overlap and j not in taken and not _bears(one, other)
            ]
            turned[one.group] = max(turned[one.group], max(others, default=0.0))
    return added, turned, strange


def _left(scene: Scene, there: Sequence[tuple[int, Cue]], taken: set[int]) -> tuple[dict[str, float], dict[str, float]]:
    """Return how surely the passage's cues were left out, by group and by class."""
    left: dict[str, float] = defaultdict(float)
    missing: dict[str, float] = defaultdict(float)
    for j, (n, other) in enumerate(there):
        if j not in taken:
            weight = _covered(scene, n, other)
            left[other.group] = max(left[other.group], weight * other.strength)
            missing[other.name] = max(missing[other.name], weight if weight >= 0.5 else 0.0)
    return left, missing


def _bears(one: Cue, other: Cue) -> bool:
    return one.group == "negation" or other.name in BEARS[one.name]


def _overlap(scene: Scene, one: Cue, n: int, other: Cue) -> float:
    """Return the share of what the claim's cue governs that stands under the other cue, 0 to 1."""
    tokens = scene.claim.tokens
    number_of = {token.start: k for k, token in enumerate(scene.claimed)}
    numbers = [number_of[tokens[p].start] for p in one.governed if tokens[p].start in number_of]
    numbers = [k for k in numbers if scene.alignment.window_of[k] == n]
    if not numbers:
        return 0.3
    spots = set(other.governed) | {other.place}
    window = scene.alignment.windows[n]
    hits = [max((float(window.likeness[k, s]) for s in spots), default=0.0) for k in numbers]
    return sum(h >= 0.6 for h in hits) / len(numbers)


def _covered(scene: Scene, n: int, cue: Cue) -> float:
    """Return how surely the claim says what a passage's cue governs, 0 to 1: the nearest word counts most."""
    window = scene.alignment.windows[n]
    mine = [k for k in range(len(scene.claimed)) if scene.alignment.window_of[k] == n]
    if not mine:
        return 0.0
    texts = {token.text for token in scene.claim.tokens}

    def said(p: int) -> bool:
        return window.words[p].text in texts or max(float(window.likeness[k, p]) for k in mine) >= FOUND

    governed = [p for p in cue.governed if p != cue.place]
    if cue.strength < 1 and not said(cue.place) and governed:
        return sum(said(p) for p in governed) / len(governed)
    if not governed:
        return 0.0
    share = sum(said(p) for p in governed) / len(governed)
    nearest = min(governed, key=lambda p: abs(p - cue.place) + 0.5 * (p < cue.place))
    return 0.5 + 0.5 * share if said(nearest) else 0.3 * share


def _opposites(scene: Scene) -> float:
    """Return how many of the claim's words have their opposite, and not themselves, in the sentence that is nearest."""
    said = {token.text for token in scene.claim.tokens}
    count = 0.0
    for window in scene.alignment.windows:
        main = main_sentence(scene, window, range(len(scene.claimed)))
        texts = {w.text for w, owner in zip(window.words, window.sentence_of, strict=True) if owner == main}
        for token in scene.claim.tokens:
            against = OPPOSITE_OF.get(token.text, set()) & texts - said
            stems = scene.likeness.word(token.text).stems
            if against and not any(stems & scene.likeness.word(t).stems for t in texts):
                count += 1
    return count


def _prefix(scene: Scene) -> float:
    """Return 1 where one side says "on-" and the other the plain word without another negation before it."""
    place = {token.start: i for i, token in enumerate(scene.claim.tokens)}
    for k, token in enumerate(scene.claimed):
        if not scene.found(k):
            continue
        window = scene.window(k)
        at = scene.where[k]
        one, other = scene.likeness.word(token.text), scene.likeness.word(window.words[at].text)
        if negated(one, other) and not _denied(window.words, at):
            return 1.0
        if negated(other, one) and not _denied(scene.claim.tokens, place[token.start]):
            return 1.0
    return 0.0


def _denied(words: Sequence[Token], place: int) -> bool:
    return any(word.text in NEGATION for word in words[max(0, place - 4) : place + 2])
