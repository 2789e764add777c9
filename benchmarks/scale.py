"""How everything grows with the collection: ingest, index, memory, start, answers, at 1,000 passages and up.

python benchmarks/scale.py                              sizes 1000, 10000 and 100000 (an hour on a busy machine)
python benchmarks/scale.py --sizes 1000,10000 --write   also keep the table and the chart in benchmarks/
python benchmarks/scale.py --server 100000              also with the passages on a Chroma server, up to that size

The five real reports with their 27,088 written questions come first; generated ones fill up (see ``generate.py``).
Every build and every measurement of answers has a process of its own, so that a figure of memory is one thing's. They
compute with one thread: the products are bound by memory, and threads that wait for each other double the work.
"""

import argparse
import json
import math
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent))
from chart import Series, log_log
from generate import PROJECT, Material, generated
from running import machine

QUESTIONS = (PROJECT / "tests" / "data" / "questions.txt").read_text(encoding="utf-8").splitlines()
CORPUS = PROJECT / "corpus"
WARM = 20  # questions before times are taken
ONE_REPORT, ONE_KIND = "tsd-2020-someren", "bevinding"
Figures = dict[str, float]
# What is shown: the figure's name in the results, its unit, how it is called. Those in the chart stand first.
ROWS = (
    ("ask p50", "ms", "`Assistant.ask`, p50"),
    ("ask p95", "ms", "`Assistant.ask`, p95"),
    ("ask cpu", "ms", "`Assistant.ask`, processor time, p50"),
    ("retrieve p50", "ms", "retrieval alone, p50"),
    ("retrieve p95", "ms", "retrieval alone, p95"),
    ("retrieve cpu", "ms", "retrieval alone, processor time, p50"),
    ("report p50", "ms", "retrieval in one report, p50"),
    ("kind p50", "ms", "retrieval in one kind, p50"),
    ("kind p95", "ms", "retrieval in one kind, p95"),
    ("kind cpu", "ms", "retrieval in one kind, processor time, p50"),
    ("first", "s", "opening the index and the first answer"),
    ("answering", "MB", "memory of an answering process"),
    ("of it private", "MB", "of which its own, not mapped files"),
    ("disk", "MB", "index on disk"),
    ("ingest", "s", "ingest from nothing"),
    ("ingest cpu", "s", "ingest from nothing, processor time"),
    ("peak", "MB", "memory while ingesting, at most"),
)
STEPS = ("passages", "woorden indexeren", "betekenis indexeren", "opslaan")
CHROMA = (
    ("chroma p50", "no condition, p50 (ms)"),
    ("chroma cpu", "no condition, processor time, p50 (ms)"),
    ("chroma kind p50", "one kind, p50 (ms)"),
    ("chroma kind cpu", "one kind, processor time, p50 (ms)"),
)
SERVER = (
    ("server ask p50", "ms", "`Assistant.ask`, p50"),
    ("server ask p95", "ms", "`Assistant.ask`, p95"),
    ("server retrieve p50", "ms", "retrieval alone, p50"),
    ("server retrieve p95", "ms", "retrieval alone, p95"),
    ("server kind p50", "ms", "retrieval in one kind, p50"),
    ("server first", "s", "fetching the index, opening it and the first answer"),
    ("server answering", "MB", "memory of an answering process"),
    ("server server", "MB", "memory of the server"),
    ("publish", "s", "sending the index to the server"),
)


def build(many: int, root: Path) -> Figures:
    """Build an index of so many passages; return seconds by step, and memory at most (MB)."""
    from ingest.bank import load_bank
    from ingest.index import write_build
    from ingest.settings import STATIC
    from ingest.store import IndexFolder

    material = Material(CORPUS)
    real = sum(len(passages) for _, _, passages in material.real)
    begun = time.perf_counter()
    steps: list[tuple[str, float]] = [("passages", begun)]

    def progress(step: str, done: int, total: int) -> None:
        name = step.split(" (")[0]
        if name != steps[-1][0]:
            steps.append((name, time.perf_counter()))

    folder = IndexFolder(root)
    with folder.writing():
        new = folder.build_path("new")
        parts = chain(material.real, generated(material, many - real))
        write_build(new, CORPUS, f"generated {many}", parts, load_bank(CORPUS), STATIC, {}, progress)
        folder.switch(new)
    ends = [moment for _, moment in steps[1:]] + [time.perf_counter()]
    spent = {name: end - start for (name, start), end in zip(steps, ends, strict=True)}
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**spent, "ingest": sum(spent.values()), "ingest cpu": time.process_time(), "disk": size, "peak": peak}


