"""``vraagbaak eval train|fit|curve|leave-out|analysers``: what retrieval learns, and what it owes to its parts."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals import tables, variants
from evals.fit import dev_judge, fit, write_fusion
from evals.gold import GoldQuestion
from evals.train import model_folder, read_material, save, train
from ingest.settings import settings


def add_commands(commands: Any) -> None:
    """Add the sub-commands to ``vraagbaak eval``."""
    training = commands.add_parser("train", help="train the static model on the bank and the reports")
    training.add_argument("--out", type=Path, metavar="DIR", help="where to write it (model/ of the corpus)")
    training.set_defaults(run=_train)
    fitting = commands.add_parser("fit", help="fit the weights of retrieval's pieces on the dev split")
    fitting.set_defaults(run=_fit)
    seeing = commands.add_parser("danger", help="how well danger is seen, with false alarms")
    seeing.add_argument("--train", action="store_true", help="first train the classifier on corpus/crisis.jsonl")
    seeing.add_argument("--write", action="store_true", help="keep the table in evals/results")
    seeing.set_defaults(run=_danger)
    refusing = commands.add_parser("refusals", help="how well questions without an answer are told, with the curves")
    refusing.add_argument("--train", action="store_true", help="first train the classifier and set its thresholds")
    refusing.add_argument("--write", action="store_true", help="keep the curves in evals/results")
    refusing.set_defaults(run=_refusals)
    for name, run, text in (
        ("curve", _curve, "recall against the number of bank questions and of their writers"),
        ("leave-out", _leave_out, "what a report may expect that nobody wrote questions for"),
        ("analysers", _analysers, "other stemmers and compound splitting in the place of the stems"),
    ):
        studied = commands.add_parser(name, help=text)
        studied.add_argument("--write", action="store_true", help="keep the table in evals/results")
        studied.set_defaults(run=run)


def answerable(split: str) -> list[GoldQuestion]:
    """Return the gold questions of a split that the reports answer."""
    from evals.commands import gold_questions

    return [question for question in gold_questions(split) if question.answerable]


def _train(given: argparse.Namespace) -> int:
    corpus = settings().corpus
    material = read_material(corpus)
    judge = dev_judge(material, answerable("dev"))
    print(f"{len(material.questions)} questions for {len(material.texts)} passages", file=sys.stderr)
    model = train(material, judge, report=_say)
    folder = given.out or model_folder(corpus)
    save(model, folder)
    print(f"model in {folder}")
    return 0


def _say(number: int, loss: float, value: float) -> None:
    print(f"pass {number}: loss {loss:.3f}, recall@5 and nDCG@10 on dev {value:.4f}", file=sys.stderr)


def _fit(given: argparse.Namespace) -> int:
    from assistant.index import Index
    from ingest.index import build_index

    build_index(settings().corpus, settings().index_folder, settings().embedder)
    fusion, value = fit(Index(settings().index_folder), answerable("dev"))
    write_fusion(settings().corpus, fusion)
    print(f"{fusion}\nrecall@5 and nDCG@10 on dev, mean: {value:.4f}")
    return 0


def _danger(given: argparse.Namespace) -> int:
    from evals import danger
    from evals.commands import gold_questions

    corpus = settings().corpus
    if given.train:
        danger.save(corpus)
    rows = []
    for split in ("dev", "test"):
        recall, alike, others = danger.measured(corpus, gold_questions(split))
        rows.append([f"gold, {split}", f"{recall:.3f}", f"{alike:.3f}", f"{others:.3f}"])
    for writer, recall, calm in danger.across_writers(corpus):
        rows.append([f"examples of {writer}, trained on the others", f"{recall:.3f}", f"{calm:.3f}", "–"])
    header = ["messages", "danger seen", "false alarms, calm look-alikes", "false alarms, other questions"]
    return _told("danger", header, rows, given.write)


def _refusals(given: argparse.Namespace) -> int:
    from evals import refusals
    from evals.commands import gold_questions
    from ingest.embedder import StaticEmbedder
    from ingest.vocabulary import vocabulary

    corpus = settings().corpus
    examples, material = refusals.Examples.of(corpus), read_material(corpus)
    known = frozenset(vocabulary(material.texts, ())["words"])
    model = StaticEmbedder.load(model_folder(corpus))
    counts = [int((examples.classes == number).sum()) for number in range(refusals.CLASSES)]
    _note(f"{counts[0]} written questions, {counts[1]} known unknowns, {counts[2]} outside the field")
    if given.train:
        trained = refusals.train(examples, known)
        dev = gold_questions("dev")
        refusals.write(corpus, trained, refusals.thresholds(refusals.judged(trained, examples, dev, model, known), dev))
    trained, limits = refusals.read(corpus)
    _note(f"thresholds {limits}")
    rows = []
    for split in ("dev", "test"):
        questions = gold_questions(split)
        values = refusals.judged(trained, examples, questions, model, known)
        found = refusals.curve(values, questions)
        rows += [[split, *(f"{value:.3f}" for value in row)] for row in found]
    header = ["split", "answerable refused", "near misses refused", "coverage", "risk"]
    return _told("refusals", header, rows, given.write)


HEADER = ("recall@5", "recall@10", "hit@1", "nDCG@10")


def _cells(found: variants.Figures) -> list[str]:
    return [tables.short(value) for value in (found.recall_5, found.recall_10, found.hit_1, found.ndcg_10)]


def _curve(given: argparse.Namespace) -> int:
    dev, test, corpus = answerable("dev"), answerable("test"), settings().corpus
    rows = [*variants.by_share(corpus, dev, test, _note), *variants.by_writers(corpus, dev, test, _note)]
    return _told("curve", ["bank", *HEADER], [[name, *_cells(found)] for name, found in rows], given.write)


def _leave_out(given: argparse.Namespace) -> int:
    dev, corpus = answerable("dev"), settings().corpus
    rows = variants.without_own_bank(corpus, dev, [*dev, *answerable("test")], _note)
    cells = [
        [row.report, str(row.own.n), tables.short(row.own.recall_5), *_cells(row.own_without), str(row.others.n),
         tables.short(row.others.recall_5), tables.short(row.others_without.recall_5),
         tables.short(row.own_said.refused), tables.short(row.own_said.named),
         tables.short(row.near_said.refused), tables.short(row.near_said.named), str(row.near_said.n)]
        for row in rows
    ]  # fmt: skip
    header = ["report without its bank", "own questions", "recall@5 with it", *HEADER]
    header += ["others' questions", "recall@5 with it", "recall@5", "own refused", "own, a missing word named"]
    header += ["near misses refused", "near misses, a missing word named", "near misses"]
    return _told("leave-out", header, cells, given.write)


def _analysers(given: argparse.Namespace) -> int:
    folders = settings().corpus, settings().index_folder
    rows = variants.by_analyser(*folders, answerable("dev"), answerable("test"), _note)
    cells = [[name, *_cells(a)[::3], *_cells(b)[::3], *_cells(c)[::3]] for name, a, b, c in rows]
    parts = [f"{name} {of}" for of in ("alone, dev", "fused, dev", "fused, test") for name in ("recall@5", "nDCG@10")]
    return _told("analysers", ["stems piece", *parts], cells, given.write)


def _told(name: str, header: Sequence[str], rows: Sequence[Sequence[str]], write: bool) -> int:
    text = tables.markdown(header, rows)
    print(text)
    if write:
        from evals.commands import REFERENCE

        command = f"Measured with `vraagbaak eval {name} --write`."
        (REFERENCE / f"{name}.md").write_text(f"{command}\n\n{text}\n", encoding="utf-8")
    return 0


def _note(text: str) -> None:
    print(text, file=sys.stderr)
