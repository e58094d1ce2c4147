"""What people do during a fault test, as one command each; run by tests/stack.py, prints JSON."""

import json
import sys
from typing import Any

import django

django.setup()

from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from annsite.accounts.models import User  # noqa: E402
from exercises.models import Exercise, Submission  # noqa: E402
from exercises.queries.scores import standings  # noqa: E402
from exercises.queries.specs import spec_of  # noqa: E402
from exercises.services.submit import submit_answer  # noqa: E402
from lessons.models import Course, Enrolment  # noqa: E402
from lessons.services.enrol import enrol  # noqa: E402


def people(count: str) -> int:
    """Make a course with so many students."""
    course = Course.objects.create(slug="faults", title="Faults")
    for number in range(int(count)):
        enrol(user=User.objects.create_user(f"person{number}"), course=course)
    return Enrolment.objects.count()


def submit(times: str) -> list[str]:
    """Let every student submit the reference so often."""
    exercise = Exercise.objects.get(slug="xor-weights")
    reference = spec_of(exercise.revision_id).reference
    made = []
    for _ in range(int(times)):
        for enrolment in Enrolment.objects.all():
            submission, _ = submit_answer(
                enrolment=enrolment,
                exercise=exercise,
                answer=reference,
                idempotency_key=None,
                now=timezone.now(),
            )
            made.append(submission.public_id)
    return made


def outcomes() -> list[dict[str, Any]]:
    """Say of each submission how it ended and how often it was graded."""
    rows = Submission.objects.annotate(graded=Count("grades")).order_by("pk")
    return [
        {"status": row.status, "grades": row.graded, "claims": row.fence, "scores": _scores(row)}
        for row in rows
    ]


def attempts_used() -> list[int]:
    exercise = Exercise.objects.get(slug="xor-weights")
    return [standings(enrolment, [exercise])[exercise.pk].used for enrolment in Enrolment.objects.all()]


def _scores(row: Submission) -> list[float]:
    return list(row.grades.values_list("score", flat=True))


if __name__ == "__main__":
    actions = {action.__name__: action for action in (people, submit, outcomes, attempts_used)}
    print(json.dumps(actions[sys.argv[1]](*sys.argv[2:])))
