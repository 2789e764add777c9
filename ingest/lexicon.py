"""The lexicon: abbreviations, spellings, everyday words and names, and what a question gains by them.

Practitioners write MDO where a report writes "multidisciplinair overleg", and words that no report and no written
question holds. What the lexicon knows of such a word is added behind the question before it is searched; passages stay
as they are.
"""

import re
import tomllib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.analysis import fold, stems
from ingest.errors import CorpusError
from ingest.records import Report

FILE = "lexicon.toml"
SECTIONS: dict[str, dict[str, type]] = {
    "abbreviation": {"short": str, "long": str},
    "concept": {"name": str, "terms": list, "everyday": list},
    "name": {"forms": list, "reports": list, "beside": bool},
}
OPTIONAL = {"beside"}
# Municipalities whose name is also an ordinary word, as in "het best" and "de buren".
ALSO_WORDS = frozenset("bergen best borne buren dalen echt goes grave haren huizen hulst laren leek made sluis".split())


@dataclass(frozen=True)
class Name:
    """A place, region, year or publisher: its written forms, folded, and the reports that it stands for.

    ``beside`` marks one that names its report only next to another ("2017 en 2020"): several reports share the year.
    """

    forms: tuple[str, ...]
    reports: tuple[str, ...]
    beside: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what finds one of the forms in a folded text."""
        return any_of(self.forms)


@dataclass(frozen=True)
class Concept:
    """A subject of the reports: their own terms for it, and the words that people use instead."""

    name: str
    terms: tuple[str, ...]
    everyday: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """What ``lexicon.toml`` holds; an empty one changes no question."""

    abbreviations: tuple[tuple[str, str], ...] = ()
    spelling: tuple[tuple[str, str], ...] = ()
    concepts: tuple[Concept, ...] = ()
    names: tuple[Name, ...] = ()

    @cached_property
    def any_name(self) -> re.Pattern[str]:
        """Return what finds a form of any name in a folded text."""
        return any_of(form for name in self.names for form in name.forms)

    def gains(self, known: Container[str]) -> "Gains":
        """Return what a question gains by its words that are not known.

        :param known: the stems that are searched.
        """
        written: dict[str, list[str]] = {}
        for short, long in self.abbreviations:
            written.setdefault(fold(short), []).append(long)
            written.setdefault(fold(long), []).append(short)
        for wrong, right in self.spelling:
            written.setdefault(fold(wrong), []).append(right)
        everyday: dict[str, list[str]] = {}
        for concept in self.concepts:
            for word in concept.everyday:
                everyday.setdefault(fold(word), []).extend(concept.terms)
        return Gains(_unknown(written, known), _unknown(everyday, known), known)


@dataclass(frozen=True)
class Gains:
    """Forms that the searched texts do not hold, folded, and the words that a question with one of them gains.

    A known word finds its passages itself; adding to it made rankings worse (dev split: nDCG@10 .88 to .87). The
    reports' terms for everyday words are added only where hardly any other word of the question is known: beside known
    words they lead away.
    """

    written: dict[str, tuple[str, ...]]
    everyday: dict[str, tuple[str, ...]]
    known: Container[str]

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        return any_of(self.written), any_of(self.everyday)

    def added(self, question: str) -> str:
        """Return the words that the question gains, each once, or nothing."""
        folded = fold(question)
        gained = [gain for match in self._patterns[0].finditer(folded) for gain in self.written[match[0]]]
        asked = stems(question)
        if sum(stem not in self.known for stem in asked) * 2 >= len(asked) > 0:
            gained += [gain for match in self._patterns[1].finditer(folded) for gain in self.everyday[match[0]]]
        return " ".join(dict.fromkeys(gained))


def _unknown(forms: Mapping[str, list[str]], known: Container[str]) -> dict[str, tuple[str, ...]]:
    """Return the forms with a word that is not known."""
    return {form: tuple(gain) for form, gain in forms.items() if any(stem not in known for stem in stems(form))}


def any_of(forms: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds each of the forms as whole words, the longest first; without forms, nothing."""
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile(
        r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)" if longest_first else r"(?!)"
    )


