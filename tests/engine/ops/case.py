"""One row of the table of operations: what to call it with, and what it should give."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Case:
    """An operation with its formula in plain numpy and its twin in PyTorch.

    `op(*tensors) -> Tensor` and `formula(*arrays) -> array` take the inputs drawn for `shapes`;
    `torch(*torch_tensors) -> torch.Tensor` the same. `draw(generator, shape)` gives one input, float64.
    `rtol` is 1e-12 unless a constant of the reference forbids it. A `random` operation draws in each call.
    One that is not `differentiable` gives an array to be looked at; the row wraps it.
    """

    name: str
    op: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    formula: Callable[..., np.ndarray]
    torch: Callable[..., Any] | None
    draw: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray] = lambda generator, shape: (
        generator.standard_normal(shape)
    )
    rtol: float = 1e-12
    random: bool = False
    differentiable: bool = True

    def inputs(self, dtype: Any = np.float64) -> Arrays:
        """Draw the inputs: the same in every run."""
        generator = np.random.Generator(np.random.PCG64(sum(map(ord, self.name))))
        return tuple(self.draw(generator, shape).astype(dtype) for shape in self.shapes)


@dataclass(frozen=True)
class Refusal:
    """A call that must be refused, and words of the message."""

    name: str
    call: Callable[[], Any]
    error: type[Exception]
    words: str
