"""A person's own numbers: drawn from the seed until every known mistake can be told from the right answer."""

import math
from collections import Counter

from exercises.grading.formula import read_formula
from exercises.grading.kinds.numbers_marking import is_near
from exercises.grading.parsing import MAX_NUMBER
from exercises.grading.planning import random_stream
from exercises.grading.spec_common import Trap
from exercises.grading.spec_numbers import Given, NumbersSpec, NumbersVariant, Tolerance, WrongRule
from exercises.grading.variants import EXAMPLE_SEED

MOST_TRIES = 500
PROVEN_TRIES = 50


class VariantNotFound(Exception):
    """No numbers were found that are fit; the proof finds this before the exercise is published."""


def personalise(spec: NumbersSpec, seed: int) -> NumbersSpec:
    """Return the exercise with the numbers of this seed; 0 is the example of the file, with its traps.

    The proof allows PROVEN_TRIES draws and this MOST_TRIES, so that a proven file does not fail later.
    """
    if spec.variant is None or seed == EXAMPLE_SEED:
        return spec
    return _draw(spec, spec.variant, seed, MOST_TRIES)


def variant_faults(spec: NumbersSpec, seed: int) -> list[str]:
    """Say why the numbers of this seed are not fit, or that none were found."""
    if spec.variant is None or seed == EXAMPLE_SEED:
        return _faults_of(spec)
    try:
        _draw(spec, spec.variant, seed, PROVEN_TRIES)
    except VariantNotFound as error:
        return [str(error)]
    return []


def proof_seeds(spec: NumbersSpec) -> range:
    """Prove fifty people's numbers, or the only ones."""
    return range(50 if spec.variant else 1)


def own_traps(spec: NumbersSpec) -> list[tuple[str, Trap]]:
    """Turn every known mistake into a trap: what somebody answers who makes it and nothing else wrong."""
    return [
        (
            f"mistakes[{index}]",
            Trap(name=mistake.name, answer=_answer_by(spec, mistake), message=mistake.message),
        )
        for index, mistake in enumerate(spec.mistakes)
    ]


def _draw(spec: NumbersSpec, variant: NumbersVariant, seed: int, tries: int) -> NumbersSpec:
    """Draw numbers until nothing is wrong with them; each given number has a stream of its own."""
    streams = {name: random_stream(seed, f"variant {name}") for name in variant.draw}

    def drawn(given: Given) -> Given:
        if given.name not in variant.draw:
            return given
        rule, stream = variant.draw[given.name], streams[given.name]
        if isinstance(given.value, tuple):
            return given.model_copy(update={"value": tuple(rule.pick(stream) for _ in given.value)})
        return given.model_copy(update={"value": rule.pick(stream)})

    met: Counter[str] = Counter()
    for _ in range(tries):
        tables = tuple(
            table.model_copy(update={"numbers": tuple(drawn(given) for given in table.numbers)})
            for table in spec.given
        )
        personal = spec.model_copy(update={"given": tables, "traps": ()})
        faults = _faults_of(personal)
        if not faults:
            return personal.model_copy(update={"reference": _answer_by(personal, None)})
        met.update(faults)
    often = ", ".join(fault for fault, _ in met.most_common(2))
    raise VariantNotFound(f"No numbers were found in {tries} draws. Most often: {often}.")


def _faults_of(spec: NumbersSpec) -> list[str]:
    """Say what is wrong with the numbers in a spec."""
    right = spec.compute()
    faults = [
        f"{quantity.name} is not a number of size at most {MAX_NUMBER:g}"
        for quantity in spec.quantities()
        if not _is_writable(float(right[quantity.name]))
    ]
    faults += [
        f"“{requirement}” does not hold"
        for requirement in (spec.variant.require if spec.variant else ())
        if float(read_formula(requirement).evaluate(right)) != 1
    ]
    return faults or [fault for mistake in spec.mistakes for fault in _faults_of_mistake(spec, mistake)]


def _faults_of_mistake(spec: NumbersSpec, mistake: WrongRule) -> list[str]:
    """Say where a mistake cannot be told from the right answer, or from following one's own numbers."""
    right, wrong = spec.compute(), spec.compute(mistake.formulas)
    faults = []
    for quantity in spec.quantities():
        name, tolerance = quantity.name, spec.tolerance_of(quantity)
        value = float(wrong[name])
        if not _is_writable(value):
            faults.append(f"mistake “{mistake.name}” makes {name} something that cannot be written")
        elif name in mistake.formulas:
            followed = float(read_formula(quantity.formula).evaluate(wrong))
            if any(is_near(value, near, _twice(tolerance)) for near in (float(right[name]), followed)):
                faults.append(f"mistake “{mistake.name}” leaves {name} too close to right")
    return faults


def _answer_by(spec: NumbersSpec, mistake: WrongRule | None) -> dict[str, dict[str, float]]:
    """Answer everything right, or with one mistake and what follows from it."""
    values = spec.compute(mistake.formulas if mistake else None)
    rounded = {q.name: round(float(values[q.name]), 12) for q in spec.quantities()}
    return {"values": rounded}


def _is_writable(value: float) -> bool:
    return math.isfinite(value) and abs(value) <= MAX_NUMBER


def _twice(tolerance: Tolerance) -> Tolerance:
    """Widen a tolerance, so that the ranges of two values do not touch."""
    return tolerance.model_copy(
        update={"absolute": 2 * tolerance.absolute, "relative": 2 * tolerance.relative}
    )
