"""Fitting of what judges a model's sentences: on the calibration set, and on the reports' own sentences as true ones.

The threshold is set on folds that were left out of the fitting; sentences that cite one passage stay in one fold.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.ground import FOLDER, WEIGHTS, Ground
from assistant.grounding.claim import take_apart
from assistant.grounding.weights import DEPTH, Weights
from assistant.index import Index
from evals.grounding import CALIBRATION, UNSEEN, Judged, ground_table, load_sentences, passages_of, verdicts
from evals.tables import markdown
from ingest.settings import settings

REPORT = CALIBRATION.with_suffix(".md")
HEAD = """# The check of a language model's sentences

Written by `vraagbaak eval ground --fit`.

Ways to judge, each on sentences of the calibration set that it was not fitted on (five folds, three times; sentences
that cite one passage stay together). The threshold of a way is where it catches 98% of the false ones.

{ways}

The fitted check on the calibration set itself (three writers):

{own}

The same on the unseen set: another writer's, as large as a calibration writer's, and not used in fitting:

{unseen}

At 98% caught the check loses far more good paraphrases than the 10% that was aimed at. Without a model that understands
sentences it knows words, their neighbours and their order; a freely worded sentence and a wrong one look alike to it.
What would get further: an entailment model of a few hundred MB as a second judge, for those who can download one.
"""
CAUGHT = 0.985  # the share of false sentences left out of the fitting that the threshold has to catch
MARGIN = 0.01  # above the threshold, as the weights are rounded when they are kept
OWN_COUNTS = 0.3  # how much a report's own sentence counts beside a written one
ROUNDS, EMPHASIS = 8, 4.0  # a false sentence that still passes counts so much more in the next round of fitting
OWN_WORDS = 9  # words of a report's sentence from which it is taken
FOLDS, SEEDS = 5, (0, 1, 2)
TREES = {"n_estimators": 400, "learning_rate": 0.03, "subsample": 0.6, "max_features": 0.2, "min_samples_leaf": 5}
Numbers = NDArray[np.float64]
Fit = Callable[[Numbers, NDArray[np.bool_], Numbers], Callable[[Numbers], Numbers]]


@dataclass(frozen=True)
class Material:
    """What is fitted on: a row of features for each part of a sentence (``owner``: whose), the rest by sentence."""

    features: tuple[str, ...]
    rows: Numbers
    owner: NDArray[np.int64]
    false: NDArray[np.bool_]
    refuted: NDArray[np.bool_]
    kinds: NDArray[np.str_]
    cited: NDArray[np.str_]
    own: Numbers


def material(sentences: Sequence[Judged], index: Index, ground: Ground) -> Material:
    """Return the features of the sentences and of the reports' own."""
    rows, owner, refuted, cited = [], [], [], []
    for number, (sentence, given) in enumerate(passages_of(sentences, index)):
        claim = take_apart(sentence.sentence)
        refuted.append(bool(ground.refuted(claim, given)))
        cited.append(next((given[n - 1].id for n in claim.cited if 1 <= n <= len(given)), sentence.given[0]))
        if not refuted[-1]:
            parts = ground.rows(claim, given)
            rows += parts
            owner += [number] * len(parts)
    features = tuple(sorted(rows[0]))
    return Material(
        features,
        np.array([[row[name] for name in features] for row in rows]),
        np.array(owner),
        np.array([not s.true for s in sentences]),
        np.array(refuted),
        np.array([s.kind for s in sentences]),
        np.array(cited),
        np.array([[row[name] for name in features] for row in _own(index, ground)]),
    )


def _own(index: Index, ground: Ground) -> list[dict[str, float]]:
    """Return the features of two sentences of each passage, the neighbouring passages given beside it."""
    found = []
    pool = [p for p in index.passages if p.kind != "administratief" and len(p.sentences) > 1]
    for place, passage in enumerate(pool):
        near = [p for p in pool[max(0, place - 2) : place + 3] if p.report == passage.report and p.id != passage.id]
        long = [s for s in passage.sentences if len(passage.quote(s).split()) >= OWN_WORDS]
        for sentence in long[:2]:
            claim = take_apart(f"{passage.quote(sentence).rstrip('. ')} [1].")
            if not ground.refuted(claim, [passage, *near[:2]]):
                found += ground.rows(claim, [passage, *near[:2]])
    return found


def fit_linear(rows: Numbers, false: NDArray[np.bool_], counts: Numbers) -> Callable[[Numbers], Numbers]:
    """Return a fitted logistic regression's probabilities."""
    model = _linear(rows, false, counts)
    return lambda given: np.asarray(model.predict_proba(given)[:, 1])


def fit_trees(rows: Numbers, false: NDArray[np.bool_], counts: Numbers) -> Callable[[Numbers], Numbers]:
    """Return fitted boosted trees' probabilities."""
    model = _trees(rows, false, counts)
    return lambda given: np.asarray(model.predict_proba(given)[:, 1])


def fit_both(rows: Numbers, false: NDArray[np.bool_], counts: Numbers) -> Callable[[Numbers], Numbers]:
    """Return the mean of both."""
    one, other = fit_linear(rows, false, counts), fit_trees(rows, false, counts)
    return lambda given: (one(given) + other(given)) / 2


def fit_coverage(column: int) -> Fit:
    """Return what fits nothing and doubts a claim by the share of its words that is not found."""
    return lambda rows, false, counts: lambda given: 1 - given[:, column]


def _linear(rows: Numbers, false: NDArray[np.bool_], counts: Numbers) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=3000))
    return model.fit(rows, false, logisticregression__sample_weight=counts)


