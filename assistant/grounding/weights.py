"""The fitted weights: the mean of a support vector machine and of boosted trees of depth three, by numpy alone."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.errors import CorpusError

DEPTH = 3
STEEP = 2.0  # from a distance to the machine's boundary to log-odds
PARTS = ("scale", "vectors", "pulls", "splits", "leaves")
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """A fitted judge of features.

    :param scale: shape (2, features): the mean and scale by which a feature is brought to one measure.
    :param vectors: shape (vectors, features): the sentences that the machine kept, scaled.
    :param pulls: shape (vectors,): how much each pulls towards false (above 0) or true.
    :param gamma: how fast the pull of a kept sentence falls with the squared distance.
    :param shift: what the machine adds to the sum of the pulls.
    :param splits: shape (trees, 7, 2): feature and threshold of each node of a full tree, level by level.
    :param leaves: shape (trees, 8): what each leaf adds to the log-odds.
    :param base: the log-odds before the first tree.
    :param threshold: the probability of being false from which a sentence is rejected.
    """

    features: tuple[str, ...]
    scale: Numbers
    vectors: Numbers
    pulls: Numbers
    gamma: float
    shift: float
    splits: Numbers
    leaves: Numbers
    base: float
    threshold: float

    def doubt(self, row: Mapping[str, float]) -> float:
        """Return the probability that a claim with these features is false, 0 to 1."""
        values = np.array([row[name] for name in self.features])
        away = ((self.vectors - (values - self.scale[0]) / self.scale[1]) ** 2).sum(axis=1)
        pulled = STEEP * (float(np.exp(-self.gamma * away) @ self.pulls) + self.shift)
        node = np.zeros(len(self.splits), dtype=np.int64)
        trees = np.arange(len(self.splits))
        for _ in range(DEPTH):
            split = self.splits[trees, node]
            node = 2 * node + 1 + (values[split[:, 0].astype(np.int64)] > split[:, 1])
        boosted = self.base + float(self.leaves[trees, node - (2**DEPTH - 1)].sum())
        return float((1 / (1 + np.exp(-pulled)) + 1 / (1 + np.exp(-boosted))) / 2)

    def save(self, path: Path) -> None:
        """Write the weights to one file."""
        np.savez_compressed(
            path,
            features=np.array(self.features),
            **{name: getattr(self, name).astype(np.float32) for name in PARTS},
            rest=np.array([self.gamma, self.shift, self.base, self.threshold]),
        )

    @classmethod
    def load(cls, path: Path) -> "Weights":
        """Return the weights that ``save`` wrote.

        :raises CorpusError: the file is missing, cut off or of another form; says how to make it.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                features = tuple(str(name) for name in data["features"])
                scale, vectors, pulls, splits, leaves = (data[name].astype(np.float64) for name in PARTS)
                gamma, shift, base, threshold = (float(value) for value in data["rest"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise CorpusError(f"{path}: cannot be read ({error}); make it with vraagbaak eval ground --fit") from error
        if scale.shape != (2, len(features)) or len(splits) != len(leaves) or len(vectors) != len(pulls):
            raise CorpusError(f"{path}: its parts do not belong together; make it with vraagbaak eval ground --fit")
        return cls(features, scale, vectors, pulls, gamma, shift, splits, leaves, base, threshold)
