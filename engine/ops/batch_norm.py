"""Batch normalisation as one operation."""

import math
from dataclasses import dataclass

import numpy as np

from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, record


@dataclass(frozen=True)
class Running:
    """What a batch norm keeps for predicting: mean and variance (C,), the count of batches (), and its
    momentum.
    """

    mean: Array
    variance: Array
    batches: Array
    momentum: float = 0.1


def batch_norm(
    x: Operand, weight: Operand, bias: Operand, running: Running, training: bool, eps: float = 1e-5
) -> Tensor:
    """y = (x - m) / sqrt(v + eps) weight + bias for each channel.   x (B, C, ...) -> y (same shape)

    weight, bias (C,). Training: m and v are the mean and the biased variance of the batch, over all axes but
    the second, and the running averages move: r <- (1 - momentum) r + momentum (m, or the unbiased variance).
    Predicting: m and v are the running averages.   Ioffe and Szegedy (2015)
    With n = (x - m) / s, s = sqrt(v + eps), h = g weight: while training
    dx = (h - mean(h) - n mean(h n)) / s, otherwise h / s; dweight = the sum of g n, dbias = the sum of g.
    ValueError on other shapes, or when a channel has fewer than two values to train on.
    """
    x, weight, bias = as_tensor(x), as_tensor(weight), as_tensor(bias)
    data, gain = x.data, weight.data
    if data.ndim < 2 or gain.shape != data.shape[1:2] or bias.shape != gain.shape:
        raise ValueError(
            f"batch_norm needs x (B, C, ...), weight (C,), bias (C,), got {data.shape}, {gain.shape}"
        )
    axes = (0, *range(2, data.ndim))
    count = math.prod(data.shape[axis] for axis in axes)
    if training and count < 2:
        raise ValueError(f"batch_norm needs two values a channel to train on, x has shape {data.shape}")
    wide = (1, -1, *(1 for _ in range(2, data.ndim)))
    scaled, shift = gain.reshape(wide), bias.data.reshape(wide)
    y, normal, part = np.empty_like(data), np.empty_like(data), np.empty_like(data)
    scale = np.empty(scaled.shape, data.dtype)

    def forward() -> None:
        if training:
            mean = data.mean(axis=axes, keepdims=True)
            np.subtract(data, mean, out=normal)
            rest = normal.mean(axis=axes, keepdims=True)  # what rounding left of large numbers
            np.subtract(normal, rest, out=normal)
            mean = mean + rest
            np.multiply(normal, normal, out=part)
            variance = part.mean(axis=axes, keepdims=True)
            _follow(running, mean.reshape(-1), variance.reshape(-1) * (count / (count - 1)))
        else:
            variance = running.variance.reshape(wide)
            np.subtract(data, running.mean.reshape(wide), out=normal)
        np.divide(1, np.sqrt(variance + eps), out=scale)
        np.multiply(normal, scale, out=normal)
        np.multiply(normal, scaled, out=y)
        np.add(y, shift, out=y)

    def backward(g: Array, dx: Array | None, dweight: Array | None, dbias: Array | None) -> None:
        np.multiply(g, normal, out=part)
        along, all_of = part.sum(axis=axes, keepdims=True), g.sum(axis=axes, keepdims=True)
        if dweight is not None:
            np.copyto(dweight, along.reshape(-1))
        if dbias is not None:
            np.copyto(dbias, all_of.reshape(-1))
        if dx is not None and training:
            np.multiply(normal, along * (1 / count), out=part)
            np.subtract(g, part, out=dx)
            np.subtract(dx, all_of * (1 / count), out=dx)
            np.multiply(dx, scaled * scale, out=dx)
        elif dx is not None:
            np.multiply(g, scaled * scale, out=dx)

    return record((x, weight, bias), y, forward, backward)


def _follow(running: Running, mean: Array, variance: Array) -> None:
    """Move the running averages towards those of the batch."""
    running.batches[...] += 1
    for average, value in ((running.mean, mean), (running.variance, variance)):
        np.add(average, running.momentum * (value - average), out=average)
