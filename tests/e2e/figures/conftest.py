"""A small local server with the site's strict CSP, and pages with one figure each on it."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page

STATIC = Path(__file__).parents[3] / "static"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
WATCH_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""


@dataclass(frozen=True)
class Reply:
    """What a route of the harness answers."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """What a route of the harness was asked."""

    path: str
    headers: dict[str, str]
    body: str


Route = Callable[[Request], Reply]


class OpenFigure(Protocol):
    """Open a page with the given body and modules; the fragment starts with '#'."""

    def __call__(
        self, body: str, *modules: str, fragment: str = "", page: Page | None = None, **context: Any
    ) -> Page: ...


class FigureServer:
    """Serves static/, one page at /page/, and the routes that a test adds."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Route] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self, "GET")

            def do_POST(self) -> None:
                server.answer(self, "POST")

            def log_message(self, *args: Any) -> None:
                """Stay silent."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        path = handler.path.split("?")[0]
        length = int(handler.headers.get("Content-Length") or 0)
        request = Request(handler.path, dict(handler.headers), handler.rfile.read(length).decode())
        route = self.routes.get((method, path))
        reply = route(request) if route else self.static_file(path)
        handler.send_response(reply.status)
        handler.send_header("Content-Security-Policy", CSP)
        handler.send_header("Content-Type", reply.content_type)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(reply.body.encode() if isinstance(reply.body, str) else reply.body)

    def static_file(self, path: str) -> Reply:
        if path == "/favicon.ico":
            return Reply(status=204)
        file = (STATIC / path.removeprefix("/static/")).resolve()
        if not path.startswith("/static/") or not file.is_relative_to(STATIC) or not file.is_file():
            return Reply(status=404)
        return Reply(file.read_bytes(), content_type=TYPES.get(file.suffix, "application/octet-stream"))

    def show(self, body: str, modules: tuple[str, ...]) -> None:
        scripts = "".join(f'<script type="module" src="/static/js/{name}"></script>' for name in modules)
        sheets = [
            sheet for sheet in ("tokens.css", "site.css", "figures.css") if (STATIC / "css" / sheet).is_file()
        ]
        links = "".join(f'<link rel="stylesheet" href="/static/css/{sheet}">' for sheet in sheets)
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Figure</title>'
            '<meta name="viewport" content="width=device-width">'
            f"{links}{scripts}</head>"
            f"<body><main>{body}</main></body></html>"
        )
        self.routes["GET", "/page/"] = lambda request: Reply(page)


@pytest.fixture(scope="session")
def running_server() -> Iterator[FigureServer]:
    server = FigureServer()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def figure_server(running_server: FigureServer) -> Iterator[FigureServer]:
    """The server of the run, with no routes but those that the test adds."""
    yield running_server
    running_server.routes.clear()


@pytest.fixture(scope="session")
def shared_page(browser: Browser) -> Iterator[Page]:
    """The window of all tests that ask for nothing special: a new one costs more than most of them."""
    page = new_page(browser)
    yield page
    page.context.close()


def new_page(browser: Browser, **context: Any) -> Page:
    page = browser.new_context(**context).new_page()
    page.add_init_script(WATCH_VIOLATIONS)
    return page


def clear(page: Page) -> None:
    """Leave the shared window as it was found: nothing stored, nothing running, on line, without a theme."""
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("about:blank")
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.emulate_media(media="null", color_scheme="null", reduced_motion="null")


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of console messages that a test provokes on purpose."""
    return []


@pytest.fixture
def figure_page(
    browser: Browser, shared_page: Page, figure_server: FigureServer, expected_errors: list[str]
) -> Iterator[OpenFigure]:
    """Open figures, and fail afterwards if the console or the CSP complained about any of them."""
    pages: list[Page] = []
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    def note_exception(error: Error) -> None:
        errors.append(str(error))

    def open_figure(
        body: str, *modules: str, fragment: str = "", page: Page | None = None, **context: Any
    ) -> Page:
        figure_server.show(body, modules)
        if page is None:
            page = new_page(browser, **context) if context or pages else shared_page
            page.on("console", note)
            page.on("pageerror", note_exception)
            pages.append(page)
        page.goto(f"{figure_server.address}/page/{fragment}")
        return page

    yield open_figure
    violations = [violation for page in pages for violation in page.evaluate("window.violations")]
    for page in pages:
        page.remove_listener("console", note)
        page.remove_listener("pageerror", note_exception)
        if page is shared_page:
            clear(page)
        else:
            page.context.close()
    surprises = [error for error in errors if not any(part in error for part in expected_errors)]
    assert surprises == []
    assert violations == []


def figure_html(tag: str, config: dict[str, Any] | None = None, *, attributes: str = "") -> str:
    """The markup that a lesson renders for a figure."""
    source = json.dumps(config or {}).replace("<", "\\u003c")
    return (
        f'<figure class="figure"><{tag} id="figure-1" {attributes}>'
        f'<script type="application/json">{source}</script>'
        f'<div class="fallback">Only the fallback.</div></{tag}><figcaption>A figure.</figcaption></figure>'
    )


@pytest.fixture
def figure_markup() -> Callable[..., str]:
    return figure_html


@pytest.fixture
def reply_type() -> type[Reply]:
    return Reply
