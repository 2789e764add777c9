"""The extractive answer: the reports' own sentences, chosen, grouped and marked; our own words claim nothing."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.records import Hit, Quote
from assistant.relevance import Relevance
from ingest.analysis import content_words
from ingest.records import Passage, Report, Sentence

MOST_WORDS, MOST_CITATIONS, PER_GROUP = 180, 8, 2
PASSAGES_READ = 15
BESIDE = 0.2  # a best sentence below it shares next to nothing with the question
DEFINES = 0.2  # what a definition gains where a definition is asked
WEAKEST = 0.55  # of the best sentence's score; below it a sentence is beside the point
ALIKE = 0.6  # share of stems that two quotes have in common from which the second says nothing new
SHORTEST = 35
NOT_QUOTED = ("heading", "title", "editorial")
LEANS_BACK = re.compile(
    r"(?:Dit|Deze|Dat|Die|Daar\w*|Hier\w*|Zij|Ze|Hij|Zo|Dan|Bovendien|Daarnaast|Daarentegen|Echter|Het gaat hier|"
    r"Vervolgens|Tevens|Anderzijds|Mede|En|Maar|Of|Inclusief|In dat geval|Ten (?:eerste|tweede|derde|slotte))\b"
    r"|[a-zà-ÿ]"
)
WHOLE = re.compile(r"[.!?;][\"'’”)\s]*(?:medewerker [\w ]+|regionaal [\w ]+)?$")

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Wat daarbij hoort", ("verwachting", "aanbeveling", "definitie")),
    ("Wat elders werkt", ("goed_voorbeeld",)),
    ("Wat vaak misgaat", ("verbeterpunt",)),
    ("Wat gezinsleden zeggen", ("clientstem",)),
    ("Wat de rapporten nog meer zeggen", ("bevinding", "uitleg", "werkwijze", "casus", "administratief")),
)


@dataclass(frozen=True)
class Composed:
    """An answer in Markdown with markers, and the quotes that they refer to, in order."""

    text: str
    quotes: tuple[Quote, ...]


def compose(hits: Sequence[Hit], relevance: Relevance, label: Callable[[Passage], str]) -> Composed:
    """Return the answer that the hits' sentences make: the one that answers first, then the others by what they are.

    At most 180 words and 8 quotes; whole sentences or items, none twice; at least two reports where two have something
    to say.

    :param label: names a passage's report briefly, for the reader to see where a sentence comes from.
    """
    candidates = ranked_quotes(hits, relevance)
    if not candidates or candidates[0].score < BESIDE:
        return Composed("", ())
    lead, chosen = candidates[0], _chosen(candidates)
    ordered = [lead]
    lines = ["**Kort**", f'"{lead.text}" [1] ({label(lead.passage)})']
    for title, kinds in GROUPS:
        members = [quote for quote in chosen if quote is not lead and quote.passage.kind in kinds]
        if members:
            lines += ["", f"**{title}**"]
        for quote in members:
            ordered.append(quote)
            lines.append(f'- "{quote.text}" [{len(ordered)}] ({label(quote.passage)})')
    return Composed("\n".join(lines), tuple(ordered))


def ranked_quotes(hits: Sequence[Hit], relevance: Relevance) -> list[Quote]:
    """Return the quotable sentences of the best hits, best first; each brings the sentence that it leans on."""
    quotes = [quote for hit in hits[:PASSAGES_READ] for quote in _quotes(hit, relevance)]
    return sorted(quotes, key=lambda quote: -quote.score)


def _quotes(hit: Hit, relevance: Relevance) -> Iterable[Quote]:
    passage = hit.passage
    above = relevance(" ".join(passage.section[-1:]))
    if passage.kind == "clientstem":  # a family member's words are not cut into
        yield Quote(passage, passage.sentences, 0.3 * hit.score + 0.6 * relevance(passage.text) + 0.1 * above)
        return
    for number, sentence in enumerate(passage.sentences):
        words = passage.quote(sentence)
        if sentence.block in NOT_QUOTED or len(words) < SHORTEST or not WHOLE.search(words):
            continue
        sentences = _with_antecedent(passage, number)
        if sentences is None:
            continue
        score = 0.3 * hit.score + 0.6 * relevance(words) + 0.1 * above
        if relevance.what_it_is and passage.kind == "definitie":
            score += DEFINES
        yield Quote(passage, sentences, score)


def _with_antecedent(passage: Passage, number: int) -> tuple[Sentence, ...] | None:
    """Return the sentence, with the one before it where it leans back ("Dit leidt tot …"); None if that is no use."""
    sentence = passage.sentences[number]
    if not LEANS_BACK.match(passage.quote(sentence)):
        return (sentence,)
    for before in reversed(passage.sentences[:number]):
        if before.block in NOT_QUOTED:
            return None
        text = passage.quote(before)
        if sentence.block == "item" and before.block == "item" and passage.quote(sentence)[:1].islower():
            continue  # an item leans on the list's lead-in, not on the item above it
        return None if LEANS_BACK.match(text) else (before, sentence)
    return None


def _chosen(candidates: Sequence[Quote]) -> list[Quote]:
    """Return the quotes that fit, best first, no more than two of a group and none that repeats another."""
    best = candidates[0].score
    chosen: list[Quote] = []
    for quote in [candidates[0], *_second_report(candidates), *candidates[1:]]:
        room = sum(q.words for q in chosen) + quote.words <= MOST_WORDS and len(chosen) < MOST_CITATIONS
        group = sum(_group(q) == _group(quote) for q in chosen[1:])
        if quote.score >= WEAKEST * best and room and group < PER_GROUP and not any(_alike(quote, q) for q in chosen):
            chosen.append(quote)
    return chosen


def _second_report(candidates: Sequence[Quote]) -> list[Quote]:
    first = candidates[0].passage.report
    return [quote for quote in candidates if quote.passage.report != first and quote.words <= MOST_WORDS // 2][:1]


def _group(quote: Quote) -> str:
    return next(title for title, kinds in GROUPS if quote.passage.kind in kinds)


def _alike(one: Quote, other: Quote) -> bool:
    if one.passage.id == other.passage.id and set(one.sentences) & set(other.sentences):
        return True
    a, b = set(content_words(one.text)), set(content_words(other.text))
    return len(a & b) >= ALIKE * max(1, min(len(a), len(b)))


def short_name(report: Report) -> str:
    """Return a report's name for between brackets: its place or its publisher's initials, and the year."""
    initials = "".join(word[0] for word in report.publisher.split() if word[0].isupper() or word == "/")
    return f"{report.place or initials} {report.year}"
