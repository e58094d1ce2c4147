"""The sigmoid neuron as a curve: its numbers, its verdict, its link."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.history import SigmoidNeuron

Open = Callable[..., Page]
CONFIG = {"w": 0.8, "b": -0.5, "x": 1.5, "points": [[0.5, 0.2], [2.5, 0.9]]}


@pytest.fixture
def curve(figure_page: Open, figure_markup: Callable[..., str]) -> Callable[..., Page]:
    return lambda fragment="": figure_page(
        figure_markup("nn-curve", CONFIG), "nn-curve.js", fragment=fragment
    )


def test_the_maths_is_the_engines(figure_page: Open) -> None:
    cases = [(0.8, -0.4, 1.0), (1.8, -2.3, 2.5), (-3.0, 1.0, 0.2), (1.0, 0.0, 800.0), (1.0, 0.0, -800.0)]
    found = figure_page("").evaluate(
        "(cases) => import('/static/js/maths/sigmoid-neuron.js').then("
        "(maths) => cases.map((given) => [maths.answer(...given), maths.slope(...given)]))",
        cases,
    )

    for (w, b, x), (answer, slope) in zip(cases, found, strict=True):
        f = SigmoidNeuron(w, b).output(x)
        assert answer == pytest.approx(f, rel=1e-12, abs=1e-300)
        assert slope == pytest.approx(w * f * (1 - f), rel=1e-12, abs=1e-15)


def test_the_curve_says_which_point_it_misses_until_it_goes_through_both(curve: Callable[..., Page]) -> None:
    page = curve()
    summary = page.locator(".figure-summary")
    expect(summary).to_contain_text("At x = 0.5 the curve is too high: 0.20 is wanted.")

    page.get_by_label("weight w", exact=True).fill("1.792")
    page.get_by_label("bias b", exact=True).fill("-2.282")

    expect(summary).to_have_text("The curve goes through both diamonds.")


def test_keyboard_and_link_keep_the_state(curve: Callable[..., Page]) -> None:
    page = curve()
    page.get_by_label("weight w, slider").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Slope f′(x)").check()
    page.wait_for_timeout(400)

    again = curve(page.evaluate("location.hash"))

    assert again.get_by_label("weight w", exact=True).input_value() == "0.85"
    assert again.get_by_label("Slope f′(x)").is_checked()
    assert again.locator(".plot-wide .plot-line").count() == 3


def test_a_plot_leaves_gaps_and_has_round_ticks(figure_page: Open) -> None:
    page = figure_page("<div id='here'></div>")
    page.evaluate("""() => import('/static/js/figure/plot.js').then(({ Plot }) => {
      const plot = new Plot({ xRange: [0, 7], yRange: [0.001, 100], yLog: true, label: "A plot" });
      const points = [[0, 1], [1, NaN], [2, 10], [3, 0], [4, 5], [5, 6]];
      plot.draw({ lines: [{ name: "a", tone: "pos", label: "a", points }] });
      document.querySelector("#here").append(plot.element);
    })""")

    assert page.locator(".plot-wide .plot-line").count() == 3
    ticks = page.locator(".plot-wide .plot-tick-y").all_text_contents()
    assert ticks == ["10⁻³", "0.01", "0.1", "1", "10", "100"]
