"""The part of an exercise file that every kind shares."""

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

Item = TypeVar("Item")

# A TOML array becomes a tuple, so that a frozen spec cannot change; the items stay strict.
Items = Annotated[tuple[Item, ...], Field(strict=False)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$", max_length=30)]
Weight = Annotated[float, Field(gt=0, le=1000)]
Bit = Annotated[int, Field(ge=0, le=1)]


class Strict(BaseModel):
    """A table of the file: no unknown key, no converted type, no change after reading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Trap(Strict):
    """A wrong answer that students are expected to give, and a part of the message it must receive."""

    name: Line
    answer: dict[str, Any]
    message: Line
    max_score: Annotated[float, Field(ge=0, le=100)] | None = None


class CommonSpec(Strict):
    """The fields of every exercise; `attempts = 0` means unlimited.

    `concepts` names what the exercise asks for, in the words of the lessons.
    """

    id: Slug
    title: Line
    points: Weight
    statement: Text
    attempts: Annotated[int, Field(ge=0, le=1000)] = 10
    concepts: Items[Line] = ()
    figure: Annotated[str, Field(pattern=r"^nn(-[a-z0-9]+)+$")] | None = None
    hints: Items[Text] = ()
    hint_costs: Items[Annotated[float, Field(ge=0, le=1000)]] = ()
    worked: Text | None = None
    reference: dict[str, Any]
    traps: Items[Trap] = ()

    @model_validator(mode="after")
    def _costs_belong_to_hints(self) -> Self:
        if len(self.hint_costs) > len(self.hints):
            raise ValueError(f"hint_costs has {len(self.hint_costs)} entries for {len(self.hints)} hints")
        return self

    def hint_cost(self, number: int) -> float:
        """Return the points that hint `number` costs, counted from 1; without a cost it is free."""
        return self.hint_costs[number - 1] if number <= len(self.hint_costs) else 0.0


class Scored(Strict):
    """Something that is worth points; a hidden one is not run by the instant check."""

    points: Weight
    hidden: bool = False


class TruthTable(Scored):
    """Wanted outputs in the order 00, 01, 10, 11 (x1 first); one check for all rows, or one for each."""

    outputs: Items[Bit]
    each_row: bool = False

    @property
    def inputs(self) -> int:
        """Return the number of inputs that such a table has."""
        return input_count(self.outputs)

    @model_validator(mode="after")
    def _table_is_sound(self) -> Self:
        if len(self.outputs) not in (2, 4, 8, 16):
            raise ValueError(f"outputs has {len(self.outputs)} rows; 1 to 4 inputs have 2, 4, 8 or 16")
        if self.each_row and self.hidden:
            raise ValueError("each_row would show the rows of a hidden table in the names of its checks")
        return self


class Pattern(Strict):
    """A recognised wrong function: these outputs over the truth table receive this message."""

    of: Annotated[str, Field(max_length=30)] = ""
    outputs: Items[Bit]
    message: Line


Activation = Literal["step", "sigmoid", "tanh", "relu", "linear"]


def input_count(outputs: tuple[int, ...]) -> int:
    """Return how many inputs a truth table with these outputs has."""
    return len(outputs).bit_length() - 1


def require_unique(what: str, names: list[str]) -> None:
    """Raise ValueError if a name appears twice."""
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{what} must differ; repeated: {', '.join(repeated)}")


def require_known(what: str, name: str, known: list[str]) -> None:
    """Raise ValueError if a name refers to nothing."""
    if name not in known:
        raise ValueError(f"{what} {name!r} is not one of: {', '.join(repr(other) for other in known)}")
