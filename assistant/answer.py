"""The extractive answer: the reports' own sentences, chosen, grouped and marked; our own words claim nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.extent import extent, quote_of
from assistant.question import Kind
from assistant.records import Quote
from assistant.sentences import Candidate
from ingest.analysis import content_words
from ingest.records import Passage, Report, Sentence

MOST_WORDS, MOST_CITATIONS = 150, 8
FORMS = ("number", "date", "contact", "person", "law")
FLOOR = -2.5  # log-odds below which a sentence only fills the answer
SHORT_ANSWER = 90  # words where a fact is asked
ALIKE = 0.6  # share of content words that two quotes have in common from which the second says nothing new
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
        numbers = extent(candidate, kind, score, lead=not chosen)
        if not numbers or _taken(chosen, candidate.passage, numbers):
            continue
        quote = quote_of(candidate.passage, numbers, candidate.score)
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
