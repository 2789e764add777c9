"""The commands ``vraagbaak add | change | remove | reports``."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields
from pathlib import Path
from typing import Any

from ingest.added.draft import Draft, certainty, read_draft
from ingest.added.metadata import Metadata, checked
from ingest.added.reports import add_report, describe, faults, need_entry, put_away, remove, restore
from ingest.added.store import entries
from ingest.catalogue import given_reports
from ingest.errors import IndexFault, UsageError
from ingest.records import Passage, Report
from ingest.settings import settings
from ingest.store import IndexFolder, need_current, read_json

STATES = {"live": "live", "put_away": "put away"}
FIRST_WORDS = 70  # characters of a passage in the list of a dry run


def add_commands(
    commands: Any,
    add_folders: Callable[[argparse.ArgumentParser], None],
    folders: Callable[[argparse.Namespace], tuple[Path, Path]],
    bar: Callable[[], AbstractContextManager[Callable[[str, int, int], None]]],
) -> None:
    """Add the commands to the parser of ``vraagbaak``.

    :param folders: gives the corpus and index folders of a command; ``bar`` shows ingest's progress.
    """
    adding = commands.add_parser(
        "add", help="put a report (PDF, DOCX, HTML, Markdown, text) into the corpus and the index"
    )
    adding.add_argument("file", type=Path)
    _add_metadata(adding)
    adding.add_argument("--ocr", action="store_true", help="read a scan with tesseract, where that is installed")
    adding.add_argument(
        "--replace", action="store_true", help="put it in the place of the added report with this title"
    )
    adding.add_argument("--dry-run", action="store_true", help="print what was read and add nothing")
    adding.add_argument("--no-ingest", action="store_true", help="do not bring the index up to date yet")
    add_folders(adding)
    adding.set_defaults(run=lambda given: _add(given, *folders(given), bar))
    changing = commands.add_parser(
        "change", help="give an added report another title, publisher, year, place, region, date"
    )
    changing.add_argument("id")
    _add_metadata(changing)
    changing.add_argument("--no-ingest", action="store_true", help="do not bring the index up to date yet")
    add_folders(changing)
    changing.set_defaults(run=lambda given: _change(given, *folders(given), bar))
    removing = commands.add_parser("remove", help="take an added report out of the corpus, the index and the disk")
    removing.add_argument("id")
    how = removing.add_mutually_exclusive_group()
    how.add_argument("--put-away", action="store_true", help="keep the report, but let no answer come from it")
    how.add_argument("--restore", action="store_true", help="let answers come again from a report that was put away")
    removing.add_argument("--no-ingest", action="store_true", help="do not bring the index up to date yet")
    add_folders(removing)
    removing.set_defaults(run=lambda given: _remove(given, *folders(given), bar))
    listing = commands.add_parser("reports", help="list the reports, or check that added ones are as they were added")
    listing.add_argument("what", nargs="?", choices=("list", "check"), default="list")
    add_folders(listing)
    listing.set_defaults(run=lambda given: _check(*folders(given)) if given.what == "check" else _list(*folders(given)))


def _add_metadata(command: argparse.ArgumentParser) -> None:
    command.add_argument("--title", help="how the report is called; what is known of it where not given, as with all")
    command.add_argument("--publisher", help="who published it")
    command.add_argument("--year", type=int, help="the year of publication")
    command.add_argument("--place", help="the municipality that it is about")
    command.add_argument("--region", help="the region that it is about")
    command.add_argument("--date", help='the date as printed, as in "maart 2024"')


def _add(given: argparse.Namespace, corpus: Path, index: Path, bar: Callable[[], Any]) -> int:
    draft = read_draft(given.file, given.file.name, given.ocr)
    if given.dry_run:
        print(_as_read(draft, given))
        return 0
    entry = add_report(corpus, draft, _metadata(given, draft), replacing=given.replace)
    print(f"added {entry.id}: {entry.title} ({entry.year})", file=sys.stderr)
    _bring_up_to_date(given, corpus, index, bar)
    return 0


def _metadata(given: argparse.Namespace, draft: Draft) -> Metadata:
    """Return what was given, and what the file says of itself where it was not."""
    title = draft.document.title if given.title is None else given.title
    publisher = draft.document.publisher if given.publisher is None else given.publisher
    year = draft.document.year if given.year is None else given.year
    missing = [f"--{name}" for name, value in (("title", title), ("publisher", publisher), ("year", year)) if not value]
    if missing:
        raise UsageError(f"{given.file.name!r} does not say it itself: give {', '.join(missing)}")
    assert year is not None
    return checked(Metadata(title, publisher, year, given.place or "", given.region or "", given.date or ""))


def _change(given: argparse.Namespace, corpus: Path, index: Path, bar: Callable[[], Any]) -> int:
    earlier = need_entry(corpus, given.id)
    if given.year not in (None, earlier.year) and given.date is None:
        given.date = ""  # the date as printed was of another year
    names = [field.name for field in fields(Metadata)]
    new = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    if not new:
        raise UsageError(f"nothing to change: give {', '.join(f'--{name}' for name in names)}")
    entry = describe(corpus, given.id, Metadata(**{name: getattr(earlier, name) for name in names} | new))
    print(f"changed {entry.id}: {entry.title} ({entry.year})", file=sys.stderr)
    _bring_up_to_date(given, corpus, index, bar)
    return 0


def _remove(given: argparse.Namespace, corpus: Path, index: Path, bar: Callable[[], Any]) -> int:
    if given.put_away or given.restore:
        entry = (put_away if given.put_away else restore)(corpus, given.id)
        print(f"{entry.id} is {STATES[entry.state]}", file=sys.stderr)
    else:
        remove(corpus, given.id)
        print(f"removed {given.id}", file=sys.stderr)
    _bring_up_to_date(given, corpus, index, bar)
    return 0


def _bring_up_to_date(given: argparse.Namespace, corpus: Path, index: Path, bar: Callable[[], Any]) -> None:
    if given.no_ingest:
        print("the index is as it was: run vraagbaak ingest", file=sys.stderr)
        return
    from ingest.added.renew import renew  # only who builds an index waits for it to load

    with bar() as progress:
        renew(corpus, index, settings().embedder, progress)
    print(f"index ready in {index}", file=sys.stderr)


def _list(corpus: Path, index: Path) -> int:
    from ingest.passages import read_passages

    serving = _served_files(index)
    rows = [("id", "state", "year", "passages", "pages", "sha256", "title")]
    states: list[tuple[Report, str, int]] = [(report, "given", 0) for report in given_reports(corpus)]
    states += [(entry.report(), STATES[entry.state], entry.page_count) for entry in entries(corpus)]
    hashes = {entry.id: entry.original_sha256 for entry in entries(corpus)}
    for report, state, pages in states:
        count = len(read_passages(corpus, report)[1])
        if (report.file in serving) != (state != STATES["put_away"]):
            state += ", after the next ingest"
        sha256 = hashes.get(report.id, report.sha256)[:12]
        rows.append((report.id, state, str(report.year), str(count), str(pages or "-"), sha256, report.title))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]))
    return 0


def _served_files(index: Path) -> frozenset[str]:
    """Return the texts, as the catalogue names them, that the serving index was made from; none where there is none."""
    folder = IndexFolder(index)
    try:
        build = folder.build_path(need_current(folder))
        return frozenset(report["file"] for report in read_json(build / "reports.json")["reports"])
    except IndexFault:
        return frozenset()


def _check(corpus: Path, _: Path) -> int:
    found = faults(corpus)
    for fault in found:
        print(fault)
    if not found:
        print(f"{len(entries(corpus))} added reports are as they were added")
    return 1 if found else 0


def _as_read(draft: Draft, given: argparse.Namespace) -> str:
    """Return what was read of a file: what it is called, its headings, its passages with kind and certainty."""
    document = draft.document
    headings, passages = draft.passages()
    kinds = Counter((passage.kind, certainty(passage)) for passage in passages)
    lines = [
        f"title: {given.title or document.title or '-'}",
        f"publisher: {given.publisher or document.publisher or '-'}",
        f"year: {given.year or document.year or '-'}",
        f"pages: {document.pages or '-'}",
        f"headings: {len(headings)}",
        *("  " * heading.level + heading.title for heading in headings),
        f"passages: {len(passages)}",
        *(f"  {kind} ({sure}): {count}" for (kind, sure), count in sorted(kinds.items())),
        *(_passage_line(number, passage) for number, passage in enumerate(passages, 1)),
        f"left out: {len(document.left_out) or '-'}",
        *(f"  {line}" for line in document.left_out),
    ]
    return "\n".join(lines)


def _passage_line(number: int, passage: Passage) -> str:
    page = f" p. {passage.page}" if passage.page else ""
    words = passage.text.replace("\n", " ")
    shown = words if len(words) <= FIRST_WORDS else words[:FIRST_WORDS].rstrip() + "…"
    return f"  {number}.{page} [{passage.kind}, {certainty(passage)}] {shown}"
