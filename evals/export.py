"""A run for other programs: CSV, JUnit XML, one self-contained HTML page, TREC run and qrels."""

import csv
import io
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from evals.gold import GoldQuestion, holds_fact
from evals.runs import Run
from evals.score import HEADLINE, Figure, Scores
from evals.systems import Retrieved
from evals.tables import NAMES, short, with_interval
from ingest.settings import PROJECT

WIDTH, HEIGHT = 560, 220


def export_all(
    out: Path, run: Run, gold: Sequence[GoldQuestion], scores: Scores, texts: Sequence[Retrieved]
) -> list[Path]:
    """Write every form into a folder; return the files."""
    out.mkdir(parents=True, exist_ok=True)
    forms = {
        "questions.csv": as_csv(gold, scores),
        "junit.xml": as_junit(run, gold, scores),
        "run.html": as_html(run, gold, scores),
        "run.trec": as_trec_run(run),
        "qrels.trec": as_qrels(gold, texts),
    }
    for name, text in forms.items():
        (out / name).write_text(text, encoding="utf-8")
    return [out / name for name in forms]


def as_csv(gold: Sequence[GoldQuestion], scores: Scores) -> str:
    """Return one row per question; a figure that does not apply is empty, an unscored question says so."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", "kind", "persona", "scored", "question", *HEADLINE])
    for q in gold:
        value = scores.questions.get(q.id)
        figures = ["" if value is None or name not in value else f"{value[name]:.6g}" for name in HEADLINE]
        scored = "no" if value is None else "yes"
        writer.writerow([q.id, q.kind, q.persona, scored, _guarded(q.question), *figures])
    return file.getvalue()


def _guarded(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula."""
    return "'" + text if text[:1] in "=+-@\t" else text


def as_junit(run: Run, gold: Sequence[GoldQuestion], scores: Scores) -> str:
    """Return JUnit XML: a question fails where the first five passages lack a needed fact, errors where unscored."""
    suite = ElementTree.Element("testsuite", name=run.name, tests=str(len(gold)))
    for q in gold:
        case = ElementTree.SubElement(suite, "testcase", classname=q.kind, name=q.id)
        value = scores.questions.get(q.id)
        if value is None:
            ElementTree.SubElement(case, "error", message="unscored")
        elif value.get("recall@5", 1.0) < 1:
            ElementTree.SubElement(case, "failure", message=f"recall@5 is {value['recall@5']:.2f}").text = q.question
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def as_trec_run(run: Run) -> str:
    """Return a TREC run; scores fall strictly, so that no tool breaks ties by name."""
    return "".join(
        f"{item.id} Q0 {passage['id']} {rank} {1000 - rank} {run.manifest['system']}\n"
        for item in run.items.values()
        for rank, passage in enumerate(item.ranking, 1)
    )


def as_qrels(gold: Sequence[GoldQuestion], texts: Sequence[Retrieved]) -> str:
    """Return TREC qrels over all texts that the system can rank: 1 where a text holds a needed fact."""
    return "".join(
        f"{q.id} 0 {text.id} 1\n"
        for q in gold
        for text in texts
        if any(holds_fact(text.report, text.text, fact) for fact in q.evidence)
    )


def published_figures(run: Run, qrels: str) -> dict[str, float]:
    """Return what ir-measures computes from the same run, for comparison with figures that others publish."""
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    measures = [nDCG @ 10, RR @ 10, R @ 10, Success @ 5]
    judged: Any = ir_measures.read_trec_qrels(qrels)  # type: ignore[no-untyped-call]
    ranked: Any = ir_measures.read_trec_run(as_trec_run(run))  # type: ignore[no-untyped-call]
    found = ir_measures.calc_aggregate(measures, judged, ranked)
    return {str(measure): float(found[measure]) for measure in measures}


