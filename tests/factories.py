"""Rows for tests, made through the services that make them in life."""

from typing import Any

from django.utils import timezone

from annsite.accounts.models import User
from annsite.accounts.services import create_token
from exercises.models import Exercise, Lane, Submission
from exercises.services.submit import submit_answer
from exercises.worker.run import grade_waiting
from lessons.models import Enrolment

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "a password for tests"
LECTURE: dict[str, Any] = {
    "weights": {
        "0.weight": [[20, 20], [-20, -20]],
        "0.bias": [-10, 30],
        "2.weight": [[20, 20]],
        "2.bias": [-30],
    }
}
WRONG_WIRING: dict[str, Any] = {
    "weights": {**LECTURE["weights"], "0.weight": [[20, -20], [20, -20]]},
}
LECTURE_FIELDS = {
    "weights.0.weight[0][0]": "20",
    "weights.0.weight[0][1]": "20",
    "weights.0.weight[1][0]": "-20",
    "weights.0.weight[1][1]": "-20",
    "weights.0.bias[0]": "-10",
    "weights.0.bias[1]": "30",
    "weights.2.weight[0][0]": "20",
    "weights.2.weight[0][1]": "20",
    "weights.2.bias[0]": "-30",
}


def person(username: str) -> User:
    return User.objects.create_user(username, f"{username}@example.org", PASSWORD)


def submission(
    enrolment: Enrolment, exercise: Exercise, answer: dict[str, Any] = LECTURE, *, key: str | None = None
) -> Submission:
    row, _ = submit_answer(
        enrolment=enrolment, exercise=exercise, answer=answer, idempotency_key=key, now=timezone.now()
    )
    return row


def grade_all() -> None:
    """Grade what waits, as the workers do when the bells ring."""
    for lane in Lane:
        while grade_waiting(lane, wake_another=lambda: None):
            pass


def graded(enrolment: Enrolment, exercise: Exercise, answer: dict[str, Any] = LECTURE) -> Submission:
    """Submit, and grade as a worker would when the bell rings."""
    row = submission(enrolment, exercise, answer)
    grade_all()
    row.refresh_from_db()
    return row


def token(enrolment: Enrolment, *scopes: str) -> str:
    _, text = create_token(user=enrolment.user, name="test", scopes=scopes, now=timezone.now())
    return text


def bearer(enrolment: Enrolment, *scopes: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(enrolment, *scopes)}"}
