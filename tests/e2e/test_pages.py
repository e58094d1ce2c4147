"""Every page type in Chromium: accessible, within the screen, silent in the console, whatever the theme."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lessons.reading import read_course
from tests.e2e.conftest import Visitor
from tests.e2e.test_main_job import EXERCISE, expect_grade, fill

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What another theme or another width can change; everything else was asked of the same page before.
OF_THE_WINDOW = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
RUN_AXE = """
async ([type, values]) => {
  const result = await axe.run(document, { runOnly: { type, values } });
  const places = (rule) => rule.nodes.map((node) => node.target.join(" ")).join(", ");
  return result.violations.map((rule) => `${rule.id}: ${places(rule)}`);
}
"""
SPACING = """
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}
"""
WIDTH = "() => document.documentElement.scrollWidth"
WEIGHT = """
() => document.fonts.ready.then(() => {
  const loaded = ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type));
  return loaded.reduce((bytes, { transferSize }) => bytes + transferSize, 0);
})
"""
LIGHT = 200 * 1024
"""Bytes of a first visit to a lesson, headers included."""
COURSE = read_course(Path(__file__).parents[2] / "lessons" / "content")
PUBLIC = [
    "/",
    "/learn/",
    *(f"/lessons/{lesson.slug}/" for lesson in COURSE.lessons),
    "/exercises/",
    *(f"/exercises/{exercise.id}/" for exercise in COURSE.exercises),
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/reset/",
    "/play/",
    "/search/?q=neuron+weights",
    "/glossary/",
    "/help/",
    "/privacy/",
    "/status/",
    "/api/docs/",
    "/nothing/",
]
OWN = ["/learn/", EXERCISE, "/grades/", "/grades/concepts/", "/accounts/tokens/", "/accounts/password/"]
ADMIN = [
    "/admin/",
    "/admin/exercises/submission/",
    "/admin/exercises/exercise/",
    "/admin/exercises/assignment/add/",
    "/admin/lessons/enrolment/",
]
WINDOWS = pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])


def violations(page: Page, of_the_window: bool) -> Any:
    page.evaluate(AXE)
    return page.evaluate(RUN_AXE, ["rule", OF_THE_WINDOW] if of_the_window else ["tag", TAGS])


def check_page(page: Page, of_the_window: bool = False) -> None:
    """One page: no accessibility violation, nothing beyond a 320 px screen, even with wide text spacing."""
    size = page.viewport_size
    assert size is not None
    assert violations(page, of_the_window) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate(WIDTH) <= 320, f"{page.url} scrolls sideways"
    page.evaluate(SPACING)
    assert page.evaluate(WIDTH) <= 320, f"{page.url} scrolls sideways under text spacing"
    page.set_viewport_size(size)


@WINDOWS
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_sound(
    open_window: Callable[..., Visitor], path: str, width: int, theme: str
) -> None:
    check_page(open_window(width=width, theme=theme).go(path), of_the_window=theme == "dark")


@WINDOWS
def test_a_students_pages_are_sound(open_window: Callable[..., Visitor], width: int, theme: str) -> None:
    visitor = open_window(width=width, theme=theme)
    visitor.sign_up()
    for changes in ({}, {"weights.0.weight[0][1]": "-20", "weights.0.weight[1][0]": "20"}):
        page = visitor.go(EXERCISE)
        fill(page, **changes)
        page.get_by_role("button", name="Submit for a grade").click()
        expect_grade(page, "of 100")
        check_page(page)
    for path in OWN:
        check_page(visitor.go(path))


@WINDOWS
def test_the_admin_is_sound_under_the_strict_policy(
    open_window: Callable[..., Visitor], width: int, theme: str
) -> None:
    visitor = open_window(width=width, theme=theme)
    page = visitor.sign_in("instructor")
    for path in ADMIN:
        visitor.go(path)
        expect(page.locator("#content")).to_be_visible()
        assert page.evaluate("window.violations") == []


@pytest.mark.parametrize("slug", [lesson.slug for lesson in COURSE.lessons])
def test_a_first_visit_to_a_lesson_is_light(open_window: Callable[..., Visitor], slug: str) -> None:
    page = open_window().go(f"/lessons/{slug}/")
    page.wait_for_load_state("networkidle")

    weight = page.evaluate(WEIGHT)

    assert 50_000 < weight <= LIGHT, f"{weight:,} bytes"


def test_without_javascript_every_lesson_is_readable(open_window: Callable[..., Visitor]) -> None:
    visitor = open_window(javascript=False)
    for path in ["/", "/play/", EXERCISE, *(f"/lessons/{lesson.slug}/" for lesson in COURSE.lessons)]:
        page = visitor.go(path)
        expect(page.locator("h1")).to_be_visible()
        if not path.endswith("/opening/"):
            expect(page.locator(".fallback").first).to_be_visible()


def test_the_theme_button_is_remembered(visitor: Visitor) -> None:
    page = visitor.go("/")
    page.get_by_role("button", name="Dark").click()

    page.reload()

    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_lesson_has_mathml_and_no_inline_style(visitor: Visitor) -> None:
    page = visitor.go("/lessons/mlp-xor/")

    assert page.locator("math").count() > 10
    assert page.locator("main article .prose [style]").count() == 0


def test_an_instructor_overrides_a_grade_and_the_student_sees_the_reason(
    open_window: Callable[..., Visitor],
) -> None:
    student, instructor = open_window(), open_window()
    name = student.sign_up()
    page = student.go(EXERCISE)
    fill(page, **{"weights.2.bias[0]": "0"})
    page.get_by_role("button", name="Submit for a grade").click()
    expect_grade(page, "of 100")

    admin = instructor.sign_in("instructor")
    instructor.go(f"/admin/exercises/submission/?q={name}")
    admin.locator("#result_list tbody th a").click()
    admin.get_by_label("New grade").fill("88")
    admin.get_by_label("Reason", exact=True).fill("Explained the idea at the board")
    admin.get_by_role("button", name="Override").click()

    expect(admin.locator("#content")).to_contain_text("Explained the idea at the board")
    page.reload()
    expect(page.locator(".grade")).to_contain_text("88 of 100")
    expect(page.get_by_text("Explained the idea at the board")).to_be_visible()
