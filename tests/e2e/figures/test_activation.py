"""The figure of the activations: the engine's functions and slopes, a verdict on the signal, a link."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.ops.activation import elu, gelu, leaky_relu, linear_activation, relu, sigmoid, tanh
from engine.ops.basic import total
from engine.tensor import Parameter, Tape

Open = Callable[..., Page]
PLACES = [-40.0, -3.0, -0.5, 0.0, 0.2, 2.5, 8.9, 40.0]
ALPHA = 0.2
FUNCTIONS = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky": lambda z: leaky_relu(z, ALPHA),
    "elu": lambda z: elu(z, ALPHA),
    "gelu": gelu,
    "linear": linear_activation,
}
CONFIG = {"activation": "relu", "alpha": 0.1, "spread": 1.0, "layer": 5, "seed": 1}


@pytest.fixture
def figure(figure_page: Open, figure_markup: Callable[..., str]) -> Callable[..., Page]:
    return lambda fragment="": figure_page(
        figure_markup("nn-activation", CONFIG), "nn-activation.js", fragment=fragment
    )


def test_values_and_slopes_are_the_engines(figure_page: Open) -> None:
    found = figure_page("").evaluate(
        "([names, places, alpha]) => import('/static/js/maths/activations.js').then((maths) => names.map("
        "(name) => places.map((z) => [maths.valueAt(name, z, alpha), maths.slopeAt(name, z, alpha)])))",
        [list(FUNCTIONS), PLACES, ALPHA],
    )

    for (name, function), pairs in zip(FUNCTIONS.items(), found, strict=True):
        z = Parameter(np.array(PLACES))
        with Tape() as tape:
            values = function(z)
            tape.backward(total(values))
        ours = np.stack([values.data, z.grad], axis=1)
        inside = [place != 0 or name != "leaky" for place in PLACES]
        np.testing.assert_allclose(
            np.array(pairs)[inside], ours[inside], rtol=1e-12, atol=1e-15, err_msg=name
        )


def test_a_small_start_lets_the_signal_fade_and_a_fitting_one_keeps_it(figure: Callable[..., Page]) -> None:
    page = figure()
    summary = page.locator(".figure-summary")
    expect(summary).to_contain_text("The signal fades")

    page.get_by_label("spread s", exact=True).fill("1.414")

    expect(summary).to_have_text("The signal survives all ten layers.")


def test_the_link_keeps_what_was_chosen(figure: Callable[..., Page]) -> None:
    page = figure()
    page.get_by_label("Activation", exact=True).select_option("tanh")
    page.get_by_role("button", name="Raise Layer").click()
    page.wait_for_timeout(400)
    before = page.locator(".figure-note").last.inner_text()

    again = figure(page.evaluate("location.hash"))

    assert again.get_by_label("Activation", exact=True).input_value() == "tanh"
    assert again.get_by_role("spinbutton", name="Layer").input_value() == "6"
    assert again.locator(".figure-note").last.inner_text() == before
