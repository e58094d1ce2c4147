"""Every number of the lesson on dropout, computed again."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine.data import load
from engine.data.dataset import Dataset
from engine.evaluation import predict
from engine.layers.dense import Dropout
from engine.metrics import accuracy
from engine.ops.activation import relu, sigmoid
from engine.progress import StepInfo
from engine.spec import TrainSpec
from engine.train import Training
from lessons.reading import read_course

Array = npt.NDArray[np.float64]
CONTENT = Path(__file__).parents[3] / "lessons" / "content"
BODIES = {lesson.slug: " ".join(lesson.body.split()) for lesson in read_course(CONTENT).lessons}

X = np.array([2.0, 1.0, 3.0, 4.0])
W = np.array([0.5, -1.0, 0.5, -0.25])
MASKS = np.array(list(itertools.product((0.0, 1.0), repeat=4)))
SUMS = (MASKS * X / 0.5) @ W
RELU = {"type": "relu"}
OUT = {"type": "linear", "units": 10}
WIDE = {"type": "linear", "units": 128}
PLAIN = [WIDE, RELU, WIDE, RELU, OUT]
HALF = {"type": "dropout", "p": 0.5}
DROPPED = [{"type": "dropout", "p": 0.2}, WIDE, RELU, HALF, WIDE, RELU, HALF, OUT]
TABLE = [(20, 0.87, 0.83), (40, 0.84, 0.86), (60, 0.81, 0.87), (100, 0.72, 0.89)]
NEAR = 0.025  # three starts stand here for the twenty of the table


def says(*parts: str) -> None:
    for part in parts:
        assert part in BODIES["dropout"], f"the lesson does not say {part!r}"


def z_with(mask: list[float]) -> float:
    return float((np.array(mask) * X / 0.5) @ W)


def test_the_worked_mask_and_the_one_asked_for() -> None:
    assert z_with([1, 0, 1, 1]) == 3
    assert z_with([0, 1, 1, 0]) == 1
    assert float(X @ W) == 0.5
    says(
        "$\\mathbf{y} = (4, 0, 6, 8)$",
        "$z = 2 + 0 + 3 - 2 = 3$",
        "$z = -2 + 3 = 1$",
        "$1 - 1 + 1.5 - 1 = 0.5$",
    )


def test_the_layer_itself_draws_such_masks_and_scales_them() -> None:
    layer = Dropout(0.5, generator=np.random.Generator(np.random.PCG64(0)))

    drawn = {tuple(layer(X).data.tolist()) for _ in range(500)}

    assert drawn == {tuple((mask * X / 0.5).tolist()) for mask in MASKS}
    layer.eval()
    assert layer(X).data.tolist() == X.tolist()


def test_the_sixteen_sums_have_the_middle_and_the_spread_stated() -> None:
    assert (SUMS.min(), SUMS.max(), SUMS.mean()) == (-4, 5, 0.5)
    assert float(((W * X) ** 2).sum()) == 5.25
    assert SUMS.std() == pytest.approx(math.sqrt(5.25))
    says("run from $-4$ to 5", f"$\\sqrt{{5.25}} = {SUMS.std():.2f}$", "$1, -1, 1.5, -1$")


def test_behind_a_bend_the_single_pass_is_not_the_average() -> None:
    bent = float(relu(SUMS).data.mean())
    smooth = float(sigmoid(SUMS).data.mean())
    single = float(sigmoid(np.array(0.5)).data)
    yes, no = (math.exp(float(np.log(sigmoid(sign * SUMS).data).mean())) for sign in (1, -1))
    assert yes / (yes + no) == pytest.approx(single, abs=1e-12)
    says(
        f"is {bent:.2f}, the single pass says 0.50",
        f"{smooth:.3f} against {single:.3f}",
        f"it is {single:.3f}",
    )


def test_the_network_has_the_parameters_stated() -> None:
    count = 64 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10
    says(f"{count:,} weights and biases, {round(count / 300)} for each picture")


def mean_accuracies(data: Dataset, layers: list[dict[str, Any]], seeds: int) -> dict[int, Array]:
    """Train with so many seeds; epoch -> mean accuracy on training and test pictures."""
    found: dict[int, list[list[float]]] = {}
    for seed in range(seeds):
        config = {"layers": layers, "loss": "cross_entropy", "optimizer": {"type": "adam"}}
        spec = TrainSpec.model_validate(config | {"epochs": 100, "batch_size": 32})
        training = Training(spec, data.train(), seed)

        def look(step: StepInfo, training: Training = training) -> None:
            parts = ((data.x_train, data.y_train), (data.x_test, data.y_test))
            reached = [accuracy(predict(training.model, x.astype(np.float32)), y) for x, y in parts]
            found.setdefault(step.epoch, []).append(reached)

        training.run(on_step=look, every=20 * math.ceil(len(data.x_train) / 32))
    return {epoch: np.array(reached).mean(axis=0) for epoch, reached in found.items()}


def test_dropout_keeps_a_network_from_learning_lies() -> None:
    lies = load("digits", rows=300, wrong_labels=0.3)
    plain, dropped = (mean_accuracies(lies, layers, 3) for layers in (PLAIN, DROPPED))

    for epoch, without, with_dropout in TABLE:
        assert plain[epoch][1] == pytest.approx(without, abs=NEAR)
        assert dropped[epoch][1] == pytest.approx(with_dropout, abs=NEAR)
        says(f"| {epoch} | {without:.2f} | {with_dropout:.2f} |")
    assert [plain[20][0], plain[100][0], dropped[100][0]] == pytest.approx([0.69, 0.92, 0.70], abs=NEAR)
    says("has risen from 0.69 to 0.92", "after 100 epochs it agrees with 0.70")


def test_without_lies_dropout_gains_nothing() -> None:
    honest = load("digits", rows=300)
    reached = [mean_accuracies(honest, layers, 2)[100][1] for layers in (PLAIN, DROPPED)]
    assert reached == pytest.approx([0.95, 0.93], abs=NEAR)
    assert reached[0] > reached[1]
    says("0.95 without dropout, 0.93 with it")


@pytest.mark.parametrize("mask", [[1, 0, 1, 1], [0, 1, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
def test_the_masks_that_stand_for_the_figure(mask: list[float]) -> None:
    says(f"| ({', '.join(map(str, mask))}) | {z_with(mask):.0f} |".replace("-", "−"))
    assert float(((MASKS * X) @ W).mean()) == 0.25
    says("it would come close to 0.25")
