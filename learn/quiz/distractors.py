"""Wrong answers: of the same type as the right one, from elsewhere in the reports, and supported by no passage."""

import re
from collections.abc import Iterable

from assistant.engine import Assistant
from assistant.records import Filters
from assistant.retrieve import query_for, retrieve
from ingest.analysis import content_words, fold, stems, words
from learn.quiz.build import seeded
from learn.quiz.source import Source, Spot

MANY = 3
LENGTHS = 1.6  # the longest option over the shortest, in characters
# A sentence that holds an option and this share of the question's stems may make the option right; in the passages
# that retrieval finds for the question a smaller share is enough.
SHARE, SHARE_FOUND, FOUND = 0.6, 0.45, 5
COUNTS = "nul één twee drie vier vijf zes zeven acht negen tien elf twaalf".split()
OUT_OF = re.compile(rf"\bvan de ({'|'.join(COUNTS)})\b")
ECHO, ECHOES = 4, 2  # letters that make two words begin alike; wrong answers that must do so where the right one does
SORT_ASKED = re.compile(r"\bwelke? \w+", re.IGNORECASE)  # "welk niveau" says what all options are
ARTICLE = re.compile(r"^(?:de|het|een)\s+", re.IGNORECASE)


def wrong_answers(
    assistant: Assistant, source: Source, question: str, right: tuple[str, ...], spot: Spot, pool: Iterable[str]
) -> tuple[str, ...]:
    """Return three wrong answers, or none where the pool does not hold three that are surely wrong and alike in form.

    :param right: the answer shown, and what would be right too.
    :param spot: the sentence that answers the question.
    :param pool: answers of the same type.
    """
    fits = [option for option in dict.fromkeys(pool) if _may_stand_beside(option, right, question, spot)]
    fits.sort(key=lambda option: (_is_plural(option) != _is_plural(right[0]), seeded(question, option)))
    found = passages_for(assistant, question)
    chosen: list[str] = []
    for option in fits:
        apart = all(not says_the_same(option, other) for other in chosen)
        if apart and alike_in_length([right[0], *chosen, option]) and not supported(source, question, option, found):
            chosen.append(option)
        if len(chosen) == MANY:
            return tuple(chosen)
    return ()


def passages_for(assistant: Assistant, question: str) -> frozenset[str]:
    """Return the ids of the passages that retrieval finds first for a question."""
    hits = retrieve(assistant.index, query_for(assistant.index, question), FOUND, Filters(), assistant.fusion)
    return frozenset(hit.passage.id for hit in hits)


def supported(source: Source, question: str, option: str, found: frozenset[str]) -> bool:
    """Tell whether a sentence of the reports could make the option an answer to the question, or nobody can say.

    :param found: the passages that retrieval finds for the question, see ``passages_for``.
    """
    asked, wanted = frozenset(stems(question)), frozenset(stems(option))
    if not wanted:  # "één" is a function word: it stands everywhere
        return True
    asked -= wanted
    for spot in source.spots:
        if wanted <= spot.stems and asked:
            share = len(asked & spot.stems) / len(asked)
            if share >= (SHARE_FOUND if spot.passage.id in found else SHARE):
                return True
    return False


def alike_in_length(options: list[str]) -> bool:
    """Tell whether no option stands out by its length."""
    lengths = [len(option) for option in options]
    return max(lengths) <= LENGTHS * min(lengths)


def gives_away(question: str, right: str, wrong: Iterable[str]) -> bool:
    """Tell whether the right answer alone begins a word as the question does (wijk, wijkbijeenkomst)."""
    return _echoes(question, right) and sum(_echoes(question, option) for option in wrong) < ECHOES


def _echoes(question: str, option: str) -> bool:
    asked = {word[:ECHO] for word in content_words(SORT_ASKED.sub("", question)) if len(word) >= ECHO}
    return any(word[:ECHO] in asked for word in content_words(option) if len(word) >= ECHO and not word.isdigit())


def _may_stand_beside(option: str, right: tuple[str, ...], question: str, spot: Spot) -> bool:
    whole = OUT_OF.search(question)
    if whole and option in COUNTS and COUNTS.index(option) > COUNTS.index(whole[1]):  # "in tien van de acht"
        return False
    if any(says_the_same(option, one) for one in right) or holds(question, option):
        return False
    return not holds(spot.text, option)


def holds(text: str, option: str) -> bool:
    """Tell whether the text holds the option's words in a row, whatever article stands before them."""
    core = words(ARTICLE.sub("", option))
    said = words(text)
    return any(said[n : n + len(core)] == core for n in range(len(said) - len(core) + 1))


def says_the_same(one: str, other: str) -> bool:
    """Tell whether two answers are the same, or one says no more than the other."""
    a, b = frozenset(stems(one)), frozenset(stems(other))
    return fold(one) == fold(other) or (bool(a) and bool(b) and (a <= b or b <= a))


def _is_plural(text: str) -> bool:
    last = fold(text).split()[-1]
    return not re.match(r"(?:het|een)\s", fold(text)) and last.endswith(("en", "s")) and not last.endswith(("is", "ss"))
