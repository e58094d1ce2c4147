"""Exercises as they are published, and their immutable revisions."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from lessons.models import AppendOnly, AppendOnlyQuerySet, Lesson


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    def published(self) -> "ExerciseQuerySet":
        return self.filter(retired_at=None, revision__isnull=False)


class Exercise(models.Model):
    """One exercise under its stable id; its content is in the current revision."""

    slug = models.SlugField(unique=True, help_text="The stable id of the exercise, from its file name")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="exercises")
    position = models.PositiveSmallIntegerField()
    revision = models.ForeignKey(
        "ExerciseRevision", on_delete=models.PROTECT, null=True, blank=True, related_name="current_for"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ExerciseQuerySet.as_manager()

    class Meta:
        ordering = ["lesson__number", "position"]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("exercises:exercise-detail", args=[self.slug])


class ExerciseRevision(AppendOnly):
    """The exercise as it was published once; every grade names the revision it was made with."""

    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of the specification and of the rendered HTML"
    )
    title = models.CharField(max_length=200)
    points = models.FloatField()
    attempts = models.PositiveIntegerField(
        help_text="Attempts that a student has; 0 means as many as they like"
    )
    spec = models.JSONField()
    pages = models.JSONField(help_text="Rendered HTML: statement, hints, worked solution")
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["exercise", "number"]
        constraints = [
            models.UniqueConstraint(fields=["exercise", "number"], name="exercise_revision_number_is_unique"),
            models.UniqueConstraint(fields=["exercise", "digest"], name="exercise_revision_is_stored_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, revision {self.number}"
