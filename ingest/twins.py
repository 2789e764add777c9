"""Near-duplicates: passages that say the same in nearly the same words.

The toezichtkader's rows stand in Nijmegen (Bijlage 1) and again in Someren (Bijlage 1), some of their texts a third
time in the landelijke rapport. Retrieval must not fill its first places with one text three times.
"""

from collections.abc import Sequence

import numpy as np

from ingest.analysis import stems

ALIKE = 0.7  # Jaccard similarity of the sets of stems from which two passages are twins


def twins(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of places (the lower first) whose texts share at least 0.7 of all their stems."""
    from scipy.sparse import csr_matrix

    sets = [sorted(set(stems(text))) for text in texts]
    columns = {stem: place for place, stem in enumerate(sorted({stem for found in sets for stem in found}))}
    ends = np.cumsum([0, *(len(found) for found in sets)])
    places = [columns[stem] for found in sets for stem in found]
    matrix = csr_matrix((np.ones(len(places)), places, ends), shape=(len(texts), max(1, len(columns))))
    shared = (matrix @ matrix.T).tocoo()
    sizes = np.diff(ends)
    return sorted(
        (int(a), int(b))
        for a, b, both in zip(shared.row, shared.col, shared.data, strict=True)
        if a < b and both >= ALIKE * (sizes[a] + sizes[b] - both)
    )
