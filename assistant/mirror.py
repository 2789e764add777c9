"""An app machine's own copy of the index that a Chroma server holds, brought up to date behind the questions."""

import logging
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path

from assistant.dense import Line
from assistant.index import Index
from ingest.errors import IndexDamaged, ServerFault, VraagbaakError
from ingest.remote.fetch import fetch, mirrored
from ingest.remote.server import Server
from ingest.remote.versions import Versions
from ingest.settings import Settings
from ingest.store import IndexFolder

EACH = 2.0  # seconds between two looks at the pointer
REST = 10.0  # seconds after a version could not be fetched until it is tried again
ANSWER = 3.0  # seconds that the server may take over a question's search
log = logging.getLogger("vraagbaak")


class Mirror:
    """The copy in an index folder of what the settings' server holds.

    :raises ServerFault: the server cannot be asked, and there is no copy either.
    :raises IndexFault: the folder cannot be written, or another version of Vraagbaak made the index.
    """

    def __init__(self, given: Settings, root: Path) -> None:
        self.url = given.chroma_url
        self.folder = IndexFolder(mirrored(root))
        self.line = Line(Server(given, ANSWER))
        self._server = Server(given)
        self._told, self._rests_until = "", 0.0
        try:
            self._bring()
        except VraagbaakError:
            if not self._has_copy():
                raise
        self._index = self._open()
        threading.Thread(target=_watch, args=(weakref.ref(self),), name="watch-server", daemon=True).start()

    def _open(self) -> Index:
        """Return the open copy; a damaged one is fetched anew."""
        try:
            return Index(self.folder.root, self.line)
        except IndexDamaged:
            self.folder.pointer.unlink(missing_ok=True)
            self._rests_until = 0.0
            self._bring()
            return Index(self.folder.root, self.line)

    @property
    def index(self) -> Index:
        """Return the index that serves now; it never waits for the server."""
        return self._index

    def look(self) -> None:
        """Look once whether another version serves; fetch it, open it, and let it serve from the next question on."""
        with suppress(VraagbaakError):  # it is logged, and the copy serves on
            self._bring()
        try:
            if not self._index.serves(self.folder):
                self._index = Index(self.folder.root, self.line)
                log.warning("vraagbaak: build %s serves, fetched from %s", self._index.name, self.url)
        except VraagbaakError as fault:
            self._tell(fault)

    def _bring(self) -> None:
        """Fetch the version that serves, unless it is here or a try failed just now."""
        try:
            version = Versions(self._server).current()
        except ServerFault as fault:
            if self._has_copy():
                self.line.lost(fault)
            raise
        self.line.found()
        if time.monotonic() < self._rests_until:
            return
        try:
            if version is None:
                raise ServerFault(f"{self.url}: no index there yet; run vraagbaak ingest where the reports are")
            fetch(self._server, version, self.folder)
            self._told = ""
        except VraagbaakError as fault:
            self._rests_until = time.monotonic() + REST
            self._tell(fault)
            raise

    def _has_copy(self) -> bool:
        """Tell whether there is something to go on with; else the fault itself says it all."""
        try:
            return self.folder.current() is not None
        except IndexDamaged:
            return False

    def _tell(self, fault: Exception) -> None:
        if str(fault) != self._told and self._has_copy():
            self._told = str(fault)
            log.warning("vraagbaak: the server's index cannot be taken over, this machine's copy serves on: %s", fault)


def _watch(mirror: "weakref.ref[Mirror]") -> None:
    """Look at the pointer as long as somebody uses the mirror."""
    while True:
        time.sleep(EACH)
        found = mirror()
        if found is None:
            return
        try:
            found.look()
        except Exception:  # the thread must outlive whatever it meets; the copy serves on
            log.exception("vraagbaak: looking for a new version of the index failed")
        del found
