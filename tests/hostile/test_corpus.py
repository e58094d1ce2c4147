"""Every hostile case gets its documented answer, within its memory, and costs nobody anything."""

import json
from typing import Any

import pytest
from django.test import Client

from exercises.models import Exercise, Submission
from lessons.models import Course, Enrolment, Role
from lessons.services.enrol import enrol
from tests import factories
from tests.hostile.cases import COURSE, CSRF, Case, Sent
from tests.hostile.corpus import CASES
from tests.hostile.judging import Received, faults
from tests.hostile.memory import growth_while

pytestmark = pytest.mark.django_db

SCOPES = ("courses.read", "exercises.read", "submissions.read", "submissions.write", "grades.read")
MOST_MEGABYTES = 100


def test_the_corpus_has_150_distinct_cases_and_more() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    requests = {
        (sent.method, sent.path, sent.body, sent.content_type, str(sent.headers))
        for sent in (case.send() for case in CASES)
    }

    assert len(requests) >= 0.98 * len(CASES) >= 150


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_gets_its_documented_answer(
    case: Case, student: Enrolment, teacher: Enrolment, secrets: list[str]
) -> None:
    sent = case.send()
    client = browser(sent, student, teacher)

    response, megabytes = growth_while(lambda: ask(client, sent, student))

    received = Received(response.status_code, response.get("Content-Type", ""), text_of(response))
    assert faults(case, received, secrets) == []
    assert megabytes < MOST_MEGABYTES
    assert Submission.objects.count() == int(case.score is not None)
    if case.score is not None:
        assert_graded(case, student)


def assert_graded(case: Case, student: Enrolment) -> None:
    """A taken answer is graded by the worker's code, and shown to the student in both ways."""
    factories.grade_all()
    row = Submission.objects.get()
    shown = (
        Client()
        .get(f"/api/v1/submissions/{row.public_id}/", headers=factories.bearer(student, *SCOPES))
        .json()
    )

    assert (shown["status"], shown["failure"]) == ("graded", "")
    assert shown["score"] == pytest.approx(case.score)
    assert case.words in json.dumps(shown, ensure_ascii=False)


def browser(sent: Sent, student: Enrolment, teacher: Enrolment) -> Client:
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    client.cookies["csrftoken"] = CSRF
    if sent.who in ("session", "teacher"):
        client.force_login((student if sent.who == "session" else teacher).user, factories.BACKEND)
    return client


def ask(client: Client, sent: Sent, student: Enrolment) -> Any:
    headers = dict(sent.headers)
    if sent.who == "token":
        headers |= factories.bearer(student, *SCOPES)
    path = sent.path.replace(COURSE, student.course.slug)
    length = {"CONTENT_LENGTH": ""} if sent.chunked else {}
    return client.generic(sent.method, path, sent.body, sent.content_type, headers=headers, **length)


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode(errors="replace"))


@pytest.fixture
def teacher(course: Course) -> Enrolment:
    """Somebody who runs the course."""
    return enrol(user=factories.person("teacher"), course=course, role=Role.INSTRUCTOR)


@pytest.fixture(scope="session")
def secrets(django_db_setup: None, django_db_blocker: Any) -> list[str]:
    """What authors wrote for the grader alone: the messages of traps."""
    with django_db_blocker.unblock():
        specs = list(Exercise.objects.published().values_list("revision__spec", flat=True))
    return [trap["message"] for spec in specs for trap in spec.get("traps", [])]
