"""The lexical pieces: one BM25 index for each way of analysing, over the passages with their written questions.

bm25s lays the index and stores it; its scores are summed here by ``numpy.bincount``, several times faster than its
own loop over the tokens for questions of fifty n-grams (the same sums, tested).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.analysis import ngrams, stems
from ingest.errors import IndexDamaged

Scores = NDArray[np.float64]
Analyser = Callable[[str], list[str]]
ANALYSERS: Mapping[str, Analyser] = {"stems": stems, "ngrams": ngrams}
K1, B = 1.2, 0.75


def write_lexical(folder: Path, texts: Sequence[str], analyse: Analyser) -> None:
    """Write an index of the texts to ``folder``."""
    import bm25s

    index = bm25s.BM25(method="lucene", k1=K1, b=B)
    index.index([analyse(text) or [""] for text in texts], show_progress=False)
    index.save(str(folder), show_progress=False)


class Lexical:
    """One piece: BM25 scores of all texts for a question.

    :raises IndexDamaged: a file is missing, cut off or of another form.
    """

    def __init__(self, folder: Path, analyse: Analyser) -> None:
        import bm25s

        self.analyse = analyse
        try:
            index: Any = bm25s.BM25.load(str(folder), load_corpus=False)
            self._weights, self._texts = index.scores["data"], index.scores["indices"]
            self._starts, self.size = index.scores["indptr"], int(index.scores["num_docs"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise IndexDamaged(f"{folder}: the lexical index cannot be read; run vraagbaak ingest") from error
        self.vocabulary: dict[str, int] = index.vocab_dict

    def scores(self, question: str) -> Scores:
        """Return the BM25 score of each text (0 or more): the sum over the question's tokens, repeated ones again."""
        columns = [self.vocabulary[token] for token in self.analyse(question) if token in self.vocabulary]
        if not columns:
            return np.zeros(self.size)
        ranges = [slice(self._starts[column], self._starts[column + 1]) for column in columns]
        texts = np.concatenate([self._texts[part] for part in ranges])
        weights = np.concatenate([self._weights[part] for part in ranges])
        summed: Scores = np.bincount(texts, weights=weights, minlength=self.size).astype(np.float64, copy=False)
        return summed
