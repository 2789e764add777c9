"""One archive of all that is not in the program or made from it: what users keep, added reports, the settings.

    manifest.json               the sha256 and size of every file below, checked when it is put back
    data/…                      the data folder; its databases by SQLite's online backup, so that the chat may go on
    added/…                     the added reports, with their originals and corrected kinds
    settings.toml               the settings file, without what is secret

The index is left out: it is made again from the reports.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import UnionType
from typing import Any, get_args
from urllib.parse import urlsplit, urlunsplit

from filelock import FileLock, Timeout
from pydantic import SecretStr

from ingest.errors import StoreError, UsageError
from ingest.settings import Settings

SCHEMA = "vraagbaak.backup/1"
MANIFEST, DATA, ADDED, SETTINGS = "manifest.json", "data", "added", "settings.toml"
SQLITE = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm", "-journal", ".lock")  # what stands beside a database or a file while it is written


def back_up(file: Path, data: Path, added: Path, config: Path | None, force: bool = False) -> dict[str, Any]:
    """Write the archive, whole or not at all, and return its manifest. The chat may go on meanwhile.

    :param added: the folder of added reports; it need not be there.
    :param config: the settings file, where there is one.
    :raises UsageError: the archive is there already and ``force`` is not given, or it cannot be written.
    :raises StoreError: something cannot be read.
    """
    if file.exists() and not force:
        raise UsageError(f"{str(file)!r} is there already; choose another name or add --force")
    if file.resolve().is_relative_to(data.resolve()):
        raise UsageError(f"{str(file)!r} stands in the data folder itself; choose a place outside it")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.resolve().parent) as name:
            staged = Path(name)
            _copy_tree(data, staged / DATA)
            with _held(added):
                _copy_tree(added, staged / ADDED)
            if config:
                (staged / SETTINGS).write_text(without_secrets(config), encoding="utf-8")
            manifest = _manifest(staged)
            _pack(staged, manifest, staged / "archive")
            os.replace(staged / "archive", file)
    except OSError as error:
        raise UsageError(f"{str(file)!r} cannot be written ({error.strerror or error}); nothing was changed") from error
    return manifest


def without_secrets(config: Path) -> str:
    """Return a settings file without its secret settings and without passwords in its addresses.

    :raises UsageError: it cannot be read.
    """
    try:
        given = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"VRAAGBAAK_CONFIG {str(config)!r} cannot be read: {error}") from error
    kept = {name: value for name, value in given.items() if name not in secret_settings()}
    # A JSON string, number, list of these, true and false are the same in TOML.
    return "".join(f"{name} = {json.dumps(_harmless(value), ensure_ascii=False)}\n" for name, value in kept.items())


def secret_settings() -> set[str]:
    """Return the names of the settings that are secret."""
    return {name for name, field in Settings.model_fields.items() if _is_secret(field.annotation)}


def _is_secret(kind: Any) -> bool:
    return kind is SecretStr or (isinstance(kind, UnionType) and SecretStr in get_args(kind))


def _harmless(value: Any) -> Any:
    if not isinstance(value, str) or "@" not in value or "://" not in value:
        return value
    parts = urlsplit(value)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files that a backup keeps: no hidden ones, no links, nothing that only stands beside another."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink() and not path.name.endswith(BESIDE):
            yield path


@contextmanager
def _held(added: Path) -> Iterator[None]:
    """Hold the added reports as their writers do, so that none changes halfway.

    :raises UsageError: somebody has been writing for a minute.
    """
    lock = FileLock(added / ".lock", timeout=60)
    try:
        if added.is_dir() and os.access(added, os.W_OK):  # where it cannot be written nobody writes
            lock.acquire()
        yield
    except Timeout:
        raise UsageError(f"{str(added)!r} is being written; try again when that has ended") from None
    finally:
        lock.release()


def _copy_tree(folder: Path, to: Path) -> None:
    for path in files_below(folder):
        target = to / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            if _is_database(path):
                _copy_database(path, target)
            else:
                shutil.copyfile(path, target)
        except FileNotFoundError:  # removed meanwhile, as a report that somebody takes away
            continue


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def _copy_database(path: Path, target: Path) -> None:
    """Copy a database as it is at one moment, whoever writes to it, as a file that needs no other beside it.

    :raises StoreError: it is damaged.
    """
    source, copy = sqlite3.connect(path, timeout=30), sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        if (found := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
    except sqlite3.Error as error:
        raise StoreError(f"the database {str(path)!r} cannot be backed up: {error}") from error
    finally:
        source.close()
        copy.close()


def _manifest(staged: Path) -> dict[str, Any]:
    files = {
        path.relative_to(staged).as_posix(): {"sha256": digest(path), "bytes": path.stat().st_size}
        for path in sorted(staged.rglob("*"))
        if path.is_file()
    }
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"schema": SCHEMA, "made": made, "program": version("vraagbaak"), "files": files}


def _pack(staged: Path, manifest: dict[str, Any], to: Path) -> None:
    text = staged / MANIFEST
    text.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    with open(to, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name in (MANIFEST, *manifest["files"]):
                archive.add(staged / name, name, recursive=False, filter=_nobodys)
        out.flush()
        os.fsync(out.fileno())


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def digest(path: Path) -> str:
    """Return a file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
