"""What a model is asked: the question and the passages, each under an id that says nothing."""

import hashlib
import itertools
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.records import Answer
from ingest.prompts import Prompt
from ingest.records import Passage

MOST = 8
UNKNOWN = 99  # the number of a marker that names none of the given passages
LETTERS, DIGITS = "bcdfghjkmnpqrstvwxz", "23456789"
MARKER = re.compile(r"\[([^\[\]]*)\]|\(([^()]*)\)")
FILLER = re.compile(r"\b(?:bron(?:nen)?|passages?|code|id|en|zie)\b|[\s,;:=.&+-]+", re.IGNORECASE)
# A passage that speaks to a model is not shown to one: a model that obeys would be quoting it letter for letter.
COMMAND = re.compile(
    r"\b(?:negeer|vergeet|ignore|disregard|forget)\b[^.!?\n]{0,40}\b(?:regels?|instructies?|opdracht(?:en)?|"
    r"bovenstaande|rules?|instructions?|prompts?)\b"
    r"|\b(?:system ?prompt|systeemprompt|taalmodel|language model|AI-assistent|chatbot)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Request:
    """The messages, and which passage each id stands for (in the order of ``given``)."""

    given: tuple[Passage, ...]
    ids: tuple[str, ...]
    messages: tuple[tuple[str, str], ...]

    def numbered(self, sentence: str) -> str:
        """Return a reply's sentence with ``[1]`` for the first given passage; an id that was not given becomes 99."""
        return MARKER.sub(self._numbers, sentence)

    def _numbers(self, marker: re.Match[str]) -> str:
        inside = marker[1] if marker[1] is not None else marker[2]
        found = [name for name in re.findall(r"\w+", inside.lower()) if name in self.ids]
        strange = FILLER.sub("", re.sub("|".join(self.ids), "", inside, flags=re.IGNORECASE))
        if marker[1] is None and (strange or not found):
            return marker[0]  # words between round brackets belong to the sentence
        numbers = [self.ids.index(name) + 1 for name in found] + ([UNKNOWN] if strange or not found else [])
        return " ".join(f"[{number}]" for number in numbers)


def request_for(answer: Answer, prompt: Prompt) -> Request:
    """Return the request for an extractive answer: its cited passages, then the best other hits, 8 at most.

    The ids follow from the question, so that the same request can be found again in a cache.
    """
    given = _passages(answer)
    ids = _ids(answer.standalone_question, given)
    shown = "\n\n".join(
        f'<passage code="{name}">\n{fenced(passage.text)}\n</passage>' for name, passage in zip(ids, given, strict=True)
    )
    messages = prompt.filled(passages=shown, question=fenced(answer.standalone_question))
    return Request(given, ids, tuple(messages))


def _passages(answer: Answer) -> tuple[Passage, ...]:
    cited = [citation.quote.passage for citation in answer.citations]
    others = [hit.passage for hit in answer.passages if hit.passage.kind != "administratief"]
    different = {passage.id: passage for passage in (*cited, *others) if not COMMAND.search(passage.text)}
    return tuple(different.values())[:MOST]


def _ids(question: str, given: Sequence[Passage]) -> tuple[str, ...]:
    """Return as many ids as passages, none of which occurs in their text."""
    names = ["".join(parts) for parts in itertools.product(LETTERS, DIGITS, LETTERS)]
    random.Random(hashlib.sha256(question.encode()).digest()).shuffle(names)
    texts = " ".join(passage.text for passage in given).lower()
    return tuple(itertools.islice((name for name in names if name not in texts), len(given)))


def fenced(text: str) -> str:
    """Return text that cannot close the fence around it."""
    return text.replace("<", "‹").replace(">", "›")
