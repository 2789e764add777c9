"""Runs as text: tables for the terminal and for Markdown."""

from collections.abc import Mapping, Sequence

from evals.compare import Comparison
from evals.runs import Run
from evals.said import FAILED, JUDGED, UNREADABLE, judged_rows, told
from evals.score import HEADLINE, LOWER_IS_BETTER, Figure, Scores

NAMES = {
    "recall@1": "recall@1",
    "recall@3": "recall@3",
    "recall@5": "recall@5",
    "recall@10": "recall@10",
    "hit@1": "hit@1",
    "mrr@10": "MRR@10",
    "ndcg@10": "nDCG@10",
    "nugget_recall": "nugget recall of the answer",
    "first_citation": "first citation right",
    "citation_precision": "citation precision",
    "faithfulness": "quotes letter for letter",
    "words": "words quoted",
    "citations": "citations",
    "refused_near_miss": "near misses refused",
    "refused_out_of_scope": "out of scope refused",
    "over_refusal": "answerable refused",
    "crisis_found": "danger seen",
    "crisis_false_alarm": "danger: false alarms",
    "personal_data_found": "personal data masked",
    "personal_data_false_alarm": "personal data: false alarms",
    "nugget_recall_model": "nugget recall with the model",
    "alce_recall": "citation recall of the model (ALCE)",
    "alce_precision": "citation precision of the model (ALCE)",
    "sentences_removed": "sentences of the model removed",
    "fell_back": "fell back to the passages",
    "model_failed": "model failed",
    "tokens_in": "tokens in",
    "tokens_out": "tokens out",
    "model_seconds": "seconds of the model",
    "judge_supports": "kept sentences that the judge supports",
    "judge_agrees": "judge agrees with the string check",
}
SYSTEM_COLUMNS = ("recall@1", "recall@5", "recall@10", "hit@1", "ndcg@10", "nugget_recall")


def with_interval(figure: Figure | None) -> str:
    """Return ``.52 [.48–.57]``, or a dash where there is no figure."""
    if figure is None:
        return "–"
    return f"{short(figure.mean)} [{short(figure.low)}–{short(figure.high)}]"


def short(value: float) -> str:
    """Return a share without its leading zero, a count with one decimal."""
    return f"{value:.1f}" if abs(value) > 1 else f"{value:.2f}".replace("0.", ".", 1)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def run_table(name: str, scores: Scores) -> str:
    """Return a run's figures with their intervals, refusals, times, and the figures per kind."""
    kinds = [
        [kind, *(with_interval(found.get(f)) for f in ("recall@5", "ndcg@10", "nugget_recall")), str(_count(found))]
        for kind, found in scores.by_kind.items()
        if "recall@5" in found
    ]
    precision, recall, f1 = scores.refusals
    p50, p95 = scores.milliseconds
    return "\n".join([
        f"{name}: {len(scores.questions)} questions scored, {len(scores.unscored)} unscored",
        "",
        figures_table(scores),
        "",
        f"refusing: precision {short(precision)}, recall {short(recall)}, F1 {short(f1)}; "
        f"time p50 {p50:.0f} ms, p95 {p95:.0f} ms",
        "",
        markdown(["kind", "recall@5", "nDCG@10", "nugget recall", "n"], kinds),
    ])  # fmt: skip


def model_table(run: Run) -> str:
    """Return what a run's model did in all, and what the judge said beside the string check; empty without a model."""
    if "model" not in run.manifest:
        return ""
    all_said = [item.said for item in run.items.values() if item.said]
    lines = told(run.manifest["model"]["name"], all_said)
    if rows := judged_rows(all_said):
        lines += ["", f"judge: {run.manifest['model']['judge']}, beside the string check", ""]
        lines.append(markdown(["string check", *JUDGED, UNREADABLE, FAILED], rows))
    return "\n".join(lines)


def figures_table(scores: Scores) -> str:
    """Return every figure of a run with its interval and the number of questions."""
    rows = [[NAMES[figure], with_interval(scores.overall[figure]), str(scores.overall[figure].n)]
            for figure in HEADLINE if figure in scores.overall]  # fmt: skip
    return markdown(["figure", "mean [95% interval]", "n"], rows)


def _count(found: Mapping[str, Figure]) -> int:
    return max(figure.n for figure in found.values())


def systems_table(scored: Mapping[str, Scores]) -> str:
    """Return one row per system: the baselines and the ablation beside Vraagbaak."""
    rows = [[name, *(with_interval(s.overall.get(f)) for f in SYSTEM_COLUMNS)] for name, s in scored.items()]
    return markdown(["system", *(NAMES[figure] for figure in SYSTEM_COLUMNS)], rows)


def comparison_table(a: str, b: str, found: Comparison) -> str:
    """Return the flipped questions first, then each figure's difference."""
    better = [flip for flip in found.flipped if flip[2] > flip[1]]
    worse = [flip for flip in found.flipped if flip[2] < flip[1]]
    rows = [
        [
            NAMES[name],
            short(d.a),
            short(d.b),
            f"{d.delta:+.3f}",
            f"{d.low:+.3f} to {d.high:+.3f}",
            f"{d.p:.4f}",
            str(d.n),
        ]
        for name, d in found.differences.items()
    ]
    return "\n".join([
        f"a = {a}, b = {b}; {found.shared} questions in both",
        "",
        f"flipped on recall@5: {len(better)} better, {len(worse)} worse",
        *(f"  worse   {name}  {one:.2f} -> {other:.2f}" for name, one, other in worse[:15]),
        *(f"  better  {name}  {one:.2f} -> {other:.2f}" for name, one, other in reversed(better[-15:])),
        "",
        markdown(["figure", "a", "b", "b - a", "95% interval", "p", "n"], rows),
        "",
        "lower is better: " + ", ".join(NAMES[name] for name in LOWER_IS_BETTER),
    ])  # fmt: skip
