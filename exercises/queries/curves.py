"""The curves of trainings, from numbers in a report to points of a picture."""

import math
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 300, 170
LEFT, RIGHT, TOP, BASE = 40, 236, 8, 146
MOST_STEPS = 5
LABEL_HEIGHT = 14
TABLE_ROWS = 12

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Curve:
    """One training as a picture: polylines in its coordinates, ticks, labels, and the same as a table."""

    number: int
    sentence: str
    caption: str
    train: str = ""
    validation: str = ""
    ticks: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)
    last: int = 0
    rows: list[tuple[int, float, float | None]] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    base: int = BASE


@dataclass(frozen=True)
class _Frame:
    """Where an epoch and a loss lie in the picture; the lowest and the highest tick are its edges."""

    last: float
    values: list[float]

    def across(self, epoch: float) -> float:
        return round(LEFT + (epoch - 1) / ((self.last - 1) or 1.0) * (RIGHT - LEFT), 1)

    def down(self, loss: float) -> float:
        low, high = self.values[0], self.values[-1]
        return round(TOP + (high - loss) / (high - low) * (BASE - TOP), 1)

    def write(self, value: float) -> str:
        """Write a tick with as many decimals as tell it from the next; very large numbers by their size."""
        decimals = max(0, -math.floor(math.log10(self.values[1] - self.values[0]) + 1e-9))
        return f"{value:.{decimals}f}" if self.values[-1] < 1e5 else f"{value:g}"

    def line(self, points: Points) -> str:
        """Join the points; a single epoch is a level across the picture, since one point draws nothing."""
        if points and self.last == 1:
            level = self.down(points[0][1])
            return f"{LEFT},{level} {RIGHT},{level}"
        return " ".join(f"{self.across(epoch)},{self.down(loss)}" for epoch, loss in points)


def curves_of(report: dict[str, Any]) -> list[Curve]:
    """Return a picture of each training in a report; none for other kinds of exercise."""
    return [_curve(run) for run in report.get("runs", [])]


def _curve(run: dict[str, Any]) -> Curve:
    train = [(float(epoch), float(loss)) for epoch, loss in run["train"]]
    validation = [(float(epoch), float(loss)) for epoch, loss in run["validation"]]
    caption = _caption(run)
    if not train:
        return Curve(run["run"], caption, caption)
    losses = [loss for _, loss in train + validation]
    frame = _Frame(max(epoch for epoch, _ in train), ticks_between(min(losses), max(losses)))
    return Curve(
        number=run["run"],
        sentence=f"Loss of run {run['run']}, from {train[0][1]:.3g} to {train[-1][1]:.3g}; {caption}",
        caption=caption,
        train=frame.line(train),
        validation=frame.line(validation),
        ticks=[{"y": frame.down(value), "label": frame.write(value)} for value in frame.values],
        labels=_labels(frame, train, validation),
        last=int(frame.last),
        rows=_rows(train, validation),
    )


def ticks_between(low: float, high: float) -> list[float]:
    """Return three to six round numbers, evenly spaced, from at most `low` to at least `high`."""
    if high <= low:
        low, high = low - 0.4 * (abs(low) or 1.0), low + 0.4 * (abs(low) or 1.0)
    rough = (high - low) / MOST_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.6g}") for number in range(first, last + 1)]


def _labels(frame: _Frame, train: Points, validation: Points) -> list[dict[str, Any]]:
    """Name each line at its end, and keep two names apart."""
    named = [("train", "training", train), ("validation", "held out", validation)]
    ends = sorted((frame.down(points[-1][1]), kind, text) for kind, text, points in named if points)
    labels: list[dict[str, Any]] = []
    for end, kind, text in ends:
        y = max(end, labels[-1]["y"] + LABEL_HEIGHT) if labels else end
        labels.append({"kind": kind, "text": text, "y": round(y, 1)})
    return labels


def _rows(train: Points, validation: Points) -> list[tuple[int, float, float | None]]:
    """Take some epochs for the table, the last one always."""
    held_out = dict(validation)
    every = max(1, -(-len(train) // TABLE_ROWS))
    picked = [*train[:-1:every], train[-1]]
    return [(int(epoch), loss, held_out.get(epoch)) for epoch, loss in picked]


def _caption(run: dict[str, Any]) -> str:
    if run["diverged_at"] is not None:
        return f"diverged at step {run['diverged_at']}: the loss was no number any more."
    names = {"train": "on the training data", "test": "on new data", "moved": "on the moved data"}
    metric, results = ("accuracy", run["accuracy"]) if run["accuracy"] else ("loss", run.get("loss", {}))
    write = ".2f" if metric == "accuracy" else ".2g"
    parts = [f"{value:{write}} {names[part]}" for part, value in results.items()]
    return f"{metric} {', '.join(parts)}."
