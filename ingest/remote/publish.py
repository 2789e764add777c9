"""A build onto the server, so that it serves every app machine."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from ingest.chroma import add_passages
from ingest.errors import ServerFault
from ingest.lines import read_array
from ingest.remote.pack import RECORDS, Pieces, corpus_files, pack
from ingest.remote.server import Server
from ingest.remote.versions import Claim, Version, Versions
from ingest.settings import Settings
from ingest.store import IndexFolder, need_current, read_contents, read_manifest

Progress = Callable[[str, int, int], None]
STEP = "naar de server"
log = logging.getLogger("vraagbaak")


def publish_index(given: Settings, corpus: Path, index: Path, progress: Progress = lambda *_: None) -> bool:
    """Let the build that serves in ``index`` serve from the server of the settings too.

    Return False where no server is set, or it has the same already.

    :raises ServerFault: the server cannot be reached or another ingest was faster; what served there still does.
    """
    if not given.chroma_url:
        return False
    folder = IndexFolder(index)
    with folder.writing():  # the build stays while it is sent
        return publish(Server(given), folder.build_path(need_current(folder)), corpus, progress)


def publish(server: Server, build: Path, corpus: Path, progress: Progress = lambda *_: None) -> bool:
    """Write a version to the server, then let it serve; return False where the same serves already."""
    versions = Versions(server)
    reports: dict[str, str] = read_manifest(build)["reports"]
    claim = versions.claim(_content(build, corpus), log.warning)
    if claim is None:
        return False
    try:
        version = _write(server, claim, build, corpus, progress)
        versions.point(version, reports)
        progress(STEP, version.passages + 1, version.passages + 1)
    except BaseException:
        _drop(claim)
        raise
    return True


def _write(server: Server, claim: Claim, build: Path, corpus: Path, progress: Progress) -> Version:
    contents, vectors = read_contents(build), read_array(build / "vectors.npy")
    many = len(contents.passages)
    name = claim.versions.passages(claim.number)
    with server.faults():
        for done in add_passages(server.client, name, contents.passages, contents.reports, vectors, RECORDS):
            progress(STEP, done, many + 1)
            claim.beat()
        there = server.client.get_collection(name, embedding_function=None).count()
    if there != many:
        raise ServerFault(f"{server.url}: took {there} of {many} passages; run vraagbaak ingest again")
    content = _content(build, corpus)
    pieces = Pieces(claim.collection, server, claim.beat)
    pack(pieces, build, corpus)
    if content != _content(build, corpus):
        raise ServerFault(f"{corpus}: changed while it was sent to the server; run vraagbaak ingest again")
    serving = claim.versions.current()
    return Version(claim.number, content, pieces.count, pieces.sha256, many, serving.number if serving else 0)


def _content(build: Path, corpus: Path) -> str:
    """Return a name for what a version is made from: the build, and every file of the corpus."""
    digest = hashlib.sha256(read_manifest(build)["fingerprint"].encode())
    for path in corpus_files(corpus):
        with path.open("rb") as file:
            digest.update(f"\0{path.relative_to(corpus).as_posix()}\0".encode())
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _drop(claim: Claim) -> None:
    """Remove what was written, unless it serves; where the server is gone the next ingest does."""
    try:
        serving = claim.versions.current()
        if serving is None or serving.number != claim.number:
            claim.drop()
    except ServerFault as fault:
        log.warning("vraagbaak: the server still holds parts of version %06d (%s)", claim.number, fault)
