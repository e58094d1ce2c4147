"""A request id on every answer, so that a person's report can be found in the log."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

SENT_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="-")
log = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Take the proxy's X-Request-ID where it is well formed, else make one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        current = sent if SENT_ID.fullmatch(sent) else uuid.uuid4().hex
        token = request_id.set(current)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = current
        if response.status_code >= 500:
            log.error(
                "%s %s answered %s, request %s", request.method, request.path, response.status_code, current
            )
        return response
