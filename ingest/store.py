"""The index folder: builds side by side, and one pointer to the build that serves.

    .index/
        current            the name of the serving build, one line; replaced in one step
        lock               held by the one ingest that runs
        builds/000001/     manifest.json  passages.json  bank.json  vocabulary.json  twins.json
                           lexicon.toml  vectors.npy  questions.npy  sentences.npy
                           chroma/  lexical/  model/

A build is written whole under a name that nobody reads, then ``current`` is replaced. Two processes on one Chroma
folder silently miss each other's rows, and files replaced under the same path leave open clients on the old data
(measured); builds that never change after they are born avoid both.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ingest.errors import IndexDamaged, IndexFault, IndexMissing, IndexOutdated
from ingest.records import Heading, Passage, Report

VERSION = 2
LOCK_SECONDS = 600


@dataclass(frozen=True)
class Contents:
    """What an index knows of its reports: the reports, their headings and all passages in reading order."""

    reports: tuple[Report, ...]
    headings: dict[str, tuple[Heading, ...]]
    passages: tuple[Passage, ...]


class IndexFolder:
    """The paths of an index folder and the changes that are made to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pointer = root / "current"
        self.builds = root / "builds"

    def current(self) -> str | None:
        """Return the serving build's name, or None where there is no index yet.

        :raises IndexDamaged: the pointer is unreadable or leads to no build.
        """
        try:
            name = self.pointer.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(f"{self.pointer}: cannot be read ({error}); run vraagbaak ingest") from error
        if not name or Path(name).name != name or not (self.builds / name).is_dir():
            raise IndexDamaged(f"{self.pointer}: names no build: {name!r}; run vraagbaak ingest")
        return name

    def build_path(self, name: str) -> Path:
        """Return the folder of a build."""
        return self.builds / name

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder for one ingest; another one waits.

        :raises IndexFault: the folder cannot be written, or the wait took too long.
        """
        try:
            self.builds.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / "lock")
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout:
            raise IndexFault(f"{self.root}: another ingest has held the folder for {LOCK_SECONDS} s") from None
        except OSError as error:
            raise IndexFault(
                f"{self.root}: cannot be written ({error.strerror or error}); set VRAAGBAAK_INDEX"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def switch(self, build: Path) -> None:
        """Let readers use a finished build from their next question on; remove all builds but it and the one before.

        The build gets a name that no build had before it: an open Chroma client would go on reading the old files of a
        path that it knows.
        """
        before = self._readable_current()
        taken = [int(folder.name) for folder in self.builds.iterdir() if folder.name.isdigit()]
        name = f"{max([*taken, int(before) if before and before.isdigit() else 0]) + 1:06}"
        build.rename(self.builds / name)
        temporary = self.root / "current.new"
        temporary.write_text(name + "\n", encoding="utf-8")
        os.replace(temporary, self.pointer)
        for folder in self.builds.iterdir():
            if folder.name not in (name, before):
                shutil.rmtree(folder, ignore_errors=True)

    def _readable_current(self) -> str | None:
        try:
            return self.current()
        except IndexDamaged:
            return None


def write_json(path: Path, data: Any) -> None:
    """Write ``data`` as JSON that a reader sees whole or not at all."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    os.replace(temporary, path)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a build's file.

    :raises IndexDamaged: it is missing, cut off or no object.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{path}: cannot be read ({error}); run vraagbaak ingest") from error
    if not isinstance(data, dict):
        raise IndexDamaged(f"{path}: holds no JSON object; run vraagbaak ingest")
    return data


def write_contents(folder: Path, contents: Contents) -> None:
    """Write a build's reports, headings and passages."""
    write_json(
        folder / "passages.json",
        {
            "reports": [report.__dict__ for report in contents.reports],
            "headings": {
                name: [[h.title, h.level, h.span] for h in found] for name, found in contents.headings.items()
            },
            "passages": [passage.to_json() for passage in contents.passages],
        },
    )


def read_contents(folder: Path) -> Contents:
    """Return what ``write_contents`` wrote.

    :raises IndexDamaged: the file is missing, cut off or of another form.
    """
    path = folder / "passages.json"
    data = read_json(path)
    try:
        return Contents(
            tuple(Report(**entry) for entry in data["reports"]),
            {
                name: tuple(Heading(title, level, (span[0], span[1])) for title, level, span in found)
                for name, found in data["headings"].items()
            },
            tuple(Passage.from_json(entry) for entry in data["passages"]),
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise IndexDamaged(f"{path}: has another form ({error}); run vraagbaak ingest") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a build's manifest.

    :raises IndexDamaged: it is missing or no JSON object.
    :raises IndexOutdated: another version of Vraagbaak wrote it.
    """
    path = folder / "manifest.json"
    manifest = read_json(path)
    version = manifest.get("version")
    if version != VERSION:
        raise IndexOutdated(
            f"{path}: the index has version {version!r}, this program reads {VERSION}; run vraagbaak ingest"
        )
    return manifest


def need_current(folder: IndexFolder) -> str:
    """Return the serving build's name.

    :raises IndexMissing: there is none.
    """
    name = folder.current()
    if name is None:
        raise IndexMissing(f"{folder.root}: no index here yet; run vraagbaak ingest")
    return name
