"""What hostile files do to the reader: refused or read, time, memory, tracebacks, what was written.

python benchmarks/hostile.py            print the table (some 10 minutes on two cores)
python benchmarks/hostile.py --write    also keep it in benchmarks/hostile.md

Each file goes through ``read_in_child`` as an upload does.
Each kind is read in a process of its own, so that its memory is known.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))
from ingest.errors import DocumentError  # noqa: E402
from ingest.reading.child import read_in_child  # noqa: E402
from ingest.reading.limits import MEGABYTES, SECONDS  # noqa: E402
from tests.hostile import EITHER, READ, Case, make_all  # noqa: E402
from tests.hostile_files import report  # noqa: E402

HEAD = ("kind", "files", "refused", "read", "worst s", "worst MB", "tracebacks", "other than expected")
ORDINARY = "an ordinary PDF of 400 pages"
ABOUT = """# Hostile files

Measured with `python benchmarks/hostile.py --write` on {machine}. Each file goes through the child process that reads
uploads; its limits are {seconds:.0f} s and {megabytes} MB of address space, and it may write nothing.

A file is refused with a Dutch sentence, or its text is read: odd names and markup do no harm as text.
Watched for writes: the files' own folders, the home, temporary and working folder, `/etc`, and the top of `/`.
`tests/hostile.py` makes the files and says what must come of each; where chance decides, both endings are right.

"""


def run_kind(cases: list[Case]) -> dict[str, Any]:
    """Read the files of one kind; return the outcomes and the most memory of a child."""
    outcomes = []
    for case in cases:
        begun, traceback = time.perf_counter(), False
        try:
            read_in_child(case.path, case.name)
            ending, message = READ, ""
        except DocumentError as error:
            ending, message = error.dutch, str(error)
            traceback = "exit status 1)" in message
        except Exception as error:
            ending, message, traceback = "", repr(error), True
        wrong = case.expected not in (EITHER, ending) or ending == ""
        outcomes.append((ending, message, time.perf_counter() - begun, traceback, wrong, str(case.path.name)[:40]))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"outcomes": outcomes, "memory": memory}


def tree(*folders: Path) -> set[tuple[str, int, int]]:
    """Return name, size and time of change of all that stands in folders."""
    found = set()
    for folder in folders:
        for home, names, files in os.walk(folder):
            for name in (*names, *files):
                about = os.lstat(os.path.join(home, name))
                found.add((os.path.join(home, name), about.st_size, about.st_mtime_ns))
    return found | {(name, 0, 0) for name in os.listdir("/")}


def measure() -> tuple[list[list[Any]], list[str], int]:
    """Return a row a kind, the outcomes that were not as expected, and how many files were changed or written."""
    rows, odd = [], []
    with tempfile.TemporaryDirectory() as base:
        by_kind = defaultdict(list)
        for case in make_all(Path(base) / "files"):
            by_kind[case.kind].append(case)
        ordinary = Path(base) / "files" / "rapport.pdf"
        ordinary.write_bytes(report(400))
        by_kind[ORDINARY].append(Case(ORDINARY, ordinary, "", READ))
        for name in ("home", "here", "temporary"):
            (Path(base) / name).mkdir()
        before = tree(Path(base), Path("/etc"))
        for kind, cases in by_kind.items():
            result = _in_process(cases, Path(base))
            endings, messages, times, tracebacks, wrong, names = zip(*result["outcomes"], strict=True)
            read = endings.count(READ)
            rows.append(
                [kind, len(cases), len(cases) - read, read, max(times), result["memory"], sum(tracebacks), sum(wrong)]
            )
            slowest = times.index(max(times))
            print(f"{kind}: {rows[-1][1:]} slowest {names[slowest]}: {messages[slowest] or 'read'}", file=sys.stderr)
            odd += [
                f"{kind}: {n}: {e} {m}"
                for n, e, m, w, t in zip(names, endings, messages, wrong, tracebacks, strict=True)
                if w or t
            ]
        written = len(before ^ tree(Path(base), Path("/etc")))
    return rows, odd, written


def _in_process(cases: list[Case], base: Path) -> dict[str, Any]:
    told = [asdict(case) | {"path": os.fspath(case.path)} for case in cases]
    environment = os.environ | {
        "HOME": str(base / "home"),
        "TMPDIR": str(base / "temporary"),
        "PYTHONPATH": str(PROJECT),
    }
    done = subprocess.run(
        [sys.executable, "-B", __file__, "--kind"], input=json.dumps(told), text=True, stdout=subprocess.PIPE,
        check=True, cwd=base / "here", env=environment,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def table(rows: list[list[Any]], written: int) -> str:
    hostile = [row for row in rows if row[0] != ORDINARY]
    total = ["all hostile files", *(sum(row[i] for row in hostile) for i in (1, 2, 3))]
    total += [max(row[i] for row in hostile) for i in (4, 5)] + [sum(row[i] for row in hostile) for i in (6, 7)]
    lines = ["| " + " | ".join(HEAD) + " |", "| " + " | ".join("---" for _ in HEAD) + " |"]
    for row in [*hostile, total, *(row for row in rows if row[0] == ORDINARY)]:
        lines.append(
            "| "
            + " | ".join(f"{x:.1f}" if i == 4 else f"{x:.0f}" if i == 5 else str(x) for i, x in enumerate(row))
            + " |"
        )
    return "\n".join(lines) + f"\n\nFiles written or changed in the watched folders: {written}."


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--kind", action="store_true", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.kind:
        cases = [
            Case(told["kind"], Path(told["path"]), told["name"], told["expected"]) for told in json.load(sys.stdin)
        ]
        print(json.dumps(run_kind(cases)))
        return
    rows, odd, written = measure()
    shown = table(rows, written)
    print(shown, *odd, sep="\n")
    if asked.write:
        machine = (
            f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
        )
        about = ABOUT.format(machine=machine, seconds=SECONDS, megabytes=MEGABYTES)
        (PROJECT / "benchmarks" / "hostile.md").write_text(about + shown + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
