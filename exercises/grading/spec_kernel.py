"""Exercise files of kind `kernel`: the student gives the weights of one filter that finds an edge."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from exercises.grading.spec_common import CommonSpec, Items, Line, Scored, require_unique

Side = Literal["left", "right", "top", "bottom"]


class KernelCheck(Scored):
    """A check with a name of its own."""

    name: Line


class FlatCheck(KernelCheck):
    """Pictures of one brightness answer 0 everywhere."""

    type: Literal["flat"]


class EdgeCheck(KernelCheck):
    """A clean edge, with 1 on the side named in `ink` and 0 on the other, answers as stated.

    Positive and negative mean at least 1 in size, and nowhere the other sign.
    """

    type: Literal["edge"]
    ink: Side
    answer: Literal["positive", "negative", "none"]


class NoisyCheck(KernelCheck):
    """Of new pictures with noise, half of them with the edge, enough are told apart.

    A picture counts as found where the largest answer reaches half of what a clean edge of the same
    contrast gives. The pictures without it are flat, or hold the opposite edge, or one across.
    """

    type: Literal["noisy"]
    hidden: Literal[True]
    ink: Side
    pictures: Annotated[int, Field(ge=50, le=1000)] = 400
    contrast: Annotated[float, Field(gt=0, le=1)] = 0.6
    noise: Annotated[float, Field(gt=0, le=1)] = 0.1
    accuracy: Annotated[float, Field(gt=0.5, le=1)]


Check = Annotated[FlatCheck | EdgeCheck | NoisyCheck, Field(discriminator="type")]


class KernelSpec(CommonSpec):
    """An exercise whose answer is the square of weights of one filter, without a bias."""

    kind: Literal["kernel"]
    size: Annotated[int, Field(ge=2, le=5)] = 3
    checks: Annotated[Items[Check], Field(min_length=1)]

    @model_validator(mode="after")
    def _checks_are_sound(self) -> Self:
        require_unique("check names", [check.name for check in self.checks])
        if sum(isinstance(check, EdgeCheck) and check.answer == "positive" for check in self.checks) != 1:
            raise ValueError('exactly one check must be of type edge with answer = "positive"')
        return self

    @property
    def wanted(self) -> Side:
        """Return the side where the ink is at the edge that is to be found."""
        return next(c.ink for c in self.checks if isinstance(c, EdgeCheck) and c.answer == "positive")
