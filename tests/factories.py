"""Rows for tests, made through the services that make them in life."""

from typing import Any

from django.utils import timezone

from annsite.accounts.models import User
from annsite.accounts.services import create_token
from exercises.models import Exercise, ExerciseRevision, Lane, Regrade, Submission
from exercises.queries.regrades import Order, Scope
from exercises.queries.specs import spec_of
from exercises.services.regrade import apply_regrade, start_regrade
from exercises.services.submit import submit_answer
from exercises.worker.regrade import regrade_waiting
from exercises.worker.run import grade_waiting
from lessons.models import Enrolment

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "a password for tests"
EVERYTHING = Scope()
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


def revise(exercise: Exercise, **changes: Any) -> ExerciseRevision:
    """Publish a further revision of an exercise, with some keys of its file changed.

    Row numbers of earlier tests come back, so what was read under them is forgotten.
    """
    spec_of.cache_clear()
    before = exercise.revision
    assert before is not None
    spec = {**before.spec, **changes}
    made: ExerciseRevision = ExerciseRevision.objects.create(
        exercise=exercise,
        number=before.number + 1,
        digest=f"revision {before.number + 1}",
        title=before.title,
        points=spec["points"],
        attempts=before.attempts,
        spec=spec,
        pages=before.pages,
        created_at=timezone.now(),
    )
    exercise.revision = made
    exercise.save(update_fields=["revision"])
    return made


def regrade(
    instructor: Enrolment,
    exercise: Exercise,
    revision: ExerciseRevision | None = None,
    scope: Scope = EVERYTHING,
) -> Regrade:
    """Ask for a dry run in the instructor's course, by the current rules unless others are named."""
    rules = revision or exercise.revision
    assert rules is not None
    order = Order(instructor.course, exercise, rules, scope, "The hidden corner was wrong")
    return start_regrade(order=order, actor=instructor.user, now=timezone.now())


def finish_bulk() -> None:
    """Do what waits in the bulk lane, as the workers do when its bell rings."""
    while regrade_waiting():
        pass


def apply(dry_run: Regrade, instructor: Enrolment) -> None:
    """Apply a finished dry run, as the workers do."""
    apply_regrade(regrade=dry_run, actor=instructor.user, now=timezone.now())
    finish_bulk()
