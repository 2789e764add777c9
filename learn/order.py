"""The running order of a pack: what the trainer does when, in minutes that add up to the time there is."""

from learn.records import MINUTES, PARTS, Pack

# Minutes of each part in a session of 30, 60 and 120; 0 is for later. A break only in the longest.
PLAN = {
    "doel": (2, 4, 6),
    "boodschap": (4, 5, 8),
    "uitspraak": (3, 4, 6),
    "goed_voorbeeld": (0, 7, 12),
    "valkuil": (3, 4, 6),
    "gespreksvraag": (6, 9, 15),
    "Pauze": (0, 0, 10),
    "casus": (0, 11, 18),
    "stelling": (5, 6, 10),
    "quiz": (5, 7, 10),
    "zelfscan": (0, 0, 14),
    "Afronding": (2, 3, 5),
}
ALWAYS = ("Pauze", "Afronding")
WHAT = {
    "doel": "Welkom. Lees de leerdoelen voor. Vraag wie welk doel het belangrijkst vindt.",
    "boodschap": "Lees de zinnen een voor een voor. Vraag bij elke zin: wie herkent dit?",
    "uitspraak": "Lees de uitspraken voor. Laat het even stil zijn. Vraag: wat doet dit met u?",
    "goed_voorbeeld": "Bespreek in tweetallen: welk voorbeeld kan bij ons, en wat is daarvoor nodig?",
    "valkuil": "Laat iedereen de valkuilen lezen en er één kiezen die het meest lijkt op het eigen werk.",
    "gespreksvraag": "Bespreek de vragen in groepjes van drie of vier. Haal daarna van elk groepje één punt op.",
    "Pauze": "Pauze.",
    "casus": "Lees de casus stap voor stap. Stel na elke stap de vraag, voordat u de volgende stap voorleest.",
    "stelling": "Laat iedereen kiezen: eens of oneens. Vraag aan beide kanten waarom. Lees dan de passage voor.",
    "quiz": "Laat iedereen de quiz alleen maken. Bespreek de antwoorden met de passage erbij.",
    "zelfscan": "Vul de zelfscan samen in, te beginnen bij de indicatoren van dit thema.",
    "Afronding": "Iedereen noemt één ding dat hij of zij morgen anders doet.",
}


def running_order(pack: Pack) -> tuple[tuple[int, str, str], ...]:
    """Return (minutes, part, what the trainer does) in order; the minutes add up to the pack's time exactly.

    A part is a key of ``PARTS`` or its own name. The time of parts that the pack does not hold goes to the others.
    """
    there = {item.part for item in pack.items}
    column = MINUTES.index(pack.wish.minutes)
    planned = {part: times[column] for part, times in PLAN.items() if times[column]}
    kept = {part: minutes for part, minutes in planned.items() if part in there or part in ALWAYS}
    later = [PARTS[part].lower() for part in PARTS if part in there and part not in kept]
    rows = zip(kept, _shared(tuple(kept.values()), pack.wish.minutes), strict=True)
    return tuple((minutes, part, _what(part, later)) for part, minutes in rows)


def _what(part: str, later: list[str]) -> str:
    if part != "Afronding" or not later:
        return WHAT[part]
    named = later[0] if len(later) == 1 else f"{', '.join(later[:-1])} en {later[-1]}"
    return f"{WHAT[part]} Geef mee voor later: {named}."


def _shared(weights: tuple[int, ...], total: int) -> list[int]:
    """Return whole minutes in the proportion of the weights that add up to the total; the largest remainders go up."""
    exact = [weight * total / sum(weights) for weight in weights]
    minutes = [int(share) for share in exact]
    behind = sorted(range(len(exact)), key=lambda place: minutes[place] - exact[place])
    for place in behind[: total - sum(minutes)]:
        minutes[place] += 1
    return minutes
