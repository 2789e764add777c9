"""Feedback as candidate gold questions: what an evaluator accepts runs in this installation's next evals."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from assistant.feedback import Entry, Feedback, Place
from assistant.records import FOUND
from evals.gold import KINDS, SHORTEST_MATCH, Evidence, GoldQuestion, accepted_file, load_gold, project_files
from ingest.analysis import letters, stems
from ingest.errors import UsageError, VraagbaakError

# Kinds of a candidate: the others need more than one fact, no evidence, or words that somebody must mark first.
CANDIDATE_KINDS = tuple(
    kind for kind in KINDS if kind not in ("comparison", "near_miss", "out_of_scope", "crisis", "personal_data")
)
ALIKE = 0.75  # share of stems in common, of all stems of two questions, from which one nearly repeats the other


class CandidatesError(VraagbaakError):
    """The accepted questions cannot be written."""


@dataclass(frozen=True)
class Candidate:
    """An open verdict as a gold row. ``offered`` are all sentences that the row may name as evidence."""

    feedback: int
    row: dict[str, Any]
    offered: tuple[Evidence, ...]


def candidates(entries: Iterable[Entry], reports: Mapping[str, str]) -> tuple[Candidate, ...]:
    """Return the verdicts from which a valid gold row can be made, in their order.

    That takes a passage that somebody chose, or an answer that was found useful, with a sentence that still stands in
    its report. A chosen passage gives one sentence, the likest to the question; an answer all that it quoted.

    :param reports: the reports' texts by id.
    """
    found = []
    for entry in entries:
        offered = _offered(entry, reports)
        if offered:
            chosen = [_likest(entry.standalone_question, offered)] if entry.wanted else offered
            found.append(Candidate(entry.id, _row(entry, chosen), tuple(offered)))
    return tuple(found)


def _offered(entry: Entry, reports: Mapping[str, str]) -> list[Evidence]:
    if entry.wanted:
        return _sentences(entry.wanted, reports)
    useful = entry.verdict == "nuttig" and entry.status in FOUND
    return [one for place in entry.cited for one in _sentences(place, reports)] if useful else []


def _sentences(place: Place, reports: Mapping[str, str]) -> list[Evidence]:
    """Return the passage's sentences of some length; where there is none, all its words."""
    long = [sentence for sentence in place.sentences if len(letters(sentence)) >= SHORTEST_MATCH]
    text = letters(reports.get(place.report, ""))
    quotes = [quote for quote in long or [" ".join(place.sentences)] if letters(quote) and letters(quote) in text]
    return [Evidence(place.report, quote) for quote in quotes]


def _likest(question: str, offered: Sequence[Evidence]) -> Evidence:
    asked = set(stems(question))
    return max(offered, key=lambda one: len(asked & set(stems(one.quote))))


def _row(entry: Entry, evidence: Sequence[Evidence]) -> dict[str, Any]:
    note = f"uit gebruik: {entry.verdict}, {entry.time[:10]}, index {entry.index_version}"
    leans = entry.history and entry.standalone_question != entry.question
    return {
        "id": f"feedback-{entry.id}",
        "split": "dev",
        "persona": "evaluator",
        "kind": "followup" if leans else "fact",
        "question": entry.question,
        "history": [{"role": turn.role, "content": turn.content} for turn in entry.history],
        "answerable": True,
        "evidence": [[{"report": one.report, "quote": one.quote} for one in evidence]],
        "note": f"{note}; {entry.remark}" if entry.remark else note,
    }


def as_lines(found: Iterable[Candidate]) -> str:
    """Return the candidates' rows as JSON Lines."""
    return "".join(_line(candidate.row) + "\n" for candidate in found)


def accept(store: Feedback, candidate: Candidate, edited: Mapping[str, Any], reports: Mapping[str, str]) -> None:
    """Put a candidate into this installation's gold file, its edited fields in place, and close the verdict.

    The file holds the new row whole or not at all, and only when all its rows are valid.

    :raises GoldError: the row is not valid or stands there already; the message names the field.
    :raises UsageError: the verdict is not open any more.
    :raises CandidatesError: the file cannot be written.
    """
    path = accepted_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if candidate.feedback not in {entry.id for entry in store.entries("open")}:
                raise UsageError(f"feedback {candidate.feedback} is not open any more", "Dit is al beoordeeld.")
            before = path.read_text(encoding="utf-8").rstrip("\n").split("\n") if path.exists() else []
            new = path.with_suffix(".new.jsonl")
            rows = [*before, _line({**candidate.row, **edited})]
            new.write_text("\n".join(rows) + "\n", encoding="utf-8")
            try:
                load_gold([*project_files(), new], reports)
                os.replace(new, path)
            finally:
                new.unlink(missing_ok=True)
            store.decide(candidate.feedback, "accepted")
    except OSError as error:
        raise CandidatesError(
            f"{path}: cannot be written: {error.strerror}; make it writable or set VRAAGBAAK_DATA",
            "De vraag kan niet worden bewaard. Vraag uw beheerder of de gegevensmap beschrijfbaar is.",
        ) from error


def alike(question: str, gold: Iterable[GoldQuestion]) -> list[GoldQuestion]:
    """Return the gold questions that a question nearly repeats: the same letters, or nearly the same stems."""
    asked, same = set(stems(question)), letters(question)
    found = []
    for other in gold:
        known = set(stems(other.question))
        share = len(asked & known) / (len(asked | known) or 1)
        if letters(other.question) == same or share >= ALIKE:
            found.append(other)
    return found


def write_candidates(path: Path, found: Iterable[Candidate]) -> None:
    """Write the candidates' rows as JSON Lines.

    :raises UsageError: the file cannot be written.
    """
    try:
        path.write_text(as_lines(found), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--out {str(path)!r}: {error.strerror}") from error


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)
