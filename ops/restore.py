"""A backup put back: checked whole beside what is there, then set in its place by renaming.

Nothing of the archive is believed: only plain files that its manifest names, under ``data/`` and ``added/``, with the
size and sha256 that stand there; no links, devices, double names or ways out of the folder.
"""

import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.database import VERSION
from ingest.errors import BackupError, UsageError
from ops.backup import ADDED, DATA, MANIFEST, SCHEMA, SETTINGS, SQLITE, digest, files_below

LARGEST_MANIFEST = 64 * 2**20  # bytes
CHUNK = 2**20
HIDDEN = (".restore-", ".before-", ".lock")  # what stays where it is
RESTORED_SETTINGS = "settings-restored.toml"  # in the data folder: whoever restores sets them himself


@dataclass(frozen=True)
class Restored:
    """What was put back: how many files, when they were backed up, and where what was there before stands now."""

    files: int
    made: str
    before: tuple[Path, ...]


def restore(file: Path, data: Path, added: Path, force: bool = False) -> Restored:
    """Put a backup back: all of it, or nothing where anything is wrong.

    :param force: also where there is something already; that is kept beside it, under a name with the time.
    :raises UsageError: the archive cannot be read, or there is something already and ``force`` is not given.
    :raises BackupError: the archive is damaged, or is no backup of Vraagbaak.
    """
    targets = {DATA: data.absolute(), ADDED: added.absolute()}
    held = [folder for folder in targets.values() if any(files_below(folder))]
    if held and not force:
        where = str(held[0])
        raise UsageError(f"{where!r} is not empty; --force puts the backup in its place and keeps the old beside it")
    with ExitStack() as ways, _archive(file) as archive:
        staged = {name: ways.enter_context(_beside(folder)) for name, folder in targets.items()}
        manifest = _read_manifest(archive, file)
        _need_room(file, manifest, targets[DATA].parent)
        _unpack(archive, file, manifest, staged)
        _check_databases(file, staged[DATA])
        before = _put_in_place(staged, targets)
    return Restored(len(manifest["files"]), str(manifest["made"]), before)


