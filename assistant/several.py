"""Several questions in one message: each answered by itself, under its own words, with markers that go on."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from assistant.outcome import Outcome, echo
from assistant.records import Hit, Quote

MARKER = re.compile(r'(?<=" )\[(\d+)\](?= \(|$|\n)')  # behind a quote; one inside is the report's own


def joined(questions: Sequence[str], outcomes: Sequence[Outcome]) -> Outcome:
    """Return one outcome: what is answered stays, what is missing is named, the status says whether all was found."""
    texts: list[str] = []
    quotes: list[Quote] = []
    for question, outcome in zip(questions, outcomes, strict=True):
        texts.append(f"**{echo(question)}?**\n\n{_moved(outcome.text, len(quotes))}")
        quotes += outcome.quotes
    missing = tuple(dict.fromkeys(text for outcome in outcomes for text in outcome.not_covered))
    states = {outcome.status for outcome in outcomes}
    status = states.pop() if len(states) == 1 else "partly"
    left = tuple(q for q, o in zip(questions, outcomes, strict=True) if o.status == "out_of_scope")
    return Outcome(status, "\n\n".join(texts), tuple(quotes), missing + (left if status == "partly" else ()))


def _moved(text: str, by: int) -> str:
    """Return the text with its markers counted on."""
    return MARKER.sub(lambda match: f"[{int(match[1]) + by}]", text)


def merged(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Return the rankings' passages in turns, each once, with falling scores."""
    found: dict[str, Hit] = {}
    for turn in zip_longest(*rankings):
        for hit in turn:
            if hit is not None and hit.passage.id not in found:
                low = min((other.score for other in found.values()), default=1.0 + 1e-6)
                found[hit.passage.id] = Hit(hit.passage, round(min(hit.score, low - 1e-6), 6))
    return list(found.values())
