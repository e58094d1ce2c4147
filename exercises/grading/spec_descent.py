"""Exercise files of kind `descent`: settings of optimizers, each of which then descends a function."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.landscape import LANDSCAPES
from exercises.grading.spec_common import (
    CommonSpec,
    Items,
    Line,
    Name,
    Scored,
    Strict,
    require_known,
    require_unique,
)

MOST_STEPS = 60_000
"""How many steps all walks of one answer may take together: about a second."""

OptimizerName = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
Setting = Literal["lr", "momentum", "alpha", "beta1", "beta2", "steps"]
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "sgd": ("lr",),
    "momentum": ("lr", "momentum"),
    "nesterov": ("lr", "momentum"),
    "adagrad": ("lr",),
    "rmsprop": ("lr", "alpha"),
    "adam": ("lr", "beta1", "beta2"),
}
Coordinate = Annotated[float, Field(ge=-1000, le=1000)]
Point = Annotated[Items[Coordinate], Field(min_length=2, max_length=2)]


class Run(Strict):
    """One optimizer whose settings are asked for; those that are not asked for keep the engine's defaults."""

    id: Name
    title: Line
    note: str = ""
    optimizer: OptimizerName
    asks: Annotated[Items[Setting], Field(min_length=1)]

    @model_validator(mode="after")
    def _asks_what_it_has(self) -> Self:
        require_unique("settings", list(self.asks))
        for setting in self.asks:
            require_known(f"setting of {self.optimizer}", setting, [*SETTINGS[self.optimizer], "steps"])
        if "lr" not in self.asks:
            raise ValueError("asks must contain 'lr'")
        return self


class Goal(Scored):
    """A check: the run ends where the function is at most so large, from every start.

    Without `function` it is the exercise's; `turned` turns it about its lowest point, in degrees. With
    `starts` so many starts are drawn, no further than `spread` from `start` in either direction.
    """

    name: Line
    run: Name
    at_most: Annotated[float, Field(gt=0, le=1e6)]
    function: Name | None = None
    turned: Annotated[float, Field(ge=-180, le=180)] = 0.0
    start: Point | None = None
    starts: Annotated[int, Field(ge=1, le=20)] | None = None
    spread: Annotated[float, Field(gt=0, le=100)] | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.function is not None:
            require_known("function", self.function, list(LANDSCAPES))
        if (self.starts is None) != (self.spread is None):
            raise ValueError(f"{self.name!r} needs both starts and spread, or neither")
        if self.starts is not None and not self.hidden:
            raise ValueError(f"{self.name!r} draws its starts from the seed, so it must be hidden")
        return self


class DescentSpec(CommonSpec):
    """An exercise whose answer is the settings of one or more optimizers."""

    kind: Literal["descent"]
    function: Name
    start: Point
    steps: Annotated[int, Field(ge=1, le=20_000)]
    runs: Annotated[Items[Run], Field(min_length=1, max_length=6)]
    goals: Annotated[Items[Goal], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_sound(self) -> Self:
        require_known("function", self.function, list(LANDSCAPES))
        require_unique("run ids", [run.id for run in self.runs])
        require_unique("goal names", [goal.name for goal in self.goals])
        for goal in self.goals:
            require_known("run of a goal", goal.run, [run.id for run in self.runs])
        if self.steps * len(self.goals) > MOST_STEPS:
            raise ValueError(
                f"{len(self.goals)} goals of {self.steps} steps are more than {MOST_STEPS} steps together; "
                "lower steps, or set fewer goals"
            )
        return self

    def run_of(self, goal: Goal) -> Run:
        """Return the run that a goal is about."""
        return next(run for run in self.runs if run.id == goal.run)
