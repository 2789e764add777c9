"""A chat model, where one is set: any that LangChain's ``init_chat_model`` knows. Imported only then.

Its stream runs as a task on an event loop of its own: a task can be cancelled while it waits for a server that hangs,
which closes the connection; a thread that reads a socket cannot.
"""

import asyncio
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from ingest.errors import ModelError, UsageError
from ingest.settings import Settings

SECONDS, CONNECT_SECONDS = 60, 5
# What reading stops an answer that never ends: tokens of the reply.
LONGEST_REPLY = 2000
OLLAMA = "http://127.0.0.1:11434"
CONTEXT = 8192  # tokens that Ollama reads; its own default cuts eight passages off unseen
BEAT = 0.25  # seconds after which a waiting stream gives an empty piece
STATUS = {401: "key", 403: "key", 404: "unknown_model", 408: "timeout", 429: "rate_limit", 504: "timeout"}
# Class names, as openai and ollama each bring an HTTP library of their own; the first that fits says what it is.
FAULTS = (
    ("no_server", {"ConnectError", "ConnectTimeout", "ConnectionRefusedError"}),
    ("timeout", {"TimeoutException", "APITimeoutError", "TimeoutError"}),
    ("bytes", {"UnicodeDecodeError"}),
    ("cut", {"RemoteProtocolError", "ReadError", "JSONDecodeError"}),
    ("no_server", {"APIConnectionError", "ConnectionError", "NetworkError"}),
)
Messages = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Piece:
    """What a reply grows by; ``tokens`` (read, written) where the server counts them.

    The last piece says how the reply ``ended``: ``stop``, or ``length`` where it was cut off as too long.
    """

    text: str = ""
    tokens: tuple[int, int] | None = None
    ended: str = ""


class ChatModel:
    """A configured chat model: ``PROVIDER:NAME``, as in ``ollama:llama3.2`` or ``openai:gpt-4o-mini``.

    :param retries: how often a failed request is tried again.
    :raises UsageError: the setting has another form, the provider's package is not installed, or the model runs
        elsewhere and that is forbidden.
    """

    def __init__(self, settings: Settings, retries: int = 1) -> None:
        self.name = settings.model
        if ":" not in self.name:
            raise UsageError(f"VRAAGBAAK_MODEL is {self.name!r}, not PROVIDER:NAME (ollama:llama3.2, openai:NAME)")
        if settings.model_remote == "forbid" and not is_local(settings):
            raise UsageError(
                f"VRAAGBAAK_MODEL {self.name!r} runs at {place(settings)!r}; VRAAGBAAK_MODEL_REMOTE=forbid allows this "
                "machine only",
                "Uw beheerder staat geen taalmodel op een andere computer toe.",
            )
        self.provider = self.name.split(":", 1)[0]
        from langchain.chat_models import init_chat_model

        try:
            self.model: Any = init_chat_model(self.name, **_arguments(settings, self.provider, retries))
        except ImportError as error:
            needed = f"pip install 'vraagbaak[{self.provider}]'"
            raise UsageError(f"{self.name!r} needs another package: {needed}") from error
        except Exception as error:  # each provider raises its own type for a wrong name or a missing key
            raise UsageError(f"VRAAGBAAK_MODEL {self.name!r} cannot be used: {_one_line(error)}") from error

    def whole(self, messages: Messages, seconds: float) -> str:
        """Return what the model says when it is done, heard as a stream so that the time limit holds.

        :raises ModelError: see ``stream``.
        """
        with closing(self.stream(messages, seconds)) as pieces:
            return "".join(piece.text for piece in pieces).strip()

    def reply(self, messages: list[tuple[str, str]]) -> str:
        """Return what the model says.

        :raises ModelError: it does not answer, or not with text.
        """
        from langsmith import tracing_context

        try:
            with tracing_context(enabled=False):
                content = self.model.invoke(messages).content
        except Exception as error:  # httpx, openai and ollama each raise their own types
            raise self._fault(error) from error
        if not isinstance(content, str):
            raise ModelError(f"the model {self.name!r} answered with {type(content).__name__}, not with text")
        return content

    def stream(self, messages: Messages, seconds: float) -> Generator[Piece, None, None]:
        """Yield the reply as it comes; an empty piece at least every quarter of a second, so that a reader can stop.

        Closing the generator closes the connection.

        :param seconds: how long the whole reply may take.
        :raises ModelError: it does not answer, stops halfway or takes longer.
        """
        arrived: SimpleQueue[Piece | ModelError] = SimpleQueue()
        deadline = time.monotonic() + seconds
        task = asyncio.run_coroutine_threadsafe(self._gather(list(messages), arrived), LOOP.running)
        try:
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ModelError(f"the model {self.name!r} took more than {seconds:g} s", "timeout")
                try:
                    piece = arrived.get(timeout=min(left, BEAT))
                except Empty:
                    piece = Piece()
                if isinstance(piece, ModelError):
                    raise piece
                yield piece
                if piece.ended:
                    return
        finally:
            task.cancel()

    async def _gather(self, messages: list[tuple[str, str]], arrived: "SimpleQueue[Piece | ModelError]") -> None:
        from langsmith import tracing_context

        ended, spoke = "", False
        try:
            with tracing_context(enabled=False):  # a LANGSMITH_TRACING of the machine's would send the question out
                async for chunk in self.model.astream(messages):
                    piece = _piece(chunk)
                    if "\ufffd" in piece.text:
                        raise UnicodeDecodeError("utf-8", b"", 0, 1, "the reply holds bytes that are no text")
                    spoke, ended = True, ended or piece.ended
                    arrived.put(Piece(piece.text, piece.tokens))
        except Exception as error:  # httpx, openai and ollama each raise their own types
            # both raise a bare ValueError where the stream held nothing
            nothing = type(error) is ValueError and not spoke
            arrived.put(ModelError(f"the model {self.name!r} said nothing", "empty") if nothing else self._fault(error))
            return
        if not ended and self.provider in ("openai", "ollama"):
            arrived.put(ModelError(f"the model {self.name!r} stopped in the middle of its reply", "cut"))
        else:
            arrived.put(Piece(ended="length" if ended in ("length", "max_tokens") else "stop"))

    def _fault(self, error: Exception) -> ModelError:
        return ModelError(f"the model {self.name!r} did not answer: {_one_line(error)}", reason_of(error))


