"""The lexical pieces: one BM25 index for each way of analysing, over the passages with their written questions.

The files are bm25s's own, and so are the weights, to the last bit (tested). They are laid here in batches, because
bm25s holds all tokens of all texts as Python objects at once (hundreds of millions of n-grams for a million
passages); and summed here by ``numpy.bincount``, several times faster than its loop over the tokens for questions of
fifty n-grams.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.analysis import content_words, ngrams, stems
from ingest.errors import IndexDamaged
from ingest.lines import read_array

Scores = NDArray[np.float64]
Analyser = Callable[[str], list[str]]
ANALYSERS: Mapping[str, Analyser] = {"stems": stems, "ngrams": ngrams}
K1, B = 1.2, 0.75
BATCH = 4096  # texts whose tokens are counted at once
DATA, INDICES, INDPTR = (f"{name}.csc.index.npy" for name in ("data", "indices", "indptr"))
VOCABULARY, PARAMETERS = "vocab.index.json", "params.index.json"


def write_lexical(folder: Path, texts: Iterable[str], analyse: Analyser) -> None:
    """Write an index of the texts to ``folder``."""
    write_lexicals({folder: analyse}, texts)


def write_lexicals(folders: Mapping[Path, Analyser], texts: Iterable[str]) -> None:
    """Write an index of the texts to each folder, by its analyser; the texts are gone through once."""
    laid = [_Layer(folder, analyse) for folder, analyse in folders.items()]
    remaining = iter(texts)
    while batch := list(islice(remaining, BATCH)):
        in_words = [content_words(text) for text in batch]
        for layer in laid:
            layer.add(batch, in_words)
    for layer in laid:
        layer.finish()


class _Layer:
    """An index that grows by batches of texts: their tokens are counted into files, and sorted by token at the end."""

    def __init__(self, folder: Path, analyse: Analyser) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.analyse = folder, analyse
        self.vocabulary: dict[str, int] = {}
        self.lengths: list[int] = []
        self.parts: list[Path] = []
        # The analysers of this program take a text word by word, so a word is analysed once; others get whole texts.
        self._by_word = analyse in ANALYSERS.values()
        self._known: dict[str, list[int]] = {}

    def add(self, texts: list[str], in_words: list[list[str]]) -> None:
        """Count the texts' tokens; a part holds (token, text, times), by token and then text."""
        found = [self._of_words(w) if self._by_word else self._numbers(t) for t, w in zip(texts, in_words, strict=True)]
        batch = [tokens or self._numbers_of([""]) for tokens in found]
        sizes = [len(tokens) for tokens in batch]
        flat = np.fromiter(chain.from_iterable(batch), dtype=np.int64, count=sum(sizes))
        keys, times = np.unique(flat * len(batch) + np.repeat(np.arange(len(batch)), sizes), return_counts=True)
        part = np.array([keys // len(batch), keys % len(batch) + len(self.lengths), times], dtype=np.int32)
        self.parts.append(self.folder / f"part-{len(self.parts)}.npy")
        np.save(self.parts[-1], part)
        self.lengths += sizes

    def finish(self) -> None:
        """Write the files that ``Lexical`` and bm25s read."""
        frequency = np.zeros(len(self.vocabulary), dtype=np.int64)
        for part in self.parts:
            frequency += np.bincount(np.load(part)[0], minlength=len(self.vocabulary))
        _write_columns(self.folder, self.parts, frequency, np.array(self.lengths))
        for part in self.parts:
            part.unlink()
        (self.folder / VOCABULARY).write_text(json.dumps(self.vocabulary, ensure_ascii=False), encoding="utf-8")
        parameters = {"k1": K1, "b": B, "delta": 0.5, "method": "lucene", "idf_method": "lucene", "dtype": "float32",
                      "int_dtype": "int32", "num_docs": len(self.lengths), "backend": "numpy"}  # fmt: skip
        (self.folder / PARAMETERS).write_text(json.dumps(parameters), encoding="utf-8")

    def _of_words(self, found: list[str]) -> list[int]:
        tokens: list[int] = []
        for word in found:
            if word not in self._known:
                self._known[word] = self._numbers(word)
            tokens += self._known[word]
        return tokens

    def _numbers(self, text: str) -> list[int]:
        return self._numbers_of(self.analyse(text))

    def _numbers_of(self, tokens: list[str]) -> list[int]:
        return [self.vocabulary.setdefault(token, len(self.vocabulary)) for token in tokens]


def _write_columns(folder: Path, parts: list[Path], frequency: NDArray[np.int64], lengths: NDArray[np.int64]) -> None:
    """Write the weights of each token's texts, token after token, the texts in order: bm25s's arithmetic and types."""
    size, mean = len(lengths), lengths.mean()
    inverse = {int(n): math.log(1 + (size - n + 0.5) / (n + 0.5)) for n in np.unique(frequency)}
    weight = np.array([inverse[int(n)] for n in frequency], dtype=np.float32)
    norm = K1 * ((1 - B) + B * lengths / mean)
    begins = np.concatenate([[0], np.cumsum(frequency)])
    total = int(begins[-1])
    np.save(folder / INDPTR, begins.astype(np.int32 if total < 2**31 else np.int64))
    data = np.lib.format.open_memmap(folder / DATA, mode="w+", dtype=np.float32, shape=(total,))
    indices = np.lib.format.open_memmap(folder / INDICES, mode="w+", dtype=np.int32, shape=(total,))
    free = begins[:-1].copy()
    for part in parts:
        token, text, times = np.load(part)
        new = np.flatnonzero(np.diff(token, prepend=-1))
        counts = np.diff(new, append=len(token))
        target = np.repeat(free[token[new]] - new, counts) + np.arange(len(token))
        free[token[new]] += counts
        often = times.astype(np.float32)
        data[target] = weight[token] * (often / (norm[text] + often))
        indices[target] = text
    data.flush()
    indices.flush()


class Lexical:
    """One piece: BM25 scores of all texts for a question.

    :raises IndexDamaged: a file is missing, cut off or of another form.
    """

    def __init__(self, folder: Path, analyse: Analyser) -> None:
        self.analyse = analyse
        try:
            parameters = json.loads((folder / PARAMETERS).read_text(encoding="utf-8"))
            self.size = int(parameters["num_docs"])
            self.vocabulary: dict[str, int] = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
            self._weights, self._texts, self._starts = (read_array(folder / name) for name in (DATA, INDICES, INDPTR))
        except (OSError, ValueError, KeyError, IndexDamaged) as error:
            raise IndexDamaged(f"{folder}: the lexical index cannot be read; run vraagbaak ingest") from error

    def scores(self, question: str) -> Scores:
        """Return the BM25 score of each text (0 or more): the sum over the question's tokens, repeated ones again."""
        ranges = self._ranges(question)
        if not ranges:
            return np.zeros(self.size)
        texts = np.concatenate([self._texts[part] for part in ranges])
        weights = np.concatenate([self._weights[part] for part in ranges])
        summed: Scores = np.bincount(texts, weights=weights, minlength=self.size).astype(np.float64, copy=False)
        return summed

    def _ranges(self, question: str) -> list[slice]:
        columns = [self.vocabulary[token] for token in self.analyse(question) if token in self.vocabulary]
        return [slice(self._starts[column], self._starts[column + 1]) for column in columns]
