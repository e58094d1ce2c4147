"""A request id on every answer and every log line, so that a person's report can be found in the log."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from annsite.rest.log_context import bind

SENT_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
LONGEST_PATH = 200
UNLOGGED = ("/static/", "/healthz", "/readyz", "/metrics")

request_id: ContextVar[str] = ContextVar("request_id", default="-")
log = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Take the proxy's X-Request-ID where it is well formed, else make one; log each request under it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        current = sent if SENT_ID.fullmatch(sent) else uuid.uuid4().hex
        token = request_id.set(current)
        started = time.perf_counter()
        try:
            with bind(request_id=current):
                response = self.get_response(request)
                _log(request, response, time.perf_counter() - started)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = current
        return response


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Log the page's name and not its address: that may hold a password-reset link, and a query anything."""
    failed = response.status_code >= 500
    if request.path.startswith(UNLOGGED) and not failed:
        return
    match = request.resolver_match
    name = match.view_name if match else request.path[:LONGEST_PATH]
    fields: dict[str, object] = {"status": response.status_code, "milliseconds": round(seconds * 1000, 1)}
    if match and "submission" in name and match.kwargs:
        fields["submission"] = next(iter(match.kwargs.values()))
    with bind(**fields):
        log.log(logging.ERROR if failed else logging.INFO, "%s %s", request.method, name)
