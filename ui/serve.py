"""Starts the chat's server on this machine, after seeing to the index and the port."""

import os
import signal
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path
from threading import Timer

from ingest.errors import UsageError
from ingest.settings import PREFIX, PROJECT, settings


def serve(corpus: Path, index: Path, port: int, open_browser: bool) -> int:
    """Run the chat until it is stopped; return its exit status.

    :raises UsageError: the port is taken.
    """
    host = settings().host
    _need_free_port(host, port)
    address = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
    print(f"Vraagbaak: {address}  (stop with Ctrl-C)", flush=True)
    if open_browser:
        Timer(2.5, webbrowser.open, [address]).start()
    folders = {PREFIX + "CORPUS": str(corpus.resolve()), PREFIX + "INDEX": str(index.resolve())}
    options = [f"--server.address={host}", f"--server.port={port}", "--server.headless=true"]
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py"), *options]
    process = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **folders}, stdout=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # whoever stops us stops the server too
    try:
        return max(0, process.wait())
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return 0


def _need_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise UsageError(f"port {port} on {host} cannot be used ({error}); choose another with --port") from error
