"""``vraagbaak learn …``: pack, quiz, selfscan, check and themes."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from assistant.engine import Assistant
from ingest.errors import IndexFault, UsageError
from ingest.remote.fetch import mirrored, serving_corpus
from ingest.settings import settings
from ingest.store import IndexFolder
from learn.check import check, count_quotes, read_pack
from learn.order import running_order
from learn.pack import make_pack
from learn.quiz import quiz_items
from learn.records import AUDIENCES, MINUTES, PARTS, QUIZ_FORMS, Item, Pack, Wish
from learn.selfscan import selfscan
from learn.themes import passages_for, ranked, themes


def add_commands(parser: argparse.ArgumentParser, positive: Callable[[str], int]) -> None:
    """Add the sub-commands to ``vraagbaak learn``."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    pack = commands.add_parser("pack", help="make a lesson pack on a theme")
    _add_theme(pack)
    pack.add_argument("--audience", choices=AUDIENCES, default="wijkteam")
    pack.add_argument("--minutes", type=int, choices=MINUTES, default=60)
    pack.add_argument("--part", action="append", choices=PARTS, help="include this part only; repeatable")
    pack.add_argument("--format", action="append", metavar="NAME", help="write this format only; repeatable")
    pack.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    words = "let the chat model (VRAAGBAAK_MODEL) put goals and questions in plainer words, each checked"
    pack.add_argument("--reword", action="store_true", help=words)
    pack.set_defaults(run=_pack)
    quiz = commands.add_parser(
        "quiz", help="write quiz items as .xml (Moodle), .gift, .csv or .json, by the file's name"
    )
    _add_theme(quiz)
    quiz.add_argument("--form", action="append", choices=QUIZ_FORMS, help="this form only; repeatable")
    quiz.add_argument("--many", type=positive, default=10, metavar="N")
    quiz.add_argument("--out", type=Path, required=True, metavar="FILE")
    quiz.set_defaults(run=_quiz)
    scan = commands.add_parser("selfscan", help="write the self-scan as a page to print")
    scan.add_argument("--out", type=Path, required=True, metavar="FILE")
    scan.set_defaults(run=_selfscan)
    checked = commands.add_parser("check", help="check a pack: does every quote still stand in the reports")
    checked.add_argument("pack", type=Path, help="pack.json, or the folder that holds it")
    checked.set_defaults(run=_check)
    commands.add_parser("themes", help="list the themes, with how many passages each has").set_defaults(run=_themes)


def _add_theme(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--theme", required=True, help="a theme (vraagbaak learn themes) or a question of your own")
    parser.add_argument("--report", action="append", default=[], metavar="ID", help="from this report only; repeatable")


def _pack(given: argparse.Namespace) -> int:
    from learn.export import FORMATS, export_pack

    formats = tuple(given.format or FORMATS)
    if unknown := [name for name in formats if name not in FORMATS]:
        raise UsageError(f"unknown format {unknown[0]!r}; known are {', '.join(FORMATS)}")
    assistant = _assistant()
    wish = Wish(given.theme, given.audience, given.minutes, tuple(given.report))
    if given.part:
        wish = Wish(wish.theme, wish.audience, wish.minutes, wish.reports, tuple(dict.fromkeys(given.part)))
    pack = make_pack(assistant, wish)
    if given.reword:
        pack = _reworded(pack, assistant)
    if pack.note:
        print(pack.note, file=sys.stderr)
    text = json.dumps(pack.to_json(), ensure_ascii=False, indent=1) + "\n"
    _write(given.out / "pack.json", text.encode())
    files = (given.out / "pack.json", *export_pack(pack, given.out, formats, running_order(pack)))
    for file in files:
        print(file)
    return 0


def _reworded(pack: Pack, assistant: Assistant) -> Pack:
    from learn.wording import reword

    pack, kept, refused = reword(pack, assistant)
    print(f"{kept} texts in the model's words, {refused} refused and left as they were", file=sys.stderr)
    return pack


def _quiz(given: argparse.Namespace) -> int:
    ending = given.out.suffix.lower()
    if ending not in (".xml", ".gift", ".csv", ".json"):
        raise UsageError(f"--out {str(given.out)!r}: the name must end in .xml, .gift, .csv or .json")
    assistant = _assistant()
    passages = passages_for(assistant, given.theme, tuple(given.report))
    forms = tuple(given.form or QUIZ_FORMS)
    items = quiz_items(assistant, passages, given.many, seed=given.theme, forms=forms)
    if len(items) < given.many:
        print(f"the reports give {len(items)} of the {given.many} items on this theme", file=sys.stderr)
    _write(given.out, _quiz_file(ending, _holding(assistant, given.theme, items)))
    print(given.out)
    return 0


def _quiz_file(ending: str, pack: Pack) -> bytes:
    if ending == ".json":
        return (json.dumps([item.to_json() for item in pack.items], ensure_ascii=False, indent=1) + "\n").encode()
    if ending == ".xml":
        from learn.export.moodle import as_moodle

        return as_moodle(pack)
    if ending == ".gift":
        from learn.export.gift import as_gift

        return as_gift(pack).encode()
    from learn.export.csv import as_csv

    return as_csv(pack)


def _selfscan(given: argparse.Namespace) -> int:
    from learn.export.selfscan_page import as_page

    assistant = _assistant()
    items = tuple(indicator.item() for indicator in selfscan(assistant.index))
    if not items:
        raise UsageError("no report of this corpus prints the framework that the self-scan is made of")
    _write(given.out, as_page(_holding(assistant, "Zelfscan", items)).encode())
    print(given.out)
    return 0


def _check(given: argparse.Namespace) -> int:
    pack = read_pack(given.pack)
    if (serving := _fingerprint()) not in ("", pack.get("index")):
        print(
            f"the pack is from another index ({pack.get('index')}, not {serving}); checking its quotes", file=sys.stderr
        )
    faults = check(pack, serving_corpus(settings().index_folder, settings().corpus, settings().chroma_url))
    for fault in faults:
        print(fault)
    items, quotes = count_quotes(pack)
    bad = {fault.item for fault in faults if fault.kind != "moved"}
    print(
        f"{items} items, {quotes} quotes; items with a quote that does not stand any more: {len(bad)}", file=sys.stderr
    )
    return 1 if bad else 0


def _themes(given: argparse.Namespace) -> int:
    assistant = _assistant()
    for theme in themes(assistant):
        print(f"{theme.id:24}{theme.name:32}{len(ranked(assistant, theme)):4} passages")
    return 0


def _holding(assistant: Assistant, title: str, items: tuple[Item, ...]) -> Pack:
    """Return a pack that holds only these items, as the exporters take it."""
    return Pack("", title, Wish(title), items, index=assistant.index.manifest["fingerprint"])


def _assistant() -> Assistant:
    """Return the assistant over the index, which is built first where there is none."""
    corpus, index = settings().corpus, settings().index_folder
    if not settings().chroma_url and IndexFolder(index).current() is None:
        from ingest.index import build_index

        print(f"no index in {index} yet: building it", file=sys.stderr)
        build_index(corpus, index, settings().embedder)
    return Assistant(index, corpus)


def _fingerprint() -> str:
    """Return what the serving index was made from, or nothing where there is none that can be read."""
    from ingest.store import need_current, read_manifest

    index = settings().index_folder
    folder = IndexFolder(mirrored(index) if settings().chroma_url else index)
    try:
        return str(read_manifest(folder.build_path(need_current(folder)))["fingerprint"])
    except (IndexFault, KeyError):
        return ""


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written ({error.strerror or error}); name another place") from error
