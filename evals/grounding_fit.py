"""Fitting of what judges a model's sentences: on the calibration set, and on the reports' own sentences as true ones.

The threshold is set by writer: each writer's sentences are judged by weights that saw none of that writer's.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.ground import FOLDER, WEIGHTS, Ground
from assistant.grounding.weights import DEPTH, STEEP, Weights
from assistant.index import Index
from evals.grounding import CALIBRATION, UNSEEN, Judged, ground_table, load_sentences, verdicts
from evals.grounding_material import Material, Numbers, Truths, material
from evals.tables import markdown
from ingest.settings import settings

REPORT = CALIBRATION.with_suffix(".md")
HEAD = """# The check of a language model's sentences

Written by `vraagbaak eval ground --fit`.

Ways to judge, each on sentences that it was not fitted on: by passage (five folds; sentences that cite one passage stay
together) and by writer (each of the three whole sets judged by weights that saw no sentence of its writer). A fourth,
smaller set holds only false sentences that no certain rule catches; it is fitted on, and no threshold is set on it. The
threshold of a way is where it catches 98% of the false ones.

{ways}

The fitted check on the calibration set itself (four writers):

{own}

The same on the unseen set: another writer's, as large as a calibration writer's, and not used in fitting:

{unseen}

What else was tried, with its figures, and what would get further: [tried.md](tried.md).
"""
CAUGHT = 0.9875  # the share of the false sentences of a writer not fitted on that the threshold has to catch
MARGIN = 0.01  # above the threshold, as the weights are rounded when they are kept
OWN_COUNTS = 0.3  # how much a report's own sentence counts beside a written one
ROUNDS, EMPHASIS = 8, 4.0  # a false sentence that still passes counts so much more in the next round of fitting
FOLDS = 5
PENALTY, GAMMA = 3.0, 0.005
TREES = {"n_estimators": 500, "learning_rate": 0.03, "subsample": 0.6, "max_features": 0.1, "min_samples_leaf": 8}
Fit = Callable[[Numbers, Truths, Numbers], Callable[[Numbers], Numbers]]


def fit_linear(rows: Numbers, false: Truths, counts: Numbers) -> Callable[[Numbers], Numbers]:
    """Return a fitted logistic regression's probabilities."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=3000))
    model.fit(rows, false, logisticregression__sample_weight=counts)
    return lambda given: np.asarray(model.predict_proba(given)[:, 1])


def fit_trees(rows: Numbers, false: Truths, counts: Numbers) -> Callable[[Numbers], Numbers]:
    """Return fitted boosted trees' probabilities."""
    model = _trees(rows, false, counts)
    return lambda given: np.asarray(model.predict_proba(given)[:, 1])


def fit_machine(rows: Numbers, false: Truths, counts: Numbers) -> Callable[[Numbers], Numbers]:
    """Return a fitted support vector machine's probabilities."""
    model = _machine(rows, false, counts)
    return lambda given: np.asarray(1 / (1 + np.exp(-STEEP * model.decision_function(given))))


def fit_both(rows: Numbers, false: Truths, counts: Numbers) -> Callable[[Numbers], Numbers]:
    """Return the mean of the machine and the trees."""
    one, other = fit_machine(rows, false, counts), fit_trees(rows, false, counts)
    return lambda given: (one(given) + other(given)) / 2


def fit_coverage(column: int) -> Fit:
    """Return what fits nothing and doubts a claim by the share of its words that is not found."""
    return lambda rows, false, counts: lambda given: 1 - given[:, column]


def _machine(rows: Numbers, false: Truths, counts: Numbers) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    model = make_pipeline(StandardScaler(), SVC(C=PENALTY, gamma=GAMMA))
    return model.fit(rows, false, svc__sample_weight=counts)


def _trees(rows: Numbers, false: Truths, counts: Numbers) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(max_depth=DEPTH, random_state=0, **TREES)
    return model.fit(rows, false, sample_weight=counts)


