"""Every number of the lesson on the sigmoid neuron, computed again."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.history import SigmoidNeuron
from lessons.reading import read_course

CONTENT = Path(__file__).parents[3] / "lessons" / "content"
BODY = next(
    " ".join(lesson.body.split())
    for lesson in read_course(CONTENT).lessons
    if lesson.slug == "sigmoid-neuron"
)
POOL = SigmoidNeuron(w=0.5, b=-10)
STEEP = SigmoidNeuron(w=50, b=-1000)


def says(*parts: str) -> None:
    for part in parts:
        assert part in BODY, f"the lesson does not say {part!r}"


def sigma(z: float) -> float:
    return SigmoidNeuron(w=1, b=0).output(z)


def slope(neuron: SigmoidNeuron, x: float) -> float:
    f = neuron.output(x)
    return neuron.w * f * (1 - f)


@pytest.mark.parametrize(
    ("z", "text"), [(1, "\\sigma(1) = 0.7311"), (2, "\\sigma(2) = 0.8808"), (5, "\\sigma(5) = 0.9933")]
)
def test_values_worth_knowing(z: float, text: str) -> None:
    says(text)
    assert text.endswith(f"{sigma(z):.4f}")
    assert sigma(-z) == pytest.approx(1 - sigma(z), abs=1e-15)


def test_the_pool() -> None:
    says("from 0.5 to 0.501 and nothing changes but for days between 19.96 and 20 degrees")
    assert round(10 / 0.501, 2) == 19.96
    says(
        "22 degrees the pool's sum is $0.5 \\cdot 22 - 10 = 1$",
        "19.9 degrees it says $\\sigma(-0.05) = 0.4875$",
    )
    assert POOL.output(22) == pytest.approx(0.7311, abs=5e-5)
    assert sigma(-1) == pytest.approx(0.2689, abs=5e-5)
    assert POOL.output(19.9) == pytest.approx(0.4875, abs=5e-5)
    assert [f"{STEEP.output(x):.4f}" for x in (19.9, 20.1)] == ["0.0067", "0.9933"]
    says("0.5 \\cdot 0.7311 \\cdot 0.2689 = 0.0983", "$\\sigma(1.5) = 0.8176$ is 0.0865 more")
    assert slope(POOL, 22) == pytest.approx(0.0983, abs=5e-5)
    assert POOL.output(23) == pytest.approx(0.8176, abs=5e-5)
    assert POOL.output(23) - POOL.output(22) == pytest.approx(0.0865, abs=5e-5)


def test_the_figures_fallback_and_the_two_wishes() -> None:
    start, fitted = SigmoidNeuron(0.8, -0.5), SigmoidNeuron(1.792, -2.282)
    says("it says 0.475 and should say 0.2", "it says 0.818 and should say 0.9")
    assert [f"{start.output(x):.3f}" for x in (0.5, 2.5)] == ["0.475", "0.818"]
    assert [f"{fitted.output(x):.3f}" for x in (0.5, 2.5)] == ["0.200", "0.900"]
    low, high = math.log(0.2 / 0.8), math.log(9)
    says("z = \\ln 9 = 2.1972", "z = \\ln 0.25 = -1.3863", "2w = 3.5835", "w = 1.7918", "= -2.2822")
    w = (high - low) / 2
    assert (round(low, 4), round(high, 4), round(2 * w, 4)) == (-1.3863, 2.1972, 3.5835)
    assert (round(w, 4), round(low - 0.5 * w, 4)) == (1.7918, -2.2822)
    says("$\\ln 99 = 4.5951$")
    assert math.log(99) == pytest.approx(4.5951, abs=5e-5)


def test_the_slope_dies_away() -> None:
    unit = SigmoidNeuron(1, 0)
    says("At $z = 5$ it is 0.0066, at $z = 10$ it is 0.000045")
    assert slope(unit, 0) == 0.25
    assert slope(unit, 5) == pytest.approx(0.0066, abs=5e-5)
    assert slope(unit, 10) == pytest.approx(0.000045, abs=5e-7)


def test_what_64_bits_hold() -> None:
    says("$e^{709.78}$")
    assert math.log(sys.float_info.max) == pytest.approx(709.78, abs=5e-3)
    assert math.exp(-800) == 0
    assert SigmoidNeuron(1, 0).output(800) == 1
    assert SigmoidNeuron(1, 0).output(-800) == 0
    with np.errstate(divide="ignore"):
        assert np.log(SigmoidNeuron(1, 0).output(-800)) == -np.inf


def test_the_exercises_worked_numbers() -> None:
    neuron = SigmoidNeuron(0.8, -0.4)
    assert [f"{neuron.output(x):.7f}" for x in (1, -2.5, 4)] == ["0.5986877", "0.0831727", "0.9426758"]
    assert [f"{slope(neuron, x):.7f}" for x in (1, -2.5, 4)] == ["0.1922086", "0.0610040", "0.0432305"]
