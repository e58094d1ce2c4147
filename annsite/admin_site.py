"""The admin: open to whoever teaches a course, besides superusers."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import include, path

from annsite.accounts.models import User
from lessons.access import instructed_courses, taught_courses, teaches


def may_use_admin(user: Any) -> bool:
    """A superuser, or a person with a teaching role in some course."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser or teaches(user))


class ThresholdAdminSite(AdminSite):
    site_header = "Threshold"
    site_title = "Threshold admin"
    index_title = "Course administration"
    login_form = AuthenticationForm

    def has_permission(self, request: HttpRequest) -> bool:
        return may_use_admin(request.user)

    def get_urls(self) -> list[Any]:
        return [path("teaching/", include("exercises.admin.urls")), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the pages of each course that the person teaches above the tables."""
        links = {"teaching": _taught(request.user) if isinstance(request.user, User) else []}
        return super().index(request, links | (extra_context or {}))


def _taught(user: User) -> list[Any]:
    """List the courses that the person teaches, each marked with whether they run it."""
    run = set(instructed_courses(user).values_list("pk", flat=True))
    courses = list(taught_courses(user))
    for course in courses:
        course.is_run = course.pk in run
    return courses
