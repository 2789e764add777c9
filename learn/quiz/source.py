"""What quiz items are made from: the reports' sentences, the written questions, and the corpus's answers and steps."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from assistant.engine import Assistant
from assistant.index import Index
from assistant.records import Quote
from assistant.sentences import quotable
from ingest.analysis import letters, stems, words
from ingest.embedder import Vectors
from ingest.jsonl import read_rows
from ingest.records import Passage
from learn.material import stands_alone

SHORT_ANSWERS, STEPS = "short_answers.jsonl", "steps.jsonl"
NUMBERED = re.compile(r"^(?:[A-G\d]+(?:\.\d+)*[.:]? |Thema: |Verwachtingen? van )")
FRAMES = ("wat gaat goed", "wat kan beter", "wat werkt goed", "goede voorbeelden", "verbeterpunten")
# Words inside a sentence that lean on one before it; how a sentence may not begin is told by ``stands_alone``.
LEANS = re.compile(
    r"\b(?:dit|deze|dan nog|(?:wordt|worden|is|zijn) dan|daarbij|daarmee|hier(?:bij|van|door|mee|in|op|aan)?"
    r"|dergelijke?|andere helft|genoemde|eveneens|bovenstaande?|onderstaande?|eerder|juist die|link actief)\b"
    r"|^(?:De (?:aanpak|bijeenkomst)|Op het formulier)\b"
)
VERBS = frozenset(
    """zijn was waren worden werd werden hebben had hadden moeten kunnen mogen dienen zullen blijven zien zagen weten
    delen geven richten vinden houden werken ervaren evalueren spreken signaleerden volgden""".split()
)
NO_VERBS = frozenset(
    "het niet uit met tot dit dat wat met zorgt inzet contact effect inzicht resultaat recht kunst opzicht".split()
)
FOUND_THERE = ("bevinding", "verbeterpunt", "goed_voorbeeld")  # kinds that tell how it is in the report's own place


@dataclass(frozen=True)
class Spot:
    """A quotable sentence: a passage and the number of the sentence in it."""

    passage: Passage
    number: int

    @cached_property
    def text(self) -> str:
        """Return the sentence's words, as a quote of it shows them."""
        return self.quote.text

    @cached_property
    def quote(self) -> Quote:
        """Return the sentence as a quote."""
        return Quote(self.passage, (self.passage.sentences[self.number],), 0.0)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Return the stems of the sentence's content words."""
        return frozenset(stems(self.text))

    @property
    def is_whole(self) -> bool:
        """Tell whether the sentence has a verb that makes it say something; some list items have none."""
        said = words(re.sub(r"\([^)]*\)", "", self.text))
        return any(word in VERBS or (word.endswith("t") and word not in NO_VERBS) for word in said)

    @property
    def alone(self) -> bool:
        """Tell whether the sentence means something without those before it."""
        return stands_alone(self.text) and not LEANS.search(self.text)


@dataclass(frozen=True)
class ShortAnswer:
    """A question that words of one sentence answer; ``right`` are the answer and what would be right too.

    Wrong answers come from the answers of the same ``type``; one with a sort behind it ("partij/gezin") may also be
    given those of the type without, but not the other way round.
    """

    question: str
    right: tuple[str, ...]
    type: str
    spot: Spot

    @property
    def answer(self) -> str:
        """Return the answer in the report's words."""
        return self.right[0]

    def like(self, other: "ShortAnswer") -> bool:
        """Tell whether the other's answer may stand beside this one as a wrong one."""
        return other.type == self.type or self.type.startswith(f"{other.type}/")


@dataclass(frozen=True)
class Steps:
    """Steps in the right order, each words of a sentence."""

    question: str
    steps: tuple[str, ...]
    spots: tuple[Spot, ...]


