"""What the assistant's steps hand to each other, and the answer as ``answer.schema.json`` prints it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ingest.records import Passage, Report, Sentence, Span

if TYPE_CHECKING:  # the index itself reads these records
    from assistant.index import Index

SCHEMA = "vraagbaak.answer/1"
STATUSES = ("answered", "partly", "not_found", "out_of_scope", "invalid")
FOUND = ("answered", "partly")  # of other statuses the citations are the nearest passages, not an answer


@dataclass(frozen=True)
class Turn:
    """One message of a conversation; ``role`` is ``user`` or ``assistant``."""

    role: str
    content: str


@dataclass(frozen=True)
class Filters:
    """Which reports (ids) and kinds may be searched; empty means all.

    ``side_by_side`` sets the searched reports beside each other, one lane each, whatever the question names.
    """

    reports: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    side_by_side: bool = False


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
    """One or two whole sentences of a passage, as they are shown, with their places in the file.

    The same words are the same quote, whatever ``score`` chose them.
    """

    passage: Passage
    sentences: tuple[Sentence, ...]
    score: float = field(compare=False)

    @property
    def text(self) -> str:
        """Return the sentences' words."""
        return " ".join(self.passage.quote(sentence) for sentence in self.sentences).replace("\n", " ")

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return where the words stand in the report's file, in reading order."""
        return tuple(span for sentence in self.sentences for span in sentence.spans)

    @property
    def page(self) -> int | None:
        """Return the page on which the words begin; None where the report has no pages."""
        return self.passage.page_at(min(start for start, _ in self.spans))

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
            "page": self.quote.page,
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

    @property
    def found(self) -> bool:
        """Tell whether the reports answer the question, or a part of it."""
        return self.status in FOUND

    @property
    def in_danger(self) -> bool:
        """Tell whether the question speaks of danger now."""
        return any(notice.kind == "crisis" for notice in self.notices)

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

    @classmethod
    def from_json(cls, data: Mapping[str, Any], index: "Index") -> "Answer":
        """Return the answer that ``to_json`` gave, with the index's own passages and reports.

        A passage or report that the index does not hold any more as it was is made of what the answer itself carries.
        The quotes' scores are not kept; they are 0.

        :raises KeyError, TypeError, ValueError: the data is not such an object.
        """
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']!r} is not {SCHEMA!r}")
        return cls(
            question=data["question"],
            standalone_question=data["standalone_question"],
            status=data["status"],
            answer=data["answer"],
            notices=tuple(Notice(**notice) for notice in data["notices"]),
            citations=tuple(citation_from_json(one, index) for one in data["citations"]),
            passages=tuple(Hit(_ranked(one, index), one["score"]) for one in data["passages"]),
            not_covered=tuple(data["not_covered"]),
            engine=data["engine"],
            timings_ms=dict(data["timings_ms"]),
            id=data["id"],
        )


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


def citation_from_json(data: Mapping[str, Any], index: "Index") -> Citation:
    """Return the citation that ``Citation.to_json`` gave: the index's own passage where it still holds the words.

    :raises KeyError, TypeError, ValueError: the data is not such an object.
    """
    spans = _spans(data)
    passage = _held(data["passage"], index)
    sentences = _sentences_at(passage, spans) if passage else ()
    if not passage or Quote(passage, sentences, 0.0).text != data["quote"]:
        passage = _lone_passage(data["passage"], data, data["quote"])
        sentences = passage.sentences
    report = index.reports.get(data["report"]) or _lone_report(data)
    return Citation(data["n"], Quote(passage, sentences, 0.0), report)


def _ranked(data: Mapping[str, Any], index: "Index") -> Passage:
    passage = _held(data["id"], index)
    if passage and (passage.text, passage.spans) == (data["text"], _spans(data)):
        return passage
    return _lone_passage(data["id"], data, data["text"])


def _held(name: str, index: "Index") -> Passage | None:
    return index.passages[index.place[name]] if name in index.place else None


def _spans(data: Mapping[str, Any]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in data["spans"])


def _sentences_at(passage: Passage, spans: tuple[Span, ...]) -> tuple[Sentence, ...]:
    """Return the passage's sentences whose places, one after another, are these; none where they are not."""
    found: list[Sentence] = []
    while spans:
        here = next((s for s in passage.sentences if s.spans and spans[: len(s.spans)] == s.spans), None)
        if here is None:
            return ()
        found.append(here)
        spans = spans[len(here.spans) :]
    return tuple(found)


def _lone_passage(name: str, data: Mapping[str, Any], text: str) -> Passage:
    spans = _spans(data)
    sentences = (Sentence(0, len(text), spans, "text"),)
    return Passage(
        name, data["report"], data["kind"], tuple(data["section"]), spans, text, sentences, page=data["page"]
    )


def _lone_report(data: Mapping[str, Any]) -> Report:
    year = data["year"]
    return Report(data["report"], data["title"], data["publisher"], year, str(year), False, "", "", "", "", "")
