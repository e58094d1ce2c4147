"""The tape: what it gives back is the caller's own."""

import numpy as np
import pytest

from engine.ops.basic import multiply, total
from engine.ops.nn import linear
from engine.tensor import Parameter, Tape, Tensor

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
