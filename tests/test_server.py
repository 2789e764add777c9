"""The server's headers and files, and what its script does in real Chromium: names, news, copying, the quick exit."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page

CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'self'"
)
PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), browsing-topics=(), "
    "clipboard-write=(self)"
)
WATCH = "addEventListener('securitypolicyviolation', e => (window.refused ??= []).push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));"
QUESTION = "wat doe ik als de hulpvraag ontbreekt"


@pytest.fixture
def page(browser: Browser, chat: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read"], origin=chat)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(chat)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    yield page
    context.close()


def get(address: str, method: str = "GET", **headers: str) -> tuple[int, Message, bytes]:
    try:
        with urlopen(Request(address, headers=headers, method=method), timeout=10) as response:
            return response.status, response.headers, response.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def ask(page: Page, question: str = QUESTION) -> None:
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".vb-antwoord")


def draw(page: Page, html: str) -> None:
    """Put HTML where Streamlit puts that of st.html; the script sees only what comes."""
    page.evaluate("html => document.querySelector('.stMain').insertAdjacentHTML('beforeend', html)", html)


@pytest.mark.parametrize(
    "path", ["/", "/bronnen", "/vraagbaak/basis.css", "/rekenmachine/", "/_stcore/health", "/_stcore/metrics"]
)
def test_every_response_carries_the_headers(chat: str, path: str) -> None:
    _, headers, _ = get(chat + path)
    assert headers.get_all("Content-Security-Policy") == [CSP]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"] == PERMISSIONS


@pytest.mark.parametrize("path", ["/", "/bronnen", "/index.html"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_the_first_page_is_ours(chat: str, path: str, encoding: str) -> None:
    _, headers, body = get(chat + path, **{"Accept-Encoding": encoding})
    html = body.decode()
    assert headers["Content-Length"] == str(len(body))
    assert (headers["ETag"], headers["Cache-Control"]) == (None, "no-cache")
    assert '<html lang="nl">' in html and "<title>Vraagbaak</title>" in html
    assert '<link rel="stylesheet" href="./vraagbaak/basis.css">' in html
    assert '<script type="module" src="./vraagbaak/vraagbaak.js"></script>' in html
    assert '<div id="root"><p class="vb-start" role="status">Vraagbaak start…</p></div>' in html
    assert "<noscript><p>Vraagbaak heeft JavaScript nodig." in html
    for gone in ("<script>", 'rel="preload"', "service-desc", "<title>Streamlit", "favicon.png", "_stcore"):
        assert gone not in html


def test_a_head_request_has_no_body(chat: str) -> None:
    status, headers, body = get(chat, method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 1000


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/metrics",
        "/vraagbaak/nee.css",
        "/vraagbaak/..%2fserver.py",
    ],
)
def test_what_no_screen_uses_is_not_there(chat: str, path: str) -> None:
    status, _, _ = get(chat + path)
    assert status in (400, 404)


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("localhost", "localhost", 101),
        ("127.0.0.1:99", "127.0.0.1:99", 101),
        ("evil.example", "evil.example", 403),
        ("localhost", "evil.example", 403),
    ],
)
def test_only_known_host_names_get_a_session(attempts: Path, chat: str, host: str, origin: str, status: int) -> None:
    connection = http.client.HTTPConnection(str(urlsplit(chat).netloc), timeout=10)
    connection.request("GET", "/_stcore/stream", headers={
        "Host": host, "Origin": f"http://{origin}", "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    })  # fmt: skip
    with closing(connection), connection.getresponse() as response:
        assert response.status == status
    assert attempts.read_text() == ""  # Streamlit would ask a machine outside what our own address is


@pytest.mark.browser
@pytest.mark.parametrize("path", ["", "bronnen", "gesprekken", "evaluatie"])
def test_no_page_asks_for_what_the_policy_refuses(page: Page, chat: str, path: str) -> None:
    page.goto(f"{chat}/{path}")
    page.wait_for_selector("h1")
    if path == "evaluatie":
        page.get_by_test_id("stVegaLiteChart").first.wait_for(state="attached")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.refused") is None
    assert page.evaluate("document.documentElement.lang") == "nl"


@pytest.mark.browser
def test_an_inline_script_does_not_run(page: Page) -> None:
    page.evaluate("const s = document.createElement('script'); s.text = 'window.ran = 1'; document.body.append(s)")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("window.refused")[-1].startswith("script-src-elem inline")


@pytest.mark.browser
def test_streamlit_speaks_dutch(page: Page, chat: str) -> None:
    page.get_by_role("button", name="Verstuur de vraag").wait_for()
    page.get_by_role("navigation", name="Pagina's").wait_for()
    assert page.inner_text("[data-testid='stSkipToContent']") == "Naar de inhoud"
    page.goto(f"{chat}/nietbestaand")
    page.get_by_text("Deze pagina bestaat niet. U ziet de eerste pagina.").wait_for()
    page.goto(f"{chat}/evaluatie")
    page.get_by_label("Meting", exact=True).fill("zzzz")
    page.get_by_text("Niets gevonden").wait_for()
    page.get_by_label("Grafiek").first.wait_for(state="attached")
    page.get_by_label("Volledig scherm").first.wait_for(state="attached")
    named = page.evaluate("[...document.querySelectorAll('[aria-label]')].map(e => e.getAttribute('aria-label'))")
    assert {"Volledig scherm", "Bewaar als CSV", "Zoek", "Grafiek"} <= set(named)
    assert not {"Fullscreen", "Download as CSV", "Search", "Main menu", "Open sidebar"} & set(named)


@pytest.mark.browser
def test_news_is_said_once_in_one_place_that_stays(page: Page) -> None:
    page.evaluate(
        "window.said = []; new MutationObserver(() => { const t = document.getElementById('vb-nieuws').textContent; if (t) said.push(t) }).observe(document.getElementById('vb-nieuws'), {childList: true})"
    )
    draw(page, '<span data-nieuws="Antwoord: vier bronnen" data-keer="a1"></span>')
    page.wait_for_timeout(500)
    assert page.evaluate("said.length") == 1
    draw(page, '<span data-nieuws="Antwoord: vier bronnen" data-keer="a1"></span>')  # drawn again: no news
    draw(page, '<span data-nieuws="Antwoord: vier bronnen" data-keer="a2"></span>')
    page.wait_for_timeout(500)
    assert page.evaluate("said") == ["Antwoord: vier bronnen"] * 2
    assert page.evaluate(
        "const e = document.getElementById('vb-nieuws'); [e.getAttribute('role'), e.getAttribute('aria-live')]"
    ) == ["status", "polite"]


@pytest.mark.browser
def test_a_copy_button_copies_and_says_so(page: Page) -> None:
    draw(page, '<button class="vb-knop" data-kopieer="&quot;Vraag&quot; (TSD, 2020)">Kopieer citaat</button>')
    page.get_by_role("button", name="Kopieer citaat").click()
    page.get_by_role("button", name="Gekopieerd").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == '"Vraag" (TSD, 2020)'
    page.locator("#vb-nieuws", has_text="Gekopieerd").wait_for(state="attached")
    page.get_by_role("button", name="Kopieer citaat").wait_for()


@pytest.mark.browser
def test_a_target_comes_into_view_and_gets_the_focus(page: Page) -> None:
    draw(
        page, '<div style="height:3000px"></div><p id="vraag-9" tabindex="-1">Hier</p><div style="height:3000px"></div>'
    )
    draw(page, '<span data-doel="vraag-9" data-blok="center" data-keer="1"></span>')
    page.locator("#vraag-9:focus").wait_for()
    box = page.locator("#vraag-9").bounding_box()
    assert box and 0 < box["y"] < 900


@pytest.mark.browser
def test_the_cookie_is_kept_and_forgotten(page: Page, chat: str) -> None:
    draw(page, '<span data-koekje="abc_DEF-123"></span>')
    page.wait_for_timeout(300)
    cookie = next(c for c in page.context.cookies(chat) if c["name"] == "vraagbaak_gebruiker")
    assert (cookie["value"], cookie["path"], cookie["sameSite"]) == ("abc_DEF-123", "/", "Strict")
    draw(page, '<span data-koekje=""></span>')
    page.wait_for_timeout(300)
    assert "vraagbaak_gebruiker" not in page.evaluate("document.cookie")


@pytest.mark.browser
def test_what_streamlit_draws_keeps_the_marks(page: Page) -> None:
    ask(page)
    assert page.locator("button.vb-knop[data-kopieer]").count() > 0
    page.locator("#vb-nieuws:not(:empty)").wait_for(state="attached")


@pytest.mark.browser
def test_our_colours_follow_the_theme(browser: Browser, chat: str) -> None:
    for scheme, ground in (("light", "rgb(251, 249, 244)"), ("dark", "rgb(20, 25, 27)")):
        page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(chat)
        page.get_by_test_id("stChatInputTextArea").wait_for()
        shown = "e => getComputedStyle(document.querySelector(e)).backgroundColor"
        assert (page.evaluate(shown, "body"), page.evaluate(shown, ".stApp")) == (ground, ground)
        page.close()


def leave_by_button(page: Page) -> None:
    page.get_by_role("button", name="Verlaat deze pagina snel").click()


def leave_by_escape(page: Page) -> None:
    page.get_by_test_id("stChatInputTextArea").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")


@pytest.mark.browser
@pytest.mark.parametrize("leave", [leave_by_button, leave_by_escape])
def test_the_quick_exit_leaves_nothing_to_go_back_to(browser: Browser, chat: str, leave: object) -> None:
    page = browser.new_page()
    page.goto("about:blank")
    page.goto(chat)
    ask(page)
    page.get_by_test_id("stTopNavLink").filter(has_text="Gesprekken").click()
    page.wait_for_url("**/gesprekken")
    page.reload()  # an entry of another document
    page.get_by_test_id("stTopNavLink").filter(has_text="Vragen").click()
    page.get_by_test_id("stChatInputTextArea").wait_for()
    leave(page)  # type: ignore[operator]
    page.wait_for_url(f"{chat}/rekenmachine/")
    page.wait_for_selector("#uitkomst")
    page.wait_for_timeout(1000)
    assert page.title() == "Rekenmachine"
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    assert [(entry["url"].removeprefix(chat), entry["title"]) for entry in history["entries"]] == [
        ("about:blank", ""),
        ("/rekenmachine/index.html", "Rekenmachine"),
        ("/rekenmachine/", "Rekenmachine"),
    ]
    assert page.evaluate("Object.keys(sessionStorage)") == ["vb-weg"]
    page.evaluate("history.back()")
    page.wait_for_timeout(1500)
    assert page.url.startswith(f"{chat}/rekenmachine/")
    assert page.locator(".stApp").count() == 0
    page.goto(chat)  # who types the address comes in again
    page.get_by_test_id("stChatInputTextArea").wait_for()
    assert page.locator(".vb-antwoord").count() == 0
    page.close()


@pytest.mark.browser
def test_escape_once_or_slowly_stays(page: Page) -> None:
    page.keyboard.press("Escape")
    page.wait_for_timeout(1800)
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    assert page.get_by_test_id("stChatInputTextArea").count() == 1


@pytest.mark.browser
def test_the_exit_is_the_first_stop_of_the_keyboard_and_the_content_the_second(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Verlaat deze pagina snel"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('[data-testid=stMain]') !== null")


COVERED = """exit => [...document.querySelectorAll('header :is(a, button, img), section button, h1, .stMain p')]
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([, r]) => r.width && r.left < exit.x + exit.width && r.right > exit.x)
  .filter(([, r]) => r.top < exit.y + exit.height && r.bottom > exit.y)
  .map(([e]) => e.outerHTML.slice(0, 80))"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 375, 640, 1280])
