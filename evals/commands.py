"""``vraagbaak eval …``: gold, run, score, compare, show, check, export and table."""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from evals import accountability, grounding_fit, learning, tables
from evals.compare import compare, regressions
from evals.gold import SPLITS, GoldQuestion, accepted_file, gold_files, holds_fact, load_gold, project_files
from evals.items import fact_ranks
from evals.modelled import Choice, Modelled, add_options, choice_of
from evals.runs import Run, ask_all, read_run, start_run
from evals.said import described
from evals.score import Scores, score
from evals.systems import system_names, texts_of
from ingest.catalogue import load_catalogue
from ingest.chat_model import is_local, place
from ingest.errors import UsageError
from ingest.read import read_report
from ingest.settings import PROJECT, settings

REFERENCE = PROJECT / "evals" / "results"
REPLIES = "replies"  # of models, beside the runs that share them


def runs_folder() -> Path:
    """Return where runs are kept that name no folder of their own."""
    return settings().data / "runs"


def add_commands(parser: argparse.ArgumentParser, positive: Callable[[str], int]) -> None:
    """Add the sub-commands to ``vraagbaak eval``."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    gold = commands.add_parser("gold", help="look at the gold set, or check a file of your own")
    gold.add_argument("--check", nargs="*", metavar="FILE", help="check these files, or all that a run asks")
    gold.set_defaults(run=_gold)
    run = commands.add_parser("run", help="ask a system the gold questions and score its answers")
    run.add_argument("--split", choices=SPLITS, default="dev")
    run.add_argument("--system", default="vraagbaak", help=", ".join(system_names()))
    run.add_argument("--out", type=Path, metavar="DIR", help="the run folder (one named by the time)")
    run.add_argument("--resume", action="store_true", help="go on with the run in --out")
    run.add_argument("--limit", type=positive, metavar="N", help="the first N questions only")
    add_options(run)
    run.set_defaults(run=_run)
    scored = commands.add_parser("score", help="score a run's saved answers again")
    scored.add_argument("folder", type=Path)
    scored.set_defaults(run=_score)
    two = commands.add_parser("compare", help="compare two runs, question by question")
    two.add_argument("a", type=Path)
    two.add_argument("b", type=Path)
    two.add_argument("--shared", action="store_true", help="compare the questions that both runs hold")
    two.set_defaults(run=_compare)
    show = commands.add_parser("show", help="show a run's questions, or one with what was found and missed")
    show.add_argument("folder", type=Path)
    show.add_argument("--id", metavar="Q", help="the question's id")
    show.set_defaults(run=_show)
    check = commands.add_parser("check", help="exit 1 where a run is significantly worse than a committed one")
    check.add_argument("folder", type=Path)
    check.add_argument("--against", type=Path, required=True, metavar="DIR")
    check.set_defaults(run=_check)
    export = commands.add_parser("export", help="write a run as CSV, JUnit XML, one HTML page, TREC run and qrels")
    export.add_argument("folder", type=Path)
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.set_defaults(run=_export)
    pooled = commands.add_parser("pool", help="put the first texts of runs together for blind judging")
    pooled.add_argument("folders", type=Path, nargs="+", metavar="RUN")
    pooled.add_argument("--out", type=Path, required=True, metavar="FILE")
    pooled.set_defaults(run=_pool)
    agree = commands.add_parser("agree", help="how far two readers of a pool agree, and what both call an answer")
    agree.add_argument("pool", type=Path)
    agree.add_argument("one", type=Path)
    agree.add_argument("other", type=Path)
    agree.set_defaults(run=_agree)
    learning.add_commands(commands)
    grounding_fit.add_command(commands)
    accountability.add_command(commands)
    table = commands.add_parser("table", help="run every system on the same questions and print one table")
    table.add_argument("--split", choices=SPLITS, default="test")
    table.add_argument("--write", action="store_true", help="keep the table in evals/results and in the README")
    add_options(table)
    table.set_defaults(run=_table)


def report_texts() -> dict[str, str]:
    """Return the corpus's reports as read, by id."""
    corpus = settings().corpus
    return {report.id: read_report(corpus, report) for report in load_catalogue(corpus)}


def gold_questions(split: str | None = None) -> list[GoldQuestion]:
    """Return the project's own gold questions, of one split or of both: what is fitted and what tests look at."""
    return [q for q in load_gold(project_files(), report_texts()) if split in (None, q.split)]


def run_questions(split: str | None = None) -> list[GoldQuestion]:
    """Return what a run asks: the project's questions and behind them those that were accepted here from use."""
    return [q for q in load_gold(gold_files(), report_texts()) if split in (None, q.split)]


