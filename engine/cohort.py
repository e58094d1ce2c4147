"""Many trainings of one network at once: other seeds, other learning rates, the same examples.

A small dense network spends its time on the cost of calls, so the networks are stacked along the last axis
and each call serves them all (engine/ops/many.py). Where one network already fills a call, the trainings run
one after the other. Either way a network gets the bits it gets in any other cohort, however large.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.build import build, build_optimizer, build_schedule
from engine.examples import Examples, fit
from engine.loop import training_loop
from engine.ops import activation
from engine.ops.basic import Operand
from engine.ops.many import bce_many, linear_many, linear_shared, mse_many
from engine.optim import Flat, clip_gradients
from engine.plan import Plan
from engine.progress import Diverged, Finished, Outcome
from engine.rng import Streams
from engine.spec import TrainSpec
from engine.spec import layers as layer_specs
from engine.tensor import Array, Parameter, Tensor
from engine.train import train

TOGETHER = 4096
WIDEST = 16
MOST_EXAMPLES = 256
LOOKS = 50
TILE = 64

Bend = Callable[[Operand], Tensor]


@dataclass(frozen=True)
class Slot:
    """One training of a cohort: how it ended, and its parameters by name."""

    outcome: Outcome
    loss: float
    """The mean loss of its last epoch, NaN where it diverged."""
    state: dict[str, Array]


def train_cohort(specs: Sequence[TrainSpec], examples: Examples, seeds: Sequence[int]) -> list[Slot]:
    """Train one network for each pair of configuration and seed.

    The configurations may differ in the learning rate and in how weights start; ValueError names the first
    other difference, or the numbers of configurations and seeds when they differ. Refused when configuration
    and examples do not fit.
    """
    if len(specs) != len(seeds) or not specs:
        raise ValueError(f"a cohort needs a seed for each configuration, got {len(specs)} and {len(seeds)}")
    _refuse_other_differences(specs)
    fit(specs[0], examples)
    if not stacks(specs[0], examples):
        return [_alone(spec, examples, seed) for spec, seed in zip(specs, seeds, strict=True)]
    slots: list[Slot] = []
    for start in range(0, len(specs), TOGETHER):
        part = slice(start, start + TOGETHER)
        slots.extend(Stack(specs[part], examples, seeds[part]).run())
    return slots


class Stack:
    """Small dense networks in one array: values (P, N), a column for each network.

    The parameters of a layer are a block (I + 1, O, N): a row of weights for each input, then the biases.
    """

    def __init__(self, specs: Sequence[TrainSpec], examples: Examples, seeds: Sequence[int]) -> None:
        """Draw every network's start as train() does, and fill the last tile of columns up with copies.

        A product of matrices goes over the columns in tiles and may round differently in one that is not
        full; so all are.
        """
        self.spec, self.count = specs[0], len(specs)
        missing = -len(specs) % TILE
        states = [
            build(spec, examples.signal(), Streams(seed)).state_dict()
            for spec, seed in zip(specs, seeds, strict=True)
        ]
        self._shapes = [state.shape for name, state in states[0].items() if name.endswith("weight")]
        self._names = list(states[0])
        columns = [self._column(state) for state in states]
        values = np.stack([*columns, *columns[:1] * missing], axis=-1)
        self.flat = Flat(values, np.zeros_like(values))
        self._lrs = [spec.optimizer.lr for spec in specs]
        self._rates = np.array([*self._lrs, *self._lrs[:1] * missing], values.dtype)
        self.optimizer = build_optimizer(self.spec, self.flat)
        self._factor = build_schedule(self.spec, self.spec.epochs)
        self._aside, self._ended = np.zeros(values.shape[1], bool), dict[int, Slot]()
        self._blocks = self._cut()
        examples = examples.cast(values.dtype)
        y = np.repeat(examples.y[:, :, None], len(columns) + missing, axis=2)
        self.plan = Plan(self._loss, examples.x, y)

    def run(self) -> list[Slot]:
        """Train all of them to the end; one that diverges is set aside, and the others go on.

        Parameters and losses are looked at now and then. Where some are not finite, the steps since the last
        look are done again with a look at every loss, as train() looks. A loss that is infinite between two
        looks and finite again is not seen.
        """
        steps, every = self.spec.epochs, max(1, self.spec.epochs // LOOKS)
        with training_loop():
            for start in range(0, steps, every):
                part = range(start, min(start + every, steps))
                before = self._changing(), self.optimizer.steps
                self._walk(part)
                if not self._fine().all():
                    self._go_back(*before)
                    self._walk(part, looking=True)
            self._set_aside(steps, self._finite())
        finished = Finished(steps)
        return [
            self._ended.get(number) or self._slot(number, finished, float(self._each[number]))
            for number in range(self.count)
        ]

    def _walk(self, steps: range, looking: bool = False) -> None:
        """Take these steps; the losses are computed in the last of them, and when looking in each."""
        for step in steps:
            if looking or step == steps[-1]:
                self.plan.run()
            else:
                self.plan.run_blind()
            self.move(self._factor(step))
            if looking:
                self._set_aside(step + 1, np.isfinite(self._each))

    def _changing(self) -> list[Array]:
        """Copy what a step changes."""
        return [array.copy() for array in (self.flat.values, *self.optimizer.state().values())]

    def _go_back(self, arrays: Sequence[Array], steps: int) -> None:
        """Put everything where it was after so many steps."""
        now = (self.flat.values, *self.optimizer.state().values())
        for array, before in zip(now, arrays, strict=True):
            np.copyto(array, before)
        self.optimizer.steps = steps

    def _finite(self) -> Array:
        """Tell which networks have finite parameters."""
        finite: Array = np.logical_and.reduce(np.isfinite(self.flat.values), axis=0)
        return finite

    def _fine(self) -> Array:
        """Tell which networks have finite parameters and a finite loss, or have been set aside before."""
        return self._finite() & np.isfinite(self._each) | self._aside

    def move(self, factor: float) -> None:
        """Take one step of the optimizer, with the learning rate of each network times the factor."""
        if self.spec.clip_norm:
            clip_gradients(self.flat.gradients, self.spec.clip_norm)
        self.optimizer.lr = self._rates * self._rates.dtype.type(factor)
        self.optimizer.step()

    def _set_aside(self, step: int, fine: Array) -> None:
        """Note the networks that are not fine as diverged; their columns go on, and nobody looks at them."""
        wrong = ~(fine | self._aside)
        for number in np.flatnonzero(wrong[: self.count]).tolist():
            outcome = Diverged(step, self._lrs[number] * self._factor(step - 1))
            self._ended[number] = self._slot(number, outcome, float("nan"))
        self._aside |= wrong

    def _slot(self, number: int, outcome: Outcome, loss: float) -> Slot:
        """Take one network out of the array."""
        state: dict[str, Array] = {}
        for place, (block, shape) in enumerate(zip(self._blocks, self._shapes, strict=True)):
            weight = block.data[: shape[1], :, number]
            state[self._names[2 * place]] = weight.T.copy()
            state[self._names[2 * place + 1]] = block.data[shape[1], :, number].copy()
        return Slot(outcome, loss, state)

    def _column(self, state: dict[str, Array]) -> Array:
        """Write a network's parameters in the order of the blocks."""
        return np.concatenate([state[name].T.reshape(-1) for name in self._names])

    def _cut(self) -> list[Parameter]:
        """View each layer's part of the array as its block."""
        blocks, start = [], 0
        for outputs, inputs in self._shapes:
            rows = slice(start, start + (inputs + 1) * outputs)
            shape = (inputs + 1, outputs, self.flat.values.shape[1])
            block = Parameter(self.flat.values[rows].reshape(shape))
            block.grad = self.flat.gradients[rows].reshape(shape)
            blocks.append(block)
            start = rows.stop
        return blocks

    def _loss(self, x: Array, y: Array) -> Tensor:
        """Compute the sum of all losses, and keep the buffer of each one's own."""
        value: Any = x
        blocks = iter(self._blocks)
        for number, layer in enumerate(self.spec.layers):
            if isinstance(layer, layer_specs.Linear):
                value = (linear_many if number else linear_shared)(value, next(blocks))
            else:
                value = _bend(layer)(value)
        loss, self._each = (mse_many if self.spec.loss == "mse" else bce_many)(value, y)
        return loss


