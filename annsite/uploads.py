"""Keep uploads in memory, and refuse at once what is larger than any answer may be."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

MOST_BYTES = 6_000_000


class CappedUploadHandler(MemoryFileUploadHandler):
    """Nothing is ever written to a disk."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  (Django's name)
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Look at the length before anything is read."""
        if content_length > MOST_BYTES:
            raise RequestDataTooBig(f"An upload may have {MOST_BYTES:,} bytes; this has {content_length:,}.")
        self.activated = True
