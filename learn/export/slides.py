"""What stands on each slide of a lesson pack: one idea a slide, its source below, the trainer's notes beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.cite import reference, source_text
from assistant.records import Citation
from assistant.writing import long_date
from learn.export import common
from learn.export.common import SINGULAR, Order
from learn.export.fit import Box, Paragraph
from learn.records import QUIZ_FORMS, Item, Pack

HINTS = {
    "doel": "Lees het doel voor en zeg wat deelnemers er straks mee kunnen.",
    "boodschap": "Laat de zin even staan. Vraag wat deelnemers hiervan herkennen.",
    "goed_voorbeeld": "Vraag: wat maakt dat dit werkt? Wat kan uw team hiervan overnemen?",
    "valkuil": "Vraag: wanneer zag u dit zelf? Wat hielp?",
    "uitspraak": "Lees de uitspraak voor en wacht. Vraag daarna wat dit gezinslid nodig had.",
    "casus": "Vertel de casus stap voor stap. Ga pas verder als deelnemers hebben gereageerd.",
    "gespreksvraag": "Laat deelnemers eerst twee aan twee praten. Haal daarna de antwoorden op.",
    "stelling": "Vraag eerst om te kiezen: eens of oneens. Laat beide kanten uitleggen. Toon dan de volgende dia.",
    "quiz": "Laat deelnemers eerst zelf antwoorden. Toon dan de volgende dia.",
    "begrip": "Vraag eerst hoe deelnemers het begrip zelf gebruiken.",
}
AGREE = "Eens of oneens?"
SELFSCAN = (
    "Vul samen het blad van de zelfscan in.",
    "Waar staat uw team bij elke indicator?",
    "Waaraan ziet u dat? Wat is de volgende stap?",
)
BODY = Box(width=880, height=334, sizes=(36, 32, 28, 24, 22, 20))
TITLE = Box(width=880, height=76, sizes=(32, 28, 24))
OPENING = Box(width=840, height=150, sizes=(40, 36, 32, 28, 24))
FOOT = Box(width=790, height=40, sizes=(20,))


@dataclass(frozen=True)
class Slide:
    """One slide; ``footer`` names the source in short, ``notes`` are for the trainer."""

    title: str
    body: tuple[Paragraph, ...]
    footer: str = ""
    notes: str = ""
    kind: str = "content"


def slides(pack: Pack, order: Order) -> tuple[Slide, ...]:
    """Return the pack's slides; what does not fit on one goes over to the next, whole sentences at a time."""
    return tuple(part for slide in _slides(pack, order) for part in _spread(slide))


def _slides(pack: Pack, order: Order) -> Iterator[Slide]:
    made = f"Gemaakt op {long_date(common.made_on(pack))} met Vraagbaak" if pack.made else "Gemaakt met Vraagbaak"
    opening = (Paragraph(common.subtitle(pack)), Paragraph(made))
    yield Slide(common.heading(pack), opening, notes="\n".join(filter(None, (pack.note, common.ABOUT))), kind="title")
    if order:
        lines = [f"{minutes} min · {common.part_name(part)}" for minutes, part, _ in order]
        what = "\n".join(f"{minutes} minuten, {common.part_name(part)}: {text}" for minutes, part, text in order)
        total = sum(minutes for minutes, _, _ in order)
        yield Slide(f"Programma: {total} minuten", tuple(map(Paragraph, lines)), notes=what)
    numbers = {report.id: number for number, report in enumerate(common.reports(pack), 1)}
    for part in SINGULAR:
        items = pack.of(part)
        if part == "zelfscan" and items:
            yield Slide(
                SINGULAR[part], tuple(map(Paragraph, SELFSCAN)), _footer(items[0].sources, numbers), _where(items)
            )
            continue
        for number, item in enumerate(items, 1):
            yield from _item_slides(item, f"{number} van {len(items)}" if len(items) > 1 else "", numbers)
    sources = [Paragraph(f"[{numbers[report.id]}] {reference(report)}") for report in common.reports(pack)]
    yield Slide("Bronnen", tuple(sources), notes=common.ABOUT)


