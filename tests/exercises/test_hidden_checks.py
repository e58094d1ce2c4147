"""What is hidden stays on the server: odd numbers of a hidden check are looked for in all that goes out."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exercises.models import Exercise, ExerciseRevision, Submission
from exercises.queries.specs import spec_of
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

CENTRE = [0.7364519, 0.2846137]
CANARIES = ["0.7364519", "0.2846137", "0.0719283", "31.4159", "the answer of the trap", "seed"]
RIGHT = {"weights": {"0.weight": [[0, 0]], "0.bias": [31.4159]}}
WRONG = {"weights": {"0.weight": [[0, 0]], "0.bias": [-1]}}
SPEC: dict[str, Any] = {
    "id": "xor-weights",
    "title": "A line somewhere",
    "points": 10,
    "kind": "weights",
    "statement": "Always say 1.",
    "reference": RIGHT,
    "traps": [{"name": "never", "answer": WRONG, "message": "the answer of the trap"}],
    "networks": [{"title": "Line", "inputs": 2, "layers": [{"units": 1, "activation": "sigmoid"}]}],
    "checks": [
        {"type": "truth_table", "name": "All ones", "outputs": [1, 1, 1, 1], "points": 4},
        {
            "type": "neighbourhood",
            "name": "Somewhere else",
            "hidden": True,
            "centres": [CENTRE],
            "target": 1,
            "radius": 0.0719283,
            "points": 6,
        },
    ],
}


@pytest.fixture
def secretive(xor: Exercise) -> Exercise:
    """The XOR exercise with a revision whose hidden check is easy to recognise."""
    revision = ExerciseRevision.objects.create(
        exercise=xor,
        number=1000,
        digest="canary",
        title="A line somewhere",
        points=10,
        attempts=0,
        spec=SPEC,
        pages={"statement": "<p>Always say 1.</p>", "hints": [], "worked": ""},
        created_at=timezone.now(),
    )
    xor.revision = revision
    xor.save()
    spec_of.cache_clear()
    return xor


def test_nothing_hidden_is_in_any_answer_or_log(
    secretive: Exercise,
    student: Enrolment,
    signed_in: Callable[..., Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = signed_in(student)
    headers = factories.bearer(
        student, "submissions.read", "submissions.write", "exercises.read", "grades.read"
    )
    row = factories.graded(student, secretive, WRONG)
    page = secretive.get_absolute_url()
    check = reverse("api:exercise-check", args=[secretive.slug])
    one = reverse("api:submission-detail", args=[row.public_id])
    garbage = {"answer": {"weights": {"0.weight": "x"}}}
    answers = [
        browser.get(page),
        browser.get(reverse("exercises:exercise-list")),
        browser.get(row.get_absolute_url()),
        browser.get(f"{row.get_absolute_url()}status"),
        browser.get(reverse("exercises:grade-list")),
        browser.get(secretive.lesson.get_absolute_url()),
        browser.post(page, {"answer_json": json.dumps(WRONG), "action": "check"}),
        browser.post(page, {"answer_json": "[]"}),
        browser.post(check, {"answer": WRONG}, "application/json"),
        browser.post(check, garbage, "application/json"),
        Client().get(one, headers=headers),
        Client().get(reverse("api:submission-list"), headers=headers),
        Client().get(reverse("api:exercise-detail", args=[secretive.slug]), headers=headers),
        Client().get(reverse("api:grades"), headers=headers),
    ]

    said = {answer.request["PATH_INFO"]: _text(answer) for answer in answers}
    said["the log"] = caplog.text

    assert Submission.objects.get().status == "graded"
    found = {place: [c for c in CANARIES if c in text] for place, text in said.items()}
    assert {place: canaries for place, canaries in found.items() if canaries} == {}


def test_a_hidden_failure_shows_a_fresh_example_that_differs_between_people(
    secretive: Exercise, student: Enrolment, other_student: Enrolment
) -> None:
    almost = {"weights": {"0.weight": [[-40, 0]], "0.bias": [28]}}
    shown = []
    for who in (student, other_student):
        report = factories.graded(who, secretive, almost).grades.get().report
        hidden = next(check for check in report["checks"] if check["hidden"])
        assert not hidden["passed"]
        example = next(check["counterexample"] for check in report["checks"] if check["counterexample"])
        shown.append(example["inputs"])

    assert all(inputs != {"x1": CENTRE[0], "x2": CENTRE[1]} for inputs in shown)


def _text(answer: Any) -> str:
    """Return the body and the headers of an answer."""
    return answer.content.decode() + str(answer.headers)
