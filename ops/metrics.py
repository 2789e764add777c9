"""Figures for Prometheus: counts, times and what serves now. No label ever holds what somebody typed.

The screens count, each time a question is answered; the command line and the evals do not pay for it. ``/metrics``
reads (see ``ui/health.py``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from assistant.index import Index
from assistant.records import STATUSES, Answer
from ingest.errors import ModelError
from ops.health import Health

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
NOTICES = ("crisis", "personal_data", "truncated", "model_unavailable", "unsupported_removed")
FAST = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)  # seconds; without a model an answer takes some 10 ms
SLOW = (0.5, 1, 2, 5, 10, 20, 30, 60)
OUTCOMES = ("written", "stopped", *ModelError.CAUSES)

_questions = Counter("vraagbaak_questions", "Questions by the status of their answer", ["status"], registry=REGISTRY)
_refusals = Counter("vraagbaak_refusals", "Questions that the reports do not answer", registry=REGISTRY)
_notices = Counter("vraagbaak_notices", "Notices above answers, by kind", ["kind"], registry=REGISTRY)
_seconds = Histogram(
    "vraagbaak_answer_seconds", "Time from question to answer, without a model", registry=REGISTRY, buckets=FAST
)
_model_calls = Counter(
    "vraagbaak_model_calls", "Answers that a model was to write, by how it ended", ["outcome"], registry=REGISTRY
)
_model_seconds = Histogram("vraagbaak_model_seconds", "Time that a model wrote", registry=REGISTRY, buckets=SLOW)
_removed = Counter(
    "vraagbaak_removed_sentences", "Sentences of a model's that the reports do not bear out", registry=REGISTRY
)
_switches = Counter("vraagbaak_index_switches", "Times that this process changed to another index", registry=REGISTRY)
_faults = Counter("vraagbaak_unexpected_faults", "Faults that nobody foresaw, each with a code", registry=REGISTRY)

# Every series is there from the start, so that an alert on its growth sees the first time too.
for _status in STATUSES:
    _questions.labels(_status)
for _kind in NOTICES:
    _notices.labels(_kind)
for _outcome in OUTCOMES:
    _model_calls.labels(_outcome)
ProcessCollector(registry=REGISTRY)  # memory, processor time and open files


def count_answer(answer: Answer) -> None:
    """Count a question by its answer."""
    _questions.labels(answer.status).inc()
    if answer.status in ("not_found", "out_of_scope"):
        _refusals.inc()
    for kind in {notice.kind for notice in answer.notices} & set(NOTICES):
        _notices.labels(kind).inc()
    _seconds.observe(answer.timings_ms.get("total", 0.0) / 1000)


def count_written(outcome: str, seconds: float, removed: int) -> None:
    """Count an answer that a model was to write.

    :param outcome: one of ``OUTCOMES``: ``written``, ``stopped`` by the reader, or why the model failed.
    """
    _model_calls.labels(outcome).inc()
    _model_seconds.observe(seconds)
    _removed.inc(removed)


def count_fault() -> None:
    """Count a fault that nobody foresaw."""
    _faults.inc()


class _Serving:
    """The index that this process was last seen to use."""

    def __init__(self) -> None:
        self._name = ""
        self._lock = Lock()

    def see(self, name: str) -> None:
        with self._lock:
            if self._name and name != self._name:
                _switches.inc()
            self._name = name


_serving = _Serving()


def see_index(index: Index) -> None:
    """Notice which index serves; another one than before counts as a switch."""
    _serving.see(index.name)


@dataclass(frozen=True)
class Now:
    """What is so at the moment of reading."""

    health: Health
    building: bool
    sessions: int


def exposition(now: Now) -> bytes:
    """Return all figures in Prometheus' text form."""
    if now.health.index:
        see_index(now.health.index)
    lasting = generate_latest(REGISTRY)
    once = CollectorRegistry()
    once.register(_Moment(list(_of_now(now))))
    return lasting + generate_latest(once)


class _Moment:
    def __init__(self, found: Sequence[Metric]) -> None:
        self._found = found

    def collect(self) -> Sequence[Metric]:
        return self._found


def _of_now(now: Now) -> Iterator[Metric]:
    yield _gauge("ready", "1 where a question can be answered", now.health.ready)
    yield _gauge("index_build_in_progress", "1 while an index is built by this process", now.building)
    yield _gauge("sessions", "Browser windows that are open now", now.sessions)
    if now.health.server is not None:
        yield _gauge(
            "chroma_server_up", "1 where the Chroma server answers; 0: answers come from the copy", now.health.server
        )
    if index := now.health.index:
        yield _gauge("index_passages", "Passages in the index that serves", len(index.passages))
        yield _gauge("index_reports", "Reports in the index that serves", len(index.reports))
        info: dict[str, Any] = {"version": index.name, "fingerprint": str(index.manifest["fingerprint"])}
        yield InfoMetricFamily("vraagbaak_index", "The index that serves", info)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"vraagbaak_{name}", text, float(value))
