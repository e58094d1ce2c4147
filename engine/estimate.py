"""What a training will cost, from the configuration alone, and what would fit where that is too much."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from engine.bill import Bill
from engine.examples import require_batches
from engine.shapes import Signal
from engine.spec import TrainSpec
from engine.spec.training import LARGEST_BATCH
from engine.strict_json import Problem, Refused


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

    `problems` names each limit that would be exceeded, what has the largest share in it, and what would fit.
    """
    bill = Bill(spec, signal, examples)
    predicted = Estimate(
        parameters=bill.parameters,
        steps=spec.epochs * bill.steps,
        flops=3.0 * spec.epochs * bill.rows * sum(stage.cost.flops for stage in bill.stages),
        peak_bytes=bill.bytes,
        seconds=bill.seconds,
    )
    return replace(predicted, problems=tuple(_problems(bill, limits or Limits())))


def _problems(bill: Bill, limits: Limits) -> list[Problem]:
    """Name what is over the limits. Each problem has its part of one advice: all of it followed, all fits."""
    over = [say(bill, limits) for say in (_parameters, _memory, _steps, _time)]
    problems = [problem for problem in over if problem]
    if not problems:
        return []
    advice = _advice(bill, limits)
    own = {problem.field for problem in problems}
    beside = [words for field, words in advice.items() if field not in own]
    said = [advice.get(problem.field, "What is advised above is enough.") for problem in problems]
    said[-1] = " ".join([said[-1], *beside])
    return [
        replace(problem, message=f"{problem.message} {words}")
        for problem, words in zip(problems, said, strict=True)
    ]


def _parameters(bill: Bill, limits: Limits) -> Problem | None:
    if bill.parameters <= limits.parameters:
        return None
    counts = {f"layers[{number}]": stage.cost.parameters for number, stage in enumerate(bill.stages)}
    found, most = f"{bill.parameters:,} parameters", f"{limits.parameters:,} parameters"
    text = f"{found}, at most {limits.parameters:,}; {_largest(counts, of='of them ')}."
    return Problem("layers", found, most, text)


def _memory(bill: Bill, limits: Limits) -> Problem | None:
    if bill.bytes <= limits.bytes:
        return None
    found, most = _megabytes(bill.bytes), _megabytes(limits.bytes)
    text = f"About {found} predicted, at most {most}; {_largest(bill.bytes_by_part())}."
    return Problem("batch_size", found, most, text)


def _steps(bill: Bill, limits: Limits) -> Problem | None:
    steps = bill.spec.epochs * bill.steps
    if steps <= limits.steps:
        return None
    text = f"{bill.spec.epochs} epochs make {steps:,} steps, at most {limits.steps:,}."
    return Problem("epochs", f"{steps:,} steps", f"{limits.steps:,} steps", text)


def _time(bill: Bill, limits: Limits) -> Problem | None:
    if bill.seconds <= limits.seconds:
        return None
    found, most = _duration(bill.seconds), _duration(limits.seconds)
    text = f"About {found} predicted, at most {most}; {_largest(bill.shares())}."
    return Problem("epochs", found, most, text)


def _advice(bill: Bill, limits: Limits) -> dict[str, str]:
    """Say by field what would fit: a narrower layer, with it a smaller batch, with both fewer epochs."""
    advice: dict[str, str] = {}
    if _parameters(bill, limits):
        bill, advice["layers"] = _narrower(bill, limits)
    if _memory(bill, limits):
        bill, advice["batch_size"] = _smaller_batch(bill, limits)
    if _steps(bill, limits) or _time(bill, limits):
        advice["epochs"] = _fewer_epochs(bill, limits)
    return advice


