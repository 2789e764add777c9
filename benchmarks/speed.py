"""How fast Vraagbaak is on this machine: ingest, a cold question, a warm one, memory.

python benchmarks/speed.py            print the table
python benchmarks/speed.py --write    also keep it in benchmarks/speed.md and in the README
"""

import argparse
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "vraagbaak")
QUESTIONS = (PROJECT / "tests" / "data" / "questions.txt").read_text(encoding="utf-8").splitlines()
COLD_RUNS = 7
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"

WARM = """
import resource, sys
from pathlib import Path
from assistant.engine import Assistant
assistant = Assistant(Path(sys.argv[1]), Path(sys.argv[2]))
questions = sys.stdin.read().splitlines()
for question in questions[:20]:
    assistant.ask(question)
for question in questions * 3:
    spent = assistant.ask(question).timings_ms
    print(spent["total"], spent["retrieve"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
# What of a build the question bank makes: its questions and their vectors.
BANK_FILES = ("bank.json", "questions.npy")


def timed(*arguments: str) -> float:
    begun = time.perf_counter()
    subprocess.run([COMMAND, *arguments], check=True, capture_output=True)
    return time.perf_counter() - begun


def measure(index: str) -> list[tuple[str, str, str]]:
    ingest = timed("ingest", "--index", index)
    ingest_memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    again = timed("ingest", "--index", index)
    cold = [timed("ask", question, "--index", index) for question in QUESTIONS[:COLD_RUNS]]
    lines = subprocess.run(
        [sys.executable, "-c", WARM, index, str(PROJECT / "corpus")],
        input="\n".join(QUESTIONS), text=True, check=True, capture_output=True, cwd=PROJECT,
    ).stdout.splitlines()  # fmt: skip
    totals, retrieved = zip(*(map(float, line.split()) for line in lines[:-1]), strict=True)
    warm, found, memory = sorted(totals), sorted(retrieved), float(lines[-1])
    sizes = {path: path.stat().st_size / 1e6 for path in Path(index).rglob("*") if path.is_file()}
    bank = sum(size for path, size in sizes.items() if path.name in BANK_FILES)
    return [
        ("ingest of the five reports from nothing", f"{ingest:.1f} s", "15 s"),
        ("ingest when nothing changed", f"{again:.1f} s", ""),
        (
            f"first question on the command line, cold process (median of {COLD_RUNS})",
            f"{statistics.median(cold):.2f} s",
            "2 s",
        ),
        (f"question in a warm process, p50 of {len(warm)}", f"{statistics.median(warm):.1f} ms", "20 ms"),
        ("question in a warm process, p95", f"{warm[int(0.95 * len(warm))]:.1f} ms", ""),
        ("of which retrieval, p50", f"{statistics.median(found):.1f} ms", "8 ms"),
        ("of which retrieval, p95", f"{found[int(0.95 * len(found))]:.1f} ms", "20 ms"),
        ("memory while ingesting", f"{ingest_memory:.0f} MB", ""),
        ("memory of a warm process", f"{memory:.0f} MB", ""),
        ("index on disk without the question bank", f"{sum(sizes.values()) - bank:.0f} MB", "60 MB"),
        ("question bank in the index, on disk", f"{bank:.0f} MB", ""),
    ]


def as_table(rows: list[tuple[str, str, str]]) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    lines = [f"Measured with `make bench` on {machine}.", "", "| what | measured | aim |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {what} | {value} | {aim} |" for what, value, aim in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/speed.md and README.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = as_table(measure(folder + "/index"))
    print(table)
    if given.write:
        (PROJECT / "benchmarks" / "speed.md").write_text(f"# Speed\n\n{table}\n", encoding="utf-8")
        readme = PROJECT / "README.md"
        text = re.sub(
            f"{BEGIN}.*{END}", f"{BEGIN}\n{table}\n{END}", readme.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