def _trees(rows: Numbers, false: NDArray[np.bool_], counts: Numbers) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(max_depth=DEPTH, random_state=0, **TREES)
    return model.fit(rows, false, sample_weight=counts)


def left_out(found: Material, fit: Fit) -> Numbers:
    """Return each sentence's doubt by weights that were fitted without it; 2 where a certain rule rejects it."""
    from sklearn.model_selection import StratifiedGroupKFold

    doubts = np.zeros(len(found.false))
    for seed in SEEDS:
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        for _, test in folds.split(found.false, found.false, found.cited):
            tested = np.isin(found.owner, test)
            judge = fit(*_training(found, ~tested))
            each = np.zeros(len(found.false))
            np.maximum.at(each, found.owner[tested], judge(found.rows[tested]))
            doubts[test] += each[test] / len(SEEDS)
    doubts[found.refuted] = 2
    return doubts


def _training(found: Material, use: NDArray[np.bool_]) -> tuple[Numbers, NDArray[np.bool_], Numbers]:
    """Return rows, classes and counts; of a false sentence in parts nobody knows which part is false."""
    parts = np.bincount(found.owner, minlength=len(found.false))[found.owner]
    use = use & ~((parts > 1) & found.false[found.owner])
    rows = np.vstack([found.rows[use], found.own])
    false = np.concatenate([found.false[found.owner[use]], np.zeros(len(found.own), dtype=bool)])
    return rows, false, np.concatenate([np.ones(int(use.sum())), np.full(len(found.own), OWN_COUNTS)])


def threshold_of(doubts: Numbers, false: NDArray[np.bool_], caught: float = CAUGHT) -> float:
    """Return the highest doubt from which that share of the false sentences is rejected."""
    ordered = np.sort(doubts[false])
    return float(ordered[int(np.floor((1 - caught) * len(ordered) + 1e-9))])


def fitted(found: Material, threshold: float) -> Weights:
    """Return the weights that are fitted on all of the material."""
    linear, trees = _until_none_passes(found, threshold)
    scaler, regression = linear[0], linear[-1]
    rest = np.zeros(len(found.features))
    rest[0] = regression.intercept_[0]
    splits, leaves = zip(*(_full(stage[0].tree_) for stage in trees.estimators_), strict=True)
    return Weights(
        found.features,
        np.stack([scaler.mean_, scaler.scale_, regression.coef_[0], rest]),
        np.array(splits),
        np.array(leaves) * TREES["learning_rate"],
        float(trees._raw_predict_init(found.rows[:1])[0, 0]),
        threshold,
    )


def _until_none_passes(found: Material, threshold: float) -> tuple[Any, Any]:
    """Return both models, fitted again while a false sentence of the set would be shown, with more weight on those."""
    rows, false, counts = _training(found, np.ones(len(found.rows), dtype=bool))
    linear, trees = _linear(rows, false, counts), _trees(rows, false, counts)
    for _ in range(ROUNDS):
        doubts = (linear.predict_proba(found.rows)[:, 1] + trees.predict_proba(found.rows)[:, 1]) / 2
        each = np.zeros(len(found.false))
        np.maximum.at(each, found.owner, doubts)
        passes = found.false & ~found.refuted & (each < threshold + MARGIN)
        if not passes.any():
            break
        # Of a false sentence in parts the part that is doubted most stands for it.
        most = passes[found.owner] & (doubts >= each[found.owner])
        rows, false = np.vstack([rows, found.rows[most]]), np.concatenate([false, np.ones(int(most.sum()), dtype=bool)])
        counts = np.concatenate([counts, np.full(int(most.sum()), EMPHASIS)])
        linear, trees = _linear(rows, false, counts), _trees(rows, false, counts)
    return linear, trees


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
        "rules and the mean of both": fit_both,
    }
    rows = [["rules alone", f"{found.refuted[found.false].mean():.1%}", "-", *_lost(found, found.refuted * 2.0, 1.0)]]
    for name, fit in ways.items():
        doubts = left_out(found, fit)
        limit = float(np.quantile(doubts[~found.false], 0.9))
        caught = f"{(doubts[found.false] >= limit).mean():.1%}"
        rows.append([name, "98.0%", caught, *_lost(found, doubts, threshold_of(doubts, found.false, 0.98))])
    header = [
        "way",
        "false caught",
        "caught where 10% of the true are lost",
        "paraphrases lost",
        "of two passages lost",
    ]
    return markdown(header, rows)


def _lost(found: Material, doubts: NDArray[Any], threshold: float) -> list[str]:
    return [f"{(doubts[found.kinds == kind] >= threshold).mean():.1%}" for kind in ("paraphrase", "two_passages")]


def fit_and_save(sentences: Sequence[Judged], index: Index, corpus: Path) -> str:
    """Fit on the sentences, write ``corpus/grounding/weights.npz`` and return the ways to judge side by side."""
    empty = Weights((), np.zeros((4, 0)), np.zeros((0, 7, 2)), np.zeros((0, 8)), 0.0, 1.0)
    found = material(sentences, index, Ground(index, corpus, empty))
    fitted(found, threshold_of(left_out(found, fit_both), found.false)).save(corpus / FOLDER / WEIGHTS)
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
        REPORT.write_text(HEAD.format(ways=ways, own=own, unseen=unseen), encoding="utf-8")
        print(f"{ways}\n", file=sys.stderr)
    ground = Ground(index, corpus)
    for path in given.files:
        print(f"{path.name}\n\n{ground_table(verdicts(load_sentences(path), index, ground))}\n")
    return 0
