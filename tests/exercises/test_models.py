"""The rows of graded work: what the database refuses, and the only ways a status may go."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from exercises.models import (
    Assignment,
    Exercise,
    ExerciseRevision,
    Grade,
    GradeChange,
    Status,
    Submission,
)
from exercises.models.submission import FINAL, PUBLIC_ID_ALPHABET, TRANSITIONS, Failure, new_public_id
from lessons.models import AppendOnlyError, Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

ALLOWED = [(before, after) for before, following in TRANSITIONS.items() for after in sorted(following)]
FORBIDDEN = [pair for pair in product(Status, Status) if pair not in ALLOWED]


def refuses(change: Callable[[], object], rule: str) -> None:
    """Make a change that the database must refuse, and expect the rule that refuses it."""
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        change()


def put_in(row: Submission, status: Status) -> None:
    """Set the columns that belong to a status, past the transition table."""
    Submission.objects.filter(pk=row.pk).update(
        status=status,
        lease_until=timezone.now() + timedelta(minutes=1) if status == Status.RUNNING else None,
        finished_at=timezone.now() if status in FINAL else None,
        failure=Failure.OVERDUE if status == Status.FAILED else Failure.NONE,
    )


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_an_allowed_move_keeps_every_rule_of_the_table(
    student: Enrolment, xor: Exercise, before: Status, after: Status
) -> None:
    row = factories.submission(student, xor)
    put_in(row, before)
    lease = {"lease_until": timezone.now()} if after == Status.RUNNING else {}
    failure = {"failure": Failure.OVERDUE} if after == Status.FAILED else {}

    assert Submission.objects.filter(pk=row.pk).move(before=before, after=after, **lease, **failure) == 1

    row.refresh_from_db()
    assert row.status == after
    assert row.is_final() == (row.finished_at is not None)


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_any_other_move_is_refused_before_the_database_is_asked(before: Status, after: Status) -> None:
    with pytest.raises(ValueError, match=f"never goes from {before} to {after}"):
        Submission.objects.all().move(before=before, after=after)


def test_a_move_leaves_rows_alone_that_are_no_longer_where_it_starts(
    student: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)

    moved = Submission.objects.filter(pk=row.pk).move(before=Status.QUEUED, after=Status.CANCELLED)

    row.refresh_from_db()
    assert (moved, row.status) == (0, Status.GRADED)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"status": Status.RUNNING}, "submission_has_a_lease_while_running"),
        ({"lease_until": "2026-01-01T00:00Z"}, "submission_has_a_lease_while_running"),
        ({"status": Status.GRADED}, "submission_has_an_end_when_final"),
        ({"finished_at": "2026-01-01T00:00Z"}, "submission_has_an_end_when_final"),
        ({"failure": Failure.OVERDUE}, "submission_failure_has_a_reason"),
        (
            {"status": Status.FAILED, "finished_at": "2026-01-01T00:00Z"},
            "submission_failure_has_a_reason",
        ),
    ],
)
def test_a_status_never_stands_without_what_belongs_to_it(
    student: Enrolment, xor: Exercise, values: dict[str, object], rule: str
) -> None:
    row = factories.submission(student, xor)

    refuses(lambda: Submission.objects.filter(pk=row.pk).update(**values), rule)


def test_an_attempt_has_one_number_and_a_key_one_submission(student: Enrolment, xor: Exercise) -> None:
    first, second = factories.submission(student, xor, key="one"), factories.submission(student, xor)
    other = Submission.objects.filter(pk=second.pk)

    refuses(lambda: other.update(attempt=first.attempt), "attempt")
    refuses(lambda: other.update(idempotency_key="one"), "idempotency_key")


def test_two_people_may_use_the_same_key(student: Enrolment, other_student: Enrolment, xor: Exercise) -> None:
    factories.submission(student, xor, key="one")

    assert factories.submission(other_student, xor, key="one").attempt == 1


def test_one_run_of_the_grader_leaves_one_grade(student: Enrolment, xor: Exercise) -> None:
    grade = factories.graded(student, xor).grades.get()
    grade.pk = None

    refuses(grade.save, "run")


def test_a_grade_is_never_negative_and_a_change_has_a_reason(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)
    grade = row.grades.get()
    grade.pk, grade.run, grade.score = None, 2, -1
    change = {"submission": row, "actor": instructor.user, "created_at": timezone.now()}

    refuses(grade.save, "grade_score_is_not_negative")
    refuses(lambda: GradeChange.objects.create(**change, new_score=1, reason=""), "grade_change_has_a_reason")
    refuses(
        lambda: GradeChange.objects.create(**change, new_score=-1, reason="x"),
        "grade_change_score_is_not_negative",
    )


def test_a_course_has_one_rule_for_an_exercise(student: Enrolment, xor: Exercise) -> None:
    Assignment.objects.create(course=student.course, exercise=xor)

    refuses(lambda: Assignment.objects.create(course=student.course, exercise=xor), "course")


def test_the_ledger_and_the_revisions_are_neither_edited_nor_deleted(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)
    GradeChange.objects.create(
        submission=row, actor=instructor.user, new_score=1, reason="x", created_at=timezone.now()
    )

    for model in (Grade, GradeChange, ExerciseRevision):
        rows: Any = model.objects.all()
        for attempt in (rows[0].save, rows[0].delete, rows.delete, lambda rows=rows: rows.update(pk=1)):
            with pytest.raises(AppendOnlyError, match=model.__name__):
                attempt()


def test_nothing_takes_a_grade_away_with_it(student: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)

    for owner in (row, student, student.user, student.course, xor, xor.lesson):
        with pytest.raises(ProtectedError):
            owner.delete()


def test_public_ids_are_short_readable_and_not_guessed() -> None:
    ids = {new_public_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(len(value) == 12 and set(value) <= set(PUBLIC_ID_ALPHABET) for value in ids)
    assert not set(PUBLIC_ID_ALPHABET) & set("01ilo")
