"""Publish lesson files: topics into the timeline, texts into immutable revisions."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lessons.models import Lesson, LessonRevision
from lessons.reading import CourseFiles, LessonFile
from lessons.rendering import Rendered


@dataclass(frozen=True)
class RenderedLesson:
    """A lesson file with the HTML made of it."""

    file: LessonFile
    rendered: Rendered

    def digest(self) -> str:
        return hashlib.sha256(f"{self.file.digest}\n{self.rendered.html}".encode()).hexdigest()


@transaction.atomic
def publish_lessons(*, course: CourseFiles, lessons: Sequence[RenderedLesson], now: datetime) -> int:
    """Bring the timeline in line with the files and return how many new revisions that took."""
    for topic in course.topics:
        Lesson.objects.update_or_create(
            slug=topic.slug, defaults={"number": topic.number, "year": topic.year, "title": topic.title}
        )
    Lesson.objects.exclude(slug__in=[item.file.slug for item in lessons]).update(revision=None)
    return sum(_publish(item, now) for item in lessons)


def _publish(item: RenderedLesson, now: datetime) -> bool:
    lesson = Lesson.objects.get(slug=item.file.slug)
    digest = item.digest()
    revision = LessonRevision.objects.filter(lesson=lesson, digest=digest).first()
    is_new = revision is None
    if revision is None:
        revision = LessonRevision.objects.create(
            lesson=lesson,
            digest=digest,
            title=item.file.title,
            summary=item.file.summary,
            minutes=item.file.minutes,
            goals=list(item.file.goals),
            concepts=list(item.file.concepts),
            sources=[{"text": source.text, "year": source.year} for source in item.file.sources],
            body=item.file.body,
            html=str(item.rendered.html),
            figures=list(item.rendered.figures),
            created_at=now,
        )
    if lesson.revision_id != revision.pk:
        lesson.revision = revision
        lesson.save(update_fields=["revision"])
    return is_new
