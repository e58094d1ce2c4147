"""Overriding: a new row in the ledger with who and why; nothing that was written changes."""

import pytest
from django.utils import timezone

from exercises.errors import StudentMistake
from exercises.models import Exercise, Grade, GradeChange, Submission
from exercises.queries.scores import standings, with_scores
from exercises.services.override import override_grade, preview_override, undo_override
from lessons.models import AppendOnlyError, Enrolment
from tests import factories

pytestmark = pytest.mark.django_db


def override(row: Submission, actor: Enrolment, score: float, reason: str = "Oral exam") -> GradeChange:
    return override_grade(submission=row, actor=actor.user, score=score, reason=reason, now=timezone.now())


def test_the_newest_override_is_the_grade_that_counts(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)

    first = override(row, instructor, 60)
    second = override(row, instructor, 80)

    assert (first.new_score, second.old_score, second.new_score) == (60, 60, 80)
    assert with_scores(Submission.objects.filter(pk=row.pk)).get().score == 80
    assert standings(student, [xor])[xor.pk].best == 80


def test_the_graders_own_result_stays_as_it_was(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)

    override(row, instructor, 10)

    assert row.grades.get().score == 100


@pytest.mark.parametrize(
    ("score", "reason", "words"), [(101, "why", "0 to 100"), (-1, "why", "0 to 100"), (50, "  ", "why")]
)
def test_a_bad_override_is_refused(
    student: Enrolment, instructor: Enrolment, xor: Exercise, score: float, reason: str, words: str
) -> None:
    row = factories.graded(student, xor)

    with pytest.raises(StudentMistake, match=words):
        override(row, instructor, score, reason)

    assert GradeChange.objects.count() == 0


def test_a_submission_that_is_still_in_line_cannot_be_overridden(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    with pytest.raises(StudentMistake, match="still being graded"):
        override(factories.submission(student, xor), instructor, 50)


def test_ledger_rows_can_be_neither_edited_nor_deleted(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)
    change = override(row, instructor, 50)
    grade = row.grades.get()

    for attempt in (
        grade.save,
        grade.delete,
        change.save,
        change.delete,
        Grade.objects.all().delete,
        lambda: Grade.objects.update(score=0),
        lambda: GradeChange.objects.update(new_score=0),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()


def test_undoing_is_a_further_change_back_to_what_stood_before(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)
    override(row, instructor, 60)
    override(row, instructor, 80)

    undone = undo_override(submission=row, actor=instructor.user, reason="Mistaken", now=timezone.now())

    assert (undone.old_score, undone.new_score, undone.reason) == (80, 60, "Mistaken")
    assert row.changes.count() == 3
    assert with_scores(Submission.objects.filter(pk=row.pk)).get().score == 60


@pytest.mark.parametrize("reason", ["", "  "])
def test_undoing_needs_a_reason_and_something_to_undo(
    student: Enrolment, instructor: Enrolment, xor: Exercise, reason: str
) -> None:
    row = factories.graded(student, xor)
    with pytest.raises(StudentMistake, match="Nobody has changed"):
        undo_override(submission=row, actor=instructor.user, reason="x", now=timezone.now())
    override(row, instructor, 60)

    with pytest.raises(StudentMistake, match="Say why"):
        undo_override(submission=row, actor=instructor.user, reason=reason, now=timezone.now())

    assert row.changes.count() == 1


def test_a_preview_tells_the_effect_and_leaves_no_trace(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)

    effect = preview_override(submission=row, actor=instructor.user, score=90, now=timezone.now())

    assert (effect.score_before, effect.score_after) == (30, 90)
    assert (effect.counted_before, effect.counted_after) == (30, 90)
    assert not GradeChange.objects.exists()
    assert standings(student, [xor])[xor.pk].best == 30
