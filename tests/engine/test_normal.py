"""The normal distribution."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from engine.normal import normal_distribution


@pytest.mark.parametrize(("dtype", "near"), [(np.float32, 3e-7), (np.float64, 1e-15)])
def test_the_normal_distribution_is_as_near_as_its_numbers_allow(dtype: npt.DTypeLike, near: float) -> None:
    x = np.concatenate([np.linspace(-15, 15, 30_001), [-40.0, -1e-300, 0.0, 1e-300, 40.0]]).astype(dtype)

    below, density = normal_distribution(x)

    assert below.dtype == density.dtype == dtype
    shares = [math.erfc(-value / math.sqrt(2)) / 2 for value in x.tolist()]
    slopes = [math.exp(-(value**2) / 2) / math.sqrt(2 * math.pi) for value in x.tolist()]
    np.testing.assert_allclose(below, shares, rtol=0, atol=near)
    np.testing.assert_allclose(density, slopes, rtol=0, atol=near)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_normal_distribution_at_the_ends_and_of_nothing(dtype: npt.DTypeLike) -> None:
    below, density = normal_distribution(np.array([-np.inf, np.inf, np.nan], dtype))

    assert below[:2].tolist() == [0, 1]
    assert density[:2].tolist() == [0, 0]
    assert np.isnan([below[2], density[2]]).all()
    assert normal_distribution(np.zeros(0, dtype))[0].shape == (0,)
