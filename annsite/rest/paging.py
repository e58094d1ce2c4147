"""Cursor paging: a page stays right while rows are added."""

import re
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

POSITION = re.compile(r"[0-9]{1,18}")


class CursorPaging(CursorPagination):
    """Newest first; `next` and `previous` stand in the body and in a Link header."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "-pk"

    def decode_cursor(self, request: Any) -> Any:
        """Refuse a position that is no row number, before the database is asked."""
        cursor = super().decode_cursor(request)
        if (
            cursor is not None
            and cursor.position is not None
            and not POSITION.fullmatch(str(cursor.position))
        ):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        links = [("next", self.get_next_link()), ("prev", self.get_previous_link())]
        header = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links if url)
        if header:
            response["Link"] = header
        return response
