"""Remember that a lesson was opened."""

from datetime import datetime

from lessons.models import Enrolment, Lesson, LessonVisit


def record_visit(*, enrolment: Enrolment, lesson: Lesson, now: datetime) -> None:
    """Keep the first time; opening a lesson again writes nothing."""
    if not LessonVisit.objects.filter(enrolment=enrolment, lesson=lesson).exists():
        LessonVisit.objects.get_or_create(enrolment=enrolment, lesson=lesson, defaults={"opened_at": now})
