"""All states of a few binary units, and sums over them that do not overflow."""

import numpy as np

from engine.tensor import Array


def all_states(units: int, limit: int) -> Array:
    """List every state of so many units, counting upwards, the first unit first.
    -> (2^units, units) of 0 and 1

    ValueError beyond the limit: there would be too many.
    """
    if not 0 <= units <= limit:
        raise ValueError(f"{units} units have 2^{units} states; at most {limit} units are enumerated")
    numbers = np.arange(2**units)
    return ((numbers[:, None] >> np.arange(units)[::-1]) & 1).astype(np.float64)


def log_sum_exp(values: Array, axis: int = -1) -> Array:
    """Compute ln of the sum of e^values along an axis, the largest taken out first."""
    largest = values.max(axis=axis, keepdims=True)
    total: Array = np.log(np.exp(values - largest).sum(axis=axis)) + largest.squeeze(axis)
    return total


def softplus(x: Array) -> Array:
    """Compute ln(1 + e^x) without overflow.   x (any shape) -> (same shape)"""
    return np.logaddexp(0.0, x)


def logistic(x: Array) -> Array:
    """Compute 1 / (1 + e^-x) without overflow.   x (any shape) -> (same shape)"""
    return np.exp(-np.logaddexp(0.0, -x))


def draw(probabilities: Array, generator: np.random.Generator) -> Array:
    """Draw 1 with each probability, else 0.   probabilities (any shape) -> (same shape)"""
    return (generator.random(probabilities.shape) < probabilities).astype(np.float64)
