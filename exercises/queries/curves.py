"""The curves of trainings, from numbers in a report to points of a picture."""

from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM = 340, 160, 44, 10
TICKS = 4
TABLE_ROWS = 12

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Curve:
    """One training as a picture: polylines in its coordinates, ticks, and the same as a table."""

    number: int
    sentence: str
    caption: str
    train: str
    validation: str
    ticks: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    rows: Points
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - 2


def curves_of(report: dict[str, Any]) -> list[Curve]:
    """Return a picture of each training in a report; none for other kinds of exercise."""
    return [_curve(run) for run in report.get("runs", [])]


def _curve(run: dict[str, Any]) -> Curve:
    train = [(float(epoch), float(loss)) for epoch, loss in run["train"]]
    validation = [(float(epoch), float(loss)) for epoch, loss in run["validation"]]
    caption = _caption(run)
    if not train:
        return Curve(run["run"], caption, caption, "", "", [], [], [])
    low = min(loss for _, loss in train + validation)
    high = max(loss for _, loss in train + validation)
    tall, last = (high - low) or 1.0, max(epoch for epoch, _ in train)

    def place(epoch: float, loss: float) -> tuple[float, float]:
        across = (epoch - 1) / ((last - 1) or 1.0)
        down = (high - loss) / tall
        return round(LEFT + across * (WIDTH - 2 - LEFT), 1), round(8 + down * (HEIGHT - BOTTOM - 8), 1)

    ticks = [low + tall * step / (TICKS - 1) for step in range(TICKS)]
    named = [("train", "training", train), ("validation", "held out", validation)]
    return Curve(
        number=run["run"],
        sentence=f"Loss of run {run['run']}, from {train[0][1]:.3g} to {train[-1][1]:.3g}. {caption}",
        caption=caption,
        train=_line(train, place),
        validation=_line(validation, place),
        ticks=[{"y": place(1, value)[1], "label": f"{value:.2g}"} for value in ticks],
        labels=[
            {"kind": kind, "text": text, "y": place(*points[-1])[1]} for kind, text, points in named if points
        ],
        rows=train[:: max(1, len(train) // TABLE_ROWS)],
    )


def _line(points: Points, place: Any) -> str:
    return " ".join("{},{}".format(*place(epoch, loss)) for epoch, loss in points)


def _caption(run: dict[str, Any]) -> str:
    if run["diverged_at"] is not None:
        return f"diverged at step {run['diverged_at']}: the loss was no number any more."
    names = {"train": "on the training data", "test": "on new data", "moved": "on the moved data"}
    parts = [f"{value:.2f} {names[part]}" for part, value in run["accuracy"].items()]
    return f"accuracy {', '.join(parts)}."
