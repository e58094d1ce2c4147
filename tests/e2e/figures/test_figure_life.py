"""What every figure does: fallback, theme, link, phone width, several on one page."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lessons.reading import read_course

Open = Callable[..., Page]
Markup = Callable[..., str]

CONTENT = Path(__file__).parents[3] / "lessons" / "content"
BLOCK = re.compile(r"^```figure (?!nn-replay)(nn-[a-z-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Playwright's own scrolling waits for two frames in which nothing moves: long, with so many figures.
SCROLL_TO = "(element) => element.scrollIntoView()"
MIDDLE_PIXEL = """(element) => [...element.querySelector("canvas").getContext("2d")
  .getImageData(60, 300, 1, 1).data]"""


def main_figure(body: str) -> tuple[str, dict[str, Any]]:
    """Return the first figure of a lesson that is not a film, and its configuration."""
    block = BLOCK.search(body)
    assert block is not None
    return block[1], tomllib.loads(block[2]).get("config", {})


FIGURES = {lesson.slug: main_figure(lesson.body) for lesson in read_course(CONTENT).lessons}


@pytest.fixture
def wake_all(figure_page: Open, figure_markup: Markup) -> Callable[..., Page]:
    """Open one page with the main figure of every lesson, as the lesson sets it up, and scroll to each."""
    body = "".join(
        figure_markup(tag, config).replace('id="figure-1"', f'id="{lesson}"')
        for lesson, (tag, config) in FIGURES.items()
    )

    def open_page(look: Callable[[str, Page], None] = lambda lesson, page: None, **options: Any) -> Page:
        page = figure_page(body, *sorted({f"{tag}.js" for tag, _ in FIGURES.values()}), **options)
        for lesson in FIGURES:
            page.locator(f"#{lesson}").evaluate(SCROLL_TO)
            expect(page.locator(f"#{lesson} .figure-summary")).to_be_attached()
            look(lesson, page)
        return page

    return open_page


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_figure_scrolls_sideways(wake_all: Callable[..., Page], width: int) -> None:
    overflow: dict[str, int] = {}

    def measure(lesson: str, page: Page) -> None:
        overflow[lesson] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    wake_all(measure, viewport={"width": width, "height": 800})

    assert {lesson: excess for lesson, excess in overflow.items() if excess > 0} == {}


def test_every_target_is_at_least_24_pixels_high(wake_all: Callable[..., Page]) -> None:
    page = wake_all()

    sizes = page.locator("button, select, input, summary, [role=slider]").evaluate_all(
        """(controls) => controls.filter((control) => control.checkVisibility()).map((control) => {
          const box = (control.closest(".check-row") ?? control).getBoundingClientRect();
          return [control.outerHTML.slice(0, 60), box.height];
        })"""
    )

    assert [size for size in sizes if size[1] < 24] == []


def test_every_control_has_a_name(wake_all: Callable[..., Page]) -> None:
    page = wake_all()

    unnamed = page.locator("input, select, button, textarea, [role=slider]").evaluate_all(
        """(controls) => controls.filter((control) => !(control.labels?.length
          || control.getAttribute("aria-label") || control.textContent.trim())).map((one) => one.outerHTML)"""
    )

    assert unnamed == []


@pytest.mark.parametrize("tag", sorted({tag for tag, _ in FIGURES.values()}))
def test_a_broken_configuration_leaves_the_fallback(figure_page: Open, tag: str) -> None:
    body = f'<{tag}><script type="application/json">{{"a": </script><p class="fallback">Numbers.</p></{tag}>'

    page = figure_page(body, f"{tag}.js")

    expect(page.get_by_text("Numbers.")).to_be_visible()
    expect(page.locator(".figure-live")).to_have_count(0)


def test_a_map_follows_the_theme(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(figure_markup("nn-xor-lab"), "nn-xor-lab.js", color_scheme="light")
    expect(page.locator(".figure-summary")).to_be_attached()
    map_frame = page.locator(".map-frame")
    before = map_frame.evaluate(MIDDLE_PIXEL)

    page.emulate_media(color_scheme="dark")

    # The browser tells of the new theme some frames later.
    for _ in range(100):
        if map_frame.evaluate(MIDDLE_PIXEL) != before:
            break
        page.wait_for_timeout(50)
    assert map_frame.evaluate(MIDDLE_PIXEL) != before


def test_two_figures_share_the_address(figure_page: Open, figure_markup: Markup) -> None:
    second = figure_markup("nn-xor-lab").replace('id="figure-1"', 'id="figure-2"')
    page = figure_page(figure_markup("nn-gates") + second, "nn-gates.js", "nn-xor-lab.js")

    page.get_by_label("x₁ is on").check()
    page.get_by_label("bias y", exact=True).fill("-5")

    expect(page).to_have_url(re.compile("#figure-1:gate=and&t=3&i=&x=10;figure-2:w=6,-4,-5,7,-2,-3,8,8,-5$"))


def test_a_new_fragment_changes_the_figure_at_once(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(figure_markup("nn-gates"), "nn-gates.js")
    expect(page.locator(".figure-summary")).to_have_text("3 of 4 rows right.")

    page.evaluate("window.location.hash = 'figure-1:gate=or&t=1'")

    expect(page.locator(".figure-summary")).to_have_text("4 of 4 rows right. This neuron is x₁ OR x₂.")


def test_a_far_figure_waits_and_a_hidden_one_pauses(figure_page: Open, figure_markup: Markup) -> None:
    spacer = "<p>Far.</p>" * 400
    page = figure_page(spacer + figure_markup("nn-perceptron"), "nn-perceptron.js")
    expect(page.locator(".figure-live")).to_have_count(0)

    page.locator("nn-perceptron").evaluate(SCROLL_TO)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_attached()
    page.evaluate("window.scrollTo(0, 0)")

    expect(page.get_by_role("button", name="Play", include_hidden=True)).to_be_attached()
