"""The public doors of grading, for every exercise of the course."""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.strict_json import decode_json
from exercises.grading.grade import (
    answer_from_fields,
    check_visible,
    fields_from_answer,
    form_groups,
    grade,
    is_isolated,
    parse_answer,
    personal_spec,
)
from exercises.grading.parsing import AnswerRefused
from exercises.grading.report import Report
from tests.exercises.grading.content import SPECS, reference_of, wrong_answers

exercises = pytest.mark.parametrize("exercise", sorted(SPECS))
quick = pytest.mark.parametrize("exercise", sorted(name for name in SPECS if not is_isolated(SPECS[name])))

SEED = 5

values = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
anything = st.recursive(
    values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
RUN_SETTINGS = {
    "lr": st.floats(1e-4, 10),
    "steps": st.integers(1, 200),
    **dict.fromkeys(("momentum", "alpha", "beta1", "beta2"), st.floats(0, 0.99)),
    "activation": st.sampled_from(["sigmoid", "tanh", "relu", "gelu"]),
    "spread": st.floats(0, 5),
    "degree": st.integers(0, 12),
    "ridge": st.floats(0, 1e6),
}
numbers = st.integers(-5, 5) | st.floats(-50, 50) | st.floats(-1e6, 1e6)


def replaced(value: Any, draw: Any, leaf: st.SearchStrategy[Any]) -> Any:
    """Copy an answer with its numbers drawn afresh."""
    if isinstance(value, dict):
        return {key: replaced(item, draw, leaf) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, draw, leaf) for item in value]
    return draw(leaf) if isinstance(value, int | float) else value


@st.composite
def right_shaped_answers(draw: Any, exercise: str) -> dict[str, Any]:
    answer = reference_of(exercise)
    if "gates" in answer:
        for gate in answer["gates"].values():
            gate["threshold"] = draw(numbers)
            gate["inhibitory"] = draw(st.sampled_from([[], [1]]))
        return answer
    if answer.keys() & {"runs", "fits", "nets"}:
        for settings_of in next(iter(answer.values())).values():
            for name in settings_of:
                settings_of[name] = draw(RUN_SETTINGS[name])
        return answer
    drawn: dict[str, Any] = replaced(answer, draw, numbers)
    return drawn


@cache
def reports_of(exercise: str) -> list[Report]:
    """Grade every wrong answer of an exercise, once for all tests that look at the reports."""
    spec = SPECS[exercise]
    return [grade(spec, parse_answer(spec, wrong.answer), SEED) for wrong in wrong_answers(spec)]


@exercises
def test_a_report_has_the_agreed_form(exercise: str) -> None:
    spec = SPECS[exercise]

    report = reports_of(exercise)[0].to_json()

    assert set(report) == {"score", "max_score", "checks", "notes", "runs", "maps"}
    keys = {"name", "passed", "points", "max_points", "hidden", "message", "counterexample"}
    assert all(set(check) == keys for check in report["checks"])
    assert sum(check["max_points"] for check in report["checks"]) == pytest.approx(spec.points)
    assert json.loads(json.dumps(report, allow_nan=False)) == report


@exercises
def test_only_the_first_failed_check_carries_a_counterexample(exercise: str) -> None:
    for report in reports_of(exercise):
        failed = [check for check in report.checks if not check.passed]

        assert all(
            check.counterexample is None for check in [*failed[1:], *(c for c in report.checks if c.passed)]
        )


@quick
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**63))
def test_scores_stay_in_range_and_grading_repeats_to_the_byte(exercise: str, data: Any, seed: int) -> None:
    spec = SPECS[exercise]
    answer = parse_answer(spec, data.draw(right_shaped_answers(exercise)))

    first, second = grade(spec, answer, seed), grade(spec, answer, seed)

    assert 0 <= first.score <= first.max_score == spec.points
    assert json.dumps(first.to_json(), allow_nan=False) == json.dumps(second.to_json(), allow_nan=False)


@quick
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_form_and_the_answer_hold_the_same(exercise: str, data: Any) -> None:
    spec = SPECS[exercise]
    answer = parse_answer(spec, data.draw(right_shaped_answers(exercise)))

    fields = fields_from_answer(spec, answer)

    assert parse_answer(spec, answer_from_fields(spec, fields)) == answer
    assert set(fields) == {field.name for group in form_groups(spec) for field in group.fields}


@exercises
@given(raw=anything)
def test_any_value_is_read_or_refused(exercise: str, raw: object) -> None:
    try:
        parse_answer(SPECS[exercise], raw)
    except AnswerRefused as refusal:
        problems = refusal.problems
        assert problems


@exercises
@given(data=st.data())
def test_an_answer_with_one_strange_part_is_read_or_refused(exercise: str, data: Any) -> None:
    spec = SPECS[exercise]
    answer = reference_of(exercise)
    top = data.draw(st.sampled_from(sorted(answer)))
    answer[top][data.draw(st.sampled_from(sorted(answer[top])))] = data.draw(anything)
    body = json.dumps(answer).encode()
    try:
        read = parse_answer(spec, decode_json(body))
        if not is_isolated(spec):
            grade(spec, read, 0)
    except AnswerRefused as refusal:
        problems = refusal.problems
        assert problems


@exercises
def test_reading_an_answer_twice_changes_nothing(exercise: str) -> None:
    spec = SPECS[exercise]
    answer = parse_answer(spec, spec.reference)

    assert parse_answer(spec, answer) == answer


@exercises
def test_the_instant_check_knows_no_hidden_check_and_draws_nothing(exercise: str) -> None:
    spec = SPECS[exercise]
    for wrong, graded in zip(wrong_answers(spec), reports_of(exercise), strict=True):
        instant = check_visible(personal_spec(spec, SEED), parse_answer(spec, wrong.answer))

        visible = [check for check in graded.checks if not check.hidden]

        assert [(c.name, c.points, c.max_points) for c in instant.checks] == [
            (c.name, c.points, c.max_points) for c in visible
        ]
        assert instant.max_score < spec.points


def test_the_instant_check_does_not_tell_of_a_tie() -> None:
    spec = SPECS["perceptron-gates"]
    tie = next(trap for trap in spec.traps if trap.name == "AND only by the tie")

    report = check_visible(spec, parse_answer(spec, tie.answer))

    assert report.score == report.max_score
    assert report.notes == ()


@quick
@pytest.mark.parametrize("text", ["", "abc"])
def test_an_unfilled_form_names_every_number_field(exercise: str, text: str) -> None:
    spec = SPECS[exercise]
    numbers = [field.name for group in form_groups(spec) for field in group.fields if field.type == "number"]

    with pytest.raises(AnswerRefused) as refusal:
        answer_from_fields(spec, {name: [text] for name in numbers})

    assert set(numbers) <= {problem.field for problem in refusal.value.problems}


@exercises
def test_fields_that_are_not_of_the_exercise_are_ignored(exercise: str) -> None:
    spec = SPECS[exercise]
    fields = fields_from_answer(spec, parse_answer(spec, spec.reference))

    raw = answer_from_fields(spec, fields | {"csrfmiddlewaretoken": ["secret"]})

    assert parse_answer(spec, raw) == parse_answer(spec, spec.reference)
