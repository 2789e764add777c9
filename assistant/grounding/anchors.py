"""Anchors: the numbers, names and actors of a claim, and whether they stand where the rest of the claim stands."""

from collections.abc import Sequence

import numpy as np

from assistant.grounding.align import Window
from assistant.grounding.claim import SPEAKERS
from assistant.grounding.features import FOUND, Scene, main_sentence, main_sentences
from assistant.grounding.names import Names
from assistant.grounding.numbers import numbers

TIGHT = 5  # words within which an actor stands beside what it does
AROUND = 4  # claimed words that are looked for there
SURE, BETTER = 0.95, 0.65
CLOSE = 0.8  # coverage from which a claim keeps so close to the passage that another actor in it is a swap


def anchors(scene: Scene, actors: frozenset[str], names: Names, spoken: bool = False) -> dict[str, float]:
    """How far what stands around a number, a name or an actor in the claim also stands around it in the window."""
    if spoken:  # who speaks is not named in a family member's own words
        actors = actors - SPEAKERS
    number = noun = name = actor = 1.0
    missing = conflict = wrong = 0.0
    for found in numbers(scene.claim.body):
        c, n = _number_context(scene, found.start, found.value)
        number, noun = min(number, c), min(noun, n)
        wrong = max(wrong, _number_conflict(scene, found.start, found.value))
    for k, token in enumerate(scene.claimed):
        if names.is_name(token.written) or (token.written[0].isupper() and token.start > 0):
            name = min(name, _context(scene, k))
            conflict = max(conflict, _conflict(scene, k, names))
        if token.text in actors:
            if scene.found(k):
                actor = min(actor, _context(scene, k))
            else:
                missing = max(missing, 1 - float(scene.alignment.best[k]))
    swapped, better = _swapped(scene, actors), _better(scene, actors)
    cover = float((scene.alignment.best * scene.weights).sum() / scene.weights.sum())
    swap = conflict >= 1 or wrong >= 1 or better > BETTER or (cover > CLOSE and swapped > SURE)
    return {
        "number_context": number,
        "number_noun": noun,
        "number_conflict": wrong,
        "number_better": _number_better(scene),
        "name_context": name,
        "name_conflict": conflict,
        "actor_context": actor,
        "actor_missing": missing,
        "actor_swapped": swapped,
        "actor_better": better,
        "swap": float(swap),
    }


def _number_conflict(scene: Scene, start: int, value: str) -> float:
    """Return 1 where the sentence that bears out the words around a number has others and not it, 0.3: none."""
    worst = 1.0
    said = {n.value for n in numbers(scene.claim.body)}
    for window in scene.alignment.windows:
        main = main_sentences(scene, window, _neighbours(scene, start, 5))
        inside = [w.written for w, owner in zip(window.words, window.sentence_of, strict=True) if owner in main]
        there = {n.value for n in numbers(" ".join(inside))} | {w for w in inside if w.isdigit()}
        alike = {v.rstrip("%e") for v in there}
        if value.rstrip("%e") in alike or (value == "1" and "een" in inside):
            return 0.0
        worst = min(worst, 1.0 if there - said else 0.3)
    return worst


def _number_better(scene: Scene) -> float:
    """Return how much better another number fits where the claim has one, 1 where it says one more often, 0 to 1."""
    said = numbers(scene.claim.body)
    worst = 0.0
    for one in said:
        order = _neighbours(scene, one.start, 4)
        own = other = 0.0
        there = 0
        for window in scene.alignment.windows:
            for j, word in enumerate(window.words):
                for found in numbers(word.written):
                    support = _support(window, order, j, TIGHT)
                    if found.value.rstrip("%e") == one.value.rstrip("%e"):
                        own, there = max(own, support), there + 1
                    else:
                        other = max(other, support)
        if there:
            worst = max(worst, other - own, float(sum(n.value == one.value for n in said) > there))
    return worst


