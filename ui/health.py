"""What others ask the server: ``/healthz`` (alive), ``/readyz`` (can it answer), ``/metrics`` (figures)."""

import time
from ipaddress import ip_address
from threading import Lock

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit.runtime import Runtime
from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY, GaugeStat

from ingest.settings import settings
from ops.health import Health, look
from ops.metrics import Now, exposition
from ui.start import Builder, builder, opened

SECONDS = 3.0  # that a look is good for: whoever asks often does not make the server work
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
CLOSED = "/metrics is not open to this address; see VRAAGBAAK_METRICS_FROM"


def routes(base: str) -> list[Route]:
    """Return the routes, at the root and, where the chat stands below a path, below it too: proxies differ in that."""
    ways = (("/healthz", _healthz), ("/readyz", _readyz), ("/metrics", _metrics))
    return [Route(before + path, answer) for before in dict.fromkeys(("", base)) for path, answer in ways]


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok")


def _readyz(_: Request) -> Response:
    """Answer 200 where a question can be answered, else 503 with why."""
    found = _health()
    reasons = [{"code": code, "text": text} for code, text in found.reasons]
    index = {"version": found.index.name, "fingerprint": found.index.manifest["fingerprint"]} if found.index else None
    server = None if found.server is None else "answers" if found.server else "gone"  # told, yet no reason to refuse
    body = {"ready": found.ready, "reasons": reasons, "index": index, "chroma_server": server}
    return JSONResponse(body, 200 if found.ready else 503)


def _metrics(request: Request) -> Response:
    if not may_read(request):
        return PlainTextResponse(CLOSED, 403)
    found = _health()
    kept = Runtime.instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY]).get(ACTIVE_SESSIONS_FAMILY, ())
    sessions = sum(stat.value for stat in kept if isinstance(stat, GaugeStat))
    now = Now(found, builder().busy, sessions)
    return Response(exposition(now), media_type=METRICS_TYPE)


def may_read(request: Request) -> bool:
    """Tell whether the machine that connects may read the figures.

    A request that a proxy passed on comes from anybody: uvicorn even puts the address that its header claims in the
    place of the proxy's own. So such a request is refused, whatever its headers say.
    """
    if any(name in request.headers for name in FORWARDED) or not request.client:
        return False
    try:
        address = ip_address(request.client.host.partition("%")[0])
    except ValueError:  # a socket file has no address
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in settings().metrics_from)


class _Kept:
    """The last look, and when it was taken."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.at = -SECONDS
        self.health = Health(())


_kept = _Kept()


def _health() -> Health:
    """Return how it is, at most some seconds old; where there is no index yet, begin one as a first user would."""
    with _kept.lock:
        if time.monotonic() - _kept.at >= SECONDS:
            building = builder()
            _kept.health = _looked(building)
            codes = [code for code, _ in _kept.health.reasons]
            if not building.begun and ("index_missing" in codes or "index_outdated" in codes):
                building.begin()
                _kept.health = _looked(building)
            _kept.at = time.monotonic()
        return _kept.health


def _looked(building: Builder) -> Health:
    return look(opened, building.busy, building.error, settings().data)
