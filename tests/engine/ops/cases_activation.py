"""The activations."""

import math

import numpy as np
import torch
from torch.nn import functional

from engine.ops.activation import elu, gelu, leaky_relu, linear_activation, relu, sigmoid, softmax, step, tanh
from tests.engine.ops.case import Case, Refusal

SHAPES = {
    "": (3, 4),
    ", size one": (1, 1),
    ", empty": (0, 4),
    ", empty at the end": (4, 0),
    ", deep": (2, 3, 4, 5),
}


def normal_distribution(x: np.ndarray) -> np.ndarray:
    """Compute Phi(x) from the standard library's error function."""
    return 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))


def soft(x: np.ndarray, axis: int) -> np.ndarray:
    """Compute softmax as it is written."""
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


ROWS = {
    "linear": (linear_activation, lambda x: x, lambda x: x * 1),
    "step": (step, lambda x: np.where(x >= 0, 1.0, 0.0), lambda x: torch.where(x >= 0, 1.0, 0.0) + 0 * x),
    "sigmoid": (sigmoid, lambda x: 1 / (1 + np.exp(-x)), torch.sigmoid),
    "tanh": (tanh, lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), torch.tanh),
    "relu": (relu, lambda x: np.where(x > 0, x, 0), torch.relu),
    "leaky relu 0.1": (
        lambda x: leaky_relu(x, 0.1),
        lambda x: np.where(x > 0, x, 0.1 * x),
        lambda x: functional.leaky_relu(x, 0.1),
    ),
    "elu 0.1": (
        lambda x: elu(x, 0.1),
        lambda x: np.where(x > 0, x, 0.1 * (np.exp(x) - 1)),
        lambda x: functional.elu(x, 0.1),
    ),
    "gelu": (gelu, lambda x: x * normal_distribution(x), functional.gelu),
    "gelu tanh": (
        lambda x: gelu(x, "tanh"),
        lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
        lambda x: functional.gelu(x, approximate="tanh"),
    ),
    "softmax": (softmax, lambda x: soft(x, -1), lambda x: torch.softmax(x, -1)),
    "softmax, first axis": (lambda x: softmax(x, 0), lambda x: soft(x, 0), lambda x: torch.softmax(x, 0)),
}
CASES = [
    Case(name + kind, op, (shape,), formula, twin)
    for name, (op, formula, twin) in ROWS.items()
    for kind, shape in SHAPES.items()
]
REFUSALS = [
    Refusal("gelu", lambda: gelu(np.ones(2), "sigmoid"), ValueError, "'none' or 'tanh', got 'sigmoid'")
]