def _conflict(scene: Scene, k: int, names: Names) -> float:
    """Return 1 where the sentence that bears out what stands around a name has another and not it, 0.3 where none."""
    window = scene.window(k)
    main = main_sentences(scene, window, _neighbours(scene, scene.claimed[k].start, 5))
    inside = [j for j in range(len(window.words)) if window.sentence_of[j] in main]
    if any(window.likeness[k, j] >= FOUND for j in inside):
        return 0.0
    said = {t.text for t in scene.claim.tokens}
    others = [j for j in inside if names.is_name(window.words[j].written) and window.words[j].text not in said]
    return 1.0 if others else 0.3


def _swapped(scene: Scene, actors: frozenset[str]) -> float:
    """Return how surely an actor is missing where the rest is borne out, 1 where another actor is left there."""
    worst = 0.0
    for k, token in enumerate(scene.claimed):
        if token.text not in actors:
            continue
        window = scene.window(k)
        main = main_sentence(scene, window, [n for n in range(len(scene.claimed)) if n != k])
        inside = [j for j in range(len(window.words)) if window.sentence_of[j] == main]
        if max((float(window.likeness[k, j]) for j in inside), default=0.0) >= FOUND:
            continue
        left = any(window.words[j].text in actors and window.likeness[:, j].max(initial=0.0) < FOUND for j in inside)
        worst = max(worst, (1 - float(window.likeness[k].max(initial=0.0))) * (1.0 if left else 0.5))
    return worst


def _better(scene: Scene, actors: frozenset[str]) -> float:
    """Return how much better an actor that the claim does not name fits where it names one, 0 to 1."""
    worst = 0.0
    for k, token in enumerate(scene.claimed):
        if token.text not in actors:
            continue
        window = scene.window(k)
        order = _neighbours(scene, token.start, 3)
        own = max(
            (_support(window, order, int(j), TIGHT) for j in np.flatnonzero(window.likeness[k] >= FOUND)), default=0.0
        )
        others = [
            _support(window, order, j, TIGHT) * (1 - float(window.likeness[k, j]))
            for j, word in enumerate(window.words)
            if word.text in actors and window.likeness[:, j].max(initial=0.0) < FOUND
        ]
        worst = max(worst, max(others, default=0.0) - own)
    return worst


def _neighbours(scene: Scene, start: int, count: int) -> list[int]:
    others = [k for k in range(len(scene.claimed)) if scene.claimed[k].start != start]
    return sorted(others, key=lambda k: abs(scene.claimed[k].start - start))[:count]


def _number_context(scene: Scene, start: int, value: str) -> tuple[float, float]:
    order = _neighbours(scene, start, 4)
    after = [k for k in range(len(scene.claimed)) if scene.claimed[k].start > start][:2]
    best = noun = 0.0
    seen = False
    for window in scene.alignment.windows:
        for j, word in enumerate(window.words):
            found = numbers(word.written)
            if any(n.value.rstrip("%e") == value.rstrip("%e") for n in found) or (
                value == "1" and word.text in ("een", "1")
            ):
                seen = True
                best = max(best, _support(window, order, j, 9))
                noun = max(
                    noun, max((float(window.likeness[k, j + 1 : j + 6].max(initial=0.0)) for k in after), default=1.0)
                )
    return (best, noun) if seen else (0.0, 0.0)


def _context(scene: Scene, k: int) -> float:
    order = _neighbours(scene, scene.claimed[k].start, 4)
    window = scene.window(k)
    spots = np.flatnonzero(window.likeness[k] >= FOUND)
    return max((_support(window, order, int(j), 9) for j in spots), default=0.3)


def _support(window: Window, order: Sequence[int], j: int, reach: int) -> float:
    if not order:
        return 1.0
    a, b = max(0, j - reach), j + reach + 1
    same = np.array(window.sentence_of[a:b]) == window.sentence_of[j]
    return float(np.mean([(window.likeness[k, a:b] * same).max(initial=0.0) for k in order]))
