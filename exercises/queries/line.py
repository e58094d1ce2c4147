"""The line of waiting answers: what may be taken, in which order, and how long it will last."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Avg, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from exercises.errors import LimitReached
from exercises.models import Grade, Lane, Pause, Status, Submission
from lessons.models import Enrolment

MEAN_HOLDS_SECONDS = 10
RECENT_GRADES = 50


@dataclass(frozen=True)
class Place:
    """Where a waiting answer stands: its place counted from 1, and the seconds until its grade, if known."""

    number: int
    seconds: int | None
    pause: str = ""


def claimable(lane: Lane) -> Any:
    """What waits in a lane and is not held back by a pause."""
    holding = Pause.objects.active().filter(Q(exercise=None) | Q(exercise=OuterRef("exercise")))
    return Submission.objects.waiting().filter(~Exists(holding), lane=lane)


def in_turn(waiting: Any) -> Any:
    """Order waiting submissions: first of those with the fewest running and waiting before them, then oldest.

    Adds `turn`: how many of the same person come before, running or waiting, counted from 1.
    """
    running = (
        Submission.objects.filter(
            enrolment=OuterRef("enrolment"), lane=OuterRef("lane"), status=Status.RUNNING
        )
        .order_by()
        .values("enrolment")
        .annotate(count=Count("*"))
        .values("count")
    )
    place = Window(RowNumber(), partition_by=[F("enrolment_id"), F("lane")], order_by="pk")
    return waiting.annotate(
        turn=place + Coalesce(Subquery(running, output_field=IntegerField()), 0)
    ).order_by("turn", "pk")


def place_of(submission: Submission) -> Place | None:
    """Return the place of a waiting submission in its lane; None when it does not wait."""
    if submission.status != Status.QUEUED:
        return None
    lane = Submission.objects.filter(lane=submission.lane).order_by()
    if not lane.filter(status=Status.QUEUED).exclude(pk=submission.pk).exists():
        return Place(1, _seconds(submission.lane, 1), _pause(submission))
    before_or_running = Q(status=Status.QUEUED, pk__lte=submission.pk) | Q(status=Status.RUNNING)
    own = lane.filter(before_or_running, enrolment=submission.enrolment_id).count()
    line = in_turn(lane.filter(status=Status.QUEUED))
    place = line.filter(Q(turn__lt=own) | Q(turn=own, pk__lte=submission.pk)).order_by().count()
    return Place(max(1, place), _seconds(submission.lane, place), _pause(submission))


def refuse_flood(enrolment: Enrolment, lane: Lane, now: datetime) -> None:
    """Raise LimitReached when one person sends too much, or when the whole line is too long.

    To be called while the enrolment is locked, so that parallel requests are counted one after the other.
    """
    own = Submission.objects.filter(enrolment=enrolment).order_by()
    waiting = own.filter(status__in=[Status.QUEUED, Status.RUNNING], lane=lane).count()
    most = settings.MOST_WAITING[lane]
    if waiting >= most:
        raise LimitReached(
            "too_many_waiting",
            f"{waiting} of your answers are waiting for a grade already; at most {most} may wait at once.",
            retry_after=_seconds(lane, waiting) or 5,
        )
    sent = own.filter(submitted_at__gt=now - timedelta(minutes=1)).count()
    if sent >= settings.MOST_A_MINUTE:
        raise LimitReached(
            "too_many_submissions",
            f"You have sent {sent} answers within a minute; at most {settings.MOST_A_MINUTE} are taken.",
            retry_after=60,
        )
    longest = settings.LONGEST_LINE[lane]
    if Submission.objects.waiting().filter(lane=lane).order_by()[longest : longest + 1].exists():
        raise LimitReached(
            "line_full",
            f"More than {longest:,} answers are waiting. Yours was not taken, and no attempt is used: "
            "send it again in a minute.",
            retry_after=60,
        )


def _seconds(lane: str, place: int) -> int | None:
    """Estimate from the newest grades of the lane and from how many are graded at once now."""
    key = f"mean-duration-{lane}"
    mean: float | None = cache.get(key)
    if mean is None and (mean := _mean_duration(lane)) is not None:
        cache.set(key, mean, MEAN_HOLDS_SECONDS)
    if mean is None:
        return None
    hands = 1
    if lane == Lane.TRAINING:
        hands = max(1, Submission.objects.filter(lane=lane, status=Status.RUNNING).count())
    return math.ceil(place * mean / 1000 / hands)


def _mean_duration(lane: str) -> float | None:
    """Return the mean milliseconds of the newest first grades of the lane."""
    newest = Grade.objects.filter(submission__lane=lane, run=1).order_by("-pk").values("pk")[:RECENT_GRADES]
    found = list(newest.values_list("pk", flat=True))
    mean: float | None = Grade.objects.filter(pk__in=found).aggregate(mean=Avg("duration_ms"))["mean"]
    return mean


def _pause(submission: Submission) -> str:
    """Return why grading of the exercise stands still, or nothing."""
    holding = Pause.objects.active().filter(Q(exercise=None) | Q(exercise=submission.exercise_id))
    return next(iter(holding.values_list("reason", flat=True)), "")
