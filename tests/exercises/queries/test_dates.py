"""What pages and the API say of dates: one's own, in the zone of the course, and what an answer counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from exercises.models import Assignment, Exercise, Extension, Submission
from exercises.queries.dates import between_attempts, dates_of, outside_window
from exercises.queries.delivery import Delivery, delivery_of
from exercises.services.extend import Grant, grant_extension
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STEPS = ((24.0, 80.0), (72.0, 50.0))
SignIn = Callable[[Enrolment], Client]


@pytest.fixture
def late(student: Enrolment, instructor: Enrolment, xor: Exercise) -> Submission:
    """An answer with full points, 30 hours late after an extension of two hours."""
    row = factories.graded(student, xor)
    Assignment.objects.create(
        course=student.course,
        exercise=xor,
        due_at=row.submitted_at - 32 * HOUR,
        late_credit=[{"hours": 24, "percent": 80}, {"hours": 72, "percent": 50}],
    )
    extend(student, instructor, extra_minutes=120, reason="The train was late")
    return row


def extend(student: Enrolment, instructor: Enrolment, **what: Any) -> Extension:
    plain = {"exercise": None, "extra_minutes": 0, "extra_attempts": 0, "reason": "x"}
    grant = Grant(course=student.course, whom=student, **{**plain, **what})
    return grant_extension(grant=grant, actor=instructor.user, now=NOW)


@pytest.mark.parametrize(
    ("rules", "hours", "words"),
    [
        ({}, -1, ""),
        ({"late_credit": STEPS}, -1, "full credit until then"),
        ({}, 1, "late answers count in full and are marked"),
        ({"late_credit": STEPS}, 1, "late: 80 % credit until 24 November 2026, 12:00 UTC"),
        ({"late_credit": STEPS}, 25, "late: 50 % credit until 26 November 2026, 12:00 UTC"),
        ({"late_credit": STEPS}, 73, "late: 0 % credit"),
        ({"late_credit": STEPS, "closes_at": NOW}, 1, ""),
    ],
)
def test_what_an_answer_counts_now_is_said_with_until_when(
    rules: dict[str, Any], hours: int, words: str
) -> None:
    assert dates_of(Delivery(due_at=NOW, **rules), NOW + hours * HOUR)["credit"] == words


def test_a_closing_date_is_told_apart_before_and_after() -> None:
    delivery = Delivery(closes_at=NOW)

    assert dates_of(delivery, NOW - HOUR)["closes"] == "Closes 23 November 2026, 12:00 UTC, in 1 hour"
    assert dates_of(delivery, NOW + HOUR)["closes"] == "Closed 23 November 2026, 12:00 UTC, 1 hour ago"
    assert outside_window(delivery, NOW) == ""
    assert outside_window(delivery, NOW + HOUR) == "This exercise closed on 23 November 2026, 12:00 UTC."


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "in 1 s."), (90, "in 90 s."), (91, "in 2 min."), (3600, "in 1 h 0 min.")]
)
def test_a_wait_is_written_in_the_unit_that_reads_well(seconds: int, words: str) -> None:
    assert words in between_attempts(seconds)
    assert between_attempts(0) == ""


def test_only_extensions_that_change_something_are_named(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    for minutes, attempts in ((60, 0), (180, 0), (120, 1), (0, 5)):
        extend(student, instructor, extra_minutes=minutes, extra_attempts=attempts)

    def named(**rules: Any) -> list[str]:
        Assignment.objects.update_or_create(course=student.course, exercise=xor, defaults=rules)
        return [row["what"] for row in dates_of(delivery_of(student, xor), NOW)["extensions"]]

    assert named(due_at=None, attempts=0) == []
    assert named(due_at=NOW, attempts=0) == ["3 hours more"]
    assert named(due_at=NOW, attempts=2) == ["3 hours more", "5 more attempts"]


@pytest.mark.parametrize("page", ["/exercises/xor-weights/", "/grades/", "/exercises/"])
def test_every_page_shows_the_persons_own_due_date_and_why_it_is_another(
    page: str, late: Submission, student: Enrolment, signed_in: SignIn
) -> None:
    due = delivery_of(student, late.exercise).due_at
    assert due is not None

    text = signed_in(student).get(page).content.decode()

    assert f"{due:%-d %B %Y, %H:%M %Z}" in text
    assert f'datetime="{due.astimezone(UTC).isoformat()}"' in text
    assert "50 % credit until" in text
    assert "2 hours more" in text
    assert "The train was late" in text


def test_somebody_else_sees_the_date_as_it_was_set(
    late: Submission, other_student: Enrolment, signed_in: SignIn
) -> None:
    text = signed_in(other_student).get("/exercises/xor-weights/").content.decode()

    assert "The train was late" not in text
    assert f"{delivery_of(other_student, late.exercise).due_at:%-d %B %Y, %H:%M %Z}" in text


def test_attempts_are_listed_by_the_clock_of_the_course_with_their_credit(
    late: Submission, student: Enrolment, signed_in: SignIn
) -> None:
    sent = late.submitted_at.astimezone(ZoneInfo("Europe/Berlin"))

    for address in ("/exercises/xor-weights/", late.get_absolute_url()):
        text = signed_in(student).get(address).content.decode()
        assert f"{sent:%-d %b, %H:%M %Z}" in text
        assert "late, 50 %" in text


def test_the_api_says_the_same(late: Submission, student: Enrolment) -> None:
    client = Client(headers=factories.bearer(student, "grades.read", "submissions.read"))

    row = next(
        row for row in client.get("/api/v1/grades/").json()["exercises"] if row["exercise"] == "xor-weights"
    )
    detail = client.get(f"/api/v1/submissions/{late.public_id}/").json()

    due = delivery_of(student, late.exercise).due_at
    assert datetime.fromisoformat(row["due_at"]) == due
    assert (row["opens_at"], row["closes_at"]) == (None, None)
    assert (row["best"], row["credit"]) == (50, 50)
    assert (detail["score"], detail["counts"], detail["credit"], detail["is_late"]) == (100, 50, 50, True)


def test_the_page_says_how_long_to_wait_before_the_next_attempt(
    student: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.submission(student, xor)
    Assignment.objects.create(course=student.course, exercise=xor, cooldown_seconds=7200)

    text = signed_in(student).get(xor.get_absolute_url()).content.decode()

    assert "The next attempt can be sent in 2 h 0 min." in text
    assert "Submit for a grade" not in text
    assert timezone.get_current_timezone_name() == "UTC"
