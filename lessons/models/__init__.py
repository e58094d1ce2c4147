"""Rows of the course: who takes it, and what is taught."""

from lessons.models.append_only import AppendOnly, AppendOnlyError, AppendOnlyQuerySet
from lessons.models.course import Course, Enrolment, Label, Role, Section
from lessons.models.finding import Passage, Term
from lessons.models.lesson import Lesson, LessonRevision, LessonVisit
from lessons.models.mistake import MistakeReport

__all__ = [
    "AppendOnly",
    "AppendOnlyError",
    "AppendOnlyQuerySet",
    "Course",
    "Enrolment",
    "Label",
    "Lesson",
    "LessonRevision",
    "LessonVisit",
    "MistakeReport",
    "Passage",
    "Role",
    "Section",
    "Term",
]
