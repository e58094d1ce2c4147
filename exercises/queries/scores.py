"""The current grade is computed: the newest override, else the newest run of the grader less late credit."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from exercises.models import (
    Assignment,
    Exercise,
    Extension,
    Grade,
    GradeChange,
    GradePolicy,
    HintTaken,
    Submission,
)
from exercises.models.submission import UNCHARGED
from exercises.queries.delivery import Delivery, deliveries
from lessons.models import Enrolment


def with_scores(submissions: Any) -> Any:
    """Add `graded_score`, `changed_score`, and the one that counts as `score` (None before a grade).

    These are before late credit and hints, which depend on the person: see `counted`.
    """
    grades = Grade.objects.filter(submission=OuterRef("pk")).order_by("-run")
    changes = GradeChange.objects.filter(submission=OuterRef("pk")).order_by("-pk")
    return submissions.annotate(
        graded_score=Subquery(grades.values("score")[:1]),
        changed_score=Subquery(changes.values("new_score")[:1]),
        score=Coalesce("changed_score", "graded_score"),
        max_score=Coalesce(Subquery(grades.values("max_score")[:1]), "revision__points"),
    )


def with_lateness(submissions: Any) -> Any:
    """Add `is_late`: sent after the due date that the person has now, extensions included."""
    due = Assignment.objects.filter(course=OuterRef("enrolment__course"), exercise=OuterRef("exercise"))
    granted = Extension.objects.filter(
        Q(exercise=None) | Q(exercise=OuterRef("exercise")),
        Q(enrolment=OuterRef("enrolment"))
        | Q(section__enrolments=OuterRef("enrolment"))
        | Q(label__enrolments=OuterRef("enrolment")),
        course=OuterRef("enrolment__course"),
        revoked_at=None,
    )
    most = granted.order_by().values("course").annotate(most=Max("extra_minutes")).values("most")
    extra = ExpressionWrapper(F("extra_minutes") * Value(timedelta(minutes=1)), DurationField())
    until = ExpressionWrapper(F("due_as_set") + extra, DateTimeField())
    return submissions.annotate(
        due_as_set=Subquery(due.values("due_at")[:1]),
        extra_minutes=Coalesce(Subquery(most[:1]), 0, output_field=IntegerField()),
        is_late=Case(
            When(due_as_set__isnull=False, submitted_at__gt=until, then=True),
            default=False,
            output_field=BooleanField(),
        ),
    )


def counted(score: float | None, changed: float | None, credit: float, penalty: float = 0.0) -> float | None:
    """Return what an attempt counts: an override as it is, else the score times credit less the hints."""
    if changed is not None or score is None:
        return changed
    return round(max(0.0, score * credit / 100 - penalty), 9)


@dataclass(frozen=True)
class Attempt:
    """One attempt as it counts; `counts` is None before a grade."""

    number: int
    sent: datetime
    counts: float | None
    credit: float
    penalty: float
    is_charged: bool


@dataclass(frozen=True)
class Standing:
    """How a person stands in one exercise; `allowed` 0 means as many attempts as they like."""

    best: float | None
    used: int
    allowed: int
    delivery: Delivery = field(default_factory=Delivery, compare=False)
    attempts: tuple[Attempt, ...] = field(default=(), compare=False)

    def left(self) -> int | None:
        """Attempts that remain; None where there is no limit."""
        return max(0, self.allowed - self.used) if self.allowed else None

    def may_try(self) -> bool:
        return self.allowed == 0 or self.used < self.allowed

    def seconds_to_wait(self, now: datetime) -> int:
        """Return the seconds until the pause between two attempts has passed; 0 when it has."""
        sent = [attempt.sent for attempt in self.attempts if attempt.is_charged]
        if not sent:
            return 0
        return max(0, math.ceil((max(sent) + self.delivery.cooldown - now).total_seconds()))

    def counting(self) -> Attempt | None:
        """Return the attempt that makes the grade: the best, the last or the first that was graded."""
        graded = [attempt for attempt in self.attempts if attempt.counts is not None]
        if not graded:
            return None
        if self.delivery.policy == GradePolicy.LAST:
            return graded[-1]
        if self.delivery.policy == GradePolicy.FIRST:
            return graded[0]
        return max(graded, key=lambda attempt: (attempt.counts or 0.0, -attempt.number))


def standings(enrolment: Enrolment | None, exercises: list[Exercise]) -> dict[int, Standing]:
    """Return the standing in each exercise by its row number, with at most five queries for all."""
    rules = deliveries(enrolment, exercises)
    if enrolment is None:
        return {row.pk: Standing(None, 0, rules[row.pk].attempts, rules[row.pk]) for row in exercises}
    attempts = _attempts(enrolment, exercises, rules)
    return {row.pk: _standing(rules[row.pk], attempts.get(row.pk, [])) for row in exercises}


def standing_at(submission: Submission) -> tuple[Standing, Attempt]:
    """Return how the person who sent it stands in its exercise, and the attempt that it is."""
    standing = standings(submission.enrolment, [submission.exercise])[submission.exercise_id]
    return standing, next(row for row in standing.attempts if row.number == submission.attempt)


def _standing(delivery: Delivery, attempts: list[Attempt]) -> Standing:
    used = sum(attempt.is_charged for attempt in attempts)
    standing = Standing(None, used, delivery.attempts, delivery, tuple(attempts))
    counting = standing.counting()
    if counting is None:
        return standing
    return Standing(counting.counts, used, delivery.attempts, delivery, tuple(attempts))


def _attempts(
    enrolment: Enrolment, exercises: list[Exercise], rules: dict[int, Delivery]
) -> dict[int, list[Attempt]]:
    """Return the person's attempts by exercise, oldest first."""
    costs = _hint_costs(enrolment, exercises)
    rows = with_scores(Submission.objects.filter(enrolment=enrolment, exercise__in=exercises))
    fields = ("exercise", "attempt", "submitted_at", "graded_score", "changed_score", "status", "refund")
    found: dict[int, list[Attempt]] = defaultdict(list)
    for pk, number, sent, score, changed, status, refund in rows.order_by("attempt").values_list(*fields):
        credit = rules[pk].credit_at(sent)
        penalty = sum(cost for taken, cost in costs.get(pk, []) if taken <= sent)
        counts = counted(score, changed, credit, penalty)
        is_charged = status not in UNCHARGED and refund is None
        found[pk].append(Attempt(number, sent, counts, credit, penalty, is_charged))
    return found


def _hint_costs(enrolment: Enrolment, exercises: list[Exercise]) -> dict[int, list[tuple[datetime, float]]]:
    """Return when the person opened hints that cost points, and what each cost."""
    found: dict[int, list[tuple[datetime, float]]] = defaultdict(list)
    rows = HintTaken.objects.filter(enrolment=enrolment, exercise__in=exercises, cost__gt=0)
    for pk, taken, cost in rows.values_list("exercise", "taken_at", "cost"):
        found[pk].append((taken, cost))
    return found
