"""The catalogue: which reports there are, checked before anything is read from them."""

import hashlib
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from ingest.added.store import live_reports
from ingest.errors import CorpusError
from ingest.records import Report

TYPES = {field.name: field.type for field in fields(Report) if field.default is MISSING}


def load_catalogue(corpus: Path) -> tuple[Report, ...]:
    """Return the reports of ``corpus/catalogue.toml`` in its order, then the live added ones, texts unchanged.

    :raises CorpusError: the folder or a file is missing or unreadable, an entry lacks a field, has an unknown one or
        one of a wrong type, an id, title or file stands twice, or a file's sha256 differs; each names file, entry and
        field.
    """
    reports = listed_reports(corpus)
    for report in reports:
        _check_file(corpus, corpus / "catalogue.toml", report)
    return reports


def listed_reports(corpus: Path) -> tuple[Report, ...]:
    """Return the reports of ``corpus/catalogue.toml`` and the live added ones without a look at their texts.

    :raises CorpusError: as ``load_catalogue``, but for the texts.
    """
    given = given_reports(corpus)
    reports = (*given, *live_reports(corpus))
    for field in ("id", "title"):
        _refuse_doubles(corpus / "catalogue.toml", field, [getattr(report, field) for report in reports])
    return reports


def given_reports(corpus: Path) -> tuple[Report, ...]:
    """Return the reports of ``corpus/catalogue.toml``, without those that people added.

    :raises CorpusError: as ``listed_reports``.
    """
    path = corpus / "catalogue.toml"
    reports = tuple(_report(path, number, entry) for number, entry in enumerate(_entries(path), 1))
    for field in ("id", "title", "file"):
        _refuse_doubles(path, field, [getattr(report, field) for report in reports])
    return reports


def _entries(path: Path) -> list[dict[str, Any]]:
    if not path.parent.is_dir():
        raise CorpusError(f"there is no corpus folder {str(path.parent)!r}; set VRAAGBAAK_CORPUS or use --corpus")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CorpusError(f"{path}: no such file; a corpus folder needs a catalogue.toml") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    for key in data:
        if key != "report":
            raise CorpusError(f"{path}: unknown key {key!r}; only [[report]] entries stand here")
    entries = data.get("report", [])
    if not isinstance(entries, list) or not entries:
        raise CorpusError(f"{path}: holds no [[report]] entry")
    return entries


def _report(path: Path, number: int, entry: dict[str, Any]) -> Report:
    where = f"{path}: entry {number} ({entry.get('id', 'without id')!r})"
    for key in entry:
        if key not in TYPES:
            raise CorpusError(f"{where}: unknown field {key!r}; known are {', '.join(TYPES)}")
    for name, wanted in TYPES.items():
        if name not in entry:
            raise CorpusError(f"{where}: field {name!r} is missing")
        if type(entry[name]) is not wanted:
            raise CorpusError(
                f"{where}: field {name!r} is {entry[name]!r}, not of type {getattr(wanted, '__name__', wanted)}"
            )
    for name in ("id", "title", "publisher", "layout", "file"):
        if not entry[name].strip():
            raise CorpusError(f"{where}: field {name!r} is empty")
    return Report(**entry)


def _refuse_doubles(path: Path, field: str, values: list[str]) -> None:
    for number, value in enumerate(values):
        if value in values[:number]:
            raise CorpusError(f"{path}: entry {number + 1}: field {field!r} {value!r} stands twice")


def _check_file(corpus: Path, path: Path, report: Report) -> None:
    where = f"{path}: entry {report.id!r}"
    file = corpus / report.file
    if not file.resolve().is_relative_to(corpus.resolve()):
        raise CorpusError(f"{where}: field 'file' {report.file!r} lies outside the corpus folder")
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise CorpusError(f"{where}: field 'file': there is no {report.file!r}") from None
    except OSError as error:
        raise CorpusError(f"{where}: field 'file': {report.file!r} cannot be read: {error.strerror}") from error
    if found != report.sha256:
        raise CorpusError(f"{where}: field 'sha256' is {report.sha256!r}, but {report.file!r} has {found!r}")
