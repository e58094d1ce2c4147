"""The auto-encoder: squeeze the input through a narrow code and build it up again.

With noise added to the input while training it becomes the denoising auto-encoder, which has to know what
belongs to the data.   Rumelhart, Hinton and Williams (1986); Vincent et al. (2008)
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.layers.dense import GaussianNoise
from engine.models.mlp import mlp
from engine.module import Module
from engine.ops.basic import Operand
from engine.tensor import Tensor


class AutoEncoder(Module):
    """y = decoder(encoder(x)).   x (B, sizes[0]) -> y (same shape), the code (B, sizes[-1])

    The decoder has the sizes of the encoder backwards. noise: the standard deviation added while training.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        noise: float = 0.0,
        *,
        generator: np.random.Generator | None = None,
        noise_generator: np.random.Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        if noise and noise_generator is None:
            raise ValueError("a denoising auto-encoder needs the generator its noise is drawn from")
        self.encoder = mlp(sizes, generator=generator, dtype=dtype)
        self.decoder = mlp([*reversed(sizes)], generator=generator, dtype=dtype)
        self.disturb: Any = None
        if noise and noise_generator is not None:
            self.disturb = GaussianNoise(noise, generator=noise_generator)

    def code(self, x: Operand) -> Tensor:
        """Compute the code.   x (B, sizes[0]) -> (B, sizes[-1])"""
        return self.encoder(x)

    def forward(self, x: Operand) -> Tensor:
        """Compute the reconstruction."""
        return self.decoder(self.encoder(self.disturb(x) if self.disturb else x))
