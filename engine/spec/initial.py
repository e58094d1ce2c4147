"""How weights start, as a configuration names it; the formulas are in engine/init.py."""

from typing import Annotated, Literal

from pydantic import Field

from engine.spec.strict import StrictModel


class Torch(StrictModel):
    """PyTorch's default: weights and biases in U(-b, b), b = 1 / sqrt(fan_in)."""

    type: Literal["torch"] = "torch"


class Named(StrictModel):
    """A rule without settings; biases start at 0."""

    type: Literal["xavier_uniform", "xavier_normal", "he_uniform", "he_normal"]


class Normal(StrictModel):
    """Weights in N(0, std^2), biases 0."""

    type: Literal["normal"]
    std: Annotated[float, Field(ge=0, le=100)]


class Uniform(StrictModel):
    """Weights in U(-bound, bound), biases 0."""

    type: Literal["uniform"]
    bound: Annotated[float, Field(ge=0, le=100)]


class Constant(StrictModel):
    """Every weight the same, biases 0: the units of a layer stay twins."""

    type: Literal["constant"]
    value: Annotated[float, Field(ge=-100, le=100)]


InitSpec = Annotated[Torch | Named | Normal | Uniform | Constant, Field(discriminator="type")]
