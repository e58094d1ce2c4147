"""Error pages: a page for people, a problem document under /api/."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from annsite.rest.errors import problem_page

API = "/api/v1/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problem_page(request, status=400, code="bad_request", detail="The request cannot be read.")
    return _plain(defaults.bad_request)(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problem_page(request, status=404, code="not_found", detail="There is nothing at this address.")
    return _plain(defaults.page_not_found)(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        detail = "Something broke on our side. It is logged under request_id."
        return problem_page(request, status=500, code="our_fault", detail=detail)
    return _plain(defaults.server_error)(request)


def _plain(view: Any) -> Callable[..., HttpResponse]:
    """Return Django's error page without its search for a CSRF token: that reads a form nobody can read."""
    plain: Callable[..., HttpResponse] = view.__wrapped__
    return plain