def scored_run(folder: Path) -> tuple[Run, list[GoldQuestion], Scores]:
    """Return a run, the gold questions that it had, and its figures; a limited run is scored on what it holds."""
    run = read_run(folder)
    gold = _questions_of(run)
    if limit := run.manifest.get("limit"):
        gold = gold[:limit]
    return run, gold, score(run, gold, report_texts())


def _questions_of(run: Run) -> list[GoldQuestion]:
    """Return the questions of a run's split; of those accepted here after it was started the ones that it holds.

    So a run does not get unscored questions, and the gate does not close, because somebody accepted a question since.
    """
    split, path = run.manifest.get("split"), accepted_file()
    had = run.manifest.get("gold", {}).get(path.name)
    if path.exists() and had == hashlib.sha256(path.read_bytes()).hexdigest():
        return run_questions(split)
    own = {question.id for question in gold_questions(split)}
    return [question for question in run_questions(split) if question.id in own or question.id in run.items]


def _gold(given: argparse.Namespace) -> int:
    files = [Path(name) for name in given.check or ()] or gold_files()
    questions = load_gold(files, report_texts())
    for split in SPLITS:
        kinds = [q.kind for q in questions if q.split == split]
        counts = ", ".join(f"{kind} {kinds.count(kind)}" for kind in dict.fromkeys(q.kind for q in questions))
        print(f"{split}: {len(kinds)} questions ({counts})")
    return 0


