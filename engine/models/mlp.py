"""The multi-layer perceptron: dense layers with an activation between them."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from engine.layers.dense import Linear, ReLU
from engine.module import Module, Sequential


def mlp(
    sizes: Sequence[int],
    activation: Callable[[], Module] = ReLU,
    *,
    generator: np.random.Generator | None = None,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Build Linear, activation, Linear, ..., Linear.   x (B, sizes[0]) -> y (B, sizes[-1]); ValueError
    below two sizes
    """
    if len(sizes) < 2:
        raise ValueError(f"a network needs at least two sizes, got {list(sizes)}")
    layers: list[Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [Linear(inputs, outputs, generator=generator, dtype=dtype), activation()]
    return Sequential(*layers[:-1])
