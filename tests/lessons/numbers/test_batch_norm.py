"""Every number of the lesson on batch normalisation, computed again."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine.build import build
from engine.data import load
from engine.evaluation import LOSSES, predict
from engine.layers.dense import Linear
from engine.layers.image import BatchNorm1d
from engine.metrics import accuracy
from engine.rng import Streams
from engine.spec import TrainSpec
from engine.tensor import Tape
from engine.train import Training
from lessons.reading import read_course

Array = npt.NDArray[np.float64]
CONTENT = Path(__file__).parents[3] / "lessons" / "content"
BODIES = {lesson.slug: " ".join(lesson.body.split()) for lesson in read_course(CONTENT).lessons}

BATCH = np.array([[1.0], [3.0], [5.0]])
SPREADS = [0.15, 0.022, 0.0030, 0.00042, 0.00006, 0.00001]
RATES = [(0.01, 0.08, 0.93), (0.1, 0.10, 0.98), (1.0, 0.10, 0.97)]


def says(*parts: str) -> None:
    for part in parts:
        assert part in BODIES["batch-norm"], f"the lesson does not say {part!r}"


def layer(gain: float = 1.0, shift: float = 0.0) -> BatchNorm1d:
    made = BatchNorm1d(1, dtype=np.float64)
    made.weight.data[:], made.bias.data[:] = gain, shift
    return made


def normalised(x: Array) -> Array:
    return np.asarray(layer()(x[:, None]).data[:, 0])


def deep(*, normed: bool, lr: float = 0.1) -> TrainSpec:
    between = [{"type": "batch_norm"}] if normed else []
    hidden: list[dict[str, Any]] = [{"type": "linear", "units": 32}, *between, {"type": "sigmoid"}]
    config = {"layers": hidden * 6 + [{"type": "linear", "units": 10}], "loss": "cross_entropy"}
    training = {"optimizer": {"type": "sgd", "lr": lr}, "epochs": 20, "batch_size": 32}
    return TrainSpec.model_validate(config | training)


def test_the_worked_batch() -> None:
    n = normalised(BATCH[:, 0])
    y = layer(0.5, 1.0)(BATCH).data[:, 0]

    assert n[2] == pytest.approx(1.2247425750, abs=1e-10)
    assert BATCH.var() == pytest.approx(8 / 3)
    assert (BATCH[0] - 3) / BATCH.std(ddof=1) == -1
    says("$v = 8/3 = 2.66667$", f"is {np.sqrt(8 / 3 + 1e-5):.6f}", f"n = (-{n[2]:.7f},\\; 0,\\; {n[2]:.7f})")
    says(f"$y = ({y[0]:.7f},\\; {y[1]:.0f},\\; {y[2]:.7f})$")


def test_factors_and_shifts_are_taken_out_again() -> None:
    for batch in (np.array([10.0, 30.0, 50.0]), np.array([101.0, 103.0, 105.0])):
        assert normalised(batch) == pytest.approx(normalised(BATCH[:, 0]), abs=1e-5)


def test_of_a_batch_of_two_only_the_order_is_left() -> None:
    for low, high in ((0.1, 0.4), (-7.0, 30.0)):
        assert normalised(np.array([low, high])) == pytest.approx([-1, 1], abs=1e-3)


def test_the_running_averages_move_a_tenth_of_the_way() -> None:
    norm = layer()

    norm(BATCH)
    first = float(norm.running_mean.data[0]), float(norm.running_var.data[0])
    for _ in range(19):
        norm(BATCH)

    assert first == pytest.approx((0.3, 1.3))
    assert norm.running_mean.data[0] / 3 == pytest.approx(1 - 0.9**20)
    assert round(100 * (1 - 0.9**20)) == 88
    says("running mean is 0.3", "$0.9 + 0.1 \\cdot 4 = 1.3$", "some 20 batches to get 88 %")


def test_without_batch_norm_the_pictures_become_alike_and_the_gradient_vanishes() -> None:
    digits = load("digits")
    pictures, numbers = digits.x_train[:200].astype(np.float32), digits.y_train[:200]
    spreads, ratios = [], {}
    for normed in (False, True):
        model = build(deep(normed=normed), digits.train().signal(), Streams(0))
        value: Any = pictures
        for module in model:
            value = module(value).data
            if isinstance(module, Linear) and not normed:
                spreads.append(float(value.std(axis=0).mean()))
        with Tape() as tape:
            loss = LOSSES["cross_entropy"](model(pictures), numbers)
        gradients = tape.backward(loss)
        weights = [parameter for parameter in model.parameters() if parameter.data.ndim == 2]
        norms = [float(np.linalg.norm(gradients[weight])) for weight in weights]
        ratios[normed] = norms[0] / norms[-1]

    assert spreads[:6] == pytest.approx(SPREADS, rel=0.25)
    assert [a / b for a, b in itertools.pairwise(SPREADS)] == pytest.approx([7] * 5, abs=1.2)
    assert ratios[False] == pytest.approx(0.00002, abs=0.000005)
    assert 0.8 < ratios[True] < 1.5
    says("| 0.15 | 0.022 | 0.0030 | 0.00042 | 0.00006 | 0.00001 |", "gets 0.00002 of what the last one gets")


@pytest.mark.parametrize(("lr", "without", "with_norm"), RATES)
def test_the_rescue_at_three_learning_rates(lr: float, without: float, with_norm: float) -> None:
    digits = load("digits")
    reached = []
    for normed in (False, True):
        training = Training(deep(normed=normed, lr=lr), digits.train(), 0)
        training.run()
        reached.append(accuracy(predict(training.model, digits.x_test.astype(np.float32)), digits.y_test))

    assert reached == pytest.approx([without, with_norm], abs=0.04)
    says(f"| {lr:g} | {without:.2f} | {with_norm:.2f} |")


@pytest.mark.parametrize("size", [2, 8, 32, 128])
def test_the_mean_of_a_batch_strays_as_the_figure_says(size: int) -> None:
    means = np.random.default_rng(size).normal(3, 2, (4000, size)).mean(axis=1)
    assert means.std() == pytest.approx(2 / np.sqrt(size), rel=0.05)
    says(f"| {size} | {2 / np.sqrt(size):.2f} |")
