"""Every page in Chromium: accessible, within the screen, silent in the console, in every window and theme."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

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
  const result = await axe.run(document, { runOnly: { type, values }, resultTypes: ["violations"] });
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
WAKE = """
async () => {
  const figures = [...document.querySelectorAll("main *")].filter((one) => one.localName.startsWith("nn-"));
  const end = performance.now() + 20_000;
  for (const figure of figures) {
    figure.scrollIntoView();
    while (!figure.querySelector(".figure-live")) {
      if (performance.now() > end) throw new Error(`${figure.localName} #${figure.id} sleeps on`);
      await new Promise(requestAnimationFrame);
    }
  }
  window.scrollTo(0, 0);
}
"""
# The timeline closes by itself in a narrow window, so this is said again in each.
UNFOLD = """
() => new Promise((done) => {
  for (const part of document.querySelectorAll("details")) part.open = true;
  requestAnimationFrame(() => requestAnimationFrame(done));
})
"""
# Code and formulas have the width of a screen.
SCROLLING = """
() => [...document.querySelectorAll(".excerpt pre, .math-block")]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent.slice(0, 60))
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
Theme = Literal["light", "dark"]
# The windows in which every page is looked at, and what axe is asked there.
WINDOWS: list[tuple[int, Theme, list[Any]]] = [
    (1280, "light", ["tag", TAGS]),
    (360, "light", ["rule", OF_THE_WINDOW]),
    (360, "dark", ["rule", OF_THE_WINDOW]),
    (1280, "dark", ["rule", OF_THE_WINDOW]),
]


def show(page: Page, width: int, theme: Theme) -> None:
    """Give a loaded page another window, with everything in it unfolded."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.evaluate(UNFOLD)


def check_page(page: Page) -> None:
    """One page, all figures awake and all details open: no accessibility violation in any window and theme,
    nothing beyond the screen, down to 320 px and with wide text spacing."""
    page.evaluate(AXE)
    page.evaluate(WAKE)
    for width, theme, rules in WINDOWS:
        show(page, width, theme)
        assert page.evaluate(WIDTH) <= width, f"{page.url} scrolls sideways at {width} px"
        assert page.evaluate(RUN_AXE, rules) == [], f"{page.url} at {width} px, {theme}"
        assert width < 1280 or page.evaluate(SCROLLING) == [], f"{page.url} at {width} px"
    show(page, 320, "light")
    assert page.evaluate(WIDTH) <= 320, f"{page.url} scrolls sideways at 320 px"
    page.evaluate(SPACING)
    assert page.evaluate(WIDTH) <= 320, f"{page.url} scrolls sideways under text spacing"
    show(page, *WINDOWS[0][:2])


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_sound(passer_by: Visitor, path: str) -> None:
    check_page(passer_by.go(path))


def test_a_students_pages_are_sound(visitor: Visitor) -> None:
    visitor.sign_up()
    for changes in ({}, {"weights.0.weight[0][1]": "-20", "weights.0.weight[1][0]": "20"}):
        page = visitor.go(EXERCISE)
        fill(page, **changes)
        page.get_by_role("button", name="Submit for a grade").click()
        expect_grade(page, "of 100")
        check_page(page)
    for path in OWN:
        check_page(visitor.go(path))


def test_the_admin_is_sound_under_the_strict_policy(visitor: Visitor) -> None:
    page = visitor.sign_in("instructor")
    for path in ADMIN:
        visitor.go(path)
        for width, theme, _ in WINDOWS:
            show(page, width, theme)
            expect(page.locator("#content")).to_be_visible()
        assert page.evaluate("window.violations") == []


@pytest.mark.parametrize("slug", [lesson.slug for lesson in COURSE.lessons])
def test_a_first_visit_to_a_lesson_is_light(open_window: Callable[..., Visitor], slug: str) -> None:
    page = open_window().go(f"/lessons/{slug}/")
    page.wait_for_load_state("networkidle")

    weight = page.evaluate(WEIGHT)

    assert 50_000 < weight <= LIGHT, f"{weight:,} bytes"


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
