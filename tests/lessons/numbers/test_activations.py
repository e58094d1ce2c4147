"""Every number of the lesson on activation functions, computed again."""

from pathlib import Path

import numpy as np
import pytest

from engine.ops.activation import elu, gelu, leaky_relu, relu, sigmoid, tanh
from engine.ops.basic import total
from engine.tensor import Array, Parameter, Tape
from lessons.reading import read_course

CONTENT = Path(__file__).parents[3] / "lessons" / "content"
BODY = next(
    " ".join(lesson.body.split()) for lesson in read_course(CONTENT).lessons if lesson.slug == "activations"
)
UNITS = 600


def says(*parts: str) -> None:
    for part in parts:
        assert part in BODY, f"the lesson does not say {part!r}"


def at(function: object, z: float, *arguments: float) -> float:
    assert callable(function)
    return float(function(np.array([float(z)]), *arguments).data[0])


def mean_square(function: object, spread: float, layers: int = 10) -> float:
    """Send standard normal numbers through so many layers; the mean over a few draws of the weights."""
    assert callable(function)
    found = []
    for seed in range(4):
        draw = np.random.default_rng(seed)
        values: Array = draw.normal(size=(100, UNITS))
        for _ in range(layers):
            values = function(values @ (draw.normal(size=(UNITS, UNITS)) * spread / np.sqrt(UNITS))).data
        found.append(float(np.mean(values**2)))
    return float(np.mean(found))


def test_values_of_the_family() -> None:
    says("its value is 0.4621 and its slope 0.7864", "$-2$ becomes $-0.2$")
    t = at(tanh, 0.5)
    assert (round(t, 4), round(1 - t * t, 4)) == (0.4621, 0.7864)
    assert at(leaky_relu, -2, 0.1) == pytest.approx(-0.2)
    says(
        "$-2$ becomes $-0.0865$ and $-0.5$ becomes $-0.0393$", "$1$ becomes $0.8413$, $-1$ becomes $-0.1587$"
    )
    assert [round(at(elu, z, 0.1), 4) for z in (-2, -0.5)] == [-0.0865, -0.0393]
    assert [round(at(gelu, z), 4) for z in (1, -1)] == [0.8413, -0.1587]
    for z in np.linspace(-4, 4, 9):
        assert at(tanh, z) == pytest.approx(2 * at(sigmoid, 2 * z) - 1, abs=1e-15)


def test_the_slope_and_the_dip_of_gelu() -> None:
    says("The slope is 0.5 at 0 and 1.0833 at 1", "lowest at $z = -0.7518$, with $-0.1700$")
    z = Parameter(np.array([0.0, 1.0, -0.7518]))
    with Tape() as tape:
        values = gelu(z)
        tape.backward(total(values))
    np.testing.assert_allclose(z.grad, [0.5, 1.0833, 0], atol=5e-5)
    assert round(float(values.data[2]), 4) == -0.17


def test_slopes_that_fall_silent() -> None:
    says(
        "At $z = 2$ the slope of tanh is 0.0707, at $z = 5$ it is 0.0002",
        "$(1/4)^{10}$, which is about a millionth",
    )
    assert [round(1 - at(tanh, z) ** 2, 4) for z in (2, 5)] == [0.0707, 0.0002]
    assert round(0.25**10 * 1e6, 1) == 1.0
    says("$0.1 \\cdot e^{-3} = 0.0050$")
    assert round(0.1 * np.exp(-3), 4) == 0.005


def test_a_signal_through_ten_layers() -> None:
    says("| ReLU | 1 | about 0.001 |", "$1/1024$ is left", "| ReLU | 1.414 | about 1 |")
    assert mean_square(relu, 1.0) == pytest.approx(0.001, rel=0.25)
    assert mean_square(relu, np.sqrt(2)) == pytest.approx(1, rel=0.25)
    says("| tanh | 0.5 | about 0.0000006 |", "| tanh | 1 | about 0.05 |", "| tanh | 1.667 | about 0.42 |")
    says("| GELU | 1 | about 0.000004 |", "| GELU | 1.414 | about 0.3 |")
    assert mean_square(gelu, 1.0) == pytest.approx(4e-6, rel=0.25)
    assert mean_square(gelu, np.sqrt(2)) == pytest.approx(0.3, rel=0.25)
    assert mean_square(tanh, 0.5) == pytest.approx(6e-7, rel=0.3)
    assert mean_square(tanh, 0.5, 4) / mean_square(tanh, 0.5, 3) < 0.25
    assert mean_square(tanh, 1.0) == pytest.approx(0.05, abs=0.01)
    assert mean_square(tanh, 5 / 3) == pytest.approx(0.42, abs=0.01)
