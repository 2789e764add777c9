"""Real HTTP servers that speak as much of the OpenAI and the Ollama chat API as the tests need, faults included."""

import json
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
PROTOCOLS = ("openai", "ollama")


@dataclass(frozen=True)
class Reply:
    """What a server does with a request: the pieces that it sends, and how it fails, if it does.

    ``then``: ``done`` ends as the protocol says; ``length`` says that the reply was cut off as too long; ``early`` ends
    without a last word; ``drop`` breaks the connection; ``hang`` says nothing more; ``endless`` sends the pieces again
    and again; ``trickle`` sends a letter now and then.
    """

    pieces: tuple[str, ...] = ()
    then: str = "done"
    status: int = 200
    raw: bytes = b""  # sent in place of a last piece
    counts: bool = False


def says(text: str, **how: Any) -> Reply:
    """A reply in pieces of a few letters, as models send them."""
    return Reply(tuple(text[at : at + 7] for at in range(0, len(text), 7)), **how)


@dataclass
class ModelServer:
    """``reply`` is asked with each request; ``asked`` is what came in; ``left`` is set when a client hangs up."""

    reply: Callable[[Request], Reply]
    port: int = 0
    asked: list[Request] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def settings(self, protocol: str) -> dict[str, Any]:
        """The settings that lead to this server."""
        address = f"http://127.0.0.1:{self.port}" + ("/v1" if protocol == "openai" else "")
        return {"model": f"{protocol}:klein", "model_base_url": address, "model_api_key": "geheim"}

    @property
    def texts(self) -> str:
        """Everything that clients have sent."""
        return "\n".join(message["content"] for request in self.asked for message in request["messages"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_POST(self) -> None:
        served = self.server.served
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        served.asked.append(request)
        served.paths.append(self.path)
        reply = served.reply(request)
        self.close_connection = True
        if reply.status != 200:
            return self._refuse(reply.status)
        speaks = _openai if self.path.endswith("/chat/completions") else _ollama
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if speaks is _openai else "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            self._talk(reply, speaks)
        except OSError:
            served.left.set()

    def _talk(self, reply: Reply, speaks: Callable[[str, str, bool], bytes]) -> None:
        for piece in reply.pieces:
            self._send(speaks(piece, "", False))
        if reply.raw:
            self._send(speaks("@", "", False).replace(b"@", reply.raw))
        while reply.then in ("endless", "trickle", "hang"):
            for piece in reply.pieces if reply.then == "endless" else ("x",) if reply.then == "trickle" else ():
                self._send(speaks(piece, "", False))
            if self._client_left(0 if reply.then == "endless" else 0.05):
                return
        if reply.then == "drop":
            self.wfile.write(b"40\r\nhalf a chu")
            return
        if reply.then != "early":
            self._send(speaks("", "length" if reply.then == "length" else "stop", reply.counts))
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _client_left(self, seconds: float) -> bool:
        """Whether the client has hung up (then there is something to read: the end), or the test is over."""
        served = self.server.served
        if select.select([self.connection], [], [], seconds)[0]:
            served.left.set()
        return served.left.is_set() or served.stopped.is_set()

    def _refuse(self, status: int) -> None:
        data = json.dumps({"error": {"message": "zo niet"}} if "/v1/" in self.path else {"error": "zo niet"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


def _openai(text: str, ended: str, counts: bool) -> bytes:
    body: dict[str, Any] = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "klein"}
    body["choices"] = [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": ended or None}]
    if counts:
        body["usage"] = {"prompt_tokens": 900, "completion_tokens": 70, "total_tokens": 970}
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode() + (b"data: [DONE]\n\n" if ended else b"")


def _ollama(text: str, ended: str, counts: bool) -> bytes:
    body: dict[str, Any] = {"model": "klein", "created_at": "2024-01-01T00:00:00Z", "done": bool(ended)}
    body["message"] = {"role": "assistant", "content": text}
    if ended:
        body["done_reason"] = ended
    if counts:
        body |= {"prompt_eval_count": 900, "eval_count": 70}
    return json.dumps(body, ensure_ascii=False).encode() + b"\n"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    served: ModelServer


@contextmanager
def model_server(reply: Reply | Callable[[Request], Reply]) -> Iterator[ModelServer]:
    """A server on a free port for the length of a test; both protocols, told apart by the path."""
    served = ModelServer(reply if callable(reply) else lambda _: reply)
    server = Server(("127.0.0.1", 0), Handler)
    server.served, served.port = served, server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
