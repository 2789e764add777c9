"""Cards for Anki from a lesson pack: a note's id is its item's, so that a second import updates instead of doubling."""

import itertools
import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from html import escape

import genanki

from learn.export import common
from learn.records import Item, Pack

# Drawn once for this project; another number would make another deck or another kind of note at the next import.
DECK, MODEL = 1_947_306_218, 1_608_552_943
FIELDS = ("Vraag", "Antwoord", "Citaat", "Bron")
STYLE = """
.card{font:20px/1.5 system-ui,sans-serif;color:#1d2629;background:#fbf9f4;text-align:left;max-width:40rem;
 margin:1rem auto}
.nightMode.card{color:#e8eeee;background:#14191b}
blockquote{margin:.8rem 0;padding-left:.8rem;border-left:.25rem solid #0b5c6b}
.bron{font-size:15px}
"""
BACK = (
    "{{FrontSide}}<hr id=answer>{{Antwoord}}{{#Citaat}}<blockquote>{{Citaat}}</blockquote>{{/Citaat}}"
    "<p class=bron>{{Bron}}</p>"
)
TRUE_OR_FALSE = "Waar of niet waar?"


def cards(pack: Pack) -> tuple[Item, ...]:
    """Return the items that make cards: flashcards, terms and quiz items with an answer."""
    return tuple(item for part in ("flitskaart", "begrip", "quiz") for item in pack.of(part) if common.solution(item))


def as_apkg(pack: Pack) -> bytes:
    """Return the file's bytes. The notes carry the time of export: Anki updates a note only by a newer one."""
    deck = genanki.Deck(DECK, "Vraagbaak", "Kaarten uit de rapporten, elk met zijn bron.")
    model = genanki.Model(
        MODEL,
        "Vraagbaak: vraag en antwoord",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Kaart", "qfmt": "{{Vraag}}", "afmt": BACK}],
        css=STYLE,
    )
    for item in cards(pack):
        deck.add_note(genanki.Note(model, _fields(item), tags=_tags(item), guid=item.id))
    return common.archive({"collection.anki2": _database(deck), "media": json.dumps({}).encode()})


def _database(deck: genanki.Deck) -> bytes:
    """Return the collection, made in memory: genanki's own writing leaves a copy in the folder for temporary files."""
    now = time.time()
    with closing(sqlite3.connect(":memory:")) as connection:
        genanki.Package(deck).write_to_db(connection.cursor(), now, itertools.count(int(now * 1000)))
        connection.commit()
        return connection.serialize()


def _fields(item: Item) -> list[str]:
    solution = common.solution(item)
    asked = item.form == "waar_onwaar"
    front = [TRUE_OR_FALSE] if asked and TRUE_OR_FALSE not in item.text else []
    front += [item.text, *(() if asked else common.choices(item))]
    feedback = common.feedback(item)
    bare = common.hidden(item, "\n".join((*solution, feedback)))
    quotes = [feedback, *(f"“{source.quote.text}”" for source in bare)]
    return [_html(lines) for lines in (front, solution, quotes, common.distinct_places(item))]


def _html(lines: Sequence[str]) -> str:
    return "<br>".join(escape(line, quote=False) for text in lines for line in text.split("\n") if line.strip())


def _tags(item: Item) -> list[str]:
    """Return the tags; Anki parts them by spaces."""
    return ["-".join(tag.split()) for tag in ("vraagbaak", item.theme, item.difficulty) if tag.strip()]
