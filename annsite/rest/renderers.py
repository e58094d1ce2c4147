"""JSON answers, whose errors say that they are problem documents."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

PROBLEM_TYPE = "application/problem+json"


class ProblemJSONRenderer(JSONRenderer):
    """Send errors as application/problem+json and everything else as application/json."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code >= 400:
            response["Content-Type"] = PROBLEM_TYPE
        rendered: bytes = super().render(data, accepted_media_type, renderer_context)
        return rendered
