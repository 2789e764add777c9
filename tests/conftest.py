"""What the tests share: the guard against outgoing connections, an index of the five reports, and a running chat."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parent.parent
GUARD = PROJECT / "tests" / "guard"
sys.path.insert(0, str(GUARD))
import sitecustomize  # noqa: E402, F401 (importing it sets the guard in this process too)

from assistant.engine import Assistant  # noqa: E402
from ingest.index import build_index  # noqa: E402
from ingest.settings import STATIC  # noqa: E402

CORPUS = PROJECT / "corpus"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
NEED_ALL = os.environ.get("TESTS_NEED_ALL") == "1"


LONGEST = ("test_chroma_server.py", "test_evals.py", "test_index.py", "test_browser.py", "test_start.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)  # so that neither of two processes ends long after
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))  # two browsers on two busy cores lose a click now and then
            if not (CHROMIUM or NEED_ALL):
                item.add_marker(pytest.mark.skip(reason="there is no chromium on this machine"))


@pytest.fixture(scope="session")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that the guard writes each attempt to connect out into."""
    path = tmp_path_factory.mktemp("network") / "attempts"
    path.touch()
    os.environ["NETWORK_ATTEMPTS"] = str(path)
    return path


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory, attempts: Path) -> Path:
    """An index of the five reports, built once."""
    root = tmp_path_factory.mktemp("index")
    build_index(CORPUS, root, STATIC)
    return root


@pytest.fixture(scope="session")
def assistant(index: Path) -> Assistant:
    return Assistant(index, CORPUS)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A copy of the corpus that a test may spoil."""
    return Path(shutil.copytree(CORPUS, tmp_path / "corpus"))


@pytest.fixture
def own_index(index: Path, tmp_path: Path) -> Path:
    """A copy of the index that a test may spoil."""
    return Path(shutil.copytree(index, tmp_path / "index"))


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that a test starts: the guard, and no settings of the machine's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VRAAGBAAK_")}
    return {**kept, "PYTHONPATH": str(GUARD), **more}


@pytest.fixture(scope="session")
def vraagbaak(attempts: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command as a process of its own, as a user would."""

    def run(*arguments: str | Path, stdin: bytes | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "vraagbaak"), *map(str, arguments)]
        done = subprocess.run(command, input=stdin, capture_output=True, env=environment(**more), timeout=120)
        return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@contextmanager
def serving(index: Path, data: Path, **settings: str) -> Iterator[str]:
    """The real app on a free port, with its own data folder; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "vraagbaak"), "chat", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--index", str(index)],
        env=environment(VRAAGBAAK_DATA=str(data), **settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).status == 200)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def chat(index: Path, attempts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real app that most tests share; gives its address."""
    with serving(index, tmp_path_factory.mktemp("data")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    assert CHROMIUM, "there is no chromium: apt-get install chromium"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, chat: str) -> Iterator[Any]:
    """The chat in a new window; afterwards no request of it may have gone to another machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(chat)
    page.wait_for_selector("h1")
    yield page
    context.close()
    local = (chat, chat.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(local)] == []


def ask(page: Any, question: str) -> None:
    """Type a question into the chat and wait for its answer."""
    answers = page.locator(".vb-antwoord").count()
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".vb-antwoord").nth(answers).wait_for()


def rest(page: Any) -> None:
    """Wait until Streamlit has drawn the page for the last time."""
    for _ in range(2):  # a run may begin another one
        page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
        page.locator('[data-stale="true"]').first.wait_for(state="detached")
        page.wait_for_timeout(500)


def choose(radio: Any) -> None:
    """Choose a radio button; a click on a page that is just being drawn anew is lost, so it is clicked until it is."""
    for _ in range(5):
        radio.click(force=True)
        radio.page.wait_for_timeout(300)
        if radio.is_checked():
            return
    raise AssertionError("the radio button cannot be chosen")


def wait_until(ready: Callable[[], bool], seconds: float = 60) -> None:
    """Ask again until it is so; a connection refused means not yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if ready():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not ready within {seconds} s")
