"""A run of the course, its sections, and who takes part in which role."""

import zoneinfo
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from annsite.accounts.models import User


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"{value!r} is not a time zone; write one like Europe/Berlin")


class Course(models.Model):
    """One run of the course: the same lessons, its own people and dates."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    open_enrolment = models.BooleanField(
        default=False, help_text="Whoever signs up on this site becomes a student of this course."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """A group within a course, such as a tutorial class."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["course", "name"]
        constraints = [
            models.UniqueConstraint(fields=["course", "name"], name="section_name_is_unique_in_course")
        ]

    def __str__(self) -> str:
        return f"{self.course.slug}: {self.name}"


class Label(models.Model):
    """A mark on people of a course, such as "extra time", by which an instructor addresses them together."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["course", "name"]
        constraints = [
            models.UniqueConstraint(fields=["course", "name"], name="label_name_is_unique_in_course")
        ]

    def __str__(self) -> str:
        return f"{self.course.slug}: {self.name}"


class Role(models.TextChoices):
    STUDENT = "student", "Student"
    ASSISTANT = "assistant", "Assistant"
    INSTRUCTOR = "instructor", "Instructor"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> "EnrolmentQuerySet":
        return self.filter(is_active=True, user__is_active=True)

    def for_staff(self, user: User) -> "EnrolmentQuerySet":
        """Enrolments whose work `user` may see: an instructor's courses, an assistant's sections."""
        if user.is_superuser:
            return self
        own = Enrolment.objects.filter(user=user, is_active=True)
        courses = own.filter(role=Role.INSTRUCTOR).values("course")
        sections = own.filter(role=Role.ASSISTANT).values("sections")
        return self.filter(Q(course__in=courses) | Q(pk__in=Enrolment.objects.filter(sections__in=sections)))


class Enrolment(models.Model):
    """One person in one course: the role, and the sections they belong to or look after."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="enrolments")
    role = models.CharField(max_length=10, choices=Role, default=Role.STUDENT)
    sections = models.ManyToManyField(Section, blank=True, related_name="enrolments")
    labels = models.ManyToManyField(Label, blank=True, related_name="enrolments")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["course", "user"]
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="enrolment_is_one_per_person_and_course"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.course.slug} as {self.role}"
