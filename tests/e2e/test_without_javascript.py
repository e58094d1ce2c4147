"""JavaScript off: every lesson is text, and every exercise is a form that can be filled in and sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Visitor, answers_of, open_visitor
from tests.e2e.test_main_job import expect_grade
from tests.e2e.test_pages import COURSE
from tests.site import Site

KINDS = {exercise.id: exercise.data["kind"] for exercise in COURSE.exercises}
# A kind of exercise, and its first in the course.
FIRST = {kind: exercise for exercise, kind in reversed(KINDS.items())}
TEXTS = ["/", "/play/", *(f"/lessons/{lesson.slug}/" for lesson in COURSE.lessons)]


@dataclass
class Student:
    """A new student with JavaScript off, and what each form must be filled with for all points."""

    visitor: Visitor
    answers: dict[str, list[dict[str, Any]]]

    def fill_in(self, exercise: str) -> Page:
        """Type the reference into the form by the name of each input, and nothing but that."""
        page = self.visitor.go(f"/exercises/{exercise}/")
        for name, values in self.answers[exercise][0]["fields"].items():
            fill(page, name, values)
        return page


def fill(page: Page, name: str, values: list[str]) -> None:
    fields = page.locator(f'#answer-form [name="{name}"]')
    what = fields.first.evaluate("(field) => field.type")
    if what in {"radio", "checkbox"}:
        for value in values:
            page.locator(f'#answer-form [name="{name}"][value="{value}"]').check()
    elif what == "select-one":
        fields.select_option(values)
    else:
        fields.fill(values[0])


@pytest.fixture(scope="module")
def student(site: Site, browser: Browser) -> Iterator[Student]:
    visitor = open_visitor(browser, site, javascript=False)
    name = visitor.sign_up()
    yield Student(visitor, answers_of(site, name, *KINDS))
    visitor.page.context.close()


@pytest.mark.parametrize("exercise", KINDS)
def test_every_form_is_filled_in_and_checked(student: Student, exercise: str) -> None:
    page = student.fill_in(exercise)
    attempts = page.locator(".meta", has_text="attempts used")
    before = attempts.inner_text()

    page.get_by_role("button", name="Check now").click()

    expect(page.get_by_role("heading", name="Visible checks")).to_be_visible()
    expect(page.locator("#check-result .failed")).to_have_count(0)
    expect(attempts).to_have_text(before)


@pytest.mark.parametrize("kind", FIRST)
def test_an_answer_of_each_kind_is_submitted_and_graded(student: Student, kind: str) -> None:
    page = student.fill_in(FIRST[kind])

    page.get_by_role("button", name="Submit for a grade").click()

    points = next(exercise.data["points"] for exercise in COURSE.exercises if exercise.id == FIRST[kind])
    expect_grade(page, f"{points} of {points}")
    expect(page.get_by_role("heading", name="All checks")).to_be_visible()


@pytest.mark.parametrize("path", TEXTS)
def test_every_lesson_is_readable(student: Student, path: str) -> None:
    page = student.visitor.go(path)

    expect(page.locator("h1")).to_be_visible()
    if not path.endswith("/opening/"):
        expect(page.locator(".fallback").first).to_be_visible()
