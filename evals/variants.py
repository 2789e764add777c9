"""What retrieval owes to its parts: less of the bank, a report without its bank, other ways of analysing words.

Each variant is a real corpus folder with less in it, with a model trained on what is left and an index of its own, so
that nothing of the measured path is special.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.engine import Assistant
from assistant.fusion import Fusion, load_fusion
from assistant.index import Index
from evals.compounds import Splitter
from evals.fit import dev_judge
from evals.gold import GoldQuestion
from evals.metrics import Ranks, hit_at_1, ndcg_at_10, recall_at
from evals.qrels import fact_places, found_ranks
from evals.refusals import forget
from evals.train import model_folder, read_material, save, train
from ingest.analysis import content_words, stems
from ingest.bank import BankQuestion, load_bank
from ingest.index import build_index, searched_text, with_questions
from ingest.lexical import Analyser, Lexical, write_lexical
from ingest.settings import STATIC
from ingest.unknowns import load_unknowns

SEED = 20261125
ASKED = 200
REFUSED = ("not_found", "out_of_scope")
SHARES = (0, 1, 2, 4, 8, 15, 25, 40)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Figures:
    """Means over ``n`` questions."""

    recall_5: float
    recall_10: float
    hit_1: float
    ndcg_10: float
    n: int


@dataclass(frozen=True)
class Said:
    """Shares of ``n`` questions: refused, and answered with a word named that the report lacks."""

    refused: float
    named: float
    n: int


@dataclass(frozen=True)
class LeftOut:
    """A report with and without its bank: the questions that it alone answers, and those that only others answer.

    ``own_said`` and ``near_said`` are what is said, without its bank, to its own questions and to its near misses.
    """

    report: str
    own: Figures
    own_without: Figures
    others: Figures
    others_without: Figures
    own_said: Said
    near_said: Said


def figures(found: Sequence[Ranks]) -> Figures:
    """Return the means over the questions' ranks."""
    return Figures(
        float(np.mean([recall_at(ranks, 5) for ranks in found])),
        float(np.mean([recall_at(ranks, 10) for ranks in found])),
        float(np.mean([hit_at_1(ranks) for ranks in found])),
        float(np.mean([ndcg_at_10(ranks) for ranks in found])),
        len(found),
    )


def measured(index: Index, questions: Sequence[GoldQuestion], fusion: Fusion) -> Figures:
    """Return the figures of an index over answerable questions."""
    return figures([found_ranks(index, q, fact_places(q, index.passages), fusion) for q in questions])


