"""What the judge of a model's sentences is fitted on: the calibration sentences, and the reports' own as true ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.ground import Ground, literal
from assistant.grounding.claim import take_apart
from assistant.index import Index
from evals.grounding import Judged, passages_of

OWN_WORDS = 9  # words of a report's sentence from which it is taken
Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True)
class Material:
    """What is fitted on: a row of features for each part of a sentence (``owner``: whose), the rest by sentence.

    :param whole: sentences of the writers who wrote all kinds; only on these is a way measured.
    """

    features: tuple[str, ...]
    rows: Numbers
    owner: NDArray[np.int64]
    false: Truths
    refuted: Truths
    literal: Truths
    whole: Truths
    kinds: NDArray[np.str_]
    cited: NDArray[np.str_]
    writers: NDArray[np.str_]
    own: Numbers


def material(sentences: Sequence[Judged], index: Index, ground: Ground) -> Material:
    """Return the features of the sentences, also with their markers moved to the end, and of the reports' own."""
    made = [moved for sentence in sentences if sentence.true and (moved := _marks_moved(sentence))]
    every = [*sentences, *made]
    rows, owner, refuted, whole_ones, cited = [], [], [], [], []
    for number, (sentence, given) in enumerate(passages_of(every, index)):
        claim = take_apart(sentence.sentence)
        passages = [given[n - 1] for n in claim.cited if 1 <= n <= len(given)]
        refuted.append(bool(ground.refuted(claim, given)))
        whole_ones.append(not refuted[-1] and literal(claim, passages, ground.actors))
        cited.append(passages[0].id if passages else sentence.given[0])
        if not refuted[-1]:
            parts = ground.rows(claim, given)
            rows += parts
            owner += [number] * len(parts)
    features = tuple(sorted(rows[0]))
    writers = np.array([s.id.split("-")[0] for s in every])
    complete = {s.id.split("-")[0] for s in sentences if s.kind == "no_citation"}
    return Material(
        features,
        np.array([[row[name] for name in features] for row in rows]),
        np.array(owner),
        np.array([not s.true for s in every]),
        np.array(refuted),
        np.array(whole_ones),
        np.array([n < len(sentences) for n in range(len(every))]) & np.isin(writers, sorted(complete)),
        np.array([s.kind for s in every]),
        np.array(cited),
        writers,
        np.array([[row[name] for name in features] for row in _own(index, ground)]),
    )


def _marks_moved(sentence: Judged) -> Judged | None:
    """Return a sentence of two marked parts with both markers at its end, as another writer sets them."""
    claim = take_apart(sentence.sentence)
    if len(claim.segments) != 2:
        return None
    marks = "".join(f"[{n}]" for n in sorted(claim.cited))
    return replace(sentence, id=f"{sentence.id}-end", sentence=f"{claim.body.rstrip('.')} {marks}.")


def _own(index: Index, ground: Ground) -> list[dict[str, float]]:
    """Return the features of two sentences of each passage, the neighbouring passages given beside it."""
    found = []
    pool = [p for p in index.passages if p.kind != "administratief" and len(p.sentences) > 1]
    for place, passage in enumerate(pool):
        near = [p for p in pool[max(0, place - 2) : place + 3] if p.report == passage.report and p.id != passage.id]
        long = [s for s in passage.sentences if len(passage.quote(s).split()) >= OWN_WORDS]
        for sentence in long[:2]:
            claim = take_apart(f"{passage.quote(sentence).rstrip('. ')} [1].")
            if not ground.refuted(claim, [passage, *near[:2]]):
                found += ground.rows(claim, [passage, *near[:2]])
    return found
