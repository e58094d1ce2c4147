"""<nn-xor-lab>: nine numbers, by keyboard and by training, which takes the engine's steps."""

import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.layers.dense import Linear, Sigmoid
from engine.losses import binary_cross_entropy_with_logits
from engine.module import Sequential
from engine.optim import SGD
from engine.plan import Plan

Open = Callable[..., Page]
Markup = Callable[..., str]

ANSWER_NAMES = [
    "weights.0.weight[0][0]",
    "weights.0.weight[0][1]",
    "weights.0.weight[1][0]",
    "weights.0.weight[1][1]",
    "weights.0.bias[0]",
    "weights.0.bias[1]",
    "weights.2.weight[0][0]",
    "weights.2.weight[0][1]",
    "weights.2.bias[0]",
]

RATE = 0.1
ROWS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGETS = np.array([[0.0], [1.0], [1.0], [0.0]])
Start = dict[str, list[list[float]] | list[float]]
OWN: Start = {
    "0.weight": [[6, -4], [-5, 7]],
    "0.bias": [-2, -3],
    "2.weight": [[8, 8]],
    "2.bias": [-4],
}
SMALL: Start = {
    "0.weight": [[0.9, -0.4], [-0.2, 0.7]],
    "0.bias": [0.1, -0.3],
    "2.weight": [[0.5, 0.8]],
    "2.bias": [-0.2],
}


@pytest.fixture
def lab(figure_page: Open, figure_markup: Markup) -> Page:
    config = {"submit_url": "/exercises/xor-weights/"}
    return figure_page(figure_markup("nn-xor-lab", config), "nn-xor-lab.js")


def answer_form(values: list[str]) -> str:
    inputs = "".join(
        f'<label for="field-{i}">{name}</label><input id="field-{i}" name="{name}" value="{value}">'
        for i, (name, value) in enumerate(zip(ANSWER_NAMES, values, strict=True))
    )
    return f'<form id="answer-form">{inputs}</form>'


def test_it_starts_with_one_input_wrong(lab: Page) -> None:
    expect(lab.locator(".figure-summary")).to_have_text("3 of 4 inputs right.")
    expect(lab.locator("tr.wrong")).to_have_text("1100.896✗ wrong")
    expect(lab.locator(".fallback")).to_be_hidden()


def test_every_neuron_has_a_map_of_what_it_sees(lab: Page) -> None:
    expect(lab.locator(".unit-map .map-title")).to_have_text(["What h₁ sees", "What h₂ sees", "What y sees"])


def test_keyboard_alone_mends_the_network_and_link_brings_it_back(
    lab: Page, figure_page: Open, figure_markup: Markup
) -> None:
    bias = lab.get_by_label("bias h₁", exact=True)
    bias.focus()

    for _ in range(2):
        lab.keyboard.press("ArrowDown")

    expect(bias).to_have_value("-4")
    expect(lab.locator(".figure-summary")).to_have_text("4 of 4 inputs right.")
    expect(lab).to_have_url(re.compile("#figure-1:w=6,-4,-5,7,-4,-3,8,8,-4$"))
    fragment = "#" + lab.url.split("#")[1]
    again = figure_page(figure_markup("nn-xor-lab"), "nn-xor-lab.js", fragment=fragment)
    expect(again.get_by_label("bias h₁", exact=True)).to_have_value("-4")
    expect(again.locator(".figure-summary")).to_have_text("4 of 4 inputs right.")


def test_slider_and_field_move_together(lab: Page) -> None:
    slider = lab.get_by_label("x₁ → h₁, slider")
    slider.focus()

    lab.keyboard.press("ArrowRight")

    expect(lab.get_by_label("x₁ → h₁", exact=True)).to_have_value("6.5")


def test_a_number_past_the_limit_is_held_at_it(lab: Page) -> None:
    lab.get_by_label("bias y", exact=True).fill("1e308")

    expect(lab.get_by_label("bias y", exact=True)).to_have_value("100")


def test_training_ends_with_a_margin(lab: Page) -> None:
    lab.get_by_role("button", name="Train").click()

    expect(lab.locator(".figure-summary")).to_contain_text("4 of 4 inputs right. Trained for 55 steps")
    expect(lab.get_by_role("button", name="Train")).to_be_visible()