@contextmanager
def _archive(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:gz") as archive:
            yield archive
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise _wrong(file, f"is damaged or no backup ({error})") from error
    except OSError as error:
        if error.errno is None:  # gzip's own: not a gzip file, or its sum is wrong
            raise _wrong(file, f"is damaged or no backup ({error})") from error
        where = error.filename or file
        raise UsageError(f"{str(where)!r}: {error.strerror}; nothing was changed") from error


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Give a new folder on the disk of the one that it is to replace; gone again where it did not."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=".restore-", dir=folder if _is_fixed(folder) else folder.parent))
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _is_fixed(folder: Path) -> bool:
    """Tell whether a folder cannot be renamed itself: a volume, or one in a folder where only root writes."""
    return os.path.ismount(folder) or (folder.is_dir() and not os.access(folder.parent, os.W_OK))


def _read_manifest(archive: tarfile.TarFile, file: Path) -> dict[str, Any]:
    first = archive.next()
    if not first or first.name != MANIFEST or not first.isreg() or first.size > LARGEST_MANIFEST:
        raise _wrong(file, f"does not begin with {MANIFEST}")
    try:
        content: Any = archive.extractfile(first)
        manifest: dict[str, Any] = json.loads(content.read())
        if manifest["schema"] != SCHEMA:
            raise ValueError(f"schema {manifest['schema']!r} is not {SCHEMA!r}")
        _ = [(str(entry["sha256"]), int(entry["bytes"])) for entry in manifest["files"].values()], manifest["made"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong(file, f"has a {MANIFEST} of another form ({error})") from error
    for name in manifest["files"]:
        if not _is_safe(name):
            raise _wrong(file, f"names a file outside its folders: {name!r}")
    return manifest


def _need_room(file: Path, manifest: dict[str, Any], where: Path) -> None:
    needed, free = sum(entry["bytes"] for entry in manifest["files"].values()), shutil.disk_usage(where).free
    if needed > free:
        raise UsageError(f"{str(file)!r} needs {needed:,} bytes and {free:,} are free in {where}; nothing was changed")


def _is_safe(name: str) -> bool:
    parts = PurePosixPath(name).parts
    no_drive = os.name == "posix" or ":" not in name  # elsewhere a colon names a drive or a stream
    plain = name == "/".join(parts) and "\\" not in name and "\0" not in name and no_drive
    below = len(parts) > 1 and parts[0] in (DATA, ADDED) and ".." not in parts
    return plain and (below or name == SETTINGS)


def _unpack(archive: tarfile.TarFile, file: Path, manifest: dict[str, Any], staged: dict[str, Path]) -> None:
    left = dict(manifest["files"])
    while member := archive.next():
        entry = left.pop(member.name, None)
        if entry is None:
            raise _wrong(file, f"holds a file that its {MANIFEST} does not name, or twice: {member.name!r}")
        if not member.isreg() or member.size != entry["bytes"]:
            raise _wrong(file, f"holds {member.name!r} as another kind of file or of another size")
        target = _target(member.name, staged)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content: Any = archive.extractfile(member)
        with open(target, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            shutil.copyfileobj(content, out, CHUNK)
            out.flush()
            os.fsync(out.fileno())
        if digest(target) != entry["sha256"]:
            raise _wrong(file, f"is damaged: {member.name!r} has another sha256 than its {MANIFEST} says")
    if left:
        raise _wrong(file, f"lacks {next(iter(left))!r}")


def _target(name: str, staged: dict[str, Path]) -> Path:
    if name == SETTINGS:
        return staged[DATA] / RESTORED_SETTINGS
    top, rest = name.split("/", 1)
    return staged[top] / rest


def _check_databases(file: Path, data: Path) -> None:
    for path in files_below(data):
        with path.open("rb") as begun:
            if begun.read(len(SQLITE)) != SQLITE:
                continue
        connection = sqlite3.connect(path)
        try:
            state = connection.execute("PRAGMA integrity_check").fetchone()[0]
            made_by = connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            state, made_by = str(error), 0
        finally:
            connection.close()
        if state != "ok":
            raise _wrong(file, f"holds a damaged database {path.name!r}: {state}")
        if made_by > VERSION:
            raise UsageError(f"{str(file)!r} was made by a newer Vraagbaak; restore it with that version")


def _put_in_place(staged: dict[str, Path], targets: dict[str, Path]) -> tuple[Path, ...]:
    """Rename what is there away and what is new into place; undo it all where one step fails.

    :raises UsageError: something cannot be renamed.
    """
    done: list[tuple[Path, Path]] = []

    def move(path: Path, to: Path) -> None:
        path.rename(to)
        done.append((path, to))

    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    try:
        before = [_replace(move, staged[name], target, stamp) for name, target in targets.items()]
    except OSError as error:
        for path, to in reversed(done):
            to.rename(path)
        where = str(error.filename)
        raise UsageError(f"{where!r} cannot be renamed ({error.strerror}); nothing was changed") from error
    return tuple(old for old in before if old.exists())


def _replace(move: Callable[[Path, Path], None], new: Path, target: Path, stamp: str) -> Path:
    """Set one folder in the place of another; return where what was there before stands, if anything was."""
    if _is_fixed(target):  # so what is in it is renamed
        old = target / f".before-{stamp}"
        old.mkdir()
        for path in [path for path in target.iterdir() if not path.name.startswith(HIDDEN)]:
            move(path, old / path.name)
        for path in [*new.iterdir()]:
            move(path, target / path.name)
        return old
    old = target.with_name(f"{target.name}.before-{stamp}")
    if target.exists():
        move(target, old)
    if any(new.iterdir()):
        move(new, target)
    return old


def _wrong(file: Path, what: str) -> BackupError:
    return BackupError(f"{str(file)!r} {what}; nothing was changed")
