"""Exercise files of kind `training`: the student gives a configuration, the worker trains and tests it."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from engine.data import names
from exercises.grading.datasets import load_data
from exercises.grading.spec_common import (
    CommonSpec,
    Items,
    Line,
    Scored,
    Strict,
    require_known,
    require_unique,
)

MOST_SECONDS = 30
TOGETHER = 20
"""How many small networks cost about as much as one, trained together (docs/benchmarks.md, W7)."""

Part = Literal["train", "test", "moved"]
LayerName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=30)]


class DataSpec(Strict):
    """A data set of engine.data and its options; it belongs to the exercise, never to the answer.

    `moved` are the options of a second, harder test set, such as shifted images.
    """

    name: Line
    options: dict[str, Any] = {}
    moved: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        require_known("data set", self.name, list(names()))
        for options in (self.options, self.moved_options):
            try:
                load_data(self.name, options)
            except TypeError as error:
                raise ValueError(f"{self.name} does not take these options: {error}") from error
        return self

    @property
    def moved_options(self) -> dict[str, Any]:
        """Return the options of the second test set: those of the first, with what differs."""
        return self.options | (self.moved or {})


class LimitsSpec(Strict):
    """What one training of the answer may cost at most, by the estimate; `layers` lists what may be used."""

    parameters: Annotated[int, Field(ge=1, le=200_000)] = 20_000
    epochs: Annotated[int, Field(ge=1, le=100_000)] = 200
    steps: Annotated[int, Field(ge=1, le=200_000)] = 20_000
    megabytes: Annotated[int, Field(ge=1, le=512)] = 256
    seconds: Annotated[float, Field(gt=0, le=15)] = 5.0
    layers: Items[LayerName] = ()


class TrainingCheck(Scored):
    """A check with a name of its own."""

    name: Line


class MetricCheck(TrainingCheck):
    """What the trained networks reach on a part of the data, by median or mean over the hidden seeds.

    Give `at_least` or `at_most`. With `nothing_at` a result between the two earns its share of the points.
    """

    type: Literal["metric"]
    hidden: Literal[True]
    metric: Literal["accuracy", "loss"]
    on: Part = "test"
    at_least: float | None = None
    at_most: float | None = None
    nothing_at: float | None = None

    @model_validator(mode="after")
    def _has_one_limit(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.name!r} needs at_least or at_most, one of the two")
        if self.nothing_at is not None and self.nothing_at == self.limit:
            raise ValueError(f"{self.name!r}: nothing_at must differ from the limit")
        return self

    @property
    def limit(self) -> float:
        """Return the number to reach."""
        return float(self.at_least if self.at_least is not None else self.at_most or 0.0)


class SolvesCheck(TrainingCheck):
    """Of many trainings with other seeds, so large a share ends with every training example right."""

    type: Literal["solves"]
    hidden: Literal[True]
    seeds: Annotated[int, Field(ge=10, le=400)] = 200
    at_least: Annotated[float, Field(gt=0, le=1)]


class GapCheck(TrainingCheck):
    """Accuracy on the training data is so little above that on the test data."""

    type: Literal["gap"]
    hidden: Literal[True]
    at_most: Annotated[float, Field(gt=0, lt=1)]


class ParametersCheck(TrainingCheck):
    """The network has so few parameters; it is known without training."""

    type: Literal["parameters"]
    at_most: Annotated[int, Field(ge=1)]


class LayersCheck(TrainingCheck):
    """The network has at least so many layers of one type; it is known without training."""

    type: Literal["layers"]
    layer: LayerName
    at_least: Annotated[int, Field(ge=1)] = 1


class HiddenLayersCheck(TrainingCheck):
    """The network has so many hidden layers: `linear` of at least `units`, with a bend before the next."""

    type: Literal["hidden_layers"]
    at_least: Annotated[int, Field(ge=1)]
    units: Annotated[int, Field(ge=1)] = 1


Check = Annotated[
    MetricCheck | SolvesCheck | GapCheck | ParametersCheck | LayersCheck | HiddenLayersCheck,
    Field(discriminator="type"),
]


class TrainingSpec(CommonSpec):
    """An exercise whose answer is a training configuration."""

    kind: Literal["training"]
    data: DataSpec
    seeds: Annotated[int, Field(ge=1, le=9)] = 3
    score_by: Literal["median", "mean"] = "median"
    loss: Literal["mse", "binary_cross_entropy", "cross_entropy"]
    limits: LimitsSpec = LimitsSpec()
    checks: Annotated[Items[Check], Field(min_length=1)]

    @model_validator(mode="after")
    def _checks_are_sound(self) -> Self:
        require_unique("check names", [check.name for check in self.checks])
        needs_moved = any(isinstance(check, MetricCheck) and check.on == "moved" for check in self.checks)
        if needs_moved and self.data.moved is None:
            raise ValueError("a check on moved data needs [data.moved]")
        wanted = [check.layer for check in self.checks if isinstance(check, LayersCheck)]
        if foreign := [layer for layer in wanted if self.limits.layers and layer not in self.limits.layers]:
            raise ValueError(f"a check asks for layers of type {foreign[0]!r}, which limits.layers forbids")
        if sum(isinstance(check, SolvesCheck) for check in self.checks) > 1:
            raise ValueError("one check of type solves is enough")
        if self.most_seconds() > MOST_SECONDS:
            raise ValueError(
                f"grading may take {self.most_seconds():.0f} s, at most {MOST_SECONDS} are allowed; "
                "lower limits.seconds, or train less often"
            )
        return self

    def most_seconds(self) -> float:
        """Add up what all trainings of the largest answer within the limits are estimated to take."""
        together = sum(check.seeds for check in self.checks if isinstance(check, SolvesCheck)) / TOGETHER
        return self.limits.seconds * (self.seeds + together)
