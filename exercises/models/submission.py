"""Submissions: each row is an answer, and while it waits, a place in the grading queue."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.crypto import get_random_string

from exercises.models.exercise import Exercise, ExerciseRevision
from lessons.models import Enrolment

PUBLIC_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class Status(models.TextChoices):
    QUEUED = "queued", "In line"
    RUNNING = "running", "Being graded"
    GRADED = "graded", "Graded"
    FAILED = "failed", "Failed (our fault)"
    CANCELLED = "cancelled", "Cancelled"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.FAILED, Status.CANCELLED}),
    Status.RUNNING: frozenset({Status.QUEUED, Status.GRADED, Status.FAILED, Status.CANCELLED}),
    Status.GRADED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
FINAL = [status for status, following in TRANSITIONS.items() if not following]
UNCHARGED = [Status.FAILED, Status.CANCELLED]


class Failure(models.TextChoices):
    """Why we could not grade; each is our fault and costs no attempt."""

    NONE = "", "None"
    WORKER_LOST = "worker_lost", "The worker was lost again and again"
    GRADER_ERROR = "grader_error", "The grader broke"
    OVERDUE = "overdue", "No worker took it in time"


def new_public_id() -> str:
    """Return an opaque id of 59 random bits that reads well aloud."""
    return get_random_string(12, PUBLIC_ID_ALPHABET)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Status changes happen only here, each a conditional UPDATE that says how many rows it moved."""

    def charged(self) -> "SubmissionQuerySet":
        return self.exclude(status__in=UNCHARGED)

    def waiting(self) -> "SubmissionQuerySet":
        return self.filter(status=Status.QUEUED)

    def lease_lost(self) -> "SubmissionQuerySet":
        return self.filter(status=Status.RUNNING, lease_until__lt=Now())

    def move(self, *, before: Status, after: Status, **values: Any) -> int:
        """Move the rows that are still in `before`; the database's clock marks the end."""
        if after not in TRANSITIONS[before]:
            raise ValueError(f"a submission never goes from {before} to {after}")
        if after != Status.RUNNING:
            values |= {"lease_until": None}
        if after in FINAL:
            values |= {"finished_at": Now()}
        return self.filter(status=before).update(status=after, **values)


class Submission(models.Model):
    """One answer of one person. `fence` counts the claims: only the newest claim may write a grade."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="submissions")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="submissions")
    revision = models.ForeignKey(ExerciseRevision, on_delete=models.PROTECT, related_name="submissions")
    attempt = models.PositiveIntegerField()
    answer = models.JSONField()
    answer_digest = models.CharField(max_length=64)
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  (NULLs are not unique)
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    failure = models.CharField(max_length=12, choices=Failure, default=Failure.NONE, blank=True)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "exercise", "attempt"], name="submission_attempt_is_unique"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "idempotency_key"], name="submission_idempotency_key_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.RUNNING, lease_until__isnull=False)
                | (~Q(status=Status.RUNNING) & Q(lease_until=None)),
                name="submission_has_a_lease_while_running",
            ),
            models.CheckConstraint(
                condition=Q(status__in=FINAL, finished_at__isnull=False)
                | (~Q(status__in=FINAL) & Q(finished_at=None)),
                name="submission_has_an_end_when_final",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.FAILED) ^ Q(failure=Failure.NONE),
                name="submission_failure_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(F("fence"), F("id"), condition=Q(status=Status.QUEUED), name="submission_queue"),
            models.Index(
                fields=["lease_until"], condition=Q(status=Status.RUNNING), name="submission_leases"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("exercises:submission-detail", args=[self.public_id])

    def is_final(self) -> bool:
        return self.status in FINAL