def left_out(found: Material, fit: Fit, by_writer: bool) -> Numbers:
    """Return each sentence's doubt by weights fitted without it: 2 where a certain rule rejects it, 0 where literal.

    :param by_writer: fitted without any sentence of its writer, else without those that cite its first passage.
    """
    from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold

    doubts = np.zeros(len(found.false))
    folds = LeaveOneGroupOut() if by_writer else StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    groups = found.writers if by_writer else found.cited
    for _, test in folds.split(found.false, found.false, groups):
        if found.whole[test].any():
            tested = np.isin(found.owner, test)
            judge = fit(*_training(found, ~tested))
            each = np.zeros(len(found.false))
            np.maximum.at(each, found.owner[tested], judge(found.rows[tested]))
            doubts[test] = each[test]
    doubts[found.literal] = 0
    doubts[found.refuted] = 2
    return doubts


def _training(found: Material, use: Truths) -> tuple[Numbers, Truths, Numbers]:
    """Return rows, classes and counts; of a false sentence in parts nobody knows which part is false."""
    parts = np.bincount(found.owner, minlength=len(found.false))[found.owner]
    use = use & ~((parts > 1) & found.false[found.owner])
    rows = np.vstack([found.rows[use], found.own])
    false = np.concatenate([found.false[found.owner[use]], np.zeros(len(found.own), dtype=bool)])
    return rows, false, np.concatenate([np.ones(int(use.sum())), np.full(len(found.own), OWN_COUNTS)])


def threshold_of(doubts: Numbers, false: Truths, caught: float = CAUGHT) -> float:
    """Return the highest doubt from which that share of the false sentences is rejected."""
    ordered = np.sort(doubts[false])
    return float(ordered[int(np.floor((1 - caught) * len(ordered) + 1e-9))])


def fitted(found: Material, threshold: float) -> Weights:
    """Return the weights that are fitted on all of the material."""
    machine, trees = _until_none_passes(found, threshold)
    scaler, vectors = machine[0], machine[-1]
    splits, leaves = zip(*(_full(stage[0].tree_) for stage in trees.estimators_), strict=True)
    return Weights(
        found.features,
        np.stack([scaler.mean_, scaler.scale_]),
        np.asarray(vectors.support_vectors_),
        np.asarray(vectors.dual_coef_[0]),
        GAMMA,
        float(vectors.intercept_[0]),
        np.array(splits),
        np.array(leaves) * TREES["learning_rate"],
        float(trees._raw_predict_init(found.rows[:1])[0, 0]),
        threshold,
    )


def _until_none_passes(found: Material, threshold: float) -> tuple[Any, Any]:
    """Return both models, fitted again while a false sentence of the set would be shown, with more weight on those."""
    rows, false, counts = _training(found, np.ones(len(found.rows), dtype=bool))
    machine, trees = _machine(rows, false, counts), _trees(rows, false, counts)
    for _ in range(ROUNDS):
        pulled = 1 / (1 + np.exp(-STEEP * machine.decision_function(found.rows)))
        doubts = (pulled + trees.predict_proba(found.rows)[:, 1]) / 2
        each = np.zeros(len(found.false))
        np.maximum.at(each, found.owner, doubts)
        passes = found.false & ~found.refuted & (each < threshold + MARGIN)
        if not passes.any():
            break
        # Of a false sentence in parts the part that is doubted most stands for it.
        most = passes[found.owner] & (doubts >= each[found.owner])
        rows, false = np.vstack([rows, found.rows[most]]), np.concatenate([false, np.ones(int(most.sum()), dtype=bool)])
        counts = np.concatenate([counts, np.full(int(most.sum()), EMPHASIS)])
        machine, trees = _machine(rows, false, counts), _trees(rows, false, counts)
    return machine, trees


def _full(tree: Any) -> tuple[list[list[float]], list[float]]:
    """Return a tree as a full one: a leaf that stands too high is split where nothing parts its halves."""
    splits, leaves = [[0.0, np.inf] for _ in range(2**DEPTH - 1)], [0.0] * 2**DEPTH

    def walk(node: int, place: int) -> None:
        if place >= len(splits):
            leaves[place - len(splits)] = float(tree.value[node, 0, 0])
            return
        leaf = tree.children_left[node] < 0
        if not leaf:
            splits[place] = [float(tree.feature[node]), float(tree.threshold[node])]
        walk(node if leaf else tree.children_left[node], 2 * place + 1)
        walk(node if leaf else tree.children_right[node], 2 * place + 2)

    walk(0, 0)
    return splits, leaves


