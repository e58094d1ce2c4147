"""Dates and late credit in the admin: typed and shown as the course's clock says."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from exercises.models import Assignment, Exercise
from lessons.models import Course, Enrolment

pytestmark = pytest.mark.django_db

ADD = "/admin/exercises/assignment/add/"


def typed(course: Course, exercise: Exercise, **changes: Any) -> dict[str, Any]:
    return {
        "course": course.pk,
        "exercise": exercise.pk,
        "cooldown_seconds": 0,
        "grade_policy": "best",
        "feedback": "now",
        "solution": "after_passing",
        **changes,
    }


@pytest.fixture
def desk(instructor: Enrolment, signed_in: Callable[..., Client]) -> Client:
    return signed_in(instructor)


def test_times_are_typed_and_shown_in_the_time_zone_of_the_course(
    desk: Client, course: Course, xor: Exercise
) -> None:
    summer, winter = "2026-10-24T18:00", "2026-10-26T18:00"

    desk.post(ADD, typed(course, xor, due_at=summer, closes_at=winter, late_credit="24 h 80 %, 72h 50%"))

    row = Assignment.objects.get()
    assert row.due_at == datetime(2026, 10, 24, 16, tzinfo=UTC)
    assert row.closes_at == datetime(2026, 10, 26, 17, tzinfo=UTC)
    assert row.late_credit == [{"hours": 24, "percent": 80}, {"hours": 72, "percent": 50}]
    page = desk.get(f"/admin/exercises/assignment/{row.pk}/change/").content.decode()
    assert f'value="{summer}"' in page
    assert f'value="{winter}"' in page
    assert 'value="24 h 80 %, 72 h 50 %"' in page
    assert "2026-10-24 18:00 CEST" in desk.get("/admin/exercises/assignment/").content.decode()


def test_saving_again_what_is_shown_changes_nothing(desk: Client, course: Course, xor: Exercise) -> None:
    values = typed(course, xor, due_at="2026-10-24T18:00", late_credit="24 h 80 %")
    desk.post(ADD, values)
    before = Assignment.objects.values().get()

    desk.post(f"/admin/exercises/assignment/{before['id']}/change/", values)

    assert Assignment.objects.values().get() == before


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("late_credit", {"late_credit": "a day 80 %"}, "“a day 80 %” is not understood"),
        ("late_credit", {"late_credit": "72 h 80 %, 24 h 50 %"}, "hours must grow"),
        ("late_credit", {"late_credit": "24 h 50 %, 24 h 40 %"}, "hours must grow"),
        ("late_credit", {"late_credit": "24 h 50 %, 72 h 80 %"}, "must not grow"),
        ("late_credit", {"late_credit": "24 h 101 %"}, "at most 100 %"),
        ("late_credit", {"late_credit": "24 h -5 %"}, "is not understood"),
        ("late_credit", {"late_credit": "0 h 50 %"}, "each of more than 0"),
        ("late_credit", {"late_credit": "24 h 80 %", "due_at": ""}, "needs a due date"),
        ("due_at", {"due_at": "2026-03-29T02:30"}, "2026-03-29 02:30 does not exist in Europe/Berlin"),
        ("due_at", {"due_at": "2026-10-25T02:30"}, "exists twice"),
        ("due_at", {"due_at": "9999-12-31T23:59"}, "The year 9999 is not one from 2000 to 2200"),
        ("due_at", {"opens_at": "2026-10-24T18:00"}, "must come after the opening"),
        ("closes_at", {"closes_at": "2026-10-24T17:59"}, "must not close before it is due"),
        ("feedback", {"feedback": "after_deadline", "due_at": ""}, "it would never be shown"),
        ("solution", {"solution": "after_deadline", "due_at": ""}, "it would never be shown"),
    ],
)
def test_rules_that_make_no_sense_are_refused_at_their_field(
    desk: Client, course: Course, xor: Exercise, field: str, changes: dict[str, str], words: str
) -> None:
    reply = desk.post(ADD, typed(course, xor, **{"due_at": "2026-10-24T18:00"} | changes))

    errors = reply.context["adminform"].form.errors
    assert words in str(errors[field][0])
    assert next(iter(changes.values())) in reply.content.decode()
    assert not Assignment.objects.exists()


def test_an_instructor_sets_dates_only_in_their_own_course(desk: Client, xor: Exercise) -> None:
    foreign = Course.objects.create(slug="elsewhere", title="Elsewhere")
    row = Assignment.objects.create(course=foreign, exercise=xor)

    reply = desk.post(ADD, typed(foreign, xor))

    assert "course" in reply.context["adminform"].form.errors
    assert desk.get(f"/admin/exercises/assignment/{row.pk}/change/").status_code == 302
    assert "Elsewhere" not in desk.get("/admin/exercises/assignment/").content.decode()
