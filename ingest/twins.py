"""Near-duplicates: passages that say the same in nearly the same words.

The toezichtkader's rows stand in Nijmegen (Bijlage 1) and again in Someren (Bijlage 1), some of their texts a third
time in the landelijke rapport. Retrieval must not fill its first places with one text three times.

Comparing all pairs grows with the square of the passages. Two sets that are this much alike share at least one of
their few rarest stems, and mostly several, so only passages that do are compared, and no pair is lost (prefix
filtering; Chaudhuri et al. 2006, Bayardo et al. 2007). In a large collection the rarest stems are not rare any more:
there only passages are compared of which a band of hashes agrees (MinHash; Broder 1997, Indyk & Motwani 1998).
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.analysis import stems

ALIKE = 0.7  # Jaccard similarity of the sets of stems from which two passages are twins
BLOCK = 2000  # passages that are compared with all others at once
LARGE = 20_000  # passages from which bands of hashes say which are compared
# Of pairs that are 0.7 alike 98% have an equal band, of pairs that are 0.8 alike all but one in 100,000; of those that
# share a quarter of their stems one in 1,000 is compared in vain. Of 20,462 passages 2,655 of 2,656 pairs were found;
# 100,462 take a third of the time that the rarest stems take, and the time grows no faster than the passages.
BANDS, HASHES, SEED = 64, 8, 20261126
TOGETHER = 100  # of more passages with an equal band each is compared with the first alone
Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def twins(texts: Iterable[str]) -> list[tuple[int, int]]:
    """Return the pairs of places (the lower first) whose texts share at least 0.7 of all their stems."""
    stems_of, sizes = _sets(texts)
    bits = _bits(stems_of)
    found: list[tuple[int, int]] = []
    for one, other in _hashed_alike(stems_of) if len(sizes) >= LARGE else _sharing_rare_stems(stems_of, sizes):
        # Each bit that differs is at least one stem that they do not share.
        apart = np.bitwise_count(bits[one] ^ bits[other]).sum(axis=1)
        keep = apart <= (1 - ALIKE) / (1 + ALIKE) * (sizes[one] + sizes[other]) + 1e-6
        found += _alike(stems_of, sizes, one[keep], other[keep])
    return sorted(found)


def _sharing_rare_stems(stems_of: Any, sizes: NDArray[np.int64]) -> Iterator[Pairs]:
    """Yield the pairs that may be alike, block by block; no pair that is alike is missing."""
    rest = np.maximum(np.ceil(ALIKE * sizes - 1e-9).astype(np.int64) - 1, 0)  # stems that are not among the rarest
    rarest = _first_of_each(stems_of, sizes - rest)
    across = rarest.T.tocsr()
    for start in range(0, len(sizes), BLOCK):
        near = rarest[start : start + BLOCK] @ across
        one = np.repeat(np.arange(start, start + near.shape[0]), np.diff(near.indptr))
        other = near.indices.astype(np.int64)
        # Of two twins' shared stems, at most the rest of one of them can stand outside its rarest ones.
        needed = ALIKE / (1 + ALIKE) * (sizes[one] + sizes[other])
        keep = (one < other) & (near.data + np.maximum(rest[one], rest[other]) >= needed - 1e-6)
        yield one[keep], other[keep]


def _hashed_alike(stems_of: Any) -> Iterator[Pairs]:
    """Yield the pairs of which a band of hashes agrees, each once."""
    chance = np.random.default_rng(SEED)
    rows = np.flatnonzero(np.diff(stems_of.indptr))
    begins, many = stems_of.indptr[rows], stems_of.shape[0]
    numbers = [np.zeros(0, dtype=np.int64)]
    for _ in range(BANDS):
        band = np.zeros(len(rows), dtype=np.uint64)
        for _ in range(HASHES):
            order = chance.permutation(stems_of.shape[1]).astype(np.uint32)
            least = np.minimum.reduceat(order[stems_of.indices], begins) if len(rows) else band
            band = band * np.uint64(0x9E3779B97F4A7C15) + least.astype(np.uint64)
        one, other = _with_equal(band, rows)
        numbers.append(one * many + other)
    for part in np.array_split(np.unique(np.concatenate(numbers)), max(1, sum(map(len, numbers)) // (50 * BLOCK))):
        yield part // many, part % many


def _with_equal(keys: NDArray[np.uint64], rows: NDArray[np.int64]) -> Pairs:
    """Return the pairs of rows with an equal key, the lower first."""
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    begins = np.concatenate([[0], cuts])
    sizes = np.diff(np.concatenate([begins, [len(keys)]]))
    one, other = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for begin, size in zip(begins[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        group = rows[order[begin : begin + size]]
        first, second = np.triu_indices(size, 1) if size <= TOGETHER else (np.zeros(size - 1, int), np.arange(1, size))
        one.append(group[first])
        other.append(group[second])
    return np.concatenate(one), np.concatenate(other)


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
