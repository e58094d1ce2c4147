"""Exercise files of kind `repair`: a network that is wrong, to be put right by changing few numbers."""

import copy
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from exercises.grading.spec_common import Items, Line, Scored, Strict, require_unique
from exercises.grading.spec_weights import NetworksSpec

Index = Annotated[int, Field(ge=0, le=15)]
Place = Annotated[Items[Index], Field(min_length=1, max_length=2)]
Weights = dict[str, Any]


class Flip(Strict):
    """Turn the sign of one number."""

    type: Literal["flip"]
    parameter: Line
    at: Place

    def apply(self, weights: Weights) -> None:
        """Change the weights in place."""
        row, column = _find(weights, self.parameter, self.at)
        row[column] = -row[column]


class Shift(Strict):
    """Add something to one number."""

    type: Literal["shift"]
    parameter: Line
    at: Place
    by: Annotated[float, Field(ge=-1e6, le=1e6)]

    def apply(self, weights: Weights) -> None:
        """Change the weights in place."""
        row, column = _find(weights, self.parameter, self.at)
        row[column] += self.by


class Swap(Strict):
    """Exchange two rows of a weight, or two numbers of a bias."""

    type: Literal["swap"]
    parameter: Line
    rows: Annotated[tuple[Index, Index], Field(strict=False)]

    def apply(self, weights: Weights) -> None:
        """Change the weights in place."""
        rows, (one, other) = weights[self.parameter], self.rows
        rows[one], rows[other] = rows[other], rows[one]


class Fault(Strict):
    """Something wrong to put into the right network; `reference` is the repair if it is another one."""

    name: Line
    edits: Annotated[Items[Annotated[Flip | Shift | Swap, Field(discriminator="type")]], Field(min_length=1)]
    reference: dict[str, Any] | None = None


class FewChanges(Scored):
    """What it is worth to change no more numbers than allowed; it counts once the network is right."""

    most: Annotated[int, Field(ge=1, le=20)]


class RepairSpec(NetworksSpec):
    """An exercise that gives a faulty network: written in the file, or the reference with a fault in it."""

    kind: Literal["repair"]
    changes: FewChanges
    faulty: Weights | None = None
    faults: Annotated[Items[Fault], Field(max_length=16)] = ()

    @model_validator(mode="after")
    def _is_faulty_one_way(self) -> Self:
        if (self.faulty is None) == (not self.faults):
            raise ValueError("give either faulty, the weights of one network, or faults")
        require_unique("names of faults", [fault.name for fault in self.faults])
        for fault in self.faults:
            try:
                self.with_fault(fault)
            except (KeyError, IndexError, TypeError) as error:
                raise ValueError(f"fault {fault.name!r} does not fit the weights of the reference") from error
        return self

    def given_weights(self) -> Weights:
        """Return the faulty network that the student starts from; the first fault is the example."""
        return self.with_fault(self.faults[0]) if self.faults else self.faulty or {}

    def with_fault(self, fault: Fault) -> Weights:
        """Put a fault into the right network."""
        weights: Weights = copy.deepcopy(self.reference["weights"])
        for edit in fault.edits:
            edit.apply(weights)
        return weights


def _find(weights: Weights, parameter: str, at: tuple[int, ...]) -> tuple[list[float], int]:
    """Find the list that holds one number, and its place there."""
    row = weights[parameter]
    for index in at[:-1]:
        row = row[index]
    if isinstance(row[at[-1]], list):
        raise TypeError("this is a row, not a number")
    return row, at[-1]
