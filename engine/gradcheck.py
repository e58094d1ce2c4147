"""Check a gradient against finite differences: does the derivative predict what a small step does?

Along a direction v the derivative is g . v, and (L(x + h v) - L(x - h v)) / 2h should equal it up to order
h^2. One random direction tests every element at once with two evaluations; tiny networks are checked in
full, one element after the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.tensor import Array, Tape, Tensor

Loss = Callable[..., Tensor]


@dataclass(frozen=True)
class Difference:
    """What back-propagation and finite differences say, and how far apart they are."""

    analytic: float
    numeric: float

    def relative(self) -> float:
        """Return |a - n| / max(1, |a|, |n|): of gradients below 1 the plain difference."""
        return abs(self.analytic - self.numeric) / max(1.0, abs(self.analytic), abs(self.numeric))


def directional(
    loss: Loss, tensors: Sequence[Tensor], generator: np.random.Generator, h: float = 1e-6
) -> Difference:
    """Compare along one random direction.   loss() -> L (), tensors float64 that L depends on, h the step

    Directions are drawn from N(0, 1). ValueError where a tensor is not float64: rounding would hide the step.
    At a kink (ReLU at 0) the two sides differ: keep |x| > h |v| there.
    """
    _refuse_coarse(tensors)
    gradients = _gradients(loss, tensors)
    directions = [generator.standard_normal(tensor.shape) for tensor in tensors]
    analytic = sum(float(np.vdot(g, v)) for g, v in zip(gradients, directions, strict=True))
    ahead = _moved(loss, tensors, directions, h)
    behind = _moved(loss, tensors, directions, -h)
    return Difference(analytic, (ahead - behind) / (2 * h))


def numeric_gradient(loss: Loss, tensor: Tensor, h: float = 1e-6) -> Array:
    """Estimate dL/dx element by element: (L(x + h) - L(x - h)) / 2h.   -> (shape of the tensor)

    ValueError where the tensor is not float64.
    """
    _refuse_coarse([tensor])
    estimate = np.zeros_like(tensor.data)
    for index in np.ndindex(tensor.shape):
        step = np.zeros_like(tensor.data)
        step[index] = 1
        estimate[index] = (_moved(loss, [tensor], [step], h) - _moved(loss, [tensor], [step], -h)) / (2 * h)
    return estimate


def _refuse_coarse(tensors: Sequence[Tensor]) -> None:
    for tensor in tensors:
        if tensor.data.dtype != np.float64:
            raise ValueError(f"a gradient is checked in float64, got a tensor of {tensor.data.dtype}")


def _gradients(loss: Loss, tensors: Sequence[Tensor]) -> list[Array]:
    """Back-propagate once and return the gradient of every tensor, zero where it has no effect."""
    with Tape() as tape:
        value = loss()
    return tape.gradients(value, tensors)


def _moved(loss: Loss, tensors: Sequence[Tensor], directions: Sequence[Array], h: float) -> float:
    """Evaluate the loss a step h along the directions, and step back."""
    saved = [tensor.data.copy() for tensor in tensors]
    for tensor, direction in zip(tensors, directions, strict=True):
        np.add(tensor.data, h * direction, out=tensor.data)
    try:
        return float(loss().data)
    finally:
        for tensor, values in zip(tensors, saved, strict=True):
            np.copyto(tensor.data, values)
