"""Pooled judging: what the systems found and the gold set does not list is read blind by two people.

A gold set that was written without looking at search results misses places that answer as well. As in TREC, the first
texts of all systems are put together, without saying which system brought them, and judged; how far two readers agree
is reported as Cohen's kappa.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.gold import GoldError, GoldQuestion, holds_fact
from evals.metrics import SEED
from evals.runs import Run
from ingest.analysis import letters

DEPTH = 5


@dataclass(frozen=True)
class Agreement:
    """How far two readers agree over ``pairs`` of question and text; ``both`` is what both call an answer."""

    pairs: int
    observed: float
    kappa: float
    both: tuple[tuple[str, str], ...]


def pool(gold: Sequence[GoldQuestion], runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return one sheet per answerable question: the facts, and the pooled texts that hold none of them, shuffled."""
    sheets = []
    for question in (q for q in gold if q.answerable):
        found = {r["id"]: r for run in runs if question.id in run.items for r in run.items[question.id].ranking[:DEPTH]}
        texts = [found[name] for name in sorted(found) if not _accepted(question, found[name])]
        random.Random(f"{SEED} {question.id}").shuffle(texts)
        sheets.append(
            {
                "id": question.id,
                "question": question.question,
                "history": [turn.content for turn in question.history],
                "facts": [fact[0].quote for fact in question.evidence],
                "texts": texts,
            }
        )
    return sheets


def _accepted(question: GoldQuestion, text: Mapping[str, str]) -> bool:
    return any(holds_fact(text["report"], text["text"], fact) for fact in question.evidence)


def read_judgements(path: Path, sheets: Mapping[str, dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what a reader called an answer, by question and text: lines ``{"id", "answers": [{text, fact, quote}]}``.

    :raises GoldError: a line cannot be read, names an unknown question, text or fact, or quotes what does not stand in
        the text; the message names file and line.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        try:
            data = json.loads(line)
            sheet = sheets[data["id"]]
            texts = {text["id"]: text for text in sheet["texts"]}
            for answer in data["answers"]:
                shown = texts[answer["text"]].get("text")  # the committed pool keeps ids alone
                if shown is not None and letters(answer["quote"]) not in letters(shown):
                    raise GoldError(
                        f"{where}: field 'quote': {answer['quote'][:60]!r} does not stand in {answer['text']}"
                    )
                if not 1 <= answer["fact"] <= len(sheet["facts"]):
                    raise GoldError(f"{where}: field 'fact': {answer['fact']!r} is no fact of {data['id']}")
                found[data["id"], answer["text"]] = {**answer, "report": texts[answer["text"]]["report"]}
        except (ValueError, KeyError, TypeError) as error:
            raise GoldError(f"{where}: is no judgement of a pooled question: {error}") from error
    return found


def agreement(
    sheets: Mapping[str, dict[str, Any]], one: Mapping[tuple[str, str], Any], other: Mapping[tuple[str, str], Any]
) -> Agreement:
    """Return the readers' observed agreement and Cohen's kappa (Cohen 1960): 1 is full, 0 is chance."""
    pairs = [(name, text["id"]) for name, sheet in sheets.items() for text in sheet["texts"]]
    if not pairs:
        return Agreement(0, 1.0, 1.0, ())
    same = sum((pair in one) == (pair in other) for pair in pairs) / len(pairs)
    share_one, share_other = (sum(pair in said for pair in pairs) / len(pairs) for said in (one, other))
    chance = share_one * share_other + (1 - share_one) * (1 - share_other)
    kappa = 1.0 if chance == 1 else (same - chance) / (1 - chance)
    return Agreement(len(pairs), same, kappa, tuple(pair for pair in pairs if pair in one and pair in other))
