"""The convolutional network of the course: two rounds of filters and pooling, then one dense layer.

LeCun et al. (1998), with ReLU and the sizes of 8 x 8 digits.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.layers.dense import Flatten, Linear, ReLU
from engine.layers.image import Conv2d, MaxPool2d
from engine.module import Module, Sequential


def cnn(
    filters: Sequence[int] = (8, 16),
    image: tuple[int, int, int] = (1, 8, 8),
    classes: int = 10,
    *,
    generator: np.random.Generator | None = None,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Stack 3x3 convolutions that keep the size, ReLU and 2x2 max pooling; then a dense layer.

    image (C, H, W), each side divisible by 2 as often as there are filters.
    x (B, C, H, W) -> logits (B, classes)
    """
    channels, height, width = image
    shrink = 2 ** len(filters)
    if height % shrink or width % shrink:
        raise ValueError(f"{len(filters)} poolings need sides divisible by {shrink}, got {height} x {width}")
    layers: list[Module] = []
    for count in filters:
        layers += [
            Conv2d(channels, count, 3, padding=1, generator=generator, dtype=dtype),  # (B, count, H, W)
            ReLU(),
            MaxPool2d(2),  # (B, count, H / 2, W / 2)
        ]
        channels = count
    features = channels * (height // shrink) * (width // shrink)
    return Sequential(*layers, Flatten(), Linear(features, classes, generator=generator, dtype=dtype))