def _bar(total_name: str) -> tuple[Any, Callable[[int, int], None]]:
    from tqdm import tqdm

    bar = tqdm(desc=total_name, file=sys.stderr)

    def progress(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return bar, progress


def make_run(folder: Path, system: str, split: str, limit: int | None = None, resume: bool = False,
             progress: Callable[[int, int], None] = lambda *_: None, choice: Choice | None = None) -> None:  # fmt: skip
    """Ask a system the questions of a split; the folder holds what was done, also when it is interrupted.

    :raises UsageError: a model is chosen that cannot be used, or over another system than Vraagbaak itself.
    """
    from ingest.index import build_index

    if choice and system != "vraagbaak":
        raise UsageError(f"a model writes over the answers of 'vraagbaak', not of {system!r}; leave out one of the two")
    corpus, index = settings().corpus, settings().index_folder
    build_index(corpus, index, settings().embedder)
    model = Modelled(settings(), choice, runs_folder() / REPLIES) if choice else None
    questions = run_questions(split)[:limit]
    todo = start_run(folder, system, questions, index, corpus, split, resume, limit, model.manifest if model else None)
    ask_all(folder, system, todo, index, corpus, progress, model)


def _choice(given: argparse.Namespace) -> Choice | None:
    """Return the chosen models, and say which of them do not run here: choosing one is agreeing to it."""
    choice = choice_of(given, settings())
    for name in dict.fromkeys((choice.model, choice.judge) if choice else ()):
        at = settings().model_copy(update={"model": name})
        if name and not is_local(at):
            print(f"questions and passages go to {name} at {place(at)}", file=sys.stderr)
    return choice


def _run(given: argparse.Namespace) -> int:
    folder = given.out or runs_folder() / f"{datetime.now():%Y%m%d-%H%M%S}-{given.system}"
    choice = _choice(given)
    bar, progress = _bar(given.system)
    try:
        make_run(folder, given.system, given.split, given.limit, given.resume, progress, choice)
    except KeyboardInterrupt:
        bar.close()
        print(f"stopped; go on with: vraagbaak eval run --split {given.split} --system {given.system} "
              f"--out {folder} --resume{choice.arguments if choice else ''}", file=sys.stderr)  # fmt: skip
        return 130
    bar.close()
    return _print_scores(folder)


def _score(given: argparse.Namespace) -> int:
    return _print_scores(given.folder)


def _print_scores(folder: Path) -> int:
    from evals.export import as_qrels, published_figures

    run, gold, scores = scored_run(folder)
    print(tables.run_table(run.name, scores))
    if told := tables.model_table(run):
        print(f"\n{told}")
    texts = texts_of(run.manifest["system"], settings().index_folder, settings().corpus)
    beside = published_figures(run, as_qrels([q for q in gold if q.id in run.items], texts))
    print("\nby ir-measures, every passage that holds a fact counting: "
          + ", ".join(f"{name} {tables.short(value)}" for name, value in beside.items()))  # fmt: skip
    print(f"\nrun folder: {folder}", file=sys.stderr)
    return 0


def _compare(given: argparse.Namespace) -> int:
    a, _, first = scored_run(given.a)
    b, _, second = scored_run(given.b)
    print(tables.comparison_table(a.name, b.name, compare(first, second, given.shared)))
    return 0


def _show(given: argparse.Namespace) -> int:
    run, gold, scores = scored_run(given.folder)
    if not given.id:
        for question in gold:
            value = scores.questions.get(question.id, {})
            print(f"{question.id:20} {value.get('recall@5', float('nan')):5.2f}  {question.question[:90]}")
        return 0
    named = [question for question in gold if question.id == given.id]
    if not named:
        raise UsageError(f"the run has no question {given.id!r}; see vraagbaak eval show {given.folder}")
    print("\n".join(describe(run, named[0])))
    return 0


def describe(run: Run, question: GoldQuestion) -> list[str]:
    """Return lines on one question: the facts, the rank of each, what was cited, what was missed."""
    item = run.items.get(question.id)
    lines = [f"{question.id} ({question.kind}, {question.persona}): {question.question}"]
    lines += [f"  before: {turn.role}: {turn.content}" for turn in question.history]
    if item is None:
        return [*lines, "  not asked in this run"]
    for number, (fact, rank) in enumerate(zip(question.evidence, fact_ranks(question, item), strict=True), 1):
        lines.append(f"  fact {number}: " + (f"rank {rank}" if rank else "missed"))
        lines += [f"    accepted: [{place.report}] {place.quote[:110]}" for place in fact]
    lines += [f"  {rank:2}. {r['id']}  {r['text'][:100]!r}" for rank, r in enumerate(item.ranking[:10], 1)]
    if item.answer:
        lines.append(f"  status: {item.answer['status']}")
        for quote in item.answer["citations"]:
            right = any(holds_fact(quote["report"], quote["quote"], fact) for fact in question.evidence)
            lines.append(
                f"  [{quote['n']}] {'right ' if right else 'other '} {quote['passage']}  {quote['quote'][:90]!r}"
            )
    return lines + (described(item.said) if item.said else [])


def _check(given: argparse.Namespace) -> int:
    _, _, now = scored_run(given.folder)
    _, _, reference = scored_run(given.against)
    lines = regressions(reference, now)
    for line in lines:
        print(f"worse: {line}")
    print("no figure is significantly worse" if not lines else f"{len(lines)} regressions")
    return 1 if lines else 0


def _export(given: argparse.Namespace) -> int:
    from evals.export import export_all

    run, gold, scores = scored_run(given.folder)
    texts = texts_of(run.manifest["system"], settings().index_folder, settings().corpus)
    for path in export_all(given.out, run, gold, scores, texts):
        print(path)
    return 0


def _pool(given: argparse.Namespace) -> int:
    from evals.pool import pool

    runs = [read_run(folder) for folder in given.folders]
    asked = {name for run in runs for name in run.items}
    sheets = pool([question for question in run_questions() if question.id in asked], runs)
    given.out.write_text("".join(json.dumps(sheet, ensure_ascii=False) + "\n" for sheet in sheets), encoding="utf-8")
    print(f"{len(sheets)} questions, {sum(len(sheet['texts']) for sheet in sheets)} texts to judge in {given.out}")
    return 0


def _agree(given: argparse.Namespace) -> int:
    from evals.pool import agreement, read_judgements

    sheets = {sheet["id"]: sheet for sheet in map(json.loads, given.pool.read_text(encoding="utf-8").splitlines())}
    one, other = read_judgements(given.one, sheets), read_judgements(given.other, sheets)
    found = agreement(sheets, one, other)
    print(f"{found.pairs} pairs of question and text; one reader calls {len(one)} an answer, the other {len(other)}")
    print(f"observed agreement {found.observed:.3f}, Cohen's kappa {found.kappa:.3f}; both: {len(found.both)}")
    for name, text in found.both:
        print(f"{name}  fact {one[name, text]['fact']}  {text}  {one[name, text]['quote'][:100]!r}")
    return 0


def _table(given: argparse.Namespace) -> int:
    from evals.export import keep_table

    choice = _choice(given)
    scored = {system: _table_run(given.split, system)[1] for system in system_names()}
    text = tables.systems_table(scored)
    print(text)
    if given.write:
        keep_table(given.split, text, tables.figures_table(scored["vraagbaak"]))
    if choice:  # never kept: others do not have this model
        run, scores = _table_run(given.split, "vraagbaak", choice)
        print(f"\n{tables.model_table(run)}\n\n{tables.figures_table(scores)}")
    return 0


def _table_run(split: str, system: str, choice: Choice | None = None) -> tuple[Run, Scores]:
    name = f"{system}-model" if choice else system
    folder = runs_folder() / f"table-{split}-{datetime.now():%Y%m%d-%H%M%S}-{name}"
    bar, progress = _bar(name)
    make_run(folder, system, split, progress=progress, choice=choice)
    bar.close()
    run, _, scores = scored_run(folder)
    return run, scores


def run_names() -> list[Path]:
    """Return the run folders that there are, newest first, the committed ones last."""
    found = [path.parent for folder in (runs_folder(), REFERENCE) for path in folder.glob("*/manifest.json")]
    return sorted(found, key=lambda path: (path.parent != REFERENCE, path.name), reverse=True)
