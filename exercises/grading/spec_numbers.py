"""Exercise files of kind `numbers`: quantities to compute, step by step, from given numbers."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from engine.tensor import Array
from exercises.grading.fields import show_number
from exercises.grading.formula import MAX_LENGTH, FormulaInvalid, is_reserved, read_formula
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

FormulaText = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
Size = Annotated[float, Field(ge=-1e6, le=1e6)]
Vector = Annotated[Items[Size], Field(min_length=1, max_length=32)]
Share = Annotated[float, Field(ge=0, le=1)]


class Tolerance(Strict):
    """How far a number may be off: the larger of an absolute distance and a part of the right value."""

    absolute: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    relative: Annotated[float, Field(ge=0, le=0.5)] = 0.0

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.absolute == 0 and self.relative == 0:
            raise ValueError("a tolerance needs absolute or relative above 0")
        return self

    def around(self, value: float) -> float:
        """Return the distance that is still right, at this right value."""
        return max(self.absolute, self.relative * abs(value))

    def words(self) -> str:
        """Say the tolerance as students read it."""
        parts = [f"±{show_number(self.absolute)}"] if self.absolute else []
        return " or ".join([*parts, f"{100 * self.relative:g} %"] if self.relative else parts)


ROUNDING = Tolerance(absolute=1e-6)
"""What a whole number may be off."""


class Given(Strict):
    """A number, or a list of numbers, that formulas know by its name."""

    name: Name
    label: Line
    value: Size | Vector


class GivenTable(Strict):
    """Given numbers that are shown together, one row each."""

    title: Line
    columns: Annotated[Items[Line], Field(min_length=2)] = ("number", "value")
    numbers: Annotated[Items[Given], Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        for given in self.numbers:
            length = len(given.value) if isinstance(given.value, tuple) else 1
            if length != len(self.columns) - 1:
                room = len(self.columns) - 1
                raise ValueError(f"{given.name} has {length} values; columns make room for {room}")
        return self


class Quantity(Scored):
    """A number to compute by a formula of given numbers and earlier ones; a `whole` one must be exact."""

    name: Name
    label: Line
    unit: str = ""
    formula: FormulaText
    tolerance: Tolerance | None = None
    whole: bool = False

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.whole and self.tolerance:
            raise ValueError(f"{self.name!r} is whole, so it has no tolerance")
        return self


class Step(Strict):
    """Quantities that belong together in the form."""

    title: Line
    note: str = ""
    quantities: Annotated[Items[Quantity], Field(min_length=1, max_length=40)]


class WrongRule(Strict):
    """A known mistake: what these quantities become by it, and what to say about it."""

    name: Line
    message: Line
    formulas: Annotated[dict[Name, FormulaText], Field(min_length=1)]


class Draw(Strict):
    """Where a person's own number comes from: a list of choices, or a grid from low to high."""

    choices: Items[Size] = ()
    low: Size = 0.0
    high: Size = 0.0
    step: Annotated[float, Field(gt=0, le=1e6)] = 1.0

    @model_validator(mode="after")
    def _has_choices(self) -> Self:
        if bool(self.choices) == (self.low < self.high):
            raise ValueError("give either choices, or low and high with low < high")
        if (self.high - self.low) / self.step > 1e9:
            raise ValueError("the grid from low to high is too fine")
        return self

    def pick(self, stream: np.random.Generator) -> float:
        """Draw one number, written with no more digits than the grid has."""
        if self.choices:
            return self.choices[int(stream.integers(len(self.choices)))]
        last = round((self.high - self.low) / self.step)
        return round(self.low + self.step * int(stream.integers(last + 1)), 10)


class NumbersVariant(Strict):
    """Which given numbers differ from person to person, and what must hold for them."""

    draw: Annotated[dict[Name, Draw], Field(min_length=1)]
    require: Items[FormulaText] = ()


