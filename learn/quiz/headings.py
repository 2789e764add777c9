"""Multiple choice with headings: which good example or point a quote, or a family member's words, belongs to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.records import Quote
from ingest.analysis import content_words, stems
from ingest.records import Passage
from learn.quiz.build import Order, make, seeded
from learn.quiz.choice import shuffled
from learn.quiz.distractors import MANY, alike_in_length, gives_away
from learn.quiz.source import FRAMES, NUMBERED, Source, Spot
from learn.records import Item

# How near a quote must be to its heading and to the passage under it together (two cosines), and how much nearer than
# to any wrong heading and its passage.
NEAR, MARGIN, HARD = 0.45, 0.15, 0.8
TOLD = 0.25  # the share of a heading's stems that the sentence may hold: more, and the words give the heading away
TELLS = 0.2  # how near it must be to the heading itself (cosine)
COMPOUND = 6  # letters from which a word within another word is one of its own
ASKED = {
    "goed_voorbeeld": "Welk goed voorbeeld wordt hier beschreven?",
    "verbeterpunt": "Welk verbeterpunt wordt hier beschreven?",
}
VOICED = "Bij welk punt uit het rapport past dit?"
# Words with which a sentence says what goes wrong.
LACKS = re.compile(
    r"\b(?:niet|geen|onvoldoende|ontbre\w+|te (?:vaak|weinig|eenzijdig|snel)|slechts|alleen|kan beter|wissel\w+|gemist"
    r"|belemmer\w+|nauwelijks|beperkt\w*|summier|verschillende|lastig|uitzondering|ongewenst)\b"
)
OWN_MARKS = re.compile(r"^['‘]|[.'’]+$")


@dataclass(frozen=True)
class Titled:
    """A passage under a heading that says in some words what it is about."""

    passage: Passage
    title: str


def heading_choices(source: Source, passages: Iterable[Passage], order: Order) -> Iterator[Item]:
    """Yield an item for each heading or family member's words in these passages that surely fit one heading."""
    every = titled(source)
    by_passage = {one.passage.id: one for one in every}
    for passage in sorted(passages, key=lambda passage: order(passage, passage.text)):
        one = by_passage.get(passage.illustrates or passage.id)
        if one is None:
            continue
        item = _voice(source, passage, one, every) if passage.illustrates else _described(source, one, every)
        if item:
            yield item


def titled(source: Source) -> list[Titled]:
    """Return the good examples and points to improve whose heading can be an answer, each heading once."""
    found: dict[str, Titled] = {}
    for passage in source.index.passages:
        title = passage.section[-1] if passage.section else ""
        named = len(title.split()) >= 2 and ":" not in title and not title.lower().startswith(FRAMES)
        plain = named and not NUMBERED.match(title) and passage.text.startswith(title)
        if passage.kind in ASKED and plain:
            found.setdefault(title, Titled(passage, title))
    return list(found.values())


def _described(source: Source, one: Titled, every: list[Titled]) -> Item | None:
    """Return the item over the sentence that tells the heading best."""
    spot = telling(source, one)
    if spot is None:
        return None
    return _among(source, one, every, spot.quote, f"{ASKED[one.passage.kind]} “{spot.text}”")


def telling(source: Source, one: Titled) -> Spot | None:
    """Return the sentence that tells a heading best without its words; of a pitfall one that says the fault."""
    title = frozenset(stems(one.title))
    told = [
        (source.likeness(spot.text, one.title), -spot.number, spot)
        for spot in source.spots_of.get(one.passage.id, ())
        if spot.alone and len(title & spot.stems) <= len(title) * TOLD
    ]
    fits = [
        fit for fit in told if fit[0] >= TELLS and (one.passage.kind != "verbeterpunt" or LACKS.search(fit[2].text))
    ]
    return max(fits, key=lambda fit: fit[:2])[2] if fits else None


def _voice(source: Source, passage: Passage, one: Titled, every: list[Titled]) -> Item | None:
    quote = Quote(passage, tuple(s for s in passage.sentences if s.block == "quote"), 0.0)
    if ": " in quote.text:  # an editor's words before the family member's
        return None
    question = f"Een gezinslid zegt: “{OWN_MARKS.sub('', quote.text)}”. {VOICED}"
    return _among(source, one, every, quote, question)


def _among(source: Source, one: Titled, every: list[Titled], quote: Quote, question: str) -> Item | None:
    said = f"{quote.text} {one.title}"
    near = _nearness(source, quote.text, one)
    if near < NEAR:
        return None
    wrong: list[str] = []
    others = [other for other in every if other.passage.kind == one.passage.kind and other.title != one.title]
    for other in sorted(others, key=lambda other: seeded(question, other.title)):
        if _nearness(source, quote.text, other) > near:
            return None
        apart = not _shares_words(other.title, said) and _nearness(source, quote.text, other) < near - MARGIN
        if apart and len(wrong) < MANY and alike_in_length([one.title, *wrong, other.title]):
            wrong.append(other.title)
    if len(wrong) < MANY or gives_away(quote.text, one.title, wrong):
        return None
    title = Quote(one.passage, one.passage.sentences[:1], 0.0)
    options = shuffled([one.title, *wrong], question)
    return make(source, "meerkeuze", question, one.title, [quote, title], options, 1 + (near < HARD))


def _shares_words(title: str, text: str) -> bool:
    """Tell whether a word of the title stands in the text, also as part of a compound (veiligheid, veiligheidsplan)."""
    said = content_words(text)
    parts = [word for word in content_words(title) if len(word) >= COMPOUND]
    return bool(frozenset(stems(title)) & frozenset(stems(text))) or any(
        part in word for part in parts for word in said
    )


def _nearness(source: Source, text: str, one: Titled) -> float:
    said = one.passage.text.removeprefix(one.title).replace(text, " ")
    return source.likeness(text, one.title) + source.likeness(text, said)
