"""Take jobs from the queue and give back results: every change is conditional on still holding the claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce, Now, RowNumber

from exercises.models import Grade, Status, Submission
from exercises.models.submission import Failure


@dataclass(frozen=True)
class Job:
    """A claimed submission: what to grade, and the fencing token that must still hold at the end."""

    pk: int
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


def claim() -> list[Job]:
    """Claim the fairest jobs: a batch of fresh ones, or one that lost its worker before, on its own.

    A job that kills its worker must not take the others of a batch with it a second time.
    """
    if not Submission.objects.waiting().exists():
        return []
    with transaction.atomic(durable=True):
        rows = Submission.objects.filter(pk__in=_fairest()).select_for_update(skip_locked=True, of=("self",))
        chosen = list(rows.waiting().values_list("pk", flat=True))
        Submission.objects.filter(pk__in=chosen).move(
            before=Status.QUEUED,
            after=Status.RUNNING,
            fence=F("fence") + 1,
            started_at=Now(),
            lease_until=Now() + timedelta(seconds=settings.GRADING_LEASE_SECONDS),
        )
        claimed = Submission.objects.filter(pk__in=chosen).select_related("exercise").order_by("pk")
        return [
            Job(row.pk, row.fence, row.revision_id, row.enrolment_id, row.exercise.slug, row.answer)
            for row in claimed
        ]


def will_be_found(pk: int) -> bool:
    """Whether a worker is bound to come upon this submission without a bell of its own.

    Asked after the commit: where an earlier one still waits, or one is running, a claim is yet to come,
    because a worker claims again after each batch until nothing waits. Where it dies, the sweeper rings.
    """
    waits_before = Q(status=Status.QUEUED, pk__lt=pk)
    is_running = Q(status=Status.RUNNING, lease_until__gt=Now())
    return Submission.objects.filter(waits_before | is_running).order_by().exists()


def _fairest() -> list[int]:
    """Return job numbers: first of those with the fewest running and waiting before them, oldest first."""
    running = (
        Submission.objects.filter(enrolment=OuterRef("enrolment"), status=Status.RUNNING)
        .order_by()
        .values("enrolment")
        .annotate(count=Count("*"))
        .values("count")
    )
    place = Window(RowNumber(), partition_by="enrolment_id", order_by="pk")
    ranked = (
        Submission.objects.waiting()
        .annotate(turn=place + Coalesce(Subquery(running, output_field=IntegerField()), 0))
        .order_by("turn", "pk")
        .values_list("pk", "fence")[: settings.GRADING_BATCH]
    )
    found = list(ranked)
    if found and found[0][1] > 0:
        return [found[0][0]]
    return [pk for pk, fence in found if fence == 0]


def finish(results: Sequence[Result]) -> list[Job]:
    """Write the grades of the jobs whose claim still holds, all or none, and return those jobs."""
    fences = {result.job.pk: result.job.fence for result in results}
    with transaction.atomic(durable=True):
        running = Submission.objects.filter(pk__in=fences, status=Status.RUNNING).order_by("pk")
        rows = running.select_for_update(of=("self",)).values_list("pk", "fence")
        held = {pk for pk, fence in rows if fence == fences[pk]}
        Submission.objects.filter(pk__in=held).move(before=Status.RUNNING, after=Status.GRADED)
        Grade.objects.bulk_create([result.grade for result in results if result.job.pk in held])
    return [result.job for result in results if result.job.pk in held]


def give_back(job: Job, failure: Failure) -> bool:
    """Put a job back in line, or end it as our fault after the last try; True when it ended."""
    mine = Submission.objects.filter(pk=job.pk, fence=job.fence)
    if job.fence < settings.GRADING_TRIES:
        mine.move(before=Status.RUNNING, after=Status.QUEUED)
        return False
    return bool(mine.move(before=Status.RUNNING, after=Status.FAILED, failure=failure))
