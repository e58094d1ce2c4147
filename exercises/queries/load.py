"""What the lanes carry now: what waits, what is held back, what runs, and what lost its worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, Min, OuterRef, Q
from django.db.models.functions import Now

from exercises.models import ItemStatus, Lane, Moment, Pause, RegradeItem, Status, Submission

BULK = "bulk"
LANES = (*Lane.values, BULK)


@dataclass
class Load:
    """One lane: numbers of jobs, and when the oldest that may be taken was sent."""

    waiting: int = 0
    held: int = 0
    oldest: datetime | None = None
    running: int = 0
    lost: int = 0


def load_by_lane() -> dict[str, Load]:
    """Return the load of every lane; costs time by what waits and runs, not by what was ever sent."""
    found = {lane: Load() for lane in LANES}
    for row in _waiting():
        load = found[row["lane"]]
        if row["held"]:
            load.held = row["count"]
        else:
            load.waiting, load.oldest = row["count"], row["oldest"]
    for row in _running(Submission.objects.filter(status=Status.RUNNING).values("lane")):
        found[row["lane"]].running, found[row["lane"]].lost = row["count"], row["lost"]
    items = RegradeItem.objects.order_by()
    found[BULK].waiting = items.filter(status=ItemStatus.QUEUED).count()
    for row in _running(items.filter(status=ItemStatus.RUNNING).values("status")):
        found[BULK].running, found[BULK].lost = row["count"], row["lost"]
    return found


def seconds_since_sweep() -> float | None:
    """Return the age of the last sweep by the database's clock, or None when none ever was."""
    age = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    found = Moment.objects.filter(name=Moment.SWEPT).annotate(age=age).values_list("age", flat=True)
    last: timedelta | None = next(iter(found), None)
    return None if last is None else max(0.0, last.total_seconds())


def _waiting() -> Any:
    holding = Pause.objects.active().filter(Q(exercise=None) | Q(exercise=OuterRef("exercise")))
    waiting = Submission.objects.waiting().order_by().annotate(held=Exists(holding))
    return waiting.values("lane", "held").annotate(count=Count("pk"), oldest=Min("submitted_at"))


def _running(groups: Any) -> Any:
    is_lost = Q(lease_until__lt=Now())
    return groups.order_by().annotate(count=Count("pk"), lost=Count("pk", filter=is_lost))
