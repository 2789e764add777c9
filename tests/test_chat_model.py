"""LangChain's own clients against real servers of both protocols: what streams in, and what each fault is called."""

import socket
import subprocess
import sys
from typing import Any

import pytest

from ingest.chat_model import ChatModel, Piece, is_local, place
from ingest.errors import ModelError, UsageError
from ingest.settings import Settings
from tests.conftest import environment
from tests.model_servers import PROTOCOLS, ModelServer, Reply, model_server, says

ASKED = [("system", "Wees kort."), ("human", "Wat nu?")]
both = pytest.mark.parametrize("protocol", PROTOCOLS)


def model_at(server: ModelServer, protocol: str, **more: Any) -> ChatModel:
    return ChatModel(Settings(**server.settings(protocol), **more), retries=0)


def fault_of(model: ChatModel, seconds: float = 20) -> str:
    with pytest.raises(ModelError) as caught:
        list(model.stream(ASKED, seconds))
    return caught.value.reason


@both
def test_a_reply_streams_in_with_its_tokens(protocol: str) -> None:
    with model_server(says("Vraag het het gezin zelf.", counts=True)) as server:
        pieces = list(model_at(server, protocol).stream(ASKED, 20))
    assert "".join(piece.text for piece in pieces) == "Vraag het het gezin zelf."
    assert len([piece for piece in pieces if piece.text]) == 4
    assert [piece.tokens for piece in pieces if piece.tokens] == [(900, 70)]
    assert pieces[-1] == Piece(ended="stop")
    assert server.paths == ["/v1/chat/completions" if protocol == "openai" else "/api/chat"]
    asked = server.asked[0]
    assert [(m["role"], m["content"]) for m in asked["messages"]] == [("system", "Wees kort."), ("user", "Wat nu?")]
    assert (asked["stream"], asked["model"]) == (True, "klein")


@both
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=401), "key"),
        (Reply(status=403), "key"),
        (Reply(status=404), "unknown_model"),
        (Reply(status=429), "rate_limit"),
        (Reply(status=500), "other"),
        (Reply(status=400), "other"),
        (Reply(then="hang"), "timeout"),
        (says("Vraag het ", then="hang"), "timeout"),
        (Reply(then="trickle"), "timeout"),
        (says("Vraag het ", then="drop"), "cut"),
        (says("Vraag het ", then="early"), "cut"),
        (says("Vraag het ", raw=b"\xff\xfe\xc3"), "bytes"),
        (Reply(then="early"), "empty"),
    ],
)
def test_each_fault_has_its_name(protocol: str, reply: Reply, reason: str) -> None:
    with model_server(reply) as server:
        assert fault_of(model_at(server, protocol), 1.0 if reason == "timeout" else 20) == reason
        assert len(server.asked) == 1


@both
def test_no_server(protocol: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = ModelServer(lambda _: Reply(), closed.getsockname()[1])
        assert fault_of(model_at(server, protocol)) == "no_server"


@both
def test_a_reply_that_was_cut_off_as_too_long_says_so(protocol: str) -> None:
    with model_server(says("En verder en verder", then="length")) as server:
        assert list(model_at(server, protocol).stream(ASKED, 20))[-1] == Piece(ended="length")


@both
def test_closing_the_stream_closes_the_connection(protocol: str) -> None:
    with model_server(says("Vraag het ", then="hang")) as server:
        stream = model_at(server, protocol).stream(ASKED, 60)
        assert next(piece.text for piece in stream if piece.text)
        assert not server.left.is_set()
        stream.close()
        assert server.left.wait(20)


@both
def test_while_the_model_is_silent_empty_pieces_come(protocol: str) -> None:
    with model_server(Reply(then="hang")) as server:
        stream = model_at(server, protocol).stream(ASKED, 60)
        assert [next(stream), next(stream)] == [Piece(), Piece()]
        stream.close()


@pytest.mark.parametrize(
    ("model", "address", "local", "where"),
    [
        ("ollama:x", "", True, "127.0.0.1"),
        ("openai:x", "", False, "openai"),
        ("openai:x", "http://localhost:8000/v1", True, "localhost"),
        ("ollama:x", "localhost:11434", True, "localhost"),
        ("openai:x", "http://127.8.0.1/v1", True, "127.8.0.1"),
        ("openai:x", "http://[::1]:80/v1", True, "::1"),
        ("openai:x", "https://localhost.example.com/v1", False, "localhost.example.com"),
        ("openai:x", "https://127.example.com/v1", False, "127.example.com"),
        ("openai:x", "https://localhost@model.example.com/v1", False, "model.example.com"),
        ("ollama:x", "http://10.0.0.7:11434", False, "10.0.0.7"),
        ("ollama:x", "http://[::1", False, "ollama"),
    ],
)
def test_where_a_model_runs(model: str, address: str, local: bool, where: str) -> None:
    settings = Settings(model=model, model_base_url=address)
    assert (is_local(settings), place(settings)) == (local, where)


def test_a_model_elsewhere_can_be_forbidden() -> None:
    settings = Settings(model="openai:x", model_base_url="https://model.example.com/v1", model_remote="forbid")
    with pytest.raises(UsageError, match=r"'openai:x' runs at 'model\.example\.com'; VRAAGBAAK_MODEL_REMOTE") as caught:
        ChatModel(settings)
    assert caught.value.dutch == "Uw beheerder staat geen taalmodel op een andere computer toe."


def test_a_model_here_is_asked_directly_whatever_proxy_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(says("Goed.")) as proxy, model_server(says("Goed.")) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("OLLAMA_HOST", f"http://127.0.0.1:{proxy.port}")
        for protocol in PROTOCOLS:
            assert "".join(piece.text for piece in model_at(server, protocol).stream(ASKED, 20)) == "Goed."
            model_at(server, protocol)
        assert (len(server.asked), len(proxy.asked)) == (2, 0)


def test_without_the_setting_nothing_of_it_is_imported(index: Any) -> None:
    code = (
        "import sys; import cli; status = cli.main(['ask', 'Wat is een veiligheidsplan?', '--index', sys.argv[1]]);"
        "loaded = [m for m in sys.modules if m.split('.')[0] in ('langchain', 'langchain_openai', 'ollama', 'openai')];"
        "sys.exit(status or (f'imported: {loaded}' if loaded else 0))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(index)], env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "[1]" in done.stdout
