"""The doctor on what lies on the disk: reports, index, what users keep, room, the clock and locks."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assistant.database import FILE, VERSION
from assistant.engine import Assistant
from ingest.added.reports import faults
from ingest.bank import load_bank
from ingest.catalogue import load_catalogue
from ingest.errors import IndexFault, IndexMissing, VraagbaakError
from ingest.index import fingerprint, written_files
from ingest.remote.fetch import FILE as FETCHED
from ingest.remote.fetch import mirrored, serving_corpus
from ingest.settings import Settings
from ingest.store import IndexFolder, need_current, read_manifest
from ops.finding import Finding, ok, warning, wrong
from ops.health import data_fault

INGEST = "run vraagbaak ingest"
LEAST_FREE, ENOUGH_FREE = 100_000_000, 1_000_000_000  # bytes
BUILT = datetime(2026, 11, 1).timestamp()  # no clock that is right stands before it
SLACK = 120.0  # seconds that clocks of two machines may differ


def check_corpus(settings: Settings) -> Iterator[Finding]:
    """Yield whether all reports are there and unchanged, the originals of added ones too."""
    corpus = serving_corpus(settings.index_folder, settings.corpus, settings.chroma_url)
    changed: list[str] = []
    try:
        changed = faults(corpus)
        for fault in changed:
            yield wrong("reports", fault, "put the file back from a backup, or remove the report and add it again")
        reports = load_catalogue(corpus)
    except VraagbaakError as error:
        if not changed:
            yield wrong("reports", str(error), "put the file back as it was (from the program or a backup)")
        return
    if not changed:
        yield ok("reports", f"{len(reports)} reports in {corpus}, each with its own sha256")


def check_index(settings: Settings) -> Iterator[Finding]:
    """Yield whether the index is there, whole, made from the reports as they are now, and opens."""
    folder = IndexFolder(mirrored(settings.index_folder) if settings.chroma_url else settings.index_folder)
    try:
        build = folder.build_path(need_current(folder))
        manifest = read_manifest(build)
        damaged = _damaged(build, manifest)
        if damaged:
            yield wrong("index", f"{damaged} of {build} is missing or not as it was written", INGEST)
            return
        index = Assistant(settings.index_folder, settings.corpus).index
    except IndexMissing:
        yield warning("index", f"none in {folder.root} yet; the first start builds it", INGEST)
        return
    except VraagbaakError as error:
        todo = INGEST if isinstance(error, IndexFault) else "put the reports right first"
        yield wrong("index", str(error).removesuffix(f"; {INGEST}"), todo)
        return
    about = f"{index.name} ({manifest['fingerprint']}): {len(index.passages)} passages of {len(index.reports)} reports"
    if not _up_to_date(settings, manifest):
        yield warning("index", f"{about}; made before the reports, settings or program changed", INGEST)
    else:
        opens = "fetched from the Chroma server" if settings.chroma_url else "Chroma opens"
        yield ok("index", f"{about}; every file as it was written, {opens}")


def check_data(settings: Settings) -> Iterator[Finding]:
    """Yield whether what users keep can be written, is whole, and is closed to others."""
    folder, database = settings.data, settings.data / FILE
    if fault := data_fault(folder):
        yield wrong(
            "data", f"{folder} cannot be written: {fault}", "make it writable for this user, or set VRAAGBAAK_DATA"
        )
        return
    if os.name == "posix" and folder.stat().st_mode & 0o007:
        yield warning("data", f"{folder} is open to others on this machine", f"chmod 700 {folder}")
    if not database.exists():
        yield ok("data", f"{folder} can be written; nothing is kept yet")
        return
    if os.name == "posix" and database.stat().st_mode & 0o077:
        yield wrong("data", f"{database} can be read by others on this machine", f"chmod 600 {database}*")
    state, made_by = _database_state(database)
    if state != "ok":
        yield wrong("data", f"{database} is damaged: {state}", "stop Vraagbaak and restore a backup (docs/beheer.md)")
    elif made_by > VERSION:
        yield wrong("data", f"{database} was made by a newer Vraagbaak", "install that version again")
    else:
        yield ok("data", f"{database} is whole, {database.stat().st_size:,} bytes")


def check_room(settings: Settings) -> Iterator[Finding]:
    """Yield whether the disks of index and data have room: an index is built beside the one that serves."""
    size = sum(path.stat().st_size for path in settings.index_folder.rglob("*") if path.is_file())
    for about, folder, needed in (("index", settings.index_folder, size), ("data", settings.data, 0)):
        free = shutil.disk_usage(_there(folder)).free
        text = f"{free / 1e9:.1f} GB free for {about}"
        if free < LEAST_FREE + needed:
            yield wrong("disk", text, "make room, or put the folder on another disk (VRAAGBAAK_INDEX, VRAAGBAAK_DATA)")
        elif free < ENOUGH_FREE + 2 * needed:
            yield warning("disk", text, "make room before it is full")
        else:
            yield ok("disk", text)


def check_clock(settings: Settings) -> Finding:
    """Return whether the clock can be right: days of keeping and years asked for are counted by it."""
    written = [path for path in (settings.index_folder / "current", settings.data / FILE) if path.exists()]
    newest = max([BUILT, *(path.stat().st_mtime for path in written)])
    now = time.time()
    text = f"{datetime.fromtimestamp(now).astimezone().isoformat(timespec='seconds')}"
    if now < newest - SLACK:
        before = datetime.fromtimestamp(newest).astimezone().isoformat(timespec="seconds")
        return wrong(
            "clock", f"{text}, yet something was written at {before}", "set the clock (timedatectl set-ntp true)"
        )
    return ok("clock", text)


def check_locks(settings: Settings) -> Finding:
    """Return whether somebody writes the index or the reports now."""
    for path in (settings.index_folder / "lock", settings.corpus / "added" / ".lock"):
        if not path.is_file():
            continue
        try:
            FileLock(path).acquire(timeout=0).lock.release()
        except Timeout:
            todo = "wait until it has ended; if none runs, look who holds the file (fuser)"
            return warning("locks", f"{path} is held: an ingest or a change of reports runs", todo)
        except OSError as error:
            return wrong("locks", f"{path}: {error.strerror}", "make the folder writable for this user")
    return ok("locks", "none held")


def _damaged(build: Path, manifest: dict[str, Any]) -> str:
    """Return the first file that is not as the manifest says (its sha256, or its size); nothing where all are."""
    found = written_files(build)
    for name, said in manifest.get("files", {}).items():
        if name.startswith("chroma/") and (build / FETCHED).is_file():
            continue  # that part stays on the server
        if found.get(name) != said:
            return str(name)
    return ""


def _up_to_date(settings: Settings, manifest: dict[str, Any]) -> bool:
    if settings.chroma_url:  # made elsewhere, of reports that need not be here
        return True
    corpus = settings.corpus
    wanted = fingerprint(corpus, load_catalogue(corpus), load_bank(corpus), settings.embedder)
    return bool(manifest.get("fingerprint") == wanted)


def _database_state(path: Path) -> tuple[str, int]:
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            state = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
            return state, int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        return str(error), 0


def _there(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
