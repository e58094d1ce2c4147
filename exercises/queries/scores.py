"""The current grade is computed: the newest override, else the newest run of the grader."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from exercises.models import Assignment, Exercise, Grade, GradeChange, Submission
from exercises.models.submission import UNCHARGED
from lessons.models import Enrolment, Role


def with_scores(submissions: Any) -> Any:
    """Add `graded_score`, `changed_score`, and the one that counts as `score` (None before a grade)."""
    grades = Grade.objects.filter(submission=OuterRef("pk")).order_by("-run")
    changes = GradeChange.objects.filter(submission=OuterRef("pk")).order_by("-pk")
    return submissions.annotate(
        graded_score=Subquery(grades.values("score")[:1]),
        changed_score=Subquery(changes.values("new_score")[:1]),
        score=Coalesce("changed_score", "graded_score"),
        max_score=Coalesce(Subquery(grades.values("max_score")[:1]), "revision__points"),
    )


def with_lateness(submissions: Any) -> Any:
    """Add `is_late`: sent after the due date that the course has for the exercise now."""
    overdue = Assignment.objects.filter(
        course=OuterRef("enrolment__course"),
        exercise=OuterRef("exercise"),
        due_at__lt=OuterRef("submitted_at"),
    )
    return submissions.annotate(is_late=Exists(overdue))


def due_date(enrolment: Enrolment | None, exercise: Exercise) -> datetime | None:
    """Return when answers are due in the person's course, in the course's time zone."""
    if enrolment is None:
        return None
    rows = Assignment.objects.filter(course=enrolment.course_id, exercise=exercise, due_at__isnull=False)
    due = rows.values_list("due_at", flat=True).first()
    return due.astimezone(ZoneInfo(enrolment.course.time_zone)) if due else None


@dataclass(frozen=True)
class Standing:
    """How a person stands in one exercise; `allowed` 0 means as many attempts as they like."""

    best: float | None
    used: int
    allowed: int

    def left(self) -> int | None:
        """Attempts that remain; None where there is no limit."""
        return max(0, self.allowed - self.used) if self.allowed else None

    def may_try(self) -> bool:
        return self.allowed == 0 or self.used < self.allowed


def standings(enrolment: Enrolment | None, exercises: list[Exercise]) -> dict[int, Standing]:
    """Return the standing in each exercise by its row number, with two queries whatever their number."""
    if enrolment is None:
        return {row.pk: Standing(None, 0, _attempts(row)) for row in exercises}
    scored = with_scores(Submission.objects.filter(enrolment=enrolment, exercise__in=exercises))
    found = {
        row["exercise"]: row
        for row in scored.order_by()
        .values("exercise")
        .annotate(best=Max("score"), used=Count("pk", filter=~Q(status__in=UNCHARGED)))
    }
    rules = {
        row.exercise_id: row.attempts
        for row in Assignment.objects.filter(course=enrolment.course_id, exercise__in=exercises)
    }
    return {
        row.pk: Standing(
            best=found.get(row.pk, {}).get("best"),
            used=found.get(row.pk, {}).get("used", 0),
            allowed=attempts_allowed(enrolment, row, rules.get(row.pk)),
        )
        for row in exercises
    }


def attempts_allowed(enrolment: Enrolment, exercise: Exercise, rule: int | None) -> int:
    """The course's rule, else the exercise's own; 0 is no limit, as for whoever teaches."""
    if enrolment.role != Role.STUDENT:
        return 0
    return _attempts(exercise) if rule is None else rule


def _attempts(exercise: Exercise) -> int:
    return exercise.revision.attempts if exercise.revision else 0
