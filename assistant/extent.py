"""How much of its passage is quoted with a sentence that answers: enough to be understood alone, and no more."""

import re
from collections.abc import Mapping, Sequence

from assistant.question import Kind
from assistant.records import Quote
from assistant.sentences import Candidate, quotable
from ingest.records import Passage

LEAD_WORDS = 60
LIST_WORDS = 90  # a list is quoted whole with its lead-in up to so many
WHOLE_WORDS = 110  # an example or a case that is asked for is quoted whole up to so many
# Log-odds that a neighbour may lie below the sentence that leads, to be quoted with it (dev split: the first citation
# holds a needed fact for .70 of the questions with it, .60 without).
NEIGHBOUR = 1.2
SHORTEST = 25
LEANS_BACK = re.compile(
    r"(?:\d{1,2}[.)] )?(?:[a-zà-ÿ]|(?:Dit|Deze|Dat|Die|Daar\w*|Hier\w*|Zij|Ze|Hij|Zo|Dan|Bovendien|Daarnaast|"
    r"Daarentegen|Echter|Het gaat hier|Vervolgens|Tevens|Anderzijds|Mede|Ook|En|Maar|Of|Inclusief|In dat geval|"
    r"Ten (?:eerste|tweede|derde|slotte))\b)"
)
WHOLE = re.compile(r"[.!?;][\"'’”)\s]*(?:medewerker [\w ]+|regionaal [\w ]+)?$")
# Kinds whose list items are statements, also without a full stop; in others they name people and papers (Nijmegen,
# Bijlage 2).
SAY = ("aanbeveling", "bevinding", "definitie", "goed_voorbeeld", "verbeterpunt", "verwachting")
Scores = Mapping[tuple[str, int], float]  # by passage and number of a sentence


def extent(candidate: Candidate, kind: Kind, score: Scores, lead: bool) -> list[int]:
    """Return the numbers of the sentences to be quoted for a candidate; none where it is no use alone.

    A family member's words are quoted whole, as are examples and cases that are asked for. A sentence that leans back
    ("Dit leidt tot …") brings the one before it, and the one that leads its neighbours where they answer too.
    """
    passage = candidate.passage
    asked_whole = kind.whole and passage.kind in kind.passages
    if passage.kind == "clientstem" or asked_whole:
        whole = quotable(passage)
        if passage.kind == "clientstem" or quote_of(passage, whole, 0.0).words <= WHOLE_WORDS:
            return whole
    if candidate.sentence.block == "tab":
        return _with_column_heads(passage, candidate.number)
    if _opens_a_list(passage, candidate.number):
        return _with_list(passage, candidate.number)
    ends = WHOLE.search(candidate.text) or (candidate.sentence.block == "item" and passage.kind in SAY)
    if len(candidate.text) < SHORTEST or not ends:
        return []
    numbers = _with_antecedent(passage, candidate.number)
    if not lead or not numbers:
        return numbers
    return _with_its_list(passage, _with_neighbours(passage, numbers, candidate.score, score))


def _opens_a_list(passage: Passage, number: int) -> bool:
    return passage.quote(passage.sentences[number]).endswith(":")


def _with_list(passage: Passage, number: int) -> list[int]:
    """Return a lead-in ("… zijn:") with the items below it that fit; none where no item does."""
    numbers = [number]
    for below in range(number + 1, len(passage.sentences)):
        if passage.sentences[below].block != "item":
            break
        if quote_of(passage, [*numbers, below], 0.0).words > LIST_WORDS:
            break
        numbers.append(below)
    return numbers if len(numbers) > 1 else []


def _with_its_list(passage: Passage, numbers: list[int]) -> list[int]:
    """Return the numbers, with all of a list whose lead-in is among them where it fits; never a lead-in at the end."""
    opening = next((number for number in reversed(numbers) if _opens_a_list(passage, number)), None)
    if opening is None:
        return numbers
    grown = sorted({*numbers, *_with_list(passage, opening)})
    if quote_of(passage, grown, 0.0).words <= LIST_WORDS:
        numbers = grown
    return numbers[:-1] if _opens_a_list(passage, numbers[-1]) else numbers


def _with_column_heads(passage: Passage, number: int) -> list[int]:
    """Return a table's row below its first row, the heads of the columns.

    A passage that begins with a row goes on with a table, so its first row is none.
    """
    first = number
    while first and passage.sentences[first - 1].block == "tab":
        first -= 1
    return [first, number] if 0 < first < number else [number]


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


def _with_neighbours(passage: Passage, numbers: list[int], own: float, score: Scores) -> list[int]:
    """Return the lead's numbers, grown by neighbours that answer nearly as well, up to 60 words."""
    while True:
        beside = [
            n for n in (min(numbers) - 1, max(numbers) + 1) if score.get((passage.id, n), -99.0) >= own - NEIGHBOUR
        ]
        if not beside:
            return numbers
        grown = sorted([*numbers, max(beside, key=lambda n: score[passage.id, n])])
        if quote_of(passage, grown, own).words > LEAD_WORDS:
            return numbers
        numbers = grown


def quote_of(passage: Passage, numbers: Sequence[int], score: float) -> Quote:
    """Return the quote of these sentences."""
    return Quote(passage, tuple(passage.sentences[number] for number in numbers), score)
