"""Train a student's configuration on the exercise's data, once for each hidden seed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from engine.cohort import Slot, train_cohort
from engine.data import load
from engine.data.dataset import Dataset
from engine.evaluation import LOSSES, predict
from engine.examples import Examples
from engine.metrics import accuracy, binary_accuracy
from engine.module import Sequential
from engine.progress import Cancelled, Diverged, Outcome, StepInfo
from engine.spec import TrainSpec
from engine.tensor import Array
from engine.train import Training
from exercises.grading.planning import Stopped, Watch, random_stream
from exercises.grading.spec_training import DataSpec, SolvesCheck, TrainingSpec

NEWS_SECONDS = 0.25
CURVE_POINTS = 100


@dataclass(frozen=True)
class Run:
    """One training: how it ended, its network, the mean loss of each epoch, and the results by part."""

    outcome: Outcome
    model: Sequential
    losses: list[float]
    validation: list[float]
    accuracy: dict[str, float]
    loss: dict[str, float]

    def result(self, metric: str, on: str) -> float:
        """Return a result; a training that diverged reaches nothing."""
        if isinstance(self.outcome, Diverged):
            return 0.0 if metric == "accuracy" else float("inf")
        return (self.accuracy if metric == "accuracy" else self.loss)[on]

    def to_json(self, number: int) -> dict[str, Any]:
        """Return what the page draws: a curve of at most 100 points, and results rounded to two digits."""
        every = max(1, -(-len(self.losses) // CURVE_POINTS))
        return {
            "run": number,
            "diverged_at": self.outcome.step if isinstance(self.outcome, Diverged) else None,
            "train": _thin(self.losses, every),
            "validation": _thin(self.validation, every),
            "accuracy": {part: round(value, 2) for part, value in self.accuracy.items()},
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
        inputs = examples.x.astype(training.dtype)
        found = []
        for slot in self.cohort:
            if isinstance(slot.outcome, Diverged):
                found.append(False)
                continue
            training.model.load_state_dict(slot.state)
            outputs = predict(training.model, inputs)
            found.append(_accuracy(outputs, examples, self.config.loss) == 1)
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
        if self.spec.data.moved is not None:
            measured["moved"] = data_of(self.spec.data, moved=True).test()
        accuracies, losses = {}, {}
        if not isinstance(outcome, Diverged):
            for part, examples in measured.items():
                accuracies[part], losses[part] = _measure(training.model, examples, self.config.loss)
        progress = training.progress
        return Run(outcome, training.model, progress.losses, progress.validation, accuracies, losses)

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
    """Return the data of an exercise: the same for everybody, made or read once per process."""
    options = spec.options | (spec.moved or {}) if moved else spec.options
    return _load(spec.name, tuple(sorted(options.items())))


@lru_cache(maxsize=8)
def _load(name: str, options: tuple[tuple[str, Any], ...]) -> Dataset:
    return load(name, seed=0, **dict(options))


def _measure(model: Sequential, examples: Examples, loss: str) -> tuple[float, float]:
    """Return accuracy and loss of a network on examples."""
    inputs = examples.x if examples.symbols else examples.x.astype(model.parameters()[0].data.dtype)
    outputs = predict(model, inputs)
    if not np.isfinite(outputs).all():
        return 0.0, float("inf")
    return _accuracy(outputs, examples, loss), float(LOSSES[loss](outputs, examples.y).data)


def _accuracy(outputs: Array, examples: Examples, loss: str) -> float:
    """Compute the share on the right side: of 0 for logits, of one half for numbers; 0 for other targets."""
    if examples.classes:
        return accuracy(outputs, examples.y)
    if not set(np.unique(examples.y)) <= {0.0, 1.0}:
        return 0.0
    return binary_accuracy(outputs, examples.y, 0.5 if loss == "mse" else 0.0)


def _thin(losses: list[float], every: int) -> list[list[float]]:
    """Keep every so many points of a curve, always the last, as pairs of epoch and finite loss."""
    places = sorted({*range(0, len(losses), every), len(losses) - 1} - {-1})
    return [[place + 1, float(f"{losses[place]:.4g}")] for place in places if np.isfinite(losses[place])]
