"""What every part of a pack is made from: the ranked passages of a theme, and quotes of them as items."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from assistant.engine import Assistant
from assistant.records import Citation, Hit, Quote
from assistant.sentences import NOT_QUOTED, rank_sentences
from ingest.analysis import fold, stems
from ingest.embedder import Vectors
from ingest.records import Passage, Sentence
from learn.records import Item, Wish
from learn.themes import FEW, Theme, stands_in, words_of

SHORTEST, LONGEST = 7, 42  # words of a sentence that is quoted alone
ALIKE = 0.6  # the share of stems that makes two texts say the same
CORE = 0.4  # the score from which a passage says what a theme is about
NORMS = ("verwachting", "aanbeveling")
TOLD = ("casus", "clientstem")  # one family's story: no sentence of it says what holds for others
# A sentence that begins so leans on the one before it, or comes out of a table or a numbered list.
LEANS = re.compile(
    r"(?:dit|deze|die|dat|daar\w*|hier\w*|zij|ze|hij|ook|zo|zo'n|tevens|bovendien|maar|en|of|want|dan|denk|bijvoorbeeld"
    r"|vooral|waar(?:in|door|bij|onder)|dus|hun|haar|verder|tot slot|tegelijkertijd|andersom|mede|met name|inclusief"
    r"|(?:een|ander|andere|het laatste) (?:ander )?(?:voorbeeld\w*|gevolg|punt|factor|criterium)|doordat|momenteel"
    r"|ten \w+e|eerst|vervolgens|juist|in (?:dat|andere|een volgend|de app)|op die|om positief|conform|zelfs"
    r"|als er (?:g?een)|achtereenvolgens|we|geconcludeerd|geconstateerd)\b|\d+ ",
    re.IGNORECASE,
)
# So does one that points at what stands elsewhere.
POINTS = re.compile(
    r"\b(?:(?:hier|daar)(?:bij|door|van|voor|mee|in|aan|over|op|naast|om|toe)?|deze|dit|dergelijke|hiervoor|hoofdstuk|paragraaf"
    r"|figuur|de volgende|vervolgens|echter|ons|onze)\b|www\.|https?:|klik op|onderstaand|bovenstaand",
    re.IGNORECASE,
)
# Headings that say where a passage stands, not what it is about.
GENERAL = re.compile(
    r"^(?:verwachting\w* van|verbeterpunten|goede voorbeelden|wat (?:gaat goed|kan beter|werkt goed)|resultaten"
    r"|conclusie|aanbevelingen|inleiding|bevindingen|goede voorbeelden/)",
    re.IGNORECASE,
)
NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)+|[A-G]:) |^Thema: |^['‘’]|['‘’]$")


@dataclass(frozen=True)
class Material:
    """A wish with the passages of its theme, best first; their scores are 0 to 1."""

    assistant: Assistant = field(repr=False)
    wish: Wish
    theme: Theme
    hits: tuple[Hit, ...] = field(repr=False)
    _vectors: dict[str, Vectors] = field(default_factory=dict, repr=False, compare=False)

    def of(self, *kinds: str) -> tuple[Passage, ...]:
        """Return the passages of these kinds, best first."""
        return tuple(hit.passage for hit in self.hits if hit.passage.kind in kinds)

    def cite(self, *quotes: Quote) -> tuple[Citation, ...]:
        """Return citations of the quotes, numbered from 1."""
        reports = self.assistant.index.reports
        return tuple(Citation(n, quote, reports[quote.passage.report]) for n, quote in enumerate(quotes, 1))

    @property
    def widely(self) -> bool:
        """Tell whether the theme is one of the reports' own with enough passages: then what is near it may be added."""
        return bool(self.theme.sections) and len(self.hits) >= FEW

    @cached_property
    def sentences(self) -> tuple[Quote, ...]:
        """Return the sentences that mean something alone, best first for the theme's questions."""
        scores: dict[tuple[str, int], float] = {}
        weights = self.assistant.fusion.sentences
        for question in self.theme.queries:
            for candidate in rank_sentences(self.assistant.index, question, self.hits, weights):
                place = candidate.passage.id, candidate.number
                scores[place] = max(scores.get(place, candidate.score), candidate.score)
        return tuple(
            Quote(hit.passage, (hit.passage.sentences[number],), 0.0)
            for hit, number in sorted(self._alone(), key=lambda one: -scores[one[0].passage.id, one[1]])
        )

    @cached_property
    def core(self) -> tuple[Quote, ...]:
        """Return the sentences that are about the theme itself, best first, none twice; a passage may hold others."""
        if not self.theme.sections:
            return distinct(self.sentences)
        words = words_of(self.assistant.index, self.theme)
        near = {hit.passage.id for hit in self.hits if hit.score >= CORE}
        about = (quote for quote in self.sentences if quote.passage.id in near)
        return distinct(q for q in about if stands_in(q.passage, self.theme) or words.search(fold(q.text)))

    @cached_property
    def norms(self) -> tuple[Quote, ...]:
        """Return the sentences that say what is expected or recommended, best first, none twice."""
        return distinct(quote for quote in self.sentences if quote.passage.kind in NORMS)

    def nearest(self, text: str, quotes: Sequence[Quote]) -> tuple[Quote, ...]:
        """Return the quotes, nearest first to a text in meaning."""
        vector = self.assistant.index.vector(text)
        near = [float(self._vector(quote.text) @ vector) for quote in quotes]
        return tuple(quotes[place] for place in sorted(range(len(quotes)), key=lambda place: -near[place]))

    def _vector(self, text: str) -> Vectors:
        if text not in self._vectors:
            self._vectors[text] = self.assistant.index.vector(text)
        return self._vectors[text]

    def _alone(self) -> list[tuple[Hit, int]]:
        return [
            (hit, number)
            for hit in self.hits
            if hit.passage.kind not in TOLD
            for number, sentence in enumerate(hit.passage.sentences)
            if sentence.block not in (*NOT_QUOTED, "note") and stands_alone(hit.passage.quote(sentence))
        ]


