"""Points drawn in the plane or on a line: the small sets of the figures and the first exercises.

Each function draws `rows` points to learn from, then `test_rows` to test on. Classes take turns, so they
are of
equal size up to one. Numbers are rounded to six decimals: the last bits of sine and cosine may differ
between processors, and after the rounding the data does not.
"""

from collections.abc import Callable

import numpy as np

from engine.data.dataset import Dataset, Task
from engine.data.options import at_least
from engine.tensor import Array

Generator = np.random.Generator
DECIMALS = 6


def noisy_xor(generator: Generator, *, rows: int = 200, test_rows: int = 200, noise: float = 0.1) -> Dataset:
    """y = x1 xor x2 before x moves by N(0, noise^2).   -> x (rows, 2), y (rows, 1) of 0 and 1"""
    at_least(0, noise=noise)

    def draw(count: int) -> tuple[Array, Array]:
        corner = np.arange(count) % 4
        bits = np.stack([corner // 2, corner % 2], axis=1)
        return bits + generator.normal(0.0, noise, (count, 2)), bits[:, 0] ^ bits[:, 1]

    return _two_classes("noisy_xor", draw, rows, test_rows)


def moons(generator: Generator, *, rows: int = 200, test_rows: int = 200, noise: float = 0.1) -> Dataset:
    """x = (cos a, sin a) or (1 - cos a, 1/2 - sin a), a in [0, pi), plus N(0, noise^2).

    -> x (rows, 2), y (rows, 1) of 0 and 1: two half-circles that reach into each other, as scikit-learn's.
    """
    at_least(0, noise=noise)

    def draw(count: int) -> tuple[Array, Array]:
        label = np.arange(count) % 2
        angle = generator.uniform(0.0, np.pi, count)
        side = 1 - 2 * label
        points = np.stack([label + side * np.cos(angle), 0.5 * label + side * np.sin(angle)], axis=1)
        return points + generator.normal(0.0, noise, (count, 2)), label

    return _two_classes("moons", draw, rows, test_rows)


def circles(
    generator: Generator, *, rows: int = 200, test_rows: int = 200, noise: float = 0.05, inner: float = 0.5
) -> Dataset:
    """x = r (cos a, sin a) + N(0, noise^2), r = 1 or `inner`.
    -> x (rows, 2), y (rows, 1), 1 for the inner
    """
    at_least(0, noise=noise, inner=inner)

    def draw(count: int) -> tuple[Array, Array]:
        label = np.arange(count) % 2
        radius = np.where(label == 1, inner, 1.0)
        points = radius[:, None] * _directions(generator.uniform(0.0, 1.0, count))
        return points + generator.normal(0.0, noise, (count, 2)), label

    return _two_classes("circles", draw, rows, test_rows)


def spirals(
    generator: Generator, *, rows: int = 300, test_rows: int = 300, arms: int = 2, noise: float = 0.02
) -> Dataset:
    """x = t (cos, sin)(2 pi (3 t / 2 + k / arms)) + N(0, noise^2), t in [0, 1).

    -> x (rows, 2), y (rows,) = k, the arm. After the two spirals of Lang and Witbrock (1988).
    """
    at_least(0, noise=noise)
    at_least(1, arms=arms)

    def draw(count: int) -> tuple[Array, Array]:
        arm = np.arange(count) % arms
        along = generator.uniform(0.0, 1.0, count)
        points = along[:, None] * _directions(1.5 * along + arm / arms)
        return points + generator.normal(0.0, noise, (count, 2)), arm

    return _many_classes("spirals", draw, (rows, test_rows), arms)


def blobs(
    generator: Generator, *, rows: int = 200, test_rows: int = 200, classes: int = 3, std: float = 0.7
) -> Dataset:
    """x = centre k + N(0, std^2), centres on a circle of radius 3.   -> x (rows, 2), y (rows,) = k"""
    at_least(0, std=std)
    at_least(1, classes=classes)
    draw = _around(ring_centres(classes, 3.0), std, generator)
    return _many_classes("blobs", draw, (rows, test_rows), classes)


def ring(
    generator: Generator, *, rows: int = 2000, test_rows: int = 1000, modes: int = 8, std: float = 0.1
) -> Dataset:
    """x = centre k + N(0, std^2), centres on a circle of radius 2.
    -> x (rows, 2), y (rows,) = k, generative

    The eight Gaussians of Metz et al. (2016), wider here, so that 0.3 from a centre is three deviations.
    """
    at_least(0, std=std)
    at_least(1, modes=modes)
    draw = _around(ring_centres(modes), std, generator)
    return _many_classes("ring", draw, (rows, test_rows), modes, "generative")


def ring_centres(modes: int = 8, radius: float = 2.0) -> Array:
    """c[k] = radius (cos, sin)(2 pi k / modes).   -> c (modes, 2)"""
    return np.round(radius * _directions(np.arange(modes) / modes), DECIMALS) + 0.0


def sine(
    generator: Generator, *, rows: int = 15, test_rows: int = 100, noise: float = 0.3, degree: int = 1
) -> Dataset:
    """y = sin(2 pi t) + N(0, noise^2), t in [0, 1).   -> x (rows, degree) = t, t^2, ..., t^degree; y
    (rows, 1)

    The test rows are an even grid of [0, 1] with no noise: the error there is bias and variance alone.
    After Bishop (2006), section 1.1.
    """
    at_least(0, noise=noise)
    at_least(1, rows=rows, test_rows=test_rows, degree=degree)
    t = np.round(generator.uniform(0.0, 1.0, (rows, 1)), DECIMALS)
    grid = np.linspace(0.0, 1.0, test_rows)[:, None]
    y = np.sin(2 * np.pi * t) + generator.normal(0.0, noise, (rows, 1))
    x, x_test = _rounded(_powers(t, degree)), _rounded(_powers(grid, degree))
    return Dataset("sine", "regression", x, _rounded(y), x_test, _rounded(np.sin(2 * np.pi * grid)))


def _powers(t: Array, degree: int) -> Array:
    """Multiply up, since pow differs between processors.   t (N, 1) -> (N, degree)"""
    return np.cumprod(np.repeat(t, degree, axis=1), axis=1)


def _directions(turns: Array) -> Array:
    """(cos, sin)(2 pi turns).   turns (N,) -> (N, 2)"""
    return np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1)


def _around(centres: Array, std: float, generator: Generator) -> Callable[[int], tuple[Array, Array]]:
    """Return what draws points around centres that take turns."""

    def draw(count: int) -> tuple[Array, Array]:
        label = np.arange(count) % len(centres)
        return centres[label] + generator.normal(0.0, std, (count, 2)), label

    return draw


def _two_classes(name: str, draw: Callable[[int], tuple[Array, Array]], rows: int, test_rows: int) -> Dataset:
    at_least(1, rows=rows, test_rows=test_rows)
    (x, y), (x_test, y_test) = draw(rows), draw(test_rows)
    column, column_test = (label[:, None].astype(np.float64) for label in (y, y_test))
    return Dataset(name, "binary", _rounded(x), column, _rounded(x_test), column_test)


def _many_classes(
    name: str,
    draw: Callable[[int], tuple[Array, Array]],
    rows: tuple[int, int],
    classes: int,
    task: Task = "classification",
) -> Dataset:
    at_least(1, rows=rows[0], test_rows=rows[1])
    (x, y), (x_test, y_test) = draw(rows[0]), draw(rows[1])
    numbers, numbers_test = y.astype(np.int64), y_test.astype(np.int64)
    return Dataset(name, task, _rounded(x), numbers, _rounded(x_test), numbers_test, classes)


def _rounded(x: Array) -> Array:
    """Round to six decimals; adding 0 turns -0.0 into 0.0."""
    return np.round(x, DECIMALS) + 0.0
