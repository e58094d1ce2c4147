"""Exercise files of kind `polynomial`: a degree or a ridge for fits that are done again and again."""

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

MOST_DEGREE = 12


class Case(Strict):
    """A situation: so many measurements with so much noise, and what is to be chosen for them.

    With `asks = "ridge"` the `degree` is given; with `asks = "degree"` there is no ridge.
    """

    id: Name
    title: Line
    note: str = ""
    size: Annotated[int, Field(ge=4, le=500)]
    noise: Annotated[float, Field(gt=0, le=10)]
    asks: Literal["degree", "ridge"]
    degree: Annotated[int, Field(ge=0, le=MOST_DEGREE)] | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if (self.asks == "ridge") != (self.degree is not None):
            raise ValueError(f"{self.id!r}: give a degree if, and only if, the ridge is asked for")
        if (self.degree or 0) > self.most_degree:
            raise ValueError(f"{self.id!r}: {self.size} measurements allow degrees up to {self.most_degree}")
        return self

    @property
    def most_degree(self) -> int:
        """Return the highest degree that may be chosen: one weight for each measurement at most."""
        return min(MOST_DEGREE, self.size - 1)


class Trial(Scored):
    """A check: over `sets` data sets the error is at most `within` above that of the best choice."""

    name: Line
    case: Name
    within: Annotated[float, Field(gt=0, le=10)] = 0.1
    sets: Annotated[int, Field(ge=100, le=5000)] = 1000


class PolynomialSpec(CommonSpec):
    """An exercise whose answer is one number, a degree or a ridge, for each case."""

    kind: Literal["polynomial"]
    cases: Annotated[Items[Case], Field(min_length=1, max_length=6)]
    checks: Annotated[Items[Trial], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_sound(self) -> Self:
        require_unique("case ids", [case.id for case in self.cases])
        require_unique("check names", [check.name for check in self.checks])
        for check in self.checks:
            require_known("case of a check", check.case, [case.id for case in self.cases])
        return self

    def case_of(self, check: Trial) -> Case:
        """Return the case that a check is about."""
        return next(case for case in self.cases if case.id == check.case)
