"""Personal names in a text: told by a cue before them, by a given name, by initials, or by two unknown words in a row.

``first_names.txt`` and ``not_names.txt`` (places, organisations, laws, months …) were written for this purpose; words
that the reports or the written questions hold are no names unless a title stands before them.
"""

import re
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path

from ingest.analysis import STOP_WORDS, fold, stems
from ingest.records import Span

HERE = Path(__file__).parent
BETWEEN = (
    r"(?:van|de|den|der|el|al|ten|ter|te|'t|’t|la|le|da|dos|di|ben|bin|ibn|abu|von|zu|op|aan|in|uit|bij|het|y|e|Van|De|"
    r"Den|Der|El|Al|Ten|Ter|Ben)"
)
INITIALS = r"[A-ZÀ-Ý]\.(?:-?[A-ZÀ-Ý]\.)*"
WORD = r"[A-ZÀ-ÖØ-ÝŞÇĞİ][\w'’]*(?:-[\wÀ-ÿ'’]+)*"
SEQUENCE = re.compile(
    rf"(?<![\w@./-])(?:{BETWEEN} )*(?:{INITIALS}|{WORD})(?: ?(?:(?:{BETWEEN} )+)?(?:{INITIALS}|(?<= ){WORD}))*"
)
TITLE = re.compile(
    r"\b(?:meneer|mijnheer|mevrouw|mevr\.?|mw\.?|mvr\.?|dhr\.?|de heer|hr\.|dokter|dr\.|drs\.|mr\.|"
    r"juf|juffrouw|meester|"
    r"familie|"
    r"fam\.|gezin|echtpaar|genaamd|heet|heten|heette|namen? (?:is|was|zijn)|naam:?|noemt zich|"
    r"t\.n\.v\.|tav|t\.a\.v\.|agent|"
    r"rechercheur|advocaat|gebruiker|gegevens:)[\s:(,]*$",
    re.IGNORECASE,
)
RELATION = (
    r"(?:cli[eë]nte?|pati[eë]nte?|moeder|vader|mama|papa|dochter(?:tje)?|zoon(?:tje)?|broer(?:tje)?|"
    r"zus(?:je)?|oma|opa|tante|"
    r"oom|partner|ex(?:-man|-vrouw|-partner)?|vriend(?:in)?|man|vrouw|buurman|buurvrouw|buurmeisje|buurjongen|collega|"
    r"leerling|"
    r"kind(?:je|eren)?|klein(?:kind|zoon|dochter)|baby|jongen|meisje|pleeg\w+|stief\w+|schoon\w+|"
    r"nicht(?:je)?|neef(?:je)?|peuter|"
    r"kleuter|tweeling|zonen|dochters|ouders|ik ben|ik,|hier is|groet(?:en|jes)?|gr\.?|namens|"
    r"regisseur|begeleider|gezinscoach|"
    r"jeugdhulpverlener|wijkagent|huisarts|voogd|contactpersoon|vriendje|oppas|verdachte|dader|slachtoffer)"
)
AFTER_RELATION = re.compile(rf"\b{RELATION}[\s:(,]*(?:is |heet |van )?$", re.IGNORECASE)
CUE = re.compile(
    rf"(?:meneer|mijnheer|mevrouw|mevr\.?|mw\.?|dhr\.?|familie|gezin|juf|meester|ik|mijn|{RELATION})", re.IGNORECASE
)
LOOSE = re.compile(r"(?:ben|bij|op|in|aan|uit|het|y|e)")  # parts of names that do not begin one
LOWER_AFTER_TITLE = re.compile(
    r"\b(?:meneer|mijnheer|mevrouw|mevr\.?|mw\.?|dhr\.?|de heer|familie|fam\.?|ik heet|heet|genaamd|mijn naam is) "
    r"((?:(?:van|de|den|der|el|al|ten|ter|te) )*[a-zà-ÿ][\wà-ÿ'’-]{2,})",
    re.IGNORECASE,
)
LOWER_AFTER_RELATION = re.compile(rf"\b{RELATION} ([a-zà-ÿ][\wà-ÿ-]{{2,}}(?: [a-zà-ÿ]{{3,}})?)\b", re.IGNORECASE)
STARTS_SENTENCE = re.compile(r"(?:^|[.?!:]\s+|\n\s*)[\"'‘“(]*$")
PART = re.compile(r"[^\s]+")


