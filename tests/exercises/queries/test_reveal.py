"""Who sees how much of a result, and from when: page, status fragment and API alike."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exercises.models import Assignment, Exercise, FeedbackRule, Grade, SolutionRule, Submission
from exercises.queries.delivery import delivery_of
from exercises.queries.reveal import feedback_of, shown_progress, shown_report, shows_solution
from exercises.services.override import override_grade
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

SECRETS = [
    "canary hidden name",
    "canary hidden message",
    "canary visible message",
    "canary note",
    "0.4242",
    "31.4159",
    "27.1828",
]
EXAMPLE = {
    "inputs": {"x1": 0.4242, "x2": 0.4242},
    "expected": "canary visible message",
    "got": 0.4242,
    "units": [],
}


def check(name: str, *, hidden: bool = False, message: str = "", example: Any = None) -> dict[str, Any]:
    return {
        "name": name,
        "passed": False,
        "points": 27.1828,
        "max_points": 50,
        "hidden": hidden,
        "message": message,
        "counterexample": example,
    }


REPORT: dict[str, Any] = {
    "score": 54.4,
    "max_score": 100,
    "checks": [
        check("All four corners", message="canary visible message", example=EXAMPLE),
        check("canary hidden name", hidden=True, message="canary hidden message", example=EXAMPLE),
    ],
    "notes": ["canary note"],
    "runs": [
        {
            "run": 1,
            "diverged_at": None,
            "train": [[1, 31.4159], [2, 31.4159]],
            "validation": [],
            "accuracy": {"train": 0.4242},
            "loss": {},
        }
    ],
    "maps": [],
}


def rule(student: Enrolment, exercise: Exercise, feedback: str, *, hours: float | None = 1) -> Assignment:
    """Let the course ask for an answer some hours from now, and show feedback by a rule."""
    due = None if hours is None else timezone.now() + timedelta(hours=hours)
    return Assignment.objects.create(
        course=student.course, exercise=exercise, feedback=feedback, due_at=due, attempts=0
    )


def reported(student: Enrolment, exercise: Exercise) -> Submission:
    """Return a graded submission whose report is full of words to look for."""
    row = factories.graded(student, exercise, factories.WRONG_WIRING)
    grade = row.grades.get()
    Grade.objects.bulk_create(
        [
            Grade(
                submission=row,
                run=2,
                revision=grade.revision,
                score=54.4,
                max_score=100,
                report=REPORT,
                seed=grade.seed,
                engine_version=grade.engine_version,
                fingerprint=grade.fingerprint,
                fence=grade.fence,
                duration_ms=1,
                created_at=timezone.now(),
            )
        ]
    )
    return row


def everything_said(student: Enrolment, row: Submission, browser: Client) -> dict[str, str]:
    headers = factories.bearer(student, "submissions.read", "submissions.write")
    answers = {
        "page": browser.get(row.get_absolute_url()),
        "fragment": browser.get(reverse("exercises:submission-status", args=[row.public_id])),
        "refused review": browser.post(reverse("exercises:submission-review", args=[row.public_id])),
        "exercise": browser.get(row.exercise.get_absolute_url()),
        "API": Client().get(reverse("api:submission-detail", args=[row.public_id]), headers=headers),
        "API list": Client().get(reverse("api:submission-list"), headers=headers),
        "API cancel": Client().post(reverse("api:submission-cancel", args=[row.public_id]), headers=headers),
        "API review": Client().post(
            reverse("api:submission-review", args=[row.public_id]),
            {"message": "Why?"},
            "application/json",
            headers=headers,
        ),
    }
    return {place: answer.content.decode() for place, answer in answers.items()}


@pytest.mark.parametrize("feedback", [FeedbackRule.AFTER_DEADLINE, FeedbackRule.AFTER_PASSING])
def test_a_withheld_report_leaks_nothing_anywhere(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client], feedback: str
) -> None:
    row = reported(student, xor)
    rule(student, xor, feedback)

    said = everything_said(student, row, signed_in(student))

    found = {place: [secret for secret in SECRETS if secret in text] for place, text in said.items()}
    assert {place: secrets for place, secrets in found.items() if secrets} == {}
    for place in ("page", "fragment", "API", "API review"):
        assert "All four corners" in said[place], place
        assert "The rest of the result is shown" in said[place], place
        assert "54.4" in said[place], place
    assert "base64" not in said["page"]
    assert json.loads(said["API"])["report"]["checks"][0]["passed"] is False


def test_the_same_report_is_shown_whole_at_once_by_default(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = reported(student, xor)

    said = everything_said(student, row, signed_in(student))

    for place in ("page", "fragment"):
        assert all(secret in said[place] for secret in SECRETS[:5]), place
    assert all(secret in said["API"] for secret in SECRETS)
    assert json.loads(said["API"])["withheld"] == ""


def test_whoever_teaches_sees_everything_in_the_admin(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = reported(student, xor)
    rule(student, xor, FeedbackRule.AFTER_DEADLINE)

    page = signed_in(instructor).get(reverse("admin:exercises_submission_change", args=[row.pk]))

    assert "canary hidden message" in page.content.decode().split("Behind it")[0]


@pytest.mark.parametrize(
    ("feedback", "hours", "is_whole"),
    [
        (FeedbackRule.NOW, 1, True),
        (FeedbackRule.AFTER_DEADLINE, 1, False),
        (FeedbackRule.AFTER_DEADLINE, -1, True),
        (FeedbackRule.AFTER_DEADLINE, None, False),
        (FeedbackRule.AFTER_PASSING, 1, False),
        (FeedbackRule.AFTER_PASSING, -1, True),
        (FeedbackRule.AFTER_PASSING, None, False),
    ],
)
def test_the_rule_and_the_deadline_say_how_much_is_shown(
    student: Enrolment, xor: Exercise, feedback: str, hours: float | None, is_whole: bool
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)
    rule(student, xor, feedback, hours=hours)

    shown = feedback_of(row, timezone.now())

    assert shown.is_whole is is_whole
    assert bool(shown.when) is not is_whole


def test_full_points_on_any_attempt_show_all_attempts(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)
    rule(student, xor, FeedbackRule.AFTER_PASSING)
    assert not feedback_of(row, timezone.now()).is_whole

    override_grade(
        submission=row, actor=instructor.user, score=100, reason="An oral exam", now=timezone.now()
    )

    assert feedback_of(row, timezone.now()).is_whole


def test_passing_does_not_show_what_waits_for_the_deadline(student: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)
    rule(student, xor, FeedbackRule.AFTER_DEADLINE)

    assert not feedback_of(row, timezone.now()).is_whole


def test_a_curve_of_a_running_training_is_withheld_as_well(student: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)
    rule(student, xor, FeedbackRule.AFTER_DEADLINE)
    progress = {"run": 1, "runs": 3, "done": 0.5, "curve": [[1, 0.7]]}

    shown = shown_progress(progress, feedback_of(row, timezone.now()))

    assert shown == {"run": 1, "runs": 3, "done": 0.5, "curve": []}


def test_nothing_graded_stays_nothing(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    rule(student, xor, FeedbackRule.AFTER_DEADLINE)

    assert shown_report(None, feedback_of(row, timezone.now())) is None


@pytest.mark.parametrize(
    ("solution", "state", "is_shown"),
    [
        (SolutionRule.AFTER_PASSING, "passed", True),
        (SolutionRule.AFTER_PASSING, "over", False),
        (SolutionRule.AFTER_DEADLINE, "passed", False),
        (SolutionRule.AFTER_DEADLINE, "over", True),
        (SolutionRule.EITHER, "passed", True),
        (SolutionRule.EITHER, "over", True),
        (SolutionRule.EITHER, "neither", False),
        (SolutionRule.NEVER, "passed, over", False),
    ],
)
def test_the_worked_solution_follows_its_rule(
    student: Enrolment,
    xor: Exercise,
    signed_in: Callable[..., Client],
    solution: str,
    state: str,
    is_shown: bool,
) -> None:
    factories.graded(student, xor, factories.LECTURE if "passed" in state else factories.WRONG_WIRING)
    due = timezone.now() + timedelta(hours=-1 if "over" in state else 1)
    Assignment.objects.create(course=student.course, exercise=xor, solution=solution, due_at=due)

    page = signed_in(student).get(xor.get_absolute_url()).content.decode()

    delivery = delivery_of(student, xor)
    assert shows_solution(student, xor, delivery, timezone.now()) is is_shown
    assert ("Worked solution" in page) is is_shown
