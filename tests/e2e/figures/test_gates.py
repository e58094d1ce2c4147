"""<nn-gates>: one MP neuron, its veto, and which functions it can be."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
Markup = Callable[..., str]


@pytest.fixture
def gates(figure_page: Open, figure_markup: Markup) -> Page:
    return figure_page(figure_markup("nn-gates"), "nn-gates.js")


def test_keyboard_alone_turns_the_start_into_and(gates: Page) -> None:
    expect(gates.locator(".figure-summary")).to_have_text("3 of 4 rows right.")

    gates.get_by_role("button", name="Lower Threshold θ").press("Enter")

    expect(gates.locator(".figure-summary")).to_have_text("4 of 4 rows right. This neuron is x₁ AND x₂.")
    expect(gates).to_have_url(re.compile("#figure-1:gate=and&t=2&i=&x=00$"))


def test_the_sentence_follows_the_inputs(gates: Page) -> None:
    gates.get_by_label("x₁ is on").check()

    expect(gates.locator(".gate-sentence")).to_have_text(
        "x₁ = 1, x₂ = 0: the sum 1 is below θ = 3, so y = 0."
    )
    expect(gates.locator("tr.current")).to_have_text("10100✓ right")


def test_an_inhibitory_input_vetoes(gates: Page) -> None:
    gates.get_by_label("x₂ is on").check()
    gates.get_by_label("x₂ is inhibitory").check()

    expect(gates.locator(".gate-sentence")).to_have_text(
        "x₂ is inhibitory and on: vetoed, y = 0 whatever the sum."
    )
    expect(gates.locator("tr.current td").nth(2)).to_have_text("veto")


def test_nine_of_the_sixteen_functions_are_within_reach(gates: Page) -> None:
    expect(gates.get_by_text("One MP neuron reaches 9 of the 16.")).to_be_visible()
    expect(gates.locator(".function-tile.within")).to_have_count(9)
    expect(gates.locator(".function-tile.beyond")).to_have_count(7)
    expect(gates.get_by_role("button", name="x₁ NAND x₂ ✗ out of reach")).to_be_visible()


def test_a_tile_chooses_the_gate(gates: Page) -> None:
    tile = gates.get_by_role("button", name="x₁ XOR x₂ ✗ out of reach")
    tile.press("Enter")

    expect(tile).to_have_attribute("aria-pressed", "true")
    expect(gates.get_by_label("Gate to build")).to_have_value("xor")
    gates.get_by_text("Is this gate possible at all?").click()
    expect(gates.get_by_text("No. All 16 settings")).to_be_visible()


def test_majority_has_three_inputs_and_threshold_two(gates: Page) -> None:
    gates.get_by_label("Gate to build").select_option("majority")
    gates.get_by_label("Threshold θ", exact=True).fill("2")

    expect(gates.locator(".figure-summary")).to_have_text(
        "8 of 8 rows right. This neuron is majority of three."
    )


def test_a_link_sets_everything(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(
        figure_markup("nn-gates"), "nn-gates.js", fragment="#figure-1:gate=x1-and-not-x2&t=1&i=2&x=10"
    )

    expect(page.locator(".figure-summary")).to_have_text("4 of 4 rows right. This neuron is x₁ AND NOT x₂.")
    expect(page.get_by_label("x₁ is on")).to_be_checked()
    expect(page.get_by_label("x₂ is inhibitory")).to_be_checked()


@pytest.mark.parametrize("state", ["gate=toString", "gate=and&t=1e9&i=999&x=zz", "gate=<b>"])
def test_a_hostile_link_is_ignored(figure_page: Open, figure_markup: Markup, state: str) -> None:
    page = figure_page(figure_markup("nn-gates"), "nn-gates.js", fragment=f"#figure-1:{state}")

    expect(page.locator(".figure-summary")).to_have_text("3 of 4 rows right.")
    expect(page.get_by_label("Threshold θ", exact=True)).to_have_value("3")


def test_the_map_of_functions_can_stand_alone(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(figure_markup("nn-gates", {"hide": ["builder"]}), "nn-gates.js")

    expect(page.locator(".function-tile")).to_have_count(16)
    expect(page.get_by_role("button")).to_have_count(0)
