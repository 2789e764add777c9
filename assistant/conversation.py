"""From a question and the turns before it to a question that means something alone."""

import re
from collections.abc import Sequence

from assistant.records import Turn
from ingest.analysis import content_words

LONGEST_QUESTION = 2000
FOLLOWS_UP = re.compile(
    r"^(?:en|maar|ook|of|waarom|hoezo|wie dan|hoe dan|nog (?:een|meer)|dat|die|dit|deze|daar|zij|hij)\b"
    r"|\b(?:daar|dat|die|dit)\b",
    re.IGNORECASE,
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question, with the user's question before it in front where it leans on that one."""
    before = [turn.content for turn in history if turn.role == "user"]
    if before and len(content_words(question)) < 6 and FOLLOWS_UP.search(question):
        return f"{before[-1].rstrip(' ?')} {question}"
    return question


def shortened(question: str) -> tuple[str, bool]:
    """Return the question, cut at a word where it is longer than 2,000 characters, and whether it was cut."""
    if len(question) <= LONGEST_QUESTION:
        return question, False
    return question[:LONGEST_QUESTION].rsplit(None, 1)[0], True
