"""From a run's items to figures: means with intervals, over all questions, per kind and per report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.gold import GoldQuestion
from evals.items import REFUSED, UNANSWERABLE, figures
from evals.metrics import interval, percentile, precision_recall_f1
from evals.runs import Run

HEADLINE = (
    "recall@1", "recall@3", "recall@5", "recall@10", "hit@1", "mrr@10", "ndcg@10",
    "nugget_recall", "first_citation", "citation_precision", "faithfulness", "words", "citations",
    "refused_near_miss", "refused_out_of_scope", "over_refusal",
    "crisis_found", "crisis_false_alarm", "personal_data_found", "personal_data_false_alarm",
    "nugget_recall_model", "alce_recall", "alce_precision", "sentences_removed", "fell_back", "model_failed",
    "tokens_in", "tokens_out", "model_seconds", "judge_supports", "judge_agrees",
)  # fmt: skip
LOWER_IS_BETTER = (
    "over_refusal", "crisis_false_alarm", "personal_data_false_alarm", "words", "citations",
    "sentences_removed", "fell_back", "model_failed", "tokens_in", "tokens_out", "model_seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A mean over ``n`` questions with its 95% bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Scores:
    """A run's figures. ``unscored`` names the questions that were not asked or broke, so that none goes unseen."""

    questions: dict[str, dict[str, float]]
    overall: dict[str, Figure]
    by_kind: dict[str, dict[str, Figure]]
    by_report: dict[str, dict[str, Figure]]
    refusals: tuple[float, float, float]
    milliseconds: tuple[float, float]
    unscored: tuple[str, ...]


def score(run: Run, gold: Sequence[GoldQuestion], reports: Mapping[str, str]) -> Scores:
    """Return the figures of a run over the gold questions."""
    asked = [q for q in gold if q.id in run.items and not run.items[q.id].error]
    values = {q.id: figures(q, run.items[q.id], reports) for q in asked}
    times = [run.items[q.id].milliseconds for q in asked]
    return Scores(
        questions=values,
        overall=summary(values.values()),
        by_kind=_grouped(asked, values, lambda q: [q.kind]),
        by_report=_grouped(
            asked, values, lambda q: sorted({place.report for fact in q.evidence for place in fact[:1]})
        ),
        refusals=_refusals(run, asked),
        milliseconds=(percentile(times, 0.5), percentile(times, 0.95)) if times else (0.0, 0.0),
        unscored=tuple(q.id for q in gold if q.id not in values),
    )


def summary(values: Iterable[Mapping[str, float]]) -> dict[str, Figure]:
    """Return mean and interval of each figure over the questions that have it."""
    listed = list(values)
    found = {}
    for name in HEADLINE:
        column = [value[name] for value in listed if name in value]
        if column:
            found[name] = Figure(sum(column) / len(column), *interval(column), len(column))
    return found


def _grouped(
    asked: Sequence[GoldQuestion], values: Mapping[str, dict[str, float]], groups: Callable[[GoldQuestion], list[str]]
) -> dict[str, dict[str, Figure]]:
    members: dict[str, list[dict[str, float]]] = {}
    for question in asked:
        for group in groups(question):
            members.setdefault(group, []).append(values[question.id])
    return {group: summary(listed) for group, listed in sorted(members.items())}


def _refusals(run: Run, asked: Sequence[GoldQuestion]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of refusing: unanswerable questions are the ones to refuse."""
    answered = [(q, run.items[q.id].answer) for q in asked if q.answerable or q.kind in UNANSWERABLE]
    pairs = [(not q.answerable, answer["status"] in REFUSED) for q, answer in answered if answer is not None]
    if not pairs:
        return 0.0, 0.0, 0.0
    return precision_recall_f1([wanted for wanted, _ in pairs], [given for _, given in pairs])
