"""The models the course derives by hand: the neurons of 1943 and 1958, the sigmoid neuron, the 2-2-1 example.

Each has its formulas written out, with the steps in between for figures; tests hold them to the tape.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from engine.ops.activation import step
from engine.tensor import Array


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
        """Tell for each row of x whether an inhibitory input is 1; ValueError when there is no such input."""
        if not all(1 <= number <= x.shape[1] for number in self.inhibitory):
            raise ValueError(
                f"inhibitory inputs are counted from 1 to {x.shape[1]}, got {sorted(self.inhibitory)}"
            )
        inhibitory = [number - 1 for number in sorted(self.inhibitory)]
        return [bool(np.any(row[inhibitory] == 1)) for row in x]

    def outputs(self, x: Array) -> Array:
        """Compute y for a batch of Boolean inputs: x (batch, inputs) -> (batch,)"""
        return np.where(self.vetoed(x), 0.0, step(self.sums(x).astype(np.float64) - self.threshold).data)


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
    inputs (examples, features), targets 0 or 1, ValueError on others; the start is zero unless given.
    """
    for index, target in enumerate(targets):
        if target not in (0, 1):
            raise ValueError(f"targets[{index}] must be 0 or 1, got {target}")
    start = start or Perceptron((0.0,) * len(inputs[0]), 0.0)
    current = start
    updates: list[Update] = []
    for epoch in range(1, max_epochs + 1):
        before = len(updates)
        for index, (x, target) in enumerate(zip(inputs, targets, strict=True)):
            error = int(target) - current.output(x)
            if error:
                weight = tuple(float(w + error * value) for w, value in zip(current.weight, x, strict=True))
                current = Perceptron(weight, current.bias + error)
                updates.append(Update(epoch, index, current))
        if len(updates) == before:
            return LearningTrace(start, tuple(updates), epoch, True)
    return LearningTrace(start, tuple(updates), max_epochs, False)


@dataclass(frozen=True)
class SigmoidNeuron:
    """One input, one weight, one bias and a sigmoid: f(x) = 1 / (1 + e^-(w x + b)).

    The error over examples is E = 1/2 sum of (f(x) - y)^2, as in the lecture.
    """

    w: float
    b: float

    def output(self, x: float) -> float:
        """Compute f(x): far out e^-z is infinite and f exactly 0, without a warning."""
        with np.errstate(over="ignore"):
            return 1.0 / (1.0 + float(np.exp(-(self.w * x + self.b))))

    def error(self, inputs: Sequence[float], targets: Sequence[float]) -> float:
        """Compute E = 1/2 sum of (f(x) - y)^2."""
        return sum(0.5 * (self.output(x) - y) ** 2 for x, y in zip(inputs, targets, strict=True))

    def gradient(self, inputs: Sequence[float], targets: Sequence[float]) -> tuple[float, float]:
        """Compute dE/dw = sum of (f - y) f (1 - f) x and dE/db = sum of (f - y) f (1 - f)."""
        dw = db = 0.0
        for x, y in zip(inputs, targets, strict=True):
            f = self.output(x)
            slope = (f - y) * f * (1 - f)
            dw, db = dw + slope * x, db + slope
        return dw, db


@dataclass(frozen=True)
class Descent:
    """A run of gradient descent: the neuron and the error it descends, at the start and after each epoch."""

    neurons: tuple[SigmoidNeuron, ...]
    errors: tuple[float, ...]


def descend(
    inputs: Sequence[float],
    targets: Sequence[float],
    start: SigmoidNeuron,
    lr: float,
    epochs: int,
    reduction: Literal["sum", "mean"] = "sum",
) -> Descent:
    """Take steps w <- w - lr dE/dw, b <- b - lr dE/db, both from the same w and b, on all examples at
    once.

    The lecture's E is a sum; its mean, E / n over n examples, goes the way of the sum at lr / n.
    ValueError on another reduction.
    """
    if reduction not in ("sum", "mean"):
        raise ValueError(f"reduction must be sum or mean, got {reduction!r}")
    share = 1 if reduction == "sum" else len(inputs)
    neurons = [start]
    for _ in range(epochs):
        now = neurons[-1]
        dw, db = now.gradient(inputs, targets)
        neurons.append(SigmoidNeuron(now.w - lr * dw / share, now.b - lr * db / share))
    return Descent(tuple(neurons), tuple(neuron.error(inputs, targets) / share for neuron in neurons))


@dataclass(frozen=True)
class Forward221:
    """The values of the 2-2-1 network for one example, from left to right."""

    h1: float
    h2: float
    y: float


@dataclass(frozen=True)
class Backward221:
    """What goes back: delta = y - t, and dE/dw for w1 to w6."""

    delta: float
    gradients: tuple[float, ...]


@dataclass(frozen=True)
class Network221:
    """The lecture's example of back-propagation: two inputs, two linear hidden units, one linear output.

    h1 = w1 i1 + w2 i2, h2 = w3 i1 + w4 i2, y = w5 h1 + w6 h2, without biases; E = 1/2 (y - t)^2.
    The lecture's XOR network numbers its weights another way; these are the ones of this example.
    """

    weights: tuple[float, float, float, float, float, float]

    def forward(self, i1: float, i2: float) -> Forward221:
        """Compute h1, h2 and y."""
        w1, w2, w3, w4, w5, w6 = self.weights
        h1, h2 = w1 * i1 + w2 * i2, w3 * i1 + w4 * i2
        return Forward221(h1, h2, w5 * h1 + w6 * h2)

    def backward(self, i1: float, i2: float, target: float) -> Backward221:
        """Compute delta = y - t, dE/dw5 = delta h1, dE/dw6 = delta h2, dE/dw1 = delta w5 i1, and so on."""
        values = self.forward(i1, i2)
        delta = values.y - target
        hidden = _hidden_gradients(delta, self.weights[4:], (i1, i2))
        return Backward221(delta, (*hidden, delta * values.h1, delta * values.h2))

    def error(self, i1: float, i2: float, target: float) -> float:
        """Compute E = 1/2 (y - t)^2."""
        return 0.5 * (self.forward(i1, i2).y - target) ** 2

    def step(self, i1: float, i2: float, target: float, lr: float) -> "Network221":
        """Take one step w <- w - lr dE/dw on all six weights, each gradient at the old weights."""
        return self._moved(self.backward(i1, i2, target).gradients, lr)

    def mistaken_step(self, i1: float, i2: float, target: float, lr: float) -> "Network221":
        """Take the step that uses the already updated w5 and w6 for w1 to w4: a common mistake."""
        back = self.backward(i1, i2, target)
        updated = self._moved(back.gradients, lr).weights[4:]
        hidden = _hidden_gradients(back.delta, updated, (i1, i2))
        return self._moved((*hidden, *back.gradients[4:]), lr)

    def rounded(self, digits: int = 2) -> "Network221":
        """Round the weights as the lecture prints them: two digits after the point."""
        w1, w2, w3, w4, w5, w6 = (round(w, digits) for w in self.weights)
        return Network221((w1, w2, w3, w4, w5, w6))

    def _moved(self, gradients: Sequence[float], lr: float) -> "Network221":
        w1, w2, w3, w4, w5, w6 = (w - lr * g for w, g in zip(self.weights, gradients, strict=True))
        return Network221((w1, w2, w3, w4, w5, w6))


def _hidden_gradients(
    delta: float, upper: Sequence[float], inputs: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Compute dE/dw1 to dE/dw4: delta times the weight above times the input below."""
    (w5, w6), (i1, i2) = upper, inputs
    return delta * w5 * i1, delta * w5 * i2, delta * w6 * i1, delta * w6 * i2
