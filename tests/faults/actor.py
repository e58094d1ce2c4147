"""What people do during a fault test, as one command each; run by tests/stack.py, prints JSON."""

import json
import sys
import time
from collections import Counter
from typing import Any

import django

django.setup()

from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import InterfaceError, OperationalError, connection  # noqa: E402
from django.db.models import Count, F  # noqa: E402
from django.utils import timezone  # noqa: E402

from annsite.accounts.models import User  # noqa: E402
from annsite.accounts.services import create_token  # noqa: E402
from exercises.errors import LimitReached  # noqa: E402
from exercises.grading.grade import fields_from_answer, parse_answer  # noqa: E402
from exercises.models import Assignment, Exercise, Grade, Submission  # noqa: E402
from exercises.queries.scores import standings  # noqa: E402
from exercises.queries.specs import spec_of  # noqa: E402
from exercises.services.submit import submit_answer  # noqa: E402
from exercises.worker.patience import patiently  # noqa: E402
from lessons.models import Course, Enrolment  # noqa: E402
from lessons.services.enrol import enrol  # noqa: E402

STORM = ("xor-weights", "mp-gates", "xor-train")


def people(count: str) -> int:
    """Make a course with so many students."""
    course = Course.objects.create(slug="faults", title="Faults")
    for number in range(int(count)):
        enrol(user=User.objects.create_user(f"person{number}"), course=course)
    return Enrolment.objects.count()


def sessions(count: str) -> list[str]:
    """Sign in so many of the students; return their session keys."""
    keys = []
    for user in User.objects.filter(username__startswith="person").order_by("pk")[: int(count)]:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        keys.append(str(session.session_key))
    return keys


def tokens(count: str) -> list[str]:
    """Make an API token for so many of the students."""
    scopes = ["submissions.read", "submissions.write"]
    people = User.objects.filter(username__startswith="person").order_by("pk")[: int(count)]
    return [create_token(user=user, name="load", scopes=scopes, now=timezone.now())[1] for user in people]


def reference(exercise: str) -> dict[str, Any]:
    """Return the answer that gets full points."""
    return dict(spec_of(Exercise.objects.get(slug=exercise).revision_id).reference)


def waits(exercise: str) -> list[float]:
    """Milliseconds from submitted to graded of each graded answer to an exercise."""
    rows = Submission.objects.filter(exercise__slug=exercise, status="graded").order_by("pk")
    return [(row.finished_at - row.submitted_at).total_seconds() * 1000 for row in rows]


def form_of(exercise: str) -> dict[str, str]:
    """Return the form that submits an exercise's reference, by the names of its fields."""
    row = Exercise.objects.get(slug=exercise)
    spec = spec_of(row.revision_id)
    fields = fields_from_answer(spec, parse_answer(spec, spec.reference))
    return {name: values[0] for name, values in fields.items() if values}


def submit(times: str, slug: str = "xor-weights", students: str = "1000") -> list[str]:
    """Let every student, or the first few, submit the reference so often."""
    exercise = Exercise.objects.get(slug=slug)
    reference = spec_of(exercise.revision_id).reference
    made = []
    for _ in range(int(times)):
        for enrolment in Enrolment.objects.all()[: int(students)]:
            submission, _ = submit_answer(
                enrolment=enrolment,
                exercise=exercise,
                answer=reference,
                idempotency_key=None,
                now=timezone.now(),
            )
            made.append(submission.public_id)
    return made


def submit_through_storm(count: str) -> int:
    """Send so many answers, each with a key of its own, again and again until it is taken."""

    def read() -> tuple[dict[str, Exercise], dict[str, Any], list[Enrolment]]:
        exercises = {name: Exercise.objects.get(slug=name) for name in STORM}
        answers = {name: spec_of(row.revision_id).reference for name, row in exercises.items()}
        return exercises, answers, list(Enrolment.objects.select_related("course"))

    exercises, answers, enrolments = patiently(read)
    for number in range(int(count)):
        name = "xor-train" if number % 50 == 7 else "mp-gates" if number % 5 == 0 else "xor-weights"
        enrolment = enrolments[number % len(enrolments)]
        while not _taken(enrolment, exercises[name], answers[name], f"storm-{number}"):
            time.sleep(0.1)
    return int(count)


def lift_limits() -> int:
    """Let everybody try as often as they like."""
    for exercise in Exercise.objects.published():
        Assignment.objects.update_or_create(
            course=Course.objects.get(slug="faults"), exercise=exercise, defaults={"attempts": 0}
        )
    return Assignment.objects.count()


def _taken(enrolment: Enrolment, exercise: Exercise, answer: dict[str, Any], key: str) -> bool:
    try:
        submit_answer(
            enrolment=enrolment, exercise=exercise, answer=answer, idempotency_key=key, now=timezone.now()
        )
    except (OperationalError, InterfaceError):
        connection.close()
        return False
    except LimitReached as error:
        if error.retry_after is None:
            raise
        return False
    return True


def summary() -> dict[str, Any]:
    """Count how everything ended: by status, by number of grades, tries, and attempts that were charged."""
    rows = Submission.objects.annotate(graded=Count("grades"))
    statuses = Counter(rows.values_list("status", flat=True))
    doubled = rows.filter(graded__gt=1).count()
    unfounded = rows.exclude(status="graded").filter(graded__gt=0).count()
    missing = rows.filter(status="graded", graded=0).count()
    keys = rows.values("idempotency_key").distinct().count()
    charged = Submission.objects.charged().count()
    tries = Counter(rows.values_list("fence", flat=True))
    return {
        "rows": rows.count(),
        "keys": keys,
        "statuses": dict(statuses),
        "doubled": doubled + unfounded,
        "missing": missing,
        "charged": charged,
        "full_marks": Grade.objects.filter(score=F("max_score")).count(),
        "again": sum(count for fence, count in tries.items() if fence > 1),
    }


def outcomes() -> list[dict[str, Any]]:
    """Say of each submission how it ended and how often it was graded."""
    rows = Submission.objects.annotate(graded=Count("grades")).order_by("pk")
    return [
        {
            "exercise": row.exercise.slug,
            "status": row.status,
            "grades": row.graded,
            "claims": row.fence,
            "scores": _scores(row),
        }
        for row in rows
    ]


def endings(count: str, seconds: str) -> list[dict[str, Any]]:
    """Wait until so many submissions have ended, or the time is up; then say how each is."""
    deadline = time.monotonic() + float(seconds)
    ended = Submission.objects.filter(status__in=["graded", "failed"])
    while ended.count() < int(count) and time.monotonic() < deadline:
        time.sleep(0.1)
    return outcomes()


def attempts_used() -> list[int]:
    exercise = Exercise.objects.get(slug="xor-weights")
    return [standings(enrolment, [exercise])[exercise.pk].used for enrolment in Enrolment.objects.all()]


def _scores(row: Submission) -> list[float]:
    return list(row.grades.values_list("score", flat=True))


if __name__ == "__main__":
    actions = {
        action.__name__: action
        for action in (
            people,
            sessions,
            tokens,
            reference,
            waits,
            form_of,
            lift_limits,
            submit,
            submit_through_storm,
            summary,
            outcomes,
            endings,
            attempts_used,
        )
    }
    print(json.dumps(actions[sys.argv[1]](*sys.argv[2:])))
