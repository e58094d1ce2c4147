"""Submissions: each row is an answer, and while it waits, a place in the grading queue."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.crypto import get_random_string

from exercises.models.exercise import Exercise, ExerciseRevision
from lessons.models import AppendOnly, AppendOnlyQuerySet, Enrolment

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


class Lane(models.TextChoices):
    """Which workers take it: what is graded in milliseconds never waits behind what trains for seconds."""

    INTERACTIVE = "interactive", "Interactive"
    TRAINING = "training", "Training"


class Failure(models.TextChoices):
    """Why we could not grade; each is our fault and costs no attempt."""

    NONE = "", "None"
    WORKER_LOST = "worker_lost", "The worker was lost again and again"
    GRADER_ERROR = "grader_error", "The grader broke"
    OVERDUE = "overdue", "No worker took it in time"
    TOO_SLOW = "too_slow", "The machine was slower than the estimate allows"


def new_public_id() -> str:
    """Return an opaque id of 59 random bits that reads well aloud."""
    return get_random_string(12, PUBLIC_ID_ALPHABET)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Status changes happen only here, each a conditional UPDATE that says how many rows it moved."""

    def charged(self) -> "SubmissionQuerySet":
        return self.exclude(status__in=UNCHARGED).filter(refund=None)

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
    source = models.JSONField(
        null=True, blank=True, help_text="Name, SHA-256 and bytes of the file that the answer came in"
    )
    lane = models.CharField(
        max_length=11, choices=Lane, default=Lane.INTERACTIVE, db_default=Lane.INTERACTIVE
    )
    progress = models.JSONField(null=True, blank=True, help_text="What a training has reached, while it runs")
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
            models.Index(
                F("lane"), F("fence"), F("id"), condition=Q(status=Status.QUEUED), name="submission_queue"
            ),
            models.Index(fields=["exercise", "-id"], name="submission_by_exercise"),
            models.Index(fields=["-submitted_at"], name="submission_by_time"),
            models.Index(
                fields=["status", "-id"], condition=~Q(status="graded"), name="submission_not_graded"
            ),
            models.Index(
                fields=["finished_at"], condition=Q(finished_at__isnull=False), name="submission_ends"
            ),
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


class AttemptRefund(AppendOnly):
    """That somebody who teaches gave an attempt back, and why."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="refund")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="refunds")
    reason = models.TextField()
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="refund_has_a_reason")]

    def __str__(self) -> str:
        return f"attempt of {self.submission_id} given back"


class ReviewRequest(models.Model):
    """A student's request that a person looks at a grade, and the answer to it."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="review_request")
    message = models.TextField()
    created_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(message=""), name="review_request_says_why"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="review_request_is_answered_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.submission_id}"
