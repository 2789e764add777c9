"""Which reports a question is about: places, regions, years and publishers that it names, from the lexicon.

One named report is preferred. Several make lanes: each report is searched with what is asked of all, so that the
needed reports all appear, also where one uses more of the question's words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.analysis import fold
from ingest.lexicon import Lexicon, Name
from ingest.records import Report

EVERY_REPORT = re.compile(
    r"\b(?:alle?|elke?|iedere?|(?:de|deze|alle) (?:vijf|5))\b.{0,20}\b(?:rapport(?:en)?|onderzoek(?:en)?|stukken)\b"
    r"|\bper rapport\b|\brapporten naast elkaar\b"
)
MOST_LANES = 24  # reports side by side; each is searched apart, and of more nobody reads a table
COMPARING = re.compile(
    r"\b(?:vergelijk\w*|vergeleken|verschil\w*|naast elkaar|tegenover|beid(?:e|en)|allebei|versus|vs|overeenkomst\w*)\b"
)


@dataclass(frozen=True)
class Lane:
    """One report (or several of a name) to be searched by itself, and what to search it for."""

    reports: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class Scope:
    """``prefers`` is the one report that a question names; ``lanes`` are two or more that it sets side by side."""

    prefers: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = ()


def scope_of(question: str, searched: str, lexicon: Lexicon, reports: Mapping[str, Report]) -> Scope:
    """Return what the question's names, years and words such as "alle rapporten" say about where to look.

    :param searched: the question with what the turns before add to it; without the names it is what each lane asks.
    """
    folded = fold(question)
    named = _named(folded, lexicon)
    topic = _topic(searched, lexicon)
    if EVERY_REPORT.search(folded):
        if len(reports) > MOST_LANES:
            return Scope()
        in_order = sorted(reports.values(), key=lambda report: report.year)
        return Scope(lanes=tuple(Lane((report.id,), EVERY_REPORT.sub(" ", topic)) for report in in_order))
    lanes = _lanes(named, topic, COMPARING.search(folded) is not None)
    if lanes:
        return Scope(lanes=lanes)
    return Scope(prefers=named[0].reports if named and not named[0].beside else ())


def side_by_side(searched: str, lexicon: Lexicon, reports: Mapping[str, Report], chosen: tuple[str, ...]) -> Scope:
    """Return a lane for each of the chosen reports (all where none is), oldest first; one report makes no lanes."""
    ids = sorted(chosen or reports, key=lambda name: (reports[name].year, name))
    topic = _topic(searched, lexicon) or searched
    if len(ids) > MOST_LANES:
        return Scope()
    return Scope(lanes=tuple(Lane((name,), topic) for name in ids)) if len(ids) > 1 else Scope(prefers=tuple(ids))


def _topic(searched: str, lexicon: Lexicon) -> str:
    """Return what is asked of every lane: the question without names of reports and words that compare."""
    return " ".join(COMPARING.sub(" ", lexicon.any_name.sub(" ", fold(searched))).split())


def _named(folded: str, lexicon: Lexicon) -> list[Name]:
    """Return the names that stand in the question, in its order."""
    found = [(match.start(), name) for name in lexicon.names if (match := name.pattern.search(folded))]
    return [name for _, name in sorted(found, key=lambda pair: pair[0])]


def _lanes(named: list[Name], topic: str, comparing: bool) -> tuple[Lane, ...]:
    """Return a lane for each set of reports that is named, or none where they are not set side by side.

    "Nijmegen" and "2019" mean one report. A year that several reports share counts where there is no other name for a
    second lane. Two regions of one report (AEF) are lanes where the question compares them.
    """
    sets = _distinct([name for name in named if not name.beside])
    if len(sets) < 2:
        sets = _distinct(named)
    if len(sets) > 1:
        return tuple(Lane(reports, topic) for reports in sets)
    if comparing and len(named) > 1:
        return tuple(Lane(name.reports, f"{name.forms[0]} {topic}") for name in named)
    return ()


def _distinct(named: list[Name]) -> list[tuple[str, ...]]:
    """Return the sets of reports that the names stand for, without those that hold all of another."""
    sets = list(dict.fromkeys(name.reports for name in named))
    return [one for one in sets if not any(set(other) < set(one) for other in sets)]
