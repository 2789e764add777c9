"""The figures, each a short function with its source. All are shares or means between 0 and 1, higher is better.

A ranking is given as ``ranks``: for each needed fact the rank (from 1) of the first passage that holds it, or None.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Ranks = Sequence[int | None]
SEED = 20261123
RESAMPLES = 2000


def recall_at(ranks: Ranks, k: int) -> float:
    """Return the share of needed facts that a passage among the first k holds (BEIR; Thakur et al. 2021)."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def hit_at_1(ranks: Ranks) -> float:
    """Return 1 when the first passage holds a needed fact (ir-measures: Success@1)."""
    return float(any(rank == 1 for rank in ranks))


def mrr_at_10(ranks: Ranks) -> float:
    """Return 1 divided by the rank of the first passage with a needed fact, 0 beyond ten (Voorhees 1999)."""
    best = min((rank for rank in ranks if rank is not None), default=11)
    return 1 / best if best <= 10 else 0.0


def ndcg_at_10(ranks: Ranks) -> float:
    """Return nDCG over facts: each gains 1/log2(rank + 1) where first held (Järvelin & Kekäläinen 2002).

    A second fact in the same passage counts at the next free rank, so that one passage is not rewarded twice at one
    place; divided by the gain of the best ranks 1, 2, ….
    """
    taken: set[int] = set()
    for rank in sorted(rank for rank in ranks if rank is not None):
        place = rank
        while place in taken:
            place += 1
        taken.add(place)
    gain = sum(1 / math.log2(place + 1) for place in taken if place <= 10)
    return gain / sum(1 / math.log2(place + 1) for place in range(1, min(len(ranks), 10) + 1))


def precision_recall_f1(expected: Sequence[bool], given: Sequence[bool]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of ``given`` (SQuAD 2.0 for refusals); 0 where nothing was given or expected."""
    right = sum(e and g for e, g in zip(expected, given, strict=True))
    precision = right / sum(given) if any(given) else 0.0
    recall = right / sum(expected) if any(expected) else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value below or at which the share of all values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def interval(
    values: Sequence[float], statistic: Callable[[NDArray[np.float64]], float] | None = None
) -> tuple[float, float]:
    """Return the 95% percentile bootstrap interval of the mean over questions (Efron & Tibshirani 1993; fixed seed)."""
    data = np.asarray(values, dtype=np.float64)
    chosen = np.random.default_rng(SEED).integers(0, len(data), (RESAMPLES, len(data)))
    samples = data[chosen].mean(axis=1) if statistic is None else np.array([statistic(data[row]) for row in chosen])
    low, high = np.percentile(samples, [2.5, 97.5])
    return float(low), float(high)


def paired_p(differences: Sequence[float]) -> float:
    """Return the two-sided p of a paired sign-flip permutation test on the mean (Smucker et al. 2007; fixed seed)."""
    from scipy.stats import permutation_test

    data = np.asarray(differences, dtype=np.float64)
    if not data.any():
        return 1.0
    result = permutation_test(
        (data,),
        lambda sample, axis: sample.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=9999,
        rng=np.random.default_rng(SEED),
    )
    return float(result.pvalue)
