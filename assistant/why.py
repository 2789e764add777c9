"""Why a passage came up: the words that it shares with the question, and the written question that is nearest."""

from dataclasses import dataclass

import numpy as np

from assistant.index import Index
from ingest.analysis import STOP_WORDS, fold, stems
from ingest.records import Passage

LIKE = 0.45  # cosine below which a written question is no explanation (about the chance level of the default embedder)
MOST_WORDS = 8


@dataclass(frozen=True)
class Why:
    """The passage's own forms of the shared words, and a written question about it, or empty."""

    words: tuple[str, ...]
    question: str


def why(index: Index, asked: str, passage: Passage) -> Why:
    """Return what ties a passage to the question as it was searched."""
    return Why(_shared_words(asked, passage.text), _nearest_question(index, asked, passage))


def _shared_words(asked: str, text: str) -> tuple[str, ...]:
    wanted = set(stems(asked))
    found: dict[str, str] = {}
    for written in text.split():
        word = fold(written).strip(".,;:!?()[]'\"“”‘’«»")
        stem = stems(word)
        if word not in STOP_WORDS and len(stem) == 1 and stem[0] in wanted:
            found.setdefault(stem[0], word)
    return tuple(found.values())[:MOST_WORDS]


def _nearest_question(index: Index, asked: str, passage: Passage) -> str:
    places = np.flatnonzero(index.owners == index.place[passage.id])
    if not len(places):
        return ""
    likeness = index.question_likeness(index.vector(asked))[places]
    best = int(likeness.argmax())
    return index.questions[int(places[best])] if likeness[best] >= LIKE else ""
