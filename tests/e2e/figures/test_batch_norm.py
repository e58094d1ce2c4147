"""<nn-batch-norm>: batch after batch, and its maths against the engine."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.layers.image import BatchNorm1d

Open = Callable[..., Page]
Markup = Callable[..., str]
CONFIG = {"size": 16, "seed": 1, "step": 12}
SENTENCE = ".mask-sentence"
SUMMARY = ".figure-summary"


@pytest.fixture
def figure(figure_page: Open, figure_markup: Markup) -> Page:
    return figure_page(figure_markup("nn-batch-norm", CONFIG), "nn-batch-norm.js", reduced_motion="reduce")


def test_batches_and_running_averages_are_those_of_the_engine(figure_page: Open) -> None:
    batches = [np.random.default_rng(seed).normal(3, 2, 5 + seed) for seed in range(4)]
    layer = BatchNorm1d(1, dtype=np.float64)
    layer.weight.data[:], layer.bias.data[:] = 1.5, -2.0
    script = """([batches]) => import('/static/js/maths/batch-norm.js').then((maths) => {
      const trace = maths.followBatches(batches);
      return trace.map(({ batch, running }, i) => (
        [maths.normalised(batches[i], batch, 1.5, -2), maths.normalised([4], running, 1.5, -2)[0], running]
      ));
    })"""

    found = figure_page("").evaluate(script, [[batch.tolist() for batch in batches]])

    for batch, (y, predicted, running) in zip(batches, found, strict=True):
        layer.train()
        assert y == pytest.approx(layer(batch[:, None]).data[:, 0], rel=1e-12)
        assert running["mean"] == pytest.approx(layer.running_mean.data[0], rel=1e-12)
        assert running["variance"] == pytest.approx(layer.running_var.data[0], rel=1e-12)
        layer.eval()
        assert predicted == pytest.approx(layer(np.array([[4.0]])).data[0, 0], rel=1e-12)


def test_the_worked_batch_of_the_course(figure_page: Open) -> None:
    script = """() => import('/static/js/maths/batch-norm.js').then((maths) => (
      maths.normalised([1, 3, 5], maths.batchStatistics([1, 3, 5]))[2]
    ))"""

    assert figure_page("").evaluate(script) == pytest.approx(1.2247425750, abs=1e-10)


def test_it_begins_in_the_middle_and_says_what_is_happening(figure: Page) -> None:
    expect(figure.locator(SENTENCE)).to_have_text(re.compile(r"Batch 12 has mean \d\.\d\d and variance \d"))
    expect(figure.locator(SUMMARY)).to_contain_text(
        "The mean of 16 examples strays by about 0.50; the running"
    )
    expect(figure.locator(".plot-bar.tone-pos").first).to_be_attached()
    figure.get_by_text("The last batches as a table").click()
    expect(figure.locator(".data-table tbody tr")).to_have_count(12)


def test_small_batches_leave_only_the_order(figure: Page) -> None:
    figure.get_by_label("examples in a batch").press("Home")

    expect(figure.locator(SUMMARY)).to_have_text("In a batch of two every normalised number is −1 or 1.")


def test_predicting_uses_the_running_averages(figure: Page) -> None:
    figure.get_by_label("Normalise").select_option("predict")
    figure.get_by_role("button", name="Reset").press("Enter")

    expect(figure.locator(SENTENCE)).to_contain_text("After 1 batch: running mean 0.")
    figure.get_by_label("shift β").press("End")
    figure.get_by_label("Follow the").select_option("variance")
    expect(figure.locator(SENTENCE)).to_contain_text("+ 4")
    expect(figure).to_have_url(re.compile("#figure-1:b=16&n=1&y=1,4&mode=predict&q=variance&seed=1$"))


def test_with_reduced_motion_play_jumps_to_the_end(figure: Page) -> None:
    figure.get_by_role("button", name="Play").click()

    expect(figure.locator(SENTENCE)).to_contain_text("Batch 80 has")
    expect(figure.locator(SUMMARY)).to_contain_text("is close to the true one")


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("#figure-1:b=64&n=5&y=2,-1&mode=train&q=variance&seed=3", "y = 2 · (x −"),
        ("#figure-1:b=7&n=99999&y=-9,99&mode=x&seed=0", "Batch 80 has"),
    ],
)
def test_a_link_restores_within_bounds(
    figure_page: Open, figure_markup: Markup, fragment: str, said: str
) -> None:
    page = figure_page(figure_markup("nn-batch-norm", CONFIG), "nn-batch-norm.js", fragment=fragment)

    expect(page.locator(SENTENCE)).to_contain_text(said)


def test_it_fits_a_narrow_phone(figure_page: Open, figure_markup: Markup) -> None:
    viewport: dict[str, Any] = {"width": 320, "height": 700}
    page = figure_page(figure_markup("nn-batch-norm", CONFIG), "nn-batch-norm.js", viewport=viewport)
    expect(page.locator(SENTENCE)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
