"""What is announced of an exercise."""

from collections.abc import Iterator
from typing import Any

import pytest

from exercises.grading.describe import blank_answer, listed_checks
from exercises.grading.grade import grade, parse_answer
from tests.exercises.grading.content import SPECS

exercises = pytest.mark.parametrize("exercise", sorted(SPECS))


@exercises
def test_the_listed_checks_are_those_of_a_report(exercise: str) -> None:
    spec = SPECS[exercise]

    report = grade(spec, parse_answer(spec, spec.reference), 0)

    assert [(c.name, c.points, c.hidden) for c in listed_checks(spec)] == [
        (c.name, c.max_points, c.hidden) for c in report.checks
    ]


@exercises
def test_a_blank_answer_has_the_shape_of_the_reference_and_none_of_its_values(exercise: str) -> None:
    spec = SPECS[exercise]

    blank = blank_answer(spec)

    assert set(blank) == set(spec.reference)
    assert set(leaves_of(blank)) <= {0, ""}


def leaves_of(value: Any) -> Iterator[object]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves_of(inner)
    else:
        yield value
