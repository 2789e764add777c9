"""The one door: a question in, a cited answer out. Everything that asks goes through ``Assistant``."""

import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from assistant import answer as answers
from assistant.conversation import question_in, questions_in, shortened
from assistant.fusion import Fusion, load_fusion
from assistant.hygiene import tidy, without_links
from assistant.index import Index
from assistant.mirror import Mirror
from assistant.outcome import Outcome, in_words, lacking_note, no_question, not_found, out_of_scope
from assistant.privacy import mask_personal_data, without_masks
from assistant.question import Kind, kind_of
from assistant.receipt import make_receipt
from assistant.records import Answer, Citation, Filters, Hit, Notice, Turn
from assistant.retrieve import Query, query_for, retrieve
from assistant.safety import notices
from assistant.scope import side_by_side
from assistant.sentences import Candidate, rank_sentences
from assistant.several import joined, merged
from assistant.verdict import verdict_on
from ingest.prompts import load_prompt
from ingest.remote.fetch import corpus_of
from ingest.settings import settings
from ingest.store import IndexFolder

DEPTH = 20
URGENT_WORDS, URGENT_QUOTES = 80, 3
# A lane whose nearest written question is so much further than that of the best lane has nothing on the subject.
SILENT = 0.66
READ = 15  # passages whose sentences may be quoted
EMPTY = "Typ een vraag, bijvoorbeeld: wat doe ik als de hulpvraag ontbreekt?"
CUT = "Uw bericht was te lang. Alleen de eerste 2.000 tekens zijn gebruikt."