def find_names(text: str, known: Container[str]) -> Iterator[Span]:
    """Yield where names stand.

    :param known: stems of the reports' and written questions' words.
    """
    for match in SEQUENCE.finditer(text):
        span = _trimmed(text, *match.span(), known)
        if span and _is_name(text, span, known):
            yield span
    for match in LOWER_AFTER_TITLE.finditer(text):
        words = [word for word in match[1].split() if not re.fullmatch(BETWEEN, word)]
        if match[1].islower() and words and not any(_common(word, known) for word in words):
            yield match.span(1)
    for match in LOWER_AFTER_RELATION.finditer(text):
        first, _, second = match[1].partition(" ")
        if first.islower() and fold(first) in _list("first_names") and not _common(first, known):
            end = match.end(1) if second and not _common(second, known) else match.start(1) + len(first)
            yield match.start(1), end


def _trimmed(text: str, start: int, end: int, known: Container[str]) -> Span | None:
    """Return the sequence without what is no name at either end: cues, places, organisations, ordinary words."""
    words = [(start + m.start(), start + m.end()) for m in PART.finditer(text[start:end])]
    while words and _ends_no_name(text[slice(*words[-1])]):
        words.pop()
    while words and CUE.fullmatch(text[slice(*words[0])]):
        words.pop(0)
    titled = bool(words) and TITLE.search(text[: words[0][0]]) is not None
    while len(words) > 1 and not titled and _begins_no_name(text, words[0], known):
        words.pop(0)
    while words and (LOOSE.fullmatch(text[slice(*words[0])]) or _only_links(text, words[0])):
        words.pop(0)
    if not words:
        return None
    last = text[slice(*words[-1])]
    cut = len(last) if re.fullmatch(INITIALS, last) else len(last.rstrip(".,;:!?'’"))
    return words[0][0], words[-1][0] + cut


def _only_links(text: str, place: Span) -> bool:
    """Tell whether "van" only ties a name to a relation: het zoontje van Fatima."""
    return text[slice(*place)] == "van" and re.search(rf"\b{RELATION} $", text[: place[0]], re.IGNORECASE) is not None


def _ends_no_name(word: str) -> bool:
    return re.fullmatch(BETWEEN, word) is not None or (fold(word) in STOP_WORDS and not word.isupper())


def _begins_no_name(text: str, place: Span, known: Container[str]) -> bool:
    word = text[slice(*place)]
    plain = fold(word)
    if plain in _list("first_names") or re.fullmatch(INITIALS, word) or re.fullmatch(BETWEEN, word):
        return False
    opens = STARTS_SENTENCE.search(text[: place[0]]) is not None
    return plain in STOP_WORDS or plain in _list("not_names") or (opens and _known(word, known))


def _is_name(text: str, span: Span, known: Container[str]) -> bool:
    before = text[: span[0]]
    parts = [word for word in text[slice(*span)].split() if not re.fullmatch(BETWEEN, word)]
    if not parts or all(part.isupper() and len(part) > 1 and "." not in part for part in parts):
        return False  # abbreviations: VT, UWV
    titled, related = TITLE.search(before) is not None, AFTER_RELATION.search(before) is not None
    listed = [_listed(part) for part in parts]
    if titled:
        ours = all(listed) or " ".join(map(fold, parts)) in _list("not_names")
        return not (ours and (text[slice(*span)][:3].lower() == "van" or len(parts) > 1))
    if all(listed) or " ".join(map(fold, parts)) in _list("not_names"):
        return False
    given = any(_given(part) for part in parts)
    unknown = [part for part in parts if not _known(part, known)]
    initials = any(re.fullmatch(INITIALS, part) for part in parts)
    opens = STARTS_SENTENCE.search(before) is not None
    if not unknown and not (given and (related or (len(parts) == 1 and not opens))):
        return False  # every word stands in the reports: a public name
    if given:
        return related or len(parts) > 1 or not opens or parts[0] in unknown
    if initials or related:
        return bool(unknown)
    return len(parts) > 1 and len(unknown) == len(parts) and not any(listed)


def _given(part: str) -> bool:
    pieces = fold(part.strip("'’.")).split("-")
    return fold(part) in _list("first_names") or any(piece in _list("first_names") for piece in pieces)


def _listed(part: str) -> bool:
    """Tell whether a word is a place, an organisation or the like, and no given name too."""
    plain = fold(part.strip("'’."))
    return plain in _list("not_names") and plain not in _list("first_names")


def _known(part: str, known: Container[str]) -> bool:
    found = stems(part)
    return not re.fullmatch(INITIALS, part) and bool(found) and all(stem in known for stem in found)


def _common(word: str, known: Container[str]) -> bool:
    plain = fold(word)
    return plain in STOP_WORDS or plain in _list("not_names") or _known(word, known)


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset((HERE / f"{name}.txt").read_text(encoding="utf-8").split("\n"))
