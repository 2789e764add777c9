"""A linear classifier of short texts by their words, word pairs and triples, stems and n-grams, kept in two files."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.analysis import ngrams, stems, words
from ingest.errors import IndexDamaged
from ingest.lines import read_array

TERMS, WEIGHTS = "terms.txt", "weights.npy"


def terms(text: str) -> list[str]:
    """Return what of a text is weighed; its length counts in steps of four words."""
    found = words(text)
    single = [f"w:{word}" for word in found] + [f"s:{stem}" for stem in stems(text)]
    pairs = [f"b:{one}_{other}" for one, other in pairwise(found)]
    triples = [f"t:{'_'.join(found[place : place + 3])}" for place in range(len(found) - 2)]
    return [*single, *pairs, *triples, *(f"g:{gram}" for gram in ngrams(text)), f"n:{len(found) // 4}"]


class TextClassifier:
    """Logistic regression on tf-idf brought to length 1 (Salton & Buckley 1988), against a first class.

    :param places: each term's row in ``weights``.
    :param weights: shape (terms + 1, classes): idf, then each further class's weight; the last row holds constants.
    """

    def __init__(self, places: Mapping[str, int], weights: NDArray[np.float32]) -> None:
        self.places = places
        self.weights = weights

    @classmethod
    def load(cls, folder: Path) -> "TextClassifier":
        """Return the classifier that ``save`` wrote.

        :raises IndexDamaged: a file is missing, cut off or does not belong to the other.
        """
        try:
            listed = (folder / TERMS).read_text(encoding="utf-8").split("\n")
        except (OSError, ValueError) as error:
            raise IndexDamaged(f"{folder}: the classifier cannot be read ({error})") from error
        weights: NDArray[np.float32] = read_array(folder / WEIGHTS).astype(np.float32)
        if len(weights) != len(listed) + 1:
            raise IndexDamaged(f"{folder}: {len(listed)} terms but {len(weights)} rows of weights")
        return cls({term: place for place, term in enumerate(listed)}, weights)

    def save(self, folder: Path) -> None:
        """Write the classifier's two files."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TERMS).write_text("\n".join(self.places), encoding="utf-8")
        np.save(folder / WEIGHTS, self.weights.astype(np.float16))

    def log_odds(self, text: str) -> NDArray[np.float64]:
        """Return the log-odds of each further class against the first."""
        counted = [(self.places[term], n) for term, n in Counter(terms(text)).items() if term in self.places]
        if not counted:
            return self.weights[-1, 1:].astype(np.float64)
        rows = np.array([place for place, _ in counted])
        values = (1 + np.log([n for _, n in counted])) * self.weights[rows, 0]
        values /= np.linalg.norm(values) or 1.0
        return np.asarray(values @ self.weights[rows, 1:] + self.weights[-1, 1:], dtype=np.float64)
