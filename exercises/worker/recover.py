"""End or restart what got stuck, by the database alone: the broker may be gone or wiped."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from exercises.models import Lane, Status, Submission
from exercises.models.submission import Failure
from exercises.queries.line import claimable

RING_AFTER_SECONDS = 2

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """What one sweep found and did; `waiting` counts by lane what a bell should ring for."""

    requeued: int
    failed: int
    waiting: dict[str, int]


def sweep() -> Swept:
    """Requeue lost leases, fail what ran out of tries or of time, and count what still waits for a bell.

    What a pause holds back waits as long as the pause lasts.
    """
    lost = Submission.objects.lease_lost()
    failed = lost.filter(fence__gte=settings.GRADING_TRIES).move(
        before=Status.RUNNING, after=Status.FAILED, failure=Failure.WORKER_LOST
    )
    again = lost.filter(fence__lt=settings.GRADING_TRIES)
    requeued = again.move(before=Status.RUNNING, after=Status.QUEUED, progress=None)
    overdue = Now() - timedelta(seconds=settings.QUEUE_DEADLINE_SECONDS)
    unheard = Now() - timedelta(seconds=RING_AFTER_SECONDS)
    waiting: dict[str, int] = {}
    for lane in Lane:
        line = claimable(lane)
        failed += line.filter(submitted_at__lt=overdue).move(
            before=Status.QUEUED, after=Status.FAILED, failure=Failure.OVERDUE
        )
        waiting[lane] = line.filter(submitted_at__lt=unheard).order_by().count()
    if failed:
        log.error("%s submissions ended as our fault; no attempt was charged", failed)
    if requeued:
        log.warning("%s submissions lost their worker and are in line again", requeued)
    return Swept(requeued=requeued, failed=failed, waiting=waiting)
