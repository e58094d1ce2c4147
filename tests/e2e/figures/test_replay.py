"""<nn-replay>: a recorded training, and the network of a frame against the engine."""

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.data import load
from engine.evaluation import predict
from engine.replay import film
from engine.spec import read_spec
from engine.train import Training
from lessons.replays import ReplayBlock, record, recordings

Open = Callable[..., Page]
Markup = Callable[..., str]
SUMMARY = ".figure-summary"
CONFIG: dict[str, Any] = {
    "layers": [{"type": "linear", "units": 3}, {"type": "tanh"}, {"type": "linear", "units": 1}],
    "loss": "binary_cross_entropy",
    "optimizer": {"type": "sgd", "lr": 1.0},
    "epochs": 400,
}


def recorded(seed: int) -> dict[str, Any]:
    block = {"title": f"Seed {seed}", "data": "xor", "seed": seed, "frames": 9, "config": CONFIG}
    return record(ReplayBlock.model_validate(block))


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return {"replay": [recorded(1), recorded(2)], "frame": 0}


def test_the_network_of_the_last_frame_answers_as_the_engine_does(figure_page: Open) -> None:
    spec = read_spec(json.dumps(CONFIG).encode())
    training = Training(spec, load("xor").train(), 1)
    training.run()
    points = np.random.default_rng(0).uniform(-1, 2, (20, 2))
    script = """([run, frame, points]) => Promise.all(
      ['mlp', 'recorded'].map((name) => import(`/static/js/maths/${name}.js`))
    ).then(([mlp, maths]) => points.map((point) => mlp.logit(maths.networkOf(run, frame), point)))"""

    found = figure_page("").evaluate(script, [recorded(1), 8, points.tolist()])

    assert film(spec, load("xor").train(), 1, 9).frames[-1].step == 400
    wanted = predict(training.model, points.astype(training.dtype))[:, 0]
    assert found == pytest.approx(wanted, rel=5e-3, abs=5e-3)


def test_it_plays_step_by_step_and_says_what_is_right(
    figure_page: Open, figure_markup: Markup, config: dict[str, Any]
) -> None:
    page = figure_page(figure_markup("nn-replay", config), "nn-replay.js", reduced_motion="reduce")
    expect(page.locator(SUMMARY)).to_have_text(re.compile(r"Step 1\. Seed 1: \d of 4 right; Seed 2: \d of 4"))

    page.get_by_role("button", name="Step", exact=True).press("Enter")
    expect(page.locator(SUMMARY)).to_contain_text("Step 51.")
    page.get_by_role("button", name="Play").press("Enter")

    expect(page.locator(SUMMARY)).to_contain_text("Step 400. Seed 1: 4 of 4 right")
    expect(page).to_have_url(re.compile("#figure-1:n=8$"))
    page.get_by_text("The losses as a table").click()
    expect(page.locator(".data-table tbody tr")).to_have_count(9)


@pytest.mark.parametrize(
    ("fragment", "said"), [("#figure-1:n=4", "Step 200."), ("#figure-1:n=77", "Step 400.")]
)
def test_a_link_restores_within_bounds(
    figure_page: Open, figure_markup: Markup, config: dict[str, Any], fragment: str, said: str
) -> None:
    page = figure_page(figure_markup("nn-replay", config), "nn-replay.js", fragment=fragment)

    expect(page.locator(SUMMARY)).to_contain_text(said)


def test_it_fits_a_narrow_phone(figure_page: Open, figure_markup: Markup, config: dict[str, Any]) -> None:
    viewport: dict[str, Any] = {"width": 320, "height": 700}
    page = figure_page(figure_markup("nn-replay", config), "nn-replay.js", viewport=viewport)
    expect(page.locator(SUMMARY)).to_contain_text("Step 1.")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture(scope="module")
def curves() -> dict[str, Any]:
    layers = [{"type": "linear", "units": 10}]
    settings = {"loss": "cross_entropy", "optimizer": {"type": "adam"}, "epochs": 8, "batch_size": 20}
    blocks = [
        {
            "title": title,
            "shows": "curves",
            "data": "digits",
            "options": {"rows": 60},
            "frames": 9,
            "config": settings | {"layers": dropped + layers},
        }
        for title, dropped in (("Plain", []), ("Dropped", [{"type": "dropout", "p": 0.5}]))
    ]
    return {"replay": recordings([ReplayBlock.model_validate(block) for block in blocks]), "frame": 2}


def test_curves_play_epoch_by_epoch_and_say_the_recorded_losses(
    figure_page: Open, figure_markup: Markup, curves: dict[str, Any]
) -> None:
    page = figure_page(figure_markup("nn-replay", curves), "nn-replay.js", reduced_motion="reduce")
    expect(page.locator(SUMMARY)).to_contain_text("Epoch 2.")
    line = page.locator(".plot-narrow .plot-line").first
    assert len((line.get_attribute("points") or "").split()) == 3

    page.get_by_role("button", name="Play").press("Enter")

    losses = [f"{run[name][8]:.2f}" for run in curves["replay"] for name in ("losses", "other_losses")]
    said = "Epoch 8. Plain: loss {} in training, {} on new examples; Dropped: loss {} in training, {} on"
    expect(page.locator(SUMMARY)).to_contain_text(said.format(*losses))
    expect(page).to_have_url(re.compile("#figure-1:n=8$"))
    assert len((line.get_attribute("points") or "").split()) == 9
    page.get_by_text("The curves as a table").click()
    expect(page.locator(".data-table tbody tr")).to_have_count(9)


def test_curves_fit_a_narrow_phone(figure_page: Open, figure_markup: Markup, curves: dict[str, Any]) -> None:
    viewport: dict[str, Any] = {"width": 320, "height": 700}
    page = figure_page(figure_markup("nn-replay", curves), "nn-replay.js", viewport=viewport)
    expect(page.locator(SUMMARY)).to_contain_text("Epoch 2.")
    page.get_by_text("The curves as a table").click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
