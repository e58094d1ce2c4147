"""Functions of two numbers to descend, with their slopes written out, and an optimizer's walk on one.

All formulas take many points at once: p is (2, N), a column (x, y) for each of N walks.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.loop import training_loop
from engine.optim import Flat, Optimizer
from engine.tensor import Array

LEFT_ABOVE = 1e6
RAVINE = 25.0
"""How much steeper the ravine is across than along."""
LECTURE_INPUTS, LECTURE_TARGETS = (0.5, 2.5), (0.2, 0.9)


@dataclass(frozen=True)
class Landscape:
    """A function f with its gradient, its lowest point, and what it is called in a sentence.

    value: (2, N) -> (N,); gradient: (2, N) -> (2, N).
    """

    title: str
    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    lowest: tuple[float, float]

    def rotated(self, degrees: float) -> "Landscape":
        """Turn the function about its lowest point, against the clock: f(R'(p - m) + m), R' the turn back."""
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        turn, middle = np.array([[cos, -sin], [sin, cos]]), np.array(self.lowest)[:, None]

        def back(p: Array) -> Array:
            before: Array = turn.T @ (p - middle) + middle
            return before

        return Landscape(
            title=f"{self.title}, turned by {degrees:g}°",
            value=lambda p: self.value(back(p)),
            gradient=lambda p: turn @ self.gradient(back(p)),
            lowest=self.lowest,
        )


@dataclass(frozen=True)
class Walk:
    """Where N walks were before the first step and after each: points (steps + 1, 2, N), values f."""

    points: Array
    values: Array

    def left_at(self, number: int = 0) -> int | None:
        """Return the step after which walk `number` is above a million, or no number, for good; else None."""
        stays = np.flatnonzero(np.abs(self.values[:, number]) <= LEFT_ABOVE)
        step = int(stays[-1]) + 1 if len(stays) else 0
        return step if step < len(self.values) else None


def walk(
    landscape: Landscape,
    make: Callable[[Flat], Optimizer],
    starts: Sequence[tuple[float, float]],
    steps: int,
) -> Walk:
    """Let one optimizer take its steps from every start; none knows of the others.

    The last bits of a slope may depend on how many starts there are, where the landscape is turned.

    A walk that diverges goes on to infinity, and from there to NaN.
    """
    flat = Flat(np.array(starts, dtype=np.float64).T.copy(), np.zeros((2, len(starts))))
    optimizer = make(flat)
    points = np.empty((steps + 1, 2, len(starts)))
    points[0] = flat.values
    with training_loop():
        for step in range(1, steps + 1):
            np.copyto(flat.gradients, landscape.gradient(flat.values))
            optimizer.step()
            points[step] = flat.values
        values = landscape.value(points.transpose(1, 0, 2).reshape(2, -1))
    return Walk(points, values.reshape(steps + 1, -1))


def _pair(x: Array, y: Array) -> Array:
    """Put two rows (N,) into one array (2, N); np.stack takes four times as long over as little."""
    pair = np.empty((2, *np.shape(x)))
    pair[0], pair[1] = x, y
    return pair


def _bowl(p: Array) -> Array:
    value: Array = 0.5 * (p[0] ** 2 + p[1] ** 2)
    return value


def _bowl_gradient(p: Array) -> Array:
    return p.copy()


def _ravine(p: Array) -> Array:
    value: Array = 0.5 * (p[0] ** 2 + RAVINE * p[1] ** 2)
    return value


def _ravine_gradient(p: Array) -> Array:
    return _pair(p[0], RAVINE * p[1])


def _rosenbrock(p: Array) -> Array:
    """Rosenbrock (1960): f = (1 - x)^2 + 100 (y - x^2)^2"""
    x, y = p
    value: Array = (1 - x) ** 2 + 100 * (y - x * x) ** 2
    return value


def _rosenbrock_gradient(p: Array) -> Array:
    x, y = p
    above = y - x * x
    return _pair(2 * (x - 1) - 400 * x * above, 200 * above)


def _sigmoid_neuron(p: Array) -> tuple[Array, Array]:
    """Compute f(x) for both examples of the lecture, (2, N), with its errors f(x) - y."""
    w, b = p
    z = np.outer(LECTURE_INPUTS, w) + b
    with np.errstate(over="ignore"):
        f = 1.0 / (1.0 + np.exp(-z))
    return f, f - np.array(LECTURE_TARGETS)[:, None]


def _lecture(p: Array) -> Array:
    """The error 1/2 sum of (f(x) - y)^2 of the sigmoid neuron, over its weight and its bias."""
    value: Array = 0.5 * np.square(_sigmoid_neuron(p)[1]).sum(axis=0)
    return value


def _lecture_gradient(p: Array) -> Array:
    f, error = _sigmoid_neuron(p)
    slopes = error * f * (1 - f)
    return _pair(np.array(LECTURE_INPUTS) @ slopes, slopes.sum(axis=0))


def _lecture_lowest() -> tuple[float, float]:
    """Solve f = y for both examples: their logits lie on a line."""
    low, high = (math.log(y / (1 - y)) for y in LECTURE_TARGETS)
    w = (high - low) / (LECTURE_INPUTS[1] - LECTURE_INPUTS[0])
    return w, low - w * LECTURE_INPUTS[0]


LANDSCAPES = {
    "bowl": Landscape("the bowl", _bowl, _bowl_gradient, (0.0, 0.0)),
    "ravine": Landscape("the ravine", _ravine, _ravine_gradient, (0.0, 0.0)),
    "rosenbrock": Landscape("Rosenbrock’s function", _rosenbrock, _rosenbrock_gradient, (1.0, 1.0)),
    "lecture": Landscape(
        "the error surface of the sigmoid neuron", _lecture, _lecture_gradient, _lecture_lowest()
    ),
}
