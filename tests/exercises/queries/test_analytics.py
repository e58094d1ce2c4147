"""Analytics: what the numbers say, checked against a class small enough to count by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exercises.models import Exercise, GradeChange, Submission
from exercises.queries.analytics import (
    checks_of,
    class_at,
    commonest_wrong_answers,
    exercises_of,
    in_words,
    stuck_students,
)
from lessons.models import Course, Enrolment, Role
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

OR = {"weights": {**factories.LECTURE["weights"], "2.weight": [[20, 0]], "2.bias": [-10]}}


def people(course: Course) -> Any:
    return course.enrolments.filter(role=Role.STUDENT)


def test_a_class_is_summed_up(
    course: Course, student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    for answer in (factories.WRONG_WIRING, OR, factories.LECTURE):
        factories.graded(student, xor, answer)
    factories.graded(other_student, xor, OR)
    factories.graded(instructor, xor)
    enrol(user=factories.person("silent"), course=course)

    result = class_at(xor, people(course))

    bars = {row["label"]: row["count"] for row in result.bars}
    assert (result.students, result.tried, result.passed, result.attempts) == (3, 2, 1, 4)
    assert result.median_attempts == 3
    assert bars["full points"] == 1
    assert bars["30 to 40 %"] == 1
    assert sum(bars.values()) == 2


def test_times_to_grade_are_percentiles(student: Enrolment, xor: Exercise, settings: Any) -> None:
    now = timezone.now()
    for seconds in (1, 2, 3, 10):
        row = factories.graded(student, xor)
        Submission.objects.filter(pk=row.pk).update(
            submitted_at=now, finished_at=now + timedelta(seconds=seconds)
        )

    result = class_at(xor, people(student.course))

    assert (result.grade_p50, result.grade_p95) == (2, 10)


def test_nothing_yet_is_nothing_and_no_error(student: Enrolment, xor: Exercise) -> None:
    result = class_at(xor, people(student.course))

    assert (result.attempts, result.median_attempts, result.grade_p50) == (0, None, None)
    assert checks_of(xor, people(student.course)) == []
    assert commonest_wrong_answers(xor, people(student.course)) == []


def test_checks_count_attempts_and_students_hidden_ones_too(
    student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor, factories.WRONG_WIRING)
    factories.graded(student, xor)
    factories.graded(other_student, xor, factories.WRONG_WIRING)
    factories.graded(instructor, xor, factories.WRONG_WIRING)

    found = checks_of(xor, people(student.course))

    by_name = {check.name: check for check in found}
    margin = by_name["At least 0.4 away from 0.5 at every corner"]
    assert found[0].name == "XOR (0, 0) answers 0"
    assert (margin.attempts, margin.failed, margin.per_cent) == (3, 2, 67)
    assert (margin.students, margin.never_passed) == (2, 1)
    assert [check.hidden for check in found][-3:] == [True, True, True]


def test_only_the_newest_grade_of_an_attempt_counts(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor, OR)
    spec = xor.revision.spec if xor.revision else {}
    renamed = [{**check, "name": f"{check['name']} again"} for check in spec["checks"]]
    regrade = factories.regrade(instructor, xor, factories.revise(xor, checks=renamed))
    factories.finish_bulk()
    factories.apply(regrade, instructor)

    assert all("again" in check.name for check in checks_of(xor, people(student.course)))


def test_the_same_wrong_answer_is_counted_once_with_an_example(
    student: Enrolment, other_student: Enrolment, xor: Exercise
) -> None:
    for who in (student, student, other_student):
        factories.graded(who, xor, OR)
    factories.graded(student, xor, factories.WRONG_WIRING)
    factories.graded(student, xor)

    first, second = commonest_wrong_answers(xor, people(student.course))

    assert (first.count, first.students, first.score) == (3, 2, 30)
    assert first.words == "0.weight: 20, 20 / -20, -20; 0.bias: -10, 30; 2.weight: 20, 0; 2.bias: -10"
    assert Submission.objects.get(pk=first.submission_pk).public_id == first.public_id
    assert second.count == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"threshold": 2, "inhibitory": [2]}, "inhibitory: 2; threshold: 2"),
        ({"choice": "b"}, "b"),
        ({"values": {"w1": 0.12132600001, "w2": []}}, "w1: 0.121326; w2: nothing"),
        ({"weights": {"w": list(range(200))}}, "w: 0, 1, 2"),
    ],
)
def test_answers_in_words(answer: Any, words: str) -> None:
    assert in_words(answer).startswith(words)
    assert len(in_words(answer)) <= 161


def test_exercises_are_listed_with_who_tried_and_who_passed(
    student: Enrolment, other_student: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)
    factories.graded(student, xor, OR)
    factories.graded(other_student, xor, OR)

    rows = {row["exercise"].slug: row for row in exercises_of(people(student.course))}

    found = rows["xor-weights"]
    assert (found["attempts"], found["tried"], found["passed"]) == (3, 2, 1)
    assert rows["mp-gates"]["attempts"] == 0


def test_stuck_is_who_tries_in_vain_stops_or_never_begins(
    course: Course, student: Enrolment, other_student: Enrolment, xor: Exercise
) -> None:
    stopped = enrol(user=factories.person("stopped"), course=course)
    fine = enrol(user=factories.person("fine"), course=course)
    enrol(user=factories.person("silent"), course=course)
    for _ in range(3):
        factories.graded(student, xor, OR)
        factories.graded(fine, xor, OR)
    factories.graded(fine, xor)
    factories.graded(other_student, xor, OR)
    factories.graded(stopped, xor, OR)
    long_ago = timezone.now() - timedelta(days=8)
    Submission.objects.filter(enrolment=stopped).update(submitted_at=long_ago)

    rows = stuck_students(people(course), days=7, now=timezone.now())

    assert [(row.enrolment.user.username, row.tries, row.reason()) for row in rows] == [
        ("student", 3, "3 attempts without full points"),
        ("stopped", 1, "has stopped with work unfinished"),
        ("silent", 0, "has not handed in anything"),
    ]


def test_an_override_to_full_points_frees_whoever_was_stuck(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    rows = [factories.graded(student, xor, OR) for _ in range(3)]
    GradeChange.objects.create(
        submission=rows[0], actor=instructor.user, new_score=100, reason="x", created_at=timezone.now()
    )

    assert stuck_students(people(student.course), days=7, now=timezone.now()) == []


def test_an_override_makes_no_answer_right(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor, OR)
    GradeChange.objects.create(
        submission=row, actor=instructor.user, new_score=100, reason="x", created_at=timezone.now()
    )

    (found,) = commonest_wrong_answers(xor, people(student.course))

    assert (found.count, found.score) == (1, 30)
