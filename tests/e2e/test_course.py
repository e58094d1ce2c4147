"""Every exercise through the site: the reference gets all points, every expected mistake its own message."""

import json
import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from lessons.reading import read_course
from tests.e2e.conftest import Visitor

CONTENT = Path(__file__).parents[2] / "lessons" / "content"
EXERCISES = {file.id: file.data.get("attempts", 10) or 100 for file in read_course(CONTENT).exercises}
FINAL = re.compile(r'class="grade">\s*([\d.]+)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
PATIENCE = 120
TOO_MANY_WAIT = 429


def answers_for(visitor: Visitor, username: str, exercise: str) -> list[dict[str, Any]]:
    printed = visitor.site.stack.python("-m", "tests.e2e.course_answers", username, exercise)
    found: list[dict[str, Any]] = json.loads(printed)
    return found


def hand_in(page: Page, visitor: Visitor, exercise: str, answer: Any) -> str:
    """Paste an answer into the form as JSON, and return the address of its result."""
    address = f"{visitor.site.url}/exercises/{exercise}/"
    token = TOKEN.search(page.request.get(address).text())
    assert token
    form = {"csrfmiddlewaretoken": token[1], "answer_json": json.dumps(answer)}
    deadline = time.monotonic() + PATIENCE
    reply = page.request.post(address, form=form, headers={"Referer": address})
    while reply.status == TOO_MANY_WAIT and time.monotonic() < deadline:
        time.sleep(0.5)
        reply = page.request.post(address, form=form, headers={"Referer": address})
    assert "/submissions/" in reply.url, f"{exercise}: {answer} was refused"
    return reply.url


def result_of(page: Page, address: str) -> str:
    """Return the page of a result, once a worker has graded it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        text = unescape(page.request.get(address).text())
        if FINAL.search(text):
            return text
        time.sleep(0.2)
    raise AssertionError(f"{address} was not graded in {PATIENCE} s")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_gets_all_points_and_each_expected_mistake_its_message(
    visitor: Visitor, exercise: str
) -> None:
    start, attempts = 0, EXERCISES[exercise]
    while True:
        username = visitor.sign_up()
        answers = answers_for(visitor, username, exercise)
        chosen = answers[start : start + attempts]
        page = visitor.page
        addresses = [hand_in(page, visitor, exercise, item["answer"]) for item in chosen]
        for item, address in zip(chosen, addresses, strict=True):
            text = result_of(page, address)
            found = FINAL.search(text)
            assert found
            if item["name"] == "reference":
                full = re.search(r'class="grade">\s*([\d.]+)\s*<small>of ([\d.]+)', text)
                assert full
                assert full[1] == full[2], "the reference lost points"
            else:
                assert item["message"] in text, f"{item['name']}: the page does not say “{item['message']}”"
        start += attempts
        if start >= len(answers):
            return
        visitor.page.context.clear_cookies()
