"""Words of a question that a report does not hold in any form: the question may ask what the report does not say."""

from collections.abc import Collection

from assistant.index import Index
from ingest.analysis import content_words

SHORTEST = 4  # letters of a word that is looked for
STEM = 5  # letters that a form of a word at least begins with
ENDING = 3  # letters at the end of a word in which its forms differ


def lacking(index: Index, question: str, report: str) -> tuple[str, ...]:
    """Return the words as asked (folded), in order; not those with which people ask of anything ("lang", "tijd")."""
    held = index.words_of(report)
    return tuple(
        word
        for word in dict.fromkeys(content_words(question))
        if len(word) >= SHORTEST and not word.isdecimal() and word not in index.often_asked and not _held(word, held)
    )


def has_form(word: str, held: Collection[str]) -> bool:
    """Tell whether a word or another form of it ("ontruimd", "ontruiming") is among the words, or begins one."""
    return word in held or any(other.startswith(_begin(word)) for other in held)


def _held(word: str, held: Collection[str]) -> bool:
    """Tell whether a form of a word, a compound with it or a part of it is among the words."""
    begin = _begin(word)
    return any(begin in other or (len(other) >= STEM and other in word) for other in held)


def _begin(word: str) -> str:
    return word[: max(STEM, len(word) - ENDING)]
