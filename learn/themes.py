"""The themes of ``themes.toml``, and the passages that a theme or a free question is about, best first."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.engine import Assistant
from assistant.index import Index
from assistant.records import FOUND, Filters, Hit
from assistant.retrieve import query_for, retrieve
from ingest.analysis import fold, stems
from ingest.errors import CorpusError, VraagbaakError
from ingest.lexical import Scores
from ingest.lexicon import any_of
from ingest.records import Passage

FILE = "themes.toml"
DEPTH = 60  # passages that each question of a theme is searched for
FEW = 8  # fewer passages than this make a small pack
# Kinds that nothing is taught from: how the research was done, addresses and lists of names.
NOT_TAUGHT = ("administratief", "werkwijze")
# A passage of a theme stands in its section, holds its words or ranks high for its questions: how much each counts, and
# how much together make it the theme's. A passage that concerns the audience goes a little up.
SECTION, RANK, WORDS, AUDIENCE, ENOUGH = 1.0, 0.8, 0.3, 0.15, 0.6
# Of a free question: how near a written question, or how near the best passage, makes a passage be about it.
LIKE, NEAR = 0.5, 0.6
AUDIENCE_WORDS = {
    "wijkteam": ("wijkteam", "wijkteams", "lokale team", "lokale teams", "regisseur", "gezinscoach", "gezinscoaches"),
    "veilig_thuis": ("Veilig Thuis", "Veilig Thuis-medewerker", "veiligheidsbeoordeling", "veiligheidsvoorwaarden"),
    "school_huisarts": (
        *("school", "scholen", "onderwijs", "leerling", "leerplicht", "huisarts", "huisartsen", "POH", "POH-GGZ"),
        *("jeugdgezondheidszorg", "jeugdgezondheidsinstanties", "consultatiebureau"),
    ),
    "gemeente": ("gemeente", "gemeenten", "wethouders", "bestuurders", "beleid", "beleidsambtenaren", "aansturing"),
}


class ThemeNotFound(VraagbaakError):
    """The reports hold nothing on what was asked."""

    def __init__(self, asked: str) -> None:
        short = asked if len(asked) <= 80 else asked[:79] + "…"
        super().__init__(
            f"the reports hold nothing on {short!r}; see vraagbaak learn themes",
            f"De rapporten zeggen niets over “{short}”. Kies een ander thema of stel de vraag anders.",
        )


@dataclass(frozen=True)
class Statement:
    """Something to agree or disagree with; ``quote`` are the sentences that settle it."""

    text: str
    verdict: str
    quote: str


@dataclass(frozen=True)
class Theme:
    """A subject of the reports. A free question is a theme with only a name and one question."""

    id: str
    name: str
    also: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()


def themes(assistant: Assistant) -> tuple[Theme, ...]:
    """Return the themes of the corpus, in the file's order; none where it has no such file.

    :raises CorpusError: the file cannot be read or an entry lacks a field.
    """
    return load_themes(assistant.corpus / FILE)


@cache
def load_themes(path: Path) -> tuple[Theme, ...]:
    """Return the themes of a file, or none where there is no such file.

    :raises CorpusError: the file cannot be read or an entry lacks a field or has an unknown one.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_theme(entry) for entry in data["theme"])
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error


def find_theme(assistant: Assistant, asked: str) -> Theme:
    """Return the theme of this name (or id, or other word for it), else the free question as a theme of its own."""
    wanted = fold(" ".join(asked.split())).rstrip(" ?.")
    for theme in themes(assistant):
        if wanted in (fold(name) for name in (theme.id, theme.name, *theme.also)):
            return theme
    return Theme("", " ".join(asked.split()), queries=(asked,))


