"""Exercises as lessons, lists and the gradebook show them to one person."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from exercises.models import Exercise
from exercises.queries.dates import dates_of
from exercises.queries.scores import Standing, standings
from lessons.models import Enrolment
from lessons.work import DONE, NOT_STARTED, STARTED, ExerciseCard, Work


def published_exercises() -> list[Exercise]:
    rows = Exercise.objects.published().select_related("revision", "lesson")
    return list(rows.defer("revision__spec", "revision__pages"))


def work_cards(enrolment: Enrolment | None) -> Work:
    """Answer what `lessons.work` asks: the cards of every lesson."""
    now = timezone.now()
    by_lesson: dict[int, list[ExerciseCard]] = defaultdict(list)
    for exercise, standing in _with_standings(enrolment):
        by_lesson[exercise.lesson_id].append(_card(exercise, standing, now))
    return Work(by_lesson)


def cards_by_exercise(enrolment: Enrolment | None) -> dict[int, ExerciseCard]:
    """Return every exercise's card by the exercise's row number."""
    now = timezone.now()
    return {exercise.pk: _card(exercise, standing, now) for exercise, standing in _with_standings(enrolment)}


def gradebook(enrolment: Enrolment | None) -> list[dict[str, Any]]:
    """One row per exercise with the grade that counts, attempts, and the person's own dates."""
    now = timezone.now()
    return [
        {
            "id": exercise.slug,
            "title": _revision(exercise).title,
            "url": exercise.get_absolute_url(),
            "lesson": exercise.lesson.title,
            "points": _revision(exercise).points,
            "best": standing.best,
            "attempts_used": standing.used,
            "attempts_allowed": standing.allowed,
            "opens_at": standing.delivery.opens_at,
            "due_at": standing.delivery.due_at,
            "closes_at": standing.delivery.closes_at,
            "dates": dates_of(standing.delivery, now),
            "credit": _credit(standing),
        }
        for exercise, standing in _with_standings(enrolment)
    ]


def _credit(standing: Standing) -> float | None:
    """Return the per cent that the counting attempt keeps; None before a grade."""
    counting = standing.counting()
    return counting.credit if counting else None


def _with_standings(enrolment: Enrolment | None) -> Iterable[tuple[Exercise, Standing]]:
    exercises = published_exercises()
    by_pk = standings(enrolment, exercises)
    return ((exercise, by_pk[exercise.pk]) for exercise in exercises)


def _card(exercise: Exercise, standing: Standing, now: datetime) -> ExerciseCard:
    revision = _revision(exercise)
    dates = dates_of(standing.delivery, now)
    is_done = standing.best is not None and standing.best >= revision.points
    return ExerciseCard(
        id=exercise.slug,
        title=revision.title,
        url=exercise.get_absolute_url(),
        points=revision.points,
        best=standing.best,
        state=DONE if is_done else STARTED if standing.used else NOT_STARTED,
        due_at=dates["due_at"],
        due=dates["due"],
        closes=dates["closes"],
        credit=dates["credit"],
        extensions=dates["extensions"],
    )


def _revision(exercise: Exercise) -> Any:
    return exercise.revision
