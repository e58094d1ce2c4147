"""Exercises as the syllabus and the lessons show them: the person's own due date, at a bounded cost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exercises.models import Assignment, Exercise
from exercises.queries.cards import work_cards
from exercises.services.extend import Grant, grant_extension
from lessons.models import Course, Enrolment
from lessons.work import ExerciseCard

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PAGES = ["/learn/", "/lessons/mlp-xor/"]
SignIn = Callable[[Enrolment], Client]


@pytest.fixture
def due_tomorrow(course: Course, xor: Exercise) -> Assignment:
    return Assignment.objects.create(course=course, exercise=xor, due_at=NOW + DAY)


@pytest.fixture
def today(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def extend(student: Enrolment, instructor: Enrolment, exercise: Exercise | None, days: int) -> None:
    minutes = days * 24 * 60
    grant = Grant(
        course=student.course,
        whom=student,
        exercise=exercise,
        extra_minutes=minutes,
        extra_attempts=0,
        reason="The train was late",
    )
    grant_extension(grant=grant, actor=instructor.user, now=NOW)


def card_of(who: Enrolment | None, exercise: Exercise) -> ExerciseCard:
    cards = work_cards(who).by_lesson[exercise.lesson_id]
    return next(card for card in cards if card.id == exercise.slug)


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(page)
    return len(found)


@pytest.mark.usefixtures("today")
def test_a_card_has_the_due_date_in_the_zone_of_the_course(
    student: Enrolment, xor: Exercise, due_tomorrow: Assignment
) -> None:
    card = card_of(student, xor)

    assert (card.due_at, card.due) == (NOW + DAY, "24 November 2026, 13:00 CET, in 1 day")
    assert card.closes == ""


def test_an_extension_moves_the_due_date_of_the_one_who_has_it(
    student: Enrolment,
    other_student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    due_tomorrow: Assignment,
) -> None:
    extend(student, instructor, xor, days=2)

    assert card_of(student, xor).due_at == NOW + 3 * DAY
    assert card_of(other_student, xor).due_at == NOW + DAY


def test_there_is_no_due_date_without_a_rule_or_a_course(student: Enrolment, xor: Exercise) -> None:
    for who in (student, None):
        card = card_of(who, xor)
        assert (card.due_at, card.due, card.closes) == (None, "", "")


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("page", PAGES)
def test_the_syllabus_and_the_lesson_say_when_the_person_must_hand_in_and_why_then(
    page: str,
    student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    due_tomorrow: Assignment,
    signed_in: SignIn,
) -> None:
    Assignment.objects.update(closes_at=NOW + 2 * DAY, late_credit=[{"hours": 24, "percent": 80}])
    extend(student, instructor, xor, days=2)

    text = signed_in(student).get(page).content.decode()

    assert '<time datetime="2026-11-26T12:00:00+00:00">26 November 2026, 13:00 CET' in text
    assert "27 November 2026, 13:00 CET" in text
    assert "Full credit until then" in text
    assert f"Extension: 2 days more, by {instructor.user}: The train was late" in text


@pytest.mark.parametrize("page", PAGES)
def test_more_due_dates_and_extensions_need_no_more_queries(
    page: str,
    student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    due_tomorrow: Assignment,
    signed_in: SignIn,
) -> None:
    client = signed_in(student)
    extend(student, instructor, xor, days=1)
    client.get(page)
    before = queries_of(client, page)

    for exercise in Exercise.objects.published().exclude(pk=xor.pk):
        Assignment.objects.create(course=student.course, exercise=exercise, due_at=NOW)
        extend(student, instructor, exercise, days=2)
    extend(student, instructor, None, days=1)

    assert queries_of(client, page) == before


def test_more_exercises_need_no_more_queries(
    student: Enrolment, instructor: Enrolment, xor: Exercise, due_tomorrow: Assignment, signed_in: SignIn
) -> None:
    client = signed_in(student)
    extend(student, instructor, None, days=1)
    client.get("/learn/")
    all_of_them = queries_of(client, "/learn/")

    Exercise.objects.exclude(pk=xor.pk).update(retired_at=NOW)

    assert queries_of(client, "/learn/") == all_of_them
