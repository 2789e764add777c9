"""Vraagbaak's ASGI app: Streamlit's own, with our headers, our files and our first page around it."""

import re
import time
from functools import cache
from html import escape
from importlib.metadata import version
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util, net_util

from ingest.settings import PROJECT, settings
from ops import logs
from ui import health, originals
from ui.start import show_fault

STATIC_FILES = Path(__file__).parent / "static"
EXIT = "rekenmachine"  # the harmless page; its address says nothing of what was read before
HEADERS = {
    # Streamlit draws with style attributes and style elements; its charts and pictures come as data: and blob:.
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",  # its messages count in WebAssembly where that is allowed
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'self'",
        )
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": ", ".join(
        f"{name}=()"
        for name in ("camera", "microphone", "geolocation", "display-capture", "payment", "usb", "browsing-topics")
    )
    + ", clipboard-write=(self)",
}
CLOSED = ("/_stcore/agent", "/_stcore/metrics")  # ways in that no screen of ours uses
FIRST_PAINT = '<p class="vb-start" role="status">Vraagbaak start…</p>'
NO_SCRIPT = (
    "<noscript><p>Vraagbaak heeft JavaScript nodig. Zet JavaScript aan en laad deze pagina opnieuw.</p></noscript>"
)


def make_app() -> st.App:
    """Return the app that a server runs."""
    # Streamlit would ask machines outside what our address is, to print it and to compare a websocket's origin.
    net_util.get_external_ip = net_util.get_internal_ip = lambda: None
    routes = [
        Mount(f"{_base()}/vraagbaak", StaticFiles(directory=STATIC_FILES)),
        Mount(f"{_base()}/{EXIT}", StaticFiles(directory=STATIC_FILES / "uitgang", html=True)),
        Route(f"{_base()}/{originals.PATH}/{{name}}", originals.serve_original),
        *health.routes(_base()),
    ]
    around = [Middleware(Headed), Middleware(OwnIndex)]
    return st.App(PROJECT / "app.py", routes=routes, middleware=around, on_script_error=show_fault)


def _base() -> str:
    """Return what stands before every path of ours: nothing, or ``/NAME``."""
    return f"/{settings().base_path}" if settings().base_path else ""


class Headed:
    """Middleware: every response carries ``HEADERS``; the paths in ``CLOSED`` are not there; requests are logged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, status, begun = scope["path"].removeprefix(_base()), 0, time.perf_counter()

        async def headed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if path.startswith(f"/{originals.PATH}/"):
                    headers.update(originals.HEADERS)
                if path.startswith((f"/{EXIT}/", "/vraagbaak/")):
                    headers["Cache-Control"] = "no-cache"  # asked again each time, so that a new version is seen
            await send(message)

        if path.startswith(CLOSED):
            await PlainTextResponse("Not Found", 404)(scope, receive, headed)
        else:
            await self.app(scope, receive, headed)
        logs.request(scope["method"], path, status, time.perf_counter() - begun)


class OwnIndex:
    """Middleware: where Streamlit answers with its index.html, ours goes out instead."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; replace the body where it is Streamlit's index."""
        others = ("/media/", f"/{EXIT}/", "/_stcore/", "/component/")
        if scope["type"] != "http" or scope["path"].removeprefix(_base()).startswith(others):
            await self.app(scope, receive, send)
            return
        body = b""

        async def replaced(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                found = Headers(scope=message)
                if message["status"] == 200 and found.get("content-type", "").startswith("text/html"):
                    body = own_index().encode()
                    kept = [(name, value) for name, value in message["headers"] if name not in _OF_THE_OLD_BODY]
                    message = {**message, "headers": [*kept, (b"content-length", str(len(body)).encode())]}
                await send(message)
            elif not body:
                await send(message)
            elif not message.get("more_body"):
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

        await self.app(scope, receive, replaced)


_OF_THE_OLD_BODY = (b"content-length", b"content-encoding", b"etag", b"last-modified", b"accept-ranges")


@cache
def own_index() -> str:
    """Return Streamlit's index.html in Dutch, with our title, mark, styles and script, and without inline scripts."""
    html = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    html = re.sub(r"<!--.*?-->\s*", "", html, flags=re.S)
    html = re.sub(r"<script>.*?</script>\s*", "", html, flags=re.S)  # Streamlit's sign to pre-renderers
    html = re.sub(r'<link\s+rel="(?:preload|service-desc|shortcut icon)"[^>]*>\s*', "", html)
    html = re.sub(r"<noscript>.*?</noscript>", NO_SCRIPT, html, flags=re.S)
    html = html.replace('<html lang="en">', '<html lang="nl">')
    html = re.sub(r"<title>.*?</title>\s*", lambda _: _head(), html)
    return html.replace('<div id="root"></div>', f'<div id="root">{FIRST_PAINT}</div>')


def _head() -> str:
    styles = "".join(
        f'<link rel="stylesheet" href="./vraagbaak/{path.name}">\n' for path in sorted(STATIC_FILES.glob("*.css"))
    )
    away = settings().exit_address or f"{_base() or '.'}/{EXIT}/"
    return (
        "<title>Vraagbaak</title>\n"
        '<link rel="icon" type="image/svg+xml" href="./vraagbaak/merk.svg">\n'
        '<meta name="robots" content="noindex">\n'
        f'<meta name="vraagbaak-uitgang" content="{escape(away)}">\n'
        f'{styles}<script type="module" src="./vraagbaak/vraagbaak.js"></script>\n'
    )


def main() -> None:
    """Serve on the address and port of the settings until stopped."""
    chosen = settings()
    logs.set_up(chosen)
    logs.event("started", version=version("vraagbaak"), port=chosen.port)
    hosts = sorted({"localhost", "127.0.0.1", chosen.host, *chosen.allowed_hosts})
    make_app().run(
        config={
            "server.address": chosen.host,
            "server.port": chosen.port,
            "server.allowedHosts": hosts,
            "server.baseUrlPath": chosen.base_path,
        }
    )


if __name__ == "__main__":
    main()
