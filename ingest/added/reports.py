"""Adding, replacing, putting away, correcting and removing a report: what the command line and the page both do."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ingest.added.details import CORRECTIONS, Correction, as_json, read_corrections
from ingest.added.draft import Draft, suffix
from ingest.added.metadata import LONGEST, Metadata, checked
from ingest.added.store import (
    LIVE,
    PUT_AWAY,
    Entry,
    entries,
    folder_of,
    take_away,
    write_again,
    write_corrections,
    write_new,
    writing,
)
from ingest.analysis import fold
from ingest.catalogue import given_reports
from ingest.errors import DocumentError, UsageError

LONGEST_ID = 60


def add_report(
    corpus: Path, draft: Draft, metadata: Metadata, corrections: Sequence[Correction] = (), replacing: bool = False
) -> Entry:
    """Add a report to the corpus and return what is kept of it; the index is brought up to date apart (``renew``).

    :param replacing: put it in the place of the added report with this title, whose corrected kinds stay.
    :raises UsageError: the metadata are not in order; see ``checked``.
    :raises DocumentError: the file or the title is there already, or it cannot be written.
    """
    metadata = checked(metadata)
    with writing(corpus) as root:
        there = entries(corpus)
        same_title = next((entry for entry in there if _same(entry.title, metadata.title)), None)
        _refuse_given_title(corpus, metadata.title)
        _refuse_same_file(there, draft, same_title if replacing else None)
        if same_title and not replacing:
            raise _taken(same_title)
        if replacing and not same_title:
            raise DocumentError(
                f"there is no added report {metadata.title!r} to replace", "Er is geen rapport met deze titel."
            )
        if same_title:
            metadata = _completed(metadata, same_title)
        name = same_title.id if same_title else _new_id(corpus, there, metadata)
        entry, files = _entry(name, draft, metadata)
        earlier = read_corrections(folder_of(corpus, name)) if same_title else ()
        if corrections:
            files[CORRECTIONS] = as_json((*earlier, *corrections)).encode()
        (write_again if same_title else write_new)(root, entry, files)
        return entry


def put_away(corpus: Path, name: str) -> Entry:
    """Keep a report, but let no answer come from it.

    :raises UsageError: there is no such added report.
    """
    return _with_state(corpus, name, PUT_AWAY)


def restore(corpus: Path, name: str) -> Entry:
    """Let answers come from a report again that was put away.

    :raises UsageError: there is no such added report.
    """
    return _with_state(corpus, name, LIVE)


def remove(corpus: Path, name: str) -> None:
    """Remove an added report with its original; ``renew`` then takes it out of the index.

    :raises UsageError: there is no such added report.
    """
    with writing(corpus) as root:
        need_entry(corpus, name)
        take_away(root, name)


def correct(corpus: Path, name: str, corrections: Sequence[Correction]) -> None:
    """Keep these corrected kinds of a report in place of the earlier ones.

    :raises UsageError: there is no such added report.
    """
    with writing(corpus) as root:
        need_entry(corpus, name)
        write_corrections(root, name, as_json(corrections))


def describe(corpus: Path, name: str, metadata: Metadata) -> Entry:
    """Give an added report other metadata and return what is kept of it; its id stays as it is.

    :raises UsageError: there is no such added report, or the metadata are not in order; see ``checked``.
    :raises DocumentError: another report has this title.
    """
    metadata = checked(metadata)
    with writing(corpus) as root:
        entry = need_entry(corpus, name)
        _refuse_given_title(corpus, metadata.title)
        for other in entries(corpus):
            if other.id != name and _same(other.title, metadata.title):
                raise _taken(other)
        date = metadata.date or str(metadata.year)
        entry = replace(entry, **{**metadata.__dict__, "date": date})
        write_again(root, entry, {})
        return entry


def need_entry(corpus: Path, name: str) -> Entry:
    """Return what is kept of an added report.

    :raises UsageError: there is none with this id; the message names the known ones.
    """
    there = {entry.id: entry for entry in entries(corpus)}
    if name not in there:
        known = ", ".join(there) or "none"
        raise UsageError(f"there is no added report {name!r}; known are: {known}", "Dit rapport is er niet meer.")
    return there[name]


def faults(corpus: Path) -> list[str]:
    """Return a line for each original or text of an added report that is missing or not as it was added."""
    found = []
    for entry in entries(corpus):
        for file, wanted in ((entry.original, entry.original_sha256), (entry.text, entry.text_sha256)):
            path = folder_of(corpus, entry.id) / file
            try:
                same = hashlib.sha256(path.read_bytes()).hexdigest() == wanted
            except OSError as error:
                found.append(f"{entry.id}: {file}: {error.strerror}")
            else:
                found += [] if same else [f"{entry.id}: {file} is not the file that was added"]
    return found


def _entry(name: str, draft: Draft, metadata: Metadata) -> tuple[Entry, dict[str, bytes]]:
    text, pages = draft.written
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()  # the same file may be read otherwise later, so it names the text
    original, reading = f"original-{draft.sha256[:8]}{suffix(draft.name)}", f"text-{digest[:8]}.txt"
    entry = Entry(
        id=name,
        title=metadata.title,
        publisher=metadata.publisher,
        year=metadata.year,
        date=metadata.date or str(metadata.year),
        place=metadata.place,
        region=metadata.region,
        state=LIVE,
        text=reading,
        text_sha256=digest,
        original=original,
        original_sha256=draft.sha256,
        original_name=_printable(draft.name),
        added=datetime.now(UTC).isoformat(timespec="microseconds"),
        page_count=draft.document.pages or 0,
        pages=pages,
    )
    return entry, {original: draft.content, reading: content}


def _completed(metadata: Metadata, earlier: Entry) -> Metadata:
    """Return the metadata with the earlier place and region where none are given, and the date of the same year."""
    date = earlier.date if metadata.year == earlier.year else ""
    return replace(
        metadata,
        place=metadata.place or earlier.place,
        region=metadata.region or earlier.region,
        date=metadata.date or date,
    )


def _with_state(corpus: Path, name: str, state: str) -> Entry:
    with writing(corpus) as root:
        entry = replace(need_entry(corpus, name), state=state)
        write_again(root, entry, {})
        return entry


def _taken(entry: Entry) -> DocumentError:
    return DocumentError(
        f"there is a report {entry.title!r} already ({entry.id}); use another title, or --replace",
        "Er is al een rapport met deze titel. Kies een andere, bijvoorbeeld met het jaar of de plaats erin.",
    )


def _same(one: str, other: str) -> bool:
    return fold(" ".join(one.split())) == fold(" ".join(other.split()))


def _refuse_given_title(corpus: Path, title: str) -> None:
    for report in given_reports(corpus):
        if _same(report.title, title):
            raise DocumentError(
                f"{title!r} is the title of a report of the catalogue ({report.id}); use another title",
                "Een van de vaste rapporten heeft al deze titel. Kies een andere titel.",
            )


def _refuse_same_file(there: Sequence[Entry], draft: Draft, but: Entry | None) -> None:
    for entry in there:
        if entry.original_sha256 == draft.sha256 and entry is not but:
            raise DocumentError(
                f"this file is there already, as {entry.title!r} ({entry.id}, {entry.state})",
                f"Dit bestand staat al in Vraagbaak, als ‘{entry.title}’.",
            )


def _new_id(corpus: Path, there: Sequence[Entry], metadata: Metadata) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(metadata.title)).strip("-")[:LONGEST_ID].strip("-") or "rapport"
    name = f"{slug}-{metadata.year}"
    taken = {entry.id for entry in there} | {report.id for report in given_reports(corpus)}
    numbered = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return next(
        candidate for candidate in numbered if candidate not in taken and not folder_of(corpus, candidate).exists()
    )


def _printable(name: str) -> str:
    return "".join(char for char in Path(name).name if char.isprintable())[:LONGEST]
