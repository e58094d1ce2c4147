"""How a course delivers an exercise: dates, attempts, late credit, and who is granted what beyond them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from exercises.models.exercise import Exercise
from lessons.models import AppendOnly, AppendOnlyQuerySet, Course, Enrolment, Label, Section


class GradePolicy(models.TextChoices):
    """Which attempt counts."""

    BEST = "best", "The best attempt"
    LAST = "last", "The last attempt"
    FIRST = "first", "The first attempt"


class FeedbackRule(models.TextChoices):
    """When a student sees more of a result than its score."""

    NOW = "now", "At once"
    AFTER_DEADLINE = "after_deadline", "After the deadline"
    AFTER_PASSING = "after_passing", "After full points, or after the deadline"


class SolutionRule(models.TextChoices):
    """When a student may read the worked solution."""

    AFTER_PASSING = "after_passing", "After full points"
    AFTER_DEADLINE = "after_deadline", "After the deadline"
    EITHER = "either", "After full points, or after the deadline"
    NEVER = "never", "Never"


class Assignment(models.Model):
    """How a course delivers an exercise; without a row the exercise's own rules hold.

    Late credit is a list of {"hours": h, "percent": p}: up to h hours after the due date an answer counts
    p per cent. After the last step it counts nothing; an empty list takes late answers in full.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="assignments")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="assignments")
    opens_at = models.DateTimeField(null=True, blank=True, help_text="Before this no answer is taken")
    due_at = models.DateTimeField(null=True, blank=True, help_text="Later answers are late")
    closes_at = models.DateTimeField(null=True, blank=True, help_text="After this no answer is taken")
    late_credit = models.JSONField(default=list, db_default=[], blank=True)
    attempts = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Attempts in this course; 0 means unlimited, empty means as the exercise says",
    )
    cooldown_seconds = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Seconds that must pass between two attempts"
    )
    grade_policy = models.CharField(
        max_length=5, choices=GradePolicy, default=GradePolicy.BEST, db_default=GradePolicy.BEST
    )
    feedback = models.CharField(
        max_length=14, choices=FeedbackRule, default=FeedbackRule.NOW, db_default=FeedbackRule.NOW
    )
    solution = models.CharField(
        max_length=14,
        choices=SolutionRule,
        default=SolutionRule.AFTER_PASSING,
        db_default=SolutionRule.AFTER_PASSING,
    )
    is_paused = models.BooleanField(default=False, help_text="While paused, no new answers are taken")

    class Meta:
        ordering = ["course", "exercise"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "exercise"], name="assignment_is_one_per_course_and_exercise"
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(due_at=None) | Q(opens_at__lt=models.F("due_at")),
                name="assignment_opens_before_it_is_due",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(closes_at=None) | Q(due_at__lte=models.F("closes_at")),
                name="assignment_is_due_before_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exercise} in {self.course}"


class Extension(models.Model):
    """More time or attempts for one student, a section or a label; the most generous of several counts.

    It is never deleted: `revoked_at` ends it, so the record of who granted what, and why, stays.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="extensions")
    exercise = models.ForeignKey(
        Exercise,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="extensions",
        help_text="Empty means every exercise of the course",
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, null=True, blank=True, related_name="extensions"
    )
    section = models.ForeignKey(
        Section, on_delete=models.CASCADE, null=True, blank=True, related_name="extensions"
    )
    label = models.ForeignKey(
        Label, on_delete=models.CASCADE, null=True, blank=True, related_name="extensions"
    )
    extra_minutes = models.PositiveIntegerField(
        default=0, help_text="Minutes added to the due date and to the closing date"
    )
    extra_attempts = models.PositiveIntegerField(default=0)
    reason = models.TextField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="extensions_granted"
    )
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="extensions_revoked",
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(enrolment__isnull=False, section=None, label=None)
                | Q(enrolment=None, section__isnull=False, label=None)
                | Q(enrolment=None, section=None, label__isnull=False),
                name="extension_is_for_one_student_section_or_label",
            ),
            models.CheckConstraint(
                condition=Q(extra_minutes__gt=0) | Q(extra_attempts__gt=0),
                name="extension_grants_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"for {self.enrolment or self.section or self.label}"


class HintTaken(AppendOnly):
    """That a person opened a hint that costs points, and when."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="hints_taken")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="hints_taken")
    number = models.PositiveSmallIntegerField(help_text="Counted from 1")
    cost = models.FloatField(help_text="Points it cost when it was opened")
    taken_at = models.DateTimeField()

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "exercise", "number"], name="hint_is_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} took hint {self.number} of {self.exercise_id}"


class PauseQuerySet(models.QuerySet["Pause"]):
    def active(self) -> "PauseQuerySet":
        return self.filter(lifted_at=None)


class Pause(models.Model):
    """Grading stands still, of one exercise or of all: answers are taken and wait in line."""

    exercise = models.ForeignKey(
        Exercise,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pauses",
        help_text="Empty means every exercise",
    )
    reason = models.TextField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pauses")
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pauses_lifted",
    )

    objects: ClassVar[Any] = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.exercise or 'everything'} since {self.created_at}"
