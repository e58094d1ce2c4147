"""The activations as operations: each bends its input element by element, softmax over one axis.

Every one takes x of any shape and gives y of the same shape, and keeps the layout of x in memory.
"""

from typing import Any

import numpy as np

from engine import bounds
from engine.normal import normal_distribution
from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, placed, record

SQRT_2_OVER_PI = 0.7978845608028654
GELU_CUBIC = 0.044715
GELU_FORMS = ("none", "tanh")
PIECE_BYTES = 256 * 1024
"""What a curve of many calls works on at a time: enough for few calls, and its arrays stay near the core."""


def linear_activation(x: Operand) -> Tensor:
    """y = x.   x (any shape) -> y (same shape);   dx = g"""
    x = as_tensor(x)

    def forward() -> None:
        """Do nothing: y is x."""

    def backward(g: Array, dx: Array) -> None:
        np.copyto(dx, g)

    return record((x,), x.data, forward, backward)


def step(x: Operand) -> Tensor:
    """y = 1 where x >= 0, else 0: the threshold, u(0) = 1.   x (any shape) -> y (same shape);   dx = 0

    The neuron fires when the sum reaches the threshold (Rosenblatt 1958; Minsky and Papert 1969). NaN
    stays NaN.
    """
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)

    def forward() -> None:
        np.heaviside(data, 1, out=y)

    def backward(g: Array, dx: Array) -> None:
        dx.fill(0)

    return record((x,), y, forward, backward)


