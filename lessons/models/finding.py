"""What readers find things by: passages of the published lessons, and the terms they introduce.

Both are made anew from the content at every sync, so nothing may refer to their rows.
"""

from django.db import models
from django.utils.text import slugify

from lessons.models.lesson import Lesson
from lessons.passages import fold


class Passage(models.Model):
    """The words of a lesson from one heading to the next; the first passage has no heading of its own."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="passages")
    position = models.PositiveSmallIntegerField()
    anchor = models.CharField(max_length=200, blank=True, help_text="id of the heading in the page")
    heading = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    folded = models.TextField(help_text="title, heading and text as the search compares them")

    class Meta:
        ordering = ["lesson__number", "position"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "position"], name="passage_has_one_place"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.position} {self.heading}"


class Term(models.Model):
    """A term of the field, the lesson that introduces it, and its meaning as HTML."""

    name = models.CharField(max_length=100, unique=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="terms")
    meaning = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def anchor(self) -> str:
        """Return the term's id in the glossary page."""
        return slugify(fold(self.name))
