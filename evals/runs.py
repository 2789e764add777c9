"""Runs: a folder with a manifest and one line of JSON per question; interrupted ones keep what was done.

RUN/manifest.json   time, git revision, hashes, settings, package versions
RUN/texts.jsonl     each retrieved text once, by id
RUN/items.jsonl     one item a question, in the questions' order
"""

import hashlib
import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TextIO

from evals.gold import GoldQuestion, gold_files
from evals.items import Item, make_item
from evals.modelled import Modelled
from evals.systems import open_system
from ingest.catalogue import load_catalogue
from ingest.errors import UsageError, VraagbaakError
from ingest.settings import PROJECT
from ingest.store import IndexFolder, need_current, read_manifest, write_json

PACKAGES = (
    "bm25s",
    "chromadb",
    "langchain-core",
    "numpy",
    "scipy",
    "sentence-transformers",
    "snowballstemmer",
    "torch",
)
Progress = Callable[[int, int], None]


class RunError(VraagbaakError):
    """A run folder is missing, cut off or of another form; the message names file and line."""


@dataclass(frozen=True)
class Run:
    """A run that was read back: its manifest and its items by question id."""

    folder: Path
    manifest: dict[str, Any]
    items: dict[str, Item]

    @property
    def name(self) -> str:
        """Return how the run is called in tables."""
        model = f" + {self.manifest['model']['name']}" if "model" in self.manifest else ""
        return f"{self.manifest['system']}{model} ({self.folder.name})"


def start_run(
    folder: Path,
    system: str,
    questions: Sequence[GoldQuestion],
    index: Path,
    corpus: Path,
    split: str,
    resume: bool,
    limit: int | None = None,
    model: dict[str, str] | None = None,
) -> list[GoldQuestion]:
    """Make or reopen a run folder; return the questions that are still to be asked.

    :param model: what ``Modelled.manifest`` gives, in a run with a model.
    :raises UsageError: the folder holds a run already and ``resume`` is off, or it was made from other things.
    """
    manifest = {**_manifest(system, questions, index, corpus, split), "limit": limit}
    manifest |= {"model": model} if model else {}
    path = folder / "manifest.json"
    if path.exists():
        if not resume:
            raise UsageError(f"{folder} holds a run already; use --resume or another --out")
        _cut_off_half_lines(folder)
        old = read_run(folder)
        for key in ("system", "questions", "corpus", "index", "model"):
            if old.manifest.get(key) != manifest.get(key):
                raise UsageError(f"{folder}: cannot be resumed: its {key!r} was {str(old.manifest.get(key))[:60]!r}")
        return [question for question in questions if question.id not in old.items]
    folder.mkdir(parents=True, exist_ok=True)
    write_json(path, manifest)
    return list(questions)


def ask_all(
    folder: Path,
    system: str,
    questions: Sequence[GoldQuestion],
    index: Path,
    corpus: Path,
    progress: Progress,
    model: Modelled | None = None,
) -> None:
    """Ask the questions and write each item as it comes; what a fault stops is kept as an item with its error.

    An item's milliseconds are the system's alone: what the model costs is kept apart.

    :raises CorpusError, IndexFault: the system cannot be opened.
    """
    ask = open_system(system, index, corpus)
    kept = {text["id"] for text in _read_lines(folder / "texts.jsonl")}
    with (
        open(folder / "texts.jsonl", "a", encoding="utf-8") as texts,
        open(folder / "items.jsonl", "a", encoding="utf-8") as items,
    ):
        for done, question in enumerate(questions):
            progress(done, len(questions))
            begun = time.perf_counter()
            try:
                response = ask(question)
                item = make_item(question, response, (time.perf_counter() - begun) * 1000)
                if model and response.answer:
                    item = replace(item, said=model(response.answer))
            except VraagbaakError as error:
                item = Item(question.id, (), None, (time.perf_counter() - begun) * 1000, str(error))
            for text in item.ranking:
                if text["id"] not in kept:
                    kept.add(text["id"])
                    _write_line(texts, text)
            _write_line(items, {**item.to_json(), "ranking": [text["id"] for text in item.ranking]})
        progress(len(questions), len(questions))


def _write_line(file: TextIO, data: dict[str, Any]) -> None:
    file.write(json.dumps(data, ensure_ascii=False) + "\n")
    file.flush()


def _cut_off_half_lines(folder: Path) -> None:
    """Take away a last line that was not finished, so that new lines do not grow on to it."""
    for path in (folder / "texts.jsonl", folder / "items.jsonl"):
        if path.exists():
            data = path.read_bytes()
            path.write_bytes(data[: data.rfind(b"\n") + 1])


def read_run(folder: Path) -> Run:
    """Return a run. A last line that was cut off is left out: its question counts as not asked.

    :raises RunError: the folder or a file is missing or has another form; the message names file and line.
    """
    for name in ("manifest.json", "items.jsonl"):
        if not (folder / name).is_file():
            raise RunError(f"{folder}: is no run folder: {name} is missing")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{folder / 'manifest.json'}: cannot be read: {error}") from error
    texts = {text["id"]: text for text in _read_lines(folder / "texts.jsonl")}
    items = {}
    for number, data in enumerate(_read_lines(folder / "items.jsonl"), 1):
        try:
            items[data["id"]] = Item.from_json({**data, "ranking": [texts[name] for name in data["ranking"]]})
        except (KeyError, TypeError) as error:
            raise RunError(f"{folder / 'items.jsonl'}:{number}: is no item of a run") from error
    return Run(folder, manifest, items)


def _read_lines(path: Path) -> list[dict[str, Any]]:
    """Return a file's JSON lines, without a last one that was cut off; no file has none."""
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else []
        return [json.loads(line) for line in lines[:-1] if line.strip()]
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read: {error}") from error


def _manifest(system: str, questions: Iterable[GoldQuestion], index: Path, corpus: Path, split: str) -> dict[str, Any]:
    folder = IndexFolder(index)
    return {
        "system": system,
        "split": split,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "git": _git_revision(),
        "questions": hashlib.sha256("\n".join(repr(question) for question in questions).encode()).hexdigest(),
        "gold": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in gold_files()},
        "corpus": {report.id: report.sha256 for report in load_catalogue(corpus)},
        "index": read_manifest(folder.build_path(need_current(folder)))["fingerprint"],
        "python": platform.python_version(),
        "packages": {package: _version(package) for package in PACKAGES},
    }


def _git_revision() -> str:
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
