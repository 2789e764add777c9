"""An hour of twenty people: does the app make mistakes, grow or slow down when it runs on?

python benchmarks/soak.py                              20 users, 60 minutes
python benchmarks/soak.py --users 20 --minutes 60 --write    also keep the figures in benchmarks/soak.md

A user is one visit after another: a new tab, two to ten questions with 5 to 30 seconds between them, gone. The
questions are drawn at random, half from the gold set's dev split and half from the question bank. The page must show an
answer to each, and never a question that its own visit did not ask. Faults, times and memory are told per twelfth of
the run.
"""

import argparse
import asyncio
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from running import Running, machine, running_app
from tab import Tab

PROJECT = Path(__file__).parent.parent
THINKING = (5.0, 30.0)  # seconds between an answer and the next question
VISIT = (2, 10)  # questions
PARTS = 12  # of the run: five minutes of an hour
SAMPLES = 60  # of memory: one a minute of an hour
WARM = 2  # parts that the app may take to come to rest
GROWTH = 1.10  # what memory may come to, against what it was at rest
SLOWER = 1.25  # what the p95 of the second half may come to, against the first half at rest


@dataclass(frozen=True)
class Asked:
    """One question: when its answer stood there, seconds after the start, and how long it took."""

    at: float
    took: float


@dataclass
class Seen:
    """What the users saw and what the app used; times are seconds after ``begun``."""

    minutes: float
    begun: float = field(default_factory=time.perf_counter)
    asked: list[Asked] = field(default_factory=list)
    faults: list[tuple[float, str]] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)  # MB
    visits: int = 0

    def now(self) -> float:
        return time.perf_counter() - self.begun

    def left(self) -> float:
        return self.minutes * 60 - self.now()

    def fault(self, text: str) -> None:
        self.faults.append((self.now(), text))
        print(f"{self.now():.0f} s: {text[:300]}", file=sys.stderr, flush=True)


def questions() -> tuple[list[str], list[str]]:
    """Return the questions of the gold set's dev split, and those of the bank."""
    gold = [row for path in sorted((PROJECT / "evals" / "gold").glob("*.jsonl")) for row in _rows(path)]
    bank = _rows(PROJECT / "corpus" / "questions.jsonl")
    return [row["question"] for row in gold if row["split"] == "dev"], [row["question"] for row in bank]


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def use(address: str, number: int, sources: Sequence[Sequence[str]], seen: Seen) -> None:
    """Come in again and again until the time is over; a fault ends a visit, not the user."""
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, min(THINKING[1], seen.left() / 2)))  # people do not all come in at once
    while seen.left() > 0:
        seen.visits += 1
        tab = Tab(address)
        try:
            async with tab.opened():
                await visit(tab, chance, sources, seen)
        except Exception as error:  # whatever it is, it is a fault of the run and must be counted
            seen.fault(f"user {number}: {type(error).__name__}: {error}")
        for fault in tab.faults:
            seen.fault(f"user {number}: the page shows {fault}")
        await asyncio.sleep(max(0.0, min(seen.left(), chance.uniform(*THINKING))))


async def visit(tab: Tab, chance: random.Random, sources: Sequence[Sequence[str]], seen: Seen) -> None:
    asked: list[str] = []
    for _ in range(chance.randint(*VISIT)):
        thinking = chance.uniform(*THINKING)
        if thinking > seen.left():
            return
        await asyncio.sleep(thinking)
        asked.append(chance.choice(chance.choice(sources)))
        took = await tab.ask(asked[-1])
        seen.asked.append(Asked(seen.now(), took))
        if fault := fault_of(tab.shown, asked):
            seen.fault(fault)


def fault_of(shown: str, asked: Sequence[str]) -> str:
    """Return what is wrong with a page after these questions; empty where nothing is."""
    headings = [unescape(text) for text in re.findall(r'<h2 class="vb-vraag"[^>]*>(.*?)</h2>', shown, re.S)]
    answers = shown.count('class="vb-antwoord"')
    if len(headings) != len(asked) or answers != len(asked):
        return f"{len(asked)} questions asked, {len(headings)} shown with {answers} answers: {asked[-1]!r}"
    for question, heading in zip(asked, headings, strict=True):
        own = set(re.findall(r"\w+", re.sub(r"\[[a-zA-Z -]+\]", " ", heading)))  # without the masks of personal data
        if not own <= set(re.findall(r"\w+", question)):
            return f"{question!r} was asked, {heading!r} is shown"
    return ""


