"""Embedders: texts to vectors of length 1. The default is the static model in ``corpus/model``; it needs no torch."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.errors import CorpusError, IndexDamaged, UsageError
from ingest.settings import STATIC

Vectors = NDArray[np.float32]
MODEL_FILES = ("model.safetensors", "tokenizer.json")
WEIGHTS_NAME = "embedding.weight"
# What a pretrained family wants in front of a query and of a passage, by a part of its name (their model cards).
PREFIXES = {"e5": ("query: ", "passage: "), "nomic-embed": ("search_query: ", "search_document: ")}


class Embedder(Protocol):
    """What the index and retrieval need of an embedder."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(texts), dimension), each of length 1 or 0."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(texts), dimension), each of length 1 or 0."""


class StaticEmbedder:
    """A static model: a text's vector is the mean of its tokens' rows, brought to length 1.

    A text without tokens has the zero vector.
    """

    def __init__(self, rows: Vectors, tokenizer: Any) -> None:
        self.rows = rows
        self.tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path) -> "StaticEmbedder":
        """Return the model of a sentence-transformers StaticEmbedding folder, read without importing torch.

        Its vectors equal ``SentenceTransformer.encode`` of the same folder within 1e-6.

        :raises IndexDamaged: a file of the folder is missing, cut off or of another form.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        try:
            rows: Vectors = load_file(folder / MODEL_FILES[0])[WEIGHTS_NAME]
            tokenizer: Any = Tokenizer.from_str((folder / MODEL_FILES[1]).read_text(encoding="utf-8"))
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise IndexDamaged(f"{folder}: the embedder cannot be read ({error}); run vraagbaak ingest") from error
        except Exception as error:  # tokenizers raises plain Exception for a file of another form
            raise IndexDamaged(f"{folder}: the tokenizer cannot be read ({error}); run vraagbaak ingest") from error
        if tokenizer.get_vocab_size() != len(rows):
            count = tokenizer.get_vocab_size()
            raise IndexDamaged(f"{folder}: {count} tokens but {len(rows)} rows; run vraagbaak ingest")
        return cls(rows, tokenizer)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        encoded = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        result = np.zeros((len(texts), self.rows.shape[1]), dtype=np.float32)
        for place, tokens in enumerate(encoded):
            if tokens.ids:
                mean = self.rows[tokens.ids].mean(axis=0)
                result[place] = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return result

    embed_queries = embed_passages


class SentenceTransformerEmbedder:
    """A sentence-transformers model by folder, or by the name of one that is already on this machine.

    :raises UsageError: it is not on this machine or cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # without it a name is looked up at a hub, 69 s of retries
        from sentence_transformers import SentenceTransformer

        self.query_prefix, self.passage_prefix = next(
            (p for key, p in PREFIXES.items() if key in name.lower()), ("", "")
        )
        try:
            self.model: Any = SentenceTransformer(name, device="cpu", local_files_only=True)
        except Exception as error:  # transformers, safetensors and the hub client each raise their own types
            raise UsageError(
                f"the embedder {name!r} is not on this machine or cannot be loaded: give VRAAGBAAK_EMBEDDER a folder "
                f"with a sentence-transformers model, or {STATIC!r}"
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


def open_embedder(name: str, model: Path) -> Embedder:
    """Return the embedder of that setting.

    :param name: ``static``, or a sentence-transformers model by folder or name.
    :param model: the folder of the static model.
    :raises IndexDamaged, UsageError: it cannot be opened.
    """
    return StaticEmbedder.load(model) if name == STATIC else SentenceTransformerEmbedder(name)


def check_model(folder: Path) -> None:
    """Refuse a corpus without its static model before anything is built on it.

    :raises CorpusError: a file of it is missing; the message says how to make it.
    """
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise CorpusError(f"{folder / name}: no such file; make the model with vraagbaak eval train")
