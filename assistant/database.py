"""The file that holds what is kept of use: SQLite, open to several sessions, threads and processes at once."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import StoreError

FILE = "vraagbaak.sqlite"
VERSION = 1  # of the tables' form, kept in the file as ``user_version``
PATIENCE = 10.0  # seconds to wait for another writer


@contextmanager
def open_database(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """Give a connection for one block: its changes are kept when it ends well and undone when it raises.

    The file is made where there is none, for its owner alone.

    :param schema: the caller's own tables, as ``CREATE TABLE IF NOT EXISTS`` statements.
    :raises StoreError: the file cannot be made, read or written, or is not a database of this version.
    """
    try:
        _make_private(path)
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level="IMMEDIATE")
        try:
            _wait_until(lambda: _prepared(connection, schema))
            with connection:
                yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _fault(path, error) from error


def owner(user: str) -> str:
    """Return under what name a user's own rows are kept: the file never holds a token or an account."""
    return hashlib.sha256(user.encode()).hexdigest()


def erase_deleted(connection: sqlite3.Connection) -> None:
    """Keep the changes so far and leave nothing of what they deleted in the file or beside it.

    :raises sqlite3.OperationalError: another session holds the file; ``open_database`` makes it a StoreError.
    """
    connection.commit()
    connection.execute("VACUUM")
    _wait_until(lambda: not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise _fault(path, error) from error


def _prepared(connection: sqlite3.Connection, schema: str) -> bool:
    """Set the connection and the tables up; tell whether no other connection was in the way."""
    try:
        # What is deleted is overwritten, and VACUUM leaves no copy in a folder for temporary files.
        for pragma in ("foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY", "journal_mode = WAL"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found > VERSION:
            raise sqlite3.DatabaseError(f"a newer Vraagbaak made it: version {found}, this one reads up to {VERSION}")
        connection.executescript(schema)
        if found < VERSION:
            connection.execute(f"PRAGMA user_version = {VERSION}")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _wait_until(done: Callable[[], bool]) -> None:
    """Repeat what SQLite gives up at once: changing to WAL, or a checkpoint, while another connection does the same."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise sqlite3.OperationalError("another session holds it; try again")
        time.sleep(0.02)


def _fault(path: Path, error: Exception) -> StoreError:
    return StoreError(
        f"the database {str(path)!r} cannot be used ({error}); put it right, or move it away to begin a new one"
    )
