"""<nn-dropout>: mask after mask, and its maths against the engine."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.ops.nn import dropout

Open = Callable[..., Page]
Markup = Callable[..., str]
CONFIG = {"p": 0.5, "seed": 4, "step": 30}
X = np.array([2.0, 1.0, 3.0, 4.0])
W = np.array([0.5, -1.0, 0.5, -0.25])
SENTENCE = ".mask-sentence"
SUMMARY = ".figure-summary"


@pytest.fixture
def figure(figure_page: Open, figure_markup: Markup) -> Page:
    return figure_page(figure_markup("nn-dropout", CONFIG), "nn-dropout.js", reduced_motion="reduce")


@pytest.mark.parametrize("p", [0.2, 0.5, 0.75])
def test_masked_sums_and_their_moments_are_those_of_the_engine(figure_page: Open, p: float) -> None:
    generator = np.random.Generator(np.random.PCG64(1))
    dropped = [dropout(X, p, generator).data for _ in range(4000)]
    masks = [(y != 0).astype(int).tolist() for y in dropped[:5]]
    script = """([x, w, p, masks]) => import('/static/js/maths/dropout.js').then((maths) => {
      const factor = maths.keptFactor(p, true);
      const moments = maths.overAllMasks(x, w, p, factor);
      return [masks.map((mask) => maths.weightedSum(maths.masked(x, mask, factor), w)), moments,
        maths.drawMasks(1, 4000, 4, p).flat().filter((kept) => !kept).length / 16000];
    })"""

    sums, moments, share = figure_page("").evaluate(script, [X.tolist(), W.tolist(), p, masks])

    every = np.array(dropped) @ W
    assert sums == pytest.approx([float(y @ W) for y in dropped[:5]])
    assert moments["mean"] == pytest.approx(0.5)
    assert moments["mean"] == pytest.approx(every.mean(), abs=4 * every.std() / 4000**0.5)
    assert moments["spread"] == pytest.approx(every.std(), rel=0.06)
    assert share == pytest.approx(p, abs=0.02)


def test_it_begins_with_the_worked_mask_of_the_lesson(figure: Page) -> None:
    expect(figure.locator(SENTENCE)).to_have_text("Draw 30, mask (1, 0, 1, 1): z = 2 + 0 + 3 − 2 = 3")
    expect(figure.locator(SUMMARY)).to_contain_text("z is 0.5 on average, give or take 2.29: just what")
    expect(figure.locator(".mask-part.dropped .mask-value")).to_have_text("✗")
    figure.get_by_text("The last masks as a table").click()
    expect(figure.locator(".data-table tr").last).to_have_text(re.compile(r"30\s*1 0 1 1\s*3.000\s*0.400"))


def test_without_the_factor_the_mean_is_another(figure: Page) -> None:
    figure.get_by_label("divide what is kept by 1 − p").uncheck()

    expect(figure.locator(SUMMARY)).to_contain_text("z is 0.25 on average")
    expect(figure.locator(SUMMARY)).to_contain_text("but the network predicts 0.5. The factor is missing.")


def test_predicting_uses_every_unit(figure: Page) -> None:
    figure.get_by_label("Mode").select_option("predict")

    expect(figure.locator(SENTENCE)).to_have_text("Predicting, all units: z = 1 − 1 + 1.5 − 1 = 0.5")
    expect(figure.locator(".mask-part.dropped")).to_have_count(0)


def test_keys_move_through_the_masks_and_the_address_keeps_the_place(figure: Page) -> None:
    figure.get_by_role("button", name="Step").press("Enter")
    expect(figure.locator(SENTENCE)).to_contain_text("Draw 31")
    figure.get_by_role("button", name="Reset").press("Enter")
    figure.get_by_label("p, the share that is dropped").press("Home")

    expect(figure.locator(SENTENCE)).to_contain_text("Draw 1, mask (1, 1, 1, 1)")
    expect(figure.locator(SUMMARY)).to_have_text("With p = 0 nothing is dropped: every step gives 0.5.")
    expect(figure).to_have_url(re.compile("#figure-1:p=0&n=1&mode=train&scaled=1&seed=4$"))


def test_with_reduced_motion_play_jumps_to_the_end(figure: Page) -> None:
    figure.get_by_role("button", name="Play").click()

    expect(figure.locator(SENTENCE)).to_contain_text("Draw 300")


def test_play_moves_by_itself_and_pauses(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(figure_markup("nn-dropout", CONFIG), "nn-dropout.js")
    page.get_by_role("button", name="Play").click()

    expect(page.locator(SENTENCE)).to_contain_text(re.compile(r"Draw (3[2-9]|[4-9]\d|\d{3}),"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("#figure-1:p=0.25&n=7&mode=predict&scaled=0&seed=9", "Predicting"),
        ("#figure-1:p=-4&n=99999&mode=x&seed=0", "Draw 300, mask (1, 1, 1, 1)"),
    ],
)
def test_a_link_restores_within_bounds(
    figure_page: Open, figure_markup: Markup, fragment: str, said: str
) -> None:
    page = figure_page(figure_markup("nn-dropout", CONFIG), "nn-dropout.js", fragment=fragment)

    expect(page.locator(SENTENCE)).to_contain_text(said)


def test_it_fits_a_narrow_phone(figure_page: Open, figure_markup: Markup) -> None:
    viewport: dict[str, Any] = {"width": 320, "height": 700}
    page = figure_page(figure_markup("nn-dropout", CONFIG), "nn-dropout.js", viewport=viewport)
    expect(page.locator(SENTENCE)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
