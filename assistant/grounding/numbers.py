"""Numbers, dates and shares of a Dutch text, written in digits or in words, as values that can be compared."""

import re
from dataclasses import dataclass

from ingest.analysis import fold

UNITS = "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien".split()
TENS = {"twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60, "zeventig": 70, "tachtig": 80,
        "negentig": 90}  # fmt: skip
WORDS = {word: value for value, word in enumerate(UNITS) if word != "een"}
WORDS |= {"vijftien": 15, "zestien": 16, "zeventien": 17, "achttien": 18, "negentien": 19, **TENS}
WORDS |= {
    f"{unit}en{ten}": tens + value for ten, tens in TENS.items() for value, unit in enumerate(UNITS[:10]) if value
}
WORDS |= {"honderd": 100, "tweehonderd": 200, "driehonderd": 300, "duizend": 1000, "miljoen": 10**6, "miljard": 10**9}
WORDS |= {"beide": 2, "allebei": 2, "tweeen": 2, "drieen": 3, "tweetal": 2, "drietal": 3, "viertal": 4, "vijftal": 5,
          "tiental": 10, "dozijn": 12, "twintigtal": 20, "tientallen": 10, "honderden": 100, "duizenden": 1000,
          "beiden": 2, "dubbel": 2, "dubbele": 2, "verdubbeld": 2, "verdubbeling": 2}  # fmt: skip
ORDINALS = {"eerste": 1, "tweede": 2, "derde": 3, "vierde": 4, "vijfde": 5, "zesde": 6, "zevende": 7, "achtste": 8,
            "negende": 9, "tiende": 10, "elfde": 11, "twaalfde": 12}  # fmt: skip
SHARES = {"helft": "1/2", "half": "1/2", "halve": "1/2", "driekwart": "3/4", "kwart": "1/4", "tweederde": "2/3",
          "eenderde": "1/3"}  # fmt: skip
PERCENT = {"50%": "1/2", "25%": "1/4", "75%": "3/4"}
MONTHS = frozenset("januari februari maart april mei juni juli augustus september oktober november december".split())
TIMES = MONTHS | frozenset(
    """maandag dinsdag woensdag donderdag vrijdag zaterdag zondag voorjaar najaar lente zomer herfst winter kwartaal
    halfjaar halfjaarlijks jaarlijks maandelijks wekelijks dagelijks tweewekelijks tweejaarlijks kwartalen""".split()
)
TIME_UNITS = {"dag": "dag", "dagen": "dag", "week": "week", "weken": "week", "maand": "maand", "maanden": "maand",
              "jaar": "jaar", "jaren": "jaar", "uur": "uur", "uren": "uur", "minuut": "minuut", "minuten": "minuut",
              "werkdag": "werkdag", "werkdagen": "werkdag"}  # fmt: skip
NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*\s?%|\d+(?:[.,]\d+)*\s+procent|\d+(?:[.,]\d+)*|[^\W\d_]+(?:[.][^\W\d_]+)*", re.IGNORECASE
)
OF_WORD = re.compile(
    rf"({'|'.join(sorted(WORDS, key=len, reverse=True))})"
    r"(maal|keer|voudige?|jarige?|ledige?|delige?|weekse|daagse|en?half)"
)
ONE = re.compile(r"(?<!\w)[Éé][ée]n(?!\w)")


@dataclass(frozen=True)
class Number:
    """A value as it can be compared ("18", "39%", "1/2", "maart"), where it stands, and the time unit behind it."""

    value: str
    start: int
    unit: str = ""


def numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers, shares, months and seasons of a text in order; the article "een" is none."""
    found: list[Number] = []
    for match in NUMBER.finditer(text):
        value = _value(match[0])
        if value:
            found.append(Number(value, match.start(), _unit(text[match.end() : match.end() + 24])))
    return tuple(found)


def _value(written: str) -> str:
    if written[0].isdigit():
        return _digits(written)
    word = fold(written)
    part = OF_WORD.fullmatch(word)
    if part:
        half = ".5" if part[2].endswith("half") else ""
        return f"{WORDS[part[1]]}{half}"
    if word == "anderhalf":
        return "1.5"
    if ONE.fullmatch(written):
        return "1"
    if word in WORDS:
        return str(WORDS[word])
    if word in ORDINALS:
        return f"{ORDINALS[word]}e"
    return SHARES.get(word) or (word if word in TIMES else "")


def _digits(written: str) -> str:
    plain = re.sub(r"\s+", "", written.lower().replace("procent", "%"))
    plain = re.sub(r"[.](?=\d{3}(?!\d))", "", plain).replace(",", ".")
    return PERCENT.get(plain, plain)


def _unit(behind: str) -> str:
    match = re.match(r"\s+([^\W\d_]+)", behind)
    return TIME_UNITS.get(fold(match[1]), "") if match else ""
