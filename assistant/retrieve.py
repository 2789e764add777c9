"""Retrieval: the passages that an index ranks for a question, from all pieces together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from assistant.conversation import resolve
from assistant.fusion import Fusion
from assistant.index import Index
from assistant.records import Filters, Hit, Turn
from assistant.scope import Lane, Scope, scope_of
from ingest.analysis import STOP_WORDS, fold, letters, words
from ingest.lexical import Scores

SEEN = 0.3  # what is left of the score of a passage that was shown when "another one" is asked
Mask = NDArray[np.bool_]
# Words with which somebody asks for what is otherwise never offered as an answer (contents, colophon, names).
ASKS_FOR_NAMES = frozenset(
    """adres bezoekadres postadres telefoon telefoonnummer mail email e-mail mailadres contactpersoon contactpersonen
    respondent respondenten geinterviewd begeleidingscommissie auteur auteurs schreef schreven colofon foto omslagfoto
    inhoudsopgave deelnemende deelnemers deelgenomen meegedaan betrokken instanties drukwerk uitgave""".split()
)


@dataclass(frozen=True)
class Query:
    """A question as asked and as searched: ``shown`` stands alone, ``text`` has what the turns before add to it.

    ``seen`` are quotes of earlier replies; passages that hold one stand back.
    """

    asked: str
    shown: str
    text: str
    scope: Scope
    seen: tuple[str, ...] = ()


def query_for(index: Index, asked: str, history: Sequence[Turn] = ()) -> Query:
    """Return the query of a question; it is about the reports that it names, else those of the turn it leans on."""
    resolved = resolve(asked, history, index.lexicon)
    scopes = (scope_of(q, resolved.searched, index.lexicon, index.reports) for q in (asked, resolved.shown))
    scope = next((scope for scope in scopes if scope != Scope()), Scope())
    return Query(asked, resolved.shown, resolved.searched, scope, resolved.seen)


def retrieve(index: Index, query: Query, top: int, filters: Filters, fusion: Fusion) -> list[Hit]:
    """Return at most ``top`` passages, best first: a convex combination of what each piece says.

    Each piece's scores are divided by its best score for this question (measured better than reciprocal rank fusion
    on these reports), so a hit's score is 0 to 1. Passages that no piece scores are left out. Where a question sets
    reports side by side, their best passages take turns.

    :raises UsageError: the filters name an unknown report or kind.
    """
    allowed = index.allowed(filters) & _offered(index, query.text)
    lanes = [lane for lane in query.scope.lanes if not filters.reports or set(lane.reports) & set(filters.reports)]
    if len(lanes) > 1 and fusion.lanes:
        total, order = _side_by_side(index, lanes, allowed, top, filters, fusion)
    else:
        total = _fused(index, query.text, allowed, filters, fusion)
        total *= np.where(np.isin(index.report_of, query.scope.prefers), fusion.named_report, 1.0)
        total *= np.where(_shown_before(index, query.seen), SEEN, 1.0)
        order = _best_first(_twins_behind(index, total, fusion), top)
    return _strictly_falling([Hit(index.passages[place], min(1.0, float(total[place]))) for place in order])


def _fused(index: Index, question: str, allowed: Mask, filters: Filters, fusion: Fusion) -> Scores:
    """Return the combined scores of the allowed passages (0 to 1), 0 for all others."""
    total = np.zeros(len(index.passages))
    for piece, scores in piece_scores(index, question, allowed, filters, fusion).items():
        total += fusion.weights[piece] * scores
    return total / (sum(fusion.weights.values()) or 1.0)


def piece_scores(index: Index, question: str, allowed: Mask, filters: Filters, fusion: Fusion) -> dict[str, Scores]:
    """Return what each piece that counts says of the allowed passages, divided by its best (0 to 1)."""
    text = f"{question} {index.gains.added(question)}".strip() if fusion.lexicon else question
    found = {}
    for piece in (piece for piece, weight in fusion.weights.items() if weight):
        scores = index.scores(piece, text, filters) * np.where(index.written, 1.0, fusion.unwritten[piece])
        scores = np.where(allowed, np.maximum(scores, 0), 0)
        found[piece] = scores / (scores.max(initial=0) or 1.0)
    return found


def _side_by_side(
    index: Index, lanes: Sequence[Lane], allowed: Mask, top: int, filters: Filters, fusion: Fusion
) -> tuple[Scores, list[int]]:
    """Return the scores, and the order in which the lanes' best passages take turns."""
    total = np.zeros(len(index.passages))
    rankings: list[list[int]] = []
    for lane in lanes:
        inside = allowed & np.isin(index.report_of, lane.reports)
        scores = _fused(index, lane.question, inside, filters, fusion)
        total = np.maximum(total, scores)
        rankings.append(_best_first(scores, top))
    turns = [place for turn in zip_longest(*rankings) for place in turn if place is not None]
    return total, list(dict.fromkeys(turns))[:top]


def _shown_before(index: Index, seen: Sequence[str]) -> Mask:
    """Return which passages hold one of the quotes."""
    quotes = [letters(quote) for quote in seen]
    if not quotes:
        return np.zeros(len(index.passages), dtype=bool)
    return np.array([any(quote in letters(passage.text) for quote in quotes) for passage in index.passages])


def _twins_behind(index: Index, total: Scores, fusion: Fusion) -> Scores:
    """Return the scores, those lowered whose passage nearly repeats a better one."""
    lowered = total.copy()
    for one, other in index.twins:
        lowered[one if total[one] < total[other] else other] = fusion.twin * min(total[one], total[other])
    return lowered


def _best_first(scores: Scores, top: int) -> list[int]:
    """Return the places of the best scores above 0; equal ones in the reports' order."""
    order = np.lexsort((np.arange(len(scores)), -scores))[:top]
    return [int(place) for place in order if scores[place] > 0]


def _offered(index: Index, question: str) -> Mask:
    """Return which passages may be an answer: administrative ones only when asked for, by a cue or by a rare name."""
    if any(word in ASKS_FOR_NAMES for word in words(question)):
        return np.ones(len(index.passages), dtype=bool)
    asked = {fold(word.strip("(),.?")) for word in question.split() if word[:1].isupper()} - STOP_WORDS
    named = {n for n, names in index.rare_names.items() if asked & names} if asked else set()
    return np.array([p.kind != "administratief" or n in named for n, p in enumerate(index.passages)])


def _strictly_falling(hits: list[Hit]) -> list[Hit]:
    """Part equal scores by the smallest step, so that evaluators who sort by score see the same ranking."""
    result: list[Hit] = []
    for hit in hits:
        score = round(hit.score, 6)
        if result and score >= result[-1].score:
            score = round(result[-1].score - 1e-6, 6)
        result.append(Hit(hit.passage, score))
    return result
