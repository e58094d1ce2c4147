"""How a log line looks: one JSON object in production, one readable line on a single machine."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

from annsite.rest.log_context import bound

RESET_LINK = re.compile(r"(/accounts/reset/)[^/\s]+/[^/\s]+")
API_TOKEN = re.compile(r"\bann_[\w-]{40,}")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def without_secrets(text: str) -> str:
    """Return the text with password-reset links and API tokens struck out."""
    return API_TOKEN.sub("[token]", RESET_LINK.sub(r"\1[link]", text))


class JsonFormatter(logging.Formatter):
    """One JSON object per event: time, level, logger, message, what is bound, and the traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            **bound(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = without_secrets("".join(traceback.format_exception(record.exc_info[1])))
        return json.dumps(line, default=str)


class LineFormatter(logging.Formatter):
    """The same for a person: one line, what is bound at its end, and the traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        message = CONTROL.sub(_escape, without_secrets(record.getMessage()))
        fields = "".join(f" {name}={value}" for name, value in bound().items())
        line = f"{_time(record)} {record.levelname} {record.name} {message}{fields}"
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + without_secrets("".join(traceback.format_exception(record.exc_info[1]))).rstrip()
        return line


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _escape(found: re.Match[str]) -> str:
    """Show a control character: nobody starts a line of their own in the log."""
    return f"\\x{ord(found[0]):02x}"
