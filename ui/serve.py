"""Starts the chat's server on this machine, after seeing to the port, and opens its page."""

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from threading import Thread

from ingest.errors import UsageError
from ingest.settings import PREFIX, PROJECT, settings
from ops.logs import need_writable


def serve(corpus: Path, index: Path, port: int, open_browser: bool) -> int:
    """Run the chat until it is stopped; return its exit status.

    :raises UsageError: the port is taken, or the log file cannot be written.
    """
    host = settings().host
    _need_free_port(host, port)
    need_writable(settings())
    base = f"/{settings().base_path}" if settings().base_path else ""
    address = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}{base}"
    print(f"Vraagbaak: {address}  (stop with Ctrl-C)", flush=True)
    given = {"CORPUS": corpus, "INDEX": index, "DATA": settings().data}
    if config := os.environ.get(PREFIX + "CONFIG"):
        given["CONFIG"] = Path(config)
    if log := settings().log:
        given["LOG"] = log
    paths = {PREFIX + name: str(path.resolve()) for name, path in given.items()}  # the server runs in another folder
    # One thread for each product of matrices: with many people at once more threads wait for each other.
    environment = {"OPENBLAS_NUM_THREADS": "1", **os.environ, **paths, PREFIX + "PORT": str(port)}
    command = [sys.executable, "-m", "ui.server"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # whoever stops us stops the server too
    if open_browser:
        Thread(target=_open_when_up, args=(address, host, port, process), daemon=True).start()
    try:
        return max(0, process.wait())
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return 0


def _open_when_up(address: str, host: str, port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            webbrowser.open(address)
            return


def _need_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise UsageError(f"port {port} on {host} cannot be used ({error}); choose another with --port") from error
