"""Packs that users keep: saved, listed, reopened and deleted, each user's own."""

import json
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.database import erase_deleted, open_database, owner
from assistant.index import Index
from ingest.errors import StoreError, UsageError
from learn.edit import rename
from learn.records import Pack

SCHEMA = """
CREATE TABLE IF NOT EXISTS pack (
    user TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    updated TEXT NOT NULL,
    items INTEGER NOT NULL,
    pack TEXT NOT NULL,
    PRIMARY KEY (user, id)
) STRICT;
"""


@dataclass(frozen=True)
class Saved:
    """A saved pack as a list shows it; ``updated`` is in UTC."""

    id: str
    title: str
    updated: datetime
    items: int


class Packs:
    """The saved packs in one database file, which is made when first needed.

    A user is a secret token or the id of a sign-in; the file holds only its hash. Each method raises StoreError where
    the file cannot be used.

    :param now: gives the time in UTC.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now

    def save(self, user: str, pack: Pack) -> None:
        """Keep a pack as it is now, in place of what was kept under its id."""
        at = self._now().isoformat(timespec="microseconds")
        kept = json.dumps(pack.to_json(), ensure_ascii=False)
        with self._open() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO pack VALUES (?, ?, ?, ?, ?, ?)",
                [owner(user), pack.id, pack.title, at, len(pack.items), kept],
            )

    def save_as_new(self, user: str, pack: Pack) -> Pack:
        """Keep a pack beside what is kept already, and return it: under an id of its own where the user has that id."""
        if any(saved.id == pack.id for saved in self.listed(user)):
            pack = replace(pack, id=secrets.token_hex(6))
        self.save(user, pack)
        return pack

    def listed(self, user: str) -> tuple[Saved, ...]:
        """Return the user's packs, the latest first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT id, title, updated, items FROM pack WHERE user = ? ORDER BY updated DESC", [owner(user)]
            ).fetchall()
        return tuple(Saved(name, title, datetime.fromisoformat(at), items) for name, title, at, items in rows)

    def opened(self, user: str, pack_id: str, index: Index) -> Pack:
        """Return a pack, with the passages of the index where they still hold the quotes.

        :raises UsageError: the user has no such pack.
        :raises StoreError: what was kept of it cannot be read.
        """
        with self._open() as connection:
            row = connection.execute(
                "SELECT pack FROM pack WHERE user = ? AND id = ?", [owner(user), pack_id]
            ).fetchone()
        if not row:
            raise UsageError(f"there is no pack {pack_id!r} of this user", "Dit lespakket is er niet of niet meer.")
        try:
            return Pack.from_json(json.loads(row[0]), index)
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"pack {pack_id!r} in {str(self._path)!r} is damaged: {error}") from error

    def rename(self, user: str, pack_id: str, title: str, index: Index) -> Pack:
        """Give a saved pack another title (see ``edit.rename``) and return it.

        :raises UsageError: the title is empty, or the user has no such pack.
        """
        renamed = rename(self.opened(user, pack_id, index), title)
        self.save(user, renamed)
        return renamed

    def delete(self, user: str, pack_id: str) -> None:
        """Delete a pack, so that the file holds no trace of it."""
        with self._open() as connection:
            connection.execute("DELETE FROM pack WHERE user = ? AND id = ?", [owner(user), pack_id])
            erase_deleted(connection)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_database(self._path, SCHEMA)
