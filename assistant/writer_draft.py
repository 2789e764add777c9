"""An answer that grows by a model's sentences: each is checked first, badged, and cites the report's own sentences."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from assistant.answer import age_note
from assistant.records import Answer, Citation, Notice, Quote
from assistant.sentences import quotable
from assistant.writer_request import MARKER, Request
from ingest.analysis import STOP_WORDS, letters, stems, words
from ingest.errors import ModelError
from ingest.records import Passage, Report

LEAST_KEPT = 2  # sentences; with fewer the reports' own sentences say more
REPEATED = 3  # times that a sentence comes before the model is said to repeat itself
SECOND_SENTENCE = 1.5  # words of the claim that a second sentence must add to be quoted too
# Of the reports' own passages the poorest has .25 function words, English and German texts .15 (measured).
DUTCH, ENOUGH_WORDS = 0.2, 12


class Verdict(Protocol):
    """What the check says of a sentence: see ``ground.py``."""

    @property
    def status(self) -> str:
        """``letterlijk``, ``onderbouwd`` or ``verworpen``."""

    @property
    def reason(self) -> str:
        """Why it is rejected, in Dutch."""

    @property
    def cited(self) -> tuple[int, ...]:
        """The numbers of the passages that it cites, from 1."""


Check = Callable[[str, Sequence[Passage]], Verdict]


@dataclass(frozen=True)
class Checked:
    """A sentence of the model's with its markers, and what the check says of it."""

    sentence: str
    verdict: Verdict

    @property
    def kept(self) -> bool:
        """Tell whether the sentence may be shown."""
        return self.verdict.status != "verworpen"


@dataclass
class Draft:
    """The sentences so far. Everything that ``answer`` returns has been checked."""

    extractive: Answer
    request: Request
    reports: Mapping[str, Report]
    check: Check
    model: str
    checked: list[Checked] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _quotes: list[Quote] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)

    def add(self, sentence: str) -> None:
        """Check a sentence of the model's and take it in where the passages bear it out; one said before is passed by.

        :raises ModelError: the model says the same for the third time.
        """
        marked = self.request.numbered(sentence)
        claim = _without_markers(marked)
        self._seen[letters(claim)] += 1
        if self._seen[letters(claim)] == REPEATED:
            raise ModelError(f"the model {self.model!r} repeats itself: {claim[:80]!r}", "repetition")
        if self._seen[letters(claim)] > 1:
            return
        checked = Checked(marked, self.check(marked, self.request.given))
        self.checked.append(checked)
        if checked.kept:
            cited = [self._number(claim, self.request.given[place - 1]) for place in checked.verdict.cited]
            markers = " ".join(f"[{number}]" for number in dict.fromkeys(cited))
            self._lines.append(f"- {claim} {markers} ({checked.verdict.status})")

    @property
    def kept(self) -> int:
        """Return how many sentences are shown."""
        return len(self._lines)

    @property
    def removed(self) -> int:
        """Return how many sentences the reports do not bear out."""
        return len(self.checked) - self.kept

    @property
    def enough(self) -> bool:
        """Tell whether this can stand as an answer: two sentences or more, and not more than half of them removed."""
        return self.kept >= LEAST_KEPT and self.removed <= self.kept

    @property
    def foreign(self) -> bool:
        """Tell whether the model, all in all, did not write Dutch."""
        said = words(" ".join(_without_markers(checked.sentence) for checked in self.checked))
        return len(said) >= ENOUGH_WORDS and sum(word in STOP_WORDS for word in said) < DUTCH * len(said)

    def answer(self) -> Answer:
        """Return what there is: the extractive answer until a first sentence is borne out."""
        if not self._lines:
            return self.extractive
        note = age_note(self._quotes, self.reports)
        cited = (Citation(n, quote, self.reports[quote.passage.report]) for n, quote in enumerate(self._quotes, 1))
        text = "\n".join(self._lines) + (f"\n\n{note}" if note else "")
        return replace(self.extractive, answer=text, citations=tuple(cited), engine=self.model)

    def settled(self, fault: ModelError | None) -> Answer:
        """Return the answer that stays, with what the reader must know of the model.

        :param fault: what stopped the model, if anything.
        """
        notices = []
        if fault:
            shown = "alleen wat al gecontroleerd was" if self.enough else "de letterlijke passages"
            notices.append(Notice("model_unavailable", f"{fault.cause}, daarom ziet u {shown}."))
        if self.enough and self.removed:
            notices.append(Notice("unsupported_removed", _removed(self.removed)))
        if not self.enough and not fault:
            notices.append(Notice("unsupported_removed", _too_little(self.kept, len(self.checked))))
        answer = self.answer() if self.enough else self.extractive
        return replace(answer, notices=(*answer.notices, *notices))

    def _number(self, claim: str, passage: Passage) -> int:
        """Return the number of the citation that shows the passage's words for a claim, a new one where needed."""
        quote = quote_for(claim, passage)
        if quote not in self._quotes:
            self._quotes.append(quote)
        return self._quotes.index(quote) + 1


def quote_for(claim: str, passage: Passage) -> Quote:
    """Return the sentence of the passage that shares most words with a claim, or the two neighbours that do."""
    claimed = set(stems(claim))
    numbers = quotable(passage) or list(range(len(passage.sentences)))
    runs = [[n] for n in numbers] + [[n, n + 1] for n in numbers if n + 1 in numbers]
    quotes = [Quote(passage, tuple(passage.sentences[n] for n in run), 0.0) for run in runs]

    def fit(quote: Quote) -> tuple[float, int]:
        shared = len(claimed & set(stems(quote.text)))
        return shared - SECOND_SENTENCE * (len(quote.sentences) - 1), -quote.words

    return max(quotes, key=fit)


def _without_markers(sentence: str) -> str:
    bare = MARKER.sub(lambda marker: "" if marker[1] is not None else marker[0], sentence)
    return " ".join(bare.split()).replace(" .", ".").replace(" ,", ",").strip("[] ")


def _removed(count: int) -> str:
    if count == 1:
        return "1 zin van het model is weggelaten, omdat de rapporten die niet dragen."
    return f"{count} zinnen van het model zijn weggelaten, omdat de rapporten ze niet dragen."


def _too_little(kept: int, count: int) -> str:
    if count == 1:
        said = "Het model schreef maar 1 zin" if kept else "De rapporten dragen de zin van het model niet"
    else:
        said = f"De rapporten dragen maar {kept} van de {count} zinnen van het model"
    return f"{said}, daarom ziet u de letterlijke passages."
