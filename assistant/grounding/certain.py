"""What is certain before anything is weighed: each rule returns why a sentence cannot stand, or nothing."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.grounding.claim import Claim
from assistant.grounding.names import Names, Source, strange_law
from assistant.grounding.numbers import numbers
from ingest.analysis import letters
from ingest.records import Passage

CONTACT = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+\.\w+|(?<![\w.])[\w-]+\.(?:nl|com|org|eu|net|info|be)(?!\w)|"
    r"(?<!\d)(?:\+31|0)[\d\s()-]{6,}\d|(?<!\w)\d{4} ?[A-Z]{2}(?!\w)"
)


BOTH = re.compile(r"(?:beiden?|allebei|dubbele?)(?!\w)", re.IGNORECASE)  # of two things named, not a figure
INSIDE = re.compile(r"(?<![\d.,])\d+e?(?![.,]?\d)")  # also within a word: 1G1P1R


@dataclass(frozen=True)
class Case:
    """A claim with what it cites."""

    claim: Claim
    given: int
    cited: Sequence[Passage]
    source: Source
    names: Names


def no_citation(case: Case) -> str:
    """A sentence must say where it comes from."""
    return "" if case.claim.cited else "zonder bronverwijzing"


def invented_citation(case: Case) -> str:
    """A marker must be one of the given passages."""
    wrong = [n for n in case.claim.cited if not 1 <= n <= case.given]
    return f"verwijst naar passage {wrong[0]}, die niet is gegeven" if wrong else ""


def invented_quote(case: Case) -> str:
    """Words in quotation marks must stand letter for letter in one cited passage."""
    texts = [letters(passage.text) for passage in case.cited]
    for quoted in case.claim.quotations:
        parts = [letters(part) for part in re.split(r"\[?(?:…|\.\.\.)\]?", quoted)]
        if not any(all(part in text for part in parts) for text in texts):
            return f"citaat staat niet zo in de passage: {quoted}"
    return ""


def strange_contact(case: Case) -> str:
    """A telephone number, address or link must stand there."""
    for match in CONTACT.finditer(case.claim.body):
        found = match[0].rstrip(".,;:)")
        if letters(found) not in case.source.letters:
            return f"contactgegeven staat niet in de passage: {found}"
    return ""


def strange_number(case: Case) -> str:
    """A number, share, date or time unit must stand there."""
    there = numbers(case.source.text)
    values = {n.value for n in there} | set(INSIDE.findall(case.source.text))
    units = {(n.value, n.unit) for n in there}
    for number in numbers(case.claim.body):
        if number.value in ("1", "1e") or BOTH.match(case.claim.body, number.start):
            continue
        if number.value not in values:
            return f"getal of datum staat niet in de passage: {number.value}"
        if number.unit and (number.value, number.unit) not in units and any(v == number.value and u for v, u in units):
            return f"tijd staat niet zo in de passage: {number.value} {number.unit}"
    return ""


def strange_name(case: Case) -> str:
    """A name must stand there, or be the report's own place or publisher."""
    missing = case.names.strange(case.claim.body, case.source)
    return f"naam staat niet in de passage: {missing}" if missing else ""


def strange_law_rule(case: Case) -> str:
    """A law or an article must stand there."""
    missing = strange_law(case.claim.body, case.source)
    return f"wet of artikel staat niet in de passage: {missing}" if missing else ""


RULES: tuple[Callable[[Case], str], ...] = (
    no_citation,
    invented_citation,
    invented_quote,
    strange_contact,
    strange_law_rule,
    strange_number,
    strange_name,
)


def refuted(case: Case) -> str:
    """Return the first reason for which the sentence cannot stand, or nothing."""
    return next((reason for rule in RULES if (reason := rule(case))), "")
