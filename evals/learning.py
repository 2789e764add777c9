"""``vraagbaak eval train`` and ``fit``: what of retrieval is learned, made again from the repository."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evals.fit import figure, fit, write_fusion
from evals.gold import GoldQuestion
from evals.qrels import fact_places, ranks, searched
from evals.train import Judge, Material, model_folder, read_material, save, train
from ingest.embedder import StaticEmbedder, Vectors
from ingest.settings import settings


def dev_judge(material: Material, questions: Sequence[GoldQuestion]) -> Judge:
    """Return a judge of a model in training: its figure on the questions by its own two pieces alone."""
    facts = [fact_places(question, material.passages) for question in questions]
    asked = [searched(question) for question in questions]

    def judge(rows: Vectors, tokenizer: Any) -> float:
        embedder = StaticEmbedder(rows, tokenizer)
        queries = embedder.embed_queries(asked)
        scores = queries @ embedder.embed_passages(material.texts).T
        likeness = queries @ embedder.embed_queries(material.questions).T
        for place, row in enumerate(likeness):
            nearest = np.zeros(len(material.texts), dtype=np.float32)
            np.maximum.at(nearest, material.owners, row)
            scores[place] += nearest
        return figure(ranks(row, places) for row, places in zip(scores, facts, strict=True))

    return judge


def add_commands(commands: Any) -> None:
    """Add the sub-commands to ``vraagbaak eval``."""
    training = commands.add_parser("train", help="train the static model on the bank and the reports")
    training.add_argument("--out", type=Path, metavar="DIR", help="where to write it (model/ of the corpus)")
    training.set_defaults(run=_train)
    fitting = commands.add_parser("fit", help="fit the weights of retrieval's pieces on the dev split")
    fitting.set_defaults(run=_fit)


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
