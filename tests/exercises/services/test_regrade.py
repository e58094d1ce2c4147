"""Regrades: a dry run changes nothing, applying respects overrides, undoing restores."""

from typing import Any

import pytest
from django.utils import timezone

from exercises.errors import StudentMistake
from exercises.models import Exercise, Grade, GradeChange, ItemStatus, Regrade, RegradeState
from exercises.queries.regrades import (
    BELOW_FULL,
    FULL,
    Order,
    Scope,
    count_changes,
    count_covered,
    histogram_of_changes,
    progress_of_regrade,
)
from exercises.queries.scores import standings
from exercises.services.override import override_grade
from exercises.services.regrade import apply_regrade, cancel_regrade, start_regrade, undo_regrade
from lessons.models import Enrolment, Section
from tests import factories

pytestmark = pytest.mark.django_db


def decide(service: Any, regrade: Regrade, actor: Enrolment) -> None:
    """Ask for it, and let the workers do it."""
    service(regrade=regrade, actor=actor.user, now=timezone.now())
    factories.finish_bulk()
    regrade.refresh_from_db()


def best(enrolment: Enrolment, exercise: Exercise) -> float | None:
    return standings(enrolment, [exercise])[exercise.pk].best


def order(course: Any, exercise: Exercise, **scope: Any) -> Order:
    assert exercise.revision is not None
    return Order(course, exercise, exercise.revision, Scope(**scope), "why")


def test_dry_run_apply_and_undo_move_the_counted_grade_and_back(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor, factories.revise(xor, points=50))
    seen = [best(student, xor)]
    factories.finish_bulk()
    regrade.refresh_from_db()
    seen.append(best(student, xor))

    for service in (apply_regrade, undo_regrade):
        decide(service, regrade, instructor)
        seen.append(best(student, xor))

    assert seen == [100, 100, 50, 100]
    assert list(row.grades.values_list("run", "score", "note")) == [
        (1, 100, ""),
        (2, 50, f"regrade {regrade.pk}: The hidden corner was wrong"),
        (3, 100, f"undo of regrade {regrade.pk}"),
    ]
    assert row.grades.get(run=3).report == row.grades.get(run=1).report
    assert (regrade.state, regrade.applied_by, regrade.undone_by) == (
        RegradeState.UNDONE,
        instructor.user,
        instructor.user,
    )


def test_an_override_stays_in_force(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)
    override_grade(submission=row, actor=instructor.user, score=70, reason="x", now=timezone.now())
    regrade = factories.regrade(instructor, xor, factories.revise(xor, points=50))
    factories.finish_bulk()
    decide(apply_regrade, regrade, instructor)

    assert best(student, xor) == 70
    assert row.grades.count() == 2
    assert GradeChange.objects.count() == 1
    assert count_changes(regrade) == {
        "rises": 0, "falls": 1, "same": 0, "overridden": 1, "failed": 0, "left": 0,
    }  # fmt: skip


def test_to_apply_twice_writes_once(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)
    factories.finish_bulk()
    decide(apply_regrade, regrade, instructor)

    decide(apply_regrade, regrade, instructor)

    assert Grade.objects.filter(regrade=regrade).count() == 1


