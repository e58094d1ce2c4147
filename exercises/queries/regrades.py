"""Regrades as their pages show them: what one would cover, how far it is, and who rises and who falls."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from math import inf
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from exercises.models import (
    Exercise,
    ExerciseRevision,
    Grade,
    GradeChange,
    ItemStatus,
    Regrade,
    RegradeItem,
    RegradeState,
    Status,
    Submission,
)
from lessons.models import Course, Enrolment

ANY, BELOW_FULL, FULL = "any", "below_full", "full"
GRADED = [ItemStatus.DONE, ItemStatus.APPLIED, ItemStatus.SKIPPED, ItemStatus.UNDONE, ItemStatus.STAYS]
WRITTEN = [ItemStatus.APPLIED, ItemStatus.SKIPPED]
TAKEN_BACK = [ItemStatus.UNDONE, ItemStatus.STAYS]
# The edges of the histogram, as parts of the full points; the outer bins are open.
EDGES = (0.0, 0.25, 0.5, 0.75, inf)
# Two ways of adding the same points may differ in the last bits.
TINY = 1e-9


@dataclass(frozen=True)
class Scope:
    """Which graded submissions a regrade covers; what is None or `any` leaves nobody out."""

    section: int | None = None
    enrolment: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    outcome: str = ANY
    latest_revision_only: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the form that is stored."""
        times = {
            name: value.isoformat() if (value := getattr(self, name)) else None for name in ("since", "until")
        }
        return asdict(self) | times

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Scope":
        times = {
            name: parse_datetime(stored[name]) if stored.get(name) else None for name in ("since", "until")
        }
        return cls(**{**stored, **times})


@dataclass(frozen=True)
class Order:
    """What a person asks for: whose work, at which exercise, by which rules, and why."""

    course: Course
    exercise: Exercise
    revision: ExerciseRevision
    scope: Scope
    reason: str


@dataclass(frozen=True)
class Covered:
    """What a regrade would cover."""

    submissions: int
    students: int
    overridden: int
    not_graded: int


@dataclass(frozen=True)
class Progress:
    """How far a regrade is: items in all and by what became of them, and what its present step has done."""

    total: int
    by_status: dict[str, int]
    done: int

    def count(self, *statuses: str) -> int:
        return sum(self.by_status.get(status, 0) for status in statuses)

    @property
    def per_cent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 100


def covered_submissions(order: Order) -> Any:
    """Submissions that the regrade would cover, with the grader's newest score of each."""
    grades = Grade.objects.filter(submission=OuterRef("pk")).order_by("-run")
    rows = _in_scope(order).filter(status=Status.GRADED)
    rows = rows.annotate(
        graded_score=Subquery(grades.values("score")[:1]), max_score=Subquery(grades.values("max_score")[:1])
    )
    if order.scope.outcome == FULL:
        rows = rows.filter(graded_score__gte=F("max_score") - TINY)
    if order.scope.outcome == BELOW_FULL:
        rows = rows.filter(graded_score__lt=F("max_score") - TINY)
    return rows


def count_covered(order: Order) -> Covered:
    """Count what the regrade would cover, and what in its scope has no grade to compare with."""
    rows = covered_submissions(order).order_by()
    changes = GradeChange.objects.filter(submission=OuterRef("pk"))
    counts = rows.annotate(is_overridden=Exists(changes)).aggregate(
        submissions=Count("pk"),
        students=Count("enrolment", distinct=True),
        overridden=Count("pk", filter=Q(is_overridden=True)),
    )
    not_graded = _in_scope(order).exclude(status=Status.GRADED).order_by().count()
    return Covered(**counts, not_graded=not_graded)


def progress_of_regrade(regrade: Regrade) -> Progress:
    rows = regrade.items.order_by().values("status").annotate(count=Count("pk"))
    by_status = {row["status"]: row["count"] for row in rows}
    total = sum(by_status.values())
    finished = [*GRADED, ItemStatus.FAILED]
    if regrade.state == RegradeState.APPLYING:
        finished = [*WRITTEN, ItemStatus.FAILED]
    if regrade.state == RegradeState.UNDOING:
        finished = [*TAKEN_BACK, ItemStatus.SKIPPED, ItemStatus.FAILED]
    return Progress(total, by_status, sum(by_status.get(status, 0) for status in finished))


