"""Which version of the index serves, and how the next one comes in its place.

The pointer is the metadata of one collection. Chroma replaces it whole: of 4,080 reads during 534 changes none saw a
mixture (measured, Chroma 1.5.9). A version is claimed by creating its collection of files: of several ingests that
try one succeeds (80 attempts at 20 names, 20 winners). Whoever holds a claim lets its metadata change as it works;
one that stands still for ``STALE`` seconds is passed by. No clock of one machine is compared with another's.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from ingest.errors import ServerFault
from ingest.remote.server import Server, is_missing

FORM = 1  # of what the pointer says and of how the files are packed
STALE = 90.0  # seconds without a sign of life after which an ingest counts as dead: more than one request may take
WAIT = 600.0  # seconds that an ingest waits for another one
BEAT = 2.0
PAGE = 100


@dataclass(frozen=True)
class Version:
    """A version that serves: how many pieces its files are in, their sha256, and what it was made from (``content``).

    ``before`` is the number of the version that served before it, 0 where there is none. ``pieces`` are of the stream.
    """

    number: int
    content: str
    pieces: int
    sha256: str
    passages: int
    before: int = 0


class Versions:
    """The versions on a server."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def current(self) -> Version | None:
        """Return the version that serves; None where there is none yet.

        :raises ServerFault: the server cannot be asked, or another version of Vraagbaak wrote there.
        """
        found = self._metadata(f"{self.server.prefix}-current")
        if found is None:
            return None
        if found.get("form") != FORM or any(field.name not in found for field in fields(Version)):
            raise ServerFault(f"{self.server.url}: another version of Vraagbaak wrote the index there: {found}")
        return Version(**{field.name: found[field.name] for field in fields(Version)})

    def passages(self, number: int) -> str:
        """Return the name of a version's collection of passages."""
        return f"{self.server.prefix}-{number:06}-passages"

    def files(self, number: int) -> str:
        """Return the name of a version's collection of files, which is also the claim on its number."""
        return f"{self.server.prefix}-{number:06}-files"

    def claim(self, content: str, told: Callable[[str], None]) -> "Claim | None":
        """Claim the next version's number; return None where such a version serves already.

        :param told: is given a sentence when another ingest must be waited for.
        :raises ServerFault: the server cannot be asked, or another ingest goes on for too long.
        """
        begun = since = time.monotonic()
        seen: Any = None
        while True:
            serving = self.current()
            if serving and serving.content == content:
                return None
            number = serving.number if serving else 0
            held = None
            while (found := self._metadata(self.files(number + 1))) is not None:
                number, held = number + 1, found
            now = time.monotonic()
            if held is not None and seen != (number, held):
                if seen is None:
                    told("another ingest writes to the server; waiting for it")
                seen, since = (number, held), now
            if held is None or now - since > STALE:
                if claim := self._create(number + 1):
                    return claim
            elif now - begun > WAIT:
                raise ServerFault(f"{self.server.url}: another ingest has worked for {WAIT:.0f} s; try again later")
            time.sleep(1)

    def _create(self, number: int) -> "Claim | None":
        with self.server.faults():
            try:
                collection = self.server.client.create_collection(
                    self.files(number), embedding_function=None, metadata={"beat": 0}
                )
            except Exception:
                if self._metadata(self.files(number)) is not None:
                    return None  # somebody else was first
                raise
        return Claim(self, number, collection)

    def point(self, version: Version, reports: dict[str, str]) -> None:
        """Let a finished version serve, then remove all others but the one before.

        :param reports: the sha256 of each report's text; a version with a text that went from the corpus goes too.
        :raises ServerFault: a later version serves already, or this one was taken away.
        """
        serving = self.current()
        late = serving is not None and serving.number >= version.number
        if late or self._metadata(self.files(version.number)) is None:
            raise ServerFault(f"{self.server.url}: another ingest was faster; run vraagbaak ingest again")
        with self.server.faults():
            held = sorted(sha256[:12] for sha256 in reports.values())
            name, told = f"{self.server.prefix}-current", {"form": FORM, **asdict(version), "texts": json.dumps(held)}
            before = self._metadata(name)
            if before is None:
                self.server.client.create_collection(name, embedding_function=None, metadata=told)
            else:
                self.server.client.get_collection(name, embedding_function=None).modify(metadata=told)
        gone = set(json.loads((before or {}).get("texts", "[]"))) - set(held)
        self._clean(version, 0 if gone else version.before)

    def _clean(self, version: Version, kept: int) -> None:
        for name in self._names():
            number = name.removeprefix(f"{self.server.prefix}-").partition("-")[0]
            if number.isdigit() and int(number) < version.number and int(number) != kept:
                self.remove(name)

    def _names(self) -> list[str]:
        names: list[str] = []
        with self.server.faults():
            while page := self.server.client.list_collections(limit=PAGE, offset=len(names)):
                names += [collection.name for collection in page]
        return [name for name in names if name.endswith(("-passages", "-files"))]

    def remove(self, name: str) -> None:
        """Remove a collection; one that is not there is well."""
        try:
            with self.server.faults():
                self.server.client.delete_collection(name)
        except ServerFault as fault:
            if not is_missing(fault.__cause__):
                raise

    def _metadata(self, name: str) -> dict[str, Any] | None:
        """Return the metadata of a collection; None where there is no such collection."""
        try:
            with self.server.faults():
                return dict(self.server.client.get_collection(name, embedding_function=None).metadata or {})
        except ServerFault as fault:
            # Where the connection itself fails for want of a tenant or database, nothing was connected.
            if is_missing(fault.__cause__) and self.server.connected:
                return None
            raise


class Claim:
    """A version that is being written: its number, and the collection of its files."""

    def __init__(self, versions: Versions, number: int, collection: Any) -> None:
        self.versions, self.number, self.collection = versions, number, collection
        self._beats, self._last = 0, time.monotonic()

    def beat(self) -> None:
        """Show that this ingest lives, now and then.

        :raises ServerFault: another ingest has passed us by and cleaned up.
        """
        if time.monotonic() - self._last > BEAT:
            self._beats, self._last = self._beats + 1, time.monotonic()
            with self.versions.server.faults():
                self.collection.modify(metadata={"beat": self._beats})

    def drop(self) -> None:
        """Remove what was written."""
        for name in (self.versions.passages(self.number), self.versions.files(self.number)):
            self.versions.remove(name)
