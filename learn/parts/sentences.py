"""Learning goals and the message: single sentences of the reports."""

from collections.abc import Sequence
from itertools import zip_longest

from assistant.records import Quote
from ingest.records import Report
from learn.material import Material, distinct, make_item
from learn.records import Item

GOALS = {
    "verwachting": (
        "Na afloop kunt u in eigen woorden uitleggen wat {who} verwacht: “{quote}”",
        "Na afloop kunt u aan een eigen voorbeeld laten zien wat dit vraagt: “{quote}”",
        "Na afloop kunt u zeggen wat in {ours} al zo gaat, en wat nog niet: “{quote}”",
    ),
    "aanbeveling": (
        "Na afloop kunt u een eerste stap noemen voor deze aanbeveling: “{quote}”",
        "Na afloop kunt u uitleggen waarom {who} dit aanbeveelt: “{quote}”",
    ),
    "verbeterpunt": (
        "Na afloop kunt u uitleggen waarom dit aandacht vraagt: “{quote}”",
        "Na afloop kunt u zeggen of dit ook voor {ours} geldt, en wat u eraan doet: “{quote}”",
    ),
    "": ("Na afloop kunt u in eigen woorden uitleggen wat dit betekent: “{quote}”",),
}
ENOUGH = 4  # goals; where less is expected and recommended, what can be better and what else is said gives the rest
OURS = {
    "wijkteam": "uw wijkteam",
    "veilig_thuis": "uw team bij Veilig Thuis",
    "school_huisarts": "uw school of praktijk",
    "gemeente": "uw gemeente",
}
# What the five sentences of the message are about, and the kinds of passage that say it.
MESSAGE = {
    "Waar het om gaat": ("uitleg", "definitie"),
    "Wat wordt verwacht": ("verwachting",),
    "Wat in de praktijk is gezien": ("bevinding",),
    "Wat beter kan": ("verbeterpunt",),
    "Wat helpt": ("goed_voorbeeld", "aanbeveling"),
}


BEST = 5  # sentences of a sort that are close enough to the theme for the message


def goals(material: Material, taken: Sequence[Quote]) -> tuple[Item, ...]:
    """Return what participants can do afterwards, around what the reports expect or recommend; those taken last."""
    fresh = distinct(material.core, taken)
    sorts: dict[str, list[Quote]] = {kind: [] for kind in GOALS}
    for quote in (*fresh, *(quote for quote in material.core if quote not in fresh)):
        sorts[quote.passage.kind if quote.passage.kind in GOALS else ""].append(quote)
    expected, advised, better, other = sorts.values()
    turns = [quote for turn in zip_longest(expected[::2], expected[1::2], advised) for quote in turn if quote]
    turns += [*better, *other][: max(0, ENOUGH - len(turns))]
    counts = dict.fromkeys(GOALS, 0)
    items = []
    for quote in turns:
        kind = quote.passage.kind if quote.passage.kind in GOALS else ""
        form = GOALS[kind][counts[kind] % len(GOALS[kind])]
        counts[kind] += 1
        (source,) = material.cite(quote)
        text = form.format(who=who(source.report), ours=OURS[material.wish.audience], quote=quote.text)
        items.append(make_item("doel", text, (source,), theme=material.theme.name, wording="vraagbaak"))
    return tuple(items)


def message(material: Material) -> tuple[Item, ...]:
    """Return the sentences that say most, one of each sort and then the next ones."""
    named = {kind: label for label, kinds in MESSAGE.items() for kind in kinds}
    sorts = [_general_first(material, kinds) for kinds in MESSAGE.values()]
    turns = [quote for turn in zip_longest(*sorts) for quote in turn if quote]
    return tuple(
        make_item("boodschap", quote.text, material.cite(quote), theme=named[quote.passage.kind]) for quote in turns
    )


def _general_first(material: Material, kinds: tuple[str, ...]) -> list[Quote]:
    """Return the core sentences of these kinds; of the best, those that are not about one place lead."""
    reports = material.assistant.index.reports
    quotes = [quote for quote in material.core if quote.passage.kind in kinds]
    best = sorted(quotes[:BEST], key=lambda quote: bool(reports[quote.passage.report].place))
    return best + quotes[BEST:]


def who(report: Report) -> str:
    """Return who speaks in a report, in words that fit in a sentence."""
    return "de inspectie" if "toezicht" in report.publisher.lower() else report.publisher
