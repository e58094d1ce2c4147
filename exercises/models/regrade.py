"""Regrades: a scope of submissions graded again apart from the ledger, compared, applied, and undone."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from exercises.models.exercise import Exercise, ExerciseRevision
from exercises.models.submission import Submission
from lessons.models import Course

# How the note of a grade begins that takes a regrade back.
UNDO = "undo of regrade"


class RegradeState(models.TextChoices):
    RUNNING = "running", "Dry run under way"
    READY = "ready", "Dry run done"
    APPLYING = "applying", "Being applied"
    APPLIED = "applied", "Applied"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"
    CANCELLED = "cancelled", "Cancelled"


class Regrade(models.Model):
    """One regrade: what it covers, who asked for it and why, and how far it went."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="regrades")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="regrades")
    revision = models.ForeignKey(
        ExerciseRevision, on_delete=models.PROTECT, related_name="regrades", help_text="Graded by these rules"
    )
    scope = models.JSONField(default=dict, help_text="The filters that chose the submissions")
    state = models.CharField(max_length=9, choices=RegradeState, default=RegradeState.RUNNING)
    reason = models.TextField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="regrades")
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="regrades_applied",
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="regrades_undone",
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="regrade_has_a_reason")]

    def __str__(self) -> str:
        return f"regrade {self.pk} of {self.exercise_id}"


class ItemStatus(models.TextChoices):
    """A dry run ends in done or failed; applying in applied or skipped; undoing that in undone or stays."""

    QUEUED = "queued", "In line"
    RUNNING = "running", "Being graded"
    DONE = "done", "Graded"
    FAILED = "failed", "Failed (our fault)"
    APPLIED = "applied", "Applied"
    SKIPPED = "skipped", "Left as it was: graded again since the dry run"
    UNDONE = "undone", "Undone"
    STAYS = "stays", "Left as it is: graded again since it was applied"


class RegradeItem(models.Model):
    """One submission of a regrade; the row is its place in the bulk lane, claimed as a submission is."""

    regrade = models.ForeignKey(Regrade, on_delete=models.CASCADE, related_name="items")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="regrade_items")
    status = models.CharField(max_length=7, choices=ItemStatus, default=ItemStatus.QUEUED)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    old_score = models.FloatField(null=True, help_text="The grader's newest score when the dry run began")
    new_score = models.FloatField(null=True)
    max_score = models.FloatField(null=True)
    report = models.JSONField(null=True)
    engine_version = models.CharField(max_length=32, blank=True)
    fingerprint = models.CharField(max_length=32, blank=True)
    duration_ms = models.FloatField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regrade", "submission"], name="regrade_covers_a_submission_once"
            ),
            models.CheckConstraint(
                condition=Q(status="running", lease_until__isnull=False)
                | (~Q(status="running") & Q(lease_until=None)),
                name="regrade_item_has_a_lease_while_running",
            ),
        ]
        indexes = [
            models.Index(
                fields=["regrade", "fence", "id"], condition=Q(status="queued"), name="regrade_item_queue"
            ),
            models.Index(fields=["regrade", "status"], name="regrade_item_states"),
            models.Index(fields=["lease_until"], condition=Q(status="running"), name="regrade_item_leases"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} in {self.regrade_id}"
