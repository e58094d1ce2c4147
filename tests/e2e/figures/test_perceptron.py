"""<nn-perceptron>: a line by hand and by the learning rule."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]
Markup = Callable[..., str]


@pytest.fixture
def perceptron(figure_page: Open, figure_markup: Markup) -> Page:
    return figure_page(figure_markup("nn-perceptron"), "nn-perceptron.js", reduced_motion="reduce")


@pytest.fixture
def line(figure_page: Open, figure_markup: Markup) -> Page:
    return figure_page(figure_markup("nn-perceptron", {"hide": ["rule"]}), "nn-perceptron.js")


def weights(page: Page) -> list[Locator]:
    return [page.get_by_label(label, exact=True) for label in ("w₁", "w₂", "b")]


@pytest.mark.parametrize(
    ("gate", "expected", "end"),
    [
        ("and", ["2", "1", "-3"], "Epoch 6 was clean: the rule stops after 11 updates."),
        ("or", ["1", "1", "-1"], "Epoch 4 was clean: the rule stops after 5 updates."),
        ("nand", ["-2", "-1", "2"], "Epoch 6 was clean: the rule stops after 10 updates."),
        ("nor", ["-1", "-1", "0"], "Epoch 4 was clean: the rule stops after 4 updates."),
    ],
)
def test_the_rule_reaches_the_known_weights(
    perceptron: Page, gate: str, expected: list[str], end: str
) -> None:
    perceptron.get_by_label("Points").select_option(gate)

    perceptron.get_by_role("button", name="Play").click()

    for field, value in zip(weights(perceptron), expected, strict=True):
        expect(field).to_have_value(value)
    expect(perceptron.locator(".figure-summary")).to_have_text(f"4 of 4 points right. {end}")


def test_nor_is_right_only_by_a_tie(perceptron: Page) -> None:
    perceptron.get_by_label("Points").select_option("nor")
    perceptron.get_by_role("button", name="Play").click()

    expect(perceptron.locator("td.verdict").first).to_have_text("✓ right, by a tie")


def test_xor_cycles_and_says_so(perceptron: Page) -> None:
    perceptron.get_by_label("Points").select_option("xor")

    perceptron.get_by_role("button", name="Play").click()

    expect(perceptron.locator(".figure-summary")).to_contain_text("the rule goes round for ever")
    expect(perceptron.get_by_role("button", name="Step")).to_have_attribute("aria-disabled", "true")


def test_steps_go_forward_and_back_and_explain_themselves(perceptron: Page) -> None:
    step = perceptron.get_by_role("button", name="Step")
    step.click()
    expect(perceptron.locator(".rule-sentence")).to_have_text(
        "Point (0, 0), target 0: z = 0, so y = 1. Too high: w ← w − x, b ← b − 1. Now w = (0, 0), b = −1."
    )
    expect(perceptron.get_by_text("Epoch 1, step 1, 1 update so far.")).to_be_visible()

    step.click()
    perceptron.get_by_role("button", name="Back").click()

    expect(perceptron.get_by_text("Epoch 1, step 1, 1 update so far.")).to_be_visible()
    perceptron.get_by_text("All steps so far as a table").click()
    expect(perceptron.locator(".rule-log tbody tr")).to_have_count(1)
    expect(perceptron).to_have_url(re.compile("#figure-1:gate=and&w=0,0,0&step=1$"))


def test_play_can_be_paused(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(figure_markup("nn-perceptron"), "nn-perceptron.js")

    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()

    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.locator(".rule-player .figure-note")).to_contain_text("Epoch 1")


def test_arrow_keys_shift_the_line_until_all_is_right(line: Page) -> None:
    expect(line.locator(".figure-summary")).to_have_text("3 of 4 points right.")
    handle = line.get_by_role("slider", name="Shift the line")
    before = float(handle.get_attribute("aria-valuenow") or "nan")

    for _ in range(6):
        handle.press("ArrowDown")

    expect(line.locator(".figure-summary")).to_have_text("4 of 4 points right.")
    assert float(handle.get_attribute("aria-valuenow") or "nan") == pytest.approx(before + 0.3, abs=0.02)
    expect(weights(line)[0]).to_have_value("2")


def test_arrow_keys_turn_the_line(line: Page) -> None:
    handle = line.get_by_role("slider", name="Turn the line")

    handle.press("ArrowRight")

    expect(handle).to_have_attribute("aria-valuetext", "class 1 lies towards 32 degrees")


def test_the_line_can_be_dragged(line: Page) -> None:
    handle = line.get_by_role("slider", name="Shift the line")
    start = handle.bounding_box()
    assert start is not None

    line.mouse.move(start["x"] + 14, start["y"] + 14)
    line.mouse.down()
    line.mouse.move(start["x"] + 74, start["y"] - 16, steps=4)
    line.mouse.up()

    expect(line.locator(".figure-summary")).to_have_text("4 of 4 points right.")


def test_without_weights_there_is_no_line_to_hold(perceptron: Page) -> None:
    expect(perceptron.get_by_text("No line yet: z = 0 everywhere, so y = 1 everywhere.")).to_be_visible()
    expect(perceptron.get_by_role("slider", name="Shift the line")).to_have_count(0)


def test_given_points_replace_the_gates(figure_page: Open, figure_markup: Markup) -> None:
    config = {"points": [[-3, 1, 0], [2, 2, 1], [4, -1, 1]]}
    page = figure_page(figure_markup("nn-perceptron", config), "nn-perceptron.js", reduced_motion="reduce")

    page.get_by_role("button", name="Play").click()

    expect(page.locator(".figure-summary")).to_contain_text("3 of 3 points right.")
    expect(page.get_by_label("Points")).to_have_count(0)


@pytest.mark.parametrize(
    "state", ["gate=xor&w=a,b,c&step=3", "gate=majority&w=1,1,1", "w=1,1,1&step=99999999"]
)
def test_a_hostile_link_is_ignored(figure_page: Open, figure_markup: Markup, state: str) -> None:
    page = figure_page(figure_markup("nn-perceptron"), "nn-perceptron.js", fragment=f"#figure-1:{state}")

    expect(page.locator(".figure-summary")).to_have_text("1 of 4 points right.")
    expect(page.get_by_label("Points")).to_have_value("and")
