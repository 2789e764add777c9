"""The gold question set: questions, the facts that an answer needs, and every place that is accepted for each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.records import Turn
from ingest.analysis import letters
from ingest.errors import VraagbaakError
from ingest.settings import settings

GOLD = Path(__file__).parent / "gold"
SPLITS = ("dev", "test")
KINDS = (
    "howto",
    "fact",
    "list",
    "comparison",
    "place",
    "norm",
    "definition",
    "family",
    "followup",
    "noisy",
    "near_miss",
    "out_of_scope",
    "crisis",
    "personal_data",
)
PERSONAS = (
    "wijkteam", "veilig_thuis", "school", "huisarts", "schuldhulp", "trainer", "beleid", "familielid", "evaluator",
)  # fmt: skip
FIELDS: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "split": str,
    "persona": str,
    "kind": str,
    "question": str,
    "history": list,
    "answerable": bool,
    "evidence": list,
    "note": str,
}
OPTIONAL: dict[str, type] = {"missing": str, "crisis": bool, "personal_data": list, "writer": str}
SHORTEST_MATCH = 40


class GoldError(VraagbaakError):
    """A gold file is wrong; the message names file, line and field."""


@dataclass(frozen=True)
class Evidence:
    """One accepted place for a fact: words that stand in a report."""

    report: str
    quote: str


@dataclass(frozen=True)
class GoldQuestion:
    """One question. ``evidence`` holds the needed facts, each as its accepted alternatives."""

    id: str
    split: str
    persona: str
    kind: str
    question: str
    history: tuple[Turn, ...]
    answerable: bool
    evidence: tuple[tuple[Evidence, ...], ...]
    note: str = ""
    missing: str = ""
    crisis: bool = False
    personal_data: tuple[str, ...] = ()
    writer: str = ""


def load_gold(paths: Iterable[Path], reports: Mapping[str, str]) -> tuple[GoldQuestion, ...]:
    """Return the questions of the files, in the files' order.

    :param reports: the reports' texts by id; every quote is looked up in them.
    :raises GoldError: a file or line cannot be read, a field is missing, unknown or of a wrong type, an id stands
        twice, a quote does not stand in its report; each names file, line and field.
    """
    seen: dict[str, str] = {}
    questions: list[GoldQuestion] = []
    for path in paths:
        for number, line in _lines(path):
            where = f"{path.name}:{number}"
            question = _question(where, line, reports)
            if question.id in seen:
                raise GoldError(f"{where}: field 'id': {question.id!r} stands in {seen[question.id]} too")
            seen[question.id] = where
            questions.append(question)
    if not questions:
        raise GoldError("there is no gold question in " + (", ".join(str(path) for path in paths) or "no file"))
    return tuple(questions)


def project_files() -> list[Path]:
    """Return the files of the project's own gold set."""
    return sorted(GOLD.glob("*.jsonl"))


def accepted_file() -> Path:
    """Return where this installation keeps the questions that an evaluator accepted from use; it need not exist."""
    return settings().data / "gold" / "feedback.jsonl"


def gold_files() -> list[Path]:
    """Return the files whose questions a run asks: the project's own, then what was accepted here."""
    return [*project_files(), *(path for path in [accepted_file()] if path.exists())]


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise GoldError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise GoldError(f"{path.name}:{line}: is not UTF-8; save the file as UTF-8") from error
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _question(where: str, line: str, reports: Mapping[str, str]) -> GoldQuestion:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise GoldError(f"{where}: is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise GoldError(f"{where}: is no JSON object")
    _check_fields(where, data)
    evidence = tuple(_fact(where, number, fact, reports) for number, fact in enumerate(data["evidence"], 1))
    if data["answerable"] != bool(evidence):
        raise GoldError(f"{where}: field 'evidence': an answerable question needs some, any other must have none")
    history = tuple(_turn(where, turn) for turn in data["history"])
    fixed = {"evidence": evidence, "history": history, "personal_data": tuple(data.get("personal_data", ()))}
    return GoldQuestion(**{**data, **fixed})


def _check_fields(where: str, data: Mapping[str, Any]) -> None:
    for name in data:
        if name not in FIELDS and name not in OPTIONAL:
            raise GoldError(f"{where}: unknown field {name!r}; known are {', '.join([*FIELDS, *OPTIONAL])}")
    for name, wanted in {**FIELDS, **{k: v for k, v in OPTIONAL.items() if k in data}}.items():
        if name not in data:
            raise GoldError(f"{where}: field {name!r} is missing")
        if not isinstance(data[name], wanted):
            raise GoldError(f"{where}: field {name!r} is {data[name]!r}, not of the right type")
    for name, known in (("split", SPLITS), ("kind", KINDS), ("persona", PERSONAS)):
        if data[name] not in known:
            raise GoldError(f"{where}: field {name!r} is {data[name]!r}; known are {', '.join(known)}")
    if data["kind"] == "near_miss" and not data.get("missing"):
        raise GoldError(f"{where}: field 'missing': a near miss says what the reports lack")
    if not all(isinstance(part, str) and part in data["question"] for part in data.get("personal_data", ())):
        raise GoldError(f"{where}: field 'personal_data': holds words that do not stand in the question")


def _fact(where: str, number: int, fact: Any, reports: Mapping[str, str]) -> tuple[Evidence, ...]:
    if not isinstance(fact, list) or not fact:
        raise GoldError(f"{where}: field 'evidence': fact {number} is no list of accepted quotes")
    found = []
    for place in fact:
        if not isinstance(place, dict) or set(place) != {"report", "quote"} or place["report"] not in reports:
            raise GoldError(f"{where}: field 'evidence': fact {number}: {place!r} is no known report with a quote")
        if not letters(place["quote"]) or letters(place["quote"]) not in letters(reports[place["report"]]):
            quote = place["quote"][:60]
            raise GoldError(f"{where}: field 'evidence': fact {number}: {quote!r} does not stand in {place['report']}")
        found.append(Evidence(place["report"], place["quote"]))
    return tuple(found)


def _turn(where: str, turn: Any) -> Turn:
    if not isinstance(turn, dict) or set(turn) != {"role", "content"} or turn["role"] not in ("user", "assistant"):
        raise GoldError(f"{where}: field 'history': {turn!r} is no turn with role and content")
    return Turn(turn["role"], turn["content"])


@lru_cache(maxsize=500_000)
def holds(text: str, quote: str) -> bool:
    """Tell whether a text holds a fact: at least half of the accepted quote, and 40 letters of it, in one run.

    A quote of fewer than 40 letters must stand there whole. Compared by letters and digits alone, so that figures
    survive when passages are cut anew.
    """
    wanted, inside = letters(quote), letters(text)
    needed = max(-(-len(wanted) // 2), min(SHORTEST_MATCH, len(wanted)))
    return any(wanted[start : start + needed] in inside for start in range(len(wanted) - needed + 1))


def holds_fact(report: str, text: str, fact: Sequence[Evidence]) -> bool:
    """Tell whether a text of a report holds one of a fact's accepted quotes."""
    return any(place.report == report and holds(text, place.quote) for place in fact)
