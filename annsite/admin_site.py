"""The admin: open to whoever teaches a course, besides superusers."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import include, path

from annsite.accounts.forms import SignInForm
from annsite.accounts.models import User
from lessons.access import instructed_courses, taught_courses, teaches

# Whatever has so many digits fits the key of a row in every database.
MOST_DIGITS = 18


def may_use_admin(user: Any) -> bool:
    """A superuser, or a person with a teaching role in some course."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser or teaches(user))


class ThresholdAdminSite(AdminSite):
    site_header = "Threshold"
    site_title = "Threshold admin"
    index_title = "Course administration"
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        return may_use_admin(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Wrap a view as Django does; an address that no database could look up never reaches it."""

        @wraps(view)
        def look(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            _refuse_unreadable(request, kwargs)
            answer: HttpResponseBase = view(request, *args, **kwargs)
            return answer

        return super().admin_view(look, cacheable)

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


def _refuse_unreadable(request: HttpRequest, parts: dict[str, Any]) -> None:
    """Answer 404 to a path, and 400 to a query, with a NUL or a number too long for a key."""
    if not all(_is_readable(str(part)) for part in parts.values()):
        raise Http404
    for name, values in request.GET.lists():
        if not all(_is_readable(value) for value in (name, *values)):
            message = f"{name[:50]!r}: a value with a NUL, or a number of more than {MOST_DIGITS} digits."
            raise BadRequest(message)


def _is_readable(text: str) -> bool:
    return "\0" not in text and not (len(text) > MOST_DIGITS and text.isdecimal())
