"""Where a training stands and how it ends."""

import math
from dataclasses import dataclass, field

import numpy as np

from engine.strict_json import Problem
from engine.tensor import Array


@dataclass(frozen=True)
class Finished:
    """All epochs were done, or early stopping ended them."""

    step: int


@dataclass(frozen=True)
class Diverged:
    """The loss was no longer a finite number at this step, with this learning rate."""

    step: int
    lr: float


@dataclass(frozen=True)
class Cancelled:
    """`should_stop` said so after this step."""

    step: int


@dataclass(frozen=True)
class OverBudget:
    """Nothing was run: the estimate is over the limits. Each problem says what would fit."""

    problems: tuple[Problem, ...]


Outcome = Finished | Diverged | Cancelled | OverBudget


@dataclass(frozen=True)
class StepInfo:
    """Where a training stands: steps done of all, the epoch from 1, the loss of the batch, the learning
    rate.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    lr: float


@dataclass
class Progress:
    """What changes while training, beside the parameters; a checkpoint holds all of it."""

    step: int = 0
    epoch: int = 0
    position: int = 0
    """The row in this epoch's order that comes next."""
    order: Array = field(default_factory=lambda: np.zeros(0, np.intp))
    losses: list[float] = field(default_factory=list)
    """The mean loss of each finished epoch."""
    validation: list[float] = field(default_factory=list)
    epoch_total: float = 0.0
    best: float = math.inf
    best_epoch: int = 0
    diverged: bool = False
    best_values: Array | None = None
    best_buffers: dict[str, Array] = field(default_factory=dict)
