"""<grade-progress>: polling that is polite, survives trouble, and ends in place."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]

PROGRESS = """
<p role="status" id="status">Your submission was received.</p>
<grade-progress data-url="/submissions/abc/status"><div>Received.</div></grade-progress>
<button>Elsewhere</button>"""
RUNNING = (
    '<div data-sentence="In line: place {place}."><p>Step {place}</p>'
    '<button id="cancel">Cancel</button></div>'
)
DONE = '<section data-sentence="Graded: 92 of 100." data-title="92 of 100"><h2>92 of 100</h2></section>'


class Grading:
    """Answers polls with the replies given, the last one for ever."""

    def __init__(self, server: Any, reply: type) -> None:
        self.reply = reply
        self.asked = 0
        self.replies: list[Any] = []
        server.routes["GET", "/submissions/abc/status"] = self.answer

    def answer(self, request: Any) -> Any:
        self.asked += 1
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def running(self, place: int, after: str = "0.05") -> Any:
        return self.reply(RUNNING.format(place=place), headers={"X-Poll-After": after})

    def done(self) -> Any:
        return self.reply(DONE, headers={"X-Done": "1"})


@pytest.fixture
def grading(figure_server: Any, reply_type: type) -> Grading:
    return Grading(figure_server, reply_type)


@pytest.fixture
def open_progress(figure_page: Open) -> Callable[[], Page]:
    return lambda: figure_page(PROGRESS, "grade-progress.js")


def test_it_ends_with_the_result_in_place(open_progress: Open, grading: Grading) -> None:
    grading.replies = [grading.running(2), grading.running(1), grading.done()]
    page = open_progress()
    page.get_by_role("button", name="Elsewhere").focus()
    status = page.locator("#status").element_handle()
    assert status is not None

    expect(page.get_by_role("heading", name="92 of 100")).to_be_visible()

    assert status.inner_text() == "Graded: 92 of 100."
    expect(page).to_have_title("92 of 100")
    expect(page.get_by_role("button", name="Elsewhere")).to_be_focused()
    expect(page.get_by_text("Received.")).to_have_count(0)
    page.wait_for_timeout(1300)
    assert grading.asked == 3


def test_focus_stays_on_a_control_that_is_drawn_again(open_progress: Open, grading: Grading) -> None:
    grading.replies = [grading.running(3, "0.5"), grading.running(2, "5")]
    page = open_progress()
    page.get_by_role("button", name="Cancel").focus()

    expect(page.get_by_text("Step 2")).to_be_visible()

    expect(page.get_by_role("button", name="Cancel")).to_be_focused()


def test_it_obeys_retry_after(open_progress: Open, grading: Grading, expected_errors: list[str]) -> None:
    expected_errors.append("503")
    grading.replies = [grading.reply(status=503, headers={"Retry-After": "2"}), grading.done()]
    page = open_progress()

    expect(page.locator("#status")).to_contain_text("The server does not answer.")
    page.wait_for_timeout(1200)
    assert grading.asked == 1
    expect(page.locator("#status")).to_have_text("Graded: 92 of 100.")


def test_offline_is_said_and_ends_by_itself(
    open_progress: Open, grading: Grading, expected_errors: list[str]
) -> None:
    expected_errors.append("ERR_INTERNET_DISCONNECTED")
    grading.replies = [grading.running(1, "0.3")]
    page = open_progress()
    expect(page.get_by_text("Step 1")).to_be_visible()

    page.context.set_offline(True)
    expect(page.locator("#status")).to_contain_text("You are offline.")
    grading.replies = [grading.done()]
    page.context.set_offline(False)

    expect(page.locator("#status")).to_have_text("Graded: 92 of 100.")


def test_a_hidden_tab_does_not_ask(open_progress: Open, grading: Grading) -> None:
    grading.replies = [grading.running(1, "0.05")]
    page = open_progress()
    expect(page.get_by_text("Step 1")).to_be_visible()

    set_hidden(page, True)
    page.wait_for_timeout(200)
    asked = grading.asked
    page.wait_for_timeout(600)
    assert grading.asked == asked
    grading.replies = [grading.done()]
    set_hidden(page, False)

    expect(page.locator("#status")).to_have_text("Graded: 92 of 100.")


@pytest.mark.parametrize("how", ["forbidden", "redirect"])
def test_an_ended_session_leads_to_sign_in_and_back(
    open_progress: Open, grading: Grading, figure_server: Any, expected_errors: list[str], how: str
) -> None:
    expected_errors.append("403")
    figure_server.routes["GET", "/accounts/login/"] = lambda request: grading.reply("<h1>Sign in</h1>")
    redirect = grading.reply(
        status=302, headers={"Location": "/accounts/login/?next=/submissions/abc/status"}
    )
    grading.replies = [grading.reply(status=403) if how == "forbidden" else redirect]

    page = open_progress()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=%2Fpage%2F$"))


def set_hidden(page: Page, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
