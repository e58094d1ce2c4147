"""The race of optimizers walks as the engine does, and shows it step by step."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.landscape import LANDSCAPES, walk
from engine.optim import SGD, Adam, RMSprop

Open = Callable[..., Page]
ENGINE: dict[str, Any] = {
    "sgd": (SGD, {"lr": 0.002}, {}),
    "momentum": (SGD, {"lr": 0.001}, {"momentum": 0.9}),
    "rmsprop": (RMSprop, {"lr": 0.004}, {"alpha": 0.9}),
    "adam": (Adam, {"lr": 0.05}, {}),
}


@pytest.mark.parametrize("optimizer", ENGINE)
def test_the_walks_are_those_of_the_engine(figure_page: Open, optimizer: str) -> None:
    page = figure_page("")
    make, settings, defaults = ENGINE[optimizer]
    script = "(given) => import('/static/js/maths/optimizers.js').then(({ walk }) => walk(...given).points)"

    for name, start in (("bowl", (3.0, 2.0)), ("ravine", (10.0, 1.0)), ("rosenbrock", (-1.2, 1.0))):
        points = page.evaluate(script, [name, optimizer, settings, start, 300])

        wanted = walk(LANDSCAPES[name], partial(make, **settings, **defaults), [start], 300).points[:, :, 0]
        np.testing.assert_allclose(points, wanted, rtol=1e-6, atol=1e-9)


CONFIG = '<script type="application/json">{"function": "ravine", "position": 12}</script>'
FIGURE = f'<nn-race id="race">{CONFIG}</nn-race>'


def test_play_goes_on_and_the_keyboard_steps(figure_page: Open) -> None:
    page = figure_page(FIGURE, "nn-race.js")
    expect(page.get_by_text("step 12 of 120")).to_be_visible()

    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("step 12 of 120")).to_be_hidden()
    page.get_by_role("button", name="Pause").click()
    page.get_by_label("Moment of the race").press("Home")
    page.get_by_role("button", name="Step").press("Enter")
    page.get_by_label("Moment of the race").press("ArrowRight")

    expect(page.get_by_text("step 2 of 120")).to_be_visible()
    assert page.evaluate("window.violations") == []


def test_a_rate_that_is_too_large_is_told_with_its_step(figure_page: Open) -> None:
    page = figure_page(FIGURE, "nn-race.js")

    page.get_by_label("η of Gradient descent").fill("0.2")
    page.get_by_label("Moment of the race").press("End")

    expect(page.locator("output")).to_have_text(
        "Lowest now: momentum. Descent left at step 5, its rate is too large."
    )
    expect(page.locator(".race-panel").first).to_contain_text("left at step 5")


def test_a_link_restores_function_rates_and_moment(figure_page: Open) -> None:
    page = figure_page(FIGURE, "nn-race.js", fragment="#race:f=rosenbrock&r=0.002,0.003,0.003,0.1&at=60")

    expect(page.get_by_label("Function", exact=True)).to_have_value("rosenbrock")
    expect(page.get_by_label("η of Adam")).to_have_value("0.1")
    expect(page.locator(".race-panel .figure-note")).to_have_text(
        ["f = 0.0086", "f = 2.7·10⁻²⁵", "f = 0.0051", "f = 6.7·10⁻¹⁷"]
    )


def test_reduced_motion_jumps_to_the_end(figure_page: Open) -> None:
    page = figure_page(FIGURE, "nn-race.js", reduced_motion="reduce")

    page.get_by_role("button", name="Play").click()

    expect(page.get_by_text("step 120 of 120")).to_be_visible()
    page.get_by_text("The values as a table").click()
    expect(page.get_by_role("row", name="120 ")).to_be_visible()
