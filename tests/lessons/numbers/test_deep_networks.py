"""The numbers of the lesson on deep networks and of its exercises, computed again."""

import json
import math
import statistics
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import load
from engine.evaluation import LOSSES, predict
from engine.init import he_normal
from engine.module import Module
from engine.ops.activation import relu, sigmoid, tanh
from engine.spec import read_spec
from engine.spec.training import TrainSpec
from engine.tensor import Array, Tape
from engine.train import Training

FOLDER = Path(__file__).parents[3] / "lessons" / "content" / "11-deep-networks"
LESSON = " ".join((FOLDER / "lesson.md").read_text(encoding="utf-8").split())
DIGITS = load("digits")
OPS = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}
SMALL = {"type": "normal", "std": 0.01}


def says(*parts: str) -> None:
    for part in parts:
        assert part in LESSON, f"the lesson does not say {part!r}"


def deep(depth: int, activation: str, start: dict[str, Any]) -> TrainSpec:
    layers: list[dict[str, Any]] = []
    for _ in range(depth):
        layers += [{"type": "linear", "units": 32}, {"type": activation}]
    layers.append({"type": "linear", "units": 10})
    config = {
        "layers": layers,
        "loss": "cross_entropy",
        "optimizer": {"type": "adam", "lr": 0.003},
        "epochs": 20,
        "batch_size": 32,
        "init": start,
    }
    return read_spec(json.dumps(config).encode())


def accuracy(spec: TrainSpec) -> float:
    """The median share of right answers on new digits, of three trainings."""
    reached = []
    for seed in range(3):
        training = Training(spec, DIGITS.train(), seed)
        training.run()
        reached.append(float(np.mean(predict(training.model, DIGITS.x_test).argmax(axis=1) == DIGITS.y_test)))
    return statistics.median(reached)


def tents(x: Array, depth: int) -> Array:
    """Run the two-unit layers of the lesson, as matrices."""
    weight, bias, out = np.array([[1.0], [1.0]]), np.array([0.0, -0.5]), np.array([[2.0, -4.0]])
    y = x[:, None]
    for _ in range(depth):
        y = np.maximum(y @ weight.T + bias, 0) @ out.T
    return y[:, 0]


def test_the_tent_by_hand() -> None:
    assert [float(tents(np.array([0.3]), depth)[0]) for depth in (1, 2, 3)] == pytest.approx([0.6, 0.8, 0.4])


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_pieces_double_with_every_layer(depth: int) -> None:
    x = np.arange(4 * 2**depth + 1) / (4 * 2**depth)
    slopes = np.diff(tents(x, depth)) / np.diff(x)

    assert 1 + np.count_nonzero(np.diff(slopes)) == 2**depth


def test_parameters_of_the_tents() -> None:
    deep_tents = (2 + 2) + 9 * (2 * 2 + 2) + (2 + 1)
    assert deep_tents == 61
    assert 3 * 1023 + 1 == 3070
    says("with 61 parameters", "one bias behind, 3070 parameters")


def test_starting_values() -> None:
    drawn = he_normal((4000, 32), np.random.default_rng(0))
    assert drawn.std() == pytest.approx(0.25, rel=0.01)
    assert f"{math.sqrt(2 / 64):.3f}" == "0.177"
    says("For 32 inputs that is 0.25.", "\\sqrt{2/64} = 0.177")


