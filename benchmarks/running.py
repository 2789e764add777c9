"""The app as users get it: a process of its own on a free port, with a data folder of its own, stopped at the end."""

import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

COMMAND = str(Path(sys.executable).parent / "vraagbaak")


@dataclass(frozen=True)
class Running:
    """An app that answers: its address and the process that was started."""

    address: str
    process: int

    def memory(self) -> float:
        """Return the resident memory of the app with its child processes, in MB."""
        started = psutil.Process(self.process)
        return sum(one.memory_info().rss for one in [started, *started.children(recursive=True)]) / 1e6


@contextmanager
def running_app() -> Iterator[Running]:
    """Start the app with this project's index, built first where there is none; stop it afterwards.

    :raises SystemExit: it cannot answer within two minutes.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as data:
        command = [COMMAND, "chat", "--no-browser", "--port", str(port)]
        app = subprocess.Popen(
            command,
            env={**os.environ, "VRAAGBAAK_DATA": data},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            yield Running(f"http://127.0.0.1:{port}", app.pid)
        finally:
            app.terminate()
            app.wait(timeout=20)


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            if urllib.request.urlopen(f"{address}/readyz", timeout=20).status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the app at {address} is not ready")


def machine() -> str:
    """Return the machine by its size, as the tables name it."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