def answer(root: Path) -> Figures:
    """Ask the questions of a process that has just started; return times (ms) and memory (MB)."""
    begun = time.perf_counter()
    from assistant.engine import Assistant
    from assistant.records import Filters
    from assistant.retrieve import query_for, retrieve

    assistant = Assistant(root, CORPUS)
    assistant.ask(QUESTIONS[0])
    found = {"first": time.perf_counter() - begun}
    index, fusion = assistant.index, assistant.fusion

    def searched(filters: Filters) -> Callable[[str], object]:
        return lambda question: retrieve(index, query_for(index, question), 20, filters, fusion)

    found |= timed("ask", assistant.ask)
    found |= timed("retrieve", searched(Filters()))
    found |= timed("report", searched(Filters(reports=(ONE_REPORT,))))
    found |= timed("kind", searched(Filters(kinds=(ONE_KIND,))))
    memory = psutil.Process().memory_info()  # what is shared are files: mapped parts of the index, and libraries
    return {**found, "answering": memory.rss / 1e6, "of it private": (memory.rss - memory.shared) / 1e6}


def timed(name: str, ask: Callable[[str], object]) -> Figures:
    for question in QUESTIONS[:WARM]:
        ask(question)
    spent, worked = [], []
    for question in QUESTIONS:
        begun, cpu = time.perf_counter(), time.process_time()
        ask(question)
        spent.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
    p95 = sorted(spent)[int(0.95 * len(spent))]
    return {f"{name} p50": statistics.median(spent), f"{name} p95": p95, f"{name} cpu": statistics.median(worked)}


def chroma_alone(root: Path) -> Figures:
    """Return what the nearest 500 cost of Chroma itself, without and with a condition on the kind."""
    from assistant.index import Index
    from ingest.chroma import COLLECTION, open_chroma

    index = Index(root)
    vectors = {question: index.vector(question) for question in QUESTIONS}
    collection = open_chroma(index.path / "chroma").get_collection(COLLECTION, embedding_function=None)

    def nearest(condition: dict[str, str] | None) -> Callable[[str], object]:
        return lambda question: collection.query(
            query_embeddings=[vectors[question]], n_results=500, where=condition, include=[]
        )

    return timed("chroma", nearest(None)) | timed("chroma kind", nearest({"kind": ONE_KIND}))


def with_a_server(root: Path) -> Figures:
    """Return the figures of an answering process whose passages are on ``chroma run``, and of sending them there."""
    with tempfile.TemporaryDirectory(prefix="vraagbaak-server-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", folder, "--host", "127.0.0.1"]
        quiet = subprocess.DEVNULL
        server = subprocess.Popen([*command, "--port", str(port)], stdout=quiet, stderr=quiet)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{url}/api/v2/heartbeat")
            sent = in_a_process("publish", str(root), VRAAGBAAK_CHROMA_URL=url)
            found = in_a_process("answer", f"{folder}/own", VRAAGBAAK_CHROMA_URL=url)
            found["server"] = psutil.Process(server.pid).memory_info().rss / 1e6
        finally:
            server.terminate()
            server.wait(timeout=20)
    return sent | {f"server {name}": value for name, value in found.items()}


def publish(root: Path) -> Figures:
    from ingest.remote.publish import publish_index
    from ingest.settings import settings

    begun = time.perf_counter()
    publish_index(settings(), CORPUS, root)
    return {"publish": time.perf_counter() - begun}


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"chroma run does not answer at {address}")


def in_a_process(task: str, *given: str, **more: str) -> Figures:
    command = [sys.executable, __file__, "--task", task, *given]
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **more}
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=alone)
    if done.returncode:
        raise SystemExit(f"{task} {' '.join(given)}: {done.stderr[-2000:]}")
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(sizes: list[int], server: int, keep: Path | None) -> Iterator[dict[int, Figures]]:
    """Yield what is known after each size."""
    results: dict[int, Figures] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="vraagbaak-scale-") as folder:
            root = (keep or Path(folder)) / str(size)
            results[size] = once(root / "built.json", built, size, root)
            results[size] |= in_a_process("answer", str(root)) | in_a_process("chroma", str(root))
            if size <= server:
                results[size] |= once(root / "server.json", with_a_server, root)
        print(size, json.dumps(results[size]), file=sys.stderr, flush=True)
        yield results


