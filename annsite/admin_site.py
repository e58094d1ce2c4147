"""The admin: open to whoever teaches a course, besides superusers."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest

from lessons.access import teaches


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