def as_html(run: Run, gold: Sequence[GoldQuestion], scores: Scores) -> str:
    """Return one page that needs nothing else: figures, recall by k as a drawing, kinds, and the questions."""
    rows = "".join(_row([NAMES[f], with_interval(scores.overall[f]), str(scores.overall[f].n)])
                   for f in HEADLINE if f in scores.overall)  # fmt: skip
    groups = "".join(_group_table(title, found) for title, found in (
        ("Per kind", scores.by_kind), ("Per report", scores.by_report)))  # fmt: skip
    questions = "".join(_row([q.id, q.kind, _recall(scores, q.id), q.question]) for q in gold)
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(run.name)}</title><style>
body{{font-family:system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.4;color:#1d2629}}
table{{border-collapse:collapse;margin:1rem 0}}td,th{{border:1px solid #c9d6d6;padding:.25rem .6rem;text-align:left}}
</style></head><body><h1>{escape(run.name)}</h1>
<p>Split {escape(run.manifest["split"])}, {len(scores.questions)} scored, {len(scores.unscored)} unscored;
{escape(run.manifest["time"])}, revision {escape(run.manifest["git"][:12])}.</p>
<h2>Figures</h2><table><tr><th>figure</th><th>mean [95% interval]</th><th>n</th></tr>{rows}</table>
<h2>Recall by k</h2>{recall_chart(scores.overall)}{groups}
<h2>Questions</h2><table><tr><th>id</th><th>kind</th><th>recall@5</th><th>question</th></tr>{questions}</table>
</body></html>"""


def _recall(scores: Scores, question: str) -> str:
    value = scores.questions.get(question, {})
    return short(value["recall@5"]) if "recall@5" in value else "–"


def recall_chart(overall: dict[str, Figure]) -> str:
    """Return recall at 1, 3, 5 and 10 with intervals as an SVG drawing."""
    points = [(k, overall[f"recall@{k}"]) for k in (1, 3, 5, 10) if f"recall@{k}" in overall]

    def x(k: int) -> float:
        return 50 + (k - 1) / 9 * (WIDTH - 80)

    def y(value: float) -> float:
        return HEIGHT - 30 - value * (HEIGHT - 50)

    grid = "".join(
        f'<line x1="45" x2="{WIDTH - 20}" y1="{y(v)}" y2="{y(v)}" stroke="#c9d6d6"/>'
        f'<text x="8" y="{y(v) + 4}">{v}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    path = " ".join(f"{x(k):.1f},{y(figure.mean):.1f}" for k, figure in points)
    marks = [
        f'<line x1="{x(k)}" x2="{x(k)}" y1="{y(f.low):.1f}" y2="{y(f.high):.1f}" stroke="#0b5c6b" stroke-width="2"/>'
        f'<circle cx="{x(k)}" cy="{y(f.mean):.1f}" r="4" fill="#0b5c6b"/>'
        f'<text x="{x(k) - 8}" y="{HEIGHT - 8}">{k}</text>'
        f'<text x="{x(k) + 8}" y="{y(f.mean) + 16:.1f}">{short(f.mean)}</text>'
        for k, f in points
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="Recall by k" font-size="12">'
        f'{grid}<polyline points="{path}" fill="none" stroke="#0b5c6b"/>{"".join(marks)}</svg>'
    )


def _row(cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _group_table(title: str, groups: dict[str, dict[str, Figure]]) -> str:
    figures = ("recall@5", "ndcg@10", "nugget_recall")
    rows = "".join(_row([name, *(with_interval(found.get(f)) for f in figures)]) for name, found in groups.items())
    header = "".join(f"<th>{NAMES[f]}</th>" for f in figures)
    return f"<h2>{title}</h2><table><tr><th></th>{header}</tr>{rows}</table>"


def keep_table(split: str, systems: str, answers: str) -> None:
    """Write the table of all systems and that of the answers into ``evals/results``; the test split's also in README.

    :param answers: all figures of Vraagbaak itself.
    """
    for name, title, table in (("systems", "All systems", systems), ("answers", "Answers and refusals", answers)):
        path = PROJECT / "evals" / "results" / f"{name}-{split}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {title} on the {split} split\n\n{table}\n", encoding="utf-8")
        if split == "test":
            _put_in_readme(name, table)


def _put_in_readme(name: str, table: str) -> None:
    readme = PROJECT / "README.md"
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = readme.read_text(encoding="utf-8")
    put = re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{table}\n{end}", text, flags=re.DOTALL)
    readme.write_text(put, encoding="utf-8")
