"""The error function."""

import math

import numpy as np

from engine.erf import erf


def test_erf_is_that_of_the_standard_library_to_the_last_bits() -> None:
    x = np.concatenate([np.linspace(-7, 7, 5001), [0.46875, -0.46875, 4.0, 1e-300, 30.0]])

    expected = np.array([math.erf(value) for value in x])

    assert np.max(np.abs(erf(x) - expected) / np.maximum(np.abs(expected), 1e-300)) < 1e-15


def test_erf_at_the_ends_and_of_nothing() -> None:
    assert erf(np.array([-np.inf, 0.0, np.inf])).tolist() == [-1, 0, 1]
    assert np.isnan(erf(np.array([np.nan]))).all()
    assert erf(np.ones(2, np.float32)).dtype == np.float32