def stands_alone(text: str) -> bool:
    """Tell whether a sentence means something without those before it."""
    fits = SHORTEST <= len(text.split()) <= LONGEST and text[:1].isupper() | text[:1].isdigit() and text.endswith(".")
    return fits and not LEANS.match(text) and not POINTS.search(text)


def whole(passage: Passage) -> Quote:
    """Return all that a passage says, without its heading and footnotes."""
    said = [sentence for sentence in passage.sentences if sentence.block not in (*NOT_QUOTED, "note")]
    return Quote(passage, tuple(said), 0.0)


def run_of(passages: Iterable[Passage], words: str) -> Quote | None:
    """Return the sentences in a row whose words these are, of the first passage that holds them."""
    for passage in passages:
        if not words.startswith(tuple(passage.quote(one) for one in passage.sentences)):
            continue
        for first in range(len(passage.sentences)):
            if found := _run_from(passage, first, words):
                return Quote(passage, found, 0.0)
    return None


def _run_from(passage: Passage, first: int, words: str) -> tuple[Sentence, ...]:
    for last in range(first + 1, len(passage.sentences) + 1):
        found = passage.sentences[first:last]
        text = Quote(passage, found, 0.0).text
        if text == words:
            return found
        if not words.startswith(text):
            break
    return ()


def subject(passage: Passage) -> str:
    """Return what a passage is about by its nearest heading, or nothing where that says only where it stands."""
    title = passage.section[-1] if passage.section else ""
    return "" if GENERAL.match(title) else NUMBERING.sub("", title)


def distinct(quotes: Iterable[Quote], taken: Sequence[Quote] = ()) -> tuple[Quote, ...]:
    """Return the quotes that say something else than those before them and those taken."""
    chosen: list[Quote] = []
    seen = [frozenset(stems(quote.text)) for quote in taken]
    for quote in quotes:
        words = frozenset(stems(quote.text))
        if not any(len(words & other) >= ALIKE * min(len(words), len(other)) for other in seen):
            chosen.append(quote)
            seen.append(words)
    return tuple(chosen)


def make_item(part: str, text: str, sources: tuple[Citation, ...], **more: str | tuple[str, ...]) -> Item:
    """Return an item whose id is the same for the same part, text and sources."""
    places = [f"{source.report.id}:{source.quote.spans[0][0]}" for source in sources]
    digest = hashlib.sha256("\0".join([part, text, *places]).encode()).hexdigest()
    return Item(id=digest[:12], part=part, text=text, sources=sources, **more)  # type: ignore[arg-type]
