"""Conversations that users chose to keep: each user's own, for as many days as that user said."""

import json
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.database import erase_deleted, open_database, owner
from assistant.privacy import mask_personal_data
from assistant.records import Answer
from ingest.analysis import fold
from ingest.errors import StoreError, UsageError

if TYPE_CHECKING:
    from assistant.index import Index

LONGEST_TITLE = 80  # characters
SCHEMA = """
CREATE TABLE IF NOT EXISTS person (user TEXT PRIMARY KEY, days INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS conversation (
    user TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    renamed INTEGER NOT NULL DEFAULT 0,
    updated TEXT NOT NULL,
    questions INTEGER NOT NULL,
    words TEXT NOT NULL,
    answers TEXT NOT NULL,
    PRIMARY KEY (user, id)
) STRICT;
"""
# Saves only for a user who switched keeping on, in one step: nothing is kept for one who just switched it off.
SAVE = """
INSERT INTO conversation (user, id, title, updated, questions, words, answers)
SELECT user, :id, :title, :updated, :questions, :words, :answers FROM person WHERE user = :user
ON CONFLICT (user, id) DO UPDATE SET
    title = iif(renamed, title, excluded.title), updated = excluded.updated, questions = excluded.questions,
    words = excluded.words, answers = excluded.answers
"""
EXPIRED = """
DELETE FROM conversation WHERE julianday(updated) <
    julianday(?) - (SELECT days FROM person WHERE person.user = conversation.user)
"""


@dataclass(frozen=True)
class Conversation:
    """A kept conversation as a list shows it; ``updated`` is in UTC."""

    id: str
    title: str
    updated: datetime
    questions: int


class History:
    """The kept conversations in one database file, which is made when first needed.

    A user is a secret token or the id of a sign-in; the file holds only its hash. Each method raises StoreError where
    the file cannot be used.

    :param now: gives the time in UTC.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = path
        self._now = now

    def switched_on(self, user: str) -> int | None:
        """Return for how many days the user's conversations are kept, or None where they are not."""
        with self._open() as connection:
            row = connection.execute("SELECT days FROM person WHERE user = ?", [owner(user)]).fetchone()
        return row[0] if row else None

    def switch_on(self, user: str, days: int) -> None:
        """Keep the user's conversations from now on, each until ``days`` days after its last question.

        :raises UsageError: ``days`` is less than 1.
        """
        if days < 1:
            raise UsageError(f"conversations cannot be kept for {days!r} days; choose 1 or more")
        with self._open() as connection:
            connection.execute("INSERT OR IGNORE INTO person VALUES (?, ?)", [owner(user), days])
            connection.execute("UPDATE person SET days = ? WHERE user = ?", [days, owner(user)])
        self.purge()

    def switch_off(self, user: str) -> None:
        """Keep nothing of the user any more, and delete all that was kept."""
        with self._open() as connection:
            connection.execute("DELETE FROM person WHERE user = ?", [owner(user)])
            erase_deleted(connection)

    @staticmethod
    def new_id() -> str:
        """Return an id for a conversation, which may stand in an address."""
        return secrets.token_urlsafe(9)

    def save(self, user: str, conversation_id: str, answers: Sequence[Answer]) -> None:
        """Keep a conversation as it is now, in place of what was kept of it; nothing where the user keeps none."""
        if not answers:
            return
        words = " ".join(f"{a.question} {a.standalone_question} {a.answer}" for a in answers)
        row = {
            "user": owner(user),
            "id": conversation_id,
            "title": _title(answers[0].question),
            "updated": self._time(),
            "questions": len(answers),
            "words": fold(words),
            "answers": json.dumps([answer.to_json() for answer in answers], ensure_ascii=False),
        }
        with self._open() as connection:
            connection.execute(SAVE, row)
        self.purge()

    def listed(self, user: str, search: str = "") -> tuple[Conversation, ...]:
        """Return the user's conversations, the latest first.

        :param search: words that each must stand in a title, question or answer, whatever their case and accents.
        """
        self.purge()
        wanted = fold(search).split()
        holds = " AND instr(fold(title) || ' ' || words, ?)" * len(wanted)
        with self._open() as connection:
            connection.create_function("fold", 1, fold, deterministic=True)
            rows = connection.execute(
                f"SELECT id, title, updated, questions FROM conversation WHERE user = ?{holds} ORDER BY updated DESC",
                [owner(user), *wanted],
            ).fetchall()
        return tuple(Conversation(name, title, datetime.fromisoformat(at), many) for name, title, at, many in rows)

    def opened(self, user: str, conversation_id: str, index: "Index") -> tuple[Answer, ...]:
        """Return a conversation's answers, with the passages of the index.

        :raises UsageError: the user has no such conversation.
        :raises StoreError: what was kept of it cannot be read.
        """
        with self._open() as connection:
            row = connection.execute(
                "SELECT answers FROM conversation WHERE user = ? AND id = ?", [owner(user), conversation_id]
            ).fetchone()
        if not row:
            raise _unknown(conversation_id)
        try:
            return tuple(Answer.from_json(answer, index) for answer in json.loads(row[0]))
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"conversation {conversation_id!r} in {str(self.path)!r} is damaged: {error}") from error

    def rename(self, user: str, conversation_id: str, title: str) -> None:
        """Give a conversation a title of the user's own, without personal data and cut to 80 characters.

        :raises UsageError: the title is empty, or the user has no such conversation.
        """
        masked = _title(mask_personal_data(title)[0])
        if not masked:
            raise UsageError("a conversation cannot have an empty title", "Typ een naam voor het gesprek.")
        with self._open() as connection:
            done = connection.execute(
                "UPDATE conversation SET title = ?, renamed = 1 WHERE user = ? AND id = ?",
                [masked, owner(user), conversation_id],
            )
        if not done.rowcount:
            raise _unknown(conversation_id)

    def delete(self, user: str, conversation_id: str) -> None:
        """Delete a conversation, so that the file holds no trace of it."""
        with self._open() as connection:
            connection.execute("DELETE FROM conversation WHERE user = ? AND id = ?", [owner(user), conversation_id])
            erase_deleted(connection)

    def delete_all(self, user: str) -> None:
        """Delete all conversations of the user, so that the file holds no trace of them."""
        with self._open() as connection:
            connection.execute("DELETE FROM conversation WHERE user = ?", [owner(user)])
            erase_deleted(connection)

    def purge(self) -> None:
        """Delete the conversations, of all users, that were kept for as long as their user said."""
        with self._open() as connection:
            if connection.execute(EXPIRED, [self._time()]).rowcount:
                erase_deleted(connection)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_database(self.path, SCHEMA)

    def _time(self) -> str:
        return self._now().isoformat(timespec="microseconds")


def _title(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1].rstrip() + "…"


def _unknown(conversation_id: str) -> UsageError:
    return UsageError(
        f"there is no conversation {conversation_id!r} of this user",
        "Dit gesprek is er niet of niet meer. Kijk bij Gesprekken welke er bewaard zijn.",
    )
