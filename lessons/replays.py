"""Trainings that a figure shows: the engine does them when the course is read, the page plays the frames."""

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.data import Dataset, load
from engine.estimate import estimate
from engine.replay import Replay, film, measure
from engine.spec import TrainSpec, read_spec
from engine.spec.layers import Linear
from engine.strict_json import Refused

MOST_SECONDS = 2.0
MOST_POINTS = 200
MOST_CHARACTERS = 20_000
DIGITS = 4


class ReplayRefused(Exception):
    """Say what is wrong with a recording, and the cure."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message, self.cure = message, cure


class ReplayBlock(BaseModel):
    """One training to record: a data set, a configuration as exercises have it, a seed.

    It shows its border, where the data lie in the plane, or the curves of loss and accuracy on the examples
    it learns from and on new ones.
    """

    model_config = ConfigDict(strict=True, extra="forbid")
    title: Annotated[str, Field(min_length=1, max_length=60)]
    shows: Literal["border", "curves"] = "border"
    data: str
    options: dict[str, Any] = Field(default_factory=dict)
    seed: Annotated[int, Field(ge=0, le=999_999)] = 0
    frames: Annotated[int, Field(ge=2, le=60)] = 40
    config: dict[str, Any]


def recordings(blocks: Sequence[ReplayBlock]) -> list[dict[str, Any]]:
    """Record the trainings of one figure; ReplayRefused where they cannot be played side by side."""
    recorded = [record(block) for block in blocks]
    for block, one in zip(blocks, recorded, strict=True):
        if block.shows != blocks[0].shows:
            raise ReplayRefused(
                f"replay {block.title!r}: shows is {block.shows!r}, that of the first {blocks[0].shows!r}",
                "give each kind a figure of its own",
            )
        if one["steps"] != recorded[0]["steps"]:
            raise ReplayRefused(
                f"replay {block.title!r} has other frames than {blocks[0].title!r}",
                "give all trainings of a figure the same frames, epochs and batches",
            )
    if (length := len(json.dumps(recorded))) > MOST_CHARACTERS:
        raise ReplayRefused(
            f"the replays take {length:,} characters of the page, at most {MOST_CHARACTERS:,} are allowed",
            "ask for fewer frames, or take smaller networks",
        )
    return recorded


def record(block: ReplayBlock) -> dict[str, Any]:
    """Train, and return what the page needs: what was trained, and the frames.

    ReplayRefused where the configuration cannot be shown, takes too long, or diverges.
    """
    return json.loads(_recorded(block.model_dump_json()))  # type: ignore[no-any-return]


@lru_cache(maxsize=32)
def _recorded(source: str) -> str:
    block = ReplayBlock.model_validate_json(source)
    show = _border if block.shows == "border" else _curves
    try:
        shown = show(block, *_read(block))
    except Refused as refused:
        raise ReplayRefused(f"replay {block.title!r}: {refused}", "correct its configuration") from refused
    return json.dumps(_rounded({"title": block.title} | shown))


def _read(block: ReplayBlock) -> tuple[TrainSpec, Dataset]:
    """Read what is to be trained on what, and refuse what would hold up the sync."""
    spec = read_spec(json.dumps(block.config).encode())
    try:
        data = load(block.data, block.seed, **block.options)
    except (TypeError, ValueError) as error:
        raise ReplayRefused(f"replay {block.title!r}: {error}", "name a data set and its options") from error
    cost = estimate(spec, data.train().signal(), len(data.x_train))
    if cost.seconds > MOST_SECONDS:
        raise ReplayRefused(
            f"replay {block.title!r} takes about {cost.seconds:.1f} s, at most {MOST_SECONDS:g} are allowed",
            "train for fewer epochs, or a smaller network",
        )
    return spec, data


def _border(block: ReplayBlock, spec: TrainSpec, data: Dataset) -> dict[str, Any]:
    """Return the shape of the network, the points, and the weights of each frame."""
    sizes, activation = _shape(block.title, spec)
    if data.x_train.shape[1:] != (2,):
        raise ReplayRefused(
            f"replay {block.title!r}: {block.data!r} has no points in the plane",
            'take another, or write shows = "curves"',
        )
    shown = film(spec, data.train(), block.seed, block.frames)
    _refuse_divergence(block.title, diverged=shown.diverged)
    points = [
        [*map(float, x), int(y.item())]
        for x, y in zip(data.x_train[:MOST_POINTS], data.y_train[:MOST_POINTS], strict=True)
    ]
    return {"sizes": [2, *sizes], "activation": activation, "points": points} | _frames(shown)


def _curves(block: ReplayBlock, spec: TrainSpec, data: Dataset) -> dict[str, Any]:
    """Return loss and accuracy on the examples to learn from and on the new ones, epoch by epoch."""
    if data.task != "classification":
        raise ReplayRefused(
            f"replay {block.title!r}: {block.data!r} has no classes to be right about", "take another"
        )
    measured = measure(spec, data.train(), data.test(), block.seed, block.frames)
    _refuse_divergence(block.title, diverged=measured.diverged)
    moments = measured.moments
    return {
        "shows": "curves",
        "steps": [moment.epoch for moment in moments],
        "losses": [moment.loss for moment in moments],
        "accuracies": [moment.accuracy for moment in moments],
        "other_losses": [moment.other_loss for moment in moments],
        "other_accuracies": [moment.other_accuracy for moment in moments],
    }


def _refuse_divergence(title: str, *, diverged: bool) -> None:
    if diverged:
        raise ReplayRefused(f"replay {title!r} diverges", "lower the learning rate")


def _shape(title: str, spec: TrainSpec) -> tuple[list[int], str]:
    """Return the units of each layer and the one activation; a sigmoid may follow the one output."""
    sizes = [layer.units for layer in spec.layers if isinstance(layer, Linear)]
    kinds = [layer.type for layer in spec.layers]
    inner = kinds[:-1] if kinds[-1] == "sigmoid" else kinds
    activations = set(inner[1::2])
    expected = inner[::2] == ["linear"] * len(sizes) and len(inner) % 2 == 1 and len(activations) <= 1
    if not expected or sizes[-1] != 1 or not activations <= {"sigmoid", "tanh", "relu"}:
        raise ReplayRefused(
            f"replay {title!r} has the layers {', '.join(kinds)}",
            "take linear layers with one activation between them, and one unit at the end",
        )
    return sizes, activations.pop() if activations else "sigmoid"


def _frames(shown: Replay) -> dict[str, Any]:
    return {
        "steps": [frame.step for frame in shown.frames],
        "losses": [frame.loss for frame in shown.frames],
        "weights": [list(frame.weights.values()) for frame in shown.frames],
    }


def _rounded(value: Any) -> Any:
    """Keep four significant digits of every number that has more."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_rounded(item) for item in value]
    if isinstance(value, float) and value and math.isfinite(value):
        return float(f"{value:.{DIGITS}g}")
    return value
