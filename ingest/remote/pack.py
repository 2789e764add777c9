"""A version's files as one gzipped tar in pieces, each a record of a collection.

A piece stands, in base64, in a record's metadata: as a document Chroma would index its letters by threes, which took
140 seconds instead of 8 for 51 MB (measured). Its vector, which Chroma wants, says nothing.
"""

import base64
import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Callable, Iterator
from io import RawIOBase
from pathlib import Path
from typing import Any

from ingest.errors import ServerFault
from ingest.remote.server import Server

CORPUS = "corpus"
TOGETHER = 4 * 2**20  # bytes in one request: a server takes at most 40 MiB
RECORDS = 300  # records in one request: what the strictest server allows


class Pieces(RawIOBase):
    """Takes the stream and stores it piece by piece; ``count`` and ``sha256`` tell what was stored."""

    def __init__(self, collection: Any, server: Server, told: Callable[[], None]) -> None:
        self.count = 0
        self._hash = hashlib.sha256()
        self._collection, self._server, self._told = collection, server, told
        self._rest = bytearray()

    @property
    def sha256(self) -> str:
        """Return the sha256 of all pieces together, in hex."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """Return that it takes bytes."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes; store them where a request is full."""
        self._rest += data
        full = self._server.chunk * _together(self._server.chunk)
        while len(self._rest) >= full:
            self._store(bytes(self._rest[:full]))
            del self._rest[:full]
        return len(data)

    def finish(self) -> None:
        """Store what is left."""
        if self._rest:
            self._store(bytes(self._rest))
            self._rest.clear()

    def _store(self, data: bytes) -> None:
        self._hash.update(data)
        size = self._server.chunk
        parts = [data[start : start + size] for start in range(0, len(data), size)]
        with self._server.faults():
            self._collection.add(
                ids=[_name(self.count + number) for number in range(len(parts))],
                embeddings=[[float(self.count + number)] for number in range(len(parts))],
                metadatas=[{"data": base64.b64encode(part).decode()} for part in parts],
            )
        self.count += len(parts)
        self._told()


def pack(pieces: Pieces, build: Path, corpus: Path) -> None:
    """Store a build, all but its Chroma folder, and below ``corpus`` the corpus."""
    with (
        gzip.GzipFile(fileobj=pieces, mode="wb", compresslevel=1, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w|") as tar,
    ):
        for path in sorted(build.rglob("*")):
            name = path.relative_to(build).as_posix()
            if path.is_file() and not name.startswith("chroma/"):
                tar.add(path, name)
        for path in corpus_files(corpus):
            tar.add(path, f"{CORPUS}/{path.relative_to(corpus).as_posix()}")
    pieces.finish()


def corpus_files(corpus: Path) -> list[Path]:
    """Return the corpus's files, none that is hidden, and none that a restored backup put aside."""
    files = (path for path in corpus.rglob("*") if path.is_file())
    return sorted(path for path in files if not any(map(_is_aside, path.relative_to(corpus).parts)))


def _is_aside(name: str) -> bool:
    return name.startswith(".") or ".before-" in name


def unpack(collection: Any, server: Server, count: int, sha256: str, folder: Path) -> None:
    """Write the files to a folder.

    :raises ServerFault: they are not all there, or not as they were stored.
    """
    stream = _Stream(_read(collection, server, count))
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as zipped, tarfile.open(fileobj=zipped, mode="r|") as tar:
            tar.extractall(folder, filter="data")  # which lets nothing out of the folder
        stream.read()
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, KeyError, TypeError) as error:
        raise ServerFault(f"{server.url}: the files of the index are damaged there ({error})") from error
    if stream.hash.hexdigest() != sha256:
        raise ServerFault(f"{server.url}: the files of the index are not as they were stored; run vraagbaak ingest")


def _read(collection: Any, server: Server, count: int) -> Iterator[bytes]:
    together = _together(server.chunk)
    for start in range(0, count, together):
        names = [_name(number) for number in range(start, min(start + together, count))]
        with server.faults():
            found = collection.get(ids=names, include=["metadatas"])
        held = {name: told["data"] for name, told in zip(found["ids"], found["metadatas"], strict=True)}
        if len(held) != len(names):
            raise ServerFault(f"{server.url}: {len(names) - len(held)} pieces of the index are not there (yet)")
        yield b"".join(base64.b64decode(held[name]) for name in names)


class _Stream(RawIOBase):
    """Pieces as a file to read from, hashed on the way."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.hash = hashlib.sha256()
        self._parts, self._rest = parts, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self.hash.update(part)
            self._rest = part
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _together(chunk: int) -> int:
    return max(1, min(RECORDS, TOGETHER // chunk))


def _name(number: int) -> str:
    return f"{number:08}"
