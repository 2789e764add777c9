"""The doctor on the program: Python, packages, settings, the silence towards other machines, the model's server."""

import json
import os
import platform
import socket
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distributions, requires, version
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import Requirement

from ingest.chat_model import OLLAMA, is_local, place
from ingest.errors import IndexMissing, ServerFault
from ingest.remote.fetch import mirrored
from ingest.remote.server import Server
from ingest.remote.versions import Versions
from ingest.settings import PREFIX, PROJECT, Settings
from ingest.store import IndexFolder
from ops.backup import secret_settings
from ops.finding import Finding, ok, warning, wrong

PYTHON = (3, 11)
REINSTALL = "pip install --constraint constraints.txt --editable . in the program's folder"
SECONDS = 3.0  # to wait for a server
SHOWN = 5


def check_python() -> Finding:
    """Return whether this Python is new enough."""
    text = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < PYTHON:
        return wrong("python", f"{text}: too old", "install Python 3.11 or newer and install Vraagbaak with it again")
    return ok("python", text)


def check_packages() -> Iterator[Finding]:
    """Yield what is missing, what does not fit, and what differs from the versions that were tested together."""
    needed = [Requirement(text) for text in requires("vraagbaak") or ()]
    base = [one for one in needed if not one.marker or one.marker.evaluate({"extra": ""})]
    missing = [one.name for one in base if _version(one.name) is None]
    unfit = [f"{one.name} {_version(one.name)} (needs {one.specifier})" for one in base if not _fits(one)]
    if missing:
        text = f"not installed: {_some(missing)}"
        yield warning("packages", text, f"fine where this machine only serves; otherwise {REINSTALL}")
    if unfit:
        yield wrong("packages", f"of a version that does not fit: {_some(unfit)}", REINSTALL)
    tested = _tested()
    here = {name: _version(name) for name in tested}
    other = [f"{n} {here[n]} (tested: {pin})" for n, pin in tested.items() if here[n] and _public(here[n]) != pin]
    if other:
        yield warning("packages", f"{len(other)} not as tested: {_some(other)}", REINSTALL)
    elif not unfit:
        yield ok("packages", f"vraagbaak {version('vraagbaak')}, all {len(tested)} versions as tested")


