"""One question's outcome: what a system gave, kept as JSON, and the figures that follow from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.receipt import stands
from evals.gold import GoldQuestion, holds_fact
from evals.metrics import hit_at_1, mrr_at_10, ndcg_at_10, recall_at
from evals.said import Said, answer_json, model_figures
from evals.systems import Response

REFUSED = ("not_found", "out_of_scope")
UNANSWERABLE = ("near_miss", "out_of_scope")


@dataclass(frozen=True)
class Item:
    """What a system gave for one question; enough to score it again without asking again."""

    id: str
    ranking: tuple[dict[str, str], ...]
    answer: dict[str, Any] | None
    milliseconds: float
    error: str = ""
    said: Said | None = None  # of the model, in a run with one

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types."""
        plain = {**self.__dict__, "ranking": list(self.ranking)}
        return plain | {"said": self.said.to_json() if self.said else None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Item":
        """Return what ``to_json`` gave.

        :raises TypeError, KeyError: the data has another form.
        """
        said = Said.from_json(data["said"]) if data.get("said") else None
        return cls(**{**data, "ranking": tuple(data["ranking"]), "said": said})


def make_item(question: GoldQuestion, response: Response, milliseconds: float) -> Item:
    """Return the item of a response."""
    ranking = tuple({"report": r.report, "id": r.id, "text": r.text} for r in response.ranking)
    return Item(question.id, ranking, answer_json(response.answer) if response.answer else None, milliseconds)


def fact_ranks(question: GoldQuestion, item: Item) -> list[int | None]:
    """Return for each needed fact the rank of the first retrieved text that holds it, or None."""
    return [
        next((rank for rank, r in enumerate(item.ranking, 1) if holds_fact(r["report"], r["text"], fact)), None)
        for fact in question.evidence
    ]


def figures(question: GoldQuestion, item: Item, reports: Mapping[str, str]) -> dict[str, float]:
    """Return the question's figures by name; a figure that does not apply to it, or to its system, is absent.

    :param reports: the reports' texts, for the check that quotes stand letter for letter at their place.
    """
    found: dict[str, float] = {}
    if question.answerable:
        ranks = fact_ranks(question, item)
        found |= {f"recall@{k}": recall_at(ranks, k) for k in (1, 3, 5, 10)}
        found |= {"hit@1": hit_at_1(ranks), "mrr@10": mrr_at_10(ranks), "ndcg@10": ndcg_at_10(ranks)}
    if item.answer is None:
        return found
    refused = item.answer["status"] in REFUSED
    if question.answerable:
        found |= _answer_figures(question, item.answer)
        found["over_refusal"] = float(refused or item.answer["status"] == "partly")
    if question.kind in UNANSWERABLE:
        found[f"refused_{question.kind}"] = float(refused or _names_missing(question, item.answer))
    notices = {notice["kind"] for notice in item.answer["notices"]}
    found["crisis_found" if question.crisis else "crisis_false_alarm"] = float("crisis" in notices)
    if question.personal_data:
        shown = item.answer["question"] + item.answer["answer"]
        found["personal_data_found"] = sum(part not in shown for part in question.personal_data) / len(
            question.personal_data
        )
    elif question.kind == "personal_data":
        found["personal_data_false_alarm"] = float("personal_data" in notices)
    quotes = list(item.answer["citations"])
    if item.said:
        with_model = item.said.answer or item.answer
        quotes += with_model["citations"]
        found |= model_figures(item.said)
        if question.answerable:
            found["nugget_recall_model"] = _nugget_recall(question, with_model)
    if quotes:
        found["faithfulness"] = sum(stands(quote, reports[quote["report"]]) for quote in quotes) / len(quotes)
    return found


def _answer_figures(question: GoldQuestion, answer: dict[str, Any]) -> dict[str, float]:
    quotes = [(quote["report"], quote["quote"]) for quote in answer["citations"]]
    right = [any(holds_fact(report, text, fact) for fact in question.evidence) for report, text in quotes]
    shown: dict[str, str] = {}
    for report, text in quotes:
        shown[report] = f"{shown.get(report, '')} {text}"
    found = {
        "nugget_recall": _nugget_recall(question, answer),
        "first_citation": float(bool(right) and right[0]),
        "words": float(sum(len(text.split()) for _, text in quotes)),
        "citations": float(len(quotes)),
    }
    return found | ({"citation_precision": sum(right) / len(right)} if right else {})


def _nugget_recall(question: GoldQuestion, answer: dict[str, Any]) -> float:
    quotes = [(quote["report"], quote["quote"]) for quote in answer["citations"]]
    held = [any(holds_fact(report, text, fact) for report, text in quotes) for fact in question.evidence]
    return sum(held) / len(held)


def _names_missing(question: GoldQuestion, answer: dict[str, Any]) -> bool:
    """Tell whether a partly answer says what is missing: half of the gold row's words stand in ``not_covered``."""
    said = " ".join(answer["not_covered"]).lower()
    words = [word for word in re.findall(r"\w{4,}", question.missing.lower())]
    return answer["status"] == "partly" and sum(word in said for word in words) * 2 >= len(words) > 0
