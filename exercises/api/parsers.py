"""Read a request body as strictly as an answer itself is read."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from annsite.rest.errors import Problem
from engine.strict_json import MAX_BYTES, decode_json
from exercises.grading.parsing import AnswerRefused


class StrictJSONParser(BaseParser):
    """JSON without NaN, duplicate keys or bottomless nesting, and never more than the cap is read."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return decode_json(stream.read(MAX_BYTES + 1))
        except AnswerRefused as error:
            raise refusal(error) from error


def refusal(error: AnswerRefused) -> Problem:
    """Turn a refused answer into the API's error, one entry per field."""
    entries = [
        {"field": p.field, "value": p.value, "limit": p.limit, "message": p.message} for p in error.problems
    ]
    return Problem(status=422, code="answer_refused", detail=entries[0]["message"], errors=entries)