def _item_slides(item: Item, place: str, numbers: dict[str, int]) -> Iterator[Slide]:
    """Yield an item's slide; of what participants answer another one with the answer."""
    short = f"{SINGULAR[item.part]} {place}".strip()
    more = QUIZ_FORMS[item.form] if item.part == "quiz" else item.theme if common.has_subject(item) else ""
    full = f"{short}: {more}" if more else short
    name = full if TITLE.size([Paragraph(full, "title")]) else short
    foot, notes, told = _footer(item.sources, numbers), _notes(item), _told(item)
    if not common.to_fill_in(item):
        style = "quote" if common.is_quote(item) else "answer" if told else "text"
        yield Slide(name, (Paragraph(item.text, style), *told), foot, notes)
        return
    undecided = item.part == "stelling" and AGREE not in item.text
    ask = (item.text, AGREE) if undecided else (item.text, *common.choices(item))
    settles = item.part in ("stelling", "quiz")
    # a question's source without its heading: that may be the answer
    yield Slide(name, tuple(map(Paragraph, ask)), _footer(item.sources, numbers, whole=not settles), notes)
    if settles and told:
        yield Slide(f"{short}: antwoord", told, foot, notes)


def _told(item: Item) -> tuple[Paragraph, ...]:
    """Return what follows an item's text: the answer, the feedback, and of a question the quotes that bear it."""
    solution, feedback = common.solution(item), common.feedback(item)
    asked = common.to_fill_in(item)
    lines = [Paragraph(line, "answer" if asked else "text") for line in solution]
    lines += [Paragraph(feedback)] if feedback else []
    bare = common.hidden(item, "\n".join((*solution, feedback))) if asked else ()
    return (*lines, *(Paragraph(source.quote.text, "quote") for source in bare))


def _notes(item: Item) -> str:
    """Return what the trainer says or asks, the answer, the minutes, and the sources in full."""
    answer = " / ".join(common.solution(item))
    lines = [
        HINTS.get(item.part, ""),
        f"Antwoord: {answer}" if answer else "",
        common.feedback(item),
        f"Tijd: {item.minutes} {'minuut' if item.minutes == 1 else 'minuten'}." if item.minutes else "",
        *(f"Bron: “{source.quote.text}” ({source_text(source)})" for source in item.sources),
    ]
    return "\n".join(filter(None, lines))


def _where(items: Sequence[Item]) -> str:
    lines = [
        f"{common.numbered(item, number)} ({source_text(item.sources[0])})" for number, item in enumerate(items, 1)
    ]
    return "\n".join(["Deel het blad van de zelfscan uit. De indicatoren:", *lines])


def _footer(sources: Sequence[Citation], numbers: dict[str, int], whole: bool = True) -> str:
    """Return the sources in short: their numbers in the source list, and of one alone the place if there is room."""
    marks = sorted({numbers[source.report.id] for source in sources})
    first = sources[0].report
    lead = "".join(f"[{mark}]" for mark in marks)
    if len(marks) > 1:
        return f"Bronnen {lead}"
    quote = sources[0].quote
    page = f", p. {quote.page}" if quote.page is not None else ""
    section = f", {quote.passage.section[-1]}" if quote.passage.section else ""
    short = f"Bron {lead} {first.publisher.split(' / ')[0]}, {first.year}"
    texts = (short + section + page, short + page, short) if whole else (short,)
    return next((text for text in texts if FOOT.size([Paragraph(text)])), f"Bron {lead}")


def _spread(slide: Slide) -> Iterator[Slide]:
    if slide.kind == "title":
        yield slide
        return
    parts = BODY.parts(slide.body)
    for number, part in enumerate(parts, 1):
        more = f" ({number}/{len(parts)})" if len(parts) > 1 else ""
        yield replace(slide, title=slide.title + more, body=part)
