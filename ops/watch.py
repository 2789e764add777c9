"""The one place where a screen tells that a question was answered: it is counted, and becomes one log line."""

import time
from collections.abc import Generator
from typing import TYPE_CHECKING

from assistant.index import Index
from assistant.records import Answer
from ops.logs import event
from ops.metrics import count_answer, count_written, see_index

if TYPE_CHECKING:  # only who sets a model waits for it to load
    from assistant.writer import Written


_serving = ""  # the fingerprint of the index that the last question saw


def answered(answer: Answer, index: Index) -> None:
    """Count and log a question; of its words nothing is kept. The first one that another index answers says so."""
    global _serving
    count_answer(answer)
    see_index(index)
    if _serving != index.manifest["fingerprint"]:
        _serving = str(index.manifest["fingerprint"])
        event("index", index=_serving, passages=len(index.passages), reports=len(index.reports))
    event(
        "question",
        status=answer.status,
        ms=round(answer.timings_ms.get("total", 0.0), 1),
        index=str(index.manifest["fingerprint"]),
        citations=len(answer.citations),
        engine=answer.engine,
        masked=any(notice.kind == "personal_data" for notice in answer.notices),
    )


def managed(action: str, file: str) -> None:
    """Log what was done with a report; ``file`` is the sha256 of its original, as its title is what somebody typed."""
    event("report", action=action, file=file[:12])


def writing(growing: "Generator[Answer, None, Written]") -> Generator[Answer, None, None]:
    """Pass on an answer that a model writes; count and log how it ended."""
    begun, written, outcome = time.perf_counter(), None, "other"
    try:
        written = yield from growing
        outcome = written.fault or "written"
    except GeneratorExit:
        outcome = "stopped"
        raise
    finally:
        seconds = time.perf_counter() - begun
        removed = sum(not checked.kept for checked in written.checked) if written else 0
        count_written(outcome, seconds, removed)
        event("model", outcome=outcome, ms=round(seconds * 1000, 1), removed=removed)
