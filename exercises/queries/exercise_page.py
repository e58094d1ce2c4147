"""An exercise as its page shows it to one person."""

import json
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from exercises.grading.describe import first_answer, listed_checks
from exercises.grading.grade import given_numbers
from exercises.grading.specs import ExerciseSpec
from exercises.models import Exercise, Submission
from exercises.queries.dates import between_attempts, dates_of, outside_window
from exercises.queries.result import attempt_rows
from exercises.queries.reveal import hints_of, shows_solution
from exercises.queries.scores import Standing, standings
from exercises.queries.specs import spec_for
from lessons.models import Enrolment, Role
from lessons.rendering import figure_modules, stored_html

NOT_SIGNED_IN = "Sign in to submit. “Check now” works without an account; nothing is recorded."
NOT_ENROLLED = "You are not enrolled in a course, so you cannot submit."
PAUSED = "Your instructors have paused this exercise."
NONE_LEFT = "You have used all attempts. Your best grade stays."


def page_context(exercise: Exercise, enrolment: Enrolment | None, user: Any) -> dict[str, Any]:
    """Everything but the form: text, checks, attempts, and whether one may submit."""
    spec = spec_for(exercise, enrolment)
    standing = standings(enrolment, [exercise])[exercise.pk]
    now = timezone.now()
    why_not = _why_not(enrolment, standing, user, now)
    lesson = exercise.lesson
    return {
        "exercise": _exercise(exercise, enrolment, spec, standing, now),
        "givens": given_numbers(spec),
        "lesson": {"title": lesson.title, "url": lesson.get_absolute_url()},
        "attempts": {"used": standing.used, "allowed": standing.allowed, "left": standing.left()},
        "best": standing.best,
        "dates": dates_of(standing.delivery, now),
        "figure": {"element": spec.figure} if spec.figure else None,
        "modules": ["js/answer-form.js", *figure_modules([spec.figure] if spec.figure else [])],
        "submissions": _attempts(exercise, enrolment, standing),
        "can_submit": not why_not,
        "is_enrolled": enrolment is not None,
        "needs_sign_in": why_not == NOT_SIGNED_IN,
        "why_not": why_not,
        "check_url": reverse("api:exercise-check", args=[exercise.slug]),
        "submit_url": exercise.get_absolute_url(),
    }


def curl_example(url: str, slug: str, spec: ExerciseSpec) -> str:
    """Return a command that submits zeros, or what the exercise starts from; never the reference."""
    body = json.dumps({"exercise": slug, "answer": first_answer(spec)})
    return (
        f"curl -X POST {url} \\\n  -H 'Authorization: Bearer YOUR_TOKEN' \\\n"
        f"  -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )


def _exercise(
    exercise: Exercise, enrolment: Enrolment | None, spec: ExerciseSpec, standing: Standing, now: datetime
) -> dict[str, Any]:
    pages = exercise.revision.pages if exercise.revision else {}
    is_solved = shows_solution(enrolment, exercise, standing.delivery, now)
    return {
        "id": exercise.slug,
        "label": f"{exercise.lesson.number}.{exercise.position}",
        "title": spec.title,
        "points": spec.points,
        "statement": stored_html(pages["statement"]),
        "hints": [
            {"html": stored_html(pages["hints"][hint.number - 1]) if hint.is_open else None, "rule": hint}
            for hint in hints_of(enrolment, exercise, spec)
        ],
        "has_costs": any(spec.hint_costs),
        "worked": stored_html(pages["worked"]) if pages["worked"] and is_solved else None,
        "checks": [
            {"name": check.name, "points": check.points, "hidden": check.hidden}
            for check in listed_checks(spec)
        ],
    }


def _why_not(enrolment: Enrolment | None, standing: Standing, user: Any, now: datetime) -> str:
    """Say in a sentence why one may not submit; the service decides by the same rules."""
    if not user.is_authenticated:
        return NOT_SIGNED_IN
    if enrolment is None:
        return NOT_ENROLLED
    delivery = standing.delivery
    if delivery.is_paused:
        return PAUSED
    if not standing.may_try():
        return NONE_LEFT
    if enrolment.role != Role.STUDENT:
        return ""
    return outside_window(delivery, now) or between_attempts(standing.seconds_to_wait(now))


def _attempts(exercise: Exercise, enrolment: Enrolment | None, standing: Standing) -> list[dict[str, Any]]:
    if enrolment is None:
        return []
    return attempt_rows(Submission.objects.filter(enrolment=enrolment, exercise=exercise), standing)
