"""What retrieval learned is learned again from the repository: the same tokenizer, the same figures, the same weights."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.fusion import Fusion, load_fusion
from assistant.index import Index
from evals.fit import dev_judge, fit, write_fusion
from evals.learning import answerable
from evals.train import read_material, save, train
from evals.variants import figures
from ingest.embedder import StaticEmbedder
from tests.conftest import CORPUS


@pytest.mark.again
def test_training_again_gives_the_committed_model(tmp_path: Path) -> None:
    material = read_material(CORPUS)
    judge = dev_judge(material, answerable("dev"))
    save(train(material, judge), tmp_path / "model")
    again, committed = StaticEmbedder.load(tmp_path / "model"), StaticEmbedder.load(CORPUS / "model")
    assert (tmp_path / "model" / "tokenizer.json").read_bytes() == (CORPUS / "model" / "tokenizer.json").read_bytes()
    values = [judge(model.rows, model.tokenizer) for model in (again, committed)]
    assert values[0] == pytest.approx(values[1], abs=0.003)  # another processor sums in another order
    assert np.abs(again.rows - committed.rows).mean() < 0.01


@pytest.mark.again
def test_fitting_again_gives_the_committed_weights(index: Index, tmp_path: Path) -> None:
    fusion, value = fit(Index(Path(str(index))), answerable("dev"))
    assert fusion == load_fusion(CORPUS)
    assert value > 0.9
    write_fusion(tmp_path, fusion)
    assert load_fusion(tmp_path) == fusion
    assert (tmp_path / "fusion.toml").read_text() == (CORPUS / "fusion.toml").read_text()


def test_a_corpus_without_fusion_weighs_all_alike(tmp_path: Path) -> None:
    assert load_fusion(tmp_path) == Fusion()


def test_figures_by_hand() -> None:
    found = figures([[1, None], [7]])
    assert (found.recall_5, found.recall_10, found.hit_1, found.n) == (0.25, 0.75, 0.5, 2)
    first, second = 1 / (1 + 1 / np.log2(3)), 1 / np.log2(8)
    assert found.ndcg_10 == pytest.approx((first + second) / 2)


def test_results_that_the_commands_wrote_are_there() -> None:
    results = Path(__file__).parent.parent / "evals" / "results"
    for name in ("curve", "leave-out", "analysers"):
        assert (results / f"{name}.md").read_text().startswith(f"Measured with `vraagbaak eval {name} --write`.")


def test_the_model_names_no_machine() -> None:
    for path in (CORPUS / "model").rglob("*.json"):
        assert str(CORPUS.parent) not in path.read_text() and json.loads(path.read_text())
