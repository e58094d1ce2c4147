"""A training as a film: frames for a figure that shows it, and nothing that a figure does not show."""

import json
import math
from dataclasses import asdict, dataclass

import numpy as np

from engine.evaluation import mean_loss, predict
from engine.examples import Examples
from engine.metrics import accuracy
from engine.module import Module
from engine.progress import Diverged, StepInfo
from engine.spec import TrainSpec
from engine.tensor import Array
from engine.train import Training

DIGITS = 5
LARGEST = 1000


@dataclass(frozen=True)
class Frame:
    """One moment: the step, the loss, the norm of each parameter's gradient, and what may be drawn.

    The gradient is that of the loss: not clipped, and without what weight decay adds.

    weights: every parameter by name, where there are at most 1,000 numbers; boundary: the first output over
    the grid, row by row, where there is a grid.
    """

    step: int
    loss: float
    gradient_norms: dict[str, float]
    weights: dict[str, list[float]]
    boundary: list[float]


@dataclass(frozen=True)
class Replay:
    """The frames of one training, and how it ended."""

    frames: tuple[Frame, ...]
    diverged: bool

    def to_json(self) -> str:
        """Write the film for a page: five significant digits, no NaN."""
        return json.dumps(_rounded(asdict(self)), separators=(",", ":"), allow_nan=False)


def film(
    spec: TrainSpec, examples: Examples, seed: int, frames: int = 60, grid: Array | None = None
) -> Replay:
    """Train, and keep so many frames evenly over the steps, the first and the last step among them.

    With early stopping the last step is that after which it ends the training, before the best network is put
    back; to know it, the training is done once before. One that diverges ends with the step that did.
    grid (M, features): inputs to show the boundary on. ValueError when fewer than two frames are asked for.
    """
    if frames < 2:
        raise ValueError(f"a film needs at least 2 frames, got {frames}")
    training = Training(spec, examples, seed)
    steps, _ = _length(training, examples)
    wanted = _evenly(1, steps, frames)
    norms: dict[str, float] = {}
    taken: list[Frame] = []

    def note_gradient(step: int) -> None:
        norms.update(_norms(training))

    def watch(info: StepInfo) -> None:
        if info.step in wanted:
            taken.append(_frame(training, info, norms, grid))

    outcome = training.run(on_step=watch, every=1, on_gradient=note_gradient)
    if isinstance(outcome, Diverged) and (not taken or taken[-1].step < outcome.step):
        info = StepInfo(outcome.step, training.steps, training.progress.epoch + 1, math.nan, outcome.lr)
        taken.append(_frame(training, info, norms, grid))
    return Replay(tuple(taken), isinstance(outcome, Diverged))


def _length(training: Training, examples: Examples) -> tuple[int, int]:
    """Count the steps and the epochs that a training will have; with early stopping, by another one."""
    if not training.spec.early_stopping:
        return training.steps, training.spec.epochs
    trial = Training(training.spec, examples, training.seed)
    trial.run()
    return trial.progress.step, trial.progress.epoch


def _evenly(first: int, last: int, count: int) -> set[int]:
    """Choose so many whole numbers evenly, both ends among them, or all where there are fewer."""
    return set(np.linspace(first, last, min(count, last - first + 1)).round().astype(int).tolist())


@dataclass(frozen=True)
class Measurement:
    """How good a network is after so many epochs, on the examples it learns from and on others.

    Mean loss and share of right answers, with dropout and batch statistics off; epoch 0 is the start.
    """

    epoch: int
    loss: float
    accuracy: float
    other_loss: float
    other_accuracy: float


@dataclass(frozen=True)
class Measured:
    """The measurements of one training, and how it ended."""

    moments: tuple[Measurement, ...]
    diverged: bool


def measure(spec: TrainSpec, examples: Examples, others: Examples, seed: int, moments: int = 51) -> Measured:
    """Train, and measure before the first epoch, after the last, and evenly between.

    With early stopping the last epoch is that after which it ends the training, before the best network is
    put back; to know it, the training is done once before.
    Looking changes nothing: no measurement draws a random number. Where the network or its answers are not
    finite there is none. ValueError when fewer than two moments are
    asked for, or when the targets are no classes.
    """
    if moments < 2:
        raise ValueError(f"a training is measured at 2 moments at least, got {moments}")
    if not (examples.classes and others.classes):
        raise ValueError("right answers are counted among classes, and these targets are numbers")
    training = Training(spec, examples, seed)
    _, epochs = _length(training, examples)
    wanted = _evenly(0, epochs, moments)
    parts = [part.cast(training.dtype) for part in (examples, others)]
    taken = _measurement(0, training.model, spec.loss, parts)

    def watch(info: StepInfo) -> None:
        if info.epoch in wanted and training.is_finite():
            taken.extend(_measurement(info.epoch, training.model, spec.loss, parts))

    outcome = training.run(on_step=watch, every=training.steps // spec.epochs)
    return Measured(tuple(taken), isinstance(outcome, Diverged))


def _measurement(epoch: int, model: Module, loss: str, parts: list[Examples]) -> list[Measurement]:
    """Measure on both parts, unless the network answers with numbers that are not finite."""
    outputs = [predict(model, part.x) for part in parts]
    if not all(np.isfinite(output).all() for output in outputs):
        return []
    results: list[float] = []
    for output, part in zip(outputs, parts, strict=True):
        results += [mean_loss(output, part.y, loss), accuracy(output, part.y)]
    return [Measurement(epoch, *results)]


def _norms(training: Training) -> dict[str, float]:
    """Measure the gradient of each parameter."""
    return {
        name: float(np.linalg.norm(parameter.grad)) for name, parameter in training.model.named_parameters()
    }


def _frame(training: Training, info: StepInfo, norms: dict[str, float], grid: Array | None) -> Frame:
    """Look at the network as it is after this step."""
    named = list(training.model.named_parameters())
    small = sum(parameter.data.size for _, parameter in named) <= LARGEST
    boundary = np.zeros((0, 1)) if grid is None else predict(training.model, grid.astype(training.dtype))
    return Frame(
        step=info.step,
        loss=info.loss,
        gradient_norms=dict(norms),
        weights={name: parameter.data.reshape(-1).tolist() for name, parameter in named} if small else {},
        boundary=boundary.reshape(len(boundary), -1)[:, 0].tolist() if len(boundary) else [],
    )


def _rounded(value: object) -> object:
    """Cut every number to five significant digits; what is not finite becomes null."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
