"""The originals of added reports: their address, the links to them, and the route that serves them.

Only a PDF is shown in the browser, by the browser's own viewer; everything else is a download, so that no page of
somebody else's ever runs under our address.
"""

import json
from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from ingest.added.store import LIVE, entries, folder_of
from ingest.errors import CorpusError
from ingest.records import Report
from ingest.remote.fetch import serving_corpus
from ingest.settings import settings
from ui.access import sign_in_is_set_up

PATH = "vraagbaak-origineel"
# The browser's viewer may draw the file; nothing in it may load, run or be framed.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",  # what was removed must not stay in a browser
}
NOT_THERE = "Dit origineel is hier niet."
SIGN_IN = "Meld u eerst aan in Vraagbaak."


def original_address(report: str, page: int | None = None) -> str:
    """Return the address of an added report's original, from any page of ours on; at a page where one is given."""
    return f"{PATH}/{quote(report)}" + (f"#page={page}" if page else "")


def opens_at_page(report: Report) -> bool:
    """Tell whether a browser can open the report's original at a page."""
    return report.original.endswith(".pdf")


def original_html(report: Report, page: int | None = None) -> str:
    """Return the link to a report's original; nothing where it has none."""
    if not report.original:
        return ""
    if not opens_at_page(report):
        return f'<a class="vb-lees" href="{escape(original_address(report.id))}" download>Download het origineel</a>'
    label = f"Open bladzijde {page} in het origineel" if page else "Open het origineel"
    address = escape(original_address(report.id, page))
    return f'<a class="vb-lees" href="{address}" target="_blank" rel="noopener">{label}</a>'


def serve_original(request: Request) -> Response:
    """Return the original of the live added report that the address names, to who may use Vraagbaak."""
    if sign_in_is_set_up() and not _is_signed_in(request.cookies):
        return PlainTextResponse(SIGN_IN, 401)
    corpus = serving_corpus(settings().index_folder, settings().corpus, settings().chroma_url)
    try:
        found = {entry.id: entry for entry in entries(corpus) if entry.state == LIVE}.get(request.path_params["name"])
    except CorpusError:
        found = None
    path = folder_of(corpus, found.id) / found.original if found else None
    if not found or not path or not path.is_file():
        return PlainTextResponse(NOT_THERE, 404)
    is_pdf = path.suffix == ".pdf"
    return FileResponse(
        path,
        media_type="application/pdf" if is_pdf else "application/octet-stream",
        content_disposition_type="inline" if is_pdf else "attachment",
        filename=found.id + path.suffix,
    )


def _is_signed_in(cookies: Mapping[str, str]) -> bool:
    """Tell whether the cookies hold what Streamlit signed when this user signed in."""
    try:
        kept = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
        return bool(kept and json.loads(kept).get("is_logged_in"))
    except (ValueError, AttributeError):
        return False
