"""What the steps of learning material hand to each other: items with their sources, and the pack that holds them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.records import Citation, citation_from_json

if TYPE_CHECKING:
    from assistant.index import Index

SCHEMA = "vraagbaak.pack/1"
AUDIENCES = {
    "wijkteam": "wijkteam",
    "veilig_thuis": "Veilig Thuis",
    "school_huisarts": "school en huisarts",
    "gemeente": "gemeente",
}
MINUTES = (30, 60, 120)
# The parts of a pack in the order in which it is read, with their Dutch names.
PARTS = {
    "doel": "Leerdoelen",
    "boodschap": "De kern in vijf zinnen",
    "goed_voorbeeld": "Goede voorbeelden",
    "valkuil": "Valkuilen",
    "uitspraak": "Wat gezinsleden zeggen",
    "casus": "Casus in stappen",
    "gespreksvraag": "Vragen voor het gesprek",
    "stelling": "Stellingen",
    "quiz": "Quiz",
    "begrip": "Begrippen",
    "zelfscan": "Zelfscan",
    "flitskaart": "Flitskaarten",
}
QUIZ_FORMS = {
    "open": "open vraag",
    "meerkeuze": "meerkeuzevraag",
    "invul": "invulvraag",
    "waar_onwaar": "waar of niet waar",
    "koppel": "koppelvraag",
    "volgorde": "volgorde",
}
DIFFICULTIES = ("makkelijk", "gemiddeld", "moeilijk")


@dataclass(frozen=True)
class Item:
    """One thing in a pack. Every item has at least one source; ``id`` is stable over runs for the same content.

    ``text`` is what a participant sees: a quote, or our own question over it. ``answer`` is for the trainer. Of a
    multiple-choice item ``options`` are all choices in the order shown and ``answer`` is one of them; of true or false
    ``answer`` is "waar" or "niet waar"; of matching ``options`` are "left :: right" pairs, rightly paired; of ordering
    the steps in the right order. ``feedback`` quotes the passage. ``wording`` says who worded ``text``: "rapport" (a
    quote), "vraagbaak" (a fixed form), "vragenbank", "model" or "trainer".
    """

    id: str
    part: str
    text: str
    sources: tuple[Citation, ...]
    answer: str = ""
    options: tuple[str, ...] = ()
    feedback: str = ""
    form: str = ""
    difficulty: str = ""
    theme: str = ""
    wording: str = "rapport"
    minutes: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; ``from_json`` reads them back."""
        data = {name: value for name, value in self.__dict__.items() if name != "sources"}
        return {**data, "options": list(self.options), "sources": [source.to_json() for source in self.sources]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], index: "Index") -> "Item":
        """Return the item that ``to_json`` gave.

        :raises KeyError, TypeError, ValueError: the data is not such an object.
        """
        sources = tuple(citation_from_json(source, index) for source in data["sources"])
        return cls(**{**data, "options": tuple(data["options"]), "sources": sources})


@dataclass(frozen=True)
class Wish:
    """What a trainer asked for; ``parts`` are the parts to include."""

    theme: str
    audience: str = "wijkteam"
    minutes: int = 60
    reports: tuple[str, ...] = ()
    parts: tuple[str, ...] = tuple(part for part in PARTS if part != "flitskaart")


@dataclass(frozen=True)
class Pack:
    """A lesson pack: what was asked, its items in order, and what could replace them.

    ``spare`` are the next best items of each part, for swapping. ``index`` is the fingerprint of the index it was made
    from, ``made`` an ISO date. ``note`` says what a reader must know, as when the reports hold little on the theme.
    """

    id: str
    title: str
    wish: Wish
    items: tuple[Item, ...]
    spare: tuple[Item, ...] = field(default=(), repr=False)
    index: str = ""
    made: str = ""
    note: str = ""

    def of(self, part: str) -> tuple[Item, ...]:
        """Return the items of a part, in order."""
        return tuple(item for item in self.items if item.part == part)

    def with_items(self, items: tuple[Item, ...]) -> "Pack":
        """Return the pack with other items."""
        return replace(self, items=items)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; ``from_json`` reads them back."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "title": self.title,
            "wish": {**asdict(self.wish), "reports": list(self.wish.reports), "parts": list(self.wish.parts)},
            "items": [item.to_json() for item in self.items],
            "spare": [item.to_json() for item in self.spare],
            "index": self.index,
            "made": self.made,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], index: "Index") -> "Pack":
        """Return the pack that ``to_json`` gave.

        :raises KeyError, TypeError, ValueError: the data is not such an object.
        """
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']!r} is not {SCHEMA!r}")
        wish = data["wish"]
        return cls(
            id=data["id"],
            title=data["title"],
            wish=Wish(**{**wish, "reports": tuple(wish["reports"]), "parts": tuple(wish["parts"])}),
            items=tuple(Item.from_json(item, index) for item in data["items"]),
            spare=tuple(Item.from_json(item, index) for item in data["spare"]),
            index=data["index"],
            made=data["made"],
            note=data["note"],
        )
