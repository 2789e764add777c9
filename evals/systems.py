"""What an eval run measures: Vraagbaak, Vraagbaak without one of its pieces, and two baselines, behind one call."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.engine import Assistant
from assistant.fusion import PARTS, PIECES, load_fusion
from assistant.index import Index
from assistant.records import Answer
from evals.gold import GoldQuestion
from ingest.analysis import stems
from ingest.catalogue import load_catalogue
from ingest.chroma import HNSW, open_chroma
from ingest.errors import UsageError
from ingest.read import read_report
from ingest.settings import STATIC, settings

DEPTH = 20
# What an ablation leaves out: each part, all lexical pieces, both dense ones; `only-…` leaves out all other pieces.
LEFT_OUT: dict[str, tuple[str, ...]] = {
    **{f"without-{part.replace('_', '-')}": (part,) for part in (*PIECES, *PARTS)},
    "without-lexical": ("stems", "ngrams"),
    "without-dense": ("passages", "questions"),
    **{f"only-{piece}": tuple(other for other in PIECES if other != piece) for piece in PIECES},
}
CHUNK, OVERLAP = 1000, 200  # what LangChain's tutorials split with


@dataclass(frozen=True)
class Retrieved:
    """One ranked text: a passage of Vraagbaak's, or a baseline's chunk."""

    report: str
    id: str
    text: str


@dataclass(frozen=True)
class Response:
    """What a system gives for a question; ``answer`` is None where a system only retrieves."""

    ranking: tuple[Retrieved, ...]
    answer: Answer | None = None


System = Callable[[GoldQuestion], Response]


def system_names() -> tuple[str, ...]:
    """Return the names that ``open_system`` knows: Vraagbaak, then without or with single parts, the baselines."""
    return ("vraagbaak", *LEFT_OUT, "bm25", "tutorial")


def open_system(name: str, index: Path, corpus: Path) -> System:
    """Return the system of that name, ready to be asked.

    :raises UsageError: there is none of that name.
    :raises CorpusError, IndexFault: it cannot read its texts or its index.
    """
    if name not in system_names():
        raise UsageError(f"unknown system {name!r}; known are {', '.join(system_names())}")
    if name in ("bm25", "tutorial"):
        chunks = _chunks(corpus)
        return _bm25(chunks) if name == "bm25" else _tutorial(chunks)
    return _vraagbaak(Assistant(index, corpus, load_fusion(corpus).without(LEFT_OUT.get(name, ()))))


def texts_of(name: str, index: Path, corpus: Path) -> list[Retrieved]:
    """Return every text that a system can rank: the index's passages, or a baseline's chunks."""
    if name in ("bm25", "tutorial"):
        return _chunks(corpus)
    return [Retrieved(p.report, p.id, p.text) for p in Index(index).passages]


def _vraagbaak(assistant: Assistant) -> System:
    def ask(question: GoldQuestion) -> Response:
        answer = assistant.ask(question.question, question.history, top=DEPTH)
        ranking = tuple(Retrieved(h.passage.report, h.passage.id, h.passage.text) for h in answer.passages)
        return Response(ranking, answer)

    return ask


def _chunks(corpus: Path) -> list[Retrieved]:
    """Return the reports cut as the tutorials do: by characters, wherever that falls."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    return [
        Retrieved(report.id, f"{report.id}#{number}", text)
        for report in load_catalogue(corpus)
        for number, text in enumerate(splitter.split_text(read_report(corpus, report)))
    ]


def _with_history(question: GoldQuestion) -> str:
    """Return the question with the user's last one in front: what a system without conversation can be given."""
    before = [turn.content for turn in question.history if turn.role == "user"]
    return " ".join([*before[-1:], question.question])


def _bm25(chunks: list[Retrieved]) -> System:
    import bm25s

    index: Any = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index([stems(chunk.text) for chunk in chunks], show_progress=False)

    def ask(question: GoldQuestion) -> Response:
        tokens = [stem for stem in stems(_with_history(question)) if stem in index.vocab_dict]
        scores = index.get_scores(tokens) if tokens else [0.0] * len(chunks)
        order = sorted(range(len(chunks)), key=lambda place: (-scores[place], place))[:DEPTH]
        return Response(tuple(chunks[place] for place in order if scores[place] > 0))

    return ask


def _tutorial(chunks: list[Retrieved]) -> System:
    """The tutorial's way: those chunks in Chroma, ranked by an embedder alone.

    The pretrained one where one is set; else one fitted on the chunks, as our own static model learned from questions.
    """
    from evals.latent import LatentEmbedder
    from ingest.embedder import Embedder, SentenceTransformerEmbedder

    texts = [chunk.text for chunk in chunks]
    name = settings().embedder
    embedder: Embedder = LatentEmbedder(texts) if name == STATIC else SentenceTransformerEmbedder(name)
    folder = Path(tempfile.mkdtemp(prefix="vraagbaak-tutorial-"))
    client = open_chroma(folder)
    collection = client.create_collection("chunks", embedding_function=None, configuration={"hnsw": HNSW})
    collection.add(ids=[chunk.id for chunk in chunks], embeddings=embedder.embed_passages(texts))
    by_id = {chunk.id: chunk for chunk in chunks}

    class Tutorial:
        def __call__(self, question: GoldQuestion) -> Response:
            vector = embedder.embed_queries([_with_history(question)])
            if not vector.any():
                return Response(())
            found = collection.query(query_embeddings=vector, n_results=DEPTH, include=["distances"])
            return Response(tuple(by_id[name] for name in found["ids"][0]))

        def __del__(self) -> None:
            client.close()
            shutil.rmtree(folder, ignore_errors=True)

    return Tutorial()
