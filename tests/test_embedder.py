"""Embedders: the static one equal to sentence-transformers without torch, a pretrained one by one setting."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.engine import Assistant
from assistant.index import Index
from evals.latent import LatentEmbedder
from ingest.embedder import SentenceTransformerEmbedder, StaticEmbedder
from ingest.errors import UsageError
from ingest.index import build_index
from ingest.settings import Settings, folder_name
from tests.conftest import CORPUS, PROJECT, environment
from tests.test_index import build, change

MODEL = CORPUS / "model"
TEXTS = ["", "wat doe ik als de hulpvraag ontbreekt", "Cliënten: 2,5% in wijk 3", "🦓 xyzzy", "a " * 3000]


def test_the_static_model_equals_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(MODEL), device="cpu", local_files_only=True).encode(TEXTS, convert_to_numpy=True)
    ours = StaticEmbedder.load(MODEL).embed_queries(TEXTS)
    assert ours.shape == theirs.shape == (5, 256)
    assert np.abs(ours - theirs).max() < 1e-6
    assert not ours[0].any()


def test_the_model_is_small_and_serves_without_torch() -> None:
    assert sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file()) < 10e6
    script = (
        "import sys; from pathlib import Path; from ingest.embedder import StaticEmbedder\n"
        f"assert StaticEmbedder.load(Path({str(MODEL)!r})).embed_queries(['regie']).any()\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(), cwd=PROJECT
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


@pytest.fixture(scope="module")
def small_transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with random weights, saved as a sentence-transformers folder named as an e5 model."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(7)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    text = (CORPUS / "reports" / "tsd-2019-nijmegen.txt").read_text()
    tokenizer.train_from_iterator(
        [text], trainers.WordPieceTrainer(vocab_size=800, special_tokens=special, show_progress=False)
    )
    folder = tmp_path_factory.mktemp("models") / "bert"
    names = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **names).save_pretrained(folder)
    config = BertConfig(
        vocab_size=800,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)
    transformer = Transformer(str(folder), max_seq_length=512)
    saved = folder.parent / "klein-e5"
    SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu").save(str(saved))
    return saved  # fmt: skip


def test_a_pretrained_model_gets_its_prefixes(small_transformer: Path) -> None:
    from sentence_transformers import SentenceTransformer

    embedder = SentenceTransformerEmbedder(str(small_transformer))
    plain = SentenceTransformer(str(small_transformer), device="cpu", local_files_only=True)
    wanted = plain.encode(["query: regie", "passage: regie"], normalize_embeddings=True)
    assert np.allclose(embedder.embed_queries(["regie"])[0], wanted[0], atol=1e-6)
    assert np.allclose(embedder.embed_passages(["regie"])[0], wanted[1], atol=1e-6)
    assert not np.allclose(wanted[0], wanted[1], atol=1e-3)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_pretrained_model_by_one_setting(small_transformer: Path, corpus: Path, tmp_path: Path) -> None:
    bank = (corpus / "questions.jsonl").read_text().splitlines()[::40]
    (corpus / "questions.jsonl").write_text("\n".join(bank) + "\n")
    root = tmp_path / "index"
    assert build_index(corpus, root, str(small_transformer)) is True
    opened = Index(root)
    assert (opened.manifest["dimension"], opened.manifest["embedder"]) == (32, str(small_transformer))
    assert opened.unknowns is not None  # refusing keeps the static model, whichever embedder retrieves
    assert len(Assistant(root, corpus).ask("wat is het jeugdoverleg").passages) == 10
    # A changed report embeds anew only what changed: the vectors of the others are the stored ones, byte for byte.
    old = np.load(build(root) / "vectors.npy")
    change(corpus, "Het Jeugdoverleg werkt goed", "Het Zonnebloemoverleg werkt goed")
    build_index(corpus, root, str(small_transformer))
    new = np.load(root / "builds" / (root / "current").read_text().strip() / "vectors.npy")
    assert sum((a == b).all() for a, b in zip(old, new, strict=True)) == len(old) - 1


def test_another_embedder_has_an_index_folder_of_its_own() -> None:
    assert Settings(index=Path("/data/index")).index_folder == Path("/data/index")
    other = Settings(index=Path("/data/index"), embedder="intfloat/multilingual-e5-small")
    assert other.index_folder == Path("/data/index-intfloat-multilingual-e5-small")
    assert Settings(index=other.index_folder, embedder=other.embedder).index_folder == other.index_folder
    assert folder_name("BAAI/bge-m3") == "baai-bge-m3"


def test_a_model_that_is_not_here() -> None:
    with pytest.raises(UsageError, match="the embedder 'intfloat/multilingual-e5-small' is not on this machine"):
        SentenceTransformerEmbedder("intfloat/multilingual-e5-small")


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[")
    with pytest.raises(UsageError, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(tmp_path))


def test_the_tutorials_embedder_joins_words_that_go_together() -> None:
    texts = [
        "de kat ligt op de mat",
        "de kat en de poes",
        "poes op de mat",
        "begroting van de gemeente",
        "gemeente en begroting",
    ]
    embedder = LatentEmbedder(texts, dimension=2)
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (5, 2)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    asked = embedder.embed_queries(["kat"])[0]
    assert min(asked @ vectors[n] for n in (0, 1, 2)) > max(asked @ vectors[n] for n in (3, 4))
    assert not embedder.embed_queries(["zeppelin"]).any()
