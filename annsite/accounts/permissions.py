"""Which scope a token needs for a view."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from annsite.accounts.models import ApiToken


class HasScope(BasePermission):
    """Signed in; and where by token, with the scope that the view names for the method.

    A view sets `scopes = {"GET": "submissions.read", "POST": "submissions.write"}`; None means any token.
    """

    message = "This token lacks the scope that the request needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        needed = getattr(view, "scopes", {}).get("GET" if request.method == "HEAD" else request.method)
        return needed is None or needed in request.auth.scopes
