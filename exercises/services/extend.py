"""Grant more time or attempts, and take it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from annsite.accounts.models import User
from exercises.errors import StudentMistake
from exercises.models import Exercise, Extension
from lessons.access import instructed_courses
from lessons.models import Course, Enrolment, Label, Section

MOST_MINUTES = 366 * 24 * 60
MOST_ATTEMPTS = 1000


@dataclass(frozen=True)
class Grant:
    """What is granted: one exercise or all (None), to one of enrolment, section and label."""

    course: Course
    exercise: Exercise | None
    whom: Enrolment | Section | Label
    extra_minutes: int
    extra_attempts: int
    reason: str


def check_grant(grant: Grant) -> None:
    """Raise StudentMistake unless the grant makes sense, whoever gives it."""
    if grant.whom.course_id != grant.course.pk:
        raise StudentMistake("foreign", f"{grant.whom} does not belong to {grant.course}.")
    if not 0 <= grant.extra_minutes <= MOST_MINUTES or not 0 <= grant.extra_attempts <= MOST_ATTEMPTS:
        raise StudentMistake("out_of_range", "At most 366 days and 1,000 attempts can be granted.")
    if not grant.extra_minutes and not grant.extra_attempts:
        raise StudentMistake("nothing_granted", "Give more time, more attempts, or both.")
    if not grant.reason.strip():
        raise StudentMistake("reason_missing", "Say why; the student sees it.")


@transaction.atomic
def grant_extension(*, grant: Grant, actor: User, now: datetime) -> Extension:
    """Record an extension; what was sent before counts by it at once. For instructors of the course."""
    _require_instructor(actor, grant.course)
    check_grant(grant)
    key = {Enrolment: "enrolment", Section: "section", Label: "label"}[type(grant.whom)]
    extension: Extension = Extension.objects.create(
        course=grant.course,
        exercise=grant.exercise,
        extra_minutes=grant.extra_minutes,
        extra_attempts=grant.extra_attempts,
        reason=grant.reason.strip(),
        actor=actor,
        created_at=now,
        **{key: grant.whom},
    )
    return extension


@transaction.atomic
def revoke_extension(*, extension: Extension, actor: User, now: datetime) -> bool:
    """End an extension, and say whether it was in force; the record of it stays."""
    _require_instructor(actor, extension.course)
    rows = Extension.objects.filter(pk=extension.pk, revoked_at=None)
    return rows.update(revoked_at=now, revoked_by=actor) > 0


def _require_instructor(actor: User, course: Course) -> None:
    if not instructed_courses(actor).filter(pk=course.pk).exists():
        raise StudentMistake("not_allowed", f"You do not run {course}.")
