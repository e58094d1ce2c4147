"""What a network learns from: inputs, targets, and how the two fit a configuration."""

import math
from dataclasses import dataclass

import numpy as np

from engine.shapes import Signal, Stage, walk
from engine.spec import TrainSpec
from engine.strict_json import Problem, Refused
from engine.tensor import Array

IGNORED = -100
"""The class of a target that does not count, as in PyTorch."""


@dataclass(frozen=True)
class Examples:
    """Inputs and targets, one row each.

    x (N, ...) of numbers, or of integers below `symbols`; y (N,) or (N, T) of class numbers below `classes`,
    or (N, ...) of numbers with classes 0.
    """

    x: Array
    y: Array
    symbols: int = 0
    classes: int = 0

    def __post_init__(self) -> None:
        if not len(self.x) or len(self.x) != len(self.y):
            raise ValueError(f"examples need as many inputs as targets, got {len(self.x)} and {len(self.y)}")
        for name, array, below in (("symbols", self.x, self.symbols), ("classes", self.y, self.classes)):
            if below:
                refuse_outside(name, np.asarray(array), below, IGNORED if name == "classes" else 0)

    def __len__(self) -> int:
        return len(self.x)

    def signal(self) -> Signal:
        """Return the shape of one input."""
        return Signal(self.x.shape[1:], self.symbols)

    def part(self, rows: Array) -> "Examples":
        """Return some of the rows, copied."""
        return Examples(self.x[rows], self.y[rows], self.symbols, self.classes)

    def cast(self, dtype: np.dtype) -> "Examples":
        """Return the numbers in another dtype; symbols and classes stay integers."""
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and the training diverges
            x = np.ascontiguousarray(self.x, np.intp if self.symbols else dtype)
            y = np.ascontiguousarray(self.y, np.intp if self.classes else dtype)
        return Examples(x, y, self.symbols, self.classes)


def refuse_outside(name: str, array: Array, below: int, allowed: int) -> None:
    """Raise ValueError by this name on what is no integer in [0, below); `allowed` may be among them too."""
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be integers below {below}, got {array.dtype}")
    wrong = ((array < 0) | (array >= below)) & (array != allowed)
    if wrong.any():
        raise ValueError(f"{name} must lie in [0, {below}), got {array[wrong][0]}")


def fit(spec: TrainSpec, examples: Examples) -> list[Stage]:
    """Follow the shapes through the configuration; Refused names the layer or the loss that does not fit."""
    stages = walk(spec.layers, examples.signal())
    _require_something_to_learn(spec, stages, len(examples))
    if spec.random_shift and len(examples.x.shape) != 4:
        shape = examples.signal()
        message = f"random_shift moves images (channels, height, width); these have the shape {shape}."
        raise Refused([Problem("random_shift", str(spec.random_shift), "0 without images", message)])
    output, target = stages[-1].output, examples.y.shape[1:]
    place = f"layers[{len(stages) - 1}]"
    if (spec.loss == "cross_entropy") != bool(examples.classes):
        kind = (
            "classes: use cross_entropy" if examples.classes else "numbers: use mse or binary_cross_entropy"
        )
        raise Refused([Problem("loss", spec.loss, kind, f"The targets are {kind}.")])
    _require_targets(spec, examples)
    if spec.loss == "binary_cross_entropy" and not ((examples.y >= 0) & (examples.y <= 1)).all():
        span = f"{examples.y.min():.3g} to {examples.y.max():.3g}"
        message = f"binary_cross_entropy needs targets from 0 to 1; these go from {span}: use mse."
        raise Refused([Problem("loss", spec.loss, "targets from 0 to 1", message)])
    wanted = (*target, examples.classes) if examples.classes else target
    if output.shape != wanted:
        needed = " x ".join(map(str, wanted)) or "an axis of their own"
        message = f"The last layer gives {output}, the targets need {needed}."
        if not wanted:
            message = "The targets have the shape (N,): give them a second axis, (N, 1)."
        raise Refused([Problem(place, str(output), needed, message)])
    require_batches(spec, stages, len(examples) - held_out(spec, len(examples)))
    return stages


def held_out(spec: TrainSpec, rows: int) -> int:
    """Count the examples of so many that early stopping keeps from the training."""
    return max(1, round(spec.early_stopping.validation * rows)) if spec.early_stopping else 0


def _require_targets(spec: TrainSpec, examples: Examples) -> None:
    """Refuse an example without a class that counts: a batch of such ones would have no loss."""
    if not examples.classes:
        return
    counts = (examples.y != IGNORED).reshape(len(examples), -1).any(axis=1)
    if not counts.all():
        message = f"Example {int(counts.argmin())} has no target that counts, only {IGNORED}: leave it out."
        limit = "a target that counts in every example"
        raise Refused([Problem("loss", spec.loss, limit, message)])


def _require_something_to_learn(spec: TrainSpec, stages: list[Stage], rows: int) -> None:
    """Refuse a network without parameters, and early stopping that holds every example out."""
    if not any(stage.cost.parameters for stage in stages):
        message = "None of these layers has anything to learn."
        raise Refused([Problem("layers", "0 parameters", "a layer with parameters", message)])
    held = held_out(spec, rows)
    if held >= rows:
        message = f"Early stopping would hold out {held} of {rows} examples and leave none to learn from."
        raise Refused([Problem("early_stopping", f"{held} held out", f"fewer than {rows}", message)])


def require_batches(spec: TrainSpec, stages: list[Stage], rows: int) -> None:
    """Refuse a batch of one example, the last of an epoch included, where a batch norm has to average it."""
    averaged = any(
        stage.layer.type == "batch_norm" and math.prod(stage.output.shape[1:]) == 1 for stage in stages
    )
    batch = min(spec.batch_size or rows, rows)
    if not averaged or rows < 1 or (batch > 1 and rows % batch != 1):
        return
    where = "Batches of one example" if batch == 1 else "The last batch of an epoch has one example, which"
    message = f"{where} cannot be normalised: batch_norm needs two or more to take a mean and a variance of."
    raise Refused([Problem("batch_size", str(batch), "two or more examples in every batch", message)])
