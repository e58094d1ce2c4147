"""The main job in a real browser: the lecture's XOR weights, graded 100 by a real worker."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.factories import LECTURE_FIELDS

EXERCISE = "/exercises/xor-weights/"
RESULT = re.compile(r"/submissions/[a-z0-9]+/$")


def fill(page: Page, **changes: str) -> None:
    for name, value in (LECTURE_FIELDS | changes).items():
        page.locator(f'input[name="{name}"]').fill(value)


def submit_button(page: Page) -> object:
    return page.get_by_role("button", name="Submit for a grade")


def expect_grade(page: Page, grade: str) -> None:
    expect(page).to_have_url(RESULT)
    expect(page.locator(".grade")).to_contain_text(grade, timeout=20_000)


def test_the_keyboard_alone_solves_and_submits_xor(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.go(EXERCISE)
    page.locator("input[name='weights.0.weight[0][0]']").focus()

    for value in ("20", "20", "-10", "-20", "-20", "30", "20", "20", "-30"):
        focused = page.locator(":focus")
        assert focused.get_attribute("name") in LECTURE_FIELDS
        assert LECTURE_FIELDS[str(focused.get_attribute("name"))] == value
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    for _ in range(8):
        if page.locator(":focus").inner_text() == "Submit for a grade":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect_grade(page, "100 of 100")


def test_ctrl_enter_submits(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.go(EXERCISE)
    fill(page)

    page.keyboard.press("Control+Enter")

    expect_grade(page, "100 of 100")


def test_the_result_comes_without_a_reload_and_the_status_line_stays_in_place(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.go(EXERCISE)
    fill(page)
    page.get_by_role("button", name="Submit for a grade").click()

    expect_grade(page, "100 of 100")

    expect(page.locator("#grading-status")).to_have_text("Your answer is graded.")
    assert page.locator("#grading-status").get_attribute("role") == "status"
    expect(page.locator(".decision-map")).to_have_count(3)


def test_without_javascript_the_form_posts_and_the_result_is_readable(
    open_window: Callable[..., Visitor],
) -> None:
    visitor = open_window(javascript=False)
    visitor.sign_up()
    page = visitor.go(EXERCISE)
    fill(page)
    page.get_by_role("button", name="Submit for a grade").click()

    expect_grade(page, "100 of 100")
    expect(page.get_by_role("heading", name="All checks")).to_be_visible()


def test_a_double_click_makes_one_submission(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.go(EXERCISE)
    fill(page)

    page.get_by_role("button", name="Submit for a grade").dblclick()

    expect_grade(page, "100 of 100")
    expect(page.get_by_role("region", name="Attempts").locator("tbody tr")).to_have_count(1)


def test_a_wrong_answer_shows_a_counterexample_and_keeps_the_weights_for_another_try(
    visitor: Visitor,
) -> None:
    visitor.sign_up()
    page = visitor.go(EXERCISE)
    fill(page, **{"weights.0.weight[0][1]": "-20", "weights.0.weight[1][0]": "20"})
    page.get_by_role("button", name="Submit for a grade").click()
    expect(page.get_by_role("heading", name="What failed, and where")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("table", name="Forward pass").locator("tbody tr")).to_have_count(3)

    page.get_by_role("link", name="Try again from these weights").click()

    expect(page.locator("input[name='weights.0.weight[0][1]']")).to_have_value("-20")


def test_check_now_answers_in_the_page_and_uses_no_attempt(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.go(EXERCISE)
    fill(page)

    page.get_by_role("button", name="Check now").click()

    expect(page.locator("#check-result")).to_contain_text("passed")
    page.reload()
    expect(page.get_by_text("0 of 10 attempts used")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_refused_answer_keeps_what_was_typed_and_names_the_field(
    open_window: Callable[..., Visitor], javascript: bool
) -> None:
    visitor = open_window(javascript=javascript)
    visitor.sign_up()
    page = visitor.go(EXERCISE)
    fill(page, **{"weights.2.bias[0]": "minus thirty"})

    page.get_by_role("button", name="Submit for a grade").click()

    field = page.locator("input[name='weights.2.bias[0]']")
    expect(page.locator(".error-summary")).to_contain_text("minus thirty")
    expect(field).to_have_value("minus thirty")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[name='weights.0.weight[0][0]']")).to_have_value("20")


def test_an_answer_typed_before_signing_in_is_still_there_afterwards(
    open_window: Callable[..., Visitor],
) -> None:
    visitor = open_window(javascript=False)
    page = visitor.go(EXERCISE)
    fill(page)
    page.get_by_role("button", name="Sign in and submit").click()
    page.get_by_label("Username").fill("student2")
    page.get_by_label("Password", exact=True).fill(visitor.site.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(re.compile(EXERCISE))
    expect(page.locator("input[name='weights.2.bias[0]']")).to_have_value("-30")


def test_another_students_result_does_not_exist(open_window: Callable[..., Visitor]) -> None:
    first, second = open_window(), open_window()
    first.sign_up()
    page = first.go(EXERCISE)
    fill(page)
    page.get_by_role("button", name="Submit for a grade").click()
    expect_grade(page, "100 of 100")
    second.sign_up()

    response = second.page.goto(page.url)

    assert response is not None
    assert response.status == 404
