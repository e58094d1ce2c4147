"""Take jobs from the queue and give back results: every change is conditional on still holding the claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from exercises.models import Grade, Lane, Status, Submission
from exercises.models.submission import Failure
from exercises.queries.line import claimable, in_turn


@dataclass(frozen=True)
class Job:
    """A claimed submission: what to grade, and the fencing token that must still hold at the end."""

    pk: int
    public_id: str
    fence: int
    revision_pk: int
    enrolment_pk: int
    exercise: str
    answer: dict[str, object]


@dataclass(frozen=True)
class Result:
    """A grade that waits to be written for the job that earned it."""

    job: Job
    grade: Grade


def claim(lane: Lane) -> list[Job]:
    """Claim the fairest jobs of a lane: a batch of fresh ones, or one that lost its worker before, alone.

    A job that kills its worker must not take the others of a batch with it a second time. Trainings are
    claimed one by one.
    """
    if not claimable(lane).exists():
        return []
    with transaction.atomic(durable=True):
        rows = Submission.objects.filter(pk__in=_fairest(lane)).select_for_update(
            skip_locked=True, of=("self",)
        )
        chosen = list(rows.waiting().values_list("pk", flat=True))
        Submission.objects.filter(pk__in=chosen).move(
            before=Status.QUEUED,
            after=Status.RUNNING,
            fence=F("fence") + 1,
            started_at=Now(),
            lease_until=_lease_end(),
        )
        claimed = Submission.objects.filter(pk__in=chosen).order_by("pk")
        fields = ("pk", "public_id", "fence", "revision_id", "enrolment_id", "exercise__slug", "answer")
        return [Job(*values) for values in claimed.values_list(*fields)]


def will_be_found(pk: int) -> bool:
    """Whether a worker is bound to come upon this interactive submission without a bell of its own.

    Asked after the commit: where an earlier one still waits, or one is running, a claim is yet to come,
    because a worker claims again after each batch until nothing waits. Where it dies, the sweeper rings.
    """
    waits_before = Q(status=Status.QUEUED, pk__lt=pk)
    is_running = Q(status=Status.RUNNING, lease_until__gt=Now())
    rows = Submission.objects.filter(waits_before | is_running, lane=Lane.INTERACTIVE)
    return rows.order_by().exists()


def finish(results: Sequence[Result]) -> list[Job]:
    """Write the grades of the jobs whose claim still holds, all or none, and return those jobs."""
    fences = {result.job.pk: result.job.fence for result in results}
    with transaction.atomic(durable=True):
        running = Submission.objects.filter(pk__in=fences, status=Status.RUNNING).order_by("pk")
        rows = running.select_for_update(of=("self",)).values_list("pk", "fence")
        held = {pk for pk, fence in rows if fence == fences[pk]}
        if held:
            Submission.objects.filter(pk__in=held).move(before=Status.RUNNING, after=Status.GRADED)
            Grade.objects.bulk_create([result.grade for result in results if result.job.pk in held])
    return [result.job for result in results if result.job.pk in held]


def keep(job: Job, progress: dict[str, Any] | None) -> bool:
    """Extend the lease of a running job and note how far it is; False when the claim no longer holds."""
    mine = Submission.objects.filter(pk=job.pk, fence=job.fence, status=Status.RUNNING)
    values: dict[str, Any] = {"lease_until": _lease_end()}
    if progress is not None:
        values["progress"] = progress
    return bool(mine.update(**values))


def give_back(job: Job, failure: Failure) -> bool:
    """Put a job back in line, or end it as our fault after the last try; True when it ended."""
    mine = Submission.objects.filter(pk=job.pk, fence=job.fence)
    if job.fence < settings.GRADING_TRIES:
        mine.move(before=Status.RUNNING, after=Status.QUEUED, progress=None)
        return False
    return bool(mine.move(before=Status.RUNNING, after=Status.FAILED, failure=failure))


def release(jobs: Sequence[Job]) -> None:
    """Put jobs that were not begun back in line, as if they had never been claimed: it costs them no try."""
    for job in jobs:
        mine = Submission.objects.filter(pk=job.pk, fence=job.fence)
        mine.move(before=Status.RUNNING, after=Status.QUEUED, fence=F("fence") - 1, progress=None)


def _lease_end() -> Any:
    return Now() + timedelta(seconds=settings.GRADING_LEASE_SECONDS)


def _fairest(lane: Lane) -> list[int]:
    """Return the job numbers of the next batch."""
    size = settings.GRADING_BATCH if lane == Lane.INTERACTIVE else 1
    found = list(in_turn(claimable(lane)).values_list("pk", "fence")[:size])
    if found and found[0][1] > 0:
        return [found[0][0]]
    return [pk for pk, fence in found if fence == 0]
