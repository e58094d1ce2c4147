"""Exercise files of kind `signal`: how the weights of a deep network start, so that a signal survives it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

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

Bend = Literal["sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu"]


class Net(Strict):
    """A deep network of equal layers; without `activation` that is asked for as well as the spread."""

    id: Name
    title: Line
    note: str = ""
    activation: Bend | None = None
    layers: Annotated[int, Field(ge=2, le=30)] = 10
    width: Annotated[int, Field(ge=10, le=200)] = 100


class Survival(Scored):
    """A check: over networks drawn anew, the median of what arrives is from `low` to `high`.

    Of `values`, the mean square in the last layer beside that in the first; of `gradient`, the root mean
    square at the first beside that at the last.
    """

    name: Line
    net: Name
    measure: Literal["values", "gradient"]
    low: Annotated[float, Field(gt=0, le=1)]
    high: Annotated[float, Field(ge=1, le=1000)]
    networks: Annotated[int, Field(ge=1, le=100)] = 50

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"{self.name!r}: low must be below high")
        return self


class SignalSpec(CommonSpec):
    """An exercise whose answer is a spread, and where asked an activation, for each network."""

    kind: Literal["signal"]
    nets: Annotated[Items[Net], Field(min_length=1, max_length=6)]
    checks: Annotated[Items[Survival], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_sound(self) -> Self:
        require_unique("network ids", [net.id for net in self.nets])
        require_unique("check names", [check.name for check in self.checks])
        for check in self.checks:
            require_known("net of a check", check.net, [net.id for net in self.nets])
        return self

    def net_of(self, check: Survival) -> Net:
        """Return the network that a check is about."""
        return next(net for net in self.nets if net.id == check.net)
