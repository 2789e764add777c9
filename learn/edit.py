"""What a trainer does with a pack: swap, edit, move and drop items, and name it. Each gives a new pack."""

from dataclasses import replace

from assistant.hygiene import tidy
from assistant.privacy import mask_personal_data
from ingest.errors import UsageError
from learn.records import Item, Pack

LONGEST_TITLE = 120  # characters
LONGEST_TEXT = 4000
CUT = f"De titel was langer dan {LONGEST_TITLE} tekens en is ingekort."


def swap(pack: Pack, item_id: str) -> Pack:
    """Return the pack with the next best of the same part in the item's place; a case is swapped whole.

    What was there becomes the last spare, so swapping on comes round.

    :raises UsageError: there is no such item, or nothing to put in its place.
    """
    old = _group(pack.items, _item(pack, item_id))
    first = next((item for item in pack.spare if item.part == old[0].part), None)
    if first is None:
        raise UsageError(
            f"there is no other item for the part {old[0].part!r}; keep, edit or drop {item_id!r}",
            "Er is geen ander voorbeeld meer voor dit onderdeel.",
        )
    new = _group(pack.spare, first)
    at = pack.items.index(old[0])
    items = [item for item in pack.items if item not in old]
    items[at:at] = new
    spare = (*(item for item in pack.spare if item not in new), *old)
    return replace(pack, items=tuple(items), spare=spare)


def edit(pack: Pack, item_id: str, text: str) -> Pack:
    """Return the pack with the item in the trainer's words, without personal data: a quote no more, with its source.

    :raises UsageError: there is no such item, or the text is empty or longer than 4,000 characters.
    """
    item = _item(pack, item_id)
    words = mask_personal_data(tidy(text).strip())[0]
    if not words or len(words) > LONGEST_TEXT:
        raise UsageError(
            f"an item's text has 1 to {LONGEST_TEXT} characters, this one {len(words)}",
            f"Typ een tekst van 1 tot {LONGEST_TEXT} tekens.",
        )
    if words == item.text:
        return pack
    changed = replace(item, text=words, wording="trainer")
    return pack.with_items(tuple(changed if one is item else one for one in pack.items))


def move(pack: Pack, item_id: str, steps: int) -> Pack:
    """Return the pack with the item moved within its part, ``steps`` down or (negative) up, as far as that goes.

    :raises UsageError: there is no such item.
    """
    item = _item(pack, item_id)
    places = [place for place, one in enumerate(pack.items) if one.part == item.part]
    part = [pack.items[place] for place in places]
    at = part.index(item)
    part.insert(max(0, min(len(part) - 1, at + steps)), part.pop(at))
    items = list(pack.items)
    for place, one in zip(places, part, strict=True):
        items[place] = one
    return pack.with_items(tuple(items))


def drop(pack: Pack, item_id: str) -> Pack:
    """Return the pack without the item.

    :raises UsageError: there is no such item.
    """
    item = _item(pack, item_id)
    return pack.with_items(tuple(one for one in pack.items if one is not item))


def rename(pack: Pack, title: str) -> Pack:
    """Return the pack with another title, without personal data, on one line and cut to 120 characters.

    :raises UsageError: the title is empty.
    """
    words = mask_personal_data(" ".join(tidy(title).split()))[0]
    if not words:
        raise UsageError("a pack cannot have an empty title", "Typ een naam voor het lespakket.")
    return titled(pack, words)


def titled(pack: Pack, title: str) -> Pack:
    """Return the pack with the title; where it had to be cut the note says so."""
    note = pack.note.replace(CUT, "").strip()
    if len(title) > LONGEST_TITLE:
        title, note = title[: LONGEST_TITLE - 1].rstrip() + "…", f"{note} {CUT}".strip()
    return replace(pack, title=title, note=note)


def _item(pack: Pack, item_id: str) -> Item:
    for item in pack.items:
        if item.id == item_id:
            return item
    raise UsageError(f"the pack has no item {item_id!r}", "Dit onderdeel staat niet meer in het lespakket.")


def _group(items: tuple[Item, ...], item: Item) -> list[Item]:
    """Return what is swapped together: of a case all its steps and questions, else the item."""
    return [one for one in items if one.part == "casus" and one.theme == item.theme] if item.part == "casus" else [item]
