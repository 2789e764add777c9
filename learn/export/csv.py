"""A lesson pack as a sheet, one row an item.

Semicolons, a byte order mark and Windows line ends: so Excel set to Dutch, where the comma is the decimal mark, opens
the file as columns with the accents right on a double click.
"""

import csv
from io import StringIO

from assistant.cite import source_text
from learn.export import common
from learn.records import QUIZ_FORMS, Item, Pack

COLUMNS = (
    "nummer", "onderdeel", "vorm", "tekst", "keuzes", "antwoord", "uitleg", "moeilijkheid", "thema", "minuten",
    "citaten", "bronnen", "passages", "verwoord door", "id",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(pack: Pack) -> bytes:
    """Return the file's bytes. Where an item has several sources their quotes stand one a line in a cell."""
    file = StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, item in enumerate(pack.items, 1):
        writer.writerow([guarded(text) for text in _row(number, item)])
    return file.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """Return a cell's text with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text


def _row(number: int, item: Item) -> tuple[str, ...]:
    return (
        str(number),
        common.part_name(item.part),
        QUIZ_FORMS.get(item.form, item.form),
        item.text,
        "\n".join(item.options),
        item.answer,
        item.feedback,
        item.difficulty,
        item.theme,
        str(item.minutes) if item.minutes else "",
        "\n".join(source.quote.text for source in item.sources),
        "\n".join(map(source_text, item.sources)),
        "\n".join(source.quote.passage.id for source in item.sources),
        item.wording,
        item.id,
    )
