"""Nothing tries to connect out: neither these tests nor the processes that they start (see guard/sitecustomize.py)."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import environment


def test_the_guard_stops_and_records(tmp_path: Path) -> None:
    script = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    log = tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(NETWORK_ATTEMPTS=str(log)), capture_output=True, check=False
    )
    assert b"the tests allow no connection to 192.0.2.1" in done.stderr
    assert "192.0.2.1" in log.read_text()
    with pytest.raises(OSError, match="the tests allow no connection"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_ingest_and_ask_from_nothing(
    vraagbaak: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.touch()
    home = str(tmp_path)  # empty caches: no model, no embedder, no settings of an earlier run
    quiet = {"NETWORK_ATTEMPTS": str(log), "HOME": home}
    assert vraagbaak("ingest", "--index", tmp_path / "index", **quiet).returncode == 0
    assert vraagbaak("ask", "wie voert de regie", "--index", tmp_path / "index", **quiet).returncode == 0
    assert log.read_text() == ""
