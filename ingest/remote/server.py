"""The connection with a Chroma server as the settings describe it, and its faults in words."""

import ssl
import threading
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from ingest.errors import ServerFault
from ingest.settings import PREFIX, STATIC, Settings, folder_name

PATIENCE = 60.0  # seconds that the server may take over one request; of a question it has less


class Server:
    """A Chroma server; connects when it is first needed, and again after it was gone.

    :param seconds: how long it may take over one request.
    """

    def __init__(self, given: Settings, seconds: float = PATIENCE) -> None:
        self.url = given.chroma_url.rstrip("/")
        self.prefix = "vraagbaak" + ("" if given.embedder == STATIC else f"-{folder_name(given.embedder)}")
        self.chunk = given.chroma_chunk
        self._given, self._seconds = given, seconds
        self._lock = threading.Lock()
        self._client: Any = None

    @property
    def client(self) -> Any:
        """Return Chroma's own client.

        :raises ServerFault: nothing answers at the address, or not as a Chroma server that lets us in.
        """
        with self._lock:
            if self._client is None:
                with self.faults():
                    self._client = self._connect()
            return self._client

    def _connect(self) -> Any:
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        given, headers = self._given, self._headers()
        authority = str(given.chroma_ca) if given.chroma_ca else None
        trusted = ssl.create_default_context(cafile=authority) if authority else True
        # Chroma's client waits for ever while it connects, and tells little of what is wrong; so we knock first.
        knock = f"{self.url}/api/v2/tenants/{given.chroma_tenant}/databases/{given.chroma_database}"
        httpx.get(knock, headers=headers, verify=trusted, timeout=self._seconds).raise_for_status()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it gives httpx the name of the file, not a context
            client: Any = chromadb.HttpClient(
                self.url,
                headers=headers,
                settings=ChromaSettings(anonymized_telemetry=False, chroma_server_ssl_verify=authority),
                tenant=given.chroma_tenant,
                database=given.chroma_database,
            )
        # Chroma has no setting for its time-out, and never closes its connections.
        for session in (client._server._session, client._admin_client._server._session):
            session.timeout = httpx.Timeout(self._seconds)
            weakref.finalize(self, session.close)
        return client

    def _headers(self) -> dict[str, str]:
        token = self._given.chroma_token
        if not token:
            return {}
        name = self._given.chroma_token_header
        return {name: ("Bearer " if name == "Authorization" else "") + token.get_secret_value()}

    @property
    def connected(self) -> bool:
        """Tell whether the server has once let us in."""
        return self._client is not None

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn whatever goes wrong with the server into one sentence.

        :raises ServerFault: always where something went wrong.
        """
        try:
            yield
        except ServerFault:
            raise
        except Exception as error:  # Chroma's client raises httpx's errors, its own, ValueError and plain Exception
            raise ServerFault(f"{self.url}: {_reason(error)}") from error


def is_missing(error: BaseException | None) -> bool:
    """Tell whether this is Chroma's word for a collection that is not there."""
    from chromadb.errors import NotFoundError

    return isinstance(error, NotFoundError)


def _reason(error: Exception) -> str:
    text = str(error) or type(error).__name__
    if isinstance(error, httpx.HTTPStatusError):
        return _status(error.response.status_code)
    if "CERTIFICATE" in text.upper() or isinstance(error, ssl.SSLError):
        return f"the certificate cannot be trusted ({text}); set {PREFIX}CHROMA_CA to the file of its authority"
    if isinstance(error, FileNotFoundError):
        return f"{PREFIX}CHROMA_CA names no file"
    if isinstance(error, httpx.TransportError):
        return f"no answer from a Chroma server ({text}); check {PREFIX}CHROMA_URL and that it runs"
    if is_missing(error):
        return f"{text}; check {PREFIX}CHROMA_TENANT and {PREFIX}CHROMA_DATABASE, or run vraagbaak ingest"
    return f"the Chroma server could not do what was asked ({text.strip().splitlines()[0][:200]})"


def _status(code: int) -> str:
    if code in (401, 403):
        return f"the server lets nobody in with this token ({code}); check {PREFIX}CHROMA_TOKEN and its header"
    names = ", ".join(f"{PREFIX}CHROMA_{name}" for name in ("URL", "TENANT", "DATABASE"))
    return f"no Chroma server with this tenant and database answers (status {code}); check {names}"
