"""What every format shares: how an item's question, choices, answer and sources read, and files that stay the same."""

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import TypeAlias

from assistant.cite import source_text
from assistant.records import Citation
from ingest.records import Report
from learn.records import AUDIENCES, PARTS, QUIZ_FORMS, Item, Pack

Order: TypeAlias = Sequence[tuple[int, str, str]]
"""The running order: minutes, part (a key of ``PARTS`` or its own name), what the trainer does."""

LONGEST_TITLE = 120
LONGEST_NAME = 60
# What XML cannot hold, and halves of characters that UTF-8 cannot.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
EPOCH = date(1980, 1, 1)  # the first day that a zip archive knows; stands where a pack has no date
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ABOUT = "Vraagbaak is geen dienst van Veilig Thuis of een inspectie. Elk citaat staat letterlijk in het rapport."
SCAN_ANSWERS = ("nog niet", "deels", "ja", "weten we niet")
# What one item of a part is called; flashcards are no slides.
SINGULAR = {
    "doel": "Leerdoel",
    "boodschap": "De kern",
    "goed_voorbeeld": "Goed voorbeeld",
    "valkuil": "Valkuil",
    "uitspraak": "Een gezinslid zegt",
    "casus": "Casus",
    "gespreksvraag": "Gespreksvraag",
    "stelling": "Stelling",
    "quiz": "Quiz",
    "begrip": "Begrip",
    "zelfscan": "Zelfscan",
}
SUBJECTS = ("boodschap", "goed_voorbeeld", "valkuil", "uitspraak", "casus")
TO_FILL_IN = ("gespreksvraag", "stelling", "quiz")


def printable(pack: Pack) -> Pack:
    """Return the pack without characters that no document can hold; a trainer may have pasted some."""
    return replace(pack, title=_printable(pack.title), note=_printable(pack.note), items=tuple(map(_item, pack.items)))


def _item(item: Item) -> Item:
    return replace(
        item,
        text=_printable(item.text),
        answer=_printable(item.answer),
        feedback=_printable(item.feedback),
        theme=_printable(item.theme),
        options=tuple(map(_printable, item.options)),
    )


def _printable(text: str) -> str:
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def made_on(pack: Pack) -> date:
    """Return the day that the pack was made; a fixed one where it does not say."""
    return date.fromisoformat(pack.made[:10]) if pack.made else EPOCH


def heading(pack: Pack) -> str:
    """Return the title as it can stand on one page: one line, cut after ``LONGEST_TITLE`` characters."""
    title = " ".join(pack.title.split()) or "Lespakket"
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(" ", 1)[0] + " …"


def subtitle(pack: Pack) -> str:
    """Return for whom the pack is and how long it takes."""
    return f"Voor {AUDIENCES.get(pack.wish.audience, pack.wish.audience)}, {pack.wish.minutes} minuten"


def file_stem(title: str) -> str:
    """Return how the pack's files begin: small letters, digits and hyphens; safe on every system, also for ``con``."""
    plain = unicodedata.normalize("NFKD", title[: 10 * LONGEST_NAME]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].strip("-")
    return f"lespakket-{words}" if words else "lespakket"


def part_name(part: str) -> str:
    """Return a part's Dutch name; what is no part is named as it is."""
    return PARTS.get(part, part)


def to_fill_in(item: Item) -> bool:
    """Return whether participants answer the item: all questions, also those between the steps of a case."""
    return item.part in TO_FILL_IN or (item.part == "casus" and item.text.rstrip().endswith("?"))


def is_quote(item: Item) -> bool:
    """Return whether the text is a quote and nothing else; never of a question, where it would give the answer away."""
    return not to_fill_in(item) and marked(item, item.text) != item.text


def marked(item: Item, text: str) -> str:
    """Return a text of the item between quotation marks where it is a quote and nothing else."""
    return f"“{text}”" if any(text == source.quote.text for source in item.sources) else text


def hidden(item: Item, shown: str = "") -> tuple[Citation, ...]:
    """Return the sources whose quote stands neither in the item's text nor in what else is shown, none twice."""
    seen = "\n".join((item.text, shown))
    quotes = {source.quote.text: source for source in item.sources if source.quote.text not in seen}
    return tuple(quotes.values())


def visible_sources(item: Item) -> tuple[Citation, ...]:
    """Return the sources that participants see; of a question only of what it quotes, and none that would settle it."""
    if item.part in ("stelling", "quiz"):
        return ()
    quoted = tuple(source for source in item.sources if source.quote.text in item.text)
    return quoted if to_fill_in(item) else quoted or item.sources