def check_torch() -> Finding:
    """Return whether PyTorch came without the gigabytes for graphics cards."""
    found = _version("torch")
    cards = [one.name for one in distributions() if (one.name or "").lower().startswith("nvidia-")]
    if cards:
        todo = "pip uninstall them and install torch==2.13.0 from an index with its CPU build"
        return warning("torch", f"torch {found} with {len(cards)} packages for graphics cards, never used", todo)
    return ok(
        "torch", f"torch {found}, for the processor" if found else "not installed; the default embedder needs none"
    )


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Yield whether others can read a secret, and whether the chat is open wider than it is protected."""
    config = os.environ.get(PREFIX + "CONFIG")
    if config:
        held = sorted(secret_settings() & set(tomllib.loads(Path(config).read_text(encoding="utf-8"))))
        if held and _others_read(Path(config)):
            todo = f"chmod 600 {config}, or give {PREFIX}{held[0].upper()} in the environment instead"
            yield wrong("settings", f"{config} holds {held[0]} and others on this machine can read it", todo)
    secrets = PROJECT / ".streamlit" / "secrets.toml"
    if secrets.is_file() and _others_read(secrets):
        yield wrong("settings", f"{secrets} can be read by others on this machine", f"chmod 600 {secrets}")
    if settings.host not in ("127.0.0.1", "localhost", "::1") and not secrets.is_file():
        text = f"{PREFIX}HOST={settings.host} lets other machines in and nobody has to sign in"
        yield warning("settings", text, "see docs/aanmelden.md, or let a proxy ask who comes in")
    yield ok("settings", f"read from {config} and the environment" if config else "read from the environment")


def check_silence(settings: Settings) -> Finding:
    """Return whether a process that opens the index and answers a question tries to reach another machine.

    The Chroma server that the settings name may be reached.
    """
    hosts = _addresses(settings.chroma_url) if settings.chroma_url else []
    command = [sys.executable, "-m", "ops.silence", str(settings.index_folder), str(settings.corpus), *hosts]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=120, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        kind, _, reason = last.rpartition("ingest.errors.")[2].partition(": ")
        finding = warning if kind == IndexMissing.__name__ else wrong
        again = "put the lines above right, then run this again"
        return finding("network", f"not looked at, as no question could be answered: {reason or last}", again)
    if found["attempts"]:
        text = f"answering a question tried to reach {_some(found['attempts'])}; it was stopped"
        return wrong(
            "network", text, "look for a package or variable that sends something out; report it to the makers"
        )
    return ok("network", f"a question was answered ({found['status']}) without an attempt to reach another machine")


def check_model(settings: Settings) -> Finding:
    """Return whether the model's server takes connections; nothing is asked of it."""
    if not settings.model:
        return ok("model", "none set; answers are the reports' own sentences")
    if settings.model_remote == "forbid" and not is_local(settings):
        text = f"{settings.model} runs at {place(settings)} and {PREFIX}MODEL_REMOTE=forbid"
        return wrong("model", text, "choose a model on this machine, or ask or allow")
    address = settings.model_base_url or (OLLAMA if settings.model.startswith("ollama:") else "")
    if not address:
        return ok("model", f"{settings.model} at {place(settings)}; not tried, as no address is set")
    fault = unreachable(address)
    if fault:
        todo = f"start it, or put {PREFIX}MODEL_BASE_URL right; until then answers are the reports' own sentences"
        return warning("model", f"{settings.model} cannot be reached at {place(settings)} ({fault})", todo)
    return ok("model", f"{settings.model} takes connections at {place(settings)}")


def check_server(settings: Settings) -> Finding:
    """Return whether the Chroma server answers and holds an index."""
    if not settings.chroma_url:
        return ok("chroma", "no server set; the index stands on this machine")
    has_copy = IndexFolder(mirrored(settings.index_folder)).pointer.exists()
    try:
        serving = Versions(Server(settings, SECONDS)).current()
    except ServerFault as fault:
        if has_copy:
            return warning(
                "chroma", f"{fault}; answers come from this machine's copy", "start the server, or put it right"
            )
        return wrong(
            "chroma", f"{fault}; nothing of it is here yet", f"start the server, or put {PREFIX}CHROMA_URL right"
        )
    if serving is None:
        return wrong("chroma", f"{settings.chroma_url} holds no index", "run vraagbaak ingest where the reports are")
    return ok("chroma", f"{settings.chroma_url} answers and serves version {serving.number}")


def _addresses(address: str) -> list[str]:
    """Return the name in a web address and what it stands for."""
    host = urlsplit(address).hostname or ""
    try:
        return [host, *sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None)})]
    except OSError:
        return [host]


def unreachable(address: str) -> str:
    """Return why nothing takes connections at a web address; nothing where something does."""
    parts = urlsplit(address if "://" in address else f"http://{address}")
    try:
        socket.create_connection(
            (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)), SECONDS
        ).close()
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _public(found: str | None) -> str:
    """Return a version without its local part: ``2.13.0+cpu`` is 2.13.0."""
    return (found or "").partition("+")[0]


def _fits(one: Requirement) -> bool:
    found = _version(one.name)
    return found is None or one.specifier.contains(found, prereleases=True)


def _tested() -> dict[str, str]:
    """Return the versions in ``constraints.txt``; none where only the packages were installed."""
    path = PROJECT / "constraints.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    pins = [line.split("==") for line in lines if "==" in line and not line.startswith("#")]
    return {name.strip(): pin.strip() for name, pin in pins}


def _others_read(path: Path) -> bool:
    return os.name == "posix" and bool(path.stat().st_mode & stat.S_IROTH)


def _some(found: list[str]) -> str:
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more
