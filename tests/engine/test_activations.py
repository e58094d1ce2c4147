"""The functions of one unit."""

import numpy as np
import pytest

from engine.activations import ACTIVATIONS, linear, relu, sigmoid, step, tanh


def test_step_fires_at_zero() -> None:
    z = np.array([-1.0, -1e-300, -0.0, 0.0, 1e-300, 1.0])

    assert step(z).tolist() == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (-10.0, 4.5397868702434395e-05),
        (10.0, 0.9999546021312976),
        (30.0, 0.9999999999999065),
        (2.0, 0.8807970779778823),
        (0.0, 0.5),
    ],
)
def test_sigmoid_has_the_lecture_values(z: float, expected: float) -> None:
    assert sigmoid(np.array([z]))[0] == pytest.approx(expected, rel=1e-14)


def test_sigmoid_neither_overflows_nor_warns_far_out() -> None:
    with np.errstate(all="raise"):
        assert sigmoid(np.array([-700.0, 700.0])) == pytest.approx([0.0, 1.0], abs=1e-300)
    assert sigmoid(np.array([-1e6, 1e6])).tolist() == [0.0, 1.0]


def test_tanh_is_a_stretched_sigmoid() -> None:
    z = np.linspace(-5, 5, 101)

    assert np.max(np.abs(tanh(z) - (2 * sigmoid(2 * z) - 1))) < 1e-15


def test_relu_cuts_off_the_negative_half_and_linear_nothing() -> None:
    z = np.array([-2.0, 0.0, 3.0])

    assert relu(z).tolist() == [0, 0, 3]
    assert linear(z).tolist() == [-2, 0, 3]


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_nan_stays_nan(name: str) -> None:
    assert np.isnan(ACTIVATIONS[name](np.array([np.nan]))).all()


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_dtype_are_kept(name: str, dtype: type) -> None:
    result = ACTIVATIONS[name](np.ones((2, 3), dtype=dtype))

    assert result.shape == (2, 3)
    assert result.dtype == dtype
