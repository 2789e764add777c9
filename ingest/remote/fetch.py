"""A version from the server into a build of an index folder, whole or not at all."""

import os
import shutil
from pathlib import Path

from ingest.errors import IndexFault
from ingest.remote.pack import CORPUS, unpack
from ingest.remote.server import Server
from ingest.remote.versions import Version, Versions
from ingest.store import IndexFolder, read_json, read_manifest, write_json

FILE = "server.json"  # in a build that was fetched: which version of which server it is


def mirrored(index: Path) -> Path:
    """Return where in an index folder the builds stand that came from a server, apart from what is made here."""
    return index / "server"


def corpus_of(build: Path, corpus: Path) -> Path:
    """Return the corpus that came with a build from a server; the given one where the build was made here."""
    return build / CORPUS if (build / FILE).is_file() else corpus


def serving_corpus(index: Path, corpus: Path, url: str) -> Path:
    """Return the corpus that answers come from, without opening the index."""
    try:
        folder = IndexFolder(mirrored(index))
        name = folder.current() if url else None
    except IndexFault:
        return corpus
    return corpus_of(folder.build_path(name), corpus) if name else corpus


def fetched(build: Path) -> tuple[str, int, str]:
    """Return the server, number and content of the version that a build is; nothing where it was not fetched."""
    try:
        told = read_json(build / FILE)
        return str(told["url"]), int(told["number"]), str(told["content"])
    except (IndexFault, KeyError, ValueError, TypeError):
        return "", 0, ""


def fetch(server: Server, version: Version, folder: IndexFolder) -> bool:
    """Bring the folder to this version; return False where it has that already.

    :raises ServerFault: the server cannot be asked, or what came is damaged.
    :raises IndexFault: the folder cannot be written, or another version of Vraagbaak made the index.
    """
    if _has(server, folder, version):
        return False
    with folder.writing():
        if _has(server, folder, version):  # another process was waited for
            return False
        new = folder.builds / f"new-{version.number:06}-{os.getpid()}"
        try:
            _write(server, version, new)
            folder.switch(new)
        except OSError as error:
            raise IndexFault(f"{folder.root}: cannot be written ({error.strerror or error})") from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
        _drop_removed(folder)
    return True


def _has(server: Server, folder: IndexFolder, version: Version) -> bool:
    try:
        name = folder.current()
    except IndexFault:
        return False
    known = (server.url, version.number, version.content)
    return name is not None and fetched(folder.build_path(name)) == known


def _write(server: Server, version: Version, new: Path) -> None:
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    with server.faults():
        files = server.client.get_collection(Versions(server).files(version.number), embedding_function=None)
    unpack(files, server, version.pieces, version.sha256, new)
    read_manifest(new)
    write_json(new / FILE, {"url": server.url, "number": version.number, "content": version.content})


def _drop_removed(folder: IndexFolder) -> None:
    """Remove the build before where it holds a text that was removed from the corpus."""
    serving = folder.current() or ""
    there = set(read_manifest(folder.build_path(serving))["reports"].values())
    for build in folder.builds.iterdir():
        if build.name != serving and not _texts(build) <= there:
            shutil.rmtree(build, ignore_errors=True)


def _texts(build: Path) -> set[str]:
    try:
        return set(read_manifest(build)["reports"].values())
    except (IndexFault, KeyError):
        return {""}