def once(kept: Path, measure: Callable[..., Figures], *given: object) -> Figures:
    """Measure, or take what an earlier run kept there."""
    if not kept.exists():
        kept.write_text(json.dumps(measure(*given)), encoding="utf-8")
    found: Figures = json.loads(kept.read_text(encoding="utf-8"))
    return found


def built(size: int, root: Path) -> Figures:
    shutil.rmtree(root, ignore_errors=True)
    return in_a_process("build", str(size), str(root))


def slope(results: dict[int, Figures], name: str) -> float:
    """Return the power of the size with which a figure grows, from the last two sizes."""
    known = [(size, figures) for size, figures in sorted(results.items()) if name in figures]
    if len(known) < 2:
        return math.nan
    (small, before), (large, after) = known[-2:]
    return math.log(after[name] / before[name]) / math.log(large / small)


def line(results: dict[int, Figures], name: str, label: str) -> str:
    values = [shown(figures[name]) if name in figures else "–" for _, figures in sorted(results.items())]
    grown = slope(results, name)
    return f"| {label} | {' | '.join(values)} | {'' if math.isnan(grown) else f'{grown:.2f}'} |"


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def page(results: dict[int, Figures], arguments: str) -> str:
    sizes = sorted(results)
    head = [f"| passages | {' | '.join(f'{size:,}' for size in sizes)} | grows as size to the power |",
            "| --- |" + " ---: |" * (len(sizes) + 1)]  # fmt: skip
    rates = {size: {step: size / figures[step] for step in STEPS} for size, figures in results.items()}
    names = {"passages": "passages made and written", "woorden indexeren": "words (4 BM25 indexes, vocabulary, twins)",
             "betekenis indexeren": "vectors (passages, sentences, questions)", "opslaan": "Chroma"}  # fmt: skip
    text = [
        "# Scale",
        "",
        f"Made by `python benchmarks/scale.py {arguments}` on {machine()}. Generated reports (see "
        "`benchmarks/generate.py`) after the five real ones; 200 questions, warm, with one thread "
        "(`OPENBLAS_NUM_THREADS=1`). Where other work shares the machine, processor time tells more than time.",
        "",
        *head,
        *(line(results, name, f"{label} ({unit})") for name, unit, label in ROWS),
        "",
        "![How times grow](scale.svg)",
        "",
        "## Passages a second, by step of the ingest",
        "",
        *head,
        *(line(rates, step, names[step]) for step in STEPS),
    ]
    text += ["", "## Chroma alone: the nearest 500, without and with a condition on the kind", "", *head]
    text += [line(results, name, label) for name, label in CHROMA]
    if "publish" in results[sizes[0]]:
        text += ["", "## With `chroma run` (`VRAAGBAAK_CHROMA_URL`), everything on this machine", "", *head]
        text += [line(results, name, f"{label} ({unit})") for name, unit, label in SERVER]
    return "\n".join(text) + "\n"


def chart(results: dict[int, Figures]) -> str:
    names = [("ask p50", "ask, p50"), ("ask p95", "ask, p95"), ("retrieve p50", "retrieval, p50"),
             ("kind p50", "retrieval in one kind, p50")]  # fmt: skip
    points = [
        Series(label, [(size, figures[name]) for size, figures in sorted(results.items())]) for name, label in names
    ]
    return log_log("Milliseconds to an answer, by passages in the index", points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="1000,10000,100000", help="passages, from few to many")
    parser.add_argument("--server", type=int, default=0, metavar="SIZE", help="also with a Chroma server, up to here")
    parser.add_argument("--write", action="store_true", help="keep the table and the chart in benchmarks/")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the indexes here; use those that stand here")
    parser.add_argument("--task", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        name, *rest = given.task
        tasks = {"build": lambda: build(int(rest[0]), Path(rest[1])), "answer": lambda: answer(Path(rest[0])),
                 "chroma": lambda: chroma_alone(Path(rest[0])), "publish": lambda: publish(Path(rest[0]))}  # fmt: skip
        print(json.dumps(tasks[name]()))
        return
    arguments = f"--sizes {given.sizes}{f' --server {given.server}' if given.server else ''} --write"
    for results in measured([int(size) for size in given.sizes.split(",")], given.server, given.keep):
        if given.write:  # after each size: a run that is broken off keeps what it measured
            (PROJECT / "benchmarks" / "scale.md").write_text(page(results, arguments), encoding="utf-8")
            (PROJECT / "benchmarks" / "scale.svg").write_text(chart(results), encoding="utf-8")
    print(page(results, arguments))


if __name__ == "__main__":
    main()
