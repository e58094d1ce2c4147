"""Changes to the examples while training that leave their meaning alone."""

import numpy as np

from engine.tensor import Array


def shift_images(x: Array, pixels: int, generator: np.random.Generator, into: Array) -> None:
    """Move each image by up to so many pixels down and across, zeros coming in.
    x (B, C, H, W), into likewise
    """
    batch, channels, height, width = x.shape
    padded = np.zeros((batch, channels, height + 2 * pixels, width + 2 * pixels), x.dtype)
    padded[:, :, pixels : pixels + height, pixels : pixels + width] = x
    down, across = generator.integers(0, 2 * pixels + 1, (2, batch))
    rows = down[:, None] + np.arange(height)
    columns = across[:, None] + np.arange(width)
    here = np.arange(batch)[:, None, None]
    moved = padded[here, :, rows[:, :, None], columns[:, None, :]]  # (B, H, W, C)
    into[...] = moved.transpose(0, 3, 1, 2)
