"""The dense piece of retrieval: how near each passage's vector is to the question's."""

import logging
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.chroma import COLLECTION, blank_unused, open_chroma
from ingest.embedder import Vectors
from ingest.errors import IndexDamaged, ServerFault
from ingest.lexical import Scores
from ingest.remote.fetch import fetched
from ingest.remote.server import Server, is_missing
from ingest.remote.versions import Versions

DEPTH = 500  # how many of the nearest passages Chroma is asked for: all of some reports, the nearest of many
STRETCH = 50_000  # vectors that are compared at once: 50 MB
NO_WRITING = ("(code: 8)", "(code: 13)")  # SQLite's for a folder that is read-only and for a full disk
log = logging.getLogger("vraagbaak")
_taken: set[str] = set()  # how the open Chroma folders are spelled


class Dense:
    """The passages' vectors of an open build; Chroma tells which are the nearest, in the build or on a server.

    How near they are is worked out here from the build's own vectors. So an answer is the same to the last bit
    wherever Chroma runs, and where it cannot be asked (its server is gone; it cannot write in its folder, which it
    does also to read) all vectors are compared here. Chroma's folder is closed when nobody holds this any more: a
    question that runs while another build takes over ends on its own.

    :param place: each passage's place by its id.
    :param vectors: the passages' vectors, of length 1 or 0.
    :param line: the server that a fetched build's passages are on.
    :raises IndexDamaged: Chroma cannot open its folder, or it holds other passages.
    """

    def __init__(self, build: Path, place: Mapping[str, int], vectors: Vectors, line: "Line | None" = None) -> None:
        self._build, self._place, self._vectors = build, place, vectors
        self._line = line
        self._chroma: Any = None
        if line is None:
            self._chroma = self._open_chroma()

    def _open_chroma(self) -> Any:
        if not (self._build / "chroma" / "chroma.sqlite3").is_file():
            raise IndexDamaged(f"{self._build}: the Chroma folder is missing; run vraagbaak ingest")
        try:
            collection = self._own_client().get_collection(COLLECTION, embedding_function=None)
            rows = collection.count()
            with suppress(OSError):
                blank_unused(self._build / "chroma")
        except Exception as error:  # Chroma's Rust engine raises many types for a damaged or read-only folder
            if any(code in str(error) for code in NO_WRITING):
                log.warning(
                    "vraagbaak: Chroma cannot write in its folder, so vectors are compared without it: %s", error
                )
                return None
            reason = f"Chroma cannot open its folder ({error}); run vraagbaak ingest"
            raise IndexDamaged(f"{self._build}: {reason}") from error
        if rows != len(self._place):
            raise IndexDamaged(f"{self._build}: {rows} vectors for {len(self._place)} passages; run vraagbaak ingest")
        return collection

    def _own_client(self) -> Any:
        """Return a client that shares nothing with another one.

        Chroma gives all clients of a path what the first one opened, also after the folder was deleted and made anew,
        and tells paths apart by how they are spelled.
        """
        folder = self._build / "chroma"
        while str(folder) in _taken:
            folder = folder / ".." / "chroma"
        client = open_chroma(folder)
        _taken.add(str(folder))
        weakref.finalize(self, _close, client, str(folder)).atexit = False
        return client

    def scores(self, vector: Vectors) -> Scores:
        """Return the cosine similarity of the nearest passages with the question's vector (-1 to 1), 0 for others."""
        scores = np.zeros(len(self._place))
        if not vector.any():
            return scores
        places = self._nearest(vector)
        rows = self._vectors[places].astype(np.float32, copy=False)
        scores[places] = np.einsum("ij,j->i", rows, vector)  # each row by itself: the same whichever rows are beside it
        return scores

    def _nearest(self, vector: Vectors) -> NDArray[np.int64]:
        many = min(DEPTH, len(self._place))
        names = self._found(vector, many)
        if names is None or not self._place.keys() >= set(names):  # a server may have been filled with other passages
            return _best(self._vectors, vector, many)
        return np.sort(np.array([self._place[name] for name in names], dtype=np.int64))

    def _found(self, vector: Vectors, many: int) -> list[str] | None:
        """Return what Chroma finds; None where it cannot be asked."""
        if self._line:
            return self._ask_server(self._line, vector, many)
        return self._ask(self._chroma, vector, many) if self._chroma else None

    def _ask(self, collection: Any, vector: Vectors, many: int) -> list[str]:
        found: list[str] = collection.query(query_embeddings=[vector], n_results=many, include=[])["ids"][0]
        return found

    def _ask_server(self, line: "Line", vector: Vectors, many: int) -> list[str] | None:
        """Return what the server finds; None where it does not answer, or no longer has this build's passages."""
        if not line.up:
            return None
        try:
            with line.server.faults():
                if self._chroma is None:
                    name = Versions(line.server).passages(fetched(self._build)[1])
                    self._chroma = line.server.client.get_collection(name, embedding_function=None)
                return self._ask(self._chroma, vector, many)
        except ServerFault as fault:
            if not is_missing(fault.__cause__):  # a version that was removed: a newer one is on its way here
                line.lost(fault)
            self._chroma = None
            return None


def _close(client: Any, folder: str) -> None:
    client.close()
    _taken.discard(folder)


class Line:
    """Whether the server answers: ``up`` until a question finds it gone, then until somebody finds it back."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.up = True

    def lost(self, fault: Exception) -> None:
        """Ask the server nothing more; one line of log."""
        if self.up:
            self.up = False
            log.warning("vraagbaak: the Chroma server is gone, answers come from this machine's copy: %s", fault)

    def found(self) -> None:
        """Ask the server again; one line of log."""
        if not self.up:
            self.up = True
            log.warning("vraagbaak: the Chroma server answers again")


def _best(vectors: Vectors, vector: Vectors, many: int) -> NDArray[np.int64]:
    """Return the places of the ``many`` nearest vectors in order of place, all of them compared."""
    stretches = range(0, len(vectors), STRETCH)
    near = [vectors[start : start + STRETCH].astype(np.float32, copy=False) @ vector for start in stretches]
    likeness = np.concatenate(near)
    if many >= len(likeness):
        return np.arange(len(likeness), dtype=np.int64)
    return np.sort(np.argpartition(-likeness, many)[:many]).astype(np.int64)
