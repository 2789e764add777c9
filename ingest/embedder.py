"""Embedders: texts to vectors of length 1. The default is fitted on the reports themselves and needs no download."""

import os
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.analysis import ngrams, stems
from ingest.errors import IndexDamaged, UsageError

Vectors = NDArray[np.float32]
LATENT = "latent"
PREFIXES = {"e5": ("query: ", "passage: ")}


class Embedder(Protocol):
    """What the index and retrieval need of an embedder."""

    name: str

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(texts), dimension), each of length 1 or 0."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(texts), dimension), each of length 1 or 0."""


class LatentEmbedder:
    """Latent semantic analysis (Deerwester et al. 1990) of the reports' stems and n-grams: a static word-vector table.

    A text's vector is the sum of its terms' rows. Terms that the reports never use add nothing, so a text without
    known terms has the zero vector.
    """

    name = LATENT

    def __init__(self, terms: Sequence[str], rows: Vectors) -> None:
        self.terms = {term: place for place, term in enumerate(terms)}
        self.rows = rows

    @classmethod
    def fit(cls, texts: Sequence[str], dimension: int = 192) -> "LatentEmbedder":
        """Return the embedder fitted on the texts; the same texts give the same vectors."""
        from scipy.sparse import csr_matrix
        from scipy.sparse.linalg import svds

        counts = [Counter(_terms(text)) for text in texts]
        frequency = Counter(term for count in counts for term in count)
        terms = sorted(term for term, documents in frequency.items() if documents > 1)
        place = {term: number for number, term in enumerate(terms)}
        idf = np.array([np.log(1 + len(texts) / frequency[term]) for term in terms])
        data, columns, ends = [], [], [0]
        for count in counts:
            known = sorted(place[term] for term in count if term in place)
            values = np.array([(1 + np.log(count[terms[p]])) * idf[p] for p in known])
            data.append(values / max(float(np.linalg.norm(values)), 1e-12))
            columns += known
            ends.append(len(columns))
        matrix = csr_matrix((np.concatenate(data), columns, ends), shape=(len(texts), len(terms)))
        kept = min(dimension, min(matrix.shape) - 1)
        _, _, axes = svds(matrix, k=kept, v0=np.ones(min(matrix.shape)))
        return cls(terms, (axes[::-1].T * idf[:, None]).astype(np.float32))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        return np.stack([self._vector(text) for text in texts]) if texts else self.rows[:0]

    embed_queries = embed_passages

    def _vector(self, text: str) -> Vectors:
        counts = Counter(self.terms[term] for term in _terms(text) if term in self.terms)
        total: Vectors = np.fromiter(counts.values(), np.float32, len(counts)) @ self.rows[list(counts)]
        length = float(np.linalg.norm(total))
        return total / np.float32(length) if length else total

    def save(self, folder: Path) -> None:
        """Write the table to ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "terms.txt").write_text("\n".join(self.terms), encoding="utf-8")
        np.save(folder / "rows.npy", self.rows)

    @classmethod
    def load(cls, folder: Path) -> "LatentEmbedder":
        """Return the embedder that ``save`` wrote.

        :raises IndexDamaged: a file is missing or cut off.
        """
        try:
            terms = (folder / "terms.txt").read_text(encoding="utf-8").split("\n")
            rows = np.load(folder / "rows.npy")
        except (OSError, ValueError, EOFError) as error:
            raise IndexDamaged(f"{folder}: the embedder cannot be read ({error}); run vraagbaak ingest") from error
        if len(terms) != len(rows):
            raise IndexDamaged(f"{folder}: {len(terms)} terms but {len(rows)} rows; run vraagbaak ingest")
        return cls(terms, rows)


class SentenceTransformerEmbedder:
    """A sentence-transformers model by folder, or by the name of one that is already on this machine."""

    def __init__(self, name: str) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # without it a name is looked up at a hub, 69 s of retries
        from sentence_transformers import SentenceTransformer

        self.name = name
        self.query_prefix, self.passage_prefix = next(
            (p for key, p in PREFIXES.items() if key in name.lower()), ("", "")
        )
        try:
            self.model: Any = SentenceTransformer(name, device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the embedder {name!r} is not on this machine: give VRAAGBAAK_EMBEDDER a folder with a "
                f"sentence-transformers model, or {LATENT!r}"
            ) from error

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        return self._encode([self.passage_prefix + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        return self._encode([self.query_prefix + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        vectors: Vectors = self.model.encode(
            texts, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return vectors


@lru_cache(maxsize=1024)
def _terms(text: str) -> tuple[str, ...]:
    return (*stems(text), *ngrams(text))
