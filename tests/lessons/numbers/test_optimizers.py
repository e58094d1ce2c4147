"""The numbers of the lesson on optimizers and of its exercises, computed again."""

import json
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import load
from engine.evaluation import predict
from engine.landscape import LANDSCAPES, Landscape, Walk, walk
from engine.optim import SGD, Adagrad, Adam, Flat, Optimizer, RMSprop
from engine.progress import Diverged
from engine.spec import read_spec
from engine.train import Training

FOLDER = Path(__file__).parents[3] / "lessons" / "content" / "09-optimizers"
LESSON = " ".join((FOLDER / "lesson.md").read_text(encoding="utf-8").split())
RAVINE, ROSENBROCK = LANDSCAPES["ravine"], LANDSCAPES["rosenbrock"]
BEND = (-1.2, 1.0)
Make = Callable[[Flat], Optimizer]


def says(*parts: str) -> None:
    for part in parts:
        assert part in LESSON, f"the lesson does not say {part!r}"


def exercise(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / "exercises" / f"{name}.toml").read_text(encoding="utf-8"))


def ravine(make: Make, steps: int = 400) -> Walk:
    return walk(RAVINE, make, [(10.0, 1.0)], steps)


def first_below(walks: Walk, limit: float) -> int:
    return int(np.argmax(walks.values[:, 0] <= limit))


def rosenbrock(make: Make, start: tuple[float, float] = BEND) -> Walk:
    return walk(ROSENBROCK, make, [start], 2000)


def test_the_ravine_lets_plain_descent_shrink_by_twelve_thirteenths() -> None:
    walks = ravine(partial(SGD, lr=1 / 13))

    assert walks.values[0, 0] == 62.5
    assert walks.points[1, :, 0] == pytest.approx([9.231, -0.923], abs=5e-4)
    assert first_below(walks, 1e-6) == 113
    says("(9.231, -0.923)", "where $f = 62.5$", "it takes 113 steps", "keeps 92 %")

    bowl = walk(LANDSCAPES["bowl"], partial(SGD, lr=1.0), [(10.0, 1.0)], 1)
    assert bowl.values[1, 0] == 0


def test_the_steep_direction_sets_the_limit() -> None:
    edge, beyond = ravine(partial(SGD, lr=0.08), 10), ravine(partial(SGD, lr=0.09), 10)

    assert np.abs(edge.points[:, 1, 0]) == pytest.approx(1.0)
    assert beyond.points[2, :, 0] == pytest.approx([8.281, 1.25**2])


def test_momentum_takes_a_third_of_the_steps_and_goes_uphill_first() -> None:
    walks = ravine(partial(SGD, lr=1 / 9, momentum=4 / 9))

    assert first_below(walks, 1e-6) == 31
    assert f"{walks.values[1, 0]:.1f}" == "79.0"
    assert (walks.values[31, 0] / walks.values[21, 0]) ** (1 / 20) == pytest.approx(2 / 3, abs=0.05)
    says("after 31 steps in place of 113", "from 62.5 to 79.0")


@pytest.mark.parametrize(("lr", "height"), [(0.1, 0.0325), (0.01, 0.000325)])
def test_rmsprop_hops_over_the_bottom_by_its_rate(lr: float, height: float) -> None:
    walks = ravine(partial(RMSprop, lr=lr, alpha=0.9), 3000)

    assert np.abs(walks.points[-2:, :, 0]) == pytest.approx(lr / 2, rel=1e-4)
    assert np.sign(walks.points[-1, :, 0]).tolist() == (-np.sign(walks.points[-2, :, 0])).tolist()
    assert walks.values[-1, 0] == pytest.approx(height, rel=1e-4)
    says("between $(0.05, 0.05)$ and $(-0.05, -0.05)$, at $f = 0.0325$")


