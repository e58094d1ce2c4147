"""The tape: what it gives back is the caller's own."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.layers.dense import Linear
from engine.losses import mse_loss
from engine.ops.activation import gelu
from engine.ops.basic import add, matmul, mean, multiply, power, total
from engine.ops.nn import linear
from engine.tensor import Array, Parameter, Tape, Tensor

X = np.array([[1.0, 2.0], [3.0, 4.0]])


def weighted(factor: float, weight: Parameter) -> tuple[Tape, Tensor]:
    """Record factor times the sum of X @ weight.T."""
    with Tape() as tape:
        loss = total(multiply(linear(X, weight), factor))
    return tape, loss


def test_a_second_backward_leaves_the_result_of_the_first_alone() -> None:
    weight = Parameter(np.ones((1, 2)))

    first = weighted(1.0, weight)
    gradient = first[0].backward(first[1])[weight]
    second = weighted(10.0, weight)
    other = second[0].backward(second[1])[weight]

    assert gradient.tolist() == [[4, 6]]
    assert other.tolist() == weight.grad.tolist() == [[40, 60]]


def test_the_gradients_of_parameters_and_of_the_loss_are_copies() -> None:
    weight = Parameter(np.ones((1, 2)))

    tape, loss = weighted(1.0, weight)
    gradient, unit = tape.gradients(loss, [weight, loss])
    again, other = weighted(10.0, weight)
    again.gradients(other, [weight])

    assert gradient.tolist() == [[4, 6]]
    assert unit == 1


def test_the_layout_of_a_parameter_is_that_of_its_gradient() -> None:
    weight = Parameter(np.ones((3, 2), order="F"))

    tape, loss = weighted(1.0, weight)

    assert tape.backward(loss)[weight].strides == weight.data.strides


def test_a_loss_of_many_numbers_is_refused() -> None:
    weight = Parameter(np.ones((3, 2)))
    with Tape() as tape:
        y = linear(X, weight)

    with pytest.raises(ValueError, match=r"from one number; the loss has shape \(2, 3\)"):
        tape.backward(y)


@pytest.mark.parametrize("dtype", [np.int64, np.float16, np.complex128, bool])
@pytest.mark.parametrize("op", [mean, gelu, lambda x: add(x, x), lambda x: matmul(x, x)])
def test_numbers_of_another_kind_than_float32_and_float64_are_refused(
    op: Callable[[Array], Tensor], dtype: type
) -> None:
    with pytest.raises(ValueError, match=f"must be float32 or float64, got {np.dtype(dtype)}"):
        op(X.astype(dtype))


@pytest.mark.parametrize("record", [Tape, lambda: Tape(dry=True)])
def test_a_gradient_is_not_rounded_to_another_dtype_unasked(record: Callable[[], Tape]) -> None:
    layer = Linear(2, 3, dtype=np.float32)
    both = r"is float64 and cannot pass a gradient back to a float32 tensor of shape \(3, 2\)"

    with record(), pytest.raises(ValueError, match=both):
        layer(X)


def test_what_is_not_learned_may_be_of_another_dtype() -> None:
    weight = Parameter(np.ones((1, 2)))
    with Tape() as tape:
        loss = total(linear(X.astype(np.float32), weight))

    assert tape.backward(loss)[weight].tolist() == [[4, 6]]
    assert Linear(2, 3, dtype=np.float32)(X).data.dtype == np.float64


def test_targets_may_be_of_another_dtype() -> None:
    layer = Linear(2, 2, dtype=np.float32)

    with Tape() as tape:
        loss = mse_loss(layer(X.astype(np.float32)), X)

    assert {gradient.dtype for gradient in tape.backward(loss).values()} == {np.dtype(np.float32)}


def test_the_slope_of_a_constant_power_is_zero_at_zero_too() -> None:
    x = Parameter(np.array([0.0, 2.0]))
    with Tape() as tape:
        loss = total(power(x, 0))

    assert tape.backward(loss)[x].tolist() == [0, 0]


def test_a_loss_of_another_tape_is_refused() -> None:
    with Tape() as tape:
        loss = total(Parameter(np.ones(2)))

    with pytest.raises(ValueError, match="computed on this tape"):
        Tape().backward(loss)
    assert len(tape.backward(loss)) == 1