def load_lexicon(path: Path, reports: Iterable[str]) -> Lexicon:
    """Return the lexicon of a file; where there is none, an empty one.

    :param reports: the ids that names may lead to.
    :raises CorpusError: the file cannot be read, or an entry lacks a field, has an unknown or empty one, stands twice
        or names an unknown report; the message names file, section, entry and field.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Lexicon()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"{path}: cannot be read: {error}") from error
    for key in data:
        if key not in (*SECTIONS, "spelling"):
            raise CorpusError(f"{path}: unknown section {key!r}; known are {', '.join([*SECTIONS, 'spelling'])}")
    entries = {section: _entries(path, section, data.get(section, [])) for section in SECTIONS}
    names = tuple(
        Name(tuple(map(fold, e["forms"])), tuple(e["reports"]), e.get("beside", False)) for e in entries["name"]
    )
    _check_names(path, names, tuple(reports))
    abbreviations = tuple((e["short"], e["long"]) for e in entries["abbreviation"])
    _refuse_doubles(path, "abbreviation", [short for short, _ in abbreviations])
    concepts = tuple(Concept(e["name"], tuple(e["terms"]), tuple(e["everyday"])) for e in entries["concept"])
    _refuse_doubles(path, "concept", [concept.name for concept in concepts])
    return Lexicon(abbreviations, _spelling(path, data.get("spelling", {})), concepts, names)


def with_reports(lexicon: Lexicon, reports: Iterable[Report]) -> Lexicon:
    """Return the lexicon with the places and regions of added reports as names that lead to them.

    A name that leads to other reports already leads to all of them.
    """
    found: dict[str, list[str]] = {}
    for report in reports:
        places = dict.fromkeys((fold(report.place), fold(report.region))) if report.original else {}
        for place in filter(None, places):
            found.setdefault(f"gemeente {place}" if place in ALSO_WORDS else place, []).append(report.id)
    names = []
    for name in lexicon.names:
        more = [report for form in name.forms if not name.beside for report in found.pop(form, ())]
        names.append(replace(name, reports=tuple(dict.fromkeys((*name.reports, *more)))) if more else name)
    taken = {form for name in lexicon.names for form in name.forms}
    names += [Name((form,), tuple(ids)) for form, ids in found.items() if form not in taken]
    return replace(lexicon, names=tuple(names))


def _entries(path: Path, section: str, entries: Any) -> list[dict[str, Any]]:
    fields = SECTIONS[section]
    if not isinstance(entries, list):
        raise CorpusError(f"{path}: {section!r} is not a list of [[{section}]] entries")
    for number, entry in enumerate(entries, 1):
        where = f"{path}: [[{section}]] {number}"
        for key in entry:
            if key not in fields:
                raise CorpusError(f"{where}: unknown field {key!r}; known are {', '.join(fields)}")
        for name, wanted in fields.items():
            if name not in entry and name not in OPTIONAL:
                raise CorpusError(f"{where}: field {name!r} is missing")
            value = entry.get(name, wanted())
            texts = value if wanted is list else [value] if wanted is str else []
            if type(value) is not wanted or not all(isinstance(text, str) and text.strip() for text in texts):
                raise CorpusError(f"{where}: field {name!r} is {value!r}, not filled as it should")
    return entries


def _spelling(path: Path, table: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(table, Mapping):
        raise CorpusError(f"{path}: 'spelling' is not a table of wrong = right")
    for wrong, right in table.items():
        if not isinstance(right, str) or not right.strip() or fold(right) == fold(wrong):
            raise CorpusError(f"{path}: [spelling] {wrong!r} = {right!r} corrects nothing")
    return tuple(table.items())


def _check_names(path: Path, names: tuple[Name, ...], reports: tuple[str, ...]) -> None:
    _refuse_doubles(path, "name", [form for name in names for form in name.forms])
    for name in names:
        for report in name.reports:
            if report not in reports:
                raise CorpusError(
                    f"{path}: [[name]] {name.forms[0]!r}: unknown report {report!r}; known are {', '.join(reports)}"
                )


def _refuse_doubles(path: Path, section: str, forms: list[str]) -> None:
    seen: set[str] = set()
    for form in map(fold, forms):
        if form in seen:
            raise CorpusError(f"{path}: [[{section}]] {form!r} stands twice")
        seen.add(form)
