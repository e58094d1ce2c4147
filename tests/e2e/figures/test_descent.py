"""Gradient descent on the error surface: the engine's walk, a verdict, a link."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.landscape import LANDSCAPES, walk
from engine.optim import SGD

Open = Callable[..., Page]
CONFIG = {"rate": 1.0, "start": [-2, -2], "position": 0}


@pytest.fixture
def descent(figure_page: Open, figure_markup: Callable[..., str]) -> Callable[..., Page]:
    return lambda fragment="", **options: figure_page(
        figure_markup("nn-descent", CONFIG), "nn-descent.js", fragment=fragment, **options
    )


@pytest.mark.parametrize("rate", [1.0, 8.0, 30.0])
def test_the_walk_is_the_engines(figure_page: Open, rate: float) -> None:
    found = figure_page("").evaluate(
        "(lr) => import('/static/js/maths/optimizers.js').then(({ walk }) => "
        "walk('lecture', 'sgd', { lr }, [-2, -2], 200).values)",
        rate,
    )

    ours = walk(LANDSCAPES["lecture"], lambda flat: SGD(flat, rate), [(-2.0, -2.0)], 200).values[:, 0]
    assert found == pytest.approx(list(ours), rel=1e-6, abs=1e-15)


def test_the_walk_is_on_a_plateau_first_and_arrives_in_the_end(descent: Callable[..., Page]) -> None:
    page = descent(reduced_motion="reduce")
    summary = page.locator(".figure-summary")
    expect(summary).to_contain_text("On the plateau")

    page.get_by_role("button", name="Play").click()

    expect(summary).to_have_text("Arrived: the error is below a millionth.")


def test_a_walk_that_is_thrown_off_the_map_is_told(descent: Callable[..., Page]) -> None:
    page = descent("#figure-1:r=50&from=-2,-2&at=90")

    expect(page.locator(".figure-summary")).to_contain_text("Off the map, at w = 16.356, b = 2.679.")
    expect(page.locator(".figure-note").last).to_contain_text("error 0.3250")
    assert page.locator(".descent-scale text").count() == 8
    assert page.locator(".descent-flat").get_attribute("d")


def test_the_scrubber_and_the_rate_are_kept_in_the_link(descent: Callable[..., Page]) -> None:
    page = descent()
    page.get_by_label("Step of the walk").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("η of the descent").fill("5")
    page.wait_for_timeout(400)

    again = descent(page.evaluate("location.hash"))

    expect(again.locator(".figure-note").last).to_contain_text("Step 1:")
    assert again.get_by_label("η of the descent").input_value() == "5"
