"""The embedder of the tutorial baseline: fitted on the chunks themselves, as no pretrained one comes along."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ingest.analysis import ngrams, stems
from ingest.embedder import Vectors

DIMENSION = 192


class LatentEmbedder:
    """Latent semantic analysis (Deerwester et al. 1990) of the texts' stems and n-grams.

    A text's vector is the sum of its terms' rows; a text without known terms has the zero vector. The same texts give
    the same vectors.
    """

    def __init__(self, texts: Sequence[str], dimension: int = DIMENSION) -> None:
        from scipy.sparse import csr_matrix
        from scipy.sparse.linalg import svds

        counts = [Counter(_terms(text)) for text in texts]
        frequency = Counter(term for count in counts for term in count)
        terms = sorted(term for term, documents in frequency.items() if documents > 1)
        self.terms = {term: number for number, term in enumerate(terms)}
        idf = np.array([np.log(1 + len(texts) / frequency[term]) for term in terms])
        data, columns, ends = [], [], [0]
        for count in counts:
            known = sorted(self.terms[term] for term in count if term in self.terms)
            values = np.array([(1 + np.log(count[terms[p]])) * idf[p] for p in known])
            data.append(values / max(float(np.linalg.norm(values)), 1e-12))
            columns += known
            ends.append(len(columns))
        matrix = csr_matrix((np.concatenate(data), columns, ends), shape=(len(texts), len(terms)))
        kept = min(dimension, min(matrix.shape) - 1)
        _, _, axes = svds(matrix, k=kept, v0=np.ones(min(matrix.shape)))
        self.rows: Vectors = (axes[::-1].T * idf[:, None]).astype(np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See ``ingest.embedder.Embedder``."""
        return np.stack([self._vector(text) for text in texts])

    embed_queries = embed_passages

    def _vector(self, text: str) -> Vectors:
        counts = Counter(self.terms[term] for term in _terms(text) if term in self.terms)
        total: Vectors = np.fromiter(counts.values(), np.float32, len(counts)) @ self.rows[list(counts)]
        length = float(np.linalg.norm(total))
        return total / np.float32(length) if length else total


@lru_cache(maxsize=1024)
def _terms(text: str) -> tuple[str, ...]:
    return (*stems(text), *ngrams(text))
