"""Names in a sentence: capitalised words that must stand in what it cites, and words of the law."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.grounding.claim import WORD
from assistant.grounding.likeness import stems_of
from ingest.analysis import fold, letters
from ingest.lexicon import Lexicon
from ingest.records import Passage, Report, path_text

LAW = re.compile(
    r"(?<!\w)(?:art(?:ikel(?:en)?|\.)\s*\d[\w.:]*|[^\W\d_]*wet(?:ten|boek)?(?!\w)|wettelijke?(?!\w)|"
    r"[^\W\d_]*verordening(?:en)?|[^\W\d_]*verdrag(?:en)?|jurisprudentie)",
    re.IGNORECASE,
)
ACT = re.compile(r"(?<!\w)Wet (?:[a-z]+ )?[a-zé]{5,}")
OPENS = re.compile(r"(?:^|[.!?:]\s+)[\"'“‘„(]*$")
OFTEN_CAPITAL = 0.6


@dataclass(frozen=True)
class Source:
    """What a claim may take its names from: the cited passages, their sections, and whose and where the reports are."""

    text: str

    @cached_property
    def letters(self) -> str:
        """Return its letters and digits."""
        return letters(self.text)

    @cached_property
    def folded(self) -> str:
        """Return its words, folded, with one space between them and at both ends."""
        return " " + " ".join(fold(word) for word in WORD.findall(self.text)) + " "

    @cached_property
    def words(self) -> frozenset[str]:
        """Return its words, folded."""
        return frozenset(self.folded.split())

    @cached_property
    def capitals(self) -> frozenset[str]:
        """Return its capitalised words, folded."""
        return frozenset(fold(word) for word in WORD.findall(self.text) if word[0].isupper() or word[0].isdigit())


def source(cited: Sequence[Passage], reports: dict[str, Report]) -> Source:
    """Return what the names of a claim must stand in."""
    parts = [f"{p.text}\n{path_text(p.section)}" for p in cited]
    for name in dict.fromkeys(p.report for p in cited):
        report = reports[name]
        parts.append(f"{report.place}\n{report.region}\n{report.publisher}")
    return Source("\n".join(parts))


class Names:
    """Tells names from other words by how the reports write them.

    :param lexicon: its abbreviations and names are other forms of each other.
    """

    def __init__(self, passages: Iterable[Passage], lexicon: Lexicon) -> None:
        capital: Counter[str] = Counter()
        seen: Counter[str] = Counter()
        for passage in passages:
            for match in WORD.finditer(passage.text):
                if not OPENS.search(passage.text[max(0, match.start() - 4) : match.start()]):
                    seen[fold(match[0])] += 1
                    capital[fold(match[0])] += match[0][0].isupper()
        self._capital = frozenset(word for word, n in capital.items() if n >= OFTEN_CAPITAL * seen[word])
        self._lower = frozenset(seen) - self._capital
        self._forms: dict[str, set[str]] = {}
        for short, long in lexicon.abbreviations:
            for one, other in ((short, long), (long, short)):
                self._forms.setdefault(" ".join(map(fold, WORD.findall(one))), set()).add(
                    " ".join(map(fold, WORD.findall(other)))
                )
        for name in lexicon.names:
            for form in name.forms:
                alike = {other for other in name.forms if stems_alike(form, other)}
                self._forms.setdefault(fold(form), set()).update(alike)

    def strange(self, body: str, stands: Source) -> str:
        """Return the first name of the body that does not stand there, or nothing."""
        for run in self.runs(body):
            missing = self._missing(run, stands)
            if missing:
                return missing
        return ""

    def is_name(self, word: str) -> bool:
        """Return whether a capitalised word is a name wherever it stands."""
        return word[0].isupper() and (fold(word) in self._capital or word[1:2].isupper())

    def runs(self, body: str) -> list[list[str]]:
        """Return the runs of neighbouring capitalised words that are names."""
        runs: list[list[str]] = []
        end = -9
        for match in WORD.finditer(body):
            word = match[0]
            if not word[0].isupper():
                continue
            opens = bool(OPENS.search(body[: match.start()]))
            follows = bool(re.match(r"[ -][A-Z]", body[match.end() : match.end() + 2]))
            is_name = self.is_name(word)
            if opens and not is_name and not (follows and fold(word) not in self._lower):
                continue
            if match.start() - end <= 1 and runs:
                runs[-1].append(word)
            else:
                runs.append([word])
            end = match.end()
        return runs

    def _missing(self, run: list[str], stands: Source) -> str:
        """Return what of the run does not stand there: the longest parts that do are taken away."""
        place = 0
        while place < len(run):
            for end in range(len(run), place, -1):
                if self._stands(run[place:end], stands):
                    place = end
                    break
            else:
                return " ".join(run[place:])
        return ""

    def _stands(self, part: list[str], stands: Source) -> bool:
        phrase = " ".join(fold(word) for word in part)
        if any(f" {form} " in stands.folded for form in self._forms.get(phrase, ())):
            return True
        if len(part) > 1:
            return f" {phrase} " in stands.folded
        if phrase in stands.capitals or (phrase in self._lower and phrase in stands.words):
            return True
        if bare(phrase) in {bare(word) for word in stands.capitals}:
            return True
        alike = stems_of(phrase)
        return any(alike & stems_of(word) for word in stands.capitals if word[:4] == phrase[:4])


def bare(word: str) -> str:
    """Return a word without the ending of an abbreviation ("MDO's")."""
    return re.sub(r"['’](?:s|en|tje)$", "", word)


def stems_alike(one: str, other: str) -> bool:
    """Return whether two forms are one name with another ending ("Nijmegen", "Nijmeegse")."""
    a, b = fold(one), fold(other)
    return a[:3] == b[:3] and not a.isdigit()


def strange_law(body: str, stands: Source) -> str:
    """Return the first law or article of the body that does not stand there, or nothing."""
    for match in ACT.finditer(body):
        if letters(match[0]) not in stands.letters:
            return match[0]
    for match in LAW.finditer(body):
        found = fold(match[0])
        if " " in found or "." in found or any(c.isdigit() for c in found):
            number = letters(re.sub(r"^\D+", "", found).rstrip("."))
            if not any(f"{lead}{number}" in stands.letters for lead in ("artikel", "artikelen", "art")):
                return match[0]
        elif not any(stems_of(found) & stems_of(word) for word in stands.words if word[:3] == found[:3]):
            return match[0]
    return ""
