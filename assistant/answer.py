"""The extractive answer: the reports' own sentences, chosen, grouped and marked; our own words claim nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.question import Kind
from assistant.records import Quote
from assistant.sentences import Candidate, quotable
from ingest.analysis import content_words
from ingest.records import Passage, Report, Sentence

MOST_WORDS, MOST_CITATIONS = 150, 8
LEAD_WORDS = 60
WHOLE_WORDS = 110  # an example or a case that is asked for is quoted whole up to so many
# Log-odds that a neighbour may lie below the sentence that leads, to be quoted with it (dev split: the first citation
# holds a needed fact for .70 of the questions with it, .60 without).
NEIGHBOUR = 1.2
FORMS = ("number", "date", "contact", "person", "law")
FLOOR = -2.5  # log-odds below which a sentence only fills the answer
SHORT_ANSWER = 90  # words where a fact is asked
ALIKE = 0.6  # share of content words that two quotes have in common from which the second says nothing new
SHORTEST = 25
LEANS_BACK = re.compile(
    r"(?:Dit|Deze|Dat|Die|Daar\w*|Hier\w*|Zij|Ze|Hij|Zo|Dan|Bovendien|Daarnaast|Daarentegen|Echter|Het gaat hier|"
    r"Vervolgens|Tevens|Anderzijds|Mede|Ook|En|Maar|Of|Inclusief|In dat geval|Ten (?:eerste|tweede|derde|slotte))\b"
    r"|[a-zà-ÿ]"
)
WHOLE = re.compile(r"[.!?;][\"'’”)\s]*(?:medewerker [\w ]+|regionaal [\w ]+)?$")
OLDER_BY = 3  # years that a report must be older than the newest to be told so
OLD = "Dit staat alleen in een rapport uit {year}. Wet en praktijk kunnen sindsdien veranderd zijn."
NOTHING = "Niets gevonden in dit rapport."

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Wat daarbij hoort", ("verwachting", "aanbeveling", "definitie")),
    ("Wat elders werkt", ("goed_voorbeeld",)),
    ("Wat vaak misgaat", ("verbeterpunt",)),
    ("Wat gezinsleden zeggen", ("clientstem",)),
    ("Wat de rapporten nog meer zeggen", ("bevinding", "uitleg", "werkwijze", "casus", "administratief")),
)
Label = Callable[[Passage], str]


@dataclass(frozen=True)
class Composed:
    """An answer in Markdown with markers, the quotes that they refer to, in order, and what is said of silent lanes."""

    text: str
    quotes: tuple[Quote, ...]
    silent: tuple[str, ...] = ()


def compose(
    candidates: Sequence[Candidate], kind: Kind, label: Label, most_words: int = MOST_WORDS, most: int = MOST_CITATIONS
) -> Composed:
    """Return the answer that the sentences make: the one that answers first, then the others by what they are.

    At most 150 words and 8 quotes, 90 words where a fact is asked; whole sentences or items, none twice.

    :param candidates: sentences with their scores, best first.
    :param label: names a passage's report briefly, for the reader to see where a sentence comes from.
    """
    quotes = choose(candidates, kind, min(most_words, SHORT_ANSWER) if kind.name in FORMS else most_words, most)
    if not quotes:
        return Composed("", ())
    lead = quotes[0]
    ordered = [lead]
    lines = ["**Kort**", f'"{lead.text}" [1] ({label(lead.passage)})']
    for title, kinds in GROUPS:
        members = [quote for quote in quotes[1:] if quote.passage.kind in kinds]
        if members:
            lines += ["", f"**{title}**"]
        for quote in members:
            ordered.append(quote)
            lines.append(f'- "{quote.text}" [{len(ordered)}] ({label(quote.passage)})')
    return Composed("\n".join(lines), tuple(ordered))


def compose_lanes(lanes: Sequence[tuple[str, Sequence[Candidate]]], kind: Kind) -> Composed:
    """Return a comparison: one lane for each name, in the given order, with what it says or that it is silent.

    Each lane has its share of 150 words and 8 quotes.
    """
    ordered: list[Quote] = []
    lines: list[str] = []
    silent: list[str] = []
    words, most = MOST_WORDS // len(lanes), max(1, MOST_CITATIONS // len(lanes))
    for name, candidates in lanes:
        lines += [*([""] if lines else []), f"**{name}**"]
        quotes = choose(candidates, kind, words, most)
        if not quotes:
            lines.append(NOTHING)
            silent.append(f"{name}: niets gevonden")
        for quote in quotes:
            ordered.append(quote)
            lines.append(f'- "{quote.text}" [{len(ordered)}]')
    return Composed("\n".join(lines), tuple(ordered), tuple(silent))


def choose(candidates: Sequence[Candidate], kind: Kind, most_words: int, most_quotes: int) -> list[Quote]:
    """Return the quotes that fit, best first; a sentence next to a chosen one joins its quote."""
    ranked = _by_form(candidates, kind)
    score = {(c.passage.id, c.number): c.score for c in ranked}
    chosen: list[Quote] = []
    for candidate in ranked:
        numbers = _run(candidate, kind, score, lead=not chosen)
        if not numbers or _taken(chosen, candidate.passage, numbers):
            continue
        quote = _quote(candidate.passage, numbers, candidate.score)
        beside = next((place for place, other in enumerate(chosen) if place and _adjoins(other, quote)), None)
        words = sum(q.words for q in chosen) + quote.words
        if chosen and candidate.score < FLOOR:
            break
        if chosen and (words > most_words or any(_alike(quote, other) for other in chosen)):
            continue
        if beside is not None:
            chosen[beside] = _joined(chosen[beside], quote)
        elif len(chosen) < most_quotes:
            chosen.append(quote)
    return chosen


def _by_form(candidates: Sequence[Candidate], kind: Kind) -> list[Candidate]:
    """Return the candidates best first, those ahead that look as the kind of question asks for."""
    if not kind.gains:
        return list(candidates)
    gained = [replace(c, score=c.score + kind.gains) if _looks_right(c, kind) else c for c in candidates]
    return sorted(gained, key=lambda candidate: -candidate.score)


def _looks_right(candidate: Candidate, kind: Kind) -> bool:
    if kind.whole or kind.answer is None:
        return candidate.passage.kind in kind.passages
    return kind.looks_answered(candidate.text)


def _run(candidate: Candidate, kind: Kind, score: Mapping[tuple[str, int], float], lead: bool) -> list[int]:
    """Return the numbers of the sentences to be quoted for a candidate; none where it is no use alone.

    A family member's words are quoted whole, as are examples and cases that are asked for. A sentence that leans back
    ("Dit leidt tot …") brings the one before it, and the one that leads its neighbours where they answer too.
    """
    passage = candidate.passage
    asked_whole = kind.whole and passage.kind in kind.passages
    if passage.kind == "clientstem" or asked_whole:
        whole = quotable(passage)
        if passage.kind == "clientstem" or _quote(passage, whole, 0.0).words <= WHOLE_WORDS:
            return whole
    ended = candidate.sentence.block == "tab" or WHOLE.search(candidate.text)  # a table's row has no end mark
    if len(candidate.text) < SHORTEST or not ended:
        return []
    numbers = _with_antecedent(passage, candidate.number)
    return _with_neighbours(passage, numbers, candidate.score, score) if lead and numbers else numbers


def _with_antecedent(passage: Passage, number: int) -> list[int]:
    """Return the sentence, with the one before it where it leans back; none if that is no use."""
    sentence = passage.sentences[number]
    if not LEANS_BACK.match(passage.quote(sentence)):
        return [number]
    allowed = quotable(passage)
    for before in range(number - 1, -1, -1):
        if before not in allowed:
            return []
        text, block = passage.quote(passage.sentences[before]), passage.sentences[before].block
        if sentence.block == "item" and block == "item" and passage.quote(sentence)[:1].islower():
            continue  # an item leans on the list's lead-in, not on the item above it
        return [] if LEANS_BACK.match(text) else [before, number]
    return []


def _with_neighbours(
    passage: Passage, numbers: list[int], own: float, score: Mapping[tuple[str, int], float]
) -> list[int]:
    """Return the lead's numbers, grown by neighbours that answer nearly as well, up to 60 words."""
    while True:
        beside = [
            n for n in (min(numbers) - 1, max(numbers) + 1) if score.get((passage.id, n), -99.0) >= own - NEIGHBOUR
        ]
        if not beside:
            return numbers
        grown = sorted([*numbers, max(beside, key=lambda n: score[passage.id, n])])
        if _quote(passage, grown, own).words > LEAD_WORDS:
            return numbers
        numbers = grown


