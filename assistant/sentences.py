"""Which sentence answers: the sentences of the ranked passages, scored by a small linear model.

Each written question names the sentence that it is about, so a new question that resembles some of them points at that
sentence. The weights are fitted on the dev split by ``vraagbaak eval fit`` (logistic regression: does the sentence
hold a needed fact).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.index import Index
from assistant.records import Hit
from ingest.lexical import Scores
from ingest.records import Passage, Sentence

# questions: mean cosine of the three nearest questions about the sentence; likeness: cosine of the sentence itself;
# stems, ngrams: BM25 of the sentence with its questions, over the best; passage: the hit's score; first: 1 / its rank;
# length: words / 30.
FEATURES = ("questions", "likeness", "stems", "ngrams", "passage", "first", "length")
NEAREST = 3
# Of a passage that nobody wrote questions for, each sentence stands for a question about it, as in retrieval.
UNWRITTEN = 1.6
NOT_QUOTED = ("heading", "title", "editorial")


@dataclass(frozen=True)
class Candidate:
    """A sentence of a hit: its number in the passage, and its score, the log-odds that it holds what is asked."""

    passage: Passage
    number: int
    score: float

    @property
    def sentence(self) -> Sentence:
        """Return the sentence's record."""
        return self.passage.sentences[self.number]

    @property
    def text(self) -> str:
        """Return the sentence's words."""
        return self.passage.quote(self.sentence)


def quotable(passage: Passage) -> list[int]:
    """Return the numbers of the sentences that may be quoted: not headings, titles or an editor's remarks."""
    return [number for number, sentence in enumerate(passage.sentences) if sentence.block not in NOT_QUOTED]


def features(index: Index, question: str, hits: Sequence[Hit]) -> tuple[list[tuple[Hit, int]], NDArray[np.float64]]:
    """Return the hits' quotable sentences as (hit, number) and their features, shape (sentences, 7)."""
    pairs = [(hit, number) for hit in hits for number in quotable(hit.passage)]
    if not pairs:
        return [], np.zeros((0, len(FEATURES)))
    places = np.array([index.sentence_begins[index.place[hit.passage.id]] + number for hit, number in pairs])
    vector = index.vector(question)
    asked = index.question_likeness(vector)
    about = index.questions_of_sentence
    nearest = [_mean_of_best(asked[about[place]]) if place in about else 0.0 for place in map(int, places)]
    likeness = index.sentence_likeness(places, vector)
    unwritten = np.array([not index.written[index.place[hit.passage.id]] for hit, _ in pairs])
    ranks = {hit.passage.id: rank for rank, hit in enumerate(hits, 1)}
    columns = [
        np.where(unwritten, UNWRITTEN * likeness, nearest),
        likeness,
        _over_best(index.sentence_lexical["stems"].scores(question))[places],
        _over_best(index.sentence_lexical["ngrams"].scores(question))[places],
        [hit.score for hit, _ in pairs],
        [1 / ranks[hit.passage.id] for hit, _ in pairs],
        [len(hit.passage.quote(hit.passage.sentences[number]).split()) / 30 for hit, number in pairs],
    ]
    return pairs, np.array(columns, dtype=np.float64).T


def rank_sentences(index: Index, question: str, hits: Sequence[Hit], weights: Mapping[str, float]) -> list[Candidate]:
    """Return the hits' quotable sentences, best first."""
    pairs, found = features(index, question, hits)
    scores = found @ np.array([weights[name] for name in FEATURES]) + weights["constant"]
    order = np.argsort(-scores, kind="stable")
    return [Candidate(pairs[place][0].passage, pairs[place][1], float(scores[place])) for place in order]


def _mean_of_best(values: NDArray[np.float32]) -> float:
    return float(np.sort(values)[-NEAREST:].mean())


def _over_best(scores: Scores) -> Scores:
    best = scores.max(initial=0)
    return scores / best if best > 0 else scores
