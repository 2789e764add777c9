"""``python -m learn.quiz``: make items over all passages, check each, and print a sample to read."""

import argparse
import sys
from collections.abc import Sequence

from assistant.engine import Assistant
from ingest.errors import VraagbaakError
from ingest.settings import settings
from learn.quality import faults
from learn.quiz import FORMS, quiz_items
from learn.quiz.build import seeded
from learn.records import Item

SKIPPED = "administratief"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how many items were made and what is wrong with them, then a sample; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m learn.quiz", description=__doc__)
    parser.add_argument("--form", action="append", choices=FORMS, help="only these forms; more than once")
    parser.add_argument("--many", type=int, default=200, help="how many items (200)")
    parser.add_argument("--sample", type=int, default=0, help="how many of them to print")
    parser.add_argument("--seed", default="", help="another seed gives other items")
    chosen = parser.parse_args(arguments)
    try:
        assistant = Assistant(settings().index_folder, settings().corpus)
        passages = [passage for passage in assistant.index.passages if passage.kind != SKIPPED]
        items = quiz_items(assistant, passages, chosen.many, chosen.seed, tuple(chosen.form or FORMS))
        wrong = [(item, fault) for item in items for fault in faults(item, assistant)]
    except VraagbaakError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    print(f"{len(items)} items over {len({item.theme for item in items})} themes, {len(wrong)} faults")
    for item, fault in wrong:
        print(f"{item.id}: {fault}")
    drawn = sorted(items, key=lambda item: seeded("derde lezing", item.id))[: chosen.sample]
    for number, item in enumerate(drawn, 1):
        print(f"\n{number}. {as_text(item)}")
    return 1 if wrong else 0


def as_text(item: Item) -> str:
    """Return an item as Markdown lines, the right option marked."""
    about = f"_{item.theme} · {item.difficulty} · {item.id}_"
    options = [f"   - {option}{' ✓' if option == item.answer else ''}" for option in item.options]
    answer = [] if item.answer in item.options or item.form in ("koppel", "volgorde") else [f"   - {item.answer} ✓"]
    return "\n".join([f"{item.text} {about}", *options, *answer, f"   - {item.feedback}"])


if __name__ == "__main__":
    sys.exit(main())
