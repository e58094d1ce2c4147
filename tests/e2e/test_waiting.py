"""Waiting for a grade in a real browser: a pause says why, a cancelled answer uses no attempt."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_main_job import EXERCISE, expect_grade, fill
from tests.e2e.test_pages import check_page

PAUSES = "/admin/exercises/pause/"
REASON = "We mend a check."


@pytest.fixture
def operator(open_window: Callable[..., Visitor]) -> Iterator[Visitor]:
    """Somebody who has paused all grading, and lets it go on afterwards whatever happened."""
    visitor = open_window()
    page = visitor.sign_in("admin")
    visitor.go(f"{PAUSES}add/")
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Save", exact=True).click()
    yield visitor
    lift(visitor)


def lift(visitor: Visitor) -> None:
    page = visitor.go(PAUSES)
    page.locator("#action-toggle").check()
    page.locator("select[name='action']").select_option("lift")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("Grading goes on.")).to_be_visible()


def submit(visitor: Visitor) -> Page:
    page = visitor.go(EXERCISE)
    fill(page)
    page.get_by_role("button", name="Submit for a grade").click()
    expect(page.locator("#grading-status")).to_contain_text(f"Grading is paused: {REASON}")
    return page


def test_an_answer_waits_out_a_pause_and_is_graded_without_a_reload(
    operator: Visitor, open_window: Callable[..., Visitor]
) -> None:
    visitor = open_window()
    visitor.sign_up()
    page = submit(visitor)
    check_page(page)

    lift(operator)

    expect_grade(page, "100 of 100")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_cancelled_answer_uses_no_attempt(
    operator: Visitor, open_window: Callable[..., Visitor], javascript: bool
) -> None:
    visitor = open_window(javascript=javascript)
    visitor.sign_up()
    page = submit(visitor)

    page.get_by_role("button", name="Cancel").click()

    expect(page.locator("#grading-status")).to_have_text("This submission was cancelled and used no attempt.")
    visitor.go(EXERCISE)
    expect(page.get_by_text("0 of 10 attempts used")).to_be_visible()