@contextmanager
def variant(
    corpus: Path, bank: Sequence[BankQuestion], dev: Sequence[GoldQuestion], newcomer: str = ""
) -> Iterator[Index]:
    """Build a corpus with that bank alone, its model trained on it, in a folder that goes away; give its index.

    :param newcomer: a report that what refuses has never heard of.
    """
    with tempfile.TemporaryDirectory(prefix="vraagbaak-variant-") as name:
        folder = Path(name) / "corpus"
        shutil.copytree(corpus, folder)
        lines = (json.dumps(question.__dict__, ensure_ascii=False) for question in bank)
        (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
        if bank:
            material = read_material(folder)
            save(train(material, dev_judge(material, dev)), model_folder(folder))
        if newcomer:
            forget(folder, newcomer)
        build_index(folder, Path(name) / "index", STATIC)
        yield Index(Path(name) / "index")


def fusion_of(corpus: Path, bank: Sequence[BankQuestion]) -> Fusion:
    """Return the corpus's fusion; without a bank the model has learned nothing, so the lexical pieces alone."""
    fusion = load_fusion(corpus)
    return fusion if bank else fusion.without(("passages", "questions"))


def by_share(
    corpus: Path, dev: Sequence[GoldQuestion], test: Sequence[GoldQuestion], say: Say
) -> list[tuple[str, Figures]]:
    """Return the test figures with at most so many questions of each passage, taken by lot (fixed seed)."""
    bank = load_bank(corpus)
    order = np.random.default_rng(SEED).permutation(len(bank))
    rows = []
    for share in SHARES:
        kept: dict[str, list[BankQuestion]] = {}
        for place in order:
            kept.setdefault(bank[place].passage, []).append(bank[place])
        taken = [question for questions in kept.values() for question in questions[:share]]
        rows.append(_row(corpus, f"at most {share}", taken, dev, test, say))
    rows.append(_row(corpus, "all", list(bank), dev, test, say))
    return rows


def by_writers(
    corpus: Path, dev: Sequence[GoldQuestion], test: Sequence[GoldQuestion], say: Say
) -> list[tuple[str, Figures]]:
    """Return the test figures with the first one, two, … writers."""
    bank = load_bank(corpus)
    writers = sorted({question.writer for question in bank}, key=lambda name: (len(name), name))
    rows = []
    for number in (1, 2, 4, 6, 8, 10, 12, len(writers)):
        kept = [question for question in bank if question.writer in writers[:number]]
        rows.append(_row(corpus, f"{number} writers", kept, dev, test, say))
    return rows


def _row(
    corpus: Path,
    name: str,
    bank: list[BankQuestion],
    dev: Sequence[GoldQuestion],
    test: Sequence[GoldQuestion],
    say: Say,
) -> tuple[str, Figures]:
    with variant(corpus, bank, dev) as index:
        per_passage = len(bank) / len({passage.id for passage in index.passages if passage.kind != "administratief"})
        found = measured(index, test, fusion_of(corpus, bank))
    label = f"{name} ({len(bank)} questions, {per_passage:.1f} a passage)"
    say(f"{label}: recall@5 {found.recall_5:.3f}")
    return label, found


def without_own_bank(
    corpus: Path, dev: Sequence[GoldQuestion], questions: Sequence[GoldQuestion], say: Say
) -> list[LeftOut]:
    """Return what each report, and the others beside it, would find if nobody had written questions for it."""
    bank = load_bank(corpus)
    fusion = load_fusion(corpus)
    rows = []
    with variant(corpus, bank, dev) as whole:
        for report in whole.reports:
            own = [q for q in questions if _reports(q) == {report}]
            others = [q for q in questions if q.answerable and report not in _reports(q)]
            near = [unknown.question for unknown in load_unknowns(corpus) if unknown.report == report]
            with variant(corpus, [q for q in bank if q.report != report], dev, report) as index:
                assistant = Assistant(index.path.parents[1], corpus)
                row = LeftOut(report, measured(whole, own, fusion), measured(index, own, fusion),
                              measured(whole, others, fusion), measured(index, others, fusion),
                              said(assistant, [q.question for q in own if not q.history]),
                              said(assistant, near))  # fmt: skip
            say(f"{report}: recall@5 {row.own.recall_5:.3f} with its bank, {row.own_without.recall_5:.3f} without")
            rows.append(row)
    return rows


def said(assistant: Assistant, questions: Sequence[str]) -> Said:
    """Return what is said to the questions, of at most 200 of them."""
    chosen = np.random.default_rng(SEED).permutation(len(questions))[:ASKED]
    states = [assistant.ask(questions[place]).status for place in np.sort(chosen)]
    shares = [sum(state in kept for state in states) / len(states) for kept in (REFUSED, ("partly",))]
    return Said(shares[0], shares[1], len(states))


def _reports(question: GoldQuestion) -> set[str]:
    return {place.report for fact in question.evidence for place in fact}


def analysers(corpus: Path) -> Mapping[str, Analyser]:
    """Return the ways to analyse words that were tried for the ``stems`` piece."""
    import snowballstemmer

    porter = snowballstemmer.stemmer("dutch_porter")
    splitter = Splitter(question.question for question in load_bank(corpus))
    return {
        "Snowball dutch (Kraaij-Pohlmann)": stems,
        "Snowball dutch_porter": lambda text: list(porter.stemWords(content_words(text))),
        "both stemmers": lambda text: [*stems(text), *(f"p:{stem}" for stem in porter.stemWords(content_words(text)))],
        "dutch, compounds split, whole word kept": lambda text: stems(splitter.with_parts(text)),
        "no stems, whole words": content_words,
    }


def by_analyser(
    corpus: Path, index_folder: Path, dev: Sequence[GoldQuestion], test: Sequence[GoldQuestion], say: Say
) -> list[tuple[str, Figures, Figures, Figures]]:
    """Return for each analyser in the place of ``stems``: alone on dev, fused on dev, fused on test."""
    fusion = load_fusion(corpus)
    alone = fusion.without(("ngrams", "passages", "questions"))
    rows = []
    for name, analyse in analysers(corpus).items():
        with tempfile.TemporaryDirectory(prefix="vraagbaak-variant-") as folder:
            index = Index(index_folder)
            texts = with_questions([searched_text(p) for p in index.passages], list(index.owners), index.questions)
            write_lexical(Path(folder) / "stems", texts, analyse)
            index.lexical["stems"] = Lexical(Path(folder) / "stems", analyse)
            row = (name, measured(index, dev, alone), measured(index, dev, fusion), measured(index, test, fusion))
        say(f"{name}: recall@5 on dev {row[1].recall_5:.3f} alone, {row[2].recall_5:.3f} fused")
        rows.append(row)
    return rows
