"""Trainings that a figure shows: the engine does them when the course is read, the page plays the frames."""

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from engine.data import load
from engine.estimate import estimate
from engine.replay import Replay, film
from engine.spec import TrainSpec, read_spec
from engine.spec.layers import Linear
from engine.strict_json import Refused

MOST_SECONDS = 2.0
MOST_POINTS = 200
DIGITS = 4


class ReplayRefused(Exception):
    """Say what is wrong with a recording, and the cure."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message, self.cure = message, cure


class ReplayBlock(BaseModel):
    """One training to record: a data set of the plane, a configuration as exercises have it, a seed."""

    model_config = ConfigDict(strict=True, extra="forbid")
    title: Annotated[str, Field(min_length=1, max_length=60)]
    data: str
    options: dict[str, Any] = Field(default_factory=dict)
    seed: Annotated[int, Field(ge=0, le=999_999)] = 0
    frames: Annotated[int, Field(ge=2, le=60)] = 40
    config: dict[str, Any]


def record(block: ReplayBlock) -> dict[str, Any]:
    """Train, and return what the page needs: the shape of the network, the points, and the frames.

    ReplayRefused where the configuration is no such network, takes too long, or diverges.
    """
    return json.loads(_recorded(block.model_dump_json()))  # type: ignore[no-any-return]


@lru_cache(maxsize=32)
def _recorded(source: str) -> str:
    block = ReplayBlock.model_validate_json(source)
    try:
        spec = read_spec(json.dumps(block.config).encode())
        data = load(block.data, block.seed, **block.options)
        cost = estimate(spec, data.train().signal(), len(data.x_train))
    except Refused as refused:
        raise ReplayRefused(f"replay {block.title!r}: {refused}", "correct its configuration") from refused
    except (TypeError, ValueError) as error:
        raise ReplayRefused(f"replay {block.title!r}: {error}", "name a data set and its options") from error
    if cost.seconds > MOST_SECONDS:
        raise ReplayRefused(
            f"replay {block.title!r} takes about {cost.seconds:.1f} s, at most {MOST_SECONDS:g} are allowed",
            "train for fewer epochs, or a smaller network",
        )
    sizes, activation = _shape(block.title, spec)
    if data.x_train.shape[1:] != (2,):
        raise ReplayRefused(
            f"replay {block.title!r}: {block.data!r} has no points in the plane", "take another"
        )
    shown = film(spec, data.train(), block.seed, block.frames)
    if shown.diverged:
        raise ReplayRefused(f"replay {block.title!r} diverges", "lower the learning rate")
    points = [
        [*map(float, x), int(y.item())]
        for x, y in zip(data.x_train[:MOST_POINTS], data.y_train[:MOST_POINTS], strict=True)
    ]
    whole = {"title": block.title, "sizes": [2, *sizes], "activation": activation, "points": points}
    return json.dumps(_rounded(whole | _frames(shown)))


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
