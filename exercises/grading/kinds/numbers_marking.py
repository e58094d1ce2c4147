"""Mark a chain of numbers: against the right values, one's own earlier values, and known mistakes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from engine.tensor import Array
from exercises.grading.formula import FormulaInvalid, read_formula
from exercises.grading.spec_numbers import NumbersSpec, Quantity, Tolerance

SLACK = 1e-9
TIE = 1e-12


class State(Enum):
    """How a number stands."""

    RIGHT = "right"
    FOLLOWS = "follows from one's own earlier values"
    WRONG = "wrong"


@dataclass(frozen=True)
class Mark:
    """The verdict on one number; `leans_on` are the earlier ones in its formula that are not right."""

    state: State
    leans_on: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()


def mark(spec: NumbersSpec, values: Mapping[str, float]) -> dict[str, Mark]:
    """Mark all numbers of an answer, in order.

    A number follows if it is what its formula gives with one's own earlier numbers. That is worth nothing
    where the error has made it trivial, zero: else all zeros would follow from each other.
    """
    right = spec.compute()
    own = spec.given_values() | {name: np.asarray(value, np.float64) for name, value in values.items()}
    marks: dict[str, Mark] = {}
    for quantity in spec.quantities():
        name, value, tolerance = quantity.name, values[quantity.name], spec.tolerance_of(quantity)
        needed = sorted(read_formula(quantity.formula).names, key=list(own).index)
        leans_on = tuple(
            other for other in needed if other in marks and marks[other].state is not State.RIGHT
        )
        followed = _compute(quantity.formula, own)
        is_trivial = bool(leans_on) and abs(followed) <= tolerance.around(followed)
        if is_near(value, float(right[name]), tolerance):
            marks[name] = Mark(State.RIGHT)
        elif is_near(value, followed, tolerance) and not is_trivial:
            marks[name] = Mark(State.FOLLOWS if leans_on else State.RIGHT, leans_on)
        else:
            marks[name] = Mark(State.WRONG, leans_on, _recognise(spec, quantity, value, own))
    return marks


def is_near(value: float, right: float, tolerance: Tolerance) -> bool:
    """Tell whether a number counts as another one; nothing is near to NaN or infinity."""
    return math.isfinite(right) and abs(value - right) <= tolerance.around(right) * (1 + SLACK)


def _recognise(
    spec: NumbersSpec, quantity: Quantity, value: float, own: Mapping[str, Array]
) -> tuple[str, ...]:
    """Name the mistakes whose wrong rule gives this number: the nearest one, or all that are as near.

    A rule is tried on the right earlier numbers and on one's own, where these do not make it trivial.
    """
    tolerance = spec.tolerance_of(quantity)
    distances: dict[str, float] = {}
    for mistake in spec.mistakes:
        if quantity.name not in mistake.formulas:
            continue
        candidates = [float(spec.compute(mistake.formulas)[quantity.name])]
        followed = _compute(mistake.formulas[quantity.name], own)
        if abs(followed) > tolerance.around(followed):
            candidates.append(followed)
        for candidate in candidates:
            if is_near(value, candidate, tolerance):
                nearest = min(abs(value - candidate), distances.get(mistake.message, math.inf))
                distances[mistake.message] = nearest
    limit = min(distances.values(), default=0.0) + TIE
    return tuple(message for message, distance in distances.items() if distance <= limit)


def _compute(formula: str, values: Mapping[str, Array]) -> float:
    """Compute a formula of one's own numbers, which may take it where it has no value."""
    try:
        return float(read_formula(formula).evaluate(values))
    except FormulaInvalid:
        return math.nan
