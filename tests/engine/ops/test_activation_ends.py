"""Slopes far out, where the table's small numbers do not reach."""

import numpy as np
import numpy.typing as npt
import pytest

from engine.ops.activation import elu, leaky_relu
from engine.ops.basic import total
from engine.tensor import Array, Parameter, Tape


def slope_of(name: str, x: Array, alpha: float) -> Array:
    """Return dy/dx of ELU or leaky ReLU."""
    given = Parameter(x)
    with Tape() as tape:
        loss = total(elu(given, alpha) if name == "elu" else leaky_relu(given, alpha))
    return tape.backward(loss)[given]


@pytest.mark.parametrize(("dtype", "near"), [(np.float32, 1e-6), (np.float64, 1e-14)])
def test_the_slope_of_elu_far_below_zero_is_small_and_right(dtype: npt.DTypeLike, near: float) -> None:
    x = np.array([-60, -40, -20, -10, -5], dtype)

    slope = slope_of("elu", x, 0.3)

    np.testing.assert_allclose(slope, 0.3 * np.exp(x.astype(float)), rtol=near)


@pytest.mark.parametrize("name", ["elu", "leaky_relu"])
@pytest.mark.parametrize("alpha", [0.1, 0.3, 1.0, 3.7, 1e9])
def test_above_zero_the_slope_is_one_to_the_bit(name: str, alpha: float) -> None:
    x = np.array([1e-30, 0.1, 1, 1e20], np.float32)

    assert slope_of(name, x, alpha).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("alpha", [0.1, 0.3, 1.0, 3.7, 1e9])
def test_below_zero_the_slope_of_leaky_relu_is_alpha_to_the_bit(alpha: float) -> None:
    x = np.array([-1e20, -1, -1e-30, 0], np.float32)

    assert slope_of("leaky_relu", x, alpha).tolist() == [float(np.float32(alpha))] * 4
