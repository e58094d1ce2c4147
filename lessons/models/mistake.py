"""What readers say is wrong in a lesson."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lessons.models.lesson import Lesson, LessonRevision


class MistakeReport(models.Model):
    """A reader's words about a passage; `revision` is the text as it was then."""

    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="mistake_reports")
    revision = models.ForeignKey(LessonRevision, on_delete=models.PROTECT, related_name="+")
    anchor = models.CharField(max_length=200, blank=True, help_text="id of the heading; empty: the whole")
    quote = models.TextField(blank=True, help_text="the paragraph, as the reader saw it")
    words = models.TextField()
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="mistake_reports",
    )
    created_at = models.DateTimeField(db_index=True)
    done = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="mistake_report_says_what"),
        ]

    def __str__(self) -> str:
        return f"report {self.pk} on {self.lesson}"

    def get_absolute_url(self) -> str:
        """Return the address of the passage."""
        page = self.lesson.get_absolute_url()
        return f"{page}#{self.anchor}" if self.anchor else page
