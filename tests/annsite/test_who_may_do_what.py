"""What changes something: who may do it, by which method, and with which scope of a token."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from annsite.accounts.models import Scope
from annsite.accounts.services import create_token
from exercises.models import Exercise
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "student", "other_student", "assistant", "instructor")
JSON = "application/json"
ANSWER = {"answer": factories.LECTURE}
POST: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "exercises:exercise-detail": (factories.LECTURE_FIELDS, (302, 302, 302, 302, 302)),
    "exercises:submission-cancel": ({}, (302, 302, 404, 404, 404)),
    "exercises:submission-review": ({"message": "Why?"}, (302, 302, 404, 404, 404)),
    "exercises:hint-take": ({}, (302, 302, 302, 302, 302)),
    "lessons:mistake-report": ({"words": "Why?"}, (302, 302, 302, 302, 302)),
    "login": ({}, (422, 302, 302, 302, 302)),
    "logout": ({}, (302, 302, 302, 302, 302)),
    "signup": ({}, (422, 422, 422, 422, 422)),
    "password_change": ({}, (302, 422, 422, 422, 422)),
    "password_reset": ({}, (422, 422, 422, 422, 422)),
    "password_reset_confirm": ({}, (200, 200, 200, 200, 200)),
    "token-list": ({}, (302, 422, 422, 422, 422)),
    "token-revoke": ({}, (302, 302, 302, 302, 302)),
    "api:exercise-check": (ANSWER, (200, 200, 200, 200, 200)),
    "api:submission-list": (ANSWER | {"exercise": "xor-weights"}, (401, 202, 202, 202, 202)),
    "api:submission-cancel": ({}, (401, 409, 404, 404, 404)),
    "api:submission-review": ({"message": "Why?"}, (401, 200, 404, 404, 404)),
    "api:exercise-hint": ({}, (401, 200, 200, 200, 200)),
    "admin:exercises_submission_override": ({"score": "1", "reason": "x"}, (302, 302, 302, 403, 302)),
}
SCOPE = {
    ("get", "api:course-list"): Scope.COURSES_READ,
    ("get", "api:course-detail"): Scope.COURSES_READ,
    ("get", "api:exercise-list"): Scope.EXERCISES_READ,
    ("get", "api:exercise-detail"): Scope.EXERCISES_READ,
    ("get", "api:submission-list"): Scope.SUBMISSIONS_READ,
    ("get", "api:submission-detail"): Scope.SUBMISSIONS_READ,
    ("post", "api:submission-list"): Scope.SUBMISSIONS_WRITE,
    ("post", "api:submission-cancel"): Scope.SUBMISSIONS_WRITE,
    ("post", "api:submission-review"): Scope.SUBMISSIONS_WRITE,
    ("post", "api:exercise-hint"): Scope.SUBMISSIONS_WRITE,
    ("get", "api:grades"): Scope.GRADES_READ,
}
NO_SCOPE = {"api:me", "api:schema", "api:exercise-check"}


@pytest.fixture
def arguments(student: Enrolment, xor: Exercise) -> dict[str, list[object]]:
    """Name an existing row for every address that takes one; submission and token are the student's."""
    submission = factories.graded(student, xor)
    token, _ = create_token(user=student.user, name="notebook", scopes=[], now=submission.submitted_at)
    return {
        "lessons:lesson-detail": ["mlp-xor"],
        "lessons:mistake-report": ["mlp-xor"],
        "exercises:exercise-detail": ["xor-weights"],
        "exercises:submission-detail": [submission.public_id],
        "exercises:submission-status": [submission.public_id],
        "exercises:submission-cancel": [submission.public_id],
        "exercises:submission-review": [submission.public_id],
        "exercises:hint-take": ["xor-repair", 3],
        "api:submission-cancel": [submission.public_id],
        "api:submission-review": [submission.public_id],
        "api:exercise-hint": ["xor-repair", 3],
        "password_reset_confirm": ["MQ", "wrong-token"],
        "token-revoke": [token.pk],
        "api:course-detail": ["autumn"],
        "api:exercise-detail": ["xor-weights"],
        "api:exercise-check": ["xor-weights"],
        "api:submission-detail": [submission.public_id],
        "admin:exercises_submission_override": [submission.pk],
    }


@pytest.fixture
def clients(
    student: Enrolment,
    other_student: Enrolment,
    assistant: Enrolment,
    instructor: Enrolment,
    signed_in: Callable[..., Client],
) -> list[Client]:
    return [Client(), *(signed_in(who) for who in (student, other_student, assistant, instructor))]


def view_names(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    """List every named address outside the admin, which has a test of its own."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            yield from view_names(
                pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace
            )
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


SITE = sorted(view_names(get_resolver().url_patterns))


@pytest.mark.parametrize("name", POST)
def test_each_person_may_do_what_the_role_allows(
    name: str, clients: list[Client], arguments: dict[str, list[object]]
) -> None:
    body, expected = POST[name]
    address = reverse(name, args=arguments.get(name, []))
    kind = JSON if name.startswith("api:") else MULTIPART_CONTENT

    found = tuple(client.post(address, body, kind).status_code for client in clients)

    assert dict(zip(PEOPLE, found, strict=True)) == dict(zip(PEOPLE, expected, strict=True))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_address_takes_a_method_that_is_not_listed(
    method: str, instructor: Enrolment, arguments: dict[str, list[object]], signed_in: Callable[..., Client]
) -> None:
    client = signed_in(instructor)
    names = [name for name in SITE if method != "post" or name not in POST]

    found = {
        name: getattr(client, method)(reverse(name, args=arguments.get(name, [])), {}, JSON).status_code
        for name in names
    }

    assert {name: status for name, status in found.items() if status != 405} == {}


@pytest.mark.parametrize("scope", Scope.values)
def test_a_token_opens_what_its_one_scope_names_and_nothing_else(
    scope: str, student: Enrolment, arguments: dict[str, list[object]]
) -> None:
    headers = factories.bearer(student, scope)

    opened = {
        (method, name)
        for method, name in SCOPE
        if getattr(Client(), method)(
            reverse(name, args=arguments.get(name, [])),
            POST[name][0] if method == "post" else None,
            JSON,
            headers=headers,
        ).status_code
        in {200, 202, 409}
    }

    assert opened == {call for call, needed in SCOPE.items() if needed == scope}


def test_every_address_of_the_api_says_which_scope_it_needs() -> None:
    named = {name for _, name in SCOPE} | NO_SCOPE

    assert {name for name in SITE if name.startswith("api:")} == named
