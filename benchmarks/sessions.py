"""Thirty people at once in one process: the time from a question to its answer, over the app's real websocket.

python benchmarks/sessions.py            30 sessions, 10 questions each, 5 to 15 seconds of reading between them
python benchmarks/sessions.py --write    also keep the figures in benchmarks/sessions.md

Each session is a browser's own websocket; it asks, waits until the script has finished, checks that its answer is to
its own question, reads, and asks on. No session may ever see another's question.
"""

import argparse
import asyncio
import random
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from running import machine, running_app
from tab import Tab

PROJECT = Path(__file__).parent.parent
QUESTIONS = (PROJECT / "tests" / "data" / "questions.txt").read_text(encoding="utf-8").splitlines()
READING = (5.0, 15.0)  # seconds


@dataclass
class Session:
    """One browser: how long each answer took (seconds), and what went wrong."""

    number: int
    address: str
    spent: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def run(self, many: int, reading: tuple[float, float]) -> None:
        chance = random.Random(self.number)
        questions = [
            f"{question} tag{letters(self.number)}{letters(n)}"
            for n, question in enumerate(chance.sample(QUESTIONS, many))
        ]
        await asyncio.sleep(chance.uniform(0, reading[1]))  # people do not all come in at once
        async with Tab(self.address, self.faults).opened() as tab:
            for question in questions:
                await asyncio.sleep(chance.uniform(*reading))
                self.spent.append(await tab.ask(question))
                self._check(tab.shown, question)

    def _check(self, shown: str, question: str) -> None:
        if escape(question) not in shown or "vb-antwoord" not in shown:
            self.faults.append(f"session {self.number}: no answer to {question!r}")
        others = set(re.findall(r"tag([a-z]{2})[a-z]{2}", shown)) - {letters(self.number)}
        if others:
            self.faults.append(f"session {self.number} saw questions of {others}")


def letters(number: int) -> str:
    """Two letters for a number: digits might be masked as somebody's."""
    return chr(97 + number // 26 % 26) + chr(97 + number % 26)


async def all_sessions(address: str, many: int, questions: int, reading: tuple[float, float]) -> list[Session]:
    first = Session(999, address)
    await first.run(1, (0.1, 0.2))  # the app loads its index once, before people come in
    sessions = [Session(number, address) for number in range(many)]
    results = await asyncio.gather(*(s.run(questions, reading) for s in sessions), return_exceptions=True)
    for session, result in zip(sessions, results, strict=True):
        if isinstance(result, BaseException):
            session.faults.append(f"session {session.number}: {type(result).__name__}: {result}")
    return sessions


def measure(many: int, questions: int, reading: tuple[float, float]) -> str:
    with running_app() as app:
        begun = time.perf_counter()
        sessions = asyncio.run(all_sessions(app.address, many, questions, reading))
        took, memory = time.perf_counter() - begun, app.memory()
    return table(sessions, questions, reading, took, memory)


def table(sessions: list[Session], questions: int, reading: tuple[float, float], took: float, memory: float) -> str:
    spent = sorted(seconds for session in sessions for seconds in session.spent)
    faults = [fault for session in sessions for fault in session.faults]
    for fault in faults:
        print(fault[:300], file=sys.stderr)
    asked = len(sessions) * questions
    rows = [
        ("sessions × questions", f"{len(sessions)} × {questions}, {reading[0]:.0f} to {reading[1]:.0f} s between them"),
        ("answered, faults", f"{len(spent)} of {asked}, {len(faults)}"),
        ("time to the answer, p50", f"{statistics.median(spent):.2f} s"),
        ("time to the answer, p95", f"{spent[int(0.95 * (len(spent) - 1))]:.2f} s"),
        ("slowest", f"{spent[-1]:.2f} s"),
        ("memory of the app", f"{memory:.0f} MB"),
        ("whole run", f"{took:.0f} s"),
    ]
    lines = ["| what | figure |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the figures in benchmarks/sessions.md")
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="hardly any reading, to try the script")
    given = parser.parse_args()
    found = measure(given.sessions, given.questions, (0.2, 0.5) if given.quick else READING)
    text = f"Made by `python benchmarks/sessions.py --write` on {machine()}.\n\n{found}\n"
    print(text)
    if given.write:
        (PROJECT / "benchmarks" / "sessions.md").write_text(f"# Many people at once\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
