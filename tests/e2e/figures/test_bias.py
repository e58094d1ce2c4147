"""<nn-bias>: thirty fits, and its maths against the engine."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from engine.polynomial import expected, places, smoother

Open = Callable[..., Page]
Markup = Callable[..., str]
CONFIG = {"degree": 9}
SENTENCE = ".mask-sentence"
SUMMARY = ".figure-summary"


@pytest.fixture
def figure(figure_page: Open, figure_markup: Markup) -> Page:
    return figure_page(figure_markup("nn-bias", CONFIG), "nn-bias.js")


def test_fits_and_the_parts_of_the_error_are_those_of_the_engine(figure_page: Open) -> None:
    cases = [(15, 0, 0.0), (15, 3, 0.0), (15, 12, 0.0), (30, 9, 0.01), (100, 5, 10.0)]
    script = """([cases]) => import('/static/js/maths/polynomial.js').then((maths) => {
      const at = maths.places(maths.PLACES);
      return cases.map(([size, degree, ridge]) => [
        maths.smoother(size, maths.places(7), degree, ridge),
        maths.decomposed(maths.smoother(size, at, degree, ridge), at),
      ]);
    })"""

    found = figure_page("").evaluate(script, [cases])

    for (size, degree, ridge), (columns, parts) in zip(cases, found, strict=True):
        wanted, exact = smoother(size, places(7), degree, ridge).T, expected(size, 1.0, degree, ridge)
        for column, right in zip(columns, wanted, strict=True):
            assert column == pytest.approx(right, rel=1e-7, abs=1e-9)
        assert parts["bias2"] == pytest.approx(exact.bias2, rel=1e-7, abs=1e-12)
        assert parts["variance"] == pytest.approx(exact.variance, rel=1e-7)


def test_it_begins_too_flexible_and_says_so(figure: Page) -> None:
    expect(figure.locator(SENTENCE)).to_have_text("Degree 9: squared bias 0.0000 + variance 0.0638 = 0.0638.")
    expect(figure.locator(SUMMARY)).to_contain_text("Too flexible: right on average")
    expect(figure.locator(SUMMARY)).to_contain_text("Degree 3 without a ridge comes to 0.0265.")
    figure.get_by_text("The parts of the error as a table").click()
    expect(figure.locator(".data-table tbody tr")).to_have_count(13)


def test_the_keyboard_finds_the_best_degree_and_more_data_moves_it(figure: Page) -> None:
    degree = figure.get_by_role("slider", name="degree")
    degree.press("Home")
    expect(figure.locator(SUMMARY)).to_contain_text("Too stiff: the fits agree")
    for _ in range(3):
        degree.press("ArrowRight")
    expect(figure.locator(SUMMARY)).to_have_text("Good for 15 measurements with noise 0.3.")

    figure.get_by_label("measurements").press("End")

    expect(figure.locator(SUMMARY)).to_contain_text("Too stiff")
    expect(figure.locator(SUMMARY)).to_contain_text("Degree 5 without a ridge comes to 0.0023.")
    expect(figure).to_have_url(re.compile("#figure-1:d=3&n=240&s=0.3&r=0&seed=1$"))


def test_a_ridge_holds_the_weights_back(figure: Page) -> None:
    figure.get_by_label("ridge λ").press("End")

    expect(figure.locator(SUMMARY)).to_contain_text("Too stiff")


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("#figure-1:d=1&n=60&s=0.1&r=0&seed=4", "Degree 1: squared bias 0.2000"),
        ("#figure-1:d=99&n=17&s=4&r=0.3&seed=0", "Degree 12: squared bias 0.0000 + variance 0.4854"),
    ],
)
def test_a_link_restores_within_bounds(
    figure_page: Open, figure_markup: Markup, fragment: str, said: str
) -> None:
    page = figure_page(figure_markup("nn-bias", CONFIG), "nn-bias.js", fragment=fragment)

    expect(page.locator(SENTENCE)).to_contain_text(said)


def test_it_fits_a_narrow_phone(figure_page: Open, figure_markup: Markup) -> None:
    viewport: dict[str, Any] = {"width": 320, "height": 700}
    page = figure_page(figure_markup("nn-bias", CONFIG), "nn-bias.js", viewport=viewport)
    expect(page.locator(SENTENCE)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
