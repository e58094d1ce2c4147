"""The ledger: what the grader found, and what people changed. Rows are added, never edited."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from exercises.models.exercise import ExerciseRevision
from exercises.models.regrade import Regrade
from exercises.models.submission import Submission
from lessons.models import AppendOnly, AppendOnlyQuerySet


class Grade(AppendOnly):
    """One run of the grader over one submission, with what is needed to run it again."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="grades")
    run = models.PositiveSmallIntegerField(
        default=1, help_text="1 for the first grading; a regrade adds the next"
    )
    revision = models.ForeignKey(ExerciseRevision, on_delete=models.PROTECT, related_name="grades")
    score = models.FloatField()
    max_score = models.FloatField()
    report = models.JSONField()
    engine_version = models.CharField(max_length=32)
    fingerprint = models.CharField(max_length=32)
    seed = models.BigIntegerField()
    fence = models.PositiveIntegerField()
    regrade = models.ForeignKey(
        Regrade, on_delete=models.PROTECT, null=True, blank=True, related_name="grades"
    )
    note = models.CharField(max_length=200, blank=True, db_default="", help_text="Why it was graded again")
    duration_ms = models.FloatField()
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["submission", "run"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "run"], name="grade_is_one_per_run"),
            models.CheckConstraint(condition=Q(score__gte=0), name="grade_score_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.score:g} of {self.max_score:g}"


class GradeChange(AppendOnly):
    """A person's decision about the grade of one submission, with the reason."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="changes")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grade_changes"
    )
    old_score = models.FloatField(null=True, help_text="Empty where nothing was graded before")
    new_score = models.FloatField()
    reason = models.TextField()
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="grade_change_has_a_reason"),
            models.CheckConstraint(condition=Q(new_score__gte=0), name="grade_change_score_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.old_score} -> {self.new_score}"
