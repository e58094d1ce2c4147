"""Reads over several tables: the timeline, and the lesson page's neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lessons.access import current_enrolment
from lessons.models import Enrolment, Lesson, LessonVisit, Passage
from lessons.work import DONE, NOT_STARTED, STARTED, ExerciseCard, work_of

UPCOMING = "upcoming"


@dataclass(frozen=True)
class TimelineRow:
    """One topic of the timeline as a person sees it."""

    slug: str
    number: int
    year: int
    title: str
    summary: str
    minutes: int
    url: str | None
    state: str
    exercises: Sequence[ExerciseCard]
    opened_at: datetime | None


def timeline(user: Any) -> list[TimelineRow]:
    """Every topic in order, each with the person's state and exercises."""
    enrolment = current_enrolment(user)
    cards = work_of(enrolment).by_lesson
    visited = _visited(enrolment)
    return [
        TimelineRow(
            slug=lesson.slug,
            number=lesson.number,
            year=lesson.year,
            title=lesson.title,
            summary=lesson.revision.summary if lesson.revision else "",
            minutes=lesson.revision.minutes if lesson.revision else 0,
            url=lesson.get_absolute_url() if lesson.revision else None,
            state=_state(lesson, cards.get(lesson.pk, []), lesson.pk in visited),
            exercises=cards.get(lesson.pk, []),
            opened_at=visited.get(lesson.pk),
        )
        for lesson in Lesson.objects.select_related("revision").defer("revision__html", "revision__body")
    ]


def where_to_continue(rows: Sequence[TimelineRow]) -> TimelineRow | None:
    """Pick what was begun last and is not done; else the first lesson that was never begun."""
    begun = [row for row in rows if row.state == STARTED]
    if begun:
        return max(begun, key=lambda row: (row.opened_at is not None, row.opened_at or row.number))
    return next((row for row in rows if row.state == NOT_STARTED), None)


def headings(lesson: Lesson) -> list[Passage]:
    """List the passages of a lesson that have a heading, in order."""
    return list(lesson.passages.exclude(anchor="").only("anchor", "heading", "lesson"))


def _visited(enrolment: Enrolment | None) -> dict[int, datetime]:
    """Say when each lesson was opened first."""
    if enrolment is None:
        return {}
    return dict(LessonVisit.objects.filter(enrolment=enrolment).values_list("lesson_id", "opened_at"))


def _state(lesson: Lesson, cards: Sequence[ExerciseCard], was_opened: bool) -> str:
    """A lesson is done when its exercises are, and when it has none, once it was opened."""
    if lesson.revision is None:
        return UPCOMING
    if cards and all(card.state == DONE for card in cards):
        return DONE
    if not cards and was_opened:
        return DONE
    if was_opened or any(card.state != NOT_STARTED for card in cards):
        return STARTED
    return NOT_STARTED
