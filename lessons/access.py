"""Who may reach which course and lesson; pages and API ask here."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from annsite.accounts.models import User
from lessons.models import Course, Enrolment, Lesson, Role


def enrolments_of(user: Any) -> Any:
    """Active enrolments of a person, newest first; none for somebody not signed in."""
    if not isinstance(user, User):
        return Enrolment.objects.none()
    return Enrolment.objects.active().filter(user=user).select_related("course", "user").order_by("-pk")


def current_enrolment(user: Any, course_slug: str = "") -> Enrolment | None:
    """The enrolment that the person works in: the named course's, else the newest."""
    rows = enrolments_of(user)
    if course_slug:
        rows = rows.filter(course__slug=course_slug)
    found: Enrolment | None = rows.first()
    return found


def teaches(user: User) -> bool:
    """Whether the person has a teaching role in some course; asked once per loaded person."""
    return bool(_roles(user) - {Role.STUDENT})


def instructs(user: User) -> bool:
    """Whether the person runs some course; asked once per loaded person."""
    return user.is_superuser or Role.INSTRUCTOR in _roles(user)


def _roles(user: User) -> set[str]:
    """Keep the answer on the loaded row, as Django does with permissions: the admin asks often."""
    if "_course_roles" not in user.__dict__:
        user.__dict__["_course_roles"] = set(enrolments_of(user).values_list("role", flat=True))
    roles: set[str] = user.__dict__["_course_roles"]
    return roles


def courses_of(user: User) -> Any:
    return Course.objects.filter(enrolments__in=enrolments_of(user)).order_by("slug")


def taught_courses(user: User) -> Any:
    """Courses in which the person has a teaching role; all for a superuser."""
    if user.is_superuser:
        return Course.objects.all()
    return Course.objects.filter(enrolments__in=enrolments_of(user).exclude(role=Role.STUDENT).values("pk"))


def instructed_courses(user: Any) -> Any:
    """Courses that the person may run: all for a superuser, else those they instruct."""
    if user.is_superuser:
        return Course.objects.all()
    return Course.objects.filter(
        enrolments__in=Enrolment.objects.active().filter(user=user, role=Role.INSTRUCTOR).values("pk")
    )


def published_lesson(slug: str) -> Lesson:
    """Return a published lesson with its revision, or raise 404."""
    lesson: Lesson = get_object_or_404(Lesson.objects.published().select_related("revision"), slug=slug)
    if lesson.revision is None:
        raise Http404
    return lesson
