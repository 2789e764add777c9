"""Personal data in a question is found and masked on this machine, before it is searched, shown, stored or sent.

Numbers with a check are checked (BSN and IBAN by python-stdnum, telephone numbers by phonenumbers); the rest is told by
its form and a cue before it. Public numbers, places, law articles and years stay.
"""

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any

from assistant.names import find_names

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(
    r"\b[Nn][Ll]\d{2}[ .-]?[A-Za-z]{4}(?:[ .-]?\d){10}(?!\d)"
    r"|\b[A-Za-z]{2}\d{2}(?:[ .-]?[A-Za-z0-9]{4}){2,7}(?:[ .-]?[A-Za-z0-9]{1,3})?\b"
)
PHONE = re.compile(r"(?<![\w.-])(?:\+31|0031|0)[ -]?(?:\(0\))?[1-9](?:[ -]?\d){8}(?!\d)")
NINE_DIGITS = re.compile(r"(?<![\d.,-])\d(?:[. -]?\d){7,8}(?![\d-])")
BSN_CUE = re.compile(r"(?:\bbsn|burgerservice\s?nummer|sofi\s?-?nummer|burgerservicenr)[\w.:\s-]{0,14}$", re.IGNORECASE)
PUBLIC_NUMBER = re.compile(r"(?:0[89]00|112$|113$|0?14\d{2,3}|0?88-?3700288|\+?3188)")
MONTH = (
    r"(?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|jan|"
    r"feb|mrt|apr|jun|jul|"
    r"aug|sept?|okt|nov|dec)"
)
DATE = (
    r"(?:\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})|\d{4}-\d{1,2}-\d{1,2}|"
    rf"\d{{1,2}} {MONTH}\.? '?\d{{2,4}})"
)
BIRTH = re.compile(
    r"(?:\bgeb(?:oren\w*|\.?\s?datum|\.|oortedatum|oortedag)?|\bgeboortedatum|\bjarig|\blevenslicht|[°*])"
    rf"(?:[\s:.,(]|op|is|van|vader|moeder|kind|te \w+,?|in \w+)*({DATE})"
    rf"|\b(?:is|zijn) van ({DATE})|\(({DATE})\)|\[naam\],? ({DATE})|"
    rf"({DATE})(?=[^.?!]{{0,40}}(?:geboortedatum|geboren))",
    re.IGNORECASE,
)
STREET = (
    r"(?:straat|laan|weg|plein|hof|dijk|kade|gracht|singel|steeg|pad|dreef|plantsoen|burg|veld|akker|"
    r"park|markt|ring|wal|"
    r"baan|oord|horst|donk|kamp|erf|dam|haven|stede|zoom|meer|berg|bos|hoek)"
)
HOUSE = r"\d{1,4}(?:[ -]?[a-zA-Z](?!\w))?(?:-\d+)?"
ADDRESS = re.compile(
    rf"\b(?:[A-Z][\w'’.-]+ (?:(?:van|de|den|der|het|"
    rf"'t) )*)?[A-Z]?[\w'’-]*{STREET} {HOUSE}(?:,? ?[1-9]\d{{3}} ?[A-Z]{{2}})?\b"
    rf"|(?<=woon op )[\w'’-]+ {HOUSE}|(?<=adres )[\w'’-]+ {HOUSE}"
)
POSTCODE = re.compile(
    r"\b[1-9]\d{3} ?[A-Z]{2}\b(?:[ ,]+(?:nr\.? ?|nummer )?\d{1,5}(?: ?[a-zA-Z]\b)?)?"
    r"|\b[1-9]\d{3} ?(?!en\b|of\b|is\b|in\b|op\b|te\b|ze\b|we\b|ik\b|tm\b)[a-z]{2}[ ,]+(?:nr\.? ?|nummer )?\d{1,5}\b"
)
FILE_NUMBER = re.compile(
    r"\b(?:dossier|zaak|casus|cli[eë]nt|pati[eë]nt|meldings?|registratie|kenmerk|referentie|ref|"
    r"relatie|polis|zorg|kind|"
    r"rekest)(?:-?\s?(?:nummer|nr|no|id|kenmerk))?\b\.?\s?(?:is|met|van|:|#|nummer|nr\.?|kenmerk)?[\s:#(]*"
    r"((?=[\w/. -]*\d)(?:[A-Z]{1,3} (?=\d{3}))?[A-Za-z]{0,5}[\w/.-]*\d[\w/-]*)",
    re.IGNORECASE,
)
NO_FILE_NUMBER = re.compile(r"(?:19|20)\d\d|\d{1,2}%?")
PLATE = re.compile(
    r"\b(?:[A-Z]{2}-\d{2,3}-[A-Z]{1,2}|\d{1,2}-[A-Z]{2,3}-\d{1,2}|[A-Z]{1,2}-\d{3}-[A-Z]{1,2}|[A-Z]{2}-\d{2}-\d{2}|"
    r"\d{2}-\d{2}-[A-Z]{2}|\d{2}-[A-Z]{2}-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-\d{2})\b"
)
KINDS = ("e-mailadres rekeningnummer geboortedatum BSN telefoonnummer adres dossiernummer kenteken naam").split()
MASK = re.compile(r"\[(?:" + "|".join(KINDS) + r")\]")


