"""Draw what a network has learned, where it has two inputs and one output."""

import numpy as np

from engine.evaluation import predict
from engine.progress import Diverged
from engine.tensor import Array
from exercises.grading.kinds.training_runs import Lab
from exercises.grading.picture import DARK, LIGHT, SIZE, draw_map, map_grid
from exercises.grading.report import DecisionMap, MapPoint

MOST_POINTS = 100
TABLE = 3


def draw_run(lab: Lab) -> tuple[DecisionMap, ...]:
    """Return a map of the output over the plane, of the run that ended worst; nothing for other networks."""
    examples = lab.data.train()
    ended = [run for run in enumerate(lab.runs, start=1) if not isinstance(run[1].outcome, Diverged)]
    if not ended or examples.x.shape[1:] != (2,) or examples.y.shape[1:] != (1,):
        return ()
    number, run = min(ended, key=lambda one: one[1].result("accuracy", "train"))
    low = float(np.floor(examples.x.min() * 2) / 2 - 0.5)
    high = float(np.ceil(examples.x.max() * 2) / 2 + 0.5)
    dtype = run.model.parameters()[0].data.dtype

    def values(points: Array) -> Array:
        outputs = predict(run.model, points.astype(dtype))[:, 0].astype(np.float64)
        return (
            np.clip(outputs, 0, 1)
            if lab.config.loss == "mse"
            else 1 / (1 + np.exp(-np.clip(outputs, -60, 60)))
        )

    picture = values(map_grid(low, high)).reshape(SIZE, SIZE)
    shown = values(examples.x)
    points = tuple(
        MapPoint(float(x[0]), float(x[1]), int(y[0]), bool((value > 0.5) == (y[0] > 0.5)))
        for x, y, value in zip(examples.x[:MOST_POINTS], examples.y, shown, strict=False)
    )
    ticks = np.linspace(low, high, TABLE)
    corners = np.array([[x1, x2] for x1 in ticks for x2 in ticks])
    rows = tuple(
        (float(x1), float(x2), round(float(value), 3))
        for (x1, x2), value in zip(corners, values(corners), strict=True)
    )
    wrong = sum(not point.right for point in points)
    return (
        DecisionMap(
            title=f"Output of the network of run {number}",
            alt=f"Map of the trained output over both inputs; {wrong} of {len(points)} examples are wrong.",
            light=draw_map(picture, LIGHT),
            dark=draw_map(picture, DARK),
            x_range=(low, high),
            y_range=(low, high),
            points=points,
            cross=None,
            columns=("x1", "x2", "output"),
            rows=rows,
        ),
    )
