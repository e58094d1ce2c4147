"""Every API error has one shape: RFC 9457 problem details with a stable code."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from annsite.rest.renderers import PROBLEM_TYPE
from annsite.rest.request_id import request_id


class Problem(exceptions.APIException):
    """An error with a status, a stable code, and one entry per refused field; `wait` in seconds."""

    def __init__(
        self,
        *,
        status: int,
        code: str,
        detail: str,
        errors: list[dict[str, Any]] | None = None,
        wait: int | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.errors = errors or []
        self.wait = wait


TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Refused",
    429: "Too many requests",
    500: "Our fault",
    503: "Too busy",
}


def problem_body(
    *, status: int, code: str, detail: str, instance: str, errors: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the problem document; `type` names the code, as no page of documentation exists per code."""
    return {
        "type": f"urn:annsite:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "errors": errors,
        "request_id": request_id.get(),
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception raised in an API view into a problem; anything unknown stays a 500."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    errors = error.errors if isinstance(error, Problem) else _field_errors(error)
    body = problem_body(
        status=error.status_code,
        code=_code(error),
        detail=_sentence(error, errors),
        instance=context["request"].path,
        errors=errors,
    )
    return Response(body, status=error.status_code, headers=_headers(error))


def problem_page(request: HttpRequest, *, status: int, code: str, detail: str) -> JsonResponse:
    """Return a problem for what fails before any API view is found."""
    body = problem_body(status=status, code=code, detail=detail, instance=request.path, errors=[])
    return JsonResponse(body, status=status, content_type=PROBLEM_TYPE)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    """Return the headers that tell a program when or how to try again."""
    wait, sign_in = getattr(error, "wait", None), getattr(error, "auth_header", None)
    headers = {"Retry-After": str(max(1, round(wait)))} if wait is not None else {}
    return headers | ({"WWW-Authenticate": str(sign_in)} if sign_in else {})


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else "invalid"


def _sentence(error: exceptions.APIException, errors: list[dict[str, Any]]) -> str:
    if isinstance(error.detail, (list, dict)):
        return errors[0]["message"] if errors else "The request was refused."
    return str(error.detail)


def _field_errors(error: exceptions.APIException) -> list[dict[str, Any]]:
    """Flatten a DRF validation error into the entries of `errors`."""
    if not isinstance(error.detail, (list, dict)):
        return []
    found: list[dict[str, Any]] = []

    def walk(node: Any, path: str) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                walk(value, f"{path}.{key}" if path else str(key))
        elif isinstance(node, list):
            for value in node:
                walk(value, path)
        else:
            found.append({"field": path, "value": "", "limit": str(node.code), "message": str(node)})

    walk(error.detail, "")
    return found
