"""What the reports themselves define: terms with their words for it, and abbreviations with what they stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.analysis import fold
from learn.quiz.source import Source, Spot

DEFINED = re.compile(
    r"(?:(?P<article>De|Het|Een) )?['‘]?(?P<term>[\w/ -]{3,40}?)['’]? (?:(?:wil zeggen(?= dat)|betekent(?: hier)?"
    r"|is (?=een (?:samenwerking|praktisch hulpmiddel)\b|'de ))|(?=overstijgt |is gericht op ))(?P<meaning>.+)"
)
# Sentences of the same form that define nothing: about what was named before, or about a plan or a study.
NO_TERM = re.compile(
    r"^(?:dat|dit|deze|die|het|een|daar\w*|hier\w*|ook|beleid|beleid .*|doel .*|focus .*|onderzoek|waar\w*|plan)$",
    re.IGNORECASE,
)
SHORTENED = re.compile(r" \(([A-Z][A-Za-z0-9-]{1,8})\)")
LONGEST = 10  # words that an abbreviation stands for
SHORT = 4  # letters of an abbreviation that may have small ones: Wmo
SMALL = frozenset("de het een en van voor in met & het op naar".split())


@dataclass(frozen=True)
class Term:
    """A term or abbreviation and the report's words for it, both as they stand in the sentence."""

    term: str
    meaning: str
    spot: Spot
    article: str = ""

    @property
    def named(self) -> str:
        """Return the term as it stands within a sentence: "de zelfscan", "opschalen", "Handle with Care"."""
        common = self.term[1:].islower() and len(self.term) > SHORT and not self.article
        return f"{self.article} {self.term[0].lower() + self.term[1:] if common else self.term}".strip()


def definitions(source: Source) -> Iterator[Term]:
    """Yield the terms that a sentence of a report defines, each once."""
    seen: set[str] = set()
    for spot in source.spots:
        found = DEFINED.match(spot.text)
        if not found or spot.passage.kind in ("casus", "clientstem") or NO_TERM.match(found["term"]):
            continue
        if fold(found["term"]) not in seen and len(found["meaning"].split()) >= 4:
            seen.add(fold(found["term"]))
            article = (found["article"] or "").lower()
            yield Term(found["term"], found["meaning"].strip().rstrip("."), spot, article)


def abbreviations(source: Source) -> Iterator[Term]:
    """Yield the abbreviations that a report writes out before them, each once."""
    seen: set[str] = set()
    for spot in source.spots:
        for found in SHORTENED.finditer(spot.text):
            written = _written_out(spot.text[: found.start()], found[1])
            if written and found[1] not in seen:
                seen.add(found[1])
                yield Term(found[1], written, spot)


def _written_out(text: str, short: str) -> str:
    """Return the last words of the text whose initials, in order, are the letters of the abbreviation; else nothing."""
    words = text.split()[-LONGEST:]
    for first in range(len(words) - 1, -1, -1):
        tail = words[first:]
        parts = [part for word in tail if word not in SMALL for part in re.split(r"[-&]", word) if part]
        initials = "".join(part[0] for part in parts).upper()
        letters = short.replace("-", "").upper()
        if initials == letters or (len(tail) <= 2 and _inside(letters, "".join(tail).upper())):
            return " ".join(tail)
    return ""


def _inside(letters: str, text: str) -> bool:
    """Tell whether the letters stand in the text in order, the first at its beginning, as RTO in Rondetafeloverleg."""
    rest = iter(text)
    return text[:1] == letters[:1] and all(letter in rest for letter in letters)
