"""The self-scan: the inspectorate's twelve indicators, what they ask and their decision rules, letter for letter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.index import Index
from assistant.records import Citation, Quote
from ingest.records import Passage, Sentence
from learn.material import make_item
from learn.records import Item

NUMBERED = re.compile(r"(\d{1,2}) [A-ZÀ-Ÿ]")
RULE = re.compile(r"Om positief te (?:be)?oordelen\b")
# A decision rule says what is needed "om positief te beoordelen"; a team that has not looked says so.
SCORES = ("positief", "nog niet positief", "nog niet bekeken")


@dataclass(frozen=True)
class Indicator:
    """One indicator of the framework: the criterion it belongs to, what it asks, and when it is judged positive.

    ``rules`` are the decision rules as they stand, one after another; None where the report prints none.
    """

    number: int
    theme: str
    criterion: Citation
    text: Citation
    asks: Citation | None
    rules: Citation | None

    def item(self) -> Item:
        """Return it as an item: ``options`` are the scores, ``answer`` the rules, ``feedback`` what is asked."""
        parts = [part for part in (self.text, self.asks, self.rules, self.criterion) if part]
        sources = tuple(Citation(n, part.quote, part.report) for n, part in enumerate(parts, 1))
        more = {
            "answer": self.rules.quote.text if self.rules else "",
            "feedback": self.asks.quote.text if self.asks else "",
            "theme": self.theme,
        }
        return make_item("zelfscan", self.text.quote.text, sources, options=SCORES, **more)


@dataclass(frozen=True)
class Filled:
    """What a team wrote beside an indicator: a score of ``SCORES``, what shows it, and the next step."""

    score: str = SCORES[-1]
    evidence: str = ""
    step: str = ""


@dataclass(frozen=True)
class Row:
    """A theme in the one-page picture: how many of its indicators have each score, and the next steps."""

    theme: str
    counts: tuple[int, ...]
    steps: tuple[str, ...]


def selfscan(index: Index, reports: Sequence[str] = ()) -> tuple[Indicator, ...]:
    """Return the indicators in order, from the report that prints most of them and their rules; the latest of equals.

    :param reports: ids of the reports to look in; empty means all. None of them may hold the framework: then nothing.
    """
    found: dict[str, dict[int, Indicator]] = {}
    for passage in index.passages:
        if reports and passage.report not in reports:
            continue
        if indicator := _indicator(index, passage):
            found.setdefault(passage.report, {}).setdefault(indicator.number, indicator)
    if not found:
        return ()

    def fullness(report: str) -> tuple[int, int, int]:
        here = found[report].values()
        return len(here), sum(one.rules is not None for one in here), index.reports[report].year

    best = found[max(found, key=fullness)]
    return tuple(best[number] for number in sorted(best))


def summary_rows(indicators: Sequence[Indicator], filled: Mapping[int, Filled]) -> tuple[Row, ...]:
    """Return where the team stands, a row a theme; ``counts`` follow ``SCORES``.

    :param filled: what the team wrote, by the indicators' numbers; an indicator that is not there was not looked at.
    """
    rows = []
    for theme in dict.fromkeys(indicator.theme for indicator in indicators):
        told = [filled.get(one.number, Filled()) for one in indicators if one.theme == theme]
        counts = tuple(sum(one.score == score for one in told) for score in SCORES)
        rows.append(Row(theme, counts, tuple(one.step for one in told if one.step)))
    return tuple(rows)


def _indicator(index: Index, passage: Passage) -> Indicator | None:
    """Return the indicator that a row of the framework's table holds: criterion, indicator, what it asks, rules."""
    if passage.kind != "verwachting":
        return None
    cells = [sentence for sentence in passage.sentences if sentence.block == "row"]
    texts = [passage.quote(sentence) for sentence in cells]
    at = next((n for n, text in enumerate(texts) if NUMBERED.match(text)), 0)
    if not at:
        return None
    number = int(texts[at].split()[0])
    first_rule = next((n for n, text in enumerate(texts) if RULE.match(text)), len(texts))

    def cite(sentences: Sequence[Sentence]) -> Citation:
        return Citation(1, Quote(passage, tuple(sentences), 0.0), index.reports[passage.report])

    return Indicator(
        number=number,
        theme=passage.section[-1].removeprefix("Thema: "),
        criterion=cite(cells[:at]),
        text=cite(cells[at : at + 1]),
        asks=cite(cells[at + 1 : first_rule]) if first_rule > at + 1 else None,
        rules=cite(cells[first_rule:]) if first_rule < len(cells) else None,
    )