@dataclass(frozen=True)
class Found:
    """A piece of personal data: its kind in Dutch and where it stands."""

    kind: str
    start: int
    end: int


def find_personal_data(text: str, known: Container[str] = ()) -> list[Found]:
    """Return the personal data of a text in its order, none overlapping another.

    :param known: stems of the reports' and written questions' words: such words are no names.
    """
    found: list[Found] = []
    for finder in (_mail, _accounts, _phones, _bsns, _addresses, _files, _plates):
        found += [one for one in finder(text) if not _overlaps(one, found)]
    names = [Found("naam", start, end) for start, end in find_names(text, known)]
    for one in names:
        if not _overlaps(one, found):
            found.append(one)
    found += [one for one in _births(text, found) if not _overlaps(one, found)]
    return sorted(found, key=lambda one: one.start)


def mask_personal_data(text: str, known: Container[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Return the text with personal data replaced by ``[BSN]`` and the like, and what kinds were found, in order."""
    found = find_personal_data(text, known)
    for one in reversed(found):
        text = f"{text[: one.start]}[{one.kind}]{text[one.end :]}"
    return text, tuple(dict.fromkeys(one.kind for one in found))


def without_masks(text: str) -> str:
    """Return a masked text without its ``[naam]`` and the like: what is searched."""
    return " ".join(MASK.sub(" ", text).split()) if MASK.search(text) else text


def _overlaps(one: Found, others: Iterable[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _all(
    pattern: re.Pattern[str], kind: str, text: str, keep: Callable[[re.Match[str]], bool] = lambda _: True
) -> list[Found]:
    """Return each match that is kept: the group that matched, or all of it."""
    return [Found(kind, *match.span(match.lastindex or 0)) for match in pattern.finditer(text) if keep(match)]


def _mail(text: str) -> list[Found]:
    return _all(EMAIL, "e-mailadres", text)


def _accounts(text: str) -> list[Found]:
    from stdnum import iban

    return _all(IBAN, "rekeningnummer", text, lambda match: bool(iban.is_valid(match[0])))


def _bsns(text: str) -> list[Found]:
    from stdnum.nl import bsn

    def keep(match: re.Match[str]) -> bool:
        digits = re.sub(r"\D", "", match[0])
        if BSN_CUE.search(text[: match.start()]):
            return True
        return len(digits) == 9 and "-" not in match[0] and bool(bsn.is_valid(digits))

    return _all(NINE_DIGITS, "BSN", text, keep)


def _phones(text: str) -> list[Found]:
    import phonenumbers

    matches = phonenumbers.PhoneNumberMatcher(text, "NL", leniency=phonenumbers.Leniency.VALID)
    spans = [(match.start, match.end) for match in matches if match.raw_string[0] in "0+("]
    # The matcher takes a digit behind a number for a part of it; the usual Dutch forms are told by their length.
    spans += [match.span() for match in PHONE.finditer(text) if phonenumbers.is_valid_number(_number(match[0]))]
    found = [Found("telefoonnummer", *span) for span in spans if not PUBLIC_NUMBER.match(_digits(text[slice(*span)]))]
    return [one for place, one in enumerate(found) if not _overlaps(one, found[:place])]


def _number(text: str) -> Any:
    import phonenumbers

    return phonenumbers.parse(text, "NL")


def _digits(text: str) -> str:
    return re.sub(r"[ ()./]", "", text)


def _addresses(text: str) -> list[Found]:
    found = _all(ADDRESS, "adres", text)
    return found + [one for one in _all(POSTCODE, "adres", text) if not _overlaps(one, found)]


def _files(text: str) -> list[Found]:
    return _all(FILE_NUMBER, "dossiernummer", text, lambda match: not NO_FILE_NUMBER.fullmatch(match[1]))


def _plates(text: str) -> list[Found]:
    return _all(PLATE, "kenteken", text)


def _births(text: str, found: Iterable[Found]) -> list[Found]:
    """Return dates with a cue, or right behind a name: names are blanked to ``[naam]`` of the same length first."""
    blanked = text
    for one in found:
        if one.kind == "naam" and one.end - one.start >= len("[naam]"):
            blanked = f"{blanked[: one.start]}{' ' * (one.end - one.start - 6)}[naam]{blanked[one.end :]}"
    return _all(BIRTH, "geboortedatum", blanked)
