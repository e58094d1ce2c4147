"""Lessons as they are published: a place in the timeline, and immutable revisions of the text."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse

from lessons.models.append_only import AppendOnly, AppendOnlyQuerySet
from lessons.models.course import Enrolment


class LessonQuerySet(models.QuerySet["Lesson"]):
    def published(self) -> "LessonQuerySet":
        return self.filter(revision__isnull=False)


class Lesson(models.Model):
    """One topic of the timeline; without a revision it is announced but not yet published."""

    slug = models.SlugField(unique=True)
    number = models.PositiveSmallIntegerField(unique=True)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=100)
    revision = models.ForeignKey(
        "LessonRevision", on_delete=models.PROTECT, null=True, blank=True, related_name="current_for"
    )

    objects: ClassVar[Any] = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("lessons:lesson-detail", args=[self.slug])


class LessonRevision(AppendOnly):
    """The text of a lesson as it was published once, with its rendered HTML."""

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="revisions")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the source and of the rendered HTML")
    title = models.CharField(max_length=200)
    summary = models.TextField()
    minutes = models.PositiveSmallIntegerField()
    goals = models.JSONField()
    concepts = models.JSONField()
    sources = models.JSONField()
    body = models.TextField()
    html = models.TextField()
    figures = models.JSONField()
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "digest"], name="lesson_revision_is_stored_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.digest[:8]}"


class LessonVisit(models.Model):
    """That a person opened a lesson, and when first."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="visits")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="visits")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="lesson_visit_is_recorded_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} opened {self.lesson_id}"