def test_the_first_step_of_adam_is_as_long_as_the_rate() -> None:
    flat = Flat(np.array([0.0, 0.0]), np.array([2.0, -2000.0]))

    Adam(flat, lr=0.1).step()

    assert flat.values == pytest.approx([-0.1, 0.1])
    assert f"{0.2 / 0.004**0.5:.2f}" == "3.16"
    assert f"{0.9**50:.3f}" == "0.005"
    says("would be 3.16", "$0.9^{50}$ is 0.005")


@pytest.mark.parametrize(
    ("make", "rate", "ends"),
    [
        (SGD, 0.002, ["0.22", "0.0086", "1.0"]),
        (partial(SGD, momentum=0.9), 0.003, ["$6.0 \\cdot 10^{-9}$", "$2.7 \\cdot 10^{-25}$", ""]),
        (partial(RMSprop, alpha=0.9), 0.003, ["0.27", "0.0051", "0.019"]),
        (Adam, 0.1, ["$4.8 \\cdot 10^{-6}$", "$6.7 \\cdot 10^{-17}$", "0.0011"]),
    ],
    ids=["sgd", "momentum", "rmsprop", "adam"],
)
def test_the_table_of_the_bent_valley(make: Any, rate: float, ends: list[str]) -> None:
    walks = [rosenbrock(partial(make, lr=rate * factor)) for factor in (1 / 3, 1, 3)]

    for run, words in zip(walks, ends, strict=True):
        if words:
            assert run.values[-1, 0] == pytest.approx(
                number(words), rel=0.05 if number(words) > 1e-12 else 10
            )
        else:
            assert run.left_at() == 3
    says(f"| {rate} | " + " | ".join(words or "leaves at step 3" for words in ends) + " |")


def number(words: str) -> float:
    return float(words.strip("$").replace(" \\cdot 10^{", "e").replace("}", ""))


def test_the_slope_at_the_start_is_long_and_borrowed_rates_leave_at_once() -> None:
    slope = ROSENBROCK.gradient(np.array(BEND)[:, None])
    walks = rosenbrock(partial(SGD, lr=0.1))

    assert f"{float(np.linalg.norm(slope)):.0f}" == "233"
    assert walks.values[0, 0] == pytest.approx(24.2)
    assert f"{walks.values[1, 0]:.1e}" == "1.6e+07"
    says("$f = 1.6 \\cdot 10^{7}$", "is 233 long")


def test_the_best_rate_of_momentum_leaves_from_most_starts_nearby() -> None:
    moves = np.random.default_rng(1).uniform(-0.1, 0.1, (1000, 2)).tolist()
    starts = [(BEND[0] + right, BEND[1] + up) for right, up in moves]

    left = []
    for lr in (0.003, 0.001):
        walks = walk(ROSENBROCK, partial(SGD, lr=lr, momentum=0.9), starts, 2000)
        left.append(sum(walks.left_at(number) is not None for number in range(1000)))

    assert left == [670, 0]
    says("from 670 of these starts, with $\\eta = 0.001$ from none")


def test_a_turned_ravine_slows_what_looks_at_each_weight_alone() -> None:
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    turned = (10 * cos - sin, 10 * sin + cos)

    def steps(make: Make, landscape: Landscape, start: tuple[float, float]) -> int:
        return first_below(walk(landscape, make, [start], 200), 1e-3)

    adagrad, plain = partial(Adagrad, lr=3.0), partial(SGD, lr=1 / 13)
    assert [steps(adagrad, RAVINE, (10, 1)), steps(adagrad, RAVINE.rotated(30), turned)] == [23, 105]
    assert [steps(plain, RAVINE, (10, 1)), steps(plain, RAVINE.rotated(30), turned)] == [69, 69]
    says("within 23 steps", "it takes 105", "needs 69 steps in both")


