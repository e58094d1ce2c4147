"""What a training will cost, from the configuration alone: nothing is built.

    seconds = steps (calls call + batch elements element + 3 batch flops / rate)

counts numpy calls, array elements and multiply-adds of one step. The three constants were fitted on the
trainings of the benchmark (docs/benchmarks.md) and hold within a factor of two on one core of 2020 or later.
"""

import math
from dataclasses import dataclass, replace

from engine.memory import bytes_taken
from engine.shapes import Signal, Stage, walk
from engine.spec import TrainSpec
from engine.strict_json import Problem

SECONDS_PER_CALL = 0.7e-6
SECONDS_PER_ELEMENT = 0.2e-9
FLOPS_PER_SECOND = 25e9
STEP_CALLS = 10
SMALL = 2000
OPTIMIZER_COPIES = 5


@dataclass(frozen=True)
class Limits:
    """What a training may cost at most."""

    parameters: int = 200_000
    steps: int = 200_000
    bytes: int = 512 * 1024**2
    seconds: float = 60.0


@dataclass(frozen=True)
class Estimate:
    """What a training will cost: counts for the whole of it, and what is over the limits."""

    parameters: int
    steps: int
    flops: float
    peak_bytes: int
    seconds: float
    problems: tuple[Problem, ...] = ()


def estimate(spec: TrainSpec, signal: Signal, examples: int, limits: Limits | None = None) -> Estimate:
    """Predict the cost of training on so many examples of this shape; Refused when a layer does not fit.

    `problems` names each limit that would be exceeded, the layer with the largest share, and what would fit.
    """
    stages = walk(spec.layers, signal)
    batch = min(spec.batch_size or examples, examples)
    steps = spec.epochs * math.ceil(examples / batch)
    parameters = sum(stage.cost.parameters for stage in stages)
    size = _item_size(spec, parameters)
    elements = sum(stage.cost.elements for stage in stages) + 2 * math.prod(signal.shape)
    step = SECONDS_PER_CALL * STEP_CALLS + sum(_step_seconds(stage, batch, size) for stage in stages)
    predicted = Estimate(
        parameters=parameters,
        steps=steps,
        flops=3.0 * steps * batch * sum(stage.cost.flops for stage in stages),
        peak_bytes=round(bytes_taken(OPTIMIZER_COPIES, size * parameters) + size * batch * elements),
        seconds=steps * step,
    )
    return replace(predicted, problems=tuple(_problems(spec, stages, predicted, limits or Limits(), size)))


def _item_size(spec: TrainSpec, parameters: int) -> int:
    if spec.precision == "auto":
        return 8 if parameters < SMALL else 4
    return 8 if spec.precision == "float64" else 4


def _step_seconds(stage: Stage, batch: int, size: int) -> float:
    """Predict one step of one layer; float64 costs twice as much an element and a product."""
    cost, wide = stage.cost, size / 4
    return (
        SECONDS_PER_CALL * cost.calls
        + SECONDS_PER_ELEMENT * wide * (batch * cost.elements + OPTIMIZER_COPIES * cost.parameters)
        + 3 * batch * cost.flops * wide / FLOPS_PER_SECOND
    )


def _problems(
    spec: TrainSpec, stages: list[Stage], cost: Estimate, limits: Limits, size: int
) -> list[Problem]:
    problems = []
    if cost.parameters > limits.parameters:
        name, share = _largest([stage.cost.parameters for stage in stages])
        problems.append(
            Problem(
                "layers",
                f"{cost.parameters:,} parameters",
                f"{limits.parameters:,} parameters",
                f"{cost.parameters:,} parameters, at most {limits.parameters:,}; {share} of them in {name}.",
            )
        )
    if cost.steps > limits.steps:
        fits = max(1, spec.epochs * limits.steps // cost.steps)
        problems.append(
            Problem(
                "epochs",
                f"{cost.steps:,} steps",
                f"{limits.steps:,} steps",
                f"{spec.epochs} epochs make {cost.steps:,} steps, "
                f"at most {limits.steps:,}; {fits} would fit.",
            )
        )
    if cost.peak_bytes > limits.bytes:
        name, share = _largest([stage.cost.elements for stage in stages])
        problems.append(
            Problem(
                "batch_size",
                _megabytes(cost.peak_bytes),
                _megabytes(limits.bytes),
                f"About {_megabytes(cost.peak_bytes)} predicted, at most {_megabytes(limits.bytes)}; "
                f"{share} of it in {name}. A smaller batch or layer would fit.",
            )
        )
    if cost.seconds > limits.seconds:
        problems.append(_too_slow(spec, stages, cost, limits, size))
    return problems


def _too_slow(spec: TrainSpec, stages: list[Stage], cost: Estimate, limits: Limits, size: int) -> Problem:
    """Name the slowest layer and the number of epochs that would fit."""
    batch = spec.batch_size or 1
    name, share = _largest([_step_seconds(stage, batch, size) for stage in stages])
    fits = int(spec.epochs * limits.seconds / cost.seconds)
    advice = f"“epochs” {spec.epochs} → {fits} would fit." if fits else "Not even one epoch would fit."
    return Problem(
        "epochs",
        _duration(cost.seconds),
        _duration(limits.seconds),
        f"About {_duration(cost.seconds)} predicted, at most {_duration(limits.seconds)}; "
        f"{share} of it in {name}. {advice}",
    )


def _largest(shares: list[float]) -> tuple[str, str]:
    """Name the layer with the largest share, and the share in per cent."""
    number = max(range(len(shares)), key=lambda index: shares[index])
    return f"layers[{number}]", f"{100 * shares[number] / (sum(shares) or 1):.0f} %"


def _duration(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:,.0f} MB"
