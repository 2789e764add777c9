"""Who does what: whether an actor or a word of the claim stands in another role or another order than in its window."""

import re
from collections.abc import Sequence

import numpy as np

from assistant.grounding.align import Window
from assistant.grounding.claim import LEADING, SPEAKERS, Token
from assistant.grounding.features import FOUND, Scene
from assistant.grounding.likeness import STEM, stems_of
from assistant.grounding.names import Names
from assistant.grounding.numbers import TIME_UNITS
from ingest.analysis import fold
from ingest.records import Passage, path_text

# Actors that a restatement may put for one another, or for "men", "we", "zij".
GENERIC = frozenset(
    """professional professionals hulpverlener hulpverleners medewerker medewerkers beroepskracht beroepskrachten
    zorgverlener zorgverleners organisatie organisaties partij partijen partner partners instelling instellingen
    instantie instanties respondenten netwerk team teams persoon inspectie inspecties onderzoekers rapport""".split()
)
WATCHERS = frozenset("inspectie inspecties onderzoekers toezicht tsd".split())  # who may lead a report's words in
REPORTING = LEADING - WATCHERS
PREPOSITIONS = {
    word: role
    for role, words in {
        "agent": "door",
        "to": "aan naar richting tegen",
        "with": "met samen",
        "at": "bij in binnen op",
        "of": "van vanuit uit namens",
        "for": "voor",
        "between": "tussen",
        "on": "over omtrent rond",
        "without": "zonder buiten",
    }.items()
    for word in words.split()
}
COMPOUND, TAIL = 9, 6  # letters of a compound, and of the end that two share
BACK = 3  # words before an actor in which its preposition is looked for
UNITS = {**TIME_UNITS, "dagelijks": "dag", "wekelijks": "week", "maandelijks": "maand", "jaarlijks": "jaar",
         "ochtend": "ochtend", "ochtends": "ochtend", "middag": "middag", "avond": "avond", "nacht": "nacht",
         "kwartaal": "kwartaal", "halfjaar": "halfjaar", "eeuw": "eeuw", "weekend": "weekend"}  # fmt: skip


def roles(scene: Scene, actors: frozenset[str], names: Names, cited: Sequence[Passage]) -> dict[str, float]:
    """Return what of the claim's actors is absent from the cited passages, or stands there in another role or order."""
    own = [
        k for k, t in enumerate(scene.claimed) if t.text in actors or (names.is_name(t.written) and t.text != "veilig")
    ]
    changed, shared = 0.0, 0.0
    for k in own:
        if scene.found(k):
            window = scene.window(k)
            spots = [j for j in np.flatnonzero(window.likeness[k] >= FOUND) if _acts(window.words[j], actors, names)]
            labels = {_role(window.words, int(j), actors) for j in spots}
            mine = _role(scene.claim.tokens, _place(scene, k), actors)
            if labels:
                shared += 1
                changed = max(changed, float(mine not in labels) * (1.0 if "" in (mine, *labels) else 0.6))
    specific, general = _absent(scene, own, cited)
    return {
        "absent_actor": specific,
        "absent_general": general,
        "role_changed": changed,
        "actors": float(len(own)),
        "actor_order": _order(scene, own, actors),
        "time_strange": _time(scene, cited),
        "compound": _compound(scene),
    }


def _acts(word: Token, actors: frozenset[str], names: Names) -> bool:
    return word.text in actors or names.is_name(word.written)


def _place(scene: Scene, k: int) -> int:
    return next(i for i, token in enumerate(scene.claim.tokens) if token.start == scene.claimed[k].start)


def _role(words: Sequence[Token], place: int, actors: frozenset[str]) -> str:
    """Return the role that the preposition before an actor gives it, nothing for a subject or object."""
    for at in range(place - 1, max(-1, place - BACK - 1), -1):
        if words[at].text in PREPOSITIONS:
            role = PREPOSITIONS[words[at].text]
            return "" if role == "agent" else role
        if words[at].content and words[at].text not in actors and words[at].text != "veilig" and at < place - 1:
            break
    return ""


