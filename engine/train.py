"""Training: batches of examples through a recorded step, until the epochs are over or something ends it.

Everything random comes from the named streams of one seed, so the same configuration, examples and seed give
the same bits; a checkpoint goes on where it was taken as if nothing had happened.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.augment import shift_images
from engine.build import build, build_optimizer, build_schedule
from engine.checkpoint import Parts, pack, unpack
from engine.estimate import Limits, estimate
from engine.evaluation import LOSSES, evaluate
from engine.examples import IGNORED, Examples, fit, held_out
from engine.loop import training_loop
from engine.module import Module
from engine.optim import clip_gradients
from engine.plan import Plan
from engine.progress import Cancelled, Diverged, Finished, Outcome, OverBudget, Progress, StepInfo
from engine.rng import Streams
from engine.spec import TrainSpec
from engine.spec.reading import canonical
from engine.tensor import Array, Parameter

REPORTS = 200


class Training:
    """A training that can be run, watched, stopped and taken up again."""

    def __init__(self, spec: TrainSpec, examples: Examples, seed: int) -> None:
        """Build the network and the optimizer; Refused when configuration and examples do not fit."""
        fit(spec, examples)
        self.spec = spec
        self.seed = seed
        self.streams = Streams(seed)
        self.model = build(spec, examples.signal(), self.streams)
        parameters = self.model.parameters()
        self.optimizer = build_optimizer(spec, parameters)
        self.dtype = self.optimizer.flat.values.dtype
        self.progress = Progress()
        self._examples, self._held_out = self._split(examples.cast(self.dtype))
        self.batch = min(spec.batch_size or len(self._examples), len(self._examples))
        self.steps = spec.epochs * math.ceil(len(self._examples) / self.batch)
        self._factor = build_schedule(spec, self.steps)
        self._ignores = bool(examples.classes) and bool((examples.y == IGNORED).any())
        self._plans: dict[int, Plan] = {}
        self._on_gradient: Callable[[int], None] | None = None

    def run(
        self,
        *,
        on_step: Callable[[StepInfo], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        every: int | None = None,
        on_gradient: Callable[[int], None] | None = None,
    ) -> Outcome:
        """Train to the end. `on_step` and `should_stop` are asked every so many steps, 200 times in all.

        `on_gradient` is given the number of each step when its gradient is there and not yet changed.
        """
        every = every or max(1, self.steps // REPORTS)
        self._on_gradient = on_gradient
        with training_loop():
            return self._run(on_step, should_stop, every)

    def _run(
        self,
        on_step: Callable[[StepInfo], None] | None,
        should_stop: Callable[[], bool] | None,
        every: int,
    ) -> Outcome:
        """Go through the epochs; overflow is silent, the loss tells of it."""
        now = self.progress
        if now.diverged:
            return self._diverged()
        while now.epoch < self.spec.epochs and not self._has_stopped():
            if now.position == 0:
                self._begin_epoch()
            while now.position < len(self._examples):
                loss = self._step()
                if not math.isfinite(loss):
                    return self._diverged()
                if now.step % every == 0 or now.step == self.steps:
                    if on_step:
                        on_step(StepInfo(now.step, self.steps, now.epoch + 1, loss, float(self.optimizer.lr)))
                    if should_stop and should_stop():
                        return self._cancelled()
            self._end_epoch()
        return self._finish()

    def checkpoint(self) -> bytes:
        """Pack where the training stands, between two steps; `resume` goes on from it to the same bits."""
        return pack(self.progress, self._parts())

    def resume(self, checkpoint: bytes) -> None:
        """Put everything where the checkpoint says; ValueError when it belongs to another training."""
        self.progress = unpack(checkpoint, self._parts())

    def is_finite(self) -> bool:
        """Tell whether the network is all numbers, its running averages too."""
        return all(
            np.isfinite(array).all() for array in (self.optimizer.flat.values, *self._buffers().values())
        )

    def _parts(self) -> Parts:
        """Gather what a step changes."""
        return Parts(self._identity(), self.streams, self.optimizer, self._buffers())

    def _buffers(self) -> dict[str, Array]:
        """Gather what the network keeps beside its parameters: the running averages of batch norms."""
        return {
            name: entry.data for name, entry in self.model.named_entries() if not isinstance(entry, Parameter)
        }

    def _identity(self) -> str:
        """Hash what makes a training: configuration, seed and examples, those held out too."""
        digest = hashlib.sha256(canonical(self.spec) + str(self.seed).encode())
        for part in filter(None, (self._examples, self._held_out)):
            for array in (part.x, part.y):
                digest.update(str(array.shape).encode() + array.tobytes())
        return digest.hexdigest()

    def _split(self, examples: Examples) -> tuple[Examples, Examples | None]:
        """Hold a share of the examples out for early stopping."""
        held = held_out(self.spec, len(examples))
        if not held:
            return examples, None
        order = self.streams.get("shuffle").permutation(len(examples))
        return examples.part(order[held:]), examples.part(order[:held])

    def _begin_epoch(self) -> None:
        """Draw the order of the examples; a full batch needs none."""
        if self.batch < len(self._examples):
            self.progress.order = self.streams.get("shuffle").permutation(len(self._examples))

    def _step(self) -> float:
        """Put the next batch into the recorded step, run it, and move the parameters."""
        now, optimizer = self.progress, self.optimizer
        count = min(self.batch, len(self._examples) - now.position)
        plan = self._plans.get(count) or self._record(count)
        if count < len(self._examples):
            rows = now.order[now.position : now.position + count]
            np.take(self._examples.x, rows, axis=0, out=plan.inputs[0], mode="clip")
            np.take(self._examples.y, rows, axis=0, out=plan.inputs[1], mode="clip")
        if self.spec.random_shift:
            source = plan.inputs[0].copy() if count < len(self._examples) else self._examples.x
            shift_images(source, self.spec.random_shift, self.streams.get("noise"), plan.inputs[0])
        loss = plan.run()
        if self._on_gradient:
            self._on_gradient(now.step + 1)
        if self.spec.clip_norm:
            clip_gradients(optimizer.flat.gradients, self.spec.clip_norm)
        optimizer.lr = self.spec.optimizer.lr * self._factor(now.step)
        optimizer.step()
        now.step += 1
        now.position += count
        now.epoch_total += loss * self._weight(plan.inputs[1])
        return loss

    def _weight(self, y: Array) -> int:
        """Count what a mean loss of these targets is a mean of."""
        return int(np.count_nonzero(y != IGNORED)) if self._ignores else len(y)

    def _record(self, count: int) -> Plan:
        """Record the step for batches of this size."""
        loss = LOSSES[self.spec.loss]
        self.model.train()
        x, y = self._examples.x[:count], self._examples.y[:count]
        self._plans[count] = Plan(lambda x, y: loss(self.model(x), y), x, y)
        return self._plans[count]

    def _end_epoch(self) -> None:
        """Note the mean loss, and for early stopping the network, where it is the best so far."""
        now = self.progress
        now.losses.append(now.epoch_total / self._weight(self._examples.y))
        now.epoch, now.position, now.epoch_total = now.epoch + 1, 0, 0.0
        stopping = self.spec.early_stopping
        if stopping is None or self._held_out is None:
            return
        now.validation.append(evaluate(self.model, self._held_out, self.spec.loss))
        if now.validation[-1] < now.best - stopping.min_delta:
            now.best, now.best_epoch = now.validation[-1], now.epoch
            now.best_values = self.optimizer.flat.values.copy()
            now.best_buffers = {name: value.copy() for name, value in self._buffers().items()}

    def _has_stopped(self) -> bool:
        """Tell whether early stopping has ended the training, also where a checkpoint was taken just then."""
        stopping, now = self.spec.early_stopping, self.progress
        if stopping is None or self._held_out is None:
            return False
        return now.epoch - now.best_epoch >= stopping.patience

    def _cancelled(self) -> Cancelled:
        """Close the epoch if it was full, so that a checkpoint taken now starts with the next."""
        if self.progress.position >= len(self._examples):
            self._end_epoch()
        return Cancelled(self.progress.step)

    def _diverged(self) -> Diverged:
        """Note the step that was one too many, and the learning rate it had."""
        now = self.progress
        now.diverged = True
        return Diverged(now.step, self.spec.optimizer.lr * self._factor(now.step - 1))

    def _finish(self) -> Outcome:
        """Keep the best parameters of early stopping, and look once more for infinities."""
        if self.progress.best_values is not None:
            np.copyto(self.optimizer.flat.values, self.progress.best_values)
            for name, buffer in self._buffers().items():
                np.copyto(buffer, self.progress.best_buffers[name])
        if not self.is_finite():
            return self._diverged()
        return Finished(self.progress.step)


@dataclass(frozen=True)
class TrainResult:
    """How a training ended, its network (None over budget), and the mean loss of each epoch."""

    outcome: Outcome
    model: Module | None
    losses: list[float]
    validation: list[float]


def train(
    spec: TrainSpec, examples: Examples, seed: int, *, limits: Limits | None = None, **watch: Any
) -> TrainResult:
    """Train from the start, unless the estimate is over the limits; `watch` goes to Training.run.

    Refused when configuration and examples do not fit. The same arguments give the same bits.
    """
    if limits is not None:
        over = estimate(spec, examples.signal(), len(examples), limits).problems
        if over:
            return TrainResult(OverBudget(over), None, [], [])
    training = Training(spec, examples, seed)
    outcome = training.run(**watch)
    return TrainResult(outcome, training.model, training.progress.losses, training.progress.validation)
