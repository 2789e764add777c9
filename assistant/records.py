"""What the assistant's steps hand to each other, and the answer as ``answer.schema.json`` prints it."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.records import Passage, Report, Sentence, Span

SCHEMA = "vraagbaak.answer/1"
STATUSES = ("answered", "partly", "not_found", "out_of_scope", "invalid")


@dataclass(frozen=True)
class Turn:
    """One message of a conversation; ``role`` is ``user`` or ``assistant``."""

    role: str
    content: str


@dataclass(frozen=True)
class Filters:
    """Which reports (ids) and kinds may be searched; empty means all."""

    reports: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A ranked passage; ``score`` is 0 to 1, higher is better, strictly falling with the rank."""

    passage: Passage
    score: float


@dataclass(frozen=True)
class Notice:
    """Something that the reader must know before the answer."""

    kind: str
    text: str


@dataclass(frozen=True)
class Quote:
    """One or two whole sentences of a passage, as they are shown, with their places in the file."""

    passage: Passage
    sentences: tuple[Sentence, ...]
    score: float

    @property
    def text(self) -> str:
        """Return the sentences' words."""
        return " ".join(self.passage.quote(sentence) for sentence in self.sentences).replace("\n", " ")

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return where the words stand in the report's file, in reading order."""
        return tuple(span for sentence in self.sentences for span in sentence.spans)

    @property
    def words(self) -> int:
        """Return how many words are shown."""
        return len(self.text.split())


@dataclass(frozen=True)
class Citation:
    """What a marker ``[n]`` in the answer refers to."""

    n: int
    quote: Quote
    report: Report

    def to_json(self) -> dict[str, Any]:
        """Return the schema's citation object."""
        passage, spans = self.quote.passage, self.quote.spans
        return {
            "n": self.n,
            "passage": passage.id,
            "report": passage.report,
            "title": self.report.title,
            "publisher": self.report.publisher,
            "year": self.report.year,
            "section": list(passage.section),
            "kind": passage.kind,
            "page": passage.page,
            "start": min(start for start, _ in spans),
            "end": max(end for _, end in spans),
            "spans": [list(span) for span in spans],
            "quote": self.quote.text,
        }


@dataclass(frozen=True)
class Answer:
    """What a question gets: the text with its markers, the citations, and what retrieval ranked."""

    question: str
    standalone_question: str
    status: str
    answer: str
    notices: tuple[Notice, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Hit, ...] = ()
    not_covered: tuple[str, ...] = ()
    engine: str = "extractive"
    timings_ms: dict[str, float] = field(default_factory=dict)
    id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``vraagbaak ask --json`` prints, in the schema's order."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "status": self.status,
            "notices": [asdict(notice) for notice in self.notices],
            "answer": self.answer,
            "citations": [citation.to_json() for citation in self.citations],
            "passages": [_hit_json(rank, hit) for rank, hit in enumerate(self.passages, 1)],
            "not_covered": list(self.not_covered),
            "engine": self.engine,
            "timings_ms": {name: round(ms, 3) for name, ms in self.timings_ms.items()},
        }


def _hit_json(rank: int, hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "rank": rank,
        "id": passage.id,
        "report": passage.report,
        "section": list(passage.section),
        "kind": passage.kind,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "spans": [list(span) for span in passage.spans],
        "score": hit.score,
        "text": passage.text,
    }
