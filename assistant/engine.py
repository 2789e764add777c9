"""The one door: a question in, a cited answer out. Everything that asks goes through ``Assistant``."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from assistant import answer as answers
from assistant.conversation import shortened
from assistant.fusion import Fusion, load_fusion
from assistant.index import Index
from assistant.records import Answer, Citation, Filters, Hit, Notice, Quote, Turn
from assistant.relevance import Relevance
from assistant.retrieve import query_for, retrieve
from assistant.safety import mask_personal_data, notices
from ingest.analysis import content_words
from ingest.records import Passage
from ingest.store import IndexFolder

DEPTH = 20
UNKNOWN_SHARE = 0.5  # of the question's words; from there on it is about something else
EMPTY = "Typ een vraag, bijvoorbeeld: wat doe ik als de hulpvraag ontbreekt?"
OUT_OF_SCOPE = (
    "Vraagbaak beantwoordt vragen uit {number} rapporten over Veilig Thuis, lokale teams en kwetsbare gezinnen. "
    "Over deze vraag gaan ze niet."
)
NOT_FOUND = "**Dat staat niet in deze rapporten.** Gezocht in {where}."
CUT = "Uw bericht was te lang. Alleen de eerste 2.000 tekens zijn gebruikt."


class Assistant:
    """Answers questions from the index in ``root``; a newly built index is used from the next question on.

    :param fusion: how much each piece of retrieval counts (evaluators leave one out); the corpus's own where not given.
    :raises IndexMissing, IndexOutdated, IndexDamaged: there is no index that can be opened.
    """

    def __init__(self, root: Path, corpus: Path, fusion: Fusion | None = None) -> None:
        self.fusion = fusion or load_fusion(corpus)
        self.folder = IndexFolder(root)
        self.corpus = corpus
        self._index = Index(root)
        self._lock = threading.Lock()

    @property
    def index(self) -> Index:
        """Return the index that serves now."""
        if self.folder.current() != self._index.name:
            with self._lock:
                if self.folder.current() != self._index.name:
                    self._index = Index(self.folder.root)
        return self._index

    def ask(self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None, top: int = 10) -> Answer:
        """Return the answer; every text gets one, whatever stands in it.

        :param top: how many of the ranked passages the answer carries.
        :raises UsageError: the filters name an unknown report or kind.
        :raises IndexFault: the index can no longer be read.
        """
        begun = time.perf_counter()
        masked, kinds = mask_personal_data(question)
        asked, cut = shortened(masked.strip())
        told = notices(question, kinds, self.corpus) + ((Notice("truncated", CUT),) if cut else ())
        if not any(char.isalnum() for char in asked):
            return Answer(masked, masked, "invalid", EMPTY, told, timings_ms=_timings(begun, begun))
        index = self.index
        query = query_for(index, asked, [Turn(t.role, mask_personal_data(t.content)[0]) for t in history])
        hits = retrieve(index, query, max(top, DEPTH), filters or Filters(), self.fusion)
        found = time.perf_counter()
        status, text, quotes = self._answer(index, query.shown, hits, filters or Filters())
        citations = tuple(Citation(n, quote, index.reports[quote.passage.report]) for n, quote in enumerate(quotes, 1))
        return Answer(
            question=masked if not cut else asked,
            standalone_question=query.shown,
            status=status,
            answer=text,
            notices=told,
            citations=citations,
            passages=tuple(hits[:top]),
            timings_ms=_timings(begun, found),
        )

    def _answer(
        self, index: Index, question: str, hits: Sequence[Hit], filters: Filters
    ) -> tuple[str, str, tuple[Quote, ...]]:
        """Return status, text and quotes."""
        asked = content_words(question)
        unknown = sum(word not in index.known_words for word in asked) / max(1, len(asked))
        if unknown > UNKNOWN_SHARE and len(asked) > 1:
            return "out_of_scope", OUT_OF_SCOPE.format(number=_in_words(len(index.reports))), ()

        def label(passage: Passage) -> str:
            return answers.short_name(index.reports[passage.report])

        relevance = Relevance(question, index.stem_frequency, len(index.passages))
        composed = answers.compose(hits, relevance, label)
        if composed.quotes:
            return "answered", composed.text, composed.quotes
        where = "de gekozen rapporten" if filters.reports else f"alle {_in_words(len(index.reports))} de rapporten"
        return "not_found", NOT_FOUND.format(where=where), ()


def _timings(begun: float, found: float) -> dict[str, float]:
    now = time.perf_counter()
    return {"retrieve": (found - begun) * 1000, "answer": (now - found) * 1000, "total": (now - begun) * 1000}


def _in_words(number: int) -> str:
    names = "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf".split()
    return names[number] if number < len(names) else str(number)
