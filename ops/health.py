"""Can this process answer a question now? It is tried: the index is opened and asked something."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.engine import Assistant
from assistant.index import Index
from ingest.errors import CorpusError, IndexDamaged, IndexMissing, IndexOutdated, ServerFault

PROBE = "Wat staat er in een veiligheidsplan?"
FAULTS = {
    IndexMissing: ("index_missing", "there is no index yet; run vraagbaak ingest"),
    IndexOutdated: ("index_outdated", "another version of Vraagbaak made the index; run vraagbaak ingest"),
    IndexDamaged: ("index_damaged", "the index is damaged; run vraagbaak ingest"),
    ServerFault: ("chroma_unreachable", "the Chroma server does not answer and nothing of it is here yet"),
    CorpusError: ("corpus_unreadable", "the reports cannot be read; run vraagbaak doctor"),
}
NO_ANSWER = ("no_answer", "a question could not be answered; see the log, run vraagbaak doctor")
BUILDING = ("index_building", "the index is being built")
NO_DATA = ("data_not_writable", "the data folder cannot be written; run vraagbaak doctor")


@dataclass(frozen=True)
class Health:
    """What stands in the way of an answer: (code, sentence) for each; nothing where a question can be answered.

    ``server`` tells whether the Chroma server answers, None where none is set. Without it answers go on from the copy.
    """

    reasons: tuple[tuple[str, str], ...]
    index: Index | None = None
    server: bool | None = None

    @property
    def ready(self) -> bool:
        """Tell whether a question can be answered and what users keep can be written."""
        return not self.reasons


def look(opened: Callable[[], Assistant], building: bool, failed: Exception | None, data: Path) -> Health:
    """Return how it is now.

    :param opened: gives the assistant, or raises why there is none.
    :param building: whether an index is being built.
    :param failed: what ended the last build, where something did.
    """
    index, server, reasons = None, None, []
    try:
        assistant = opened()
        assistant.ask(PROBE, top=1)
        index = assistant.index
        server = assistant.mirror.line.up if assistant.mirror else None
    except Exception as error:  # whatever it is, no question can be answered
        reasons.append(BUILDING if building else _why(failed or error))
    if data_fault(data):
        reasons.append(NO_DATA)
    return Health(tuple(reasons), index, server)


def data_fault(folder: Path) -> str:
    """Return why the data folder cannot be written; nothing where it can. It is made where there is none."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
            probe.flush()
            os.fsync(probe.fileno())  # a full disk may show only here
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _why(error: Exception) -> tuple[str, str]:
    return next((reason for kind, reason in FAULTS.items() if isinstance(error, kind)), NO_ANSWER)
