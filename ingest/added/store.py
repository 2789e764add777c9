"""The folder of added reports: one folder a report, written whole or not at all.

    corpus/added/
        .lock                      held by whoever writes
        schuldhulp-2024/
            report.toml            the catalogue's fields, the state, where pages begin, and which files belong to it
            original-1f3a9c02.pdf  the file as it was given, byte for byte
            text-7be04d51.txt      its text, in which offsets count
            kinds.json             the kinds that people corrected

The number in a name is the beginning of that file's own sha256, so no other content is ever written over it. A new
report is written under a hidden name and renamed; a change ends with the replacement of ``report.toml``, which names
the files that count; a removed report is renamed away first. So a reader sees the report before or after, never
between, and what a killed writer leaves is cleared by the next one.
"""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ingest.added.details import CORRECTIONS, REPORT, Details, read_corrections
from ingest.errors import CorpusError, DocumentError
from ingest.records import Report, Span

FOLDER = "added"
LAYOUT = "added"
LIVE, PUT_AWAY = "live", "put_away"
LOCK_SECONDS = 60
LOCKED = "Iemand anders is nu bezig met de rapporten. Probeer het over een minuut opnieuw."
NOT_WRITTEN = (
    "Het rapport kan niet worden opgeslagen. Laat uw beheerder kijken naar de ruimte en de rechten op de schijf."
)
PLAIN_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Entry:
    """What ``report.toml`` holds of one added report; file names are those inside its folder.

    ``pages`` are the (offset in the text, page) where pages begin; ``page_count`` is 0 where there are no pages.
    """

    id: str
    title: str
    publisher: str
    year: int
    date: str
    place: str
    region: str
    state: str
    text: str
    text_sha256: str
    original: str
    original_sha256: str
    original_name: str
    added: str
    page_count: int
    pages: tuple[Span, ...] = ()

    def report(self, details: Details | None = None) -> Report:
        """Return the report as the catalogue lists it."""
        digest = (details or Details(self.pages)).digest
        return Report(
            self.id, self.title, self.publisher, self.year, self.date, True, self.place, self.region, LAYOUT,
            f"{FOLDER}/{self.id}/{self.text}", self.text_sha256, f"{FOLDER}/{self.id}/{self.original}", digest,
        )  # fmt: skip


TYPES = {field.name: field.type for field in fields(Entry) if field.name != "pages"}


def entries(corpus: Path) -> tuple[Entry, ...]:
    """Return the added reports in the order in which they were added, also those put away.

    :raises CorpusError: a ``report.toml`` cannot be read or lacks something; the message names it.
    """
    root = corpus / FOLDER
    try:
        names = sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise CorpusError(f"{root}: cannot be read: {error.strerror}") from error
    found = [entry for name in names if (entry := _read(root / name / REPORT))]
    return tuple(sorted(found, key=lambda entry: (entry.added, entry.id)))


def live_reports(corpus: Path) -> tuple[Report, ...]:
    """Return the added reports that answers may come from.

    :raises CorpusError: what is kept of one cannot be read.
    """
    live = [entry for entry in entries(corpus) if entry.state == LIVE]
    return tuple(entry.report(Details(entry.pages, read_corrections(folder_of(corpus, entry.id)))) for entry in live)


def folder_of(corpus: Path, name: str) -> Path:
    """Return the folder of an added report."""
    return corpus / FOLDER / name


@contextmanager
def writing(corpus: Path) -> Iterator[Path]:
    """Hold the folder of added reports, cleared of what a killed writer left; gives the folder.

    :raises DocumentError: another writer holds it too long, or it cannot be written.
    """
    root = corpus / FOLDER
    try:
        root.mkdir(exist_ok=True)
        with FileLock(root / ".lock", timeout=LOCK_SECONDS):
            _clear_leftovers(root)
            yield root
    except Timeout:
        raise DocumentError(
            f"{root}: another process has written here for {LOCK_SECONDS} s; try again", LOCKED
        ) from None
    except OSError as error:
        reason = error.strerror or error
        raise DocumentError(f"{root}: cannot be written ({reason}); nothing was changed", NOT_WRITTEN) from error


def write_new(root: Path, entry: Entry, files: Mapping[str, bytes]) -> None:
    """Write a report that was not there yet: its files under a hidden name, then one rename.

    :raises OSError: it cannot be written; nothing is left of it.
    """
    hidden = root / f".new-{entry.id}"
    try:
        hidden.mkdir()
        for name, content in files.items():
            _write(hidden / name, content)
        _write(hidden / REPORT, _as_toml(entry))
        hidden.rename(root / entry.id)
    except OSError:
        shutil.rmtree(hidden, ignore_errors=True)
        raise


def write_again(root: Path, entry: Entry, files: Mapping[str, bytes]) -> None:
    """Write a report that is there: new files beside the old ones, then its ``report.toml`` in one step.

    :raises OSError: it cannot be written; the report is as it was.
    """
    folder = root / entry.id
    for name, content in files.items():
        _replace(folder / name, content)
    _replace(folder / REPORT, _as_toml(entry))
    _clear_folder(folder)


def write_corrections(root: Path, name: str, text: str) -> None:
    """Write the corrected kinds of a report in one step.

    :raises OSError: they cannot be written; the old ones stand.
    """
    _replace(root / name / CORRECTIONS, text.encode())


def take_away(root: Path, name: str) -> None:
    """Remove a report: renamed away first, so that no reader meets half of it."""
    hidden = root / f".gone-{name}"
    (root / name).rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def _clear_leftovers(root: Path) -> None:
    for path in root.iterdir():
        if path.is_dir() and path.name.startswith((".new-", ".gone-")):
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_dir() and not path.name.startswith("."):
            _clear_folder(path)


def _clear_folder(folder: Path) -> None:
    entry = _read(folder / REPORT)
    if entry:
        kept = {REPORT, CORRECTIONS, entry.text, entry.original}
        for path in folder.iterdir():
            with suppress(OSError):  # what cannot go now is tried again by the next writer
                if path.name not in kept and path.is_file():  # a disk station may keep folders of its own here
                    path.unlink()


def _read(path: Path) -> Entry | None:
    """Return what the file holds; None where the report was removed in the meantime."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}; mend it or move its folder away") from error
    for name, wanted in TYPES.items():
        if type(data.get(name)) is not wanted:
            raise CorpusError(
                f"{path}: field {name!r} is {data.get(name)!r}, not of type {getattr(wanted, '__name__', '')}"
            )
    for name in ("id", "text", "original"):
        if not PLAIN_NAME.fullmatch(data[name]) or data[name].startswith("."):
            raise CorpusError(f"{path}: field {name!r} is {data[name]!r}, not a plain name")
    if data["id"] != path.parent.name or data["state"] not in (LIVE, PUT_AWAY):
        raise CorpusError(f"{path}: id {data['id']!r} or state {data['state']!r} is not what it should be")
    return Entry(**{name: data[name] for name in TYPES}, pages=_pages(path, data))


def _pages(path: Path, data: Mapping[str, Any]) -> tuple[Span, ...]:
    try:
        return tuple((int(start), int(page)) for start, page in data.get("pages", []))
    except (TypeError, ValueError):
        raise CorpusError(f"{path}: field 'pages' is no list of [offset, page]") from None


def _as_toml(entry: Entry) -> bytes:
    # JSON's strings, numbers and lists are TOML's too.
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in entry.__dict__.items()]
    return ("\n".join(lines) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".part")
    try:
        _write(temporary, content)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
