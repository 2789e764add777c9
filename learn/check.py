"""The check of a pack against the report files: does every quote still stand, and which items went stale."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.receipt import stands
from ingest.catalogue import listed_reports
from ingest.errors import UsageError
from ingest.passages import read_passages
from ingest.read import read_report
from ingest.records import Report
from learn.records import SCHEMA, Pack

QUOTED = re.compile("“([^“”]{12,})”")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a quote of an item.

    ``kind`` is ``stale`` (the words stand nowhere in the report any more), ``moved`` (they stand elsewhere in it, as
    after an edit earlier in the file), ``missing`` (the report is gone) or ``misquoted`` (the item shows words between
    quotation marks, or as a quote, that none of its sources holds).
    """

    item: str
    part: str
    kind: str
    report: str
    quote: str

    def __str__(self) -> str:
        """Return the fault in one line."""
        return f"{self.kind}: {self.part} {self.item} ({self.report}): «{self.quote}»"


def read_pack(path: Path) -> dict[str, Any]:
    """Return the pack in a file, or in the ``pack.json`` of a folder, as JSON types.

    :raises UsageError: it cannot be read or is no pack; the message says why.
    """
    file = path / "pack.json" if path.is_dir() else path
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{file}: is not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError(f"{file}: is no pack of Vraagbaak ({SCHEMA})")
    return data


def check(pack: Pack | Mapping[str, Any], corpus: Path) -> tuple[Fault, ...]:
    """Return what does not hold any more, in the items' order; nothing where every quote stands letter for letter.

    :param pack: a pack, or what ``read_pack`` gives.
    :raises CorpusError: the catalogue or a report cannot be read.
    :raises UsageError: the pack lacks something.
    """
    data = pack.to_json() if isinstance(pack, Pack) else pack
    files = _Files(corpus)
    try:
        return tuple(fault for item in data["items"] for fault in (*_source_faults(item, files), *_misquotes(item)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"the pack is damaged: {type(error).__name__} {error}") from error


def count_quotes(pack: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many items and how many quotes a pack holds that ``check`` has read."""
    return len(pack["items"]), sum(len(item["sources"]) for item in pack["items"])


class _Files:
    """The reports as they are now: their text, and all their sentences in a row without white space."""

    def __init__(self, corpus: Path) -> None:
        reports = {report.id: report for report in listed_reports(corpus)}
        self.known = reports.keys()
        self.text = cache(lambda name: read_report(corpus, reports[name]))
        self.said = cache(lambda name: _said(corpus, reports[name]))


def _said(corpus: Path, report: Report) -> str:
    _, passages = read_passages(corpus, report)
    return "".join(_bare(passage.quote(sentence)) for passage in passages for sentence in passage.sentences)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _source_faults(item: Mapping[str, Any], files: _Files) -> Iterable[Fault]:
    for source in item["sources"]:
        if kind := _fault_of(source, files):
            yield Fault(item["id"], item["part"], kind, source["report"], source["quote"])


def _fault_of(source: Mapping[str, Any], files: _Files) -> str:
    name = source["report"]
    if name not in files.known:
        return "missing"
    if stands(source, files.text(name)):
        return ""
    return "moved" if _bare(source["quote"]) in files.said(name) else "stale"


def _misquotes(item: Mapping[str, Any]) -> Iterable[Fault]:
    """Give a fault for words that look like a quote and are in no source; a quiz item may blank or swap words."""
    if item["part"] in ("quiz", "flitskaart"):
        return
    held = "\n".join(text for source in item["sources"] for text in (source["quote"], *source["section"]))
    shown = [match[1] for name in ("text", "answer", "feedback") for match in QUOTED.finditer(item[name])]
    if item["wording"] == "rapport" and item["part"] not in ("begrip", "zelfscan"):
        shown.append(item["text"])
    if item["part"] in ("begrip", "zelfscan"):
        shown.append(item["answer"])
    for text in shown:
        if text not in held:
            yield Fault(item["id"], item["part"], "misquoted", item["sources"][0]["report"], text)
