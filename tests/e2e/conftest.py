"""A real Chromium against the real site, started as `make run` starts it."""

import json
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

    def complaints(self) -> list[str]:
        """Return what the console and the policy said, of all pages of this window and of the last one."""
        violations: list[str] = self.page.evaluate("window.violations ?? []")
        return [*self.errors, *violations]

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


def answers_of(site: Site, username: str, *exercises: str) -> dict[str, list[dict[str, Any]]]:
    """Return what tests/e2e/course_answers.py prints."""
    found: dict[str, list[dict[str, Any]]] = json.loads(
        site.stack.python("-m", "tests.e2e.course_answers", username, *exercises)
    )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield chromium
        chromium.close()


def open_visitor(browser: Browser, site: Site, *, javascript: bool = True) -> Visitor:
    """Open a window; whoever opens it closes its context."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme="light",
        reduced_motion="reduce",
        java_script_enabled=javascript,
    )
    if javascript:
        context.add_init_script(WATCH_VIOLATIONS)
    visitor = Visitor(context.new_page(), site, [])
    visitor.page.on("console", lambda message: _note(visitor, message.type, message.text))
    visitor.page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    return visitor


@pytest.fixture
def open_window(site: Site, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open windows; when the test ends, none of them may have seen an error or a CSP violation."""
    visitors: list[Visitor] = []

    def open_one(*, javascript: bool = True) -> Visitor:
        visitors.append(open_visitor(browser, site, javascript=javascript))
        return visitors[-1]

    yield open_one
    found = [visitor.complaints() for visitor in visitors]
    for visitor in visitors:
        visitor.page.context.close()
    assert found == [[] for _ in visitors]


@pytest.fixture(scope="module")
def lasting_window(site: Site, browser: Browser) -> Iterator[Visitor]:
    """A window that the tests of a module share, because a new one for each costs as much as a page."""
    visitor = open_visitor(browser, site)
    yield visitor
    visitor.page.context.close()


@pytest.fixture
def passer_by(lasting_window: Visitor) -> Iterator[Visitor]:
    """Somebody not signed in, in the module's window; it may not have seen an error since the last test."""
    lasting_window.errors.clear()
    yield lasting_window
    assert lasting_window.complaints() == []


def _note(visitor: Visitor, kind: str, text: str) -> None:
    """Keep errors; an answer of 422 or 409 to a form is meant, and the browser logs it all the same."""
    if kind == "error" and not re.search(r"status of (4\d\d)", text):
        visitor.errors.append(text)


@pytest.fixture
def visitor(open_window: Callable[..., Visitor]) -> Visitor:
    return open_window()
