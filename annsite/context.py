"""What every page shows around its content."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from annsite.admin_site import may_use_admin
from lessons.queries import timeline


class Site:
    """The frame of a page; each part is read from the database only where a template shows it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.banner: str = settings.BANNER

    def timeline(self) -> list[dict[str, Any]]:
        path = self._request.path
        return [
            {
                "number": row.number,
                "year": row.year,
                "title": row.title,
                "slug": row.slug,
                "url": row.url,
                "state": row.state,
                "is_current": row.url == path or any(card.url == path for card in row.exercises),
            }
            for row in timeline(getattr(self._request, "user", None))
        ]

    def can_use_admin(self) -> bool:
        return may_use_admin(getattr(self._request, "user", None))


def site(request: HttpRequest) -> dict[str, Site | Callable[[], Site]]:
    return {"site": Site(request)}
