"""<nn-conv>: a kernel over a digit, and its maths against the engine."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.data.digits import split_digits
from engine.ops.conv import conv2d, max_pool2d

Open = Callable[..., Page]
Markup = Callable[..., str]
DIGIT = (split_digits()[0][0][10] * 16).astype(int).tolist()
CONFIG = {"digits": [{"name": "a 1", "pixels": DIGIT}], "cell": [3, 1]}
SENTENCE = ".conv-sentence"


@pytest.fixture
def conv(figure_page: Open, figure_markup: Markup) -> Page:
    return figure_page(figure_markup("nn-conv", CONFIG), "nn-conv.js", reduced_motion="reduce")


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 0), (2, 1), (3, 2)])
def test_the_map_and_its_pooling_are_those_of_the_engine(
    figure_page: Open, stride: int, padding: int
) -> None:
    generator = np.random.default_rng(stride + padding)
    picture, kernel = generator.uniform(0, 16, (8, 8)), generator.normal(0, 2, (3, 3))
    script = """([picture, kernel, how]) => import('/static/js/maths/convolution.js').then((maths) => {
      const map = maths.convolve(picture, kernel, how);
      return [map, maths.reluMaxPool(map, 2), maths.outputSize(8, 3, how.stride, how.padding)];
    })"""

    how = {"stride": stride, "padding": padding}
    map_, pooled, size = figure_page("").evaluate(script, [picture.tolist(), kernel.tolist(), how])

    expected = conv2d(picture[None, None], kernel[None, None], stride=stride, padding=padding).data
    assert np.array(map_) == pytest.approx(expected[0, 0], rel=1e-12)
    assert np.array(pooled) == pytest.approx(max_pool2d(np.maximum(expected, 0), 2).data[0, 0], rel=1e-12)
    assert size == expected.shape[2]


def test_it_begins_with_the_worked_example_of_the_lesson(conv: Page) -> None:
    expect(conv.locator(SENTENCE)).to_have_text("Row 3, column 1: 14 + 13 + 14 = 41.")
    expect(conv.locator(".product-table td").first).to_have_text("2 × (−1) = −2")
    expect(conv.locator(".figure-summary")).to_have_text(
        "The weights add up to 0: even areas answer 0, only changes count. The map has 6 × 6 numbers."
    )
    expect(conv.locator(".cell.unknown")).to_have_count(16 + 5)


def test_steps_by_keyboard_go_forward_and_back_and_are_kept_in_the_address(conv: Page) -> None:
    conv.get_by_role("button", name="Step").press("Enter")
    expect(conv.locator(SENTENCE)).to_contain_text("= −18.")

    conv.get_by_role("button", name="Back").press("Enter")
    conv.get_by_label("Cell of the map").press("End")
    expect(conv.locator(SENTENCE)).to_contain_text("Row 5, column 5")
    conv.get_by_role("button", name="Reset").press("Enter")

    expect(conv.locator(SENTENCE)).to_have_text("Row 0, column 0: 4 + 8 + 12 = 24.")
    expect(conv).to_have_url(re.compile("#figure-1:d=0&k=-1,0,1,-1,0,1,-1,0,1&s=1&p=0&cell=0$"))


def test_with_reduced_motion_play_jumps_to_the_last_cell(conv: Page) -> None:
    conv.get_by_role("button", name="Play").click()

    expect(conv.locator(SENTENCE)).to_contain_text("Row 5, column 5")
    expect(conv.locator(".cell.unknown")).to_have_count(0)


def test_play_moves_by_itself_and_pauses(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(figure_markup("nn-conv", CONFIG | {"cell": [0, 0]}), "nn-conv.js")
    page.get_by_role("button", name="Play").click()

    expect(page.locator(SENTENCE)).not_to_contain_text(re.compile("Row 0, column [01]:"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    stopped = page.locator(SENTENCE).inner_text()
    page.wait_for_timeout(500)
    expect(page.locator(SENTENCE)).to_have_text(stopped)


def test_kernels_padding_and_stride_change_the_map(conv: Page) -> None:
    conv.get_by_label("Kernel", exact=True).first.select_option("sharpen")
    expect(conv.get_by_label("weight, row 1, column 1")).to_have_value("5")
    expect(conv.locator(".figure-summary")).to_contain_text("The weights add up to 1")

    conv.get_by_label("weight, row 1, column 1").fill("4")
    conv.get_by_label("Padding", exact=True).select_option("1")

    expect(conv.locator(".figure-summary")).to_contain_text("only changes count. The map has 8 × 8 numbers.")
    conv.get_by_label("Stride", exact=True).select_option("2")
    expect(conv.locator(".figure-summary")).to_contain_text("The map has 4 × 4 numbers.")
    expect(conv.locator(".cell.outside")).to_have_count(36)


@pytest.mark.parametrize(
    "fragment", ["#figure-1:d=9&k=0,0,0,0,1,0,0,0,0&s=7&p=9&cell=99999", "#figure-1:k=x"]
)
def test_what_a_link_says_is_held_within_bounds(
    figure_page: Open, figure_markup: Markup, fragment: str
) -> None:
    page = figure_page(figure_markup("nn-conv", CONFIG), "nn-conv.js", fragment=fragment)

    expect(page.locator(SENTENCE)).to_have_text(
        re.compile(r"Row 5, column 5: .*= 0\.|Row 3, column 1: .*= 41\.")
    )


def test_it_fits_a_narrow_phone(figure_page: Open, figure_markup: Markup) -> None:
    viewport: dict[str, Any] = {"width": 320, "height": 700}
    page = figure_page(figure_markup("nn-conv", CONFIG), "nn-conv.js", viewport=viewport)
    expect(page.locator(SENTENCE)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
