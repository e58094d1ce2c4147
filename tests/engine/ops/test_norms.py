"""Normalising large numbers that are alike: rounding leaves a mean, which is taken off too."""

import numpy as np
import pytest

from engine.ops.batch_norm import Running, batch_norm
from engine.ops.nn import layer_norm


@pytest.mark.parametrize(("dtype", "large", "most"), [(np.float32, 1e5, 1e-2), (np.float64, 1e8, 1e-5)])
def test_a_row_of_large_numbers_that_are_alike_is_normalised_to_zero(
    dtype: type, large: float, most: float
) -> None:
    y = layer_norm(np.full((2, 768), large, dtype), np.ones(768, dtype), np.zeros(768, dtype)).data

    assert np.abs(y).max() < most


@pytest.mark.parametrize("shape", [(100, 4), (64, 4, 8, 8)])
@pytest.mark.parametrize("large", [255.3, 1000.1])
def test_channels_of_large_numbers_that_are_alike_are_normalised_to_zero(
    shape: tuple[int, ...], large: float
) -> None:
    running = Running(np.zeros(4, np.float32), np.ones(4, np.float32), np.zeros((), np.int64), momentum=1.0)
    gain, shift = np.ones(4, np.float32), np.zeros(4, np.float32)

    y = batch_norm(np.full(shape, large, np.float32), gain, shift, running, training=True).data

    assert np.abs(y).max() < 1e-3
    np.testing.assert_allclose(running.mean, np.float32(large), rtol=1e-7)
