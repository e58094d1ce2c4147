"""How parameters start: PyTorch's bounds, drawn from our own streams.

Each function gives a new float64 array; a layer converts it to its dtype. fan_in and fan_out are the numbers
of connections into and out of a unit.
"""

import math
from collections.abc import Sequence

import numpy as np

from engine.tensor import Array


def uniform(shape: Sequence[int], bound: float, generator: np.random.Generator) -> Array:
    """Draw from U(-bound, bound).   -> (shape)"""
    return generator.uniform(-bound, bound, tuple(shape))


def normal(shape: Sequence[int], std: float, generator: np.random.Generator) -> Array:
    """Draw from N(0, std^2).   -> (shape)"""
    return generator.normal(0.0, std, tuple(shape))


def torch_default(shape: Sequence[int], generator: np.random.Generator) -> Array:
    """Draw a weight as PyTorch's Linear and convolutions do: U(-b, b), b = 1 / sqrt(fan_in).   -> (shape)"""
    return uniform(shape, 1 / math.sqrt(max(fans(shape)[0], 1)), generator)


def xavier_uniform(shape: Sequence[int], generator: np.random.Generator, gain: float = 1.0) -> Array:
    """Draw from U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)).   -> (shape).   Glorot and Bengio (2010)"""
    return uniform(shape, gain * math.sqrt(6 / max(sum(fans(shape)), 1)), generator)


def xavier_normal(shape: Sequence[int], generator: np.random.Generator, gain: float = 1.0) -> Array:
    """Draw from N(0, s^2), s = gain sqrt(2 / (fan_in + fan_out)).   -> (shape).   Glorot and Bengio (2010)"""
    return normal(shape, gain * math.sqrt(2 / max(sum(fans(shape)), 1)), generator)


def he_uniform(shape: Sequence[int], generator: np.random.Generator) -> Array:
    """Draw from U(-b, b), b = sqrt(6 / fan_in), for ReLU.   -> (shape).   He et al. (2015)"""
    return uniform(shape, math.sqrt(6 / max(fans(shape)[0], 1)), generator)


def he_normal(shape: Sequence[int], generator: np.random.Generator) -> Array:
    """Draw from N(0, s^2), s = sqrt(2 / fan_in), for ReLU.   -> (shape).   He et al. (2015)"""
    return normal(shape, math.sqrt(2 / max(fans(shape)[0], 1)), generator)


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Count the connections into and out of a unit: weight (out, in, *kernel) -> (fan_in, fan_out)."""
    if len(shape) < 2:
        raise ValueError(f"fan_in and fan_out need a weight of at least two axes, got {tuple(shape)}")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel
