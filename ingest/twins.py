"""Near-duplicates: passages that say the same in nearly the same words.

The toezichtkader's rows stand in Nijmegen (Bijlage 1) and again in Someren (Bijlage 1), some of their texts a third
time in the landelijke rapport. Retrieval must not fill its first places with one text three times.

Comparing all pairs grows with the square of the passages. Two sets that are this much alike share at least one of
their few rarest stems, and mostly several, so only passages that do are compared, and no pair is lost (prefix
filtering; Chaudhuri et al. 2006, Bayardo et al. 2007).
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.analysis import stems

ALIKE = 0.7  # Jaccard similarity of the sets of stems from which two passages are twins
BLOCK = 2000  # passages that are compared with all others at once


def twins(texts: Iterable[str]) -> list[tuple[int, int]]:
    """Return the pairs of places (the lower first) whose texts share at least 0.7 of all their stems."""
    stems_of, sizes = _sets(texts)
    rest = np.maximum(np.ceil(ALIKE * sizes - 1e-9).astype(np.int64) - 1, 0)  # stems that are not among the rarest
    rarest, bits = _first_of_each(stems_of, sizes - rest), _bits(stems_of)
    across = rarest.T.tocsr()
    found: list[tuple[int, int]] = []
    for start in range(0, len(sizes), BLOCK):
        near = rarest[start : start + BLOCK] @ across
        one = np.repeat(np.arange(start, start + near.shape[0]), np.diff(near.indptr))
        other = near.indices.astype(np.int64)
        # Of two twins' shared stems, at most the rest of one of them can stand outside its rarest ones.
        needed = ALIKE / (1 + ALIKE) * (sizes[one] + sizes[other])
        keep = (one < other) & (near.data + np.maximum(rest[one], rest[other]) >= needed - 1e-6)
        one, other, needed = one[keep], other[keep], needed[keep]
        # Each bit that differs is at least one stem that they do not share.
        apart = np.bitwise_count(bits[one] ^ bits[other]).sum(axis=1)
        keep = apart <= sizes[one] + sizes[other] - 2 * needed + 1e-6
        found += _alike(stems_of, sizes, one[keep], other[keep])
    return sorted(found)


def _sets(texts: Iterable[str]) -> tuple[Any, NDArray[np.int64]]:
    """Return each text's set of stems as a row of a sparse matrix, the rarest stems first, and the sets' sizes."""
    from scipy.sparse import csr_matrix

    numbers: dict[str, int] = {}
    rows = [
        np.array([numbers.setdefault(stem, len(numbers)) for stem in dict.fromkeys(stems(text))], dtype=np.int32)
        for text in texts
    ]
    sizes = np.array([len(row) for row in rows], dtype=np.int64)
    places = np.concatenate([*rows, np.zeros(0, dtype=np.int32)])
    rank = np.empty(len(numbers), dtype=np.int32)
    rank[np.argsort(np.bincount(places, minlength=len(numbers)), kind="stable")] = np.arange(len(numbers))
    ends = np.concatenate([[0], np.cumsum(sizes)])
    shape = (len(sizes), max(1, len(numbers)))
    matrix = csr_matrix((np.ones(len(places), dtype=np.float32), rank[places], ends), shape=shape)
    matrix.sort_indices()
    return matrix, sizes


def _first_of_each(matrix: Any, many: NDArray[np.int64]) -> Any:
    """Return the matrix with so many of each row's first columns."""
    from scipy.sparse import csr_matrix

    sizes = np.diff(matrix.indptr)
    within = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], sizes) < np.repeat(many, sizes)
    ends = np.concatenate([[0], np.cumsum(many)])
    return csr_matrix((matrix.data[within], matrix.indices[within], ends), shape=matrix.shape)


def _bits(matrix: Any) -> NDArray[np.uint64]:
    """Return 256 bits a row: which of 256 parts of the stems it has any of."""
    bits = np.zeros((matrix.shape[0], 4), dtype=np.uint64)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    part = matrix.indices.astype(np.int64) % 256
    np.bitwise_or.at(bits, (rows, part // 64), np.uint64(1) << (part % 64).astype(np.uint64))
    return bits


def _alike(
    matrix: Any, sizes: NDArray[np.int64], one: NDArray[np.int64], other: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return those of the pairs whose sets are alike."""
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(one), 50 * BLOCK):
        a, b = one[start : start + 50 * BLOCK], other[start : start + 50 * BLOCK]
        both = np.asarray(matrix[a].multiply(matrix[b]).sum(axis=1), dtype=np.float64).ravel()
        keep = both >= ALIKE * (sizes[a] + sizes[b] - both)
        pairs += zip(a[keep].tolist(), b[keep].tolist(), strict=True)
    return pairs