def test_the_exit_covers_nothing(browser: Browser, chat: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 640})
    page.goto(chat)
    page.wait_for_selector("h1")
    box = page.locator(".vb-weg button").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.evaluate(COVERED, dict(box)) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 640:
        page.get_by_role("button", name="Open het menu").click()
        page.get_by_role("button", name="Sluit het menu").wait_for()
        page.wait_for_timeout(500)
        assert page.evaluate(COVERED, dict(box)) == []
        page.get_by_role("button", name="Sluit het menu").click()
    page.close()


@pytest.mark.browser
def test_the_harmless_page_counts(browser: Browser, chat: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{chat}/rekenmachine/")
    for key in "2+3*(4-1,5)=":
        page.locator(f"[data-toets='{key}']").click()
    assert page.inner_text("#uitkomst") == "9,5"
    page.keyboard.type("/0")
    page.keyboard.press("Enter")
    assert page.inner_text("#uitkomst") == "Dat kan niet"
    assert "raagbaak" not in page.content()
    assert all(path.startswith("/rekenmachine/") for path in asked)
    page.close()


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2 between two colours as #rrggbb: 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_every_colour_of_text_can_be_read(chat: str, theme: int) -> None:
    css = get(f"{chat}/vraagbaak/basis.css")[2].decode()
    colours = {name: pair[theme] for name, *pair in re.findall(r"--vb-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)}
    for name in ("tekst", "stil", "accent", "gevaar", "goed", "let-op", "norm", "stem", "feit"):
        for ground in ("vlak", "kaart"):
            assert _contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    assert _contrast(colours["merk-tekst"], colours["merk-vlak"]) >= 4.5
    assert _contrast(colours["op-accent"], colours["accent"]) >= 4.5
    assert _contrast(colours["rand-invoer"], colours["vlak"]) >= 3
