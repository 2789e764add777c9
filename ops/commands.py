"""``vraagbaak doctor``, ``backup`` and ``restore``. What they need loads only when one of them is used."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add the commands to ``vraagbaak``.

    :param commands: what ``ArgumentParser.add_subparsers`` gave.
    """
    doctor = commands.add_parser("doctor", help="look whether everything works, and say what to do where it does not")
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    doctor.set_defaults(run=_doctor)
    backup = commands.add_parser("backup", help="write what users keep, added reports and settings to one file")
    backup.add_argument("file", type=Path, metavar="FILE.tar.gz")
    backup.add_argument("--force", action="store_true", help="replace the file where it is there already")
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="put a backup back, checked whole first")
    restore.add_argument("file", type=Path, metavar="FILE.tar.gz")
    restore.add_argument("--force", action="store_true", help="also over what is there, which is kept beside it")
    restore.set_defaults(run=_restore)


def _doctor(given: argparse.Namespace) -> int:
    from ops.doctor import report

    return report(given.json)


def _backup(given: argparse.Namespace) -> int:
    from ingest.settings import PREFIX, settings
    from ops.backup import back_up

    config = os.environ.get(PREFIX + "CONFIG")
    chosen = settings()
    manifest = back_up(given.file, chosen.data, chosen.corpus / "added", Path(config) if config else None, given.force)
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    print(f"{len(manifest['files'])} files, {size:,} bytes, in {given.file}", file=sys.stderr)
    return 0


def _restore(given: argparse.Namespace) -> int:
    from ingest.settings import settings
    from ops.restore import RESTORED_SETTINGS, restore

    chosen = settings()
    done = restore(given.file, chosen.data, chosen.corpus / "added", given.force)
    print(f"{done.files} files of {done.made} are back; run vraagbaak ingest", file=sys.stderr)
    for folder in done.before:
        print(f"what was there before stands in {folder}", file=sys.stderr)
    if (chosen.data / RESTORED_SETTINGS).exists():
        print(f"the settings stand in {chosen.data / RESTORED_SETTINGS}; they are not in use", file=sys.stderr)
    return 0
