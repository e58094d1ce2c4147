"""Publish the content folder: prove every exercise that changed, then write everything in one transaction."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from exercises.grading.proof import prove_exercise
from exercises.grading.specs import ExerciseSpec, SpecInvalid, read_spec
from exercises.models import Exercise, ExerciseRevision
from lessons.models import Lesson
from lessons.reading import (
    GLOSSARY,
    ContentInvalid,
    ContentProblem,
    CourseFiles,
    ExerciseFile,
    LessonFile,
    read_course,
)
from lessons.rendering import RenderingFailed, render_lesson, render_text
from lessons.services.find import index_lessons
from lessons.services.publish import RenderedLesson, publish_lessons


@dataclass(frozen=True)
class Published:
    """What a sync found and changed."""

    lessons: int
    exercises: int
    new_lesson_revisions: int
    new_exercise_revisions: int
    retired: int


@dataclass(frozen=True)
class _Exercise:
    file: ExerciseFile
    spec: ExerciseSpec
    pages: dict[str, Any]

    def digest(self) -> str:
        content = json.dumps([self.file.data, self.pages], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def sync_content(*, folder: Path, now: datetime, prove_all: bool = False) -> Published:
    """Publish everything, or raise ContentInvalid with every problem of every file and change nothing.

    What is published already, to the letter, was proven then, and what is verified, on many seeds;
    `prove_all` proves it again.
    """
    course = read_course(folder)
    problems: list[ContentProblem] = []
    lessons = [item for file in course.lessons if (item := _render(file, problems)) is not None]
    meanings = {
        name: _page(GLOSSARY, f"terms.{name}", text, problems) for name, text in course.glossary.items()
    }
    exercises = [found for file in course.exercises if (found := _read(file, problems)) is not None]
    published = _published_digests()
    for exercise in exercises:
        is_published = (exercise.file.id, exercise.digest()) in published
        is_verified = course.verified.get(exercise.file.id) == exercise.file.digest
        if prove_all or not (is_published or is_verified):
            problems += _prove(exercise)
    if problems:
        raise ContentInvalid(problems)
    with transaction.atomic():
        result = _publish(course, lessons, exercises, now)
        index_lessons(meanings=meanings)
    return result


def _render(file: LessonFile, problems: list[ContentProblem]) -> RenderedLesson | None:
    try:
        return RenderedLesson(file, render_lesson(file.body, file.body_line))
    except RenderingFailed as error:
        problems += [ContentProblem(file.path, f"line {p.line}", p.message, p.cure) for p in error.problems]
    return None


def _prove(exercise: _Exercise) -> list[ContentProblem]:
    path = exercise.file.path
    return [ContentProblem(path, p.key, p.message, p.cure) for p in prove_exercise(exercise.spec)]


def _published_digests() -> set[tuple[str, str]]:
    """Return the digest of what is published of each exercise."""
    published = Exercise.objects.filter(retired_at=None, revision__isnull=False)
    return set(published.values_list("slug", "revision__digest"))


def _read(file: ExerciseFile, problems: list[ContentProblem]) -> _Exercise | None:
    try:
        spec = read_spec(file.data)
    except SpecInvalid as error:
        problems += [ContentProblem(file.path, p.key, p.message, p.cure) for p in error.problems]
        return None
    path = file.path
    pages = {
        "statement": _page(path, "statement", spec.statement, problems),
        "hints": [_page(path, f"hints[{index}]", hint, problems) for index, hint in enumerate(spec.hints)],
        "worked": _page(path, "worked", spec.worked or "", problems),
    }
    return _Exercise(file, spec, pages)


def _page(path: str, key: str, markdown: str, problems: list[ContentProblem]) -> str:
    try:
        return str(render_text(markdown))
    except RenderingFailed as error:
        problems += [ContentProblem(path, f"{key}, line {p.line}", p.message, p.cure) for p in error.problems]
    return ""


def _publish(
    course: CourseFiles, lessons: list[RenderedLesson], exercises: list[_Exercise], now: datetime
) -> Published:
    new_lessons = publish_lessons(course=course, lessons=lessons, now=now)
    new_exercises = sum(_publish_exercise(item, now) for item in exercises)
    kept = [item.file.id for item in exercises]
    retired = Exercise.objects.exclude(slug__in=kept).filter(retired_at=None).update(retired_at=now)
    return Published(
        lessons=len(lessons),
        exercises=len(exercises),
        new_lesson_revisions=new_lessons,
        new_exercise_revisions=new_exercises,
        retired=retired,
    )


def _publish_exercise(item: _Exercise, now: datetime) -> bool:
    lesson = Lesson.objects.get(slug=item.file.lesson_slug)
    exercise, _ = Exercise.objects.update_or_create(
        slug=item.file.id, defaults={"lesson": lesson, "position": item.file.position, "retired_at": None}
    )
    digest = item.digest()
    revision = ExerciseRevision.objects.filter(exercise=exercise, digest=digest).first()
    is_new = revision is None
    if revision is None:
        revision = ExerciseRevision.objects.create(
            exercise=exercise,
            number=exercise.revisions.count() + 1,
            digest=digest,
            title=item.spec.title,
            points=item.spec.points,
            attempts=item.spec.attempts,
            spec=item.file.data,
            pages=item.pages,
            created_at=now,
        )
    if exercise.revision_id != revision.pk:
        exercise.revision = revision
        exercise.save(update_fields=["revision"])
    return is_new