@pytest.mark.parametrize(
    ("activation", "spread", "row"),
    [
        ("sigmoid", 1.0, "about 0.5 | about 0.0000005 |"),
        ("relu", 1.0, "about 0.03 | about 0.03 |"),
        ("relu", 1.414, "about 1 | about 1 |"),
        ("relu", 2.0, "about 30 | about 30 |"),
        ("tanh", 1.0, "about 0.2 | about 0.3 |"),
    ],
)
def test_the_table_of_the_figure(activation: str, spread: float, row: str) -> None:
    rng, arrived, returned = np.random.default_rng(0), [], []
    for _ in range(60):
        y, sums = rng.standard_normal((16, 32)), []
        weights = rng.standard_normal((10, 32, 32)) * spread / math.sqrt(32)
        for weight in weights:
            sums.append(y @ weight.T)
            y = OPS[activation](sums[-1]).data
        gradient = rng.standard_normal((16, 32))
        for weight, z in zip(weights[::-1], sums[::-1], strict=True):
            gradient = (gradient * slope(activation, z)) @ weight
        arrived.append(float(np.sqrt(np.mean(y**2))))
        returned.append(float(np.sqrt(np.mean(gradient**2))))

    cells = [float(cell.strip().removeprefix("about ")) for cell in row.strip("|").split("|")[:2]]
    for cell, sizes in zip(cells, (arrived, returned), strict=True):
        assert cell / 1.7 < statistics.median(sizes) < cell * 1.7
    says(f"| {'ReLU' if activation == 'relu' else activation} | {spread:g} | {row}")


def slope(activation: str, z: Array) -> Array:
    if activation == "relu":
        return (z > 0).astype(float)
    value: Array = OPS[activation](z).data
    return value * (1 - value) if activation == "sigmoid" else 1 - value**2


@pytest.mark.parametrize(
    ("name", "activation", "start", "shown"),
    [
        ("ReLU, He", "relu", {"type": "he_normal"}, "0.98 | 0.98 | 0.97"),
        ("tanh, Glorot", "tanh", {"type": "xavier_normal"}, "0.98 | 0.99 | 0.95"),
        ("ReLU, PyTorch's default", "relu", {"type": "torch"}, "0.98 | 0.93 | about 0.8"),
        ("sigmoid, Glorot", "sigmoid", {"type": "xavier_normal"}, "0.97 | about 0.5 | 0.08"),
        ("sigmoid, standard deviation 0.01", "sigmoid", SMALL, "0.97 | below 0.3 | 0.08"),
    ],
)
def test_what_was_learned(name: str, activation: str, start: dict[str, Any], shown: str) -> None:
    says(f"| {name} | {shown} |")
    for depth, cell in zip((1, 6, 12), shown.split(" | "), strict=True):
        reached = accuracy(deep(depth, activation, start))
        number = float(cell.split()[-1])
        if cell.startswith("below"):
            assert reached < number
        else:
            assert reached == pytest.approx(number, abs=0.15 if cell.startswith("about") else 0.025)


def test_gradients_before_the_first_step() -> None:
    fitting, squeezed = (
        first_to_last(Training(deep(6, activation, start), DIGITS.train(), 0).model)
        for activation, start in (
            ("relu", {"type": "he_normal"}),
            ("sigmoid", {"type": "xavier_normal"}),
        )
    )

    assert fitting == pytest.approx(1.4, abs=0.05)
    assert squeezed == pytest.approx(0.0005, abs=0.00005)
    says("is 0.0005 of that in the last", "it is 1.4 times as large")


def first_to_last(model: Module) -> float:
    """Compare the gradient in the weights of the first layer with that of the last, on 200 digits."""
    with Tape() as tape:
        loss = LOSSES["cross_entropy"](model(DIGITS.x_train[:200].astype(np.float32)), DIGITS.y_train[:200])
    gradients = tape.backward(loss)
    weights = [parameter for parameter in model.parameters() if parameter.data.ndim == 2]
    return float(np.linalg.norm(gradients[weights[0]]) / np.linalg.norm(gradients[weights[-1]]))


def test_the_worked_numbers_of_the_exercise() -> None:
    data = tomllib.loads((FOLDER / "exercises" / "depth-values.toml").read_text(encoding="utf-8"))

    model = Training(deep(5, "relu", {"type": "he_normal"}), DIGITS.train(), 0).model
    assert sum(parameter.data.size for parameter in model.parameters()) == 6634
    assert data["reference"]["values"]["parameters"] == 6634
    assert (88 * 65 + 880 + 10, 89 * 65 + 890 + 10) < (6634, 6700)
    assert 89 * 75 + 10 > 6634
