"""Whether a question is refused: outside the field, or inside it but not in the reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import FORMS
from assistant.index import Index
from assistant.lacking import has_form, lacking
from assistant.question import Kind
from assistant.records import Hit
from assistant.retrieve import Query
from assistant.sentences import Candidate
from ingest.analysis import content_words

UNKNOWN_SHARE = 0.5  # of the question's words; beyond it it is about something else
FAR_OUTSIDE = 2.5  # log-odds from which a question is outside also where it looks a little more like a near miss
OWN_WORDS, OWN_MARGIN = 2, 1.0  # when a follow-up is judged by its own words too, and how much surer that must be
# Of a report that nobody wrote questions for: a question with a word that it lacks is refused where it is worded as
# questions without an answer are (log-odds), or asks for a number, a name … that the best sentences do not hold.
# With each report in turn as the new one (`vraagbaak eval leave-out`) 0 to 7% of its own questions are refused, and 28
# to 34% of its near misses; of another 12 to 20% the missing word is named.
SURE, MAYBE = 1.5, -2.5
LOOKED_AT = 3  # sentences


@dataclass(frozen=True)
class Verdict:
    """``missing`` is what the reports lack, in words; ``lacking`` are words of the question that ``report`` lacks."""

    near_miss: bool
    outside: bool
    missing: str
    lacking: tuple[str, ...] = ()
    report: str = ""


def verdict_on(index: Index, query: Query, hits: Sequence[Hit], kind: Kind, candidates: Sequence[Candidate]) -> Verdict:
    """Return whether the question is refused, by what it asks alone or with the turns before.

    A follow-up ("Wat kostte dat onderzoek?") after a question that the reports answer looks answerable with it.
    """
    if index.unknowns is None or not hits or not index.written[index.place[hits[0].passage.id]]:
        return _by_words(index, query, hits, kind, candidates)
    limits = index.unknowns.thresholds
    whole = index.unknowns.judge(query.shown)
    near, missing = whole.near_miss > limits["near_miss"], whole.missing
    if query.asked != query.shown and len(content_words(query.asked)) >= OWN_WORDS:
        own = index.unknowns.judge(query.asked)
        if own.near_miss > limits["near_miss"] + OWN_MARGIN:
            near, missing = True, own.missing
    surely = whole.outside >= whole.near_miss or (whole.outside > FAR_OUTSIDE and not near)
    outside = whole.outside > limits["outside"] and surely
    return Verdict(near, outside, missing)


def _by_words(index: Index, query: Query, hits: Sequence[Hit], kind: Kind, candidates: Sequence[Candidate]) -> Verdict:
    """Return the verdict where the classifier knows nothing: the words must be those of the reports."""
    asked = content_words(query.shown)
    if sum(not has_form(word, index.known_words) for word in asked) > UNKNOWN_SHARE * len(asked):
        return Verdict(False, True, "")
    if index.unknowns is None or not hits or query.scope.lanes:
        return Verdict(False, False, "")
    report = hits[0].passage.report
    missing = lacking(index, query.asked, report)  # its own words: those of the turn before were judged there
    if not missing:
        return Verdict(False, False, "")
    sounds = index.unknowns.sounds_unanswered(query.asked)
    unlike = kind.name in FORMS and not any(kind.looks_answered(c.text) for c in candidates[:LOOKED_AT])
    if sounds > SURE or unlike:
        return Verdict(True, False, ", ".join(word for word in missing if word not in index.known_words))
    return Verdict(False, False, "", missing if sounds > MAYBE else (), report)