@pytest.mark.parametrize(
    ("optimizer", "row"),
    [
        ({"type": "sgd"}, "| gradient descent | 0.12 | 0.64 | 0.96 | 0.95 |"),
        ({"type": "sgd", "momentum": 0.9}, "| momentum, $\\mu = 0.9$ | 0.63 | 0.96 | 0.98 | below 0.4 |"),
        ({"type": "rmsprop"}, "| RMSProp | 0.93 | 0.96 | 0.9 | below 0.4 |"),
        ({"type": "adam"}, "| Adam | 0.94 | 0.98 | 0.9 | below 0.4 |"),
    ],
    ids=["sgd", "momentum", "rmsprop", "adam"],
)
def test_the_table_of_the_digits(optimizer: dict[str, Any], row: str) -> None:
    found = [accuracy(optimizer | {"lr": lr}) for lr in (0.001, 0.01, 0.1, 1.0)]

    for reached, said in zip(found, row.strip("| ").split(" | ")[1:], strict=True):
        if said.startswith("below"):
            assert reached < 0.4
        else:
            assert reached == pytest.approx(float(said), abs=0.01 if len(said) == 4 else 0.05)
    says(row)


def accuracy(optimizer: dict[str, Any]) -> float:
    config = {
        "layers": [
            {"type": "flatten"},
            {"type": "linear", "units": 32},
            {"type": "relu"},
            {"type": "linear", "units": 10},
        ],
        "loss": "cross_entropy",
        "optimizer": optimizer,
        "epochs": 10,
        "batch_size": 32,
        "precision": "float64",
    }
    data = load("digits")
    training = Training(read_spec(json.dumps(config).encode()), data.train(), 1)
    assert not isinstance(training.run(), Diverged)
    test = data.test()
    return float(np.mean(predict(training.model, test.x).argmax(axis=1) == test.y))


def test_the_worked_table_of_the_race_is_what_its_reference_reaches() -> None:
    race = exercise("optimizer-race")
    runs = race["reference"]["runs"]
    makers: dict[str, Make] = {
        "sgd": partial(SGD, **runs["sgd"]),
        "momentum": partial(SGD, **runs["momentum"]),
        "rmsprop": partial(RMSprop, **runs["rmsprop"]),
        "adam": partial(Adam, **runs["adam"]),
    }

    ends = {name: rosenbrock(make).values[-1, 0] for name, make in makers.items()}

    assert ends == pytest.approx(
        {"sgd": 0.0070, "momentum": 6.0e-9, "rmsprop": 0.0057, "adam": 8.5e-9}, rel=0.02
    )
    for words in ("| 0.0070 |", "$6.0 \\cdot 10^{-9}$", "| 0.0057 |", "$8.5 \\cdot 10^{-9}$"):
        assert words in race["worked"]


def test_the_worked_steps_of_adam_are_those_of_the_engine() -> None:
    a, c, weight = 2.0, 1.0, 2.0
    flat = Flat(np.array([weight]), np.zeros(1))
    adam = Adam(flat, lr=0.1, eps=0.1)

    weights = []
    for _ in range(2):
        flat.gradients[:] = a * (flat.values - c)
        adam.step()
        weights.append(float(flat.values[0]))

    step = exercise("adam-step")
    reference = step["reference"]["values"]
    assert [reference["w1"], reference["w2"]] == pytest.approx(weights, abs=1e-7)
    assert f"{weights[0]:.7f}" in step["worked"]
    assert f"{weights[1]:.7f}" in step["worked"]


def test_the_table_in_place_of_the_figure() -> None:
    makers: list[Make] = [
        partial(SGD, lr=0.077),
        partial(SGD, lr=0.05, momentum=0.5),
        partial(RMSprop, lr=0.3, alpha=0.9),
        partial(Adam, lr=0.5),
    ]
    walks = [ravine(make, 120).values[:, 0] for make in makers]

    rows = {
        3: "39 32 31 38",
        10: "13 6.3 14 14",
        30: "0.52 0.048 0.88 0.76",
        60: "0.0044 0.000031 0.12 0.025",
    }
    for step, row in rows.items():
        says(f"| {step} | {' | '.join(row.split())} |")
        assert [float(cell) for cell in row.split()] == pytest.approx([run[step] for run in walks], rel=0.05)
