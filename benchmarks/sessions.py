"""Thirty people at once in one process: the time from a question to its answer, over the app's real websocket.

python benchmarks/sessions.py            30 sessions, 10 questions each, 5 to 15 seconds of reading between them
python benchmarks/sessions.py --write    also keep the figures in benchmarks/sessions.md

Each session is a browser's own websocket; it asks, waits until the script has finished, checks that its answer is to
its own question, reads, and asks on. No session may ever see another's question.
"""

import argparse
import asyncio
import os
import platform
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PROJECT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).parent / "vraagbaak")
QUESTIONS = (PROJECT / "tests" / "data" / "questions.txt").read_text(encoding="utf-8").splitlines()
READING = (5.0, 15.0)  # seconds
LIMIT = 60.0


@dataclass
class Session:
    """One browser: what it has been sent, and how long each answer took (seconds)."""

    number: int
    address: str
    spent: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cached: dict[str, bytes] = field(default_factory=dict)
    shown: str = ""
    box: str = ""
    page: str = ""

    async def run(self, many: int, reading: tuple[float, float]) -> None:
        chance = random.Random(self.number)
        questions = [
            f"{question} tag{letters(self.number)}{letters(n)}"
            for n, question in enumerate(chance.sample(QUESTIONS, many))
        ]
        url = self.address.replace("http", "ws") + "/_stcore/stream"
        async with websockets.connect(url, subprotocols=["streamlit"], max_size=None, origin=self.address) as socket:
            await asyncio.sleep(chance.uniform(0, reading[1]))  # people do not all come in at once
            await self._rerun(socket, None)
            for question in questions:
                await asyncio.sleep(chance.uniform(*reading))
                begun = time.perf_counter()
                await self._rerun(socket, question)
                self.spent.append(time.perf_counter() - begun)
                self._check(question)

    async def _rerun(self, socket: websockets.ClientConnection, question: str | None) -> None:
        message = BackMsg()
        message.rerun_script.query_string = ""
        message.rerun_script.page_script_hash = self.page
        if question is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id = self.box
            state.chat_input_value.data = question
        await socket.send(message.SerializeToString())
        self.shown = ""
        async with asyncio.timeout(LIMIT):
            while not self._take(await socket.recv()):
                pass

    def _take(self, raw: str | bytes) -> bool:
        """Read one message; tell whether the script has finished."""
        message = ForwardMsg()
        message.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
        if message.WhichOneof("type") == "ref_hash":
            message.ParseFromString(self.cached[message.ref_hash])
        elif message.metadata.cacheable:
            self.cached[message.hash] = message.SerializeToString()
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
        if kind == "delta":
            self._read(message.delta.new_element)
        return kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY

    def _read(self, element: object) -> None:
        what = element.WhichOneof("type")  # type: ignore[attr-defined]
        if what == "chat_input":
            self.box = element.chat_input.id  # type: ignore[attr-defined]
        elif what == "html":
            self.shown += element.html.body  # type: ignore[attr-defined]
        elif what in ("exception", "alert"):
            self.faults.append(f"session {self.number}: {element}")

    def _check(self, question: str) -> None:
        if escape(question) not in self.shown or "vb-antwoord" not in self.shown:
            self.faults.append(f"session {self.number}: no answer to {question!r}")
        others = set(re.findall(r"tag([a-z]{2})[a-z]{2}", self.shown)) - {letters(self.number)}
        if others:
            self.faults.append(f"session {self.number} saw questions of {others}")


def letters(number: int) -> str:
    """Two letters for a number: digits might be masked as somebody's."""
    return chr(97 + number // 26 % 26) + chr(97 + number % 26)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            if urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the app at {address} does not start")


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
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "VRAAGBAAK_DATA": data}
        command = [COMMAND, "chat", "--no-browser", "--port", str(port)]
        app = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(address)
            begun = time.perf_counter()
            sessions = asyncio.run(all_sessions(address, many, questions, reading))
            took = time.perf_counter() - begun
            processes = [psutil.Process(app.pid), *psutil.Process(app.pid).children(recursive=True)]
            memory = sum(process.memory_info().rss for process in processes) / 1e6
        finally:
            app.terminate()
            app.wait(timeout=20)
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
    machine = (
        f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, Python {platform.python_version()}"
    )
    text = f"Made by `python benchmarks/sessions.py --write` on {machine}.\n\n{found}\n"
    print(text)
    if given.write:
        (PROJECT / "benchmarks" / "sessions.md").write_text(f"# Many people at once\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
