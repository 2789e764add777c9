"""What to ask next: written questions about the passages next to the cited ones, that the reports surely answer."""

from collections.abc import Iterator, Sequence

import numpy as np

from assistant.engine import Assistant
from assistant.index import Index
from assistant.records import Answer, Filters
from ingest.analysis import content_words, words
from ingest.embedder import Vectors

MANY, TRIED = 3, 8
DISTANCE = 2  # how many passages away a neighbour may stand
SHORTEST, LONGEST = 25, 85  # characters
ALIKE = 0.75  # cosine with the asked question from which a suggestion says the same again


def next_questions(assistant: Assistant, answer: Answer, filters: Filters | None = None) -> tuple[str, ...]:
    """Return at most three questions, each about another neighbour of what was cited, and each answered by it.

    A suggestion is asked before it is offered: only one whose answer cites the neighbour stays.
    """
    index = assistant.index
    if not answer.found:
        return ()
    cited = [citation.quote.passage.id for citation in answer.citations if citation.quote.passage.id in index.place]
    found: list[str] = []
    for place, question in _tried(index, cited, answer.standalone_question):
        given = assistant.ask(question, filters=filters)
        if given.status == "answered" and index.passages[place].id in {c.quote.passage.id for c in given.citations}:
            found.append(question)
        if len(found) == MANY:
            break
    return tuple(found)


def _tried(index: Index, cited: Sequence[str], asked: str) -> list[tuple[int, str]]:
    """Return neighbours with a question each, those first whose question is nearest to what was asked."""
    likeness = index.question_likeness(index.vector(asked))
    best = [(place, number) for place in _neighbours(index, cited) if (number := _best(index, place, likeness)) >= 0]
    nearest = sorted(best, key=lambda pair: -float(likeness[pair[1]]))[:TRIED]
    return [(place, index.questions[number]) for place, number in nearest]


def _neighbours(index: Index, cited: Sequence[str]) -> Iterator[int]:
    """Yield the passages beside the cited ones that are not cited themselves."""
    passages, seen = index.passages, {index.place[name] for name in cited}
    for step in range(1, DISTANCE + 1):
        for name in cited:
            for place in (index.place[name] + step, index.place[name] - step):
                inside = 0 <= place < len(passages) and passages[place].report == passages[index.place[name]].report
                if inside and place not in seen and passages[place].kind != "administratief":
                    seen.add(place)
                    yield place


def _best(index: Index, place: int, likeness: Vectors) -> int:
    """Return the passage's question in whole words that is nearest to what was asked without repeating it, or -1."""
    own = [int(n) for n in np.flatnonzero(index.owners == place) if likeness[n] < ALIKE]
    plain = [n for n in own if _is_plain(index, index.questions[n])]
    return max(plain, key=lambda n: float(likeness[n]), default=-1)


def _is_plain(index: Index, question: str) -> bool:
    """Tell whether a question reads well out of its passage: a sentence, in words that the reports use too."""
    if not (question[:1].isupper() and question.endswith("?") and SHORTEST <= len(question) <= LONGEST):
        return False
    return len(content_words(question)) >= 3 and all(word in index.known_words for word in words(question))
