"""Trainings that are recorded for a figure."""

import json
from typing import Any

import numpy as np
import pytest

from engine.data import load
from engine.replay import measure
from engine.spec import read_spec
from lessons.rendering import RenderingFailed, render_lesson
from lessons.replays import ReplayBlock, ReplayRefused, record, recordings

SMALL = [{"type": "linear", "units": 2}, {"type": "tanh"}, {"type": "linear", "units": 1}]
CONFIG: dict[str, Any] = {
    "layers": SMALL,
    "loss": "binary_cross_entropy",
    "optimizer": {"type": "sgd", "lr": 1.0},
    "epochs": 50,
}


CURVES: dict[str, Any] = {
    "shows": "curves",
    "data": "digits",
    "options": {"rows": 60},
    "config": {
        "layers": [{"type": "linear", "units": 10}],
        "loss": "cross_entropy",
        "optimizer": {"type": "adam"},
        "epochs": 8,
        "batch_size": 20,
    },
}


def block(**changes: Any) -> ReplayBlock:
    return ReplayBlock.model_validate(
        {"title": "One", "data": "xor", "seed": 1, "frames": 5, "config": CONFIG} | changes
    )


def test_frames_hold_the_network_that_has_their_loss() -> None:
    recorded = record(block())
    data = load("xor")

    assert recorded["sizes"] == [2, 2, 1]
    assert recorded["activation"] == "tanh"
    assert recorded["steps"] == [1, 13, 26, 38, 50]
    assert recorded["points"] == [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]
    # The loss of a step is that before its update, so the frame after it is a little better.
    first, bias, second, out = (np.array(numbers) for numbers in recorded["weights"][-1])
    z = np.tanh(data.x_train @ first.reshape(2, 2).T + bias) @ second + out
    loss = float(np.mean(np.logaddexp(0, z) - data.y_train.reshape(-1) * z))
    assert loss == pytest.approx(recorded["losses"][-1], rel=0.02)


def test_the_same_block_gives_the_same_frames() -> None:
    assert record(block()) == record(block())
    assert record(block())["losses"] != record(block(seed=2))["losses"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": "xor3"}, "replay 'One': there is no data set 'xor3'"),
        ({"data": "moons", "options": {"number": 3}}, "replay 'One': "),
        ({"data": "digits"}, "replay 'One'"),
        ({"config": CONFIG | {"epochs": 300_000}}, "at most 2 are allowed"),
        ({"config": CONFIG | {"layers": SMALL[:1]}}, "has the layers linear"),
        ({"config": CONFIG | {"layers": [SMALL[0], SMALL[2]]}}, "has the layers linear, linear"),
        ({"config": CONFIG | {"layers": [*SMALL[:2], {"type": "dropout", "p": 0.1}, SMALL[2]]}}, "dropout"),
        ({"config": CONFIG | {"epoch": 3}}, "epoch"),
        ({"config": CONFIG | {"loss": "cross_entropy"}}, "loss"),
        ({"shows": "curves"}, "'xor' has no classes to be right about"),
        (CURVES | {"config": CURVES["config"] | {"loss": "mse"}}, "use cross_entropy"),
        ({"config": CONFIG | {"optimizer": {"type": "sgd", "lr": 1e300}}}, "lr"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ReplayRefused) as refused:
        record(block(**changes))

    assert message in refused.value.message


def test_curves_are_those_of_the_engine() -> None:
    recorded = record(block(**CURVES))
    data = load("digits", 1, rows=60)
    spec = read_spec(json.dumps(CURVES["config"]).encode())
    moments = measure(spec, data.train(), data.test(), 1, 5).moments

    assert recorded["steps"] == [0, 2, 4, 6, 8]
    assert recorded["losses"] == pytest.approx([moment.loss for moment in moments], rel=1e-3)
    assert recorded["other_losses"] == pytest.approx([moment.other_loss for moment in moments], rel=1e-3)
    assert recorded["accuracies"] == pytest.approx([moment.accuracy for moment in moments], rel=1e-3)
    assert recorded["other_accuracies"] == pytest.approx(
        [moment.other_accuracy for moment in moments], rel=1e-3
    )


WIDE = [{"type": "linear", "units": 99}, *SMALL[1:]]


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([block(), block(**CURVES)], "shows is 'curves', that of the first 'border'"),
        ([block(), block(title="Two", frames=6)], "replay 'Two' has other frames than 'One'"),
        ([block(config=CONFIG | {"layers": WIDE}, frames=40)], "at most 20,000 are allowed"),
    ],
)
def test_what_does_not_fit_into_one_figure_is_refused(blocks: list[ReplayBlock], message: str) -> None:
    with pytest.raises(ReplayRefused) as refused:
        recordings(blocks)

    assert message in refused.value.message


FIGURE = """```figure nn-replay
caption = "c"
summary = "s"
fallback = "f"
[[replay]]
title = "One"
data = "{data}"
frames = {frames}
[replay.config]
layers = [{{ type = "linear", units = 1 }}, {{ type = "sigmoid" }}]
loss = "mse"
optimizer = {{ type = "sgd", lr = 1.0 }}
epochs = 9
```"""


def test_a_lesson_hands_the_frames_to_its_figure() -> None:
    html = str(render_lesson(FIGURE.format(data="and", frames=3), 1).html)

    assert '{"replay": [{"title": "One", "sizes": [2, 1], "activation": "sigmoid", "points":' in html


@pytest.mark.parametrize(
    ("data", "frames", "message"),
    [("nothing", 3, "there is no data set 'nothing'"), ("and", 99, "replay.0.frames: ")],
)
def test_a_lesson_with_a_wrong_recording_is_refused(data: str, frames: int, message: str) -> None:
    with pytest.raises(RenderingFailed, match=message):
        render_lesson(FIGURE.format(data=data, frames=frames), 1)
