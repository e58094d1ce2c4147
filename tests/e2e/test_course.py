"""Every exercise through the site: the reference gets all points, every expected mistake its own message."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import APIRequestContext, APIResponse, Browser

from tests.e2e.conftest import PASSWORD, answers_of
from tests.e2e.test_pages import COURSE
from tests.site import Site

EXERCISES = {file.id: file.data.get("attempts", 10) or 100 for file in COURSE.exercises}
GRADE = re.compile(r'class="grade">\s*([\d.]+)\s*<small>of ([\d.]+)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
PATIENCE = 120
TOO_MANY_WAIT = 429
CLASS = 4
"""The exercises go round among so many: one alone would wait for the limit of answers a minute."""


@dataclass
class Student:
    """A new student without a browser, and the answers to all exercises in their own variants."""

    http: APIRequestContext
    site: Site
    answers: dict[str, list[dict[str, Any]]]
    token: str

    def hand_in(self, exercise: str, answer: Any) -> str:
        """Paste an answer into the form as JSON, and return the address of its result."""
        address = f"{self.site.url}/exercises/{exercise}/"
        form = {"csrfmiddlewaretoken": self.token, "answer_json": json.dumps(answer)}
        deadline = time.monotonic() + PATIENCE
        reply = post(self.http, address, form, max_redirects=0)
        while reply.status == TOO_MANY_WAIT and time.monotonic() < deadline:
            time.sleep(0.5)
            reply = post(self.http, address, form, max_redirects=0)
        result = reply.headers.get("location", "")
        assert "/submissions/" in result, f"{exercise}: {answer} was refused"
        return urljoin(address, result)

    def result_of(self, address: str) -> str:
        """Return the page of a result, once a worker has graded it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if "x-done" in self.http.get(f"{address}status").headers:
                return unescape(self.http.get(address).text())
            time.sleep(0.2)
        raise AssertionError(f"{address} was not graded in {PATIENCE} s")


def post(http: APIRequestContext, address: str, form: dict[str, Any], **options: Any) -> APIResponse:
    return http.post(address, form=form, headers={"Referer": address}, **options)


def token_on(http: APIRequestContext, address: str) -> str:
    token = TOKEN.search(http.get(address).text())
    assert token
    return token[1]


@pytest.fixture(scope="module")
def student(site: Site, browser: Browser) -> Iterator[Callable[[int], Student]]:
    """Sign up the first student, the second, ...: one has too few attempts for all mistakes."""
    contexts = []

    @cache
    def number(n: int) -> Student:
        contexts.append(browser.new_context())
        http, name, address = contexts[-1].request, f"course{n}", f"{site.url}/accounts/signup/"
        form = {
            "username": name,
            "email": f"{name}@example.org",
            "password1": PASSWORD,
            "password2": PASSWORD,
        }
        reply = post(http, address, form | {"csrfmiddlewaretoken": token_on(http, address), "next": ""})
        assert reply.url.endswith("/learn/")
        return Student(http, site, answers_of(site, name, *EXERCISES), token_on(http, reply.url))

    yield number
    for context in contexts:
        context.close()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_gets_all_points_and_each_expected_mistake_its_message(
    student: Callable[[int], Student], exercise: str
) -> None:
    attempts = EXERCISES[exercise]
    first = list(EXERCISES).index(exercise) % CLASS
    rounds = -(-len(student(first).answers[exercise]) // attempts)

    handed_in = [
        (one, item, one.hand_in(exercise, item["answer"]))
        for number, one in enumerate(student(first + CLASS * n) for n in range(rounds))
        for item in one.answers[exercise][number * attempts : (number + 1) * attempts]
    ]

    for one, item, address in handed_in:
        text = one.result_of(address)
        grade = GRADE.search(text)
        assert grade, f"{item['name']}: no grade"
        if item["name"] == "reference":
            assert grade[1] == grade[2], "the reference lost points"
        assert item["message"] in text, f"{item['name']}: the page does not say “{item['message']}”"
