"""<nn-depth>: values forward and gradients backward, against the engine's tape."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.ops.activation import relu, sigmoid, tanh
from engine.ops.basic import multiply, total
from engine.ops.nn import linear
from engine.tensor import Parameter, Tape, Tensor

Open = Callable[..., Page]
Markup = Callable[..., str]
CONFIG = {"activation": "sigmoid", "spread": 1.0, "layers": 10, "seed": 1}
SUMMARY = ".figure-summary"


@pytest.fixture
def figure(figure_page: Open, figure_markup: Markup) -> Page:
    return figure_page(figure_markup("nn-depth", CONFIG), "nn-depth.js")


@pytest.mark.parametrize(("name", "function"), [("sigmoid", sigmoid), ("relu", relu), ("tanh", tanh)])
def test_sizes_are_those_of_the_tape(figure_page: Open, name: str, function: Callable[..., Any]) -> None:
    rng = np.random.default_rng(1)
    inputs, pulls = rng.standard_normal((2, 5, 4))
    weights = rng.standard_normal((3, 4, 4))
    script = """([network, name]) => import('/static/js/maths/depth.js')
      .then((maths) => maths.throughAndBack(network, name))"""
    network = {"weights": weights.tolist(), "inputs": inputs.tolist(), "pulls": pulls.tolist()}

    found = figure_page("").evaluate(script, [network, name])

    layers: list[Tensor] = [Parameter(inputs)]
    with Tape() as tape:
        for weight in weights:
            layers.append(function(linear(layers[-1], weight)))
        gradients = tape.gradients(total(multiply(layers[-1], pulls)), layers)
    sizes = [float(np.sqrt(np.mean(layer.data**2))) for layer in layers]
    assert found["forward"] == pytest.approx(sizes, rel=1e-12)
    back = [float(np.sqrt(np.mean(gradient**2))) for gradient in gradients]
    assert found["backward"] == pytest.approx(back, rel=1e-12)


def test_it_begins_with_a_gradient_that_vanishes(figure: Page) -> None:
    expect(figure.locator(SUMMARY)).to_contain_text("It vanishes: the first layers hardly learn.")
    figure.get_by_text("The sizes as a table").click()
    expect(figure.locator(".data-table tbody tr")).to_have_count(11)


def test_relu_with_he_keeps_both_alive_and_a_larger_spread_explodes(figure: Page) -> None:
    figure.get_by_role("button", name="ReLU with He’s start").press("Enter")
    expect(figure.locator(SUMMARY)).to_contain_text("Both survive.")

    figure.get_by_label("spread s", exact=True).fill("2")
    figure.get_by_label("layers").press("End")

    expect(figure.locator(SUMMARY)).to_contain_text("It explodes")
    expect(figure).to_have_url(re.compile("#figure-1:f=relu&s=2&l=24&seed=1$"))


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("#figure-1:f=tanh&s=1.5&l=6&seed=4", "After 6 layers"),
        ("#figure-1:f=step&s=99&l=99&seed=0", "After 24 layers"),
    ],
)
def test_a_link_restores_within_bounds(
    figure_page: Open, figure_markup: Markup, fragment: str, said: str
) -> None:
    page = figure_page(figure_markup("nn-depth", CONFIG), "nn-depth.js", fragment=fragment)

    expect(page.locator(SUMMARY)).to_contain_text(said)


def test_it_fits_a_narrow_phone(figure_page: Open, figure_markup: Markup) -> None:
    viewport: dict[str, Any] = {"width": 320, "height": 700}
    page = figure_page(figure_markup("nn-depth", CONFIG), "nn-depth.js", viewport=viewport)
    expect(page.locator(SUMMARY)).to_contain_text("layers")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