def _quote(passage: Passage, numbers: Sequence[int], score: float) -> Quote:
    return Quote(passage, tuple(passage.sentences[number] for number in numbers), score)


def _taken(chosen: Sequence[Quote], passage: Passage, numbers: Sequence[int]) -> bool:
    sentences = {passage.sentences[number] for number in numbers}
    return any(quote.passage.id == passage.id and sentences & set(quote.sentences) for quote in chosen)


def _adjoins(one: Quote, other: Quote) -> bool:
    """Tell whether two quotes of one passage have nothing between them."""
    if one.passage.id != other.passage.id:
        return False
    places = [list(one.passage.sentences).index(s) for s in (*one.sentences, *other.sentences)]
    return max(places) - min(places) + 1 == len(places)


def _joined(one: Quote, other: Quote) -> Quote:
    sentences: list[Sentence] = sorted({*one.sentences, *other.sentences}, key=lambda sentence: sentence.start)
    return replace(one, sentences=tuple(sentences))


def _alike(one: Quote, other: Quote) -> bool:
    a, b = set(content_words(one.text)), set(content_words(other.text))
    return one.passage.id != other.passage.id and len(a & b) >= ALIKE * max(1, min(len(a), len(b)))


def age_note(quotes: Sequence[Quote], reports: Mapping[str, Report]) -> str:
    """Return a line where all quotes come from a report that is years older than the newest one, else nothing."""
    years = {reports[quote.passage.report].year for quote in quotes}
    newest = max((report.year for report in reports.values()), default=0)
    return OLD.format(year=max(years)) if years and max(years) <= newest - OLDER_BY else ""


def short_name(report: Report) -> str:
    """Return a report's name for between brackets: its place or its publisher's initials, and the year."""
    initials = "".join(word[0] for word in report.publisher.split() if word[0].isupper() or word == "/")
    return f"{report.place or initials or report.publisher} {report.year}"
