"""The vision transformer: an image as a sequence of patches, after Dosovitskiy et al. (2021)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine import bounds
from engine.layers.attention import TransformerBlock
from engine.layers.dense import LayerNorm, Linear
from engine.layers.tokens import Patches, Positions, Select
from engine.module import Sequential


@dataclass(frozen=True)
class ViTConfig:
    """The size of a ViT: the image (C, H, W), the side of a patch, features, heads, blocks and classes."""

    image: tuple[int, int, int] = (1, 8, 8)
    patch: int = 2
    features: int = 32
    heads: int = 4
    blocks: int = 2
    classes: int = 10

    def __post_init__(self) -> None:
        """Refuse sizes below 1; ValueError names the first."""
        bounds.whole(1, **dict(zip(("channels", "height", "width"), self.image, strict=True)))
        bounds.whole(1, patch=self.patch, features=self.features)
        bounds.whole(1, heads=self.heads, blocks=self.blocks, classes=self.classes)


def vit(
    config: ViTConfig, *, generator: np.random.Generator | None = None, dtype: npt.DTypeLike = np.float32
) -> Sequential:
    """Build the network.   x (B, C, H, W) -> logits (B, classes). ValueError when the patches do not tile."""
    channels, height, width = config.image
    if height % config.patch or width % config.patch:
        raise ValueError(f"patches of {config.patch} do not tile {height} x {width}")
    size, tokens = config.features, 1 + height * width // config.patch**2
    blocks = [
        TransformerBlock(size, config.heads, generator=generator, dtype=dtype) for _ in range(config.blocks)
    ]
    return Sequential(
        Patches(channels, config.patch, size, generator=generator, dtype=dtype),  # (B, 1 + N, D)
        Positions(tokens, size, generator=generator, dtype=dtype),
        *blocks,
        LayerNorm(size, dtype=dtype),
        Select("first"),  # (B, D): the class token
        Linear(size, config.classes, generator=generator, dtype=dtype),
    )
