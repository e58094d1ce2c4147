"""The published exercises keep what they promise."""

import re

import pytest

from exercises.grading.grade import grade, parse_answer
from exercises.grading.proof import prove_exercise
from exercises.grading.spec_weights import PointsCheck, WeightsSpec
from tests.exercises.grading.content import SPECS, wrong_answers

exercises = pytest.mark.parametrize("exercise", sorted(SPECS))


# Fewer for kinds that take a second a seed: `manage.py verify_course --seeds 50` measures them on all.
SEEDS = {"training": 3, "signal": 10, "polynomial": 10}


@exercises
def test_reference_is_perfect_and_every_trap_gets_its_message_on_many_seeds(exercise: str) -> None:
    spec = SPECS[exercise]

    assert prove_exercise(spec, range(SEEDS.get(spec.kind, 50))) == []


@exercises
def test_an_exercise_teaches(exercise: str) -> None:
    spec = SPECS[exercise]
    prose = re.sub(r"\$\$.*?\$\$|\$.*?\$|^\|.*$", " ", spec.statement, flags=re.DOTALL | re.MULTILINE)

    assert 60 <= len(prose.split()) <= 200
    assert "$" in spec.statement
    assert len(spec.hints) == 3
    assert spec.worked
    assert len({trap.message for trap in wrong_answers(spec)}) >= 4


@exercises
def test_the_reference_scores_all_points_exactly_in_visible_and_in_hidden_checks(exercise: str) -> None:
    spec = SPECS[exercise]

    report = grade(spec, parse_answer(spec, spec.reference), 0)

    assert report.score == report.max_score == spec.points == 100
    assert {check.hidden for check in report.checks} == {True, False}


def test_the_points_in_the_statement_are_the_points_that_are_checked() -> None:
    spec = SPECS["perceptron-gates"]
    assert isinstance(spec, WeightsSpec)
    (check,) = [check for check in spec.checks if isinstance(check, PointsCheck)]

    rows = re.findall(
        r"^\| \((.+?), (.+?)\) \| \((.+?), (.+?)\) \|$", spec.statement.replace("−", "-"), re.MULTILINE
    )
    shown = [((float(a), float(b)), 0, (float(c), float(d)), 1) for a, b, c, d in rows]

    flat = [(x, target) for first, zero, second, one in shown for x, target in ((first, zero), (second, one))]
    assert flat == [(point.x, point.target) for point in check.data]
    assert len(flat) == 20
