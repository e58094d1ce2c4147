"""The auto-encoder: squeeze the input through a narrow code and build it up again.

With its input corrupted while training, by noise added or by inputs set to 0, it becomes the denoising auto-
encoder, which has to know what belongs to the data.   Rumelhart, Hinton and Williams (1986); Vincent et al.
(2008)
"""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine import bounds
from engine.layers.dense import GaussianNoise
from engine.models.mlp import mlp
from engine.module import Module
from engine.ops.basic import Operand, multiply
from engine.ops.nn import dropout
from engine.tensor import Tensor, as_tensor

Corruption = Literal["gaussian", "masking"]


class MaskingNoise(Module):
    """While training, set each input to 0 with probability p; unlike dropout, the others keep their scale."""

    def __init__(self, p: float, *, generator: np.random.Generator) -> None:
        bounds.number(0, 1, p=p)
        self.p = p
        self.generator = generator

    def forward(self, x: Operand) -> Tensor:
        """Mask x, anew at each call: dropout with its factor 1 / (1 - p) taken out again."""
        return multiply(dropout(x, self.p, self.generator), 1 - self.p) if self.training else as_tensor(x)


class AutoEncoder(Module):
    """y = decoder(encoder(x)).   x (B, sizes[0]) -> y (same shape), the code (B, sizes[-1])

    The decoder has the sizes of the encoder backwards. noise: how much the input is corrupted while training;
    the standard deviation of what is added ("gaussian"), or the share of inputs set to 0 ("masking").
    ValueError on noise out of bounds or without a generator to draw it from, or on another corruption.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        noise: float = 0.0,
        corruption: Corruption = "gaussian",
        *,
        generator: np.random.Generator | None = None,
        noise_generator: np.random.Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bounds.number(0, 1 if corruption == "masking" else math.inf, noise=noise)
        if noise and noise_generator is None:
            raise ValueError("a denoising auto-encoder needs the generator its noise is drawn from")
        bounds.one_of(("gaussian", "masking"), corruption=corruption)
        self.encoder = mlp(sizes, generator=generator, dtype=dtype)
        self.decoder = mlp([*reversed(sizes)], generator=generator, dtype=dtype)
        self.disturb: Module | None = None
        if noise and noise_generator is not None:
            kind = GaussianNoise if corruption == "gaussian" else MaskingNoise
            self.disturb = kind(noise, generator=noise_generator)

    def code(self, x: Operand) -> Tensor:
        """Compute the code.   x (B, sizes[0]) -> (B, sizes[-1])"""
        return self.encoder(x)

    def forward(self, x: Operand) -> Tensor:
        """Compute the reconstruction."""
        return self.decoder(self.encoder(self.disturb(x) if self.disturb else x))
