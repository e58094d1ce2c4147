"""What the OpenAPI schema says of errors: the same problem document everywhere."""

from typing import Any

from annsite.rest.errors import TITLES
from annsite.rest.renderers import PROBLEM_TYPE

ALWAYS = (401, 403, 406)
WITH_BODY = (400, 404, 413, 415, 422, 429)
WHEN_TOO_LATE = (409,)
TOO_LATE_PATHS = ("/cancel/", "/review/", "/hints/{number}/")
WHEN_QUEUED = (503,)
HEADERS = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "Always Bearer"}},
    503: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait"}},
    429: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait"}},
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "Stable: programs may compare it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "value", "limit", "message")},
                "required": ["field", "value", "limit", "message"],
            },
        },
        "request_id": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "errors", "request_id"],
}


def document_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the problem answers that each operation can give."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, methods in result["paths"].items():
        for operation in methods.values():
            for status in _statuses(path, operation):
                operation["responses"].setdefault(str(status), _answer(status))
    return result


def _statuses(path: str, operation: dict[str, Any]) -> list[int]:
    statuses = list(ALWAYS)
    if "requestBody" in operation:
        statuses += WITH_BODY
    if "202" in operation["responses"] or path.endswith(TOO_LATE_PATHS):
        statuses += WHEN_TOO_LATE
    if "202" in operation["responses"]:
        statuses += WHEN_QUEUED
    if "{" in path or operation.get("parameters"):
        statuses += [400, 404]
    return sorted(set(statuses))


def _answer(status: int) -> dict[str, Any]:
    reference = {"$ref": "#/components/schemas/Problem"}
    answer: dict[str, Any] = {"description": TITLES[status]}
    if status in HEADERS:
        answer["headers"] = HEADERS[status]
    return answer | {"content": {PROBLEM_TYPE: {"schema": reference}}}
