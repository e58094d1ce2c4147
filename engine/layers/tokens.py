"""Layers between images, sequences and single vectors, for transformers and recurrent networks."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from engine import bounds, init
from engine.layers.dense import Generator, Linear, parameter
from engine.module import Module
from engine.ops.basic import Operand, add, concatenate, mean, multiply, reshape, take, transpose
from engine.tensor import Parameter, Tensor, as_tensor

POSITION_STD = 0.02


class Positions(Module):
    """y = x + weight: a learned vector for each position.   x (B, T, D) -> y (B, T, D), weight (T, D)

    The vectors start in N(0, 0.02^2), as in GPT-2 (Radford et al. 2019).
    """

    def __init__(
        self, length: int, size: int, *, generator: Generator | None = None, dtype: npt.DTypeLike = np.float32
    ) -> None:
        bounds.whole(1, length=length, size=size)
        drawn = None if generator is None else init.normal((length, size), POSITION_STD, generator)
        self.weight = parameter(drawn, (length, size), dtype, "F")

    def forward(self, x: Operand) -> Tensor:
        """Add the vectors of the positions; ValueError when there are more or fewer of them."""
        x = as_tensor(x)
        if x.shape[-2:] != self.weight.shape:
            raise ValueError(
                f"positions are for x (B, {', '.join(map(str, self.weight.shape))}), got {x.shape}"
            )
        return add(x, self.weight)


class Patches(Module):
    """Cut images into patches, map each to a vector, put the class token first.
    x (B, C, H, W) -> y (B, 1 + N, D)

    N = (H / size) (W / size) patches row by row, each flattened channel by channel as PyTorch's unfold does:
    y = patch @ projection.weight.T + projection.bias.   Dosovitskiy et al. (2021)
    """

    def __init__(
        self,
        channels: int,
        size: int,
        units: int,
        class_token: bool = True,
        *,
        generator: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bounds.whole(1, channels=channels, size=size, units=units)
        self.size = size
        self.projection = Linear(channels * size**2, units, generator=generator, dtype=dtype)
        self.token: Parameter | None = None
        if class_token:
            drawn = None if generator is None else init.normal((1, 1, units), POSITION_STD, generator)
            self.token = parameter(drawn, (1, 1, units), dtype)

    def forward(self, x: Operand) -> Tensor:
        """Compute the tokens."""
        x = as_tensor(x)
        batch, channels, height, width = x.shape
        down, across, size = height // self.size, width // self.size, self.size
        cut = reshape(x, (batch, channels, down, size, across, size))
        rows = transpose(cut, (0, 2, 4, 1, 3, 5))  # (B, down, across, C, size, size)
        tokens = self.projection(reshape(rows, (batch, down * across, channels * size**2)))  # (B, N, D)
        if self.token is None:
            return tokens
        first = multiply(self.token, np.ones((batch, 1, 1), tokens.data.dtype))
        return concatenate((first, tokens), axis=1)


class Select(Module):
    """One vector of a sequence: the first, the last, or the mean of all.   x (B, T, D) -> y (B, D)"""

    def __init__(self, token: Literal["first", "last", "mean"]) -> None:
        bounds.one_of(("first", "last", "mean"), token=token)
        self.which = token

    def forward(self, x: Operand) -> Tensor:
        """Pick the vector."""
        if self.which == "mean":
            return mean(x, axis=1)
        return take(x, (slice(None), 0 if self.which == "first" else -1))
