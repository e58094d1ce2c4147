"""The playground in the browser: train, share, paste rows of one's own, take the network along."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from engine.history import boolean_inputs
from engine.network import Network

Open = Callable[..., Page]
WEIGHTS = {"url": "/exercises/xor-weights/", "title": "Solve XOR with nine numbers"}
TRAINING = {"url": "/exercises/xor-train/", "title": "Train a network on XOR"}
CONFIG = {"submit": {"weights": WEIGHTS, "training": TRAINING}}
CALM = {"reduced_motion": "reduce"}
SIGMOIDS = "#figure-1:hidden=2&activation=sigmoid"
ROWS = "x1;x2;class\n0;0;0\n0;1;1\n1;0;1\n1;1;0\n"


@pytest.fixture
def playground(figure_page: Open, figure_markup: Callable[..., str]) -> Callable[..., Page]:
    """Open the playground, with training that jumps instead of moving."""

    def open_it(fragment: str = "", **options: Any) -> Page:
        markup = figure_markup("nn-playground", CONFIG)
        return figure_page(markup, "nn-playground.js", fragment=fragment, **{**CALM, **options})

    return open_it


def numbers(page: Page) -> str:
    return page.locator(".play-output .figure-note").first.inner_text()


def copied(page: Page, name: str) -> str:
    page.get_by_text("Take the network with you").click()
    page.get_by_role("button", name=f"Copy {name}").click()
    return page.get_by_label("The network as text").input_value()


def test_training_leaps_with_reduced_motion_and_says_how_it_went(playground: Callable[..., Page]) -> None:
    page = playground()

    page.get_by_role("button", name="Train").click()

    summary = page.locator(".figure-summary")
    expect(summary).to_contain_text("After 300 epochs")
    expect(summary).to_contain_text("of the test points are right")


def test_one_epoch_is_one_epoch_and_start_again_goes_back(playground: Callable[..., Page]) -> None:
    page = playground()
    before = numbers(page)

    page.get_by_role("button", name="One epoch").click()
    assert numbers(page).startswith("Epoch 1:")

    page.get_by_role("button", name="Start again").click()
    assert numbers(page) == before


def test_a_link_opens_the_same_weights(playground: Callable[..., Page]) -> None:
    page = playground(
        "#figure-1:data=circles&hidden=3,2&activation=relu&optimizer=adam&rate=0.05&batch=10&epochs=20"
    )
    expect(page.locator(".figure-summary")).to_contain_text("After 20 epochs")
    weights = copied(page, "JSON")

    again = playground(page.evaluate("location.hash"))
    expect(again.locator(".figure-summary")).to_contain_text("After 20 epochs")

    assert copied(again, "JSON") == weights
    assert list(json.loads(weights)["weights"]) == [
        "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias",
    ]  # fmt: skip


def test_what_a_link_says_is_held_within_the_limits(playground: Callable[..., Page]) -> None:
    page = playground("#figure-1:data=__proto__&hidden=99,0&rate=1e9&noise=-3&seed=x&batch=7&optimizer=rm")

    assert page.get_by_label("Data", exact=True).input_value() == "moons"
    assert page.get_by_role("spinbutton", name="Units in layer 1").input_value() == "8"
    assert page.get_by_label("Learning rate").input_value() == "10"
    assert page.get_by_label("Noise").input_value() == "0"


def test_own_rows_are_taken_and_travel_in_the_link(playground: Callable[..., Page]) -> None:
    page = playground()
    page.get_by_text("Your own rows").click()
    page.get_by_label("One row a line").fill(ROWS)
    page.get_by_role("button", name="Use these rows").click()
    expect(page.get_by_label("Data", exact=True)).to_have_value("own")
    page.wait_for_timeout(400)

    again = playground(page.evaluate("location.hash"))

    assert again.get_by_label("Data", exact=True).input_value() == "own"
    assert numbers(again) == numbers(page)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least two rows"),
        ("0,0,0\n1,1,2", "Line 2: the class is 2; it must be 0 or 1."),
        ("0,0,0\n\n1,one,1", "Line 3: “one” is not a number."),
        ("0,0,0\n1,1", "Line 2: there are 2 values"),
        ("0,0,0\n250,1,1", "Line 2: 250 is beyond −10 to 10"),
        ("0,0,1\n1,1,1", "All rows are of one class"),
        ("0,0,1\n" * 501, "There are 501 rows; 500 is the most."),
    ],
)
def test_rows_that_do_not_fit_are_refused_by_line_and_change_nothing(
    playground: Callable[..., Page], text: str, words: str
) -> None:
    page = playground()
    page.get_by_text("Your own rows").click()
    page.get_by_label("One row a line").fill(text)

    page.get_by_role("button", name="Use these rows").click()

    expect(page.locator(".play-own .field-error")).to_contain_text(words)
    assert page.get_by_label("Data", exact=True).input_value() == "moons"


def test_a_number_beyond_its_limit_is_named_and_changes_nothing(playground: Callable[..., Page]) -> None:
    page = playground()
    before = numbers(page)
    rate = page.get_by_label("Learning rate")

    rate.fill("11")
    rate.blur()

    expect(page.get_by_text("Learning rate is 11; it must be a number from 0 to 10.")).to_be_visible()
    assert numbers(page) == before


def test_a_rate_that_is_too_large_is_said_to_diverge(playground: Callable[..., Page]) -> None:
    page = playground("#figure-1:activation=linear&rate=10&momentum=0.99&data=circles&epochs=2000&decay=1")

    expect(page.locator(".figure-summary")).to_contain_text("diverged in epoch")


def handed_in(page: Page) -> list[float]:
    """Return the nine numbers in the link to the exercise, in the order of a state_dict."""
    address, _, answer = (weights_link(page).get_attribute("href") or "").partition("#answer:w=")
    assert address == WEIGHTS["url"]
    return [float(number) for number in answer.split(",")]


def weights_link(page: Page) -> Locator:
    return page.get_by_role("link", name="Submit the weights to “Solve XOR with nine numbers”")


def test_only_a_network_that_the_exercise_takes_can_be_submitted(playground: Callable[..., Page]) -> None:
    page = playground(f"{SIGMOIDS}&data=xor&noise=0.1&seed=2&optimizer=adam&rate=1&epochs=300")
    expect(weights_link(page)).to_be_visible()

    w = handed_in(page)

    parameters = {"0.weight": [w[0:2], w[2:4]], "0.bias": w[4:6], "2.weight": [w[6:8]], "2.bias": w[8:]}
    network = Network([2, 2, 1], ["sigmoid", "sigmoid"], parameters)
    y = network.forward(boolean_inputs(2)).ravel()
    assert [int(value > 0.5) for value in y] == [0, 1, 1, 0]
    assert np.abs(y - 0.5).min() > 0.4
    expect(page.get_by_text("each corner gets the same answer")).to_be_visible()


def test_weights_trained_on_own_rows_are_submitted_as_they_are(playground: Callable[..., Page]) -> None:
    page = playground(f"{SIGMOIDS}&epochs=20&own=0,0,0_0,1,1_1,0,1_1,1,0")
    expect(weights_link(page)).to_be_visible()

    weights = json.loads(copied(page, "JSON"))["weights"]

    names = ("0.weight", "0.bias", "2.weight", "2.bias")
    assert handed_in(page) == np.concatenate([np.ravel(weights[name]) for name in names]).tolist()
    expect(page.get_by_text("The link takes the weights as they are")).to_be_visible()


@pytest.mark.parametrize(
    "fragment",
    [
        f"{SIGMOIDS}&data=xor",
        f"{SIGMOIDS}&data=moons&epochs=1",
        "#figure-1:hidden=3&activation=sigmoid&data=xor&epochs=1",
        "#figure-1:hidden=2&activation=tanh&data=xor&epochs=1",
    ],
    ids=["untrained", "other data", "three units", "tanh"],
)
def test_no_other_weights_can_be_submitted(playground: Callable[..., Page], fragment: str) -> None:
    page = playground(fragment)

    missing = "needs one hidden layer of two sigmoid units, trained on XOR or on rows of your own."
    expect(page.get_by_text(missing)).to_be_visible()
    expect(weights_link(page)).to_be_hidden()


def test_weights_beyond_the_exercise_are_named_and_not_submitted(playground: Callable[..., Page]) -> None:
    page = playground(f"{SIGMOIDS}&data=xor&noise=0.1&seed=3&optimizer=adam&rate=1&epochs=3000")

    # It trains for 3,000 epochs first, on a machine that may have other tests to run.
    named = page.get_by_text("takes numbers from −100 to 100, and one would be")
    expect(named).to_be_visible(timeout=20_000)
    expect(weights_link(page)).to_be_hidden()


def test_only_a_training_on_xor_can_be_submitted(playground: Callable[..., Page]) -> None:
    page = playground("#figure-1:data=xor&hidden=4,3&rate=1&momentum=0&batch=10")
    link = page.get_by_role("link", name="Submit the training to “Train a network on XOR”")
    expect(link).to_be_hidden()

    page.get_by_role("button", name="One epoch").click()

    expect(link).to_be_visible()
    address, _, fragment = unquote(link.get_attribute("href") or "").partition("#form:")
    assert address == TRAINING["url"]
    assert dict(pair.split("=") for pair in fragment.split("&")) == {
        "config.layers": "linear 4,tanh,linear 3,tanh,linear 1",
        "config.optimizer.type": "sgd",
        "config.optimizer.lr": "1",
        "config.optimizer.momentum": "",
        "config.optimizer.weight_decay": "",
        "config.epochs": "1",
        "config.batch_size": "",
        "config.init.type": "torch",
        "config.init.std": "",
    }


def test_numpy_code_computes_what_the_page_shows(playground: Callable[..., Page]) -> None:
    page = playground("#figure-1:hidden=none&epochs=3")
    expect(page.locator(".figure-summary")).to_contain_text("After 3 epochs")
    code = copied(page, "NumPy")
    space: dict[str, Any] = {}
    exec(code, space)

    weights = json.loads(
        page.evaluate("""() => import('/static/js/play/take-out.js').then(
        ({ asJson }) => asJson(document.querySelector('nn-playground').trainer.network))""")
    )["weights"]

    z = weights["0.weight"][0][0] + weights["0.weight"][0][1] + weights["0.bias"][0]
    assert space["predict"]([[1.0, 1.0]])[0][0] == pytest.approx(1 / (1 + 2.718281828459045**-z))
