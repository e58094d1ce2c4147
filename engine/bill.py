"""What each part of a training takes: seconds, bytes and parameters, from the configuration alone.

    seconds = epochs (steps of an epoch x step + validation)
    step = calls call + batch (work element + runs run + flops / rate) + parameters passes element

counts numpy calls, the numbers they go through, the rows they set out on anew and the multiply-adds of one
step. The four constants and the counts of each layer (engine/shapes.py) were fitted on trainings with one
layer more and one less, and hold within a factor of two on one core of 2020 or later (docs/benchmarks.md).
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from engine.evaluation import ROWS_AT_ONCE
from engine.examples import held_out
from engine.memory import bytes_taken
from engine.shapes import Cost, Signal, Stage, walk
from engine.spec import TrainSpec
from engine.spec.training import AdamW

SECONDS_PER_CALL = 0.7e-6
SECONDS_PER_ELEMENT = 0.2e-9
SECONDS_PER_RUN = 5e-9
FLOPS_PER_SECOND = 60e9
STEP = Cost(calls=3)
GATHER = Cost(work=4, calls=4)
SHIFT = Cost(work=25, calls=20)
EVALUATION = Cost(calls=40)
LOSSES = {
    "mse": Cost(elements=2, work=4, calls=3),
    "binary_cross_entropy": Cost(elements=6, work=80, calls=6),
    "cross_entropy": Cost(elements=4, work=15, runs=11, calls=20),
}
"""For each number that the last layer gives; the runs for each row of them."""
PASSES = {"sgd": 8, "adagrad": 14, "rmsprop": 14, "adam": 18, "adamw": 18}
"""How often a step goes through the parameters, the product that makes their gradient included."""
UPDATE_CALLS = {"sgd": 2, "adagrad": 4, "rmsprop": 5, "adam": 6, "adamw": 7}
OPTIMIZER_COPIES = 5
"""Vectors of the length of the parameters: values, gradients, a spare one, and Adam's two averages.

