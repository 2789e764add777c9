"""``vraagbaak eval train``: the static embedding model, trained from scratch on the question bank and the reports.

A StaticEmbedding of sentence-transformers: each token has one vector, a text is the mean of its tokens'. A written
question must lie nearer to its passage than to any other, and nearer to the sentence that it is about than to any other
(cross-entropy over all of them, as in MultipleNegativesRankingLoss with everything else as negative). It overfits
within a few passes, so the pass with the best figure on the dev split is kept. One thread and a fixed seed: the same
corpus gives the same file on one machine.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.bank import answer_sentence, attach, load_bank
from ingest.catalogue import load_catalogue
from ingest.embedder import Vectors
from ingest.index import MODEL, searched_text
from ingest.passages import read_passages
from ingest.records import Passage

SEED = 20261125
# Fitted on held-out bank questions: fewer tokens generalise better, and more dimensions gain nothing.
TOKENS, DIMENSION = 3000, 256
BATCH, RATE, SCALE = 512, 0.01, 20.0
DROPPED = 0.2  # share of a question's tokens that a pass leaves out
MOST_PASSES, PATIENCE = 10, 3


@dataclass(frozen=True)
class Material:
    """What the model learns from: passages as they are searched, their sentences, and questions.

    ``owners`` and ``answers`` hold for each question the place of its passage and of the sentence that it is about (-1
    where it is about more than one).
    """

    passages: tuple[Passage, ...]
    texts: tuple[str, ...]
    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    owners: NDArray[np.int64]
    answers: NDArray[np.int64]


Judge = Callable[[Vectors, Any], float]
Report = Callable[[int, float, float], None]


def read_material(corpus: Path) -> Material:
    """Return the corpus's passages and the bank questions that stand at one of them.

    :raises CorpusError: the corpus or its bank cannot be read.
    """
    passages = tuple(p for report in load_catalogue(corpus) for p in read_passages(corpus, report)[1])
    attached, _ = attach(load_bank(corpus), passages)
    begins = np.cumsum([0, *(len(passage.sentences) for passage in passages)])
    rows = []
    for place, passage in enumerate(passages):
        for question in attached.get(passage.id, ()):
            answer = answer_sentence(question, passage)
            rows.append((question.question, place, -1 if answer is None else int(begins[place]) + answer))
    return Material(
        passages,
        texts=tuple(map(searched_text, passages)),
        sentences=tuple(passage.quote(sentence) for passage in passages for sentence in passage.sentences),
        questions=tuple(text for text, _, _ in rows),
        owners=np.array([place for _, place, _ in rows], dtype=np.int64),
        answers=np.array([answer for _, _, answer in rows], dtype=np.int64),
    )


def make_tokenizer(texts: Sequence[str]) -> Any:
    """Return a byte-pair tokenizer of the texts in lower case without accents; the same texts give the same."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation()])
    trainer = trainers.BpeTrainer(vocab_size=TOKENS, min_frequency=2, special_tokens=["[UNK]"], show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def train(material: Material, judge: Judge | None, passes: int = MOST_PASSES, report: Report = lambda *_: None) -> Any:
    """Return a SentenceTransformer trained on the material.

    :param judge: gives a pass's rows and tokenizer a figure, higher is better; the best pass is kept and three passes
        without a better one end the training. Without it the last pass is kept.
    :param report: is told (pass, loss, figure) after each pass.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums in one order, so that the same corpus gives the same file
    tokenizer = make_tokenizer([*material.texts, *material.questions])
    module = StaticEmbedding(tokenizer, embedding_dim=DIMENSION)
    torch.nn.init.normal_(module.embedding.weight, 0, 0.1)
    learner = _Learner(module, tokenizer, material, passes)
    best, kept, since = -1.0, module.embedding.weight.detach().clone(), 0
    for number in range(1, passes + 1):
        loss = learner.one_pass()
        rows = module.embedding.weight.detach()
        figure = judge(rows.numpy(), tokenizer) if judge else float(number)
        report(number, loss, figure)
        since = 0 if figure > best else since + 1
        if figure > best:
            best, kept = figure, rows.clone()
        if since == PATIENCE:
            break
    module.embedding.weight.data.copy_(kept)
    return SentenceTransformer(modules=[module, Normalize()], device="cpu")


class _Learner:
    """One training run: the passages' and questions' tokens, the optimiser and the falling rate."""

    def __init__(self, module: Any, tokenizer: Any, material: Material, passes: int) -> None:
        import torch

        self.torch = torch
        self.embedding = module.embedding
        self.random = np.random.default_rng(SEED)
        self.questions = _tokens(tokenizer, material.questions)
        self.passages = self._bag(_tokens(tokenizer, material.texts))
        self.sentences = self._bag(_tokens(tokenizer, material.sentences))
        self.owners, self.answers = torch.from_numpy(material.owners), torch.from_numpy(material.answers)
        self.optimiser = torch.optim.Adam(self.embedding.parameters(), lr=RATE)
        batches = -(-len(self.questions) // BATCH)
        self.rates = torch.optim.lr_scheduler.LinearLR(self.optimiser, 1.0, 0.02, total_iters=passes * batches)

    def one_pass(self) -> float:
        """Learn from every question once, in a new order; return the mean loss."""
        order = self.random.permutation(len(self.questions))
        losses = []
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            asked = self._vectors(self._bag([self._thinned(self.questions[place]) for place in chosen]))
            loss = self._loss(asked, self.passages, self.owners[chosen])
            if (self.answers[chosen] >= 0).any():
                loss = (loss + self._loss(asked, self.sentences, self.answers[chosen])) / 2
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            self.rates.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def _loss(self, asked: Any, texts: tuple[Any, Any], wanted: Any) -> Any:
        """Return the mean cross-entropy of the wanted texts among all; questions without one (-1) do not count."""
        likeness = SCALE * asked @ self._vectors(texts).T
        return self.torch.nn.functional.cross_entropy(likeness, wanted, ignore_index=-1)

    def _thinned(self, tokens: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the tokens with some left out, so that no single word decides."""
        kept = tokens[self.random.random(len(tokens)) > DROPPED]
        return kept if len(tokens) > 3 and len(kept) else tokens

    def _bag(self, texts: Sequence[NDArray[np.int64]]) -> tuple[Any, Any]:
        """Return all tokens in a row and where each text begins."""
        begins = np.cumsum([0, *(len(tokens) for tokens in texts[:-1])])
        return self.torch.from_numpy(np.concatenate(texts)), self.torch.from_numpy(begins)

    def _vectors(self, bag: tuple[Any, Any]) -> Any:
        return self.torch.nn.functional.normalize(self.embedding(*bag), dim=1)


def _tokens(tokenizer: Any, texts: Sequence[str]) -> list[NDArray[np.int64]]:
    return [np.array(encoded.ids or [0]) for encoded in tokenizer.encode_batch(list(texts))]


def save(model: Any, folder: Path) -> None:
    """Write the model in sentence-transformers' format; without the model card, which would name the moment."""
    model.save(str(folder), create_model_card=False)


def model_folder(corpus: Path) -> Path:
    """Return where a corpus keeps its static model."""
    return corpus / MODEL