class Assistant:
    """Answers questions from the index in ``root``; a newly built index is used from the next question on.

    Where the settings name a Chroma server the index and the corpus are those that the server holds (``mirror.py``).

    :param fusion: how much each piece of retrieval counts (evaluators leave one out); the corpus's own where not given.
    :raises IndexMissing, IndexOutdated, IndexDamaged: there is no index that can be opened.
    :raises ServerFault: the server cannot be asked, and what it held was never fetched.
    """

    def __init__(self, root: Path, corpus: Path, fusion: Fusion | None = None) -> None:
        self._corpus, self._fusion = corpus, fusion
        self.mirror = Mirror(settings(), root) if settings().chroma_url else None
        self.folder = self.mirror.folder if self.mirror else IndexFolder(root)
        self._lock = threading.Lock()
        self._serving = self._with_corpus(self.mirror.index if self.mirror else Index(root))

    @property
    def index(self) -> Index:
        """Return the index that serves now."""
        return self._now().index

    @property
    def corpus(self) -> Path:
        """Return the corpus of the index that serves now: the one that came with it, else the given one."""
        return self._now().corpus

    @property
    def fusion(self) -> Fusion:
        """Return how much each piece of retrieval counts now."""
        return self._now().fusion

    def _now(self) -> "_Serving":
        """Return what serves now, of one version; an answer takes it once."""
        if self._is_old():
            with self._lock:
                if self._is_old():
                    self._serving = self._with_corpus(self.mirror.index if self.mirror else Index(self.folder.root))
        return self._serving

    def _is_old(self) -> bool:
        index = self._serving.index
        return self.mirror.index is not index if self.mirror else not index.serves(self.folder)

    def _with_corpus(self, index: Index) -> "_Serving":
        corpus = corpus_of(index.path, self._corpus)
        return _Serving(index, corpus, self._fusion or load_fusion(corpus))

    def ask(self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None, top: int = 10) -> Answer:
        """Return the answer; every text gets one, whatever stands in it.

        :param top: how many of the ranked passages the answer carries.
        :raises UsageError: the filters name an unknown report or kind.
        :raises IndexFault: the index can no longer be read.
        """
        begun = time.perf_counter()
        serving = self._now()
        index, fusion = serving.index, serving.fusion
        written = tidy(question)
        masked, kinds = mask_personal_data(written, index.common)
        asked, cut = shortened(masked.strip())
        told = notices(written, kinds, serving.corpus) + ((Notice("truncated", CUT),) if cut else ())
        if not any(char.isalnum() for char in asked):
            return Answer(masked, masked, "invalid", EMPTY, told, timings_ms=_timings(begun, begun))
        turns = [Turn(t.role, mask_personal_data(tidy(t.content), index.common)[0]) for t in history]
        parts = questions_in(question_in(asked))
        chosen = filters or Filters()
        index.allowed(chosen)  # an unknown report or kind is told before anything is searched
        queries = [_query(index, part, turns, chosen) for part in parts]
        rankings = [retrieve(index, query, max(top, DEPTH), chosen, fusion) for query in queries]
        found = time.perf_counter()
        pairs = zip(queries, rankings, strict=True)
        urgent = any(notice.kind == "crisis" for notice in told)
        outcomes = [self._outcome(serving, query, hits, chosen, urgent) for query, hits in pairs]
        outcome = outcomes[0] if len(parts) == 1 else joined(parts, outcomes)
        hits = rankings[0] if len(parts) == 1 else merged(rankings)
        numbered = enumerate(outcome.quotes, 1)
        alone = len(parts) == 1 and parts[0] == asked and queries[0].shown == _searchable(asked)
        return Answer(
            question=masked if not cut else asked,
            standalone_question=asked if alone else " ".join(query.shown for query in queries),
            status=outcome.status,
            answer=outcome.text,
            notices=told,
            citations=tuple(Citation(n, quote, index.reports[quote.passage.report]) for n, quote in numbered),
            passages=tuple(hits[:top]),
            not_covered=outcome.not_covered,
            timings_ms=_timings(begun, found),
        )

    def receipt(self, answer: Answer, filters: Filters | None = None) -> dict[str, Any]:
        """Return the receipt of an answer that this assistant gave: see ``receipt.py``.

        Of an answer that a model wrote it names the model and the sha256 of the prompt.
        """
        serving = self._now()
        manifest = serving.index.manifest
        used = {"embedder": manifest["embedder"], "fusion": asdict(serving.fusion), "model": answer.engine}
        if answer.engine != "extractive":
            used["prompt"] = load_prompt("answer_passages").digest
        return make_receipt(answer, serving.index.reports, manifest["fingerprint"], used, filters or Filters())

    def _outcome(
        self, serving: "_Serving", query: Query, hits: Sequence[Hit], filters: Filters, urgent: bool
    ) -> Outcome:
        """Return status, text, quotes and what is missing.

        In danger the numbers come first: then a passage or two, and no long talk of what the reports lack.
        """
        index, kind = serving.index, kind_of(query.shown)
        candidates = rank_sentences(index, query.text, hits[:READ], serving.fusion.sentences)
        verdict = verdict_on(index, query, hits, kind, candidates)
        if verdict.outside:
            added = sum(bool(report.original) for report in index.reports.values())
            return no_question() if urgent else out_of_scope(len(index.reports) - added, added)
        if verdict.near_miss and not urgent:
            return not_found(query.shown, verdict.missing, candidates, self._label(index), _where(index, filters))
        composed = self._compose(index, query, candidates, kind, urgent)
        if not composed.quotes:
            return not_found(query.shown, "", candidates, self._label(index), _where(index, filters))
        lacking = () if urgent else verdict.lacking
        silent = composed.silent or lacking
        lacks = lacking and lacking_note(lacking, answers.short_name(index.reports[verdict.report]))
        notes = [note for note in (lacks, answers.age_note(composed.quotes, index.reports)) if note]
        text = "\n\n".join((composed.text, *notes))
        return Outcome("partly" if silent else "answered", text, composed.quotes, silent)

    @staticmethod
    def _label(index: Index) -> answers.Label:
        return lambda passage: answers.short_name(index.reports[passage.report])

    def _compose(
        self, index: Index, query: Query, candidates: list[Candidate], kind: Kind, urgent: bool
    ) -> answers.Composed:
        if urgent:
            return answers.compose(candidates, kind, self._label(index), URGENT_WORDS, URGENT_QUOTES)
        if len(query.scope.lanes) < 2:
            return answers.compose(candidates, kind, self._label(index))
        near = [float(index.question_scores(x.question)[index.of_reports(x.reports)].max()) for x in query.scope.lanes]
        lanes = []
        for lane, likeness in zip(query.scope.lanes, near, strict=True):
            name = " en ".join(answers.short_name(index.reports[report]) for report in lane.reports)
            speaks = likeness >= SILENT * max(near)
            lanes.append((name, [c for c in candidates if speaks and c.passage.report in lane.reports]))
        return answers.compose_lanes(lanes, kind)


@dataclass(frozen=True)
class _Serving:
    """What answers rest on, all of one version."""

    index: Index
    corpus: Path
    fusion: Fusion


def _query(index: Index, part: str, turns: Sequence[Turn], filters: Filters) -> Query:
    query = query_for(index, _searchable(part), turns)
    if not filters.side_by_side:
        return query
    return replace(query, scope=side_by_side(query.text, index.lexicon, index.reports, filters.reports))


def _searchable(question: str) -> str:
    """Return what of a question is searched: no ``[naam]``, no addresses of links."""
    return without_links(without_masks(question))


def _where(index: Index, filters: Filters) -> str:
    """Return where was searched, in words."""
    return "de gekozen rapporten" if filters.reports else f"alle {in_words(len(index.reports))} de rapporten"


def _timings(begun: float, found: float) -> dict[str, float]:
    now = time.perf_counter()
    return {"retrieve": (found - begun) * 1000, "answer": (now - found) * 1000, "total": (now - begun) * 1000}
