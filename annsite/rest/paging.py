"""Cursor paging: a page stays right while rows are added."""

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class CursorPaging(CursorPagination):
    """Newest first; `next` and `previous` stand in the body and in a Link header."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "-pk"

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        links = [("next", self.get_next_link()), ("prev", self.get_previous_link())]
        header = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links if url)
        if header:
            response["Link"] = header
        return response