def test_reduced_motion_gives_the_same_result_at_once(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(figure_markup("nn-xor-lab"), "nn-xor-lab.js", reduced_motion="reduce")

    page.get_by_role("button", name="Train").click()

    expect(page.locator(".figure-summary")).to_contain_text("Trained for 55 steps", timeout=500)


@pytest.mark.parametrize("start", [OWN, SMALL], ids=["the lesson's start", "small weights"])
def test_a_training_takes_the_engines_steps(figure_page: Open, figure_markup: Markup, start: Start) -> None:
    markup = figure_markup("nn-xor-lab", {"weights": start})
    page = figure_page(markup, "nn-xor-lab.js", reduced_motion="reduce")
    options = {"generator": np.random.default_rng(0), "dtype": np.float64}
    network = Sequential(Linear(2, 2, **options), Sigmoid(), Linear(2, 1, **options))
    network.load_state_dict({name: np.array(values, np.float64) for name, values in start.items()})
    rule = SGD(network.parameters(), RATE)
    plan = Plan(lambda x, y: binary_cross_entropy_with_logits(network(x), y), ROWS, TARGETS)

    page.get_by_role("button", name="Train").click()
    steps, found = page.locator("nn-xor-lab").evaluate("(lab) => [lab.steps, lab.weights]")
    for _ in range(steps):
        plan.run()
        rule.step()

    assert steps > 50
    ours = np.concatenate([parameter.data.ravel() for parameter in network.parameters()])
    np.testing.assert_allclose(found, ours, rtol=1e-9, atol=1e-12)


def test_training_that_gets_stuck_says_so(figure_page: Open, figure_markup: Markup) -> None:
    zeros = {"0.weight": [[0, 0], [0, 0]], "0.bias": [0, 0], "2.weight": [[0, 0]], "2.bias": [0]}
    page = figure_page(
        figure_markup("nn-xor-lab", {"weights": zeros}), "nn-xor-lab.js", reduced_motion="reduce"
    )

    page.get_by_role("button", name="Train").click()

    expect(page.locator(".figure-summary")).to_contain_text("0 of 4 inputs right. Stopped after 20000 steps")
    expect(page.locator("td.verdict").first).to_have_text("✗ undecided")


def test_one_step_lowers_the_loss_and_reset_undoes_it(lab: Page) -> None:
    loss = lab.locator(".figure-judgement .figure-note").first
    expect(loss).to_have_text("Loss (mean cross-entropy): 0.5925")

    lab.get_by_role("button", name="One step").click()
    expect(loss).not_to_have_text("Loss (mean cross-entropy): 0.5925")
    lab.get_by_role("button", name="Reset").click()

    expect(loss).to_have_text("Loss (mean cross-entropy): 0.5925")


def test_the_lecture_weights_solve_it_and_travel_to_the_exercise(lab: Page) -> None:
    lab.get_by_role("button", name="Show the lecture’s weights").click()

    expect(lab.locator(".figure-summary")).to_have_text("4 of 4 inputs right.")
    link = lab.get_by_role("link", name="Submit these weights")
    expect(link).to_have_attribute("href", "/exercises/xor-weights/#answer:w=20,20,-20,-20,-10,30,20,20,-30")


def test_weights_leave_as_an_answer_and_as_code(lab: Page) -> None:
    lab.get_by_text("Take the weights with you").click()
    text = lab.get_by_label("The weights as text")

    lab.get_by_role("button", name="Copy JSON").click()
    answer = json.loads(text.input_value())
    lab.get_by_role("button", name="Copy PyTorch").click()

    assert answer["weights"]["0.weight"] == [[6, -4], [-5, 7]]
    assert answer["weights"]["2.bias"] == [-4]
    expect(text).to_have_value(re.compile(re.escape('"0.bias": torch.tensor([-2.0, -3.0])')))


def test_parts_can_be_hidden_by_the_lesson(figure_page: Open, figure_markup: Markup) -> None:
    config = {"hide": ["train", "export", "lecture", "units"]}
    page = figure_page(figure_markup("nn-xor-lab", config), "nn-xor-lab.js")

    expect(page.get_by_role("button", name="Reset")).to_be_visible()
    for name in ("Train", "One step", "Show the lecture’s weights"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.locator(".export, .unit-map")).to_have_count(0)


def test_beside_a_form_it_previews_the_fields(figure_page: Open, figure_markup: Markup) -> None:
    form = answer_form(["6", "-4", "-5", "7", "-2", "-3", "8", "8", ""])
    page = figure_page(form + figure_markup("nn-xor-lab", attributes='form="answer-form"'), "nn-xor-lab.js")
    expect(page.locator(".figure-summary")).to_have_text(
        "2 of 4 inputs right. 1 number is empty; the preview takes it as 0."
    )

    page.locator("#field-8").fill("\N{MINUS SIGN}4")

    expect(page.locator(".figure-summary")).to_have_text("3 of 4 inputs right.")
    expect(page.locator("nn-xor-lab .range-row")).to_have_count(0)
    expect(page.get_by_role("button", name="Show the lecture’s weights")).to_have_count(0)


def test_a_link_fills_the_form(figure_page: Open, figure_markup: Markup) -> None:
    page = figure_page(
        answer_form([""] * 9) + figure_markup("nn-xor-lab", attributes='form="answer-form"'),
        "nn-xor-lab.js",
        fragment="#answer:w=20,20,-20,-20,-10,30,20,20,-30&cross=0.93,0.91",
    )

    expect(page.locator("#field-5")).to_have_value("30")
    expect(page.locator(".figure-summary")).to_have_text("4 of 4 inputs right.")
    expect(page.get_by_text("✗ marks (0.93, 0.91): y =")).to_be_visible()


@pytest.mark.parametrize(
    "state",
    [
        "w=1,2,3",
        "w=NaN,0,0,0,0,0,0,0,0",
        "w=Infinity,0,0,0,0,0,0,0,0",
        "w=<img src=x onerror=alert(1)>,0,0,0,0,0,0,0,0",
        "w=%E0%A4%A",
        "w=" + "1," * 5000,
        "__proto__=1&constructor=2",
    ],
)
def test_a_hostile_link_is_ignored(figure_page: Open, figure_markup: Markup, state: str) -> None:
    page = figure_page(figure_markup("nn-xor-lab"), "nn-xor-lab.js", fragment=f"#figure-1:{state}")

    expect(page.locator(".figure-summary")).to_have_text("3 of 4 inputs right.")
    expect(page.get_by_label("x₁ → h₁", exact=True)).to_have_value("6")


def test_a_link_with_huge_numbers_is_clamped(figure_page: Open, figure_markup: Markup) -> None:
    state = "w=999999999,-1e99,0,0,0,0,0,0,0"
    page = figure_page(figure_markup("nn-xor-lab"), "nn-xor-lab.js", fragment=f"#figure-1:{state}")

    expect(page.get_by_label("x₁ → h₁", exact=True)).to_have_value("100")
    expect(page.get_by_label("x₂ → h₁", exact=True)).to_have_value("-100")
