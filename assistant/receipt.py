"""Receipts: an answer with all that it was made from in one file, and the check that every quote still stands."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assistant.records import Answer, Filters
from ingest.catalogue import listed_reports
from ingest.errors import UsageError
from ingest.read import read_report
from ingest.records import Report

SCHEMA = "vraagbaak.receipt/1"
CONVERSATION = "vraagbaak.conversation/1"
# Footnote marks, HTML tags, Markdown marks: what a quote may lack of the file's characters.
DROPPED = re.compile(r"\^?\[\d{1,2}\]|<sup>\d{1,2}</sup>|[¹²³⁴⁵⁶⁷⁸⁹]|</?[A-Za-z][^<>]*>|\]\([^()\s]*\)|[\[\]*\\]")
# In the text of an added report a backslash keeps what would look like a mark.
MARK = re.compile(r"\^\[\d{1,2}\]|(?<=[^\s\\])\[\d{1,2}\]")
ESCAPED = re.compile(r"\\([\[\]*<>¹²³⁴⁵⁶⁷⁸⁹#]|-(?=\s))")
LIST_MARK = re.compile(r"(?m)^[ \t]*[•–-][ \t]+")
CUT_WORD = re.compile(r"-\s*\n\s*(?=[a-zà-ÿ])(?!(?:en|of)\b)")


def make_receipt(
    answer: Answer, reports: Mapping[str, Report], index: str, settings: Mapping[str, Any], filters: Filters
) -> dict[str, Any]:
    """Return the receipt of an answer as plain JSON types.

    :param reports: the reports that were searched, by id; ``index`` is the fingerprint of the index.
    :param settings: what else the answer depends on.
    """
    return {
        "schema": SCHEMA,
        "vraagbaak": version("vraagbaak"),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "index": index,
        "settings": {**settings, **asdict(filters)},
        "reports": {name: {"title": report.title, "sha256": report.sha256} for name, report in reports.items()},
        "answer": answer.to_json(),
    }


def make_conversation(receipts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the receipts of a conversation's answers as one object, in their order."""
    return {"schema": CONVERSATION, "receipts": list(receipts)}


def write_receipt(path: Path, receipt: Mapping[str, Any]) -> None:
    """Write a receipt.

    :raises UsageError: the file cannot be written.
    """
    try:
        path.write_text(as_text(receipt), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--receipt {str(path)!r}: {error.strerror}") from error


def as_text(receipt: Mapping[str, Any]) -> str:
    """Return a receipt as it is written."""
    return json.dumps(receipt, ensure_ascii=False, indent=2) + "\n"


def read_receipt(path: Path) -> dict[str, Any]:
    """Return a receipt, or the receipts of a conversation.

    :raises UsageError: the file cannot be read or is no receipt; the message says why.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: is not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("schema") not in (SCHEMA, CONVERSATION):
        raise UsageError(f"{path}: is no receipt of Vraagbaak ({SCHEMA} or {CONVERSATION})")
    return data


def verify(receipt: Mapping[str, Any], corpus: Path) -> list[str]:
    """Return a line for each thing that does not hold any more; none where every quote stands letter for letter.

    :param receipt: what ``read_receipt`` gives; the lines of a conversation begin with the answer's number.
    :raises CorpusError: the catalogue or a report cannot be read.
    :raises UsageError: the receipt lacks something.
    """
    here = {report.id: report for report in listed_reports(corpus)}
    try:
        if receipt["schema"] == SCHEMA:
            return _all_faults(receipt, here, corpus)
        numbered = enumerate(receipt["receipts"], 1)
        return [f"answer {n}: {fault}" for n, one in numbered for fault in _all_faults(one, here, corpus)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"the receipt is damaged: {type(error).__name__} {error}") from error


def count_quotes(receipt: Mapping[str, Any]) -> int:
    """Return how many quotes a receipt that ``verify`` has read holds, or the receipts of a conversation together."""
    receipts = [receipt] if receipt["schema"] == SCHEMA else receipt["receipts"]
    return sum(len(one["answer"]["citations"]) for one in receipts)


def _all_faults(receipt: Mapping[str, Any], here: Mapping[str, Report], corpus: Path) -> list[str]:
    faults = [fault for name, kept in receipt["reports"].items() if (fault := _changed(name, kept, here, corpus))]
    texts = {name: read_report(corpus, here[name]) for name in receipt["reports"] if name in here}
    for citation in receipt["answer"]["citations"]:
        if citation["report"] in texts:
            faults += _faults(citation, texts[citation["report"]], receipt["answer"])
        else:
            why = (
                "is not in the corpus"
                if citation["report"] in receipt["reports"]
                else "is not one that the receipt lists"
            )
            faults.append(f"{_where(citation)}: cannot be checked, its report {why}: «{citation['quote']}»")
    return faults


def _changed(name: str, kept: Mapping[str, Any], here: Mapping[str, Report], corpus: Path) -> str:
    if name not in here:
        return f"{name}: the report is not in the corpus any more"
    found = hashlib.sha256((corpus / here[name].file).read_bytes()).hexdigest()
    return "" if found == kept["sha256"] else f"{name}: the report's file is not the one that the answer was made from"


def _faults(citation: Mapping[str, Any], text: str, answer: Mapping[str, Any]) -> list[str]:
    where = _where(citation)
    if not stands(citation, text):
        return [f"{where}: does not stand there letter for letter: «{citation['quote']}»"]
    ends = min(start for start, _ in citation["spans"]), max(end for _, end in citation["spans"])
    if ends != (citation["start"], citation["end"]):
        return [f"{where}: start and end are not those of its spans: «{citation['quote']}»"]
    if answer["engine"] == "extractive" and f'"{citation["quote"]}" [{citation["n"]}]' not in answer["answer"]:
        return [f"{where}: the answer quotes it differently: «{citation['quote']}»"]
    return []


def _where(citation: Mapping[str, Any]) -> str:
    return f"[{citation['n']}] {citation['report']}:{citation['start']}-{citation['end']}"


def stands(citation: Mapping[str, Any], text: str) -> bool:
    """Tell whether the file's characters at a citation's spans are its quote's, but for marks and white space.

    :param text: the report as read with ``newline=''``.
    """
    raw = "\n".join(text[start:end] for start, end in citation["spans"])
    plain = CUT_WORD.sub("", LIST_MARK.sub("", DROPPED.sub("", raw)))
    kept = ESCAPED.sub(r"\1", MARK.sub("", raw))
    return re.sub(r"\s+", "", citation["quote"]) in (re.sub(r"\s+", "", text) for text in (plain, kept))
