"""The figure of the losses: the engine's numbers, both views, a link."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.losses import binary_cross_entropy_with_logits, mse_loss
from engine.ops.activation import sigmoid
from engine.tensor import Parameter, Tape

Open = Callable[..., Page]
CASES = [(-5.0, 1), (0.3, 1), (2.0, 0), (-800.0, 1), (800.0, 0)]


def engines(z: float, y: int, loss: str) -> tuple[float, float]:
    """Return the loss and its derivative by z."""
    parameter = Parameter(np.array([z]))
    with np.errstate(over="ignore"), Tape() as tape:
        value = (
            mse_loss(sigmoid(parameter), np.array([y]))
            if loss == "squaredError"
            else binary_cross_entropy_with_logits(parameter, np.array([float(y)]))
        )
        tape.backward(value)
    assert parameter.grad is not None
    return float(value.data), float(parameter.grad[0])


@pytest.fixture
def figure(figure_page: Open, figure_markup: Callable[..., str]) -> Callable[..., Page]:
    return lambda fragment="": figure_page(
        figure_markup("nn-loss", {"z": -5, "target": 1}), "nn-loss.js", fragment=fragment
    )


@pytest.mark.parametrize("loss", ["squaredError", "binaryCrossEntropy"])
def test_losses_and_slopes_are_the_engines(figure_page: Open, loss: str) -> None:
    found = figure_page("").evaluate(
        "([name, cases]) => import('/static/js/maths/losses.js').then((maths) => "
        "cases.map((given) => { const { loss, slope } = maths[name](...given); return [loss, slope]; }))",
        [loss, CASES],
    )

    for (z, y), values in zip(CASES, found, strict=True):
        assert values == pytest.approx(engines(z, y, loss), rel=1e-12, abs=1e-15)


def test_a_neuron_that_is_wrong_and_sure_is_told_so(figure: Callable[..., Page]) -> None:
    page = figure()
    summary = page.locator(".figure-summary")
    expect(summary).to_contain_text("Wrong and sure")

    page.get_by_label("Target y").select_option("0")

    expect(summary).to_contain_text("Right and sure")


def test_the_link_keeps_sum_target_and_view(figure: Callable[..., Page]) -> None:
    page = figure()
    page.get_by_label("sum z, slider").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Show the losses over").select_option("answer")
    page.wait_for_timeout(400)

    again = figure(page.evaluate("location.hash"))

    assert again.get_by_label("sum z", exact=True).input_value() == "-4.9"
    assert again.locator(".plot-wide .plot-name").first.text_content() == "answer ŷ"