def is_local(settings: Settings) -> bool:
    """Tell whether the model runs on this machine, by the address alone: nothing is looked up."""
    host = _host(settings)
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def place(settings: Settings) -> str:
    """Return where the model runs: the address's host, or the provider's name where no address is set."""
    return _host(settings) or settings.model.split(":", 1)[0]


def _host(settings: Settings) -> str:
    address = settings.model_base_url or (OLLAMA if settings.model.startswith("ollama:") else "")
    try:
        return urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:  # half an IPv6 address
        return ""


def reason_of(error: BaseException) -> str:
    """Return which of ``ModelError.CAUSES`` an error of a client's, or one beneath it, comes down to."""
    names: set[str] = set()
    beneath: BaseException | None = error
    while beneath is not None:
        status = getattr(beneath, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return STATUS.get(status, "other")
        names |= {kind.__name__ for kind in type(beneath).__mro__}
        beneath = beneath.__cause__ or beneath.__context__
    return next((reason for reason, known in FAULTS if known & names), "other")


def _arguments(settings: Settings, provider: str, retries: int) -> dict[str, Any]:
    """Return what the provider's class is made with.

    A model on this machine is asked directly, whatever proxy the environment names: the question must not leave it.
    """
    address, direct = settings.model_base_url, is_local(settings)
    longest = max(SECONDS, settings.model_seconds)
    waits = (CONNECT_SECONDS, longest, longest, longest)  # to connect, to read, to write, for a free connection
    if provider == "ollama":
        # without an address of ours the client would follow OLLAMA_HOST
        return {
            "temperature": 0,
            "base_url": address or OLLAMA,
            "num_predict": LONGEST_REPLY,
            "num_ctx": CONTEXT,
            "client_kwargs": {"timeout": waits, "trust_env": not direct},
        }
    given: dict[str, Any] = {"temperature": 0, "max_retries": retries, "max_tokens": LONGEST_REPLY, "timeout": longest}
    if address:
        given["base_url"] = address
    if settings.model_api_key:
        given["api_key"] = settings.model_api_key.get_secret_value()
    if provider == "openai":
        from openai import DefaultAsyncHttpxClient, DefaultHttpxClient

        # our deadline bounds the wait; LangChain's own would swallow the cancelling of a stream that hangs
        given |= {"timeout": waits, "stream_chunk_timeout": 0}
        if direct:
            given["http_client"] = DefaultHttpxClient(timeout=waits, trust_env=False)
            given["http_async_client"] = DefaultAsyncHttpxClient(timeout=waits, trust_env=False)
    return given


def _piece(chunk: Any) -> Piece:
    usage, said = chunk.usage_metadata, chunk.response_metadata
    tokens = (usage["input_tokens"], usage["output_tokens"]) if usage else None
    ended = said.get("finish_reason") or said.get("done_reason") or said.get("stop_reason") or ""
    return Piece(str(chunk.text), tokens, ended)


class _Loop:
    """The event loop of this process's streams, started when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @property
    def running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            return self._started

    @cached_property
    def _started(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="vraagbaak-model", daemon=True).start()
        return loop


LOOP = _Loop()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
