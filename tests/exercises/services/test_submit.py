"""Submitting: the rules of the course hold whoever asks, and a double click is one submission."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from exercises import tasks
from exercises.errors import AnswerRefused, LimitReached, StudentMistake
from exercises.models import Assignment, Exercise, Lane, Status, Submission
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_answer_is_stored_in_canonical_form_and_waits_in_line(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)

    assert row.status == Status.QUEUED
    assert row.attempt == 1
    assert row.revision_id == xor.revision_id
    assert row.answer["weights"]["2.bias"] == [-30]


def test_the_bell_rings_after_the_commit(
    student: Enrolment,
    xor: Exercise,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    rung: list[Lane] = []
    monkeypatch.setattr(tasks, "ring", rung.append)

    with django_capture_on_commit_callbacks(execute=True):
        factories.submission(student, xor)
        assert rung == []

    assert rung == [Lane.INTERACTIVE]


def test_one_bell_serves_all_who_wait(
    student: Enrolment,
    xor: Exercise,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    rung: list[Lane] = []
    monkeypatch.setattr(tasks, "ring", rung.append)

    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            factories.submission(student, xor)

    assert rung == [Lane.INTERACTIVE]


def test_the_same_key_and_answer_give_the_first_submission_again(student: Enrolment, xor: Exercise) -> None:
    first = factories.submission(student, xor, key="k-1")
    again = factories.submission(student, xor, key="k-1")

    assert again.pk == first.pk
    assert Submission.objects.count() == 1


def test_the_same_key_with_another_answer_is_refused(student: Enrolment, xor: Exercise) -> None:
    factories.submission(student, xor, key="k-1")

    with pytest.raises(StudentMistake, match="belongs to another answer"):
        factories.submission(student, xor, factories.WRONG_WIRING, key="k-1")


def test_two_people_may_use_the_same_key(student: Enrolment, other_student: Enrolment, xor: Exercise) -> None:
    assert (
        factories.submission(student, xor, key="k").pk != factories.submission(other_student, xor, key="k").pk
    )


@pytest.mark.parametrize("key", ["", "x" * 256, "line\nbreak"])
def test_a_malformed_key_is_refused(student: Enrolment, xor: Exercise, key: str) -> None:
    with pytest.raises(StudentMistake, match="Idempotency-Key"):
        factories.submission(student, xor, key=key)


def test_the_last_attempt_is_taken_and_one_more_is_refused(student: Enrolment, xor: Exercise) -> None:
    Assignment.objects.create(course=student.course, exercise=xor, attempts=2)
    factories.submission(student, xor)
    factories.submission(student, xor)

    with pytest.raises(LimitReached, match="all 2 attempts"):
        factories.submission(student, xor)


def test_an_attempt_that_failed_by_our_fault_is_given_back(student: Enrolment, xor: Exercise) -> None:
    Assignment.objects.create(course=student.course, exercise=xor, attempts=1)
    row = factories.submission(student, xor)
    Submission.objects.filter(pk=row.pk).move(before=Status.QUEUED, after=Status.FAILED, failure="overdue")

    again = factories.submission(student, xor)

    assert again.attempt == 2


def test_whoever_teaches_may_try_as_often_as_they_like(instructor: Enrolment, xor: Exercise) -> None:
    Assignment.objects.create(course=instructor.course, exercise=xor, attempts=1)
    factories.submission(instructor, xor)

    assert factories.submission(instructor, xor).attempt == 2


def test_a_paused_exercise_takes_no_answers(student: Enrolment, xor: Exercise) -> None:
    Assignment.objects.create(course=student.course, exercise=xor, is_paused=True)

    with pytest.raises(LimitReached, match="paused"):
        factories.submission(student, xor)


def test_a_retired_exercise_takes_no_answers(student: Enrolment, xor: Exercise) -> None:
    xor.retired_at = timezone.now()

    with pytest.raises(LimitReached, match="retired"):
        factories.submission(student, xor)


def test_an_ended_enrolment_takes_no_answers(student: Enrolment, xor: Exercise) -> None:
    Enrolment.objects.filter(pk=student.pk).update(is_active=False)

    with pytest.raises(LimitReached, match="ended"):
        factories.submission(student, xor)


def test_a_malformed_answer_is_refused_and_nothing_is_stored(student: Enrolment, xor: Exercise) -> None:
    answer = {"weights": {**factories.LECTURE["weights"], "2.bias": ["-30"]}}

    with pytest.raises(AnswerRefused) as refusal:
        factories.submission(student, xor, answer)

    assert [problem.field for problem in refusal.value.problems] == ["weights.2.bias[0]"]
    assert Submission.objects.count() == 0


def test_the_database_itself_refuses_a_second_row_for_the_same_attempt(
    student: Enrolment, xor: Exercise
) -> None:
    row = factories.submission(student, xor)

    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(
            enrolment=student,
            exercise=xor,
            revision_id=row.revision_id,
            attempt=row.attempt,
            answer={},
            answer_digest="",
            submitted_at=timezone.now(),
        )
