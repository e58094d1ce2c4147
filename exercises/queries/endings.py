"""How answers ended since the site began: what was tallied before, and what ended since."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Sum, Value, When
from django.db.models.fields import SmallIntegerField

from exercises.models import Moment, Submission, Tally

BUCKETS = (0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, math.inf)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ending:
    """So many answers of a lane that ended in one way within one bucket of time, in seconds."""

    lane: str
    status: str
    failure: str
    bucket: int
    count: int
    retries: int
    seconds: float


def endings() -> list[Ending]:
    """Return every ending, each counted once, though the tally may move on while this reads."""
    while True:
        mark = tallied_until()
        rows = [*_tallied(), *ended(Submission.objects.filter(finished_at__gt=mark))]
        if tallied_until() == mark:
            return rows


def tallied_until() -> datetime:
    """Return the moment up to which endings stand in the tally."""
    found = Moment.objects.filter(name=Moment.TALLIED).values_list("at", flat=True)
    return next(iter(found), BEGINNING)


def ended(finished: Any) -> Iterator[Ending]:
    """Count finished submissions by how they ended."""
    took = ExpressionWrapper(F("finished_at") - F("submitted_at"), output_field=DurationField())
    limits = [
        When(took__lte=timedelta(seconds=limit), then=Value(number))
        for number, limit in enumerate(BUCKETS[:-1])
    ]
    bucket = Case(*limits, default=Value(len(BUCKETS) - 1), output_field=SmallIntegerField())
    groups = (
        finished.order_by()
        .annotate(took=took, bucket=bucket)
        .values("lane", "status", "failure", "bucket")
        .annotate(count=Count("pk"), claims=Sum("fence"), claimed=Count("started_at"), total=Sum("took"))
    )
    for group in groups:
        retries = group.pop("claims") - group.pop("claimed")
        yield Ending(retries=retries, seconds=group.pop("total").total_seconds(), **group)


def _tallied() -> list[Ending]:
    fields = ("lane", "status", "failure", "bucket", "count", "retries", "seconds")
    return [Ending(*values) for values in Tally.objects.values_list(*fields)]
