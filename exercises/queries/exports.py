"""Rows of the exports, a chunk at a time: memory and queries per chunk stay the same however many rows."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast, Length

from exercises.models import Exercise, Submission
from exercises.queries.gradebook import counted_scores
from exercises.queries.listing import with_columns
from lessons.models import Course, Enrolment

CHUNK = 500
# What a spreadsheet takes in one cell.
LONGEST_ANSWER = 32_000

Row = list[Any]

RAW_COLUMNS = [
    "submission",
    "course",
    "username",
    "name",
    "sections",
    "exercise",
    "revision",
    "attempt",
    "state",
    "grade",
    "points",
    "late",
    "overridden",
    "refunded",
    "review open",
    "sent",
    "ended",
    "answer sha256",
]


def raw_rows(submissions: Any, *, with_answers: bool) -> Iterator[Row]:
    """Yield a row for each submission, newest first, and its answer where that fits into a cell."""
    for numbers in _number_chunks(submissions.order_by("-pk")):
        rows = with_columns(Submission.objects.filter(pk__in=numbers))
        answers = _answers(numbers) if with_answers else {}
        for row in rows.prefetch_related("enrolment__sections").order_by("-pk"):
            yield [*_raw(row), *([answers.get(row.pk, "")] if with_answers else [])]


def gradebook_columns(exercises: Sequence[Exercise]) -> list[str]:
    return ["username", "name", "email", "sections", "labels", *(row.slug for row in exercises), "total"]


def gradebook_exercises(course: Course) -> list[Exercise]:
    """Exercises that are published, or retired after somebody of the course worked on them."""
    used = Submission.objects.filter(exercise=OuterRef("pk"), enrolment__course=course)
    rows = Exercise.objects.filter(Q(retired_at=None) | Exists(used), revision__isnull=False)
    return list(rows.select_related("revision", "lesson"))


def gradebook_rows(enrolments: Any, exercises: Sequence[Exercise]) -> Iterator[Row]:
    """Yield a row for each student: the grade that counts at each exercise, empty without one."""
    for numbers in _number_chunks(enrolments.order_by("-pk")):
        rows = Enrolment.objects.filter(pk__in=numbers).select_related("user", "course")
        people = list(rows.prefetch_related("sections", "labels").order_by("-pk"))
        scores = counted_scores(people, exercises)
        for row in people:
            own = [scores.get((row.pk, exercise.pk)) for exercise in exercises]
            total = sum(score for score in own if score is not None)
            sections, labels = row.sections.all(), row.labels.all()
            yield [
                row.user.username,
                str(row.user),
                row.user.email,
                _names(sections),
                _names(labels),
                *own,
                total,
            ]


def _number_chunks(rows: Any) -> Iterator[list[int]]:
    """Yield the row numbers in descending order, each chunk found from where the last one ended."""
    numbers = list(rows.values_list("pk", flat=True)[:CHUNK])
    while numbers:
        yield numbers
        numbers = list(rows.filter(pk__lt=numbers[-1]).values_list("pk", flat=True)[:CHUNK])


def _raw(row: Any) -> Row:
    return [
        row.public_id,
        row.enrolment.course.slug,
        row.enrolment.user.username,
        str(row.enrolment.user),
        _names(row.enrolment.sections.all()),
        row.exercise.slug,
        row.revision.number,
        row.attempt,
        row.status,
        row.score,
        row.max_score,
        row.is_late,
        row.is_overridden,
        row.is_refunded,
        row.is_in_review,
        row.submitted_at,
        row.finished_at,
        row.answer_digest,
    ]


def _answers(numbers: Sequence[int]) -> dict[int, str]:
    """Return the answers that fit into a cell; the database leaves the others where they are."""
    rows = Submission.objects.filter(pk__in=numbers).annotate(size=Length(Cast("answer", TextField())))
    short = rows.filter(size__lte=LONGEST_ANSWER).order_by().values_list("pk", "answer")
    found = {pk: json.dumps(answer) for pk, answer in short}
    too_long = f"(longer than {LONGEST_ANSWER:,} characters; open the submission)"
    return {pk: found.get(pk, too_long) for pk in numbers}


def _names(rows: Any) -> str:
    return " | ".join(row.name for row in rows)
