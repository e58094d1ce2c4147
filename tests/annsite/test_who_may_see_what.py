"""Every address of the site, asked by everybody: a new address without a row here fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from exercises.models import Exercise
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "student", "other_student", "assistant", "instructor")
EVERYBODY = (200, 200, 200, 200, 200)
SIGNED_IN = (302, 200, 200, 200, 200)
POST_ONLY = (405, 405, 405, 405, 405)
WITH_TOKEN = (401, 200, 200, 200, 200)
GET: dict[str, tuple[int, ...]] = {
    "/": EVERYBODY,
    "/learn/": EVERYBODY,
    "/lessons/mlp-xor/": EVERYBODY,
    "/lessons/mlp-xor/mistake/": POST_ONLY,
    "/exercises/": EVERYBODY,
    "/exercises/xor-weights/": EVERYBODY,
    "/grades/": SIGNED_IN,
    "/grades/concepts/": SIGNED_IN,
    "/play/": EVERYBODY,
    "/search/": EVERYBODY,
    "/glossary/": EVERYBODY,
    "/submissions/{own}/": (302, 200, 404, 200, 200),
    "/submissions/{own}/status": (302, 200, 404, 200, 200),
    "/submissions/{foreign}/": (302, 404, 200, 404, 200),
    "/submissions/{foreign}/status": (302, 404, 200, 404, 200),
    "/submissions/{own}/cancel": (302, 405, 405, 405, 405),
    "/submissions/{own}/review": (302, 405, 405, 405, 405),
    "/exercises/xor-repair/hints/3/": (302, 405, 405, 405, 405),
    "/accounts/login/": (200, 302, 302, 302, 302),
    "/accounts/logout/": POST_ONLY,
    "/accounts/signup/": EVERYBODY,
    "/accounts/password/": SIGNED_IN,
    "/accounts/password/done/": SIGNED_IN,
    "/accounts/reset/": EVERYBODY,
    "/accounts/reset/sent/": EVERYBODY,
    "/accounts/reset/MQ/wrong-token/": EVERYBODY,
    "/accounts/reset/done/": EVERYBODY,
    "/accounts/tokens/": SIGNED_IN,
    "/accounts/tokens/1/revoke/": (302, 405, 405, 405, 405),
    "/help/": EVERYBODY,
    "/privacy/": EVERYBODY,
    "/status/": EVERYBODY,
    "/healthz": EVERYBODY,
    "/metrics": (401, 401, 401, 401, 401),
    "/readyz": (503, 503, 503, 503, 503),
    "/api/docs/": EVERYBODY,
    "/api/v1/schema/": EVERYBODY,
    "/api/v1/me/": WITH_TOKEN,
    "/api/v1/grades/": WITH_TOKEN,
    "/api/v1/courses/": WITH_TOKEN,
    "/api/v1/courses/autumn/": WITH_TOKEN,
    "/api/v1/exercises/": WITH_TOKEN,
    "/api/v1/exercises/xor-weights/": WITH_TOKEN,
    "/api/v1/exercises/xor-weights/check/": (405, 405, 405, 405, 405),
    "/api/v1/submissions/": WITH_TOKEN,
    "/api/v1/submissions/{own}/": (401, 200, 404, 404, 404),
    "/api/v1/submissions/{own}/cancel/": (401, 405, 405, 405, 405),
    "/api/v1/submissions/{own}/review/": (401, 405, 405, 405, 405),
    "/api/v1/exercises/xor-repair/hints/3/": (401, 405, 405, 405, 405),
    "/admin/": (302, 302, 302, 200, 200),
    "/admin/exercises/submission/": (302, 302, 302, 200, 200),
    "/admin/exercises/submission/{own_pk}/change/": (302, 302, 302, 200, 200),
    "/admin/exercises/submission/{foreign_pk}/change/": (302, 302, 302, 404, 200),
    "/admin/exercises/submission/{own_pk}/override/": (302, 302, 302, 405, 405),
    "/admin/exercises/assignment/": (302, 302, 302, 403, 200),
    "/admin/exercises/exercise/": (302, 302, 302, 403, 200),
    "/admin/lessons/enrolment/": (302, 302, 302, 403, 200),
    "/admin/lessons/mistakereport/": (302, 302, 302, 403, 200),
    "/admin/lessons/course/": (302, 302, 302, 403, 200),
    "/admin/accounts/user/": (302, 302, 302, 403, 403),
    "/admin/accounts/apitoken/": (302, 302, 302, 403, 403),
    "/admin/axes/accessattempt/": (302, 302, 302, 403, 403),
    "/admin/auth/group/": (302, 302, 302, 403, 403),
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


@pytest.fixture
def names(student: Enrolment, other_student: Enrolment, xor: Exercise) -> dict[str, Any]:
    own, foreign = factories.graded(student, xor), factories.graded(other_student, xor)
    return {"own": own.public_id, "foreign": foreign.public_id, "own_pk": own.pk, "foreign_pk": foreign.pk}


@pytest.mark.parametrize("address", GET)
def test_each_person_gets_what_they_may_see(
    address: str, clients: list[Client], names: dict[str, Any]
) -> None:
    found = tuple(client.get(address.format(**names)).status_code for client in clients)

    assert dict(zip(PEOPLE, found, strict=True)) == dict(zip(PEOPLE, GET[address], strict=True))


def test_every_address_of_the_site_has_a_row(names: dict[str, Any]) -> None:
    resolver = get_resolver()
    known = {resolver.resolve(address.format(**names)).view_name for address in GET}

    missing = {name for name in _view_names(resolver.url_patterns) if not name.startswith("admin:")} - known

    assert missing == set()


def _view_names(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _view_names(
                pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace
            )
        else:
            yield f"{namespace}{pattern.name}"