def sigmoid(x: Operand) -> Tensor:
    """y = 1 / (1 + e^-x).   x (any shape) -> y (same shape);   dx = g y (1 - y)

    Right to the last bits for every x: where e^-x overflows, y is 0.
    """
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)
    one, slope = np.ones((), data.dtype), np.empty_like(data)

    def forward() -> None:
        np.negative(data, out=y)
        np.exp(y, out=y)
        np.add(y, one, out=y)
        np.divide(one, y, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.subtract(one, y, out=slope)
        np.multiply(slope, y, out=slope)
        np.multiply(g, slope, out=dx)

    return record((x,), y, forward, backward)


def tanh(x: Operand) -> Tensor:
    """y = tanh x.   x (any shape) -> y (same shape);   dx = g (1 - y^2)"""
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)
    one, slope = np.ones((), data.dtype), np.empty_like(data)

    def forward() -> None:
        np.tanh(data, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.multiply(y, y, out=slope)
        np.subtract(one, slope, out=slope)
        np.multiply(g, slope, out=dx)

    return record((x,), y, forward, backward)


def relu(x: Operand) -> Tensor:
    """y = max(x, 0).   x (any shape) -> y (same shape);   dx = g where x > 0, else 0"""
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)
    zero, passes = np.zeros_like(data), np.empty_like(data, dtype=np.bool_)

    def forward() -> None:
        np.maximum(data, zero, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.greater(y, zero, out=passes)
        np.multiply(g, passes, out=dx)

    return record((x,), y, forward, backward)


def leaky_relu(x: Operand, negative_slope: float = 0.01) -> Tensor:
    """y = x where x > 0, else a x, with a = negative_slope.   x (any shape) -> y (same shape)

    dx = g where x > 0, else a g.
    """
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)
    zero, slope = np.zeros_like(data), np.empty_like(data)

    def forward() -> None:
        _slope_or_one(data > zero, negative_slope, slope)
        np.multiply(data, slope, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.multiply(g, slope, out=dx)

    return record((x,), y, forward, backward)


def _slope_or_one(passes: Array, slope: Array | float, into: Array) -> None:
    """into = 1 where passes, else slope, to the bit: p + (1 - p) slope, p = 1 where passes, else 0.

    A choice element by element takes several times as long: a processor cannot foresee it.
    """
    p = passes.astype(into.dtype)
    np.subtract(1, p, out=into)
    np.multiply(into, slope, out=into)
    np.add(into, p, out=into)


def elu(x: Operand, alpha: float = 1.0) -> Tensor:
    """y = x where x > 0, else a (e^x - 1), with a = alpha.   x (any shape) -> y (same shape)

    dx = g where x > 0, else g a e^x.   Clevert, Unterthiner and Hochreiter (2016).
    """
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)
    zero, slope, part = np.zeros_like(data), np.empty_like(data), np.empty_like(data)

    def forward() -> None:
        np.minimum(data, zero, out=part)
        np.expm1(part, out=y)
        np.multiply(y, alpha, out=y)
        np.exp(part, out=part)
        np.multiply(part, alpha, out=part)
        _slope_or_one(data > zero, part, slope)
        np.maximum(data, zero, out=part)
        np.add(y, part, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.multiply(g, slope, out=dx)

    return record((x,), y, forward, backward)


def gelu(x: Operand, approximate: str = "none") -> Tensor:
    """y = x Phi(x), Phi the normal distribution function.   x (any shape) -> y (same shape)

    approximate "none": Phi(x) = (1 + erf(x / sqrt 2)) / 2, dx = g (Phi(x) + x phi(x)).
    approximate "tanh": Phi(x) = (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2.
    The slope, by which g is multiplied, is found together with y, a piece at a time, while the piece is in
    the processor's cache. Hendrycks and Gimpel (2016).
    """
    bounds.one_of(GELU_FORMS, approximate=approximate)
    bend = _gelu_tanh if approximate == "tanh" else _gelu_erf
    x = as_tensor(x)
    y, slope = placed(np.empty_like(x.data)), placed(np.empty_like(x.data))
    pieces = [(x.data[piece], y[piece], slope[piece]) for piece in _pieces(x.data)]

    def forward() -> None:
        for piece in pieces:
            bend(*piece)

    def backward(g: Array, dx: Array) -> None:
        np.multiply(g, slope, out=dx)

    return record((x,), y, forward, backward)


def _gelu_erf(x: Array, y: Array, slope: Array) -> None:
    """y = x Phi(x), slope = Phi(x) + x phi(x), all of one shape."""
    below, density = normal_distribution(x)
    np.multiply(x, below, out=y)
    np.add(below, x * density, out=slope)


def _gelu_tanh(x: Array, y: Array, slope: Array) -> None:
    """With u = 2 sqrt(2/pi) (x + 0.044715 x^3) and P = 1 / (1 + e^-u) = Phi(x):
    y = x P, slope = P + u' y (1 - P), since dP/du = P (1 - P), all of one shape.

    P is (1 + tanh(u / 2)) / 2, by the cheaper exp.
    """
    below, part = np.empty_like(x), np.empty_like(x)
    np.multiply(x, x, out=slope)
    np.multiply(slope, -2 * SQRT_2_OVER_PI * GELU_CUBIC, out=below)
    np.subtract(below, 2 * SQRT_2_OVER_PI, out=below)
    np.multiply(below, x, out=below)
    np.exp(below, out=below)
    np.add(below, 1, out=below)
    np.divide(1, below, out=below)
    np.multiply(x, below, out=y)
    np.multiply(y, below, out=part)
    np.subtract(y, part, out=part)
    np.multiply(slope, 6 * SQRT_2_OVER_PI * GELU_CUBIC, out=slope)
    np.add(slope, 2 * SQRT_2_OVER_PI, out=slope)
    np.multiply(slope, part, out=slope)
    np.add(slope, below, out=slope)


def _pieces(x: Array) -> list[Any]:
    """Index x a piece at a time along its slowest axis; what is no larger than a piece is one."""
    if x.nbytes <= PIECE_BYTES:
        return [...]
    slowest = int(np.argmax(x.strides))
    length = x.shape[slowest]
    few = max(1, length * PIECE_BYTES // x.nbytes)
    return [(slice(None),) * slowest + (slice(start, start + few),) for start in range(0, length, few)]


def softmax(x: Operand, axis: int = -1) -> Tensor:
    """y_i = e^x_i / sum_j e^x_j along one axis.   x (any shape) -> y (same shape), sums 1 along the axis

    dx = y (g - sum_j g_j y_j). The largest x is subtracted first, so nothing overflows.
    """
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)
    part = np.empty_like(data)

    def forward() -> None:
        np.subtract(data, data.max(axis=axis, keepdims=True, initial=-np.inf), out=y)
        np.exp(y, out=y)
        np.divide(y, y.sum(axis=axis, keepdims=True), out=y)

    def backward(g: Array, dx: Array) -> None:
        np.multiply(g, y, out=part)
        np.multiply(y, part.sum(axis=axis, keepdims=True), out=dx)
        np.subtract(part, dx, out=dx)

    return record((x,), y, forward, backward)
