"""Polynomials fitted again and again to noisy measurements: the experiment behind bias and variance.

The truth is f(x) = sin(2 pi x) on [0, 1], measured at evenly spaced places; each data set has new noise.
Source: S. Geman, E. Bienenstock and R. Doursat, Neural networks and the bias/variance dilemma, 1992.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial.legendre import legvander

from engine.tensor import Array

PLACES = 201
"""At so many evenly spaced places fits are compared with the truth."""


@dataclass(frozen=True)
class Decomposition:
    """The parts of a squared error, averaged over the places that were compared."""

    bias2: float
    variance: float

    @property
    def error(self) -> float:
        """Return the mean squared distance of a fit from the truth: squared bias plus variance."""
        return self.bias2 + self.variance


def truth(x: Array) -> Array:
    """f(x) = sin(2 pi x).   x (N,) -> (N,)"""
    value: Array = np.sin(2 * np.pi * x)
    return value


def places(count: int) -> Array:
    """Return so many evenly spaced numbers from 0 to 1, both ends among them."""
    return np.linspace(0.0, 1.0, count)


def powers(x: Array, degree: int) -> Array:
    """Columns 1, t, t^2, ..., t^degree with t = 2x - 1.   x (N,) -> (N, degree + 1)"""
    return np.vander(2 * x - 1, degree + 1, increasing=True)


def smoother(size: int, at: Array, degree: int, ridge: float = 0.0) -> Array:
    """The matrix S that turns measurements y at `size` places into fitted values S y at others.

    The weights w minimise |y - A w|^2 + ridge |w|^2, where A holds the powers.   at (M,) -> S (M, size)
    ValueError where there are fewer places than weights, or where the ridge is below 0.
    """
    if not 0 <= degree < size:
        raise ValueError(f"degree is {degree}; with {size} places it must be from 0 to {size - 1}")
    if not ridge >= 0:
        raise ValueError(f"ridge is {ridge}; it must be at least 0")
    columns = powers if ridge else _orthogonal  # a fit without ridge depends on their span alone
    u, s, vt = np.linalg.svd(columns(places(size), degree), full_matrices=False)
    matrix: Array = columns(at, degree) @ (vt.T * (s / (s**2 + ridge))) @ u.T
    return matrix


def _orthogonal(x: Array, degree: int) -> Array:
    """Legendre's polynomials of t = 2x - 1, which span what the powers do and stay apart at high degrees.
    x (N,) -> (N, degree + 1)
    """
    return legvander(2 * x - 1, degree)


def measure(rng: np.random.Generator, size: int, noise: float, count: int) -> Array:
    """Draw data sets: the truth at `size` places plus normal noise of that deviation.   -> (count, size)"""
    return truth(places(size)) + noise * rng.standard_normal((count, size))


def decompose(fits: Array, target: Array) -> Decomposition:
    """Split the error of many fits.   fits (count, M), one data set a row; target (M,)

    bias^2 = mean over places of (mean fit - target)^2, variance = mean over places of the fits' variance,
    which divides by count: the two add up to the mean squared error to the last bit of rounding.
    """
    return Decomposition(
        bias2=float(np.mean((fits.mean(axis=0) - target) ** 2)), variance=float(np.mean(fits.var(axis=0)))
    )


def refit(data: Array, degree: int, ridge: float = 0.0) -> Decomposition:
    """Fit each data set anew and split the error over 201 places, as `decompose` does.   data (count, size)

    The fits are linear in the data: their mean is S m and their variances are the diagonal of S C S^T, with m
    the mean and C the covariance of the data sets, so the fits themselves are never made.
    """
    matrix, goal = _everywhere(data.shape[1], degree, ridge), truth(places(PLACES))
    middle = data.mean(axis=0)
    apart = data - middle
    variances = np.sum((matrix @ (apart.T @ apart / len(data))) * matrix, axis=1)
    bias2 = np.mean((matrix @ middle - goal) ** 2)
    return Decomposition(float(bias2), float(np.mean(variances)))


@lru_cache(maxsize=256)
def _everywhere(size: int, degree: int, ridge: float) -> Array:
    """The smoother for all 201 places, kept: a search for the best ridge asks for the same ones again.

    -> (201, size), not to be written to
    """
    matrix = smoother(size, places(PLACES), degree, ridge)
    matrix.flags.writeable = False
    return matrix


def expected(size: int, noise: float, degree: int, ridge: float = 0.0) -> Decomposition:
    """Split the error as it is over all data sets there could be, without drawing any.

    The mean fit is S f, and the variance of a fit at place i is noise^2 * sum_j S_ij^2.
    """
    matrix = _everywhere(size, degree, ridge)
    bias2 = np.mean((matrix @ truth(places(size)) - truth(places(PLACES))) ** 2)
    return Decomposition(float(bias2), float(np.mean(noise**2 * np.sum(matrix**2, axis=1))))