def _narrower(bill: Bill, limits: Limits) -> tuple[Bill, str]:
    """Find the layer that must shrink least for the parameters, or, where one alone is not enough, a width
    for all that are wider; return the training with it.
    """
    widths = _widths(bill.spec)[:-1]  # the last is as wide as the targets
    alone = [
        (width / wide, {number: width})
        for number, _, wide in widths
        if (width := _alone(bill, number, wide, limits))
    ]
    if alone:
        narrow = max(alone, key=lambda choice: choice[0])[1]
    else:
        most = max((wide for _, _, wide in widths), default=0)
        cap = _most(most, lambda cap: _fits(bill, _capped(widths, cap), limits))
        narrow = _capped(widths, cap) if cap else {}
    if not narrow:
        return bill, "Narrower layers alone would not fit."
    said = [f"“{name}” of layers[{n}] {wide} → {narrow[n]}" for n, name, wide in widths if n in narrow]
    return _with_widths(bill, narrow), f"{' and '.join(said)} would fit."


def _alone(bill: Bill, number: int, wide: int, limits: Limits) -> int:
    """Find how wide a layer may be when no other shrinks; 0 when that is not enough."""
    return _most(wide, lambda width: _fits(bill, {number: width}, limits))


def _fits(bill: Bill, widths: dict[int, int], limits: Limits) -> bool:
    """Tell whether the parameters are within the limit with some layers so wide."""
    return not _parameters(_with_widths(bill, widths), limits)


def _capped(widths: list[tuple[int, str, int]], most: int) -> dict[int, int]:
    """Take the layers that are wider than that to be just so wide."""
    return {number: most for number, _, wide in widths if wide > most}


def _with_widths(bill: Bill, widths: dict[int, int]) -> Bill:
    """Change the widths of some layers, by their number."""
    names = {number: name for number, name, _ in _widths(bill.spec)}
    layers = [
        layer.model_copy(update={names[number]: widths[number]}) if number in widths else layer
        for number, layer in enumerate(bill.spec.layers)
    ]
    return bill.changed(layers=layers)


def _widths(spec: TrainSpec) -> list[tuple[int, str, int]]:
    """List the layers that have a width: their numbers, what the width is called, and how wide they are."""
    return [
        (number, name, getattr(layer, name))
        for number, layer in enumerate(spec.layers)
        for name in ("filters", "units")
        if hasattr(layer, name)
    ]


def _smaller_batch(bill: Bill, limits: Limits) -> tuple[Bill, str]:
    """Find the largest batch that fits into memory; return the training with it."""

    def with_batch(rows: int) -> Bill:
        return bill.changed(batch_size=rows)

    def fits(rows: int) -> bool:
        changed = with_batch(rows)
        require_batches(changed.spec, changed.stages, changed.rows)
        return not _memory(changed, limits)

    rows = _most(min(bill.batch, LARGEST_BATCH + 1), fits)
    if not rows:
        return bill, "Not even a batch of 1 would fit."
    return with_batch(rows), f"“batch_size” {bill.spec.batch_size or 'all examples'} → {rows} would fit."


def _fewer_epochs(bill: Bill, limits: Limits) -> str:
    """Say how many epochs are within the limits of steps and of seconds."""

    def fits(epochs: int) -> bool:
        changed = bill.changed(epochs=epochs)
        return not (_steps(changed, limits) or _time(changed, limits))

    epochs = _most(bill.spec.epochs, fits)
    return f"“epochs” {bill.spec.epochs} → {epochs} would fit." if epochs else "Not even one epoch would fit."


def _most(below: int, fits: Callable[[int], bool]) -> int:
    """Find by bisection a whole number under `below` that fits, the largest if all smaller ones do; or 0.

    A number with which the layers or the examples are Refused does not fit.
    """
    low, high = 0, below
    while high - low > 1:
        middle = (low + high) // 2
        try:
            low, high = (middle, high) if fits(middle) else (low, middle)
        except Refused:
            high = middle
    return low


def _largest(shares: dict[str, Any], of: str = "of it ") -> str:
    """Say which part has the largest share, and how large in per cent."""
    name = max(shares, key=lambda part: shares[part])
    return f"{100 * shares[name] / (sum(shares.values()) or 1):.0f} % {of}in {name}"


def _duration(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:,.0f} MB"
