"""What readers think of answers, kept on this machine: the verdict, the masked question and what it rests on."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.database import erase_deleted, open_database
from assistant.hygiene import tidy
from assistant.index import Index
from assistant.privacy import mask_personal_data
from assistant.records import Answer, Turn
from ingest.errors import UsageError
from ingest.records import Passage, Sentence

VERDICTS = ("nuttig", "niet_nuttig", "verkeerde_bron")
NO_WORDS = ("heading", "title")  # blocks that name a section and say nothing themselves
SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    session TEXT NOT NULL,
    answer TEXT NOT NULL,
    verdict TEXT NOT NULL,
    question TEXT NOT NULL,
    standalone_question TEXT NOT NULL,
    history TEXT NOT NULL,
    status TEXT NOT NULL,
    index_version TEXT NOT NULL,
    cited TEXT NOT NULL,
    wanted TEXT,
    remark TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    UNIQUE (session, answer)
);
"""
FIELDS = ("time", "session", "answer", "verdict", "question", "standalone_question", "history", "status",
          "index_version", "cited", "wanted", "remark")  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A passage, by the whole sentences of it that were quoted or may be."""

    report: str
    passage: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One verdict on one answer. ``answer`` is its short id, ``index_version`` the fingerprint of the index."""

    id: int
    time: str
    verdict: str
    question: str
    standalone_question: str
    history: tuple[Turn, ...]
    status: str
    answer: str
    index_version: str
    cited: tuple[Place, ...]
    wanted: Place | None
    remark: str
    state: str


class Feedback:
    """The verdicts in the SQLite file ``path``; every call opens it anew, so sessions and processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def give(
        self,
        session: str,
        answer: Answer,
        verdict: str,
        index: Index,
        history: Sequence[Turn] = (),
        wanted: Passage | None = None,
        remark: str = "",
    ) -> int:
        """Keep a verdict, in the place of an earlier one of this session on the same answer; return its id.

        Personal data in the remark and in the turns before is masked first; the answer's question is masked already.

        :raises UsageError: there is no such verdict.
        :raises StoreError: the file cannot be written.
        """
        if verdict not in VERDICTS:
            raise UsageError(f"unknown verdict {verdict!r}; known are {', '.join(VERDICTS)}")
        turns = [{"role": turn.role, "content": _masked(turn.content, index)} for turn in history]
        quotes = [one.quote for one in answer.citations]
        cited = [Place(q.passage.report, q.passage.id, _words(q.passage, q.sentences)) for q in quotes]
        chosen = Place(wanted.report, wanted.id, words_of(wanted)) if wanted else None
        named = answer_id(answer)
        values = (
            datetime.now(UTC).isoformat(timespec="seconds"), session, named, verdict,
            answer.question, answer.standalone_question, _json(turns), answer.status,
            index.manifest["fingerprint"], _json([asdict(place) for place in cited]),
            _json(asdict(chosen)) if chosen else None, _masked(remark, index),
        )  # fmt: skip
        marks = ", ".join("?" * len(FIELDS))
        with open_database(self.path, SCHEMA) as database:
            database.execute("DELETE FROM feedback WHERE session = ? AND answer = ?", (session, named))
            cursor = database.execute(f"INSERT INTO feedback ({', '.join(FIELDS)}) VALUES ({marks})", values)
            return int(cursor.lastrowid or 0)

    def entries(self, state: str | None = None) -> tuple[Entry, ...]:
        """Return the verdicts in the order in which they were given, of one state or of all; no file has none.

        :raises StoreError: the file cannot be read.
        """
        if not self.path.exists():
            return ()
        names = ("id", *FIELDS, "state")
        where, values = ("WHERE state = ?", (state,)) if state else ("", ())
        with open_database(self.path, SCHEMA) as database:
            rows = database.execute(f"SELECT {', '.join(names)} FROM feedback {where} ORDER BY id", values).fetchall()
        return tuple(_entry(dict(zip(names, row, strict=True))) for row in rows)

    def forget(self, session: str) -> None:
        """Delete a session's verdicts, so that the file holds no trace of them; what became a gold row stays.

        :raises StoreError: the file cannot be written.
        """
        if not self.path.exists():
            return
        with open_database(self.path, SCHEMA) as database:
            database.execute("DELETE FROM feedback WHERE session = ?", (session,))
            erase_deleted(database)

    def decide(self, number: int, state: str) -> None:
        """Put an open verdict into the state ``accepted`` or ``rejected``.

        :raises UsageError: it is not open any more, or not there.
        :raises StoreError: the file cannot be written.
        """
        with open_database(self.path, SCHEMA) as database:
            changed = database.execute(
                "UPDATE feedback SET state = ? WHERE id = ? AND state = 'open'", (state, number)
            ).rowcount
        if not changed:
            raise UsageError(f"feedback {number} is not open any more", "Dit voorstel is al beoordeeld.")


def answer_id(answer: Answer) -> str:
    """Return 16 hexadecimal digits that name an answer by what it says; how long it took does not count."""
    said = {name: value for name, value in answer.to_json().items() if name not in ("id", "timings_ms")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def words_of(passage: Passage) -> tuple[str, ...]:
    """Return the passage's sentences without its headings."""
    return _words(passage, passage.sentences)


def _masked(text: str, index: Index) -> str:
    return mask_personal_data(tidy(text), index.common)[0]


def _words(passage: Passage, sentences: Sequence[Sentence]) -> tuple[str, ...]:
    return tuple(passage.quote(one).replace("\n", " ") for one in sentences if one.block not in NO_WORDS)


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _entry(row: dict[str, Any]) -> Entry:
    del row["session"]  # it only tells which verdicts replace each other
    wanted = json.loads(row["wanted"]) if row["wanted"] else None
    read = {
        "history": tuple(Turn(**turn) for turn in json.loads(row["history"])),
        "cited": tuple(_read_place(place) for place in json.loads(row["cited"])),
        "wanted": _read_place(wanted) if wanted else None,
    }
    return Entry(**{**row, **read})


def _read_place(data: dict[str, Any]) -> Place:
    return Place(data["report"], data["passage"], tuple(data["sentences"]))
