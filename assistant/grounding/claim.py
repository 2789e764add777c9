"""A model's sentence taken apart: its markers, its quotations and its words."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ingest.analysis import STOP_WORDS, fold

MARKER = re.compile(r"\[(\d+(?:\s*[,;–-]\s*\d+)*)\]")
GROUP = re.compile(rf"{MARKER.pattern}(?:\s*{MARKER.pattern})*")
LEAST_OF_SEGMENT = 3
QUOTED = re.compile(r"[“„\"]([^“”„\"]+)[”“\"]|(?<!\w)[‘']([^‘’\n]+?|[^‘\n]+?)[’'](?!\w)")
WORD = re.compile(r"\d+(?:[.,:/]\d+)*%?(?![^\W\d_])|[^\W_]+(?:['’][^\W_]+)*")
BREAK = re.compile(
    r"[,;:()]|(?<!\w)(?:en|maar|terwijl|omdat|doordat|zodat|waardoor|waarbij|want|dat|die|als|of)(?!\w)", re.I
)
PRONOMINAL = re.compile(
    r"(?:er|hier|daar|waar)(?:aan|af|bij|binnen|buiten|door|heen|in|langs|mee|na|naar|naast|om|onder|op|over|tegen|toe|"
    r"tussen|uit|van|voor)"
)
# Words that carry no claim of their own: links, pronouns, and what leads a report's words in.
LINKING = frozenset(
    """aldus bij bovendien daardoor daarentegen daarnaast daarom derhalve dezelfde dit echter elkaar elkaars eveneens
    gaat haar hen hetgeen hetzelfde hierdoor hoewel hun immers indien juist kortom mede mits namelijk naarmate noch
    onder ondanks onderling ook omtrent rond samengevat sinds slechts tegelijk tegelijkertijd tenslotte terwijl tevens
    tijdens tijdelijk toch totdat tussen tussentijds vanuit vanwege verder vervolgens volgens voordat vooral vanaf
    wanneer waaronder waarop wel zelf zelfs zelve zowel zodat zodra zo'n zulke zulk jouw mijn onszelf zichzelf alsook
    evenals binnen buiten tegen zonder langs via wegens jegens richting
    inzake nabij naast doorheen vervolgens ervoor hiervoor
    één eenmaal mocht heb bent werd""".split()
)
LEADING = frozenset(
    """rapport rapporten rapportage onderzoek onderzoekers passage tekst bron blijkt bleek staat stelt schrijft zegt
    meldt beschrijft vermeldt noemt genoemd luidt aldus concludeert conclusie constateert signaleert aangegeven geeft
    benadrukt volgt komt stellen vast stelde schrijven zeggen zei melden noemen vindt vinden vertelt vertellen merkt
    merken luiden concluderen constateren signaleren benadrukken letterlijk voorbeeld woorden inspectie inspecties
    inspecteurs toezicht tsd verwachting verwoordt verwoorden verzucht waarschuwt waarschuwen merkt vat vatten samen
    omschrijft omschreven omschrijven schetst licht toe voegt daaraan wijst wijzen daarop erop legt uit geldt luidde
    besproken beschreven citaat citeert citeren typeert noteert noteren opgemerkt geciteerd gesteld gezegd""".split()
)
# Who speaks in a family member's own words.
SPEAKERS = frozenset(
    "gezinslid gezinsleden client clienten ouder ouders moeder vader jongere jongeren familielid".split()
)


@dataclass(frozen=True)
class Token:
    """A word with its place; ``text`` is folded, ``content`` says whether it carries a claim."""

    text: str
    written: str
    start: int
    content: bool


@dataclass(frozen=True)
class Claim:
    """A sentence without its markers; ``cited`` are the numbers of its markers, each once, in order."""

    sentence: str
    body: str
    cited: tuple[int, ...]
    quotations: tuple[str, ...]

    @cached_property
    def segments(self) -> "tuple[Claim, ...]":
        """Return the parts that markers close, each with its own markers; mostly the sentence as a whole."""
        parts: list[Claim] = []
        begin = 0
        for match in GROUP.finditer(self.sentence):
            part = take_apart(self.sentence[begin : match.end()])
            if sum(token.content for token in part.tokens) >= LEAST_OF_SEGMENT:
                parts.append(part)
                begin = match.end()
        rest = self.sentence[begin:]
        if not parts or any(token.content for token in tokens(MARKER.sub("", rest))):
            last = take_apart(self.sentence[begin:])
            if not parts or (len(last.tokens) > LEAST_OF_SEGMENT and last.cited):
                return (*parts, last) if last.cited else (self,)
            return (self,)
        return tuple(parts)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Return the words in order."""
        return tokens(self.body)

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """Return where in the body a clause may begin."""
        return tuple(match.start() for match in BREAK.finditer(self.body))


def take_apart(sentence: str) -> Claim:
    """Return the claim of a sentence; markers may hold several numbers ("[1, 3]", "[1-3]")."""
    cited: list[int] = []
    for match in MARKER.finditer(sentence):
        cited += _numbers(match[1])
    body = re.sub(r"\s+([.,;:!?])", r"\1", MARKER.sub("", sentence)).strip()
    quotations = tuple(match[1] or match[2] for match in QUOTED.finditer(body))
    return Claim(sentence, body, tuple(dict.fromkeys(cited)), quotations)


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words and numbers of a text in order."""
    found = []
    for match in WORD.finditer(text):
        word = fold(match[0])
        found.append(Token(word, match[0], match.start(), carries(word)))
    return tuple(found)


def carries(word: str) -> bool:
    """Return whether a folded word carries a claim of its own."""
    return not (
        word in STOP_WORDS or word in LINKING or PRONOMINAL.fullmatch(word) or (len(word) < 2 and word.isalpha())
    )


def _numbers(inside: str) -> list[int]:
    numbers: list[int] = []
    for part in re.split(r"\s*[,;]\s*", inside):
        ends = [int(end) for end in re.split(r"\s*[–-]\s*", part)]
        numbers += range(ends[0], ends[-1] + 1) if ends[-1] - ends[0] < 20 else ends
    return numbers