def _alone(spec: TrainSpec, examples: Examples, seed: int) -> Slot:
    result = train(spec, examples, seed)
    state = result.model.state_dict() if result.model else {}
    loss = result.losses[-1] if isinstance(result.outcome, Finished) else float("nan")
    return Slot(result.outcome, loss, state)


def stacks(spec: TrainSpec, examples: Examples) -> bool:
    """Tell whether many of these are trained together: small, dense, on all examples at once."""
    first = spec.layers[0]
    return (
        isinstance(first, layer_specs.Linear)
        and all(_stackable(layer) for layer in spec.layers)
        and spec.loss != "cross_entropy"
        and examples.x.ndim == examples.y.ndim == 2
        and max(len(examples), spec.batch_size or 0) <= MOST_EXAMPLES
        and (spec.batch_size or len(examples)) >= len(examples)
        and not (spec.early_stopping or spec.random_shift)
    )


def _stackable(layer: Any) -> bool:
    if isinstance(layer, layer_specs.Linear):
        return layer.bias and layer.units <= WIDEST
    if isinstance(layer, layer_specs.Plain):
        return layer.type in BENDS
    return isinstance(layer, layer_specs.LeakyReLU | layer_specs.ELU)


def _bend(layer: Any) -> Bend:
    if isinstance(layer, layer_specs.LeakyReLU):
        return lambda x: activation.leaky_relu(x, layer.negative_slope)
    if isinstance(layer, layer_specs.ELU):
        return lambda x: activation.elu(x, layer.alpha)
    return BENDS[layer.type]


def _refuse_other_differences(specs: Sequence[TrainSpec]) -> None:
    first = _without_what_may_differ(specs[0])
    for number, spec in enumerate(specs):
        other = _without_what_may_differ(spec)
        for name in first:
            if first[name] != other[name]:
                raise ValueError(
                    f"configuration {number} differs in {name}: {other[name]!r}, not {first[name]!r}"
                )


def _without_what_may_differ(spec: TrainSpec) -> dict[str, Any]:
    plain = spec.model_dump(exclude={"init"})
    plain["optimizer"].pop("lr")
    for layer in plain["layers"]:
        layer.pop("init", None)
    return plain


BENDS: dict[str, Bend] = {
    "identity": activation.linear_activation,
    "sigmoid": activation.sigmoid,
    "tanh": activation.tanh,
    "relu": activation.relu,
}
