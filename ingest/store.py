"""The index folder: builds side by side, and one pointer to the build that serves.

    .index/
        current            the name of the serving build, one line; replaced in one step
        lock               held by the one ingest that runs
        builds/000001/     manifest.json  reports.json  headings.jsonl  passages.jsonl  columns.npy  ids.json
                           bank.json  names.json  vocabulary.json  twins.json
                           lexicon.toml  vectors.npy  questions.npy  sentences.npy
                           chroma/  lexical/  model/

A build is written whole under a name that nobody reads, then ``current`` is replaced. Two processes on one Chroma
folder silently miss each other's rows, and files replaced under the same path leave open clients on the old data
(measured); builds that never change after they are born avoid both.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from ingest.errors import IndexDamaged, IndexFault, IndexMissing, IndexOutdated
from ingest.lines import Lines, read_array, write_lines
from ingest.records import KINDS, Heading, Passage, Report

VERSION = 4
LOCK_SECONDS = 600


# What retrieval asks of every passage: the number of its report and of its kind, and how many sentences it has.
COLUMNS = np.dtype([("report", np.int32), ("kind", np.int8), ("sentences", np.int32)])


@dataclass(frozen=True)
class Contents:
    """What an index knows of its reports: the reports, their headings, and all passages in reading order.

    Headings (a report's by its number) and passages are read from the build's files when they are asked for.
    ``columns`` has a row a passage (``COLUMNS``), ``ids`` a name.
    """

    reports: tuple[Report, ...]
    headings: Sequence[tuple[Heading, ...]]
    passages: Sequence[Passage]
    columns: NDArray[Any]
    ids: Sequence[str]


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


def write_contents(folder: Path, parts: Iterable[tuple[Report, Sequence[Heading], Sequence[Passage]]]) -> Contents:
    """Write reports one by one, each with its headings and passages; return them as they can be read."""
    reports: list[Report] = []
    headings: list[list[Any]] = []
    ids: list[str] = []
    columns: list[tuple[int, int, int]] = []

    def passages() -> Iterator[dict[str, Any]]:
        for number, (report, of_report, found) in enumerate(parts):
            reports.append(report)
            headings.append([[h.title, h.level, h.span] for h in of_report])
            for passage in found:
                ids.append(passage.id)
                columns.append((number, KINDS.index(passage.kind), len(passage.sentences)))
                yield passage.to_json()

    write_lines(folder / "passages.jsonl", passages())
    write_lines(folder / "headings.jsonl", headings)
    np.save(folder / "columns.npy", np.array(columns, dtype=COLUMNS))
    write_json(folder / "ids.json", {"ids": ids})
    write_json(folder / "reports.json", {"reports": [report.__dict__ for report in reports]})
    return read_contents(folder)


def read_contents(folder: Path) -> Contents:
    """Return what ``write_contents`` wrote.

    :raises IndexDamaged: a file is missing, cut off or of another form.
    """
    passages = Lines(folder / "passages.jsonl", Passage.from_json)
    headings = Lines(folder / "headings.jsonl", _headings)
    columns = read_array(folder / "columns.npy")
    try:
        ids = read_json(folder / "ids.json")["ids"]
        reports = tuple(Report(**entry) for entry in read_json(folder / "reports.json")["reports"])
    except (KeyError, TypeError) as error:
        raise IndexDamaged(f"{folder}: has another form ({error}); run vraagbaak ingest") from error
    if not len(passages) == len(columns) == len(ids) or columns.dtype != COLUMNS or len(headings) != len(reports):
        raise IndexDamaged(f"{folder}: its files do not belong together; run vraagbaak ingest")
    return Contents(reports, headings, passages, columns, ids)


def _headings(found: list[Any]) -> tuple[Heading, ...]:
    return tuple(Heading(title, level, (span[0], span[1])) for title, level, span in found)


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
