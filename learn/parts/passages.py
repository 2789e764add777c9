"""Good examples, pitfalls and family members' words: passages quoted whole."""

from learn.material import Material, distinct, make_item, subject, whole
from learn.records import Item

KINDS = {"goed_voorbeeld": "goed_voorbeeld", "valkuil": "verbeterpunt", "uitspraak": "clientstem"}
LONG, MOST_WORDS = 90, 140  # longer ones come behind; the longest are not read out and fit on no slide


def quoted(material: Material, part: str) -> tuple[Item, ...]:
    """Return the passages of a part's kind as items; ``theme`` is what their heading says."""
    quotes = sorted((whole(passage) for passage in material.of(KINDS[part])), key=lambda quote: quote.words > LONG)
    return tuple(
        make_item(part, quote.text, material.cite(quote), theme=subject(quote.passage) or material.theme.name)
        for quote in distinct(quote for quote in quotes if 0 < quote.words <= MOST_WORDS)
    )
