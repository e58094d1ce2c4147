"""Grade degrees and ridges: fit many data sets, and split the error into bias and variance."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from engine.polynomial import Decomposition, measure, refit
from engine.tensor import Array
from exercises.grading.fields import Field, FieldGroup, Fields, read_typed_number, show_number
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, Kind, Outcome, PlannedCheck, Watch, random_stream
from exercises.grading.report import CounterExample, DecisionMap, Measured
from exercises.grading.spec_polynomial import Case, PolynomialSpec, Trial
from exercises.grading.wording import write_number

LABELS = {"degree": "degree", "ridge": "ridge λ"}
MOST_RIDGE = 1e6
RIDGES = tuple(float(10.0**power) for power in np.arange(-7, 4.01, 0.25))
"""Ridges that the chosen one is compared with."""
SAME_BIAS = 0.1
NO_BIAS = 1e-4


def parse(spec: PolynomialSpec, raw: object) -> Answer:
    """Read {"fits": {"few": {"degree": 3}}} with exactly the cases of the exercise and what each asks."""
    reader = Reader()
    top = reader.read_object(raw, "", ["fits"])
    given = reader.read_object(top["fits"], "fits", [case.id for case in spec.cases]) if "fits" in top else {}
    fits = {case.id: _read_case(reader, case, given[case.id]) for case in spec.cases if case.id in given}
    reader.finish()
    return {"fits": fits}


def plan(spec: PolynomialSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan one check per trial; visible ones fit the same data sets for everybody, hidden ones new ones."""
    planned, explained = [], set[str]()
    for check in spec.checks:
        judge = partial(_judge, spec.case_of(check), check, answer, seed if check.hidden else 0)
        if check.case in explained:
            judge = partial(_without_notes, judge)
        explained.add(check.case)
        planned.append(PlannedCheck(check.name, check.points, check.hidden, judge))
    return planned


def draw_maps(
    spec: PolynomialSpec, answer: Answer, counterexample: CounterExample | None
) -> list[DecisionMap]:
    """Draw nothing: there is no network."""
    return []


def form_groups(spec: PolynomialSpec) -> list[FieldGroup]:
    """Give each case a group with its one number, and say what is measured."""
    groups = []
    for case in spec.cases:
        what = f"Degree {case.degree}. " if case.degree is not None else ""
        note = f"{what}{case.size} measurements, noise {write_number(case.noise)}. {case.note}".strip()
        field = Field(_path(case), LABELS[case.asks], "number")
        groups.append(FieldGroup(case.title, note, (field,)))
    return groups


def answer_from_fields(spec: PolynomialSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names the fields that hold no number."""
    reader = Reader()
    fits = {
        case.id: {
            case.asks: read_typed_number(reader, fields, _path(case), f"{case.title}, {LABELS[case.asks]}")
        }
        for case in spec.cases
    }
    reader.finish()
    return {"fits": fits}


def fields_from_answer(spec: PolynomialSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    return {_path(case): [show_number(answer["fits"][case.id][case.asks])] for case in spec.cases}


def _read_case(reader: Reader, case: Case, raw: object) -> dict[str, float]:
    """Read the number of one case, within its limits."""
    given = reader.read_object(raw, f"fits.{case.id}", [case.asks])
    if case.asks not in given:
        return {}
    value = reader.read_number(given[case.asks], _path(case))
    if case.asks == "degree":
        fits, limit = type(value) is int, f"a whole number from 0 to {case.most_degree}"
        fits = fits and 0 <= value <= case.most_degree
    else:
        fits, limit = 0 <= value <= MOST_RIDGE, f"from 0 to {MOST_RIDGE:,.0f}"
    if not fits and value == given[case.asks]:
        reader.refuse(
            _path(case), value, limit, f"{_path(case)} is {write_number(value)}; it must be {limit}."
        )
    return {case.asks: value}


def _judge(case: Case, check: Trial, answer: Answer, seed: int) -> Outcome:
    data = measure(random_stream(seed, check.name), case.size, case.noise, check.sets)
    chosen = answer["fits"][case.id][case.asks]
    found = _fit(case, data, chosen)
    best, least = min(((choice, _fit(case, data, choice)) for choice in _choices(case)), key=_error_of)
    limit = (1 + check.within) * least.error
    passed = found.error <= limit
    message = (
        f"{_name(case, chosen)}, fitted to {check.sets:,} data sets: squared bias {_write(found.bias2)}, "
        f"variance {_write(found.variance)}, together {_write(found.error)}. "
        f"The best choice comes to {_write(least.error)}; at most {_write(limit)} is needed."
    )
    notes = () if passed else (f"{case.title}: {_diagnose(case, chosen, found, best, least)}",)
    return Outcome(
        passed, message, notes=notes, measured=Measured(found.error / least.error, 1 + check.within)
    )


def _without_notes(judge: Callable[[], Outcome]) -> Outcome:
    """Judge a case again: what is wrong with the choice has been said."""
    return replace(judge(), notes=())


def _choices(case: Case) -> Sequence[float]:
    """List what the chosen number is compared with."""
    return RIDGES if case.asks == "ridge" else range(case.most_degree + 1)


def _fit(case: Case, data: Array, chosen: float) -> Decomposition:
    if case.degree is None:
        return refit(data, int(chosen))
    return refit(data, case.degree, chosen)


def _error_of(fitted: tuple[float, Decomposition]) -> float:
    return fitted[1].error


def _diagnose(case: Case, chosen: float, found: Decomposition, best: float, least: Decomposition) -> str:
    """Say which part of the error is too large, and which way leads out."""
    asks_ridge = case.asks == "ridge"
    if asks_ridge and chosen == 0:
        return (
            f"with λ = 0 nothing holds the weights back. Degree {case.degree} follows the noise, and its "
            f"variance is {_write(found.variance)}."
        )
    if (chosen > best) == asks_ridge:
        return (
            f"too stiff. The mean of all fits misses the truth: the squared bias is {_write(found.bias2)}, "
            f"that of the best choice {_write(least.bias2)}, and no number of data sets would change it. "
            f"Give it more freedom: a {'smaller λ' if asks_ridge else 'higher degree'}."
        )
    if found.bias2 > (1 - SAME_BIAS) * least.bias2 and not asks_ridge and least.bias2 > NO_BIAS:
        return (
            f"the higher powers buy nothing. The squared bias stays at {_write(found.bias2)}, and the "
            f"variance grew from {_write(least.variance)} to {_write(found.variance)}."
        )
    return (
        f"too flexible. From data set to data set the fits differ: the variance is "
        f"{_write(found.variance)}, that of the best choice {_write(least.variance)}. "
        f"Hold it back: a {'larger λ' if asks_ridge else 'lower degree'}."
    )


def _name(case: Case, chosen: float) -> str:
    if case.asks == "degree":
        return f"Degree {int(chosen)}"
    return f"Degree {case.degree} with λ = {write_number(chosen)}"


def _write(value: float) -> str:
    """Write an error with three digits: 0.0265, 24.9."""
    return write_number(float(f"{value:.3g}"))


def _path(case: Case) -> str:
    return f"fits.{case.id}.{case.asks}"


POLYNOMIAL: Kind[PolynomialSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
)