def _absent(scene: Scene, own: Sequence[int], cited: Sequence[Passage]) -> tuple[float, float]:
    """Return how surely a certain actor, and a general one, is named nowhere in what is cited, 0 to 1."""
    headings = {fold(word) for p in cited for word in re.findall(r"\w+", path_text(p.section) + " " + p.text)}
    stems = frozenset(stem for word in headings for stem in stems_of(word))
    spoken = any(p.kind == "clientstem" for p in cited)
    found = {False: 0.0, True: 0.0}
    for k in own:
        text = scene.claimed[k].text
        if stems_of(text) & stems or (spoken and text in SPEAKERS):
            continue
        lacking = 1 - float(scene.alignment.best[k])
        generic = text in GENERIC
        found[generic] = max(found[generic], lacking)
    said = [t.text for t in scene.claim.tokens]
    for at, text in enumerate(said):
        reports = {"volgens", *said[at + 1 : at + 4]} & (REPORTING | set(said[max(0, at - 2) : at]))
        if text in WATCHERS and not reports and not stems_of(text) & stems:
            found[False] = 1.0
    return found[False], found[True]


def _order(scene: Scene, own: Sequence[int], actors: frozenset[str]) -> float:
    """Return the share of pairs of actors that stand in the other order in the window, of those that stand in both."""
    pairs = swapped = 0
    for a, k in enumerate(own):
        for other in own[a + 1 :]:
            if scene.alignment.window_of[k] != scene.alignment.window_of[other]:
                continue
            if not (scene.found(k) and scene.found(other)) or scene.claimed[k].text == scene.claimed[other].text:
                continue
            window = scene.window(k)
            ones, others = _spots(window, k), _spots(window, other)
            if set(ones) & set(others):
                continue
            same = [(i, j) for i in ones for j in others if window.sentence_of[i] == window.sentence_of[j]]
            if same:
                pairs += 1
                swapped += all(i > j for i, j in same)
    return swapped / pairs if pairs else 0.0


def _spots(window: Window, k: int) -> list[int]:
    return [int(j) for j in np.flatnonzero(window.likeness[k] >= FOUND)]


def _compound(scene: Scene) -> float:
    """Return how much a compound weighs that has another one with the same end in its place ("procesregisseur")."""
    worst = 0.0
    for k, token in enumerate(scene.claimed):
        if len(token.text) < COMPOUND or scene.alignment.best[k] >= STEM:
            continue
        others = [
            w.text for w in scene.window(k).words if len(w.text) >= COMPOUND and w.text[-TAIL:] == token.text[-TAIL:]
        ]
        if any(not other.endswith(token.text) and not token.text.endswith(other) for other in others):
            worst = max(worst, float(scene.weights[k]))
    return worst


def _time(scene: Scene, cited: Sequence[Passage]) -> float:
    """Return 1 where the claim names a unit of time that nothing cited names."""
    there = {UNITS[w] for p in cited for w in map(fold, re.findall(r"\w+", p.text)) if w in UNITS}
    for word in list(there):
        if word == "werkdag":
            there.add("dag")
    said = {UNITS[t.text] for t in scene.claim.tokens if t.text in UNITS}
    return float(bool(said - there))


def order(scene: Scene) -> dict[str, float]:
    """Return how far the words of the claim stand in the order of the window, and what was put in another's place.

    ``backward``: the share of steps between neighbouring found words that go back; ``substituted``: the weight of the
    heaviest claimed word that is not found while its neighbours stand close together around another word.
    """
    steps, back = 0, 0
    substituted = inserted = 0.0
    n = len(scene.claimed)
    for k in range(n - 1):
        if _both(scene, k, k + 1) and _same_sentence(scene, k, k + 1):
            steps += 1
            back += scene.where[k + 1] < scene.where[k]
    for k in range(1, n - 1):
        if scene.found(k) or not (_both(scene, k - 1, k + 1) and _same_sentence(scene, k - 1, k + 1)):
            continue
        a, b = sorted((scene.where[k - 1], scene.where[k + 1]))
        window = scene.window(k - 1)
        between = [j for j in range(a + 1, b) if window.words[j].content]
        free = [j for j in between if window.likeness[:, j].max(initial=0.0) < FOUND]
        weight = float(scene.weights[k] * (1 - scene.alignment.best[k]))
        if free and b - a <= 6:
            substituted = max(substituted, weight)
        elif b - a <= 4:
            inserted = max(inserted, weight)
    return {
        "backward": back / steps if steps else 0.0,
        "steps": steps / max(1, n - 1),
        "substituted": substituted,
        "inserted": inserted,
    }


def _both(scene: Scene, k: int, other: int) -> bool:
    same = scene.alignment.window_of[k] == scene.alignment.window_of[other]
    return same and scene.found(k) and scene.found(other)


def _same_sentence(scene: Scene, k: int, other: int) -> bool:
    owner = scene.window(k).sentence_of
    return owner[scene.where[k]] == owner[scene.where[other]]