def test_what_was_graded_again_since_the_dry_run_is_left_and_named(
    student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row, other = factories.graded(student, xor), factories.graded(other_student, xor)
    first = factories.regrade(instructor, xor, factories.revise(xor, points=50))
    factories.finish_bulk()
    second = factories.regrade(instructor, xor, factories.revise(xor, points=80), Scope(enrolment=student.pk))
    factories.finish_bulk()
    decide(apply_regrade, second, instructor)

    decide(apply_regrade, first, instructor)

    assert (best(student, xor), best(other_student, xor)) == (80, 50)
    assert first.items.get(submission=row).status == ItemStatus.SKIPPED
    assert first.items.get(submission=other).status == ItemStatus.APPLIED
    assert first.state == RegradeState.APPLIED
    assert count_changes(first)["left"] == 1


def test_undo_leaves_what_was_graded_again_since(
    student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row, other = factories.graded(student, xor), factories.graded(other_student, xor)
    first = factories.regrade(instructor, xor, factories.revise(xor, points=50))
    factories.finish_bulk()
    decide(apply_regrade, first, instructor)
    second = factories.regrade(instructor, xor, factories.revise(xor, points=80), Scope(enrolment=student.pk))
    factories.finish_bulk()
    decide(apply_regrade, second, instructor)

    decide(undo_regrade, first, instructor)

    assert (best(student, xor), best(other_student, xor)) == (80, 100)
    assert first.items.get(submission=row).status == ItemStatus.STAYS
    assert first.items.get(submission=other).status == ItemStatus.UNDONE


def test_a_failed_item_is_not_written(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)
    regrade.items.update(status=ItemStatus.FAILED)
    factories.finish_bulk()
    Regrade.objects.update(state=RegradeState.READY)

    decide(apply_regrade, regrade, instructor)

    assert regrade.state == RegradeState.APPLIED
    assert row.grades.count() == 1


@pytest.mark.parametrize(
    ("state", "service", "code"),
    [
        (RegradeState.RUNNING, apply_regrade, "not_ready"),
        (RegradeState.CANCELLED, apply_regrade, "not_ready"),
        (RegradeState.READY, undo_regrade, "not_applied"),
    ],
)
def test_a_step_out_of_turn_is_refused(
    student: Enrolment, instructor: Enrolment, xor: Exercise, state: str, service: Any, code: str
) -> None:
    factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)
    Regrade.objects.update(state=state)

    with pytest.raises(StudentMistake) as refused:
        service(regrade=regrade, actor=instructor.user, now=timezone.now())

    assert refused.value.code == code


def test_an_applied_regrade_is_not_cancelled(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)
    Regrade.objects.update(state=RegradeState.APPLIED)

    with pytest.raises(StudentMistake, match="cannot be cancelled: applied"):
        cancel_regrade(regrade=regrade)


def test_a_second_dry_run_waits_for_the_first(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)
    factories.regrade(instructor, xor)

    with pytest.raises(StudentMistake, match="not finished"):
        factories.regrade(instructor, xor)


def test_rules_that_cannot_be_read_are_refused_at_the_door(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)

    with pytest.raises(StudentMistake) as refused:
        factories.regrade(instructor, xor, factories.revise(xor, kind="no-such-kind"))

    assert refused.value.code == "unreadable_revision"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_regrade_needs_a_reason(
    student: Enrolment, instructor: Enrolment, xor: Exercise, reason: str
) -> None:
    factories.graded(student, xor)
    assert xor.revision is not None
    wish = Order(student.course, xor, xor.revision, Scope(), reason)

    with pytest.raises(StudentMistake) as refused:
        start_regrade(order=wish, actor=instructor.user, now=timezone.now())

    assert refused.value.code == "reason_missing"


def test_an_empty_scope_makes_no_regrade(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    factories.submission(student, xor)

    with pytest.raises(StudentMistake, match="No graded answer"):
        factories.regrade(instructor, xor)

    assert not Regrade.objects.exists()


def test_each_part_of_the_scope_narrows_it(
    student: Enrolment, other_student: Enrolment, section: Section, instructor: Enrolment, xor: Exercise
) -> None:
    course = student.course
    before = timezone.now()
    factories.graded(student, xor, factories.WRONG_WIRING)
    between = timezone.now()
    row = factories.graded(other_student, xor)
    factories.submission(student, xor)
    override_grade(submission=row, actor=instructor.user, score=1, reason="x", now=between)

    counted = count_covered(order(course, xor))
    assert (counted.submissions, counted.students, counted.overridden, counted.not_graded) == (2, 2, 1, 1)
    assert {
        str(scope): count_covered(order(course, xor, **scope)).submissions
        for scope in (
            {"section": section.pk},
            {"enrolment": other_student.pk},
            {"since": between},
            {"until": between},
            {"until": before},
            {"outcome": FULL},
            {"outcome": BELOW_FULL},
        )
    } == {
        str({"section": section.pk}): 1,
        str({"enrolment": other_student.pk}): 1,
        str({"since": between}): 1,
        str({"until": between}): 1,
        str({"until": before}): 0,
        str({"outcome": FULL}): 1,
        str({"outcome": BELOW_FULL}): 1,
    }
    factories.revise(xor, points=50)
    assert count_covered(order(course, xor, latest_revision_only=True)).submissions == 0


def test_progress_and_histogram_count_every_item(
    student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)
    factories.graded(
        other_student,
        xor,
        {"weights": {name: _zeros(value) for name, value in factories.LECTURE["weights"].items()}},
    )
    regrade = factories.regrade(instructor, xor, factories.revise(xor, points=50))
    before = progress_of_regrade(regrade)
    factories.finish_bulk()

    after = progress_of_regrade(regrade)
    bars = {row["label"]: row["count"] for row in histogram_of_changes(regrade, 100)}

    assert (before.done, before.total, before.per_cent) == (0, 2, 0)
    assert (after.done, after.total, after.per_cent) == (2, 2, 100)
    assert sum(bars.values()) == 2
    assert bars["−25 to −50"] == 1


def _zeros(value: Any) -> Any:
    return [_zeros(inner) for inner in value] if isinstance(value, list) else 0
