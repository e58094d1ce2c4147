"""Whose course a page of the admin is about, and the frame that such pages share."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from annsite.accounts.models import User
from lessons.access import instructed_courses, taught_courses
from lessons.models import Course, Enrolment, Role, Section


def person(request: HttpRequest) -> User:
    """Return who is signed in; the admin lets nobody else come this far."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def taught_course(request: HttpRequest, slug: str) -> Course:
    """Return a course that the person teaches in any role, or raise 404."""
    course: Course = get_object_or_404(taught_courses(person(request)), slug=slug)
    return course


def instructed_course(request: HttpRequest, slug: str) -> Course:
    """Return a course that the person runs; 404 for strangers, refused to its assistants."""
    course = taught_course(request, slug)
    if not runs(request, course):
        raise PermissionDenied
    return course


def runs(request: HttpRequest, course: Course) -> bool:
    return bool(instructed_courses(request.user).filter(pk=course.pk).exists())


def visible_students(request: HttpRequest, course: Course) -> Any:
    """Students of the course whose work the person may see: all of them, or those of their sections."""
    rows = Enrolment.objects.for_staff(person(request)).filter(course=course, role=Role.STUDENT)
    return rows.active()


def chosen_section(request: HttpRequest, course: Course) -> Section | None:
    """Return the section that the address names, when the person may see it; else none."""
    wanted = request.GET.get("section", "")
    rows = visible_sections(request, course)
    found: Section | None = rows.filter(pk=wanted).first() if wanted.isdecimal() else None
    return found


def visible_sections(request: HttpRequest, course: Course) -> Any:
    return course.sections.filter(pk__in=visible_students(request, course).values("sections"))


def course_page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
) -> TemplateResponse:
    """Render a page in the frame of the admin."""
    frame = {**admin.site.each_context(request), "title": title}
    return TemplateResponse(request, template, {**frame, **context}, status=status)