def approaches_table(found: Material) -> str:
    """Return the ways to judge side by side, each on sentences that it was not fitted on."""
    ways: dict[str, Fit] = {
        "rules and coverage": fit_coverage(found.features.index("cover")),
        "rules and logistic regression": fit_linear,
        "rules and boosted trees": fit_trees,
        "rules and a support vector machine": fit_machine,
        "rules and the mean of the last two": fit_both,
    }
    refuted = found.refuted[found.whole & found.false].mean()
    rows = [["rules alone", f"{refuted:.1%}", *_lost(found, found.refuted * 2.0, 1.0), *["-"] * 3]]
    for name, fit in ways.items():
        row = [name, "98.0%"]
        for by_writer in (False, True):
            doubts = left_out(found, fit, by_writer)
            limit = threshold_of(doubts, found.false & found.whole, 0.98)
            row += _lost(found, doubts, limit) + ([_tenth(found, doubts)] if by_writer else [])
        rows.append(row)
    by = [f"{name} lost, by {what}" for what in ("passage", "writer") for name in ("paraphrases", "two passages")]
    return markdown(["way", "false caught", *by, "caught where 10% of the true are lost, by writer"], rows)


def _lost(found: Material, doubts: NDArray[Any], threshold: float) -> list[str]:
    kinds = ("paraphrase", "two_passages")
    return [f"{(doubts[found.whole & (found.kinds == kind)] >= threshold).mean():.1%}" for kind in kinds]


def _tenth(found: Material, doubts: Numbers) -> str:
    limit = float(np.quantile(doubts[found.whole & ~found.false], 0.9))
    return f"{(doubts[found.whole & found.false] >= limit).mean():.1%}"


def fit_and_save(sentences: Sequence[Judged], index: Index, corpus: Path) -> str:
    """Fit on the sentences, write ``corpus/grounding/weights.npz`` and return the ways to judge side by side."""
    nothing = (np.ones((2, 0)), np.zeros((0, 0)), np.zeros(0), 0.0, 0.0, np.zeros((0, 7, 2)), np.zeros((0, 8)))
    found = material(sentences, index, Ground(index, corpus, Weights((), *nothing, 0.0, 1.0)))
    threshold = threshold_of(left_out(found, fit_both, by_writer=True), found.false & found.whole)
    fitted(found, threshold).save(corpus / FOLDER / WEIGHTS)
    return approaches_table(found)


def add_command(commands: Any) -> None:
    """Add ``ground`` to ``vraagbaak eval``."""
    ground = commands.add_parser("ground", help="how well false sentences of a language model are caught, by kind")
    both = [CALIBRATION, UNSEEN]
    ground.add_argument("files", nargs="*", type=Path, default=both, help="sentences (calibration and unseen set)")
    ground.add_argument("--fit", action="store_true", help="first fit the weights on the calibration set")
    ground.set_defaults(run=_ground)


def _ground(given: argparse.Namespace) -> int:
    index, corpus = Index(settings().index_folder), settings().corpus
    if given.fit:
        ways = fit_and_save(load_sentences(CALIBRATION), index, corpus)
        own = ground_table(verdicts(load_sentences(CALIBRATION), index, Ground(index, corpus)))
        unseen = ground_table(verdicts(load_sentences(UNSEEN), index, Ground(index, corpus)))
        REPORT.write_text(
            HEAD.format(ways=ways, own=own, unseen=unseen),
            encoding="utf-8",
        )
        print(f"{ways}\n", file=sys.stderr)
    ground = Ground(index, corpus)
    for path in given.files:
        print(f"{path.name}\n\n{ground_table(verdicts(load_sentences(path), index, ground))}\n")
    return 0