class Source:
    """The index seen as sentences, and the corpus's short answers and steps whose sentence the index still holds.

    :raises CorpusError: a line of these two files cannot be read.
    """

    def __init__(self, index: Index, corpus: Path) -> None:
        self.index = index
        self.spots = tuple(Spot(p, n) for p in index.passages if p.kind != "administratief" for n in quotable(p))
        self._by_words = {(spot.passage.report, letters(spot.text)): spot for spot in reversed(self.spots)}
        rows = list(self._rows(corpus / SHORT_ANSWERS, ("report", "quote", "question", "right", "type")))
        self.short_answers = tuple(
            ShortAnswer(row["question"], tuple(row["right"].split("; ")), row["type"], spot) for row, spot in rows
        )
        self.steps = self._steps(corpus / STEPS)
        self._vectors: dict[str, Vectors] = {}

    def _rows(self, path: Path, fields: tuple[str, ...]) -> Iterator[tuple[dict[str, str], Spot]]:
        for _, row in read_rows(path, fields):
            spot = self._by_words.get((row["report"], letters(row["quote"])))
            if spot is not None:
                yield row, spot

    def _steps(self, path: Path) -> tuple[Steps, ...]:
        found: dict[str, list[tuple[str, Spot]]] = {}
        whole: dict[str, int] = {}
        for _, row in read_rows(path, ("report", "quote", "question", "step")):
            whole[row["question"]] = whole.get(row["question"], 0) + 1
        for row, spot in self._rows(path, ("report", "quote", "question", "step")):
            found.setdefault(row["question"], []).append((row["step"], spot))
        return tuple(
            Steps(question, tuple(step for step, _ in steps), tuple(spot for _, spot in steps))
            for question, steps in found.items()
            if len(steps) == whole[question]
        )

    @cached_property
    def written(self) -> frozenset[str]:
        """Return the questions of the question bank."""
        return frozenset(self.index.questions)

    @cached_property
    def spots_of(self) -> dict[str, tuple[Spot, ...]]:
        """Return the quotable sentences of each passage, by its id."""
        found: dict[str, list[Spot]] = {}
        for spot in self.spots:
            found.setdefault(spot.passage.id, []).append(spot)
        return {name: tuple(spots) for name, spots in found.items()}

    def in_passages(self, passages: Iterable[Passage]) -> Iterator[Spot]:
        """Yield the quotable sentences of these passages, in their order."""
        for passage in passages:
            yield from self.spots_of.get(passage.id, ())

    def questions_on(self, spot: Spot) -> list[str]:
        """Return the written questions that the sentence answers."""
        place = int(self.index.sentence_begins[self.index.place[spot.passage.id]]) + spot.number
        return [self.index.questions[int(n)] for n in self.index.questions_of_sentence.get(place, ())]

    def likeness(self, one: str, other: str) -> float:
        """Return how alike two texts are in meaning: the cosine of their vectors."""
        return float(self._vector(one) @ self._vector(other))

    def _vector(self, text: str) -> Vectors:
        if text not in self._vectors:
            self._vectors[text] = self.index.vector(text)
        return self._vectors[text]

    def name(self, passage: Passage) -> str:
        """Return a report's name for before a question: "Nijmegen (2019)", "TSD (2020)"."""
        report = self.index.reports[passage.report]
        return f"{report.place or self._initials(passage)} ({report.year})"

    def _initials(self, passage: Passage) -> str:
        publisher = self.index.reports[passage.report].publisher
        return "".join(word[0] for word in publisher.split() if word[0].isupper() or word == "/")

    def under(self, passage: Passage) -> str:
        """Return where a sentence stands, for before it: "Nijmegen (2019), Wijkbijeenkomsten"."""
        return f"{self.name(passage)}, {theme_of(passage)}"

    def placed(self, passage: Passage, question: str) -> str:
        """Return the question with where it holds before it, unless it says so itself."""
        report = self.index.reports[passage.report]
        own = report.place[:5] if report.place else self._initials(passage)
        if own in question:
            return question
        where = "Volgens" if not report.place else "In" if passage.kind in FOUND_THERE else "Volgens het rapport over"
        first, second = (*question.split(), "")[:2]  # "Veilig Thuis …" begins with a name, "Hoeveel …" does not
        common = first[1:].islower() and (second[:1].islower() or first.startswith(("W", "Hoe")))
        begin = question[0].lower() if common else question[0]
        return f"{where} {self.name(passage)}: {begin}{question[1:]}"


@lru_cache(maxsize=2)
def _source(index: Index, corpus: Path) -> Source:
    return Source(index, corpus)


def source_of(assistant: Assistant) -> Source:
    """Return the source of the index that serves now; made once for each index.

    :raises CorpusError: the corpus's short answers or steps cannot be read.
    """
    return _source(assistant.index, assistant.corpus)


def theme_of(passage: Passage) -> str:
    """Return the heading that says what a passage is about, without its number: "Overdracht vanuit Veilig Thuis"."""
    path = [part for part in passage.section if not part.lower().startswith(FRAMES)] or list(passage.section)
    named = next((part for part in path if part.startswith("Thema: ")), "")
    framed = next((n for n, part in enumerate(passage.section) if part.lower().startswith(FRAMES[:3])), 0)
    heading = named or (passage.section[framed - 1] if framed else path[min(1, len(path) - 1)] if path else "")
    return NUMBERED.sub("", heading).strip() or heading