Weight decay in the gradients takes one more.
"""
BASE_BYTES, LAYER_BYTES = 16_000, 2_500
"""What Python takes for a training and for a layer of it."""


@dataclass(frozen=True)
class Bill:
    """What the parts of one training cost."""

    spec: TrainSpec
    signal: Signal
    examples: int

    def changed(self, **settings: Any) -> "Bill":
        """Return the bill of the training with other settings; Refused when its layers do not fit."""
        return replace(self, spec=self.spec.model_copy(update=settings))

    @cached_property
    def stages(self) -> list[Stage]:
        """Follow the shapes through the layers."""
        return walk(self.spec.layers, self.signal)

    @cached_property
    def held(self) -> int:
        """Count the examples that early stopping keeps from the training."""
        return min(held_out(self.spec, self.examples), self.examples - 1)

    @property
    def rows(self) -> int:
        """Count the examples trained on."""
        return self.examples - self.held

    @property
    def batch(self) -> int:
        """Count the examples of a step."""
        return min(self.spec.batch_size or self.rows, self.rows)

    @property
    def steps(self) -> int:
        """Count the steps of one epoch."""
        return math.ceil(self.rows / self.batch)

    @cached_property
    def parameters(self) -> int:
        """Count the numbers that are learned."""
        return sum(stage.cost.parameters for stage in self.stages)

    @cached_property
    def size(self) -> int:
        """Tell how many bytes a number takes."""
        return 8 if self.spec.number_type(self.parameters) == "float64" else 4

    @property
    def seconds(self) -> float:
        """Predict the time of the whole training."""
        return sum(self.shares().values())

    def shares(self) -> dict[str, float]:
        """Predict the seconds of each part: the layers, what surrounds them, the validation."""
        spec, ways = self.spec, self.spec.epochs * self.steps
        first = next((number for number, stage in enumerate(self.stages) if stage.cost.parameters), 0)
        shares = {
            f"layers[{number}]": ways * self._step(stage.cost, inward=number > first)
            for number, stage in enumerate(self.stages)
        }
        shares["the loss"] = ways * self._step(self._loss())
        shares["the optimizer"] = ways * self._update()
        around = self._step(STEP)
        if self.batch < self.rows:
            around += self._step(GATHER, math.prod(self.signal.shape))
        if spec.random_shift:
            around += self._step(SHIFT, math.prod(self.signal.shape))
        shares["the batches"] = ways * around
        if self.held:
            shares["early_stopping"] = spec.epochs * self._validation()
        return shares

    @property
    def bytes(self) -> int:
        """Predict the largest number of bytes in use at once."""
        return round(BASE_BYTES + sum(self.bytes_by_part().values()))

    def bytes_by_part(self) -> dict[str, float]:
        """Predict the bytes of each part; a shorter last batch has buffers of its own."""
        rows = self.batch + (self.rows % self.batch)
        parts = {
            f"layers[{number}]": self.size * rows * stage.cost.elements + LAYER_BYTES
            for number, stage in enumerate(self.stages)
        }
        inputs = math.prod(self.signal.shape) + self._outputs()
        parts["the loss"] = self.size * rows * self._loss().elements
        optimizer = self.spec.optimizer
        decayed = bool(optimizer.weight_decay) and not isinstance(optimizer, AdamW)
        parts["the parameters"] = bytes_taken(OPTIMIZER_COPIES + decayed, self.size * self.parameters)
        copies = (self.size == 4) + bool(self.held)
        parts["the examples"] = self.size * inputs * (self.examples * copies + rows)
        if self.held:
            largest = max(stage.cost.elements for stage in self.stages)
            parts["early_stopping"] = self.size * (
                min(self.held, ROWS_AT_ONCE) * (0.75 * largest + inputs) + 2 * self.parameters
            )
        return parts

    def _outputs(self) -> int:
        return math.prod(self.stages[-1].output.shape)

    def _loss(self) -> Cost:
        """Return what the loss of one example costs."""
        number, (*lead, _) = LOSSES[self.spec.loss], self.stages[-1].output.shape
        return replace(
            number,
            elements=number.elements * self._outputs(),
            work=number.work * self._outputs(),
            runs=number.runs * math.prod(lead),
        )

    def _step(self, cost: Cost, times: int = 1, inward: bool = True) -> float:
        """Predict one step of one part; float64 costs twice as much an element and a product.

        A layer has two products beside its forward one: for its weights and, `inward`, for the layer before.
        """
        wide, flops, work = self.size / 4, 3 * cost.flops, cost.work
        if not inward:
            flops, work = flops - cost.inward_flops, work - cost.inward_work
        return (
            SECONDS_PER_CALL * cost.calls
            + SECONDS_PER_ELEMENT * wide * self.batch * times * work
            + SECONDS_PER_RUN * self.batch * times * cost.runs
            + self.batch * flops * wide / FLOPS_PER_SECOND
        )

    def _update(self) -> float:
        """Predict how long a step of the optimizer takes, with all that a configuration may add to it."""
        optimizer = self.spec.optimizer
        calls, passes = UPDATE_CALLS[optimizer.type], PASSES[optimizer.type]
        extras = [
            getattr(optimizer, "momentum", 0),
            getattr(optimizer, "nesterov", 0),
            optimizer.weight_decay,
        ]
        more = 2 * sum(map(bool, extras))
        clip = 7 if self.spec.clip_norm else 0
        numbers = (passes + more + clip / 2) * self.parameters * self.size / 4
        return SECONDS_PER_CALL * (calls + more + clip) + SECONDS_PER_ELEMENT * numbers

    def _validation(self) -> float:
        """Predict one pass through the examples held out: half the work of a step, and the layers set up."""
        parts, wide = [*(stage.cost for stage in self.stages), self._loss()], self.size / 4
        calls = EVALUATION.calls + sum(cost.setup + cost.calls / 2 for cost in parts)
        work, runs = sum(cost.work for cost in parts) / 2, sum(cost.runs for cost in parts) / 2
        flops = sum(stage.cost.flops for stage in self.stages)
        return SECONDS_PER_CALL * calls * math.ceil(self.held / ROWS_AT_ONCE) + self.held * (
            wide * (SECONDS_PER_ELEMENT * work + flops / FLOPS_PER_SECOND) + SECONDS_PER_RUN * runs
        )
