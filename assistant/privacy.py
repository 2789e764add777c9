"""Personal data in a question is found and masked on this machine, before it is searched, shown, stored or sent.

Numbers with a check are checked (BSN and IBAN by python-stdnum, telephone numbers by phonenumbers); the rest is told by
a cue before it. Public names and numbers of the reports, places, law articles and years stay.
"""

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from ingest.analysis import STOP_WORDS, fold, stems

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ .-]?[A-Za-z0-9]{4}){2,7}(?:[ .-]?[A-Za-z0-9]{1,3})?\b")
NINE_DIGITS = re.compile(r"(?<![\d.,-])\d(?:[. -]?\d){7,8}(?![\d-])")
BSN_CUE = re.compile(r"(?:\bbsn|burgerservice\s?nummer|sofi\s?-?nummer|burgerservicenr)[\w.:\s-]{0,14}$", re.IGNORECASE)
CHECKED_NUMBER = re.compile(r"(?<![\w.-])(?:\+|00)?\d[\d ().-]{7,16}\d(?![\d-])")
PUBLIC_NUMBER = re.compile(r"^(?:0[89]00|112$|113$|0?14\d{2,3}|0?88-?3700288|\+?3188)")
MONTHS = (
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|jan|feb|mrt|apr|jun|jul|"
    "aug|sep|sept|okt|nov|dec"
)
DATE = rf"(?:\d{{1,2}}[-/. ]\d{{1,2}}[-/. ](?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}} (?:{MONTHS})\.? '?\d{{2,4}})"
BIRTH = re.compile(
    rf"(?:\bgeb(?:oren|\.|oortedatum|datum|dat\.?)?|\bgeboortedag|\bjarig|[°*])(?:[\s:.,(]|op|is|van|te \w+,?)*({DATE})"
    rf"|\b(?:is|zijn) van ({DATE})|\(({DATE})\)",
    re.IGNORECASE,
)
STREET = (
    r"(?:straat|laan|weg|plein|hof|dijk|kade|gracht|singel|steeg|pad|dreef|plantsoen|burg|veld|akker|park|markt|ring|"
    r"wal|baan|oord|horst|donk|kamp|erf|dam|haven|stede|zoom|meer|berg|bos|hoek)"
)
ADDRESS = re.compile(
    rf"\b(?:[A-Z][\w'’.-]+ (?:(?:van|de|den|der|het|'t) )*)?[A-Z]?[\w'’-]*{STREET} \d{{1,4}}(?:[ -]?[a-zA-Z](?![\w]))?(?:-?\d+)?(?:,? ?[1-9]\d{{3}} ?[A-Z]{{2}})?\b"
)
POSTCODE = re.compile(
    r"\b[1-9]\d{3} ?[A-Z]{2}\b(?:[ ,]+(?:nr\.? ?|nummer )?\d{1,5}(?: ?[a-zA-Z]\b)?)?|\b[1-9]\d{3} ?[a-z]{2}[ ,]+(?:nr\.? ?|nummer )?\d{1,5}\b"
)
FILE_NUMBER = re.compile(
    r"\b(?:dossier|zaak|casus|cli[eë]nt|pati[eë]nt|meldings?|registratie|kenmerk|referentie|ref|relatie|polis|zorg|kind|rekest)"
    r"(?:-?\s?(?:nummer|nr|no|id|kenmerk))?\b\.?\s?(?:is|met|van|:|#|nummer|nr\.?|kenmerk)?[\s:#]*"
    r"((?=[\w/.-]*\d)[A-Za-z]{0,5}[\w/.-]*\d[\w/-]*)",
    re.IGNORECASE,
)
PLATE = re.compile(
    r"\b(?:[A-Z]{2}-\d{2,3}-[A-Z]{1,2}|\d{1,2}-[A-Z]{2,3}-\d{1,2}|[A-Z]{1,2}-\d{3}-[A-Z]{1,2}|[A-Z]-\d{3}-[A-Z]{2}|[A-Z]{2}-\d{2}-\d{2}|\d{2}-\d{2}-[A-Z]{2}|\d{2}-[A-Z]{2}-\d{2}|[A-Z]{2}-[A-Z]{2}-\d{2}|\d{2}-[A-Z]{2}-[A-Z]{2})\b"
)
BETWEEN = r"(?:van|de|den|der|el|al|ten|ter|te|'t|’t|la|le|da|dos|di|ben|bin|ibn|abu|von|zu|op|aan|in|uit|bij|het|y|e)"
PART = r"(?:[A-Z]\.(?:-?[A-Z]\.)*|[A-ZÀ-ÖØ-Ý][\wÀ-ÿ'’]*(?:-(?:[A-ZÀ-Ý]|van |de )[\wÀ-ÿ'’ ]*?[\wÀ-ÿ]+)*)"
FULL_NAME = rf"(?:{BETWEEN} )*{PART}(?: (?:{BETWEEN} )*{PART}){{0,3}}"
TITLE = (
    r"(?:meneer|mijnheer|mevrouw|mevr\.?|mw\.?|mvr\.?|dhr\.?|de heer|hr\.|dokter|dr\.|drs\.|juf|juffrouw|meester|familie|fam\.|"
    r"gezin|genaamd|heet|heten|heette|naam is|naam was|namen zijn|naam:|noemt zich)"
)
RELATION = (
    r"(?:cli[eë]nte?|pati[eë]nte?|moeder|vader|mama|papa|dochter|dochtertje|zoon|zoontje|broer|broertje|zus|zusje|oma|opa|tante|"
    r"oom|partner|ex|ex-man|ex-vrouw|ex-partner|vriend|vriendin|man|vrouw|buurman|buurvrouw|buurmeisje|buurjongen|collega|"
    r"leerling|kind|kleinkind|kleinzoon|kleindochter|kindje|baby|jongen|meisje|pleegkind|pleegmoeder|pleegvader|stiefvader|"
    r"stiefmoeder|nicht|neef|nichtje|neefje|schoonmoeder|schoonvader|schoonzus|peuter|kleuter|tweeling|kinderen|zonen|dochters|"
    r"ouders|ik ben|hier is|met|groet|groeten|gr\.|namens|regisseur|begeleider|gezinscoach|jeugdhulpverlener|wijkagent|huisarts|"
    r"voogd|voor|van|over|bij|en|aan|door|tegen)"
)
WITH_TITLE = re.compile(rf"(?i:\b{TITLE}) (?:(?i:en|van) )?({FULL_NAME})")
WITH_RELATION = re.compile(rf"(?i:\b{RELATION}),? ({FULL_NAME})")
LOWER_TITLE = re.compile(
    rf"\b(?:meneer|mijnheer|mevrouw|mevr\.?|mw\.?|dhr\.?|de heer|familie|fam\.?|ik heet|heet|genaamd|mijn naam is) ((?:{BETWEEN} )*[a-z][\w'’-]{{2,}})",
    re.IGNORECASE,
)


