"""The two neurons the course begins with: McCulloch and Pitts (1943) and the perceptron (1958)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from engine.activations import Array, step


def boolean_inputs(count: int) -> Array:
    """List all inputs of a Boolean function in truth-table order: 00, 01, 10, 11.   -> (2**count, count)"""
    return np.array(list(product((0.0, 1.0), repeat=count)), dtype=np.float64)


@dataclass(frozen=True)
class MPNeuron:
    """The neuron of McCulloch and Pitts: equal weights, one threshold, absolute inhibition.

    y = 0 if any inhibitory input is 1 (the veto); otherwise y = 1 if the sum of the others >= threshold.
    Inputs are counted from 1 in `inhibitory`, as in the lesson.
    Source: McCulloch and Pitts, A logical calculus of the ideas immanent in nervous activity (1943).
    """

    threshold: float
    inhibitory: frozenset[int] = frozenset()

    def sums(self, x: Array) -> Array:
        """Add up the excitatory inputs: x (batch, inputs) -> (batch,)"""
        excitatory = [column for column in range(x.shape[1]) if column + 1 not in self.inhibitory]
        sums: Array = x[:, excitatory].sum(axis=1)
        return sums

    def vetoed(self, x: Array) -> list[bool]:
        """Tell for each row of x whether an inhibitory input is 1."""
        inhibitory = [number - 1 for number in sorted(self.inhibitory)]
        return [bool(np.any(row[inhibitory] == 1)) for row in x]

    def outputs(self, x: Array) -> Array:
        """Compute y for a batch of Boolean inputs: x (batch, inputs) -> (batch,)"""
        return np.where(self.vetoed(x), 0.0, step(self.sums(x) - self.threshold))


@dataclass(frozen=True)
class Perceptron:
    """One unit with real weights and a step: y = u(w . x + b), u(0) = 1."""

    weight: tuple[float, ...]
    bias: float

    def sum(self, x: Sequence[float]) -> float:
        """Compute z = w . x + b for one input."""
        return sum(w * value for w, value in zip(self.weight, x, strict=True)) + self.bias

    def output(self, x: Sequence[float]) -> int:
        """Compute y for one input."""
        return int(self.sum(x) >= 0)


@dataclass(frozen=True)
class Update:
    """One correction made by the learning rule, and the perceptron just after it."""

    epoch: int
    example: int
    perceptron: Perceptron


@dataclass(frozen=True)
class LearningTrace:
    """A run of the learning rule: its updates, the epochs presented, and whether the last one was clean."""

    start: Perceptron
    updates: tuple[Update, ...]
    epochs: int
    converged: bool

    def final(self) -> Perceptron:
        """Return the perceptron at the end of the run."""
        return self.updates[-1].perceptron if self.updates else self.start


def learn_perceptron(
    inputs: Sequence[Sequence[float]],
    targets: Sequence[int],
    start: Perceptron | None = None,
    max_epochs: int = 100,
) -> LearningTrace:
    """Run the perceptron learning rule, presenting the examples in the order given.

    A missed 1 adds the example: w + x, b + 1. A false 1 subtracts it: w - x, b - 1. The run ends after
    the first epoch without an update, or after max_epochs: the rule has no end on inseparable data.
    inputs (examples, features), targets 0 or 1; the start is zero unless given.
    """
    start = start or Perceptron((0.0,) * len(inputs[0]), 0.0)
    current = start
    updates: list[Update] = []
    for epoch in range(1, max_epochs + 1):
        before = len(updates)
        for index, (x, target) in enumerate(zip(inputs, targets, strict=True)):
            error = target - current.output(x)
            if error:
                weight = tuple(float(w + error * value) for w, value in zip(current.weight, x, strict=True))
                current = Perceptron(weight, current.bias + error)
                updates.append(Update(epoch, index, current))
        if len(updates) == before:
            return LearningTrace(start, tuple(updates), epoch, True)
    return LearningTrace(start, tuple(updates), max_epochs, False)
