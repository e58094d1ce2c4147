"""The functions a unit applies to its weighted sum, each element by element.

Every function takes an array of any shape and returns one of the same shape and dtype; NaN stays NaN.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def step(z: Array) -> Array:
    """Fire when the sum reaches the threshold: u(z) = 1 if z >= 0, else 0.

    u(0) = 1, as in the learning rule of the perceptron (Rosenblatt 1958; Minsky and Papert 1969).
    """
    return np.heaviside(z, 1.0)


def sigmoid(z: Array) -> Array:
    """Squash smoothly to (0, 1): s(z) = 1 / (1 + exp(-z)).

    Only exp of a number <= 0 is taken, so no z overflows.
    """
    decay = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + decay), decay / (1 + decay))


def tanh(z: Array) -> Array:
    """Squash smoothly to (-1, 1): tanh(z) = 2 s(2z) - 1."""
    return np.tanh(z)


def relu(z: Array) -> Array:
    """Cut off the negative half: max(0, z)."""
    return np.maximum(z, 0.0)


def linear(z: Array) -> Array:
    """Pass the sum on unchanged."""
    return z


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "step": step,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "linear": linear,
}