def feedback(item: Item) -> str:
    """Return what is said after the answer; nothing where that would only quote the answer again."""
    return "" if item.form == "open" and item.answer in item.feedback else item.feedback


def pairs(item: Item) -> tuple[tuple[str, str], ...]:
    """Return the rightly paired halves of a matching item."""
    return tuple((left, right) for left, _, right in (option.partition(" :: ") for option in item.options))


def mixed(texts: Sequence[str], seed: str) -> tuple[str, ...]:
    """Return the texts in another order, always the same for the same seed."""
    order = sorted(texts, key=lambda text: hashlib.sha256(f"{seed}\n{text}".encode()).digest())
    return tuple(order) if order != list(texts) else (*order[1:], *order[:1])


def choices(item: Item) -> tuple[str, ...]:
    """Return the lines under a question that participants choose from; none where they write freely."""
    if item.form == "koppel":
        left = [f"{number}. {one}" for number, (one, _) in enumerate(pairs(item), 1)]
        return (*left, *_lettered(_right_mixed(item)))
    if item.form == "volgorde":
        return _lettered(mixed(item.options, item.id))
    if item.form == "waar_onwaar":
        return ("☐ waar", "☐ niet waar")
    return _lettered(item.options) if item.part == "quiz" else ()


def scan_answers(item: Item) -> tuple[str, ...]:
    """Return what a team can answer to an indicator of the self-scan."""
    return item.options or SCAN_ANSWERS


def scan_details(item: Item) -> tuple[tuple[str, str], ...]:
    """Return what an indicator of the self-scan asks and when it is met, each with its name; quotes between marks."""
    named = (("Wat erbij hoort", item.feedback), ("Wanneer positief", item.answer))
    criteria = (
        "Norm",
        " ".join(f"“{source.quote.text}”" for source in hidden(item, f"{item.answer}\n{item.feedback}")),
    )
    return tuple((name, marked(item, text)) for name, text in (criteria, *named) if text)


def distinct_places(item: Item) -> tuple[str, ...]:
    """Return the item's sources as professionals cite them, none twice."""
    return tuple(dict.fromkeys(map(source_text, item.sources)))


def solution(item: Item) -> tuple[str, ...]:
    """Return the answer's lines, with the letters and numbers that ``choices`` gave."""
    if item.form == "koppel":
        letters = {right: letter for letter, right in zip(LETTERS, _right_mixed(item), strict=False)}
        return tuple(f"{n}{letters[right]}. {left}: {right}" for n, (left, right) in enumerate(pairs(item), 1))
    if item.form == "volgorde":
        letters = {step: letter for letter, step in zip(LETTERS, mixed(item.options, item.id), strict=False)}
        return tuple(f"{n}. {step} ({letters[step]})" for n, step in enumerate(item.options, 1))
    if item.form == "meerkeuze" and item.answer in item.options:
        return (f"{LETTERS[item.options.index(item.answer)]}. {item.answer}",)
    return (marked(item, item.answer),) if item.answer else ()


def _right_mixed(item: Item) -> tuple[str, ...]:
    return mixed([right for _, right in pairs(item)], item.id)


def _lettered(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{letter}. {text}" for letter, text in zip(LETTERS, texts, strict=False))


def label(item: Item, number: int) -> str:
    """Return an item's heading within its part: ``Valkuil 2: Risicotaxaties``, ``Vraag 3: open vraag (moeilijk)``."""
    if item.part == "quiz":
        level = f" ({item.difficulty})" if item.difficulty else ""
        return f"Vraag {number}: {QUIZ_FORMS[item.form]}{level}"
    return f"{SINGULAR.get(item.part, 'Kaart')} {number}" + (f": {item.theme}" if has_subject(item) else "")


def has_subject(item: Item) -> bool:
    """Return whether the item's theme says in a heading what it is about."""
    return item.part in SUBJECTS and bool(item.theme)


def numbered(item: Item, number: int) -> str:
    """Return an indicator's text with its number; the report's own where it has one."""
    return item.text if item.text[:1].isdigit() else f"{number}. {item.text}"


def reports(pack: Pack) -> tuple[Report, ...]:
    """Return the reports that the pack quotes, as a source list orders them; their numbers count from 1."""
    found = {source.report.id: source.report for item in pack.items for source in item.sources}
    return tuple(sorted(found.values(), key=lambda report: (report.publisher, report.year, report.title)))


def settled(packed: bytes) -> bytes:
    """Return a zip archive with one date for all its files, so that two runs give the same bytes."""
    with zipfile.ZipFile(BytesIO(packed)) as old:
        return archive({name: old.read(name) for name in old.namelist()})


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return the files as one zip archive, dated alike."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, data in files.items():
            new.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