def compared_items(regrade: Regrade) -> QuerySet[RegradeItem]:
    """Items with the difference, and with the override that stays in force whatever the grader says."""
    changes = GradeChange.objects.filter(submission=OuterRef("submission")).order_by("-pk")
    rows = regrade.items.annotate(
        difference=F("new_score") - F("old_score"), override=Subquery(changes.values("new_score")[:1])
    )
    found: QuerySet[RegradeItem] = rows.select_related("submission__enrolment__user").defer(
        "submission__answer", "submission__progress"
    )
    return found


CHANGES: dict[str, tuple[str, Q]] = {
    "rises": ("Rises", Q(status__in=GRADED, difference__gt=TINY)),
    "falls": ("Falls", Q(status__in=GRADED, difference__lt=-TINY)),
    "same": ("Same", Q(status__in=GRADED, difference__gte=-TINY, difference__lte=TINY)),
    "overridden": ("Override in force", Q(override__isnull=False)),
    "failed": ("Failed", Q(status=ItemStatus.FAILED)),
    "left": ("Left as it was", Q(status__in=[ItemStatus.SKIPPED, ItemStatus.STAYS])),
}


def count_changes(regrade: Regrade) -> dict[str, int]:
    """Count the items of each kind of change."""
    counts = {name: Count("pk", filter=condition) for name, (_, condition) in CHANGES.items()}
    found: dict[str, int] = compared_items(regrade).order_by().aggregate(**counts)
    return found


def histogram_of_changes(regrade: Regrade, points: float) -> list[dict[str, Any]]:
    """Count the differences in bins of a quarter of the points; what stays the same is a bin of its own."""
    edges = [edge * points for edge in EDGES]
    falls = [(-high, -low) for low, high in pairwise(edges)][::-1]
    bins = [*falls, *pairwise(edges)]
    counts = {f"bin{number}": Count("pk", filter=_between(*span)) for number, span in enumerate(bins)}
    same = Count("pk", filter=CHANGES["same"][1])
    found = compared_items(regrade).order_by().aggregate(same=same, **counts)
    rows = [{"label": _span(*span), "count": found[f"bin{number}"]} for number, span in enumerate(bins)]
    middle = len(falls)
    return [*rows[:middle], {"label": "no change", "count": found["same"]}, *rows[middle:]]


def _in_scope(order: Order) -> QuerySet[Submission]:
    scope = order.scope
    rows = Submission.objects.filter(enrolment__course=order.course, exercise=order.exercise)
    if scope.section:
        rows = rows.filter(enrolment__in=_members(scope.section))
    if scope.enrolment:
        rows = rows.filter(enrolment=scope.enrolment)
    if scope.since:
        rows = rows.filter(submitted_at__gte=scope.since)
    if scope.until:
        rows = rows.filter(submitted_at__lte=scope.until)
    if scope.latest_revision_only:
        rows = rows.filter(revision=order.exercise.revision_id)
    found: QuerySet[Submission] = rows
    return found


def _members(section_pk: int) -> Any:
    return Enrolment.objects.filter(sections=section_pk).values("pk")


def _between(low: float, high: float) -> Q:
    """A difference from `low` to `high`, the end farther from zero included."""
    graded = Q(status__in=GRADED)
    if low < 0:
        inside = graded & Q(difference__lt=high - TINY)
        return inside if low == -inf else inside & Q(difference__gte=low - TINY)
    inside = graded & Q(difference__gt=low + TINY)
    return inside if high == inf else inside & Q(difference__lte=high + TINY)


def _span(low: float, high: float) -> str:
    """Name a bin, such as "+25 to +50"."""
    sign = "−" if low < 0 else "+"
    near, far = sorted((abs(low), abs(high)))
    if far == inf:
        return f"more than {sign}{near:g}"
    return f"{sign}{near:g} to {sign}{far:g}" if near else f"up to {sign}{far:g}"
