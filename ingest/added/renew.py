"""The index after a change in the corpus: brought up to date, and of what was removed nothing left behind."""

import shutil
from collections.abc import Callable
from pathlib import Path

from ingest.catalogue import listed_reports
from ingest.errors import CorpusError, IndexFault
from ingest.index import build_index
from ingest.remote.publish import publish_index
from ingest.settings import settings
from ingest.store import IndexFolder, read_json

Progress = Callable[[str, int, int], None]


def renew(corpus: Path, index: Path, embedder: str, progress: Progress = lambda *_: None) -> bool:
    """Bring the index up to date with the corpus; return False where nothing had changed.

    The index keeps the build before the serving one. Where that holds a text that is no longer in the corpus it goes
    too; a reader in the middle of a question keeps the files that it has open.

    Where the settings name a Chroma server the index serves from there too.

    :raises CorpusError: the corpus cannot be read.
    :raises IndexFault: the index folder cannot be written.
    :raises ServerFault: the server cannot be reached, or another ingest was faster; what served there still does.
    """
    try:
        changed = build_index(corpus, index, embedder, progress)
    except CorpusError:  # somebody else removed or replaced a report while it was read; if not, it is raised again
        changed = build_index(corpus, index, embedder, progress)
    _drop_removed(IndexFolder(index), {report.sha256 for report in listed_reports(corpus)})
    publish_index(settings(), corpus, index, progress)
    return changed


def _drop_removed(folder: IndexFolder, there: set[str]) -> None:
    with folder.writing():
        serving = folder.current()
        for build in folder.builds.iterdir():
            if build.name != serving and not _texts(build) <= there:
                shutil.rmtree(build, ignore_errors=True)


def _texts(build: Path) -> set[str]:
    """Return the sha256 of the texts that a build was made from; one that no corpus has where that is unknown."""
    try:
        return {report["sha256"] for report in read_json(build / "reports.json")["reports"]}
    except (IndexFault, KeyError, TypeError):
        return {""}
