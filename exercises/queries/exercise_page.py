"""An exercise as its page shows it to one person."""

import json
from typing import Any

from django.urls import reverse

from exercises.grading.describe import first_answer, listed_checks
from exercises.grading.grade import given_numbers
from exercises.grading.specs import ExerciseSpec
from exercises.models import Assignment, Exercise, Submission
from exercises.queries.result import attempt_rows
from exercises.queries.scores import Standing, due_date, standings
from exercises.queries.specs import spec_for
from lessons.models import Enrolment
from lessons.rendering import figure_modules, stored_html

NOT_SIGNED_IN = "Sign in to submit. “Check now” works without an account; nothing is recorded."
NOT_ENROLLED = "You are not enrolled in a course, so you cannot submit."
PAUSED = "Your instructors have paused this exercise."
NONE_LEFT = "You have used all attempts. Your best grade stays."


def page_context(exercise: Exercise, enrolment: Enrolment | None, user: Any) -> dict[str, Any]:
    """Everything but the form: text, checks, attempts, and whether one may submit."""
    spec = spec_for(exercise, enrolment)
    standing = standings(enrolment, [exercise])[exercise.pk]
    why_not = _why_not(exercise, enrolment, standing, user)
    lesson = exercise.lesson
    return {
        "exercise": _exercise(exercise, spec, standing),
        "givens": given_numbers(spec),
        "lesson": {"title": lesson.title, "url": lesson.get_absolute_url()},
        "attempts": {"used": standing.used, "allowed": standing.allowed, "left": standing.left()},
        "best": standing.best,
        "due_at": due_date(enrolment, exercise),
        "figure": {"element": spec.figure} if spec.figure else None,
        "modules": ["js/answer-form.js", *figure_modules([spec.figure] if spec.figure else [])],
        "submissions": _attempts(exercise, enrolment),
        "can_submit": not why_not,
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


def _exercise(exercise: Exercise, spec: ExerciseSpec, standing: Standing) -> dict[str, Any]:
    pages = exercise.revision.pages if exercise.revision else {}
    may_see_solution = standing.best is not None and standing.best >= spec.points
    return {
        "id": exercise.slug,
        "label": f"{exercise.lesson.number}.{exercise.position}",
        "title": spec.title,
        "points": spec.points,
        "statement": stored_html(pages["statement"]),
        "hints": [stored_html(hint) for hint in pages["hints"]],
        "worked": stored_html(pages["worked"]) if pages["worked"] and may_see_solution else None,
        "checks": [
            {"name": check.name, "points": check.points, "hidden": check.hidden}
            for check in listed_checks(spec)
        ],
    }


def _why_not(exercise: Exercise, enrolment: Enrolment | None, standing: Standing, user: Any) -> str:
    if not user.is_authenticated:
        return NOT_SIGNED_IN
    if enrolment is None:
        return NOT_ENROLLED
    if Assignment.objects.filter(course=enrolment.course_id, exercise=exercise, is_paused=True).exists():
        return PAUSED
    return "" if standing.may_try() else NONE_LEFT


def _attempts(exercise: Exercise, enrolment: Enrolment | None) -> list[dict[str, Any]]:
    if enrolment is None:
        return []
    return attempt_rows(Submission.objects.filter(enrolment=enrolment, exercise=exercise))
