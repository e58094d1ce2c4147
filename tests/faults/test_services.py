"""The services of each profile, started one by one as docker-compose.yml does, serve and grade together."""

import json
import urllib.request
from typing import Any

import pytest

from tests.factories import LECTURE
from tests.site import free_port
from tests.stack import Stack, answers, wait_for

pytestmark = pytest.mark.timeout(240)


def ask(url: str, token: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def test_an_answer_sent_over_http_is_graded_by_the_worker(stack: Stack) -> None:
    stack.start_broker()
    stack.start_worker()
    stack.start_sweeper()
    site = stack.start_web(free_port())
    wait_for(lambda: answers(f"{site}/readyz"), "the site to be ready")
    scopes = ("--scope=submissions.write", "--scope=submissions.read")
    token = stack.manage("create_token", "person0", *scopes).strip()

    sent = ask(f"{site}/api/v1/submissions/", token, {"exercise": "xor-weights", "answer": LECTURE})
    address = f"{site}/api/v1/submissions/{sent['id']}/"
    wait_for(lambda: ask(address, token)["status"] == "graded", "the grade")

    assert ask(address, token)["score"] == 100