KINDS = ("e-mailadres", "rekeningnummer", "geboortedatum", "BSN", "telefoonnummer", "adres", "dossiernummer", "kenteken",
         "naam")  # fmt: skip
MASK = re.compile(r"\[(?:" + "|".join(KINDS) + r")\]")


@dataclass(frozen=True)
class Found:
    """A piece of personal data: its kind in Dutch and where it stands."""

    kind: str
    start: int
    end: int


def find_personal_data(text: str, known: Container[str] = ()) -> list[Found]:
    """Return the personal data of a text in its order, none overlapping another.

    :param known: stems of the reports' and written questions' words: such a word after "mevrouw" is no name.
    """
    found: list[Found] = []
    for finder in (_addresses_by_mail, _accounts, _birth_dates, _bsns, _phones, _places, _files, _plates):
        found += [one for one in finder(text) if not _overlaps(one, found)]
    found += [one for one in _names(text, known) if not _overlaps(one, found)]
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
    pattern: re.Pattern[str], kind: str, text: str, keep: Callable[[re.Match[str]], bool] | None = None
) -> list[Found]:
    """Return each match: its first group that matched, or all of it."""
    matches = [match for match in pattern.finditer(text) if keep is None or keep(match)]
    return [Found(kind, *match.span(match.lastindex or 0)) for match in matches]


def _addresses_by_mail(text: str) -> list[Found]:
    return _all(EMAIL, "e-mailadres", text)


def _accounts(text: str) -> list[Found]:
    from stdnum import iban

    return _all(IBAN, "rekeningnummer", text, lambda match: bool(iban.is_valid(match[0])))


def _birth_dates(text: str) -> list[Found]:
    return _all(BIRTH, "geboortedatum", text)


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

    def keep(match: re.Match[str]) -> bool:
        number = re.sub(r"[ ().]", "", match[0])
        if PUBLIC_NUMBER.match(number):
            return False
        try:
            return phonenumbers.is_valid_number(phonenumbers.parse(match[0], "NL"))
        except phonenumbers.NumberParseException:
            return False

    return _all(CHECKED_NUMBER, "telefoonnummer", text, keep)


def _places(text: str) -> list[Found]:
    found = _all(ADDRESS, "adres", text)
    return found + [one for one in _all(POSTCODE, "adres", text) if not _overlaps(one, found)]


def _files(text: str) -> list[Found]:
    return _all(
        FILE_NUMBER, "dossiernummer", text, lambda match: not re.fullmatch(r"(?:19|20)\d\d|\d{1,2}%?", match[1])
    )


def _plates(text: str) -> list[Found]:
    return _all(PLATE, "kenteken", text)


def _names(text: str, known: Container[str]) -> list[Found]:
    found: list[Found] = []
    for pattern, strong in ((WITH_TITLE, True), (WITH_RELATION, False), (LOWER_TITLE, True)):
        for match in pattern.finditer(text):
            one = _name(text, *match.span(1), known, strong)
            if one and not _overlaps(one, found):
                found.append(one)
    return found


def _name(text: str, start: int, end: int, known: Container[str], strong: bool) -> Found | None:
    """Return the name at that place without words that are none; None where nothing is left."""
    words = list(re.finditer(r"\S+", text[start:end]))
    while words and _is_no_name(words[-1][0], known, strong):
        words.pop()
    while words and not words[0][0][0].isupper() and len(words) > 1 and _is_no_name(words[0][0], known, strong):
        words.pop(0)
    real = [word for word in words if not re.fullmatch(BETWEEN, word[0]) and not _is_no_name(word[0], known, strong)]
    if not real:
        return None
    last = words[-1]
    trimmed = len(last[0].rstrip(".,;:!?)'’"))
    cut = last.start() + (len(last[0]) if re.fullmatch(r"[A-Z]\.", last[0]) else trimmed)
    return Found("naam", start + words[0].start(), start + cut)


def _is_no_name(word: str, known: Container[str], strong: bool) -> bool:
    plain = fold(word.strip(".,;:!?()'’\""))
    if not plain or plain in STOP_WORDS:
        return True
    parts = stems(plain)
    return (
        bool(parts) and all(part in known for part in parts) and not (strong and word[:1].isupper() and len(parts) < 1)
    )
