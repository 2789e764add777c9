"""Two runs over the same questions: differences with interval and p, flipped questions, and the gate for CI."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.metrics import interval, paired_p
from evals.score import HEADLINE, LOWER_IS_BETTER, Scores
from ingest.errors import UsageError

FLIP = "recall@5"
GATED = ("recall@5", "recall@10", "hit@1", "ndcg@10", "nugget_recall", "first_citation", "refused_near_miss",
         "refused_out_of_scope", "crisis_found", "personal_data_found")  # fmt: skip
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Difference:
    """Mean of b minus a over ``n`` questions, its 95% interval and the p of a paired permutation test."""

    a: float
    b: float
    delta: float
    low: float
    high: float
    p: float
    n: int


@dataclass(frozen=True)
class Comparison:
    """What two runs differ in. ``flipped`` holds (question id, value in a, value in b), the largest losses first."""

    differences: dict[str, Difference]
    flipped: tuple[tuple[str, float, float], ...]
    shared: int


def compare(a: Scores, b: Scores, shared_only: bool = False) -> Comparison:
    """Return how b differs from a.

    :param shared_only: compare the questions that both hold; otherwise runs over different questions are refused.
    :raises UsageError: the runs hold different questions; the message names some.
    """
    only = sorted(set(a.questions) ^ set(b.questions))
    if only and not shared_only:
        names = ", ".join(only[:5]) + (" …" if len(only) > 5 else "")
        raise UsageError(
            f"the runs hold different questions ({len(only)}: {names}); use --shared to compare the others"
        )
    shared = [name for name in a.questions if name in b.questions]
    differences = {}
    for figure in HEADLINE:
        pairs = [(a.questions[q][figure], b.questions[q][figure]) for q in shared if _both(a, b, q, figure)]
        if pairs:
            differences[figure] = _difference(pairs)
    flips = [(q, a.questions[q][FLIP], b.questions[q][FLIP]) for q in shared if _both(a, b, q, FLIP)]
    flips = sorted((flip for flip in flips if flip[1] != flip[2]), key=lambda flip: (flip[2] - flip[1], flip[0]))
    return Comparison(differences, tuple(flips), len(shared))


def _both(a: Scores, b: Scores, question: str, figure: str) -> bool:
    return figure in a.questions[question] and figure in b.questions[question]


def _difference(pairs: Sequence[tuple[float, float]]) -> Difference:
    deltas = [b - a for a, b in pairs]
    first, second = sum(a for a, _ in pairs) / len(pairs), sum(b for _, b in pairs) / len(pairs)
    return Difference(first, second, second - first, *interval(deltas), paired_p(deltas), len(pairs))


def regressions(reference: Scores, now: Scores) -> list[str]:
    """Return a line for each figure that got significantly worse, for lost faithfulness and unscored questions."""
    lines = [f"{len(now.unscored)} questions are unscored: {', '.join(now.unscored[:5])}"] if now.unscored else []
    worst = min((value["faithfulness"] for value in now.questions.values() if "faithfulness" in value), default=1.0)
    if worst < 1:
        lines.append(f"a quote does not stand at its place: faithfulness {now.overall['faithfulness'].mean:.4f}")
    for figure, found in compare(reference, now, shared_only=True).differences.items():
        worse = found.delta > 0 if figure in LOWER_IS_BETTER else found.delta < 0
        if figure in GATED and worse and found.p < SIGNIFICANT:
            lines.append(f"{figure} fell from {found.a:.3f} to {found.b:.3f} (p = {found.p:.3f})")
    return lines
