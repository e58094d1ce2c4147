"""The figure of back-propagation computes the engine's numbers and tells them one by one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.history import Network221

Open = Callable[..., Page]
LECTURE = (0.11, 0.21, 0.12, 0.08, 0.14, 0.15)
FIGURE = '<nn-backprop id="chain"></nn-backprop>'


@pytest.mark.parametrize(
    ("weights", "example", "rate"),
    [(LECTURE, (2, 3, 1), 0.05), ((0.3, -0.2, 0.4, 0.1, 0.5, -0.4), (3, -2, 1), 0.1)],
)
def test_the_numbers_are_those_of_the_engine(
    figure_page: Open,
    weights: tuple[float, float, float, float, float, float],
    example: tuple[float, float, float],
    rate: float,
) -> None:
    page = figure_page("")
    script = """(given) => import('/static/js/maths/backprop.js').then((maths) => ({
      forward: maths.forward(given[0], given[1]), back: maths.backward(given[0], given[1]),
      slow: maths.finiteDifferences(given[0], given[1], 0.001), after: maths.descend(...given),
      error: maths.error(given[0], given[1]),
    }))"""

    found = page.evaluate(script, [weights, example, rate])

    network = Network221(weights)
    forward, back = network.forward(*example[:2]), network.backward(*example)
    assert found["forward"] == pytest.approx({"h1": forward.h1, "h2": forward.h2, "y": forward.y}, abs=1e-12)
    assert found["back"]["delta"] == pytest.approx(back.delta, abs=1e-12)
    assert found["back"]["gradients"] == pytest.approx(back.gradients, abs=1e-12)
    assert found["slow"] == pytest.approx(back.gradients, abs=1e-9)
    assert found["after"] == pytest.approx(network.step(*example, rate).weights, abs=1e-12)
    assert found["error"] == pytest.approx(network.error(*example), abs=1e-12)


def test_the_keyboard_steps_from_factor_to_factor(figure_page: Open) -> None:
    page = figure_page(FIGURE, "nn-backprop.js")
    expect(page.get_by_text("Backward: 8 of 14")).to_be_visible()
    expect(page.locator(".chain-sentence")).to_contain_text("δ w₅ = (−0.809) · 0.14 = −0.11326.")

    for _ in range(2):
        page.get_by_role("button", name="Step", exact=True).press("Enter")

    expect(page.locator(".chain-sentence")).to_contain_text(
        "∂E/∂w₁ = δ · w₅ · i₁ = (−0.11326) · 2 = −0.22652."
    )
    expect(page.get_by_role("row", name="w₁")).to_have_text(
        "w₁δ\u00a0·\u00a0w₅\u00a0·\u00a0i₁−0.22652−0.226520.121326"
    )
    page.get_by_role("button", name="Back").press("Enter")
    expect(page.get_by_text("Backward: 9 of 14")).to_be_visible()


def test_an_edited_weight_changes_everything_after_it(figure_page: Open) -> None:
    page = figure_page(FIGURE, "nn-backprop.js")

    page.get_by_label("w₅", exact=True).fill("2")

    expect(page.locator(".chain-sentence")).to_contain_text("0.772 · 2 = 1.544.")
    expect(page.locator("output.figure-summary")).to_have_text(
        "The answer is too high, so δ is positive. One step goes too far and raises the error."
    )


def test_a_link_restores_numbers_and_place(figure_page: Open) -> None:
    page = figure_page(FIGURE, "nn-backprop.js", fragment="#chain:w=0.3,0,0,0,1,0&x=1,0,0&rate=1&at=5")

    expect(page.locator(".chain-sentence")).to_have_text(
        "The first factor of every chain is ∂E/∂ŷ = δ = ŷ − t = 0.3."
    )
    expect(page.get_by_label("w₁", exact=True)).to_have_value("0.3")


def test_play_jumps_to_the_end_with_reduced_motion_and_the_step_can_be_taken(figure_page: Open) -> None:
    page = figure_page(FIGURE, "nn-backprop.js", reduced_motion="reduce")

    page.get_by_role("button", name="Play").click()
    expect(page.locator(".chain-sentence")).to_contain_text("Forward again, ŷ is 0.25575.")
    page.get_by_role("button", name="Take the step").click()

    expect(page.get_by_label("w₅", exact=True)).to_have_value("0.1744")
    expect(page.get_by_text("Before the step: 0 of 14")).to_be_visible()
