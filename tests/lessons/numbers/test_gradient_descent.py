"""Every number of the lesson on gradient descent, computed again."""

from pathlib import Path

import numpy as np
import pytest

from engine.history import SigmoidNeuron, descend
from engine.landscape import LANDSCAPES, walk
from engine.optim import SGD, Flat
from lessons.reading import read_course

CONTENT = Path(__file__).parents[3] / "lessons" / "content"
BODY = next(
    " ".join(lesson.body.split())
    for lesson in read_course(CONTENT).lessons
    if lesson.slug == "gradient-descent"
)
X, Y = [0.5, 2.5], [0.2, 0.9]
START = SigmoidNeuron(-2, -2)
SURFACE = LANDSCAPES["lecture"]


def says(*parts: str) -> None:
    for part in parts:
        assert part in BODY, f"the lesson does not say {part!r}"


def walked(rate: float, starts: list[tuple[float, float]], steps: int = 1000) -> np.ndarray:
    """Return the error before and after each step, (steps + 1, starts)."""

    def rule(flat: Flat) -> SGD:
        return SGD(flat, rate)

    return walk(SURFACE, rule, starts, steps).values


def test_the_start_and_its_gradient() -> None:
    says("says 0.0474 and 0.0009", "the error is 0.4158", "$w = 1.7918$, $b = -2.2822$")
    assert [round(START.output(x), 4) for x in X] == [0.0474, 0.0009]
    assert START.error(X, Y) == pytest.approx(0.4158, abs=5e-5)
    assert [round(place, 4) for place in SURFACE.lowest] == [1.7918, -2.2822]
    says("$f = 0.04743$", "$f - y = -0.15257$", "$f(1-f) = 0.04518$", "$-0.006893$")
    f = START.output(0.5)
    assert [round(f, 5), round(f - 0.2, 5), round(f * (1 - f), 5)] == [0.04743, -0.15257, 0.04518]
    assert START.gradient([0.5], [0.2])[1] == pytest.approx(-0.006893, abs=5e-7)
    says("$f = 0.00091$, $f - y = -0.89909$, $f(1-f) = 0.00091$, product $-0.000818$")
    g = START.output(2.5)
    assert [round(g, 5), round(g - 0.9, 5), round(g * (1 - g), 5)] == [0.00091, -0.89909, 0.00091]
    assert START.gradient([2.5], [0.9])[1] == pytest.approx(-0.000818, abs=5e-7)
    says("= -0.007711", "= -0.005492")
    assert START.gradient(X, Y) == pytest.approx((-0.005492, -0.007711), abs=5e-7)


def test_the_first_step() -> None:
    says("= -1.994508$", "= -1.992289$", "from 0.41582 to 0.41573")
    values = walked(1.0, [(-2, -2)], 10)[:, 0]
    dw, db = START.gradient(X, Y)
    assert (-2 - dw, -2 - db) == pytest.approx((-1.994508, -1.992289), abs=5e-7)
    assert [round(float(value), 5) for value in values[:2]] == [0.41582, 0.41573]
    says("takes about ten of them to change the third digit")
    assert round(float(values[9]), 3) == 0.415


def test_the_walk_of_the_figure_and_the_text() -> None:
    points = walk(SURFACE, lambda flat: SGD(flat, 1.0), [(-2.0, -2.0)], 1000).points[:, :, 0]
    values = walked(1.0, [(-2, -2)])[:, 0]
    table = {
        50: ("−1.585", "−1.513", "0.4072"),
        80: ("−0.336", "−0.856", "0.2796"),
        100: ("1.003", "−1.051", "0.0177"),
    }
    for step, (w, b, error) in table.items():
        says(f"| {step} | {w} | {b} | {error} |")
        assert [f"{place:.3f}".replace("-", "−") for place in points[step]] == [w, b]
        assert f"{values[step]:.4f}" == error
    says("| 500 | 1.785 | −2.272 | 0.00000079 |", "from 0.4026 to 0.0177", "$w = 1.7917$, $b = -2.2821$")
    assert [f"{place:.3f}" for place in points[500]] == ["1.785", "-2.272"]
    assert values[500] == pytest.approx(7.9e-7, abs=5e-9)
    assert round(float(values[60]), 4) == 0.4026
    says("first seventy steps lower the error only to 0.3919; the next twenty lower it to 0.0295")
    assert [f"{values[step]:.4f}" for step in (70, 90)] == ["0.3919", "0.0295"]
    assert [round(float(place), 4) for place in points[1000]] == [1.7917, -2.2821]
    says("$2.4 \\cdot 10^{-11}$")
    assert values[1000] == pytest.approx(2.4e-11, abs=5e-13)


def test_the_learning_rates() -> None:
    says(
        "After 100 steps the error is still 0.4148, after 1,000 it is 0.0164",
        "after 97 steps",
        "takes 359 steps",
    )
    slow = walked(0.1, [(-2, -2)])[:, 0]
    assert (round(float(slow[100]), 4), round(float(slow[1000]), 4)) == (0.4148, 0.0164)
    assert np.nonzero(walked(5.0, [(-2, -2)])[:, 0] < 1e-6)[0][0] == 97
    assert np.nonzero(walked(25.0, [(-2, -2)])[:, 0] < 1e-6)[0][0] == 359
    moved = np.random.default_rng(0).uniform(-1, 1, (50, 2)) - 2
    assert (walked(25.0, [tuple(place) for place in moved])[-1] > 1e-6).mean() > 0.5
    says("stands still at an error of 0.325")
    assert walked(50.0, [(-2, -2)])[[10, 1000], 0] == pytest.approx([0.325, 0.325], abs=5e-4)


def test_the_exercises_numbers() -> None:
    assert np.nonzero(walked(1.0, [(-2, -2)])[:, 0] < 1e-6)[0][0] == 489
    assert walked(30.0, [(-2, -2)], 200)[-1, 0] == pytest.approx(0.005, abs=5e-5)


def test_the_lectures_result_and_its_mean() -> None:
    says("$w = 1.79172$, $b = -2.28212$", "$w$ is 1.78461")
    summed = descend(X, Y, start=START, lr=1.0, epochs=1000)
    mean = descend(X, Y, start=START, lr=1.0, epochs=1000, reduction="mean")
    assert (round(summed.neurons[-1].w, 5), round(summed.neurons[-1].b, 5)) == (1.79172, -2.28212)
    assert round(mean.neurons[-1].w, 5) == 1.78461


def test_the_same_walk_from_another_mean() -> None:
    says("half as long: take 2", "which is our $E$ to the letter: take 1")
    ours = descend(X, Y, start=START, lr=1.0, epochs=10)
    halved = descend(X, Y, start=START, lr=2.0, epochs=10, reduction="mean")
    assert (halved.neurons[-1].w, halved.neurons[-1].b) == pytest.approx(
        (ours.neurons[-1].w, ours.neurons[-1].b)
    )
    squares = [(START.output(x) - y) ** 2 for x, y in zip(X, Y, strict=True)]
    assert np.mean(squares) == pytest.approx(START.error(X, Y))
