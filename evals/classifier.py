"""Training of text classifiers: for refusing, and for seeing danger."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.classifier import TextClassifier, terms

SEEN = 3  # texts that a term must stand in


class Matrix:
    """The texts' terms as tf-idf rows of length 1."""

    def __init__(self, texts: Sequence[str]) -> None:
        from scipy.sparse import csr_matrix

        counted = [Counter(terms(text)) for text in texts]
        frequency = Counter(term for counts in counted for term in counts)
        listed = sorted(term for term, number in frequency.items() if number >= SEEN)
        self.places = {term: place for place, term in enumerate(listed)}
        self.idf = np.log((1 + len(texts)) / (1 + np.array([frequency[term] for term in listed]))) + 1
        data, columns, ends = [], [], [0]
        for counts in counted:
            known = [(self.places[term], number) for term, number in counts.items() if term in self.places]
            values = np.array([(1 + np.log(number)) * self.idf[place] for place, number in known])
            data.append(values / (np.linalg.norm(values) or 1.0))
            columns += [place for place, _ in known]
            ends.append(len(columns))
        self.rows: Any = csr_matrix((np.concatenate(data), columns, ends), shape=(len(texts), len(listed)))

    def classifier(self, weights: NDArray[np.float64]) -> TextClassifier:
        """Return the classifier of these weights: one row for each term, the last the constants."""
        whole = np.column_stack([np.append(self.idf, 0.0), weights]).astype(np.float16).astype(np.float32)
        return TextClassifier(self.places, whole)


def fitted(
    rows: Any, classes: NDArray[np.int64], strength: float, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return weights and constants (last row) of the log-odds of each further class against the first.

    :param strength: the inverse of the regularisation.
    :param weights: how much each text counts.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=150).fit(rows, classes, sample_weight=weights)
    whole = np.vstack([model.coef_.T, model.intercept_])
    return np.asarray(whole[:, 1:] - whole[:, :1])
