"""What comes of a question besides an answer: refusals that say what is missing and what comes nearest."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Label, choose
from assistant.hygiene import without_links
from assistant.question import OTHER
from assistant.records import Quote
from assistant.sentences import Candidate

NEAREST_WORDS, NEAREST_QUOTES = 110, 4
OUT_OF_SCOPE = (
    "Vraagbaak beantwoordt vragen uit {number} rapporten over Veilig Thuis, lokale teams en kwetsbare gezinnen{added}. "
    "Over deze vraag gaan ze niet."
)
ADDED = ", en uit {number} die {are} toegevoegd"
IN_DANGER = (
    "Vraagbaak kan in een noodsituatie niet helpen. Bel de nummers hierboven. Is iedereen veilig en wilt u weten wat "
    "de rapporten zeggen, stel dan uw vraag."
)
NOT_FOUND = "**Dat staat niet in deze rapporten.** {missing}"
LACKING, ASKED = "Ze noemen niet: {missing}.", "Niet gevonden: ‘{missing}’."
SEARCHED = "Gezocht in {where}."
NEAREST = "Gezocht in {where}. Het dichtst in de buurt, geen antwoord op uw vraag:"
LONGEST_ECHO = 120
NO_MARKUP = str.maketrans({"*": " ", "[": "(", "]": ")", "<": " ", ">": " ", "`": " ", "_": " ", '"': "'", "#": " "})


@dataclass(frozen=True)
class Outcome:
    """A status with its text, the quotes that its markers refer to, and what the reports do not say."""

    status: str
    text: str
    quotes: tuple[Quote, ...] = ()
    not_covered: tuple[str, ...] = ()


def out_of_scope(given: int, added: int) -> Outcome:
    """Return the sentences that say what Vraagbaak is for: the given reports, and how many others there are."""
    others = ADDED.format(number=in_words(added), are="is" if added == 1 else "zijn") if added else ""
    return Outcome("out_of_scope", OUT_OF_SCOPE.format(number=in_words(given), added=others))


def no_question() -> Outcome:
    """Return what is said to a message that tells of danger and asks nothing of the reports."""
    return Outcome("out_of_scope", IN_DANGER)


def not_found(question: str, missing: str, candidates: Sequence[Candidate], label: Label, where: str) -> Outcome:
    """Return a refusal: what is missing, where was searched, and the nearest sentences marked as not an answer.

    :param missing: what the reports lack, or empty where that is not known: then the question itself is named.
    """
    lacking = missing or echo(question)
    quotes = choose(candidates, OTHER, NEAREST_WORDS, NEAREST_QUOTES)
    told = (LACKING if missing else ASKED).format(missing=lacking)
    lines = [NOT_FOUND.format(missing=told), (NEAREST if quotes else SEARCHED).format(where=where)]
    lines += [f'- "{quote.text}" [{n}] ({label(quote.passage)})' for n, quote in enumerate(quotes, 1)]
    return Outcome("not_found", "\n".join(lines), tuple(quotes), (lacking,))


def lacking_note(words: Sequence[str], report: str) -> str:
    """Return the sentence that names the words of a question that the report does not hold."""
    named = [f"‘{word}’" for word in words]
    if len(named) == 1:
        return f"Het woord {named[0]} staat niet in dit rapport ({report})."
    return f"De woorden {', '.join(named[:-1])} en {named[-1]} staan niet in dit rapport ({report})."


def echo(question: str) -> str:
    """Return the question as it may stand in our own sentence: one line, nothing that a screen reads as markup."""
    plain = " ".join(without_links(question).translate(NO_MARKUP).split()).rstrip(" ?.!")
    return plain if len(plain) <= LONGEST_ECHO else plain[:LONGEST_ECHO].rsplit(None, 1)[0] + " …"


def in_words(number: int) -> str:
    """Return a small number in Dutch words."""
    names = "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf".split()
    return names[number] if number < len(names) else str(number)
