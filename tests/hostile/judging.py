"""Compare an answer with the one that is documented, and with what no answer may ever be."""

import html
import json
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from tests.hostile.cases import Case

PROBLEM_TYPE = "application/problem+json"
PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}
LEAKS = (
    "Traceback",
    "site-packages",
    "Error at /",
    "OperationalError",
    "most recent call",
    "DJANGO_SETTINGS",
)
OURS = ("/static/", "/admin/jsi18n/")
DATA_TYPES = ("application/json", "importmap")
LONGEST_PROBLEM = 60_000


@dataclass(frozen=True)
class Received:
    """An answer, from whichever client."""

    status: int
    content_type: str
    text: str
    location: str = ""


class _Scripts(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not _is_ours(given):
            self.found.append(f"<script {given}>")
        if tag in ("iframe", "object", "embed", "base"):
            self.found.append(f"<{tag}>")
        self.found += [f"{name}={value}" for name, value in attrs if name.startswith("on")]
        self.found += [
            value for value in given.values() if value and value.strip().lower().startswith("javascript:")
        ]


def _is_ours(given: dict[str, str | None]) -> bool:
    """Tell scripts from files of the site, and data that no browser runs."""
    return (given.get("src") or "").startswith(OURS) or given.get("type") in DATA_TYPES


def what_would_run(page: str) -> list[str]:
    """List scripts, event attributes and frames that are not the site's own."""
    parser = _Scripts()
    parser.feed(page)
    return parser.found


def faults(case: Case, received: Received, secrets: list[str], over_http: bool = False) -> list[str]:
    """Say what is wrong with an answer; nothing if it is the documented one."""
    wanted = case.server_status if over_http and case.server_status else case.status
    allowed = wanted if isinstance(wanted, tuple) else (wanted,)
    found = [] if received.status in allowed else [f"status {received.status}, not {wanted}"]
    if over_http and case.server_status:
        return found
    if case.score is None and case.words not in html.unescape(received.text):
        found.append(f"does not say “{case.words}”")
    if received.content_type.startswith("text/html"):
        found += what_would_run(received.text)
    elif received.status >= 400 and case.send().path.startswith("/api/"):
        found += _problem_faults(case, received)
    found += [f"leaks {secret!r}" for secret in [*LEAKS, *secrets] if secret in html.unescape(received.text)]
    return [f"{fault}: {received.text[:300]}" for fault in found]


def _problem_faults(case: Case, received: Received) -> list[str]:
    if received.content_type != PROBLEM_TYPE:
        return [f"is {received.content_type}, not {PROBLEM_TYPE}"]
    problem = _decoded(received.text)
    if set(problem) != PROBLEM_KEYS:
        return [f"has the keys {sorted(problem)}"]
    found = []
    if problem["status"] != received.status:
        found.append(f"says {problem['status']}")
    if case.code and problem["code"] != case.code:
        found.append(f"code {problem['code']}, not {case.code}")
    fields = [error["field"] for error in problem["errors"]]
    if case.field is not None and case.field not in fields:
        found.append(f"names {fields[:3]}, not {case.field}")
    if case.code == "answer_refused":
        found += _silent_errors(problem["errors"])
    if len(received.text) > LONGEST_PROBLEM:
        found.append(f"has {len(received.text)} characters")
    return found


def _decoded(text: str) -> dict[str, Any]:
    """Return the object in a text, or an empty one."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _silent_errors(errors: list[dict[str, str]]) -> list[str]:
    """Every refusal names the value, the limit, and says a sentence."""
    if not errors:
        return ["names no field"]
    return [
        f"{key} is missing for {error['field']}"
        for error in errors
        for key in ("limit", "message")
        if not error[key]
    ]