def ranked(assistant: Assistant, theme: Theme, reports: Sequence[str] = (), audience: str = "") -> tuple[Hit, ...]:
    """Return the passages that a theme is about, best first; those that concern the audience a little higher.

    :param reports: ids of the reports to take them from; empty means all.
    :raises UsageError: a report is unknown.
    """
    index, filters = assistant.index, Filters(reports=tuple(reports))
    allowed = index.allowed(filters) & np.array([p.kind not in NOT_TAUGHT for p in index.passages])
    total = _theme_scores(assistant, theme, filters) if theme.sections else _free_scores(assistant, theme, filters)
    concerns = any_of(fold(word) for word in AUDIENCE_WORDS.get(audience, ()))
    heard = np.array([bool(concerns.search(fold(passage.text))) for passage in index.passages])
    total = np.where(allowed & (total > 0), total + AUDIENCE * heard, 0.0)
    order = np.argsort(-total, kind="stable")
    best = float(total.max(initial=0)) or 1.0
    return tuple(Hit(index.passages[place], float(total[place]) / best) for place in order if total[place] > 0)


def passages_for(
    assistant: Assistant, asked: str, reports: Sequence[str] = (), audience: str = ""
) -> tuple[Passage, ...]:
    """Return the passages on a theme or a free question, best first.

    :raises UsageError: a report is unknown.
    :raises ThemeNotFound: there is no such passage.
    """
    hits = ranked(assistant, find_theme(assistant, asked), reports, audience)
    if not hits:
        raise ThemeNotFound(asked)
    return tuple(hit.passage for hit in hits)


def _theme(entry: dict[str, Any]) -> Theme:
    told = tuple(Statement(**statement) for statement in entry.get("statement", ()))
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    fields.pop("statement", None)
    return Theme(statements=told, **fields)


def _theme_scores(assistant: Assistant, theme: Theme, filters: Filters) -> Scores:
    """Return how much each passage belongs to a theme of the file; 0 where not enough."""
    index = assistant.index
    words = words_of(index, theme)
    inside = np.array([stands_in(passage, theme) for passage in index.passages])
    held = np.array([min(2, len(words.findall(fold(passage.text)))) for passage in index.passages])
    total: Scores = SECTION * inside + WORDS * held + RANK * _searched(assistant, theme.queries, filters)
    return np.where(total >= ENOUGH, total, 0.0)


def words_of(index: Index, theme: Theme) -> re.Pattern[str]:
    """Return what finds the words of a theme of the file in a folded text."""
    concepts = [concept for concept in index.lexicon.concepts if concept.name in theme.concepts]
    return any_of(fold(term) for concept in concepts for term in concept.terms)


def stands_in(passage: Passage, theme: Theme) -> bool:
    """Tell whether a passage stands under one of the theme's headings."""
    return any(fold(section) in fold(heading) for heading in passage.section for section in theme.sections)


def _searched(assistant: Assistant, queries: Sequence[str], filters: Filters) -> Scores:
    """Return each passage's best score for the questions (0 to 1)."""
    index, total = assistant.index, np.zeros(len(assistant.index.passages))
    for question in queries:
        for hit in retrieve(index, query_for(index, question), DEPTH, filters, assistant.fusion):
            place = index.place[hit.passage.id]
            total[place] = max(total[place], hit.score)
    return total


def _free_scores(assistant: Assistant, theme: Theme, filters: Filters) -> Scores:
    """Return how much each passage is about a free question; off the subject only where its words stand."""
    index, (asked,) = assistant.index, theme.queries
    scores = _searched(assistant, [asked], filters)
    about = _holds_words(index, asked)
    status = assistant.ask(asked, filters=filters, top=1).status
    if status not in ("out_of_scope", "invalid"):
        about |= index.question_scores(asked) >= LIKE
    if status in FOUND:
        about |= scores >= NEAR * scores.max(initial=0)
    return np.where(about, scores, 0.0)


def _holds_words(index: Index, asked: str) -> Any:
    """Return which passages hold most of the question's words, or what the lexicon writes for them."""
    wanted = set(stems(asked))
    written = set(stems(index.gains.added(asked)))
    held = [set(stems(re.sub(r"\s+", " ", passage.text))) for passage in index.passages]
    most = [bool(wanted) and len(wanted & here) * 2 > len(wanted) for here in held]
    other = [bool(written) and written <= here for here in held]
    return np.array(most) | np.array(other)