async def watch(app: Running, seen: Seen) -> None:
    """Take the app's memory until the time is over."""
    while seen.left() > 0:
        seen.memory.append((seen.now(), app.memory()))
        await asyncio.sleep(min(max(0.0, seen.left()), seen.minutes * 60 / SAMPLES))


async def soak(app: Running, users: int, minutes: float) -> Seen:
    sources = questions()
    async with Tab(app.address).opened() as first:
        await first.ask(sources[0][0])  # the app loads its index once, before people come in
    seen = Seen(minutes)
    everybody = [use(app.address, number, sources, seen) for number in range(users)]
    await asyncio.gather(watch(app, seen), *everybody)
    return seen


@dataclass(frozen=True)
class Part:
    """A twelfth of the run."""

    spent: list[float]
    faults: int
    memory: list[float]

    def percentile(self, share: float) -> float:
        """Return the time that this share of the questions does not exceed; nan without questions."""
        spent = sorted(self.spent)
        return spent[int(share * (len(spent) - 1))] if spent else float("nan")


def parts_of(seen: Seen) -> list[Part]:
    def part(at: float) -> int:
        return min(PARTS - 1, int(at / (seen.minutes * 60) * PARTS))

    return [
        Part(
            [one.took for one in seen.asked if part(one.at) == number],
            sum(part(at) == number for at, _ in seen.faults),
            [used for at, used in seen.memory if part(at) == number],
        )
        for number in range(PARTS)
    ]


def verdict(seen: Seen, parts: Sequence[Part]) -> list[tuple[str, str, bool]]:
    """Return what was asked of the run: the aim, what was found, whether that is enough."""
    resting = [used for part in parts[WARM : WARM + 2] for used in part.memory]
    after = [used for part in parts[WARM:] for used in part.memory]
    growth = max(after) / statistics.median(resting)
    half = (PARTS + WARM) // 2
    early, late = (statistics.median(p.percentile(0.95) for p in some) for some in (parts[WARM:half], parts[half:]))
    return [
        ("no faults", f"{len(seen.faults)} in {len(seen.asked)} questions of {seen.visits} visits", not seen.faults),
        (
            f"memory flat: after warming up at most {GROWTH - 1:.0%} above its first rest",
            f"{growth - 1:+.1%} (rest {statistics.median(resting):.0f} MB, most {max(after):.0f} MB)",
            growth <= GROWTH,
        ),
        (
            f"p95 steady: second half at most {SLOWER - 1:.0%} above the first (medians of the parts)",
            f"{late / early - 1:+.0%} ({early:.2f} s, then {late:.2f} s)",
            late <= SLOWER * early,
        ),
    ]


def report(seen: Seen, users: int) -> str:
    parts = parts_of(seen)
    lines = [f"{users} users, {seen.minutes:g} minutes. The first {WARM} of the {PARTS} parts are for warming up.", ""]
    lines += ["| aim | found | verdict |", "| --- | --- | --- |"]
    lines += [f"| {aim} | {found} | {'met' if met else '**not met**'} |" for aim, found, met in verdict(seen, parts)]
    lines += ["", "| minutes | questions | faults | p50 s | p95 s | slowest s | memory MB |", "|" + " --- |" * 7]
    for number, part in enumerate(parts):
        first, last = (f"{seen.minutes * place / PARTS:.3g}" for place in (number, number + 1))
        times = " | ".join(f"{part.percentile(share):.2f}" for share in (0.5, 0.95, 1.0))
        memory = f"{min(part.memory):.0f}–{max(part.memory):.0f}" if part.memory else "–"
        lines.append(f"| {first}–{last} | {len(part.spent)} | {part.faults} | {times} | {memory} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--write", action="store_true", help="keep the figures in benchmarks/soak.md")
    given = parser.parse_args()
    with running_app() as app:
        seen = asyncio.run(soak(app, given.users, given.minutes))
    command = f"python benchmarks/soak.py --users {given.users} --minutes {given.minutes:g} --write"
    text = f"Made by `{command}` on {machine()}.\n\n{report(seen, given.users)}\n"
    print(text)
    if given.write:
        (PROJECT / "benchmarks" / "soak.md").write_text(f"# A long run\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
