"""A file as it was read, before it is added: its text, and the passages and kinds that it will have."""

import hashlib
import re
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest.added.details import Correction, Details
from ingest.added.store import LAYOUT
from ingest.added.write import written
from ingest.errors import DocumentError
from ingest.passages import kind_rule, passages_of
from ingest.reading.document import Document
from ingest.reading.limits import MAX_BYTES
from ingest.records import Heading, Passage, Report, Span

SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
NAMES = ("heading", "title")
NO_COPY = "Dit bestand kan nu niet worden gelezen. Laat uw beheerder kijken naar de ruimte en de rechten op de schijf."


@dataclass(frozen=True)
class Draft:
    """A file as read, before it is added. ``name`` is what the file was called, ``content`` its bytes."""

    name: str
    content: bytes
    document: Document

    @cached_property
    def written(self) -> tuple[str, tuple[Span, ...]]:
        """Return the text and where its pages begin."""
        return written(self.document)

    @cached_property
    def sha256(self) -> str:
        """Return the sha256 of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def _read(self) -> tuple[tuple[Heading, ...], tuple[Passage, ...]]:
        return passages_of(self.written[0], Report("concept", "", "", 0, "", True, "", "", LAYOUT, "", ""))

    def passages(self, corrections: Sequence[Correction] = ()) -> tuple[tuple[Heading, ...], tuple[Passage, ...]]:
        """Return the headings and passages that the report will have."""
        headings, passages = self._read
        return headings, Details(self.written[1], tuple(corrections)).applied(passages)


def read_draft(path: Path, name: str, ocr: bool = False) -> Draft:
    """Return a file as it will be added, read in a child process with limits.

    :param name: what the file is called; only its ending counts.
    :raises DocumentError: it cannot be read, or is no document with text.
    """
    from ingest.reading.child import read_in_child  # only who adds a report waits for it to load

    try:
        about = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(about.st_mode) and about.st_size <= MAX_BYTES else None
    except (OSError, ValueError):
        content = None
    if content is None:
        read_in_child(path, name)  # refuses it with the right sentence
        raise DocumentError(f"{name!r} cannot be read", "Dit bestand kan niet worden gelezen.")
    try:
        with tempfile.TemporaryDirectory(prefix="vraagbaak-") as folder:  # what is read is what is kept
            copy = Path(folder) / plain_name(name)  # what is refused is refused under its own name
            copy.write_bytes(content)
            draft = Draft(name, content, read_in_child(copy, name, ocr))
    except OSError as error:
        reason = error.strerror or error
        raise DocumentError(f"{name!r} cannot be read: no copy can be made of it ({reason})", NO_COPY) from error
    if not draft.written[0].strip():
        raise DocumentError(f"{name!r} holds no text", "Dit bestand bevat geen leesbare tekst.")
    return draft


def certainty(passage: Passage, corrections: Sequence[Correction] = ()) -> str:
    """Return how sure a passage's kind is: ``gecorrigeerd``, ``zeker``, ``waarschijnlijk`` or ``standaard``."""
    block = next(sentence.block for sentence in passage.sentences if sentence.block not in NAMES)
    rule = kind_rule(LAYOUT, block, passage.section, passage.text)
    if rule.kind != passage.kind or any((c.start, c.words) == (passage.start, passage.text) for c in corrections):
        return "gecorrigeerd"
    return rule.certainty


def plain_name(name: str) -> str:
    """Return a name that is safe on every disk and like the given one: its last letters, digits, dots and spaces."""
    stem = re.sub(r"[^\w. -]", "_", Path(name).stem)[-50:].strip(". ")
    return (stem or "document") + suffix(name)


def suffix(name: str) -> str:
    """Return the ending of a file's name with its dot, in lower case; empty where it is no ordinary one."""
    ending = Path(name).suffix.lower()
    return ending if SUFFIX.fullmatch(ending) else ""
