"""A real Chromium against the real site, started as `make run` starts it."""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.find_browser import find_browser
from tests.site import Site

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
]
WATCH_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""
PASSWORD = "a long password for tests"


@dataclass
class Visitor:
    """A browser window with everything that went wrong in it."""

    page: Page
    site: Site
    errors: list[str]

    def go(self, path: str) -> Page:
        self.page.goto(self.site.url + path)
        return self.page

    def sign_in(self, username: str) -> Page:
        self.go("/accounts/login/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password", exact=True).fill(self.site.password)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/learn/")
        return self.page

    def sign_up(self) -> str:
        """Make a new student, who has every attempt left."""
        name = f"new{secrets.token_hex(4)}"
        self.go("/accounts/signup/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("E-mail").fill(f"{name}@example.org")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_label("Password confirmation").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Create account").click()
        self.page.wait_for_url("**/learn/")
        return name


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_window(site: Site, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open windows; when the test ends, none of them may have seen an error or a CSP violation."""
    visitors: list[Visitor] = []

    def open_one(*, width: int = 1280, theme: str = "light", javascript: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        if javascript:
            context.add_init_script(WATCH_VIOLATIONS)
        page = context.new_page()
        visitor = Visitor(page, site, [])
        page.on("console", lambda message: _note(visitor, message.type, message.text))
        page.on("pageerror", lambda error: visitor.errors.append(str(error)))
        visitors.append(visitor)
        return visitor

    yield open_one
    for visitor in visitors:
        violations: Any = (
            visitor.page.evaluate("window.violations ?? []") if visitor.page.url != "about:blank" else []
        )
        visitor.page.context.close()
        assert visitor.errors == []
        assert violations == []


def _note(visitor: Visitor, kind: str, text: str) -> None:
    """Keep errors; an answer of 422 or 409 to a form is meant, and the browser logs it all the same."""
    if kind == "error" and not re.search(r"status of (4\d\d)", text):
        visitor.errors.append(text)


@pytest.fixture
def visitor(open_window: Callable[..., Visitor]) -> Visitor:
    return open_window()
