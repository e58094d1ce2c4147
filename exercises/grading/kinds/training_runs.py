"""Train a student's configuration on the exercise's data, once for each hidden seed."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.cohort import Slot, train_cohort
from engine.data.dataset import Dataset
from engine.evaluation import mean_loss, predict
from engine.examples import Examples
from engine.metrics import accuracy, binary_accuracy
from engine.module import Sequential
from engine.progress import Cancelled, Diverged, Outcome, StepInfo
from engine.spec import TrainSpec
from engine.tensor import Array
from engine.train import Training
from exercises.grading.datasets import load_data
from exercises.grading.planning import Stopped, Watch, random_stream
from exercises.grading.spec_training import DataSpec, SolvesCheck, TrainingSpec

NEWS_SECONDS = 0.25
CURVE_POINTS = 100


@dataclass(frozen=True)
class Run:
    """One training: how it ended, its network, the mean loss of each epoch, and the results by part.

    Where targets are neither classes nor 0 and 1 there is no accuracy. `shown` are the parts of the data
    that differ from each other.
    """

    outcome: Outcome
    model: Sequential
    losses: list[float]
    validation: list[float]
    accuracy: dict[str, float]
    loss: dict[str, float]
    shown: tuple[str, ...] = ()

    def result(self, metric: str, on: str) -> float:
        """Return a result; a training that diverged reaches nothing."""
        if isinstance(self.outcome, Diverged):
            return 0.0 if metric == "accuracy" else float("inf")
        return self.accuracy.get(on, 0.0) if metric == "accuracy" else self.loss[on]

    def to_json(self, number: int) -> dict[str, Any]:
        """Return what the page draws: a curve of at most 100 points, and results rounded to two digits."""
        every = max(1, -(-len(self.losses) // CURVE_POINTS))
        return {
            "run": number,
            "diverged_at": self.outcome.step if isinstance(self.outcome, Diverged) else None,
            "train": _thin(self.losses, every),
            "validation": _thin(self.validation, every),
            "accuracy": self._rounded("accuracy", self.accuracy),
            "loss": self._rounded("loss", self.loss),
        }

    def _rounded(self, metric: str, results: dict[str, float]) -> dict[str, float]:
        return {
            part: round_against(metric, results[part])
            for part in self.shown
            if part in results and math.isfinite(results[part])
        }


class Lab:
    """All trainings of one answer, each done when first asked for, and only once."""

    def __init__(self, spec: TrainingSpec, config: TrainSpec, seed: int, watch: Watch) -> None:
        self.spec = spec
        self.config = config
        self.seed = seed
        self.watch = watch
        self.data = data_of(spec.data)

    @cached_property
    def runs(self) -> list[Run]:
        """Train once for each hidden seed."""
        generator = random_stream(self.seed, "training seeds")
        seeds = [int(value) for value in generator.integers(0, 2**31, self.spec.seeds)]
        return [self._run(number, seed) for number, seed in enumerate(seeds, start=1)]

    @cached_property
    def cohort(self) -> list[Slot]:
        """Train many networks with seeds of their own, together where they are small."""
        count = next(check.seeds for check in self.spec.checks if isinstance(check, SolvesCheck))
        self._tell({"run": 1, "runs": 1, "done": 0.0, "curve": []})
        generator = random_stream(self.seed, "cohort seeds")
        seeds = [int(value) for value in generator.integers(0, 2**31, count)]
        return train_cohort([self.config] * count, self.data.train(), seeds)

    @cached_property
    def solved(self) -> list[bool]:
        """Tell of each network of the cohort whether every training example is on the right side."""
        examples = self.data.train()
        training = Training(self.config, examples, 0)
        found = []
        for slot in self.cohort:
            if isinstance(slot.outcome, Diverged):
                found.append(False)
                continue
            training.model.load_state_dict(slot.state)
            accuracy, _ = _measure(training.model, examples, self.config.loss)
            found.append(accuracy == 1)
        return found

    def over_seeds(self, metric: str, on: str) -> list[float]:
        """Return one result of each run."""
        return [run.result(metric, on) for run in self.runs]

    def central(self, values: list[float]) -> float:
        """Return the median or the mean, as the exercise says."""
        return statistics.median(values) if self.spec.score_by == "median" else statistics.fmean(values)

    def _run(self, number: int, seed: int) -> Run:
        training = Training(self.config, self.data.train(), seed)
        outcome = training.run(on_step=self._teller(number, training), should_stop=self.watch.should_stop)
        if isinstance(outcome, Cancelled):
            raise Stopped
        measured = {"train": self.data.train(), "test": self.data.test()}
        shown = [part for part in measured if part == "train" or not self._is_table()]
        if self.spec.data.moved is not None:
            measured["moved"] = data_of(self.spec.data, moved=True).test()
            shown.append("moved")
        accuracies, losses = {}, {}
        if not isinstance(outcome, Diverged):
            for part, examples in measured.items():
                found, losses[part] = _measure(training.model, examples, self.config.loss)
                if found is not None:
                    accuracies[part] = found
        progress = training.progress
        curves = progress.losses, progress.validation
        return Run(outcome, training.model, *curves, accuracies, losses, tuple(shown))

    def _is_table(self) -> bool:
        """Whether the data is a whole table, which is its own test set."""
        return np.array_equal(self.data.x_train, self.data.x_test)

    def _teller(self, number: int, training: Training) -> Callable[[StepInfo], None]:
        """Tell where a run stands, a few times a second."""
        last = 0.0

        def tell(step: StepInfo) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last < NEWS_SECONDS:
                return
            last = now
            losses = training.progress.losses
            every = max(1, -(-len(losses) // CURVE_POINTS))
            done = (number - 1 + step.step / step.steps) / self.spec.seeds
            self._tell(
                {
                    "run": number,
                    "runs": self.spec.seeds,
                    "done": round(done, 3),
                    "curve": _thin(losses, every),
                }
            )

        return tell

    def _tell(self, news: dict[str, Any]) -> None:
        if self.watch.should_stop():
            raise Stopped
        self.watch.report(news)


def data_of(spec: DataSpec, moved: bool = False) -> Dataset:
    """Return the data of an exercise, or its second, harder part."""
    return load_data(spec.name, spec.moved_options if moved else spec.options)


def inputs_for(model: Sequential, examples: Examples, rows: int | None = None) -> Array:
    """Return the (first) inputs in the precision of the network; symbols stay integers."""
    inputs = examples.x[:rows]
    return inputs if examples.symbols else inputs.astype(model.parameters()[0].data.dtype)


def round_against(metric: str, value: float) -> float:
    """Round to two digits, never in favour: an accuracy of 0.929 must not read as the 0.93 it misses."""
    if metric == "accuracy":
        return math.floor(value * 100 + 1e-9) / 100
    if value <= 0:
        return value
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / unit - 1e-9) * unit:.2g}")


def _measure(model: Sequential, examples: Examples, loss: str) -> tuple[float | None, float]:
    """Return accuracy, where there is such a thing, and loss of a network on examples."""
    outputs = predict(model, inputs_for(model, examples))
    if not np.isfinite(outputs).all():
        return 0.0, float("inf")
    return _accuracy(outputs, examples, loss), mean_loss(outputs, examples.y, loss)


def _accuracy(outputs: Array, examples: Examples, loss: str) -> float | None:
    """Compute the share on the right side: of 0 for logits, of one half for numbers; None elsewhere."""
    if examples.classes:
        return accuracy(outputs, examples.y)
    if not set(np.unique(examples.y)) <= {0.0, 1.0}:
        return None
    return binary_accuracy(outputs, examples.y, 0.5 if loss == "mse" else 0.0)


def _thin(losses: list[float], every: int) -> list[list[float]]:
    """Keep every so many points of a curve, always the last, as pairs of epoch and finite loss."""
    places = sorted({*range(0, len(losses), every), len(losses) - 1} - {-1})
    return [[place + 1, float(f"{losses[place]:.4g}")] for place in places if np.isfinite(losses[place])]