class NumbersSpec(CommonSpec):
    """An exercise whose answer is numbers; those in the file are the example that everybody may see."""

    kind: Literal["numbers"]
    given: Annotated[Items[GivenTable], Field(min_length=1)]
    steps: Annotated[Items[Step], Field(min_length=1)]
    tolerance: Tolerance
    follow_through: Share = 1.0
    mistakes: Items[WrongRule] = ()
    variant: NumbersVariant | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        givens = [given.name for table in self.given for given in table.numbers]
        names = [quantity.name for quantity in self.quantities()]
        require_unique("names of numbers", [*givens, *names])
        require_unique("labels of quantities", [quantity.label for quantity in self.quantities()])
        require_unique("names of mistakes", [mistake.name for mistake in self.mistakes])
        if reserved := sorted(filter(is_reserved, [*givens, *names])):
            raise ValueError(f"these names mean something in formulas: {', '.join(reserved)}")
        for name in self.variant.draw if self.variant else ():
            require_known("variant.draw of", name, givens)
        try:
            self._require_known_names(givens, names)
            self._require_computable()
        except FormulaInvalid as error:
            raise ValueError(str(error)) from error
        return self

    def quantities(self) -> list[Quantity]:
        """List the quantities of all steps in order."""
        return [quantity for step in self.steps for quantity in step.quantities]

    def tolerance_of(self, quantity: Quantity) -> Tolerance:
        """Return the tolerance of a quantity, its own or the exercise's; a whole number must be exact."""
        return ROUNDING if quantity.whole else quantity.tolerance or self.tolerance

    def tolerance_words(self, quantity: Quantity) -> str:
        """Say the tolerance of a quantity as students read it."""
        return "exact" if quantity.whole else self.tolerance_of(quantity).words()

    def given_values(self) -> dict[str, Array]:
        """Return the given numbers by name."""
        return {
            given.name: np.asarray(given.value, np.float64) for table in self.given for given in table.numbers
        }

    def compute(self, changed: Mapping[str, str] | None = None) -> dict[str, Array]:
        """Compute every quantity by its formula, or by the changed one of a mistake, in the order needed.

        FormulaInvalid if changed formulas need each other.
        """
        rules = {quantity.name: quantity.formula for quantity in self.quantities()} | dict(changed or {})
        values = self.given_values()
        waiting = list(reversed(rules))
        begun: set[str] = set()
        while waiting:
            name = waiting[-1]
            formula = read_formula(rules[name])
            missing = [needed for needed in formula.names if needed not in values]
            if name not in values and missing:
                if name in begun:
                    raise FormulaInvalid(f"The formula of {name} needs {name} itself.")
                begun.add(name)
                waiting += missing
                continue
            if name not in values:
                values[name] = formula.evaluate(values)
            waiting.pop()
        return values

    def _require_known_names(self, givens: list[str], names: list[str]) -> None:
        """Raise ValueError if a formula names what it may not use."""
        hidden = {quantity.name for quantity in self.quantities() if quantity.hidden}
        for index, quantity in enumerate(self.quantities()):
            known = [*givens, *names[:index]]
            _require_names(
                f"the formula of {quantity.name}", quantity.formula, known, quantity.hidden, hidden
            )
        for mistake in self.mistakes:
            for name, formula in mistake.formulas.items():
                require_known(f"mistake {mistake.name!r}: formula of", name, names)
                what = f"mistake {mistake.name!r}: the formula of {name}"
                _require_names(what, formula, [*givens, *names], name in hidden, hidden)
        for formula in self.variant.require if self.variant else ():
            _require_names(f"variant.require “{formula}”", formula, [*givens, *names], True, hidden)

    def _require_computable(self) -> None:
        """Raise ValueError if a formula gives something other than one number."""
        for values in self._all_values():
            for quantity in self.quantities():
                if values[quantity.name].ndim:
                    raise ValueError(f"{quantity.name} must be one number, not a list")
        values = self.compute()
        for formula in self.variant.require if self.variant else ():
            if read_formula(formula).evaluate(values).ndim:
                raise ValueError(f"“{formula}” in variant.require must be one comparison")

    def _all_values(self) -> Iterator[dict[str, Any]]:
        yield self.compute()
        for mistake in self.mistakes:
            yield self.compute(mistake.formulas)


def _require_names(what: str, text: str, known: list[str], is_hidden: bool, hidden: set[str]) -> None:
    """Raise ValueError if a formula uses an unknown name, or something visible leans on something hidden."""
    for name in sorted(read_formula(text).names):
        require_known(f"{what}: the name", name, known)
        if name in hidden and not is_hidden:
            raise ValueError(f"{what} is not hidden and uses {name}, which is")
