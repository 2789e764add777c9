"""The police of a language model's sentences: is a sentence borne out by the passages that it cites?

Rules that are certain come first (``grounding.certain``). What is left is laid beside the cited passages, clause by
clause where markers stand within the sentence, and fitted weights judge whether its words stand there together and
nothing was turned: no negation, no "moet" for "kan", no other name, number or actor in the same place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.grounding.alarms import alarms
from assistant.grounding.anchors import anchors
from assistant.grounding.certain import Case, refuted
from assistant.grounding.claim import LEADING, QUOTED, SPEAKERS, Claim, Token, take_apart, tokens
from assistant.grounding.counts import counts
from assistant.grounding.features import coverage, likenesses, nearness, scene_of, stolen
from assistant.grounding.likeness import Likeness, read_lines, stems_of
from assistant.grounding.names import Names, source
from assistant.grounding.operators import TURNING
from assistant.grounding.parts import parts
from assistant.grounding.roles import order, roles
from assistant.grounding.turns import turns
from assistant.grounding.weights import Weights
from assistant.index import Index
from ingest.analysis import fold, letters
from ingest.embedder import StaticEmbedder
from ingest.index import MODEL
from ingest.records import Passage

FOLDER = "grounding"
WEIGHTS, SYNONYMS, ACTORS = "weights.npz", "synonyms.txt", "actors.txt"
Status = Literal["letterlijk", "onderbouwd", "verworpen"]
LEAD_IN = 4  # content words that may lead a quotation in
QUOTE_WORDS, QUOTED_CONTENT, MOSTLY = 3, 2, 2
# What is told of a rejected sentence, by the feature that shows it, the surest first.
REASONS = (
    ("flip", 0.5, "zegt het tegendeel: een ontkenning staat anders dan in de passage"),
    ("swap", 0.5, "een naam, getal of betrokkene hoort in de passage bij iets anders"),
    ("denied_new", 0.9, "zegt het tegendeel: een ontkenning staat anders dan in de passage"),
    ("turned", 0.5, "zegt het sterker of zwakker dan de passage"),
    ("over", 0.5, "zegt het sterker of zwakker dan de passage"),
    ("under", 0.5, "laat een beperking uit de passage weg"),
    ("others_better", 0.1, "staat in een andere passage dan waarnaar wordt verwezen"),
    ("absent_actor", 0.5, "een naam, getal of betrokkene hoort in de passage bij iets anders"),
    ("weakest_passage_low", 0.2, "staat niet in elke passage waarnaar wordt verwezen"),
)
UNSUPPORTED = "staat niet zo in de passage waarnaar wordt verwezen"


@dataclass(frozen=True)
class Verdict:
    """Whether a sentence may be shown.

    :param status: ``letterlijk`` (stands so in a cited passage), ``onderbouwd`` (borne out by it) or ``verworpen``.
    :param reason: why it is rejected, a short Dutch phrase; empty for the others.
    :param cited: the numbers of its markers that were given, each once, in order.
    :param doubt: the probability that it is false, 0 to 1; certain rules give 0 or 1.
    """

    status: Status
    reason: str
    cited: tuple[int, ...]
    doubt: float


class Ground:
    """Checks sentences against the passages of an index.

    :param corpus: the folder that holds ``grounding/``.
    :param weights: other weights than the committed ones; None while they are fitted.
    :raises CorpusError: a file of ``grounding/`` cannot be read.
    """

    def __init__(self, index: Index, corpus: Path, weights: Weights | None = None) -> None:
        folder = corpus / FOLDER
        self.weights = weights or Weights.load(folder / WEIGHTS)
        own = index.embedder
        model = own if isinstance(own, StaticEmbedder) else StaticEmbedder.load(index.path / MODEL)
        self._reports = index.reports
        self._frequencies: Mapping[str, int] = index.stem_frequency
        self._size = len(index.passages)
        self._names = Names(index.passages, index.lexicon)
        self._likeness = Likeness(read_lines(folder / SYNONYMS), model, index.known_words)
        self.actors = frozenset(fold(word) for line in read_lines(folder / ACTORS) for word in line)

    def check(self, sentence: str, given: Sequence[Passage]) -> Verdict:
        """Return whether a sentence is borne out by what it cites.

        :param sentence: one sentence with markers such as [1] or [1, 3], which count the given passages from 1.
        :param given: the passages that the model was shown, in that order.
        """
        claim = take_apart(sentence)
        reason = self.refuted(claim, given)
        cited = tuple(n for n in claim.cited if 1 <= n <= len(given))
        if reason:
            return Verdict("verworpen", reason, cited, 1.0)
        if literal(claim, [given[n - 1] for n in cited], self.actors):
            return Verdict("letterlijk", "", cited, 0.0)
        judged = [(self.weights.doubt(row), row) for row in self.rows(claim, given)]
        doubt, row = max(judged, key=lambda pair: pair[0])
        if doubt >= self.weights.threshold:
            return Verdict("verworpen", _reason(row), cited, doubt)
        return Verdict("onderbouwd", "", cited, doubt)

    def refuted(self, claim: Claim, given: Sequence[Passage]) -> str:
        """Return the certain reason for which a claim, or a part that markers close, cannot stand, or nothing."""
        for part in dict.fromkeys((claim, *claim.segments)):
            cited = [given[n - 1] for n in part.cited if 1 <= n <= len(given)]
            reason = refuted(Case(part, len(given), cited, source(cited, self._reports), self._names))
            if reason:
                return reason
        return "" if claim.tokens else "zegt niets"

    def rows(self, claim: Claim, given: Sequence[Passage]) -> list[dict[str, float]]:
        """Return the features of each part of a claim that was not refuted."""
        pieces = parts(claim, given, self._likeness, self._frequencies, self._size)
        return [self._row(piece, given, len(pieces) > len(claim.segments)) for piece in pieces]

    def _row(self, part: Claim, given: Sequence[Passage], split: bool) -> dict[str, float]:
        scene, own, others = scene_of(part, given, self._likeness, self._frequencies, self._size)
        cited = [given[n - 1] for n in part.cited]
        rest = [passage for n, passage in enumerate(given, 1) if n not in part.cited]
        spoken = any(passage.kind == "clientstem" for passage in cited)
        row = coverage(scene, own) | stolen(scene, others) | nearness(scene) | likenesses(scene, cited, rest)
        row |= anchors(scene, self.actors, self._names, spoken) | turns(scene) | counts(scene, cited)
        row |= roles(scene, self.actors, self._names, cited) | order(scene)
        wrong = split and bool(refuted(Case(part, len(given), cited, source(cited, self._reports), self._names)))
        row |= {"split": float(split), "marks": float(len(part.cited) > 1), "part_refuted": float(wrong)}
        return row | alarms(row)


def literal(claim: Claim, cited: Sequence[Passage], actors: frozenset[str]) -> bool:
    """Return whether the claim is whole sentences of a cited passage, or a quotation that hardly anything leads in."""
    said = letters(claim.body)
    if any(_whole(said, passage) for passage in cited):
        return True
    quoted = [words for words in claim.quotations if len(tokens(words)) >= QUOTE_WORDS]
    around = [t for t in tokens(QUOTED.sub(" ", claim.body)) if t.content and t.text not in LEADING]
    held = sum(t.content for words in quoted for t in tokens(words))
    least = max(QUOTED_CONTENT if around else 1, len({t.text for t in around}))
    if held < least:  # a name in quotation marks is no quotation
        return False
    if len({t.text for t in around}) > LEAD_IN or any(t.text in TURNING for t in around):
        return False
    if held >= MOSTLY * len(around):  # a topic that leads in claims nothing; who says it does
        around = [t for t in around if t.text in actors or t.written[0].isupper()]
    return any(_led_in(around, quoted, passage) for passage in cited)


def _led_in(around: Sequence[Token], quoted: Sequence[str], passage: Passage) -> bool:
    """Return whether what leads a quotation in stands beside it: in its sentence, the next ones or the headings."""
    spoken = passage.kind == "clientstem"
    sentences = [passage.quote(sentence) for sentence in passage.sentences] or [passage.text]
    ends = np.cumsum([len(letters(s)) for s in sentences])
    near = {len(sentences) - 1}  # where a report says who speaks
    for words in quoted:
        start = "".join(letters(s) for s in sentences).find(letters(words))
        if start < 0:
            return False
        first, last = np.searchsorted(ends, [start, start + len(letters(words)) - 1], side="right")
        near |= set(range(max(0, first - 1), last + 2))
    text = " ".join(sentences[n] for n in sorted(near) if n < len(sentences)) + " " + " ".join(passage.section)
    there = {stem for t in tokens(text) for stem in stems_of(t.text)}
    return all((spoken and t.text in SPEAKERS) or stems_of(t.text) & there for t in around)


def _whole(said: str, passage: Passage) -> bool:
    sentences = [letters(passage.quote(sentence)) for sentence in passage.sentences]
    return any("".join(sentences[a:b]) == said for a in range(len(sentences)) for b in range(a + 1, len(sentences) + 1))


def _reason(row: Mapping[str, float]) -> str:
    return next((text for name, least, text in REASONS if row[name] >= least), UNSUPPORTED)
