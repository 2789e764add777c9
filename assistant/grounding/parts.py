"""A claim taken to the parts that must each be borne out by themselves, every part with its subject.

Markers close a part. A claim that cites several passages in one place is cut at a clause that one passage bears out and
the next clause another; only where both are whole clauses, as a subject of one passage with the predicate of another is
what a wrongly merged claim looks like.
"""

import re
from collections.abc import Mapping, Sequence

from assistant.grounding.claim import Claim, take_apart, tokens
from assistant.grounding.features import scene_of
from assistant.grounding.likeness import Likeness
from ingest.records import Passage

FINITE = frozenset(
    """is zijn was waren wordt worden werd werden heeft hebben had hadden kan kunnen kon konden moet moeten moest
    moesten mag mogen zal zullen zou zouden wil willen gaat gaan komt komen krijgt krijgen geeft geven neemt
    nemen doet doen blijkt blijken staat staan ligt liggen vindt vinden ziet zien maakt maken houdt houden hoeft
    hoeven biedt bieden werkt werken deelt delen gebruikt gebruiken evalueert evalueren ontbreekt ontbreken
    vraagt vragen zorgt zorgen vormt vormen bevat bevatten beschikt beschikken weet weten kent kennen voert
    voeren schat schatten draagt dragen legt leggen stelt stellen brengt brengen verloopt verlopen gebeurt
    gebeuren speelt spelen verschilt verschillen richt richten betrekt betrekken ervaart ervaren meldt melden
    zegt zeggen onderzoekt onderzoeken""".split()
)
JOIN = re.compile(
    r"[,;]?\s*(?:en|maar|terwijl|hoewel|want|ook|waar|doch|wat|waarna|zoals|doordat|omdat)(?!\w)\s*(?:ook|daarnaast|wel|dan)?|;",
    re.I,
)
OPENING = re.compile(r"(?:hoewel|terwijl|waar|ofschoon|naast)(?!\w)", re.I)
SUBJECT = 9  # words that a subject may have


def parts(
    claim: Claim, given: Sequence[Passage], likeness: Likeness, frequencies: Mapping[str, int], size: int
) -> list[Claim]:
    """Return the claim's parts, each citing what must bear it out."""
    found: list[Claim] = []
    for segment in claim.segments:
        pieces = [segment]
        if len(segment.cited) > 1:
            pieces = _cut(segment, given, likeness, frequencies, size)
        for piece in pieces:
            found.append(_with_subject(piece, found[-1]) if found else piece)
    return found


def _cut(
    claim: Claim, given: Sequence[Passage], likeness: Likeness, frequencies: Mapping[str, int], size: int
) -> list[Claim]:
    """Return both clauses, each with the one passage that bears it out, or the claim where no cut helps."""
    scene, _, _ = scene_of(claim, given, likeness, frequencies, size)
    if len(scene.alignment.windows) < 2:
        return [claim]
    first = scene.alignment.window_of.index(1)
    place = max(p for p in claim.breaks if scene.claimed[first - 1].start < p <= scene.claimed[first].start)
    last = max((p for p in claim.breaks if scene.claimed[first - 1].start < p < place), default=place)
    place = last if claim.body[last] in ",;" else place
    if not _whole(claim.body[:place], claim.body[place:]):
        return [claim]
    head, tail = (window.passage + 1 for window in scene.alignment.windows)
    return [take_apart(f"{claim.body[:place].strip()} [{head}]"), take_apart(f"{claim.body[place:]} [{tail}]")]


def _whole(head: str, tail: str) -> bool:
    """Return whether both are clauses: each has a verb, and the second is joined to the first, not part of it."""
    joined = bool(JOIN.match(tail)) or bool(OPENING.match(head))
    return joined and all(any(_verb(t.text) for t in tokens(text)) for text in (head, tail))


def _verb(word: str) -> bool:
    return word in FINITE or (len(word) > 4 and word.endswith(("t", "de", "den", "te", "ten", "eren", "kozen")))


def _with_subject(part: Claim, before: Claim) -> Claim:
    """Return the part with the subject of the one before it, where it has only a verb after its link ("en deelt")."""
    body = part.body.lstrip(" ,;")
    match = JOIN.match(body)
    words = tokens(body[match.end() :] if match else body)
    if not match or not words or words[0].text not in FINITE:
        return part
    subject = []
    for token in tokens(before.body):
        if token.text in FINITE:
            break
        subject.append(token)
    if not 0 < len(subject) <= SUBJECT:
        return part
    end = subject[-1].start + len(subject[-1].written)
    marks = "".join(f"[{n}]" for n in part.cited)
    return take_apart(f"{before.body[:end]} {body[match.end() :].strip()} {marks}")
