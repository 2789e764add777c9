"""Retrieval: the passages that an index ranks for a question, from all pieces together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from assistant.conversation import resolve
from assistant.fusion import Fusion
from assistant.index import Index, Mask
from assistant.records import Filters, Hit, Turn
from assistant.scope import Lane, Scope, scope_of
from ingest.analysis import STOP_WORDS, fold, letters, words
from ingest.lexical import Scores

SEEN = 0.3  # what is left of the score of a passage that was shown when "another one" is asked
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
        if query.scope.prefers:
            total[index.of_reports(query.scope.prefers)] *= fusion.named_report
        order = _ranked(index, total, query.seen, top, fusion)
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
        inside = allowed & index.of_reports(lane.reports)
        scores = _fused(index, lane.question, inside, filters, fusion)
        total = np.maximum(total, scores)
        rankings.append(_best_first(scores, top))
    turns = [place for turn in zip_longest(*rankings) for place in turn if place is not None]
    return total, list(dict.fromkeys(turns))[:top]


def _ranked(index: Index, total: Scores, seen: Sequence[str], top: int, fusion: Fusion) -> list[int]:
    """Return the best places in order, twins behind; lower the scores of passages that hold one of the quotes.

    Lowering only lets others rise, so only the first passages are read for the quotes: as many as it takes until those
    that are left could not come among the first ``top``.
    """
    quotes = [letters(quote) for quote in seen]
    if not quotes:
        return _best_first(_twins_behind(index, total, fusion), top)
    before, read, many = total.copy(), 0, 4 * top
    while True:
        places = _best_first(before, many)
        for place in places[read:]:
            if any(quote in letters(index.passages[place].text) for quote in quotes):
                total[place] *= SEEN
        lowered = _twins_behind(index, total, fusion)
        order = _best_first(lowered, top)
        if len(places) < many or (len(order) == top and lowered[order[-1]] > before[places[-1]]):
            return order
        read, many = many, 4 * many


def _twins_behind(index: Index, total: Scores, fusion: Fusion) -> Scores:
    """Return the scores, those lowered whose passage nearly repeats a better one."""
    lowered = total.copy()
    one, other = index.twins.T
    behind = np.where(total[one] < total[other], one, other)
    lowered[behind] = fusion.twin * np.minimum(total[one], total[other])
    return lowered


def _best_first(scores: Scores, top: int) -> list[int]:
    """Return the places of the best scores above 0; equal ones in the reports' order."""
    places = np.flatnonzero(scores > 0)
    if len(places) > top:
        least = np.partition(scores[places], len(places) - top)[len(places) - top]
        places = places[scores[places] >= least]
    order = places[np.lexsort((places, -scores[places]))][:top]
    return [int(place) for place in order]


def _offered(index: Index, question: str) -> Mask:
    """Return which passages may be an answer: administrative ones only when asked for, by a cue or by a rare name."""
    if any(word in ASKS_FOR_NAMES for word in words(question)):
        return np.ones(len(index.passages), dtype=bool)
    offered: Mask = ~index.administrative
    asked = {fold(word.strip("(),.?")) for word in question.split() if word[:1].isupper()} - STOP_WORDS
    for name in asked & index.rare_names.keys() if asked else ():
        offered[index.rare_names[name]] = True
    return offered


def _strictly_falling(hits: list[Hit]) -> list[Hit]:
    """Part equal scores by the smallest step, so that evaluators who sort by score see the same ranking."""
    result: list[Hit] = []
    for hit in hits:
        score = round(hit.score, 6)
        if result and score >= result[-1].score:
            score = round(result[-1].score - 1e-6, 6)
        result.append(Hit(hit.passage, score))
    return result
