"""Dates, extensions and late credit: computed when asked, and enforced where an answer is taken."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercises.errors import LimitReached, StudentMistake
from exercises.models import Assignment, AttemptRefund, Exercise, Extension, GradePolicy, Submission
from exercises.queries.delivery import Delivery, deliveries, delivery_of
from exercises.queries.scores import Attempt, Standing, counted, standings, with_lateness
from exercises.services.extend import Grant, grant_extension, revoke_extension
from exercises.services.submit import submit_answer
from lessons.models import Course, Enrolment, Label, Section
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STEPS = [{"hours": 24, "percent": 80}, {"hours": 72, "percent": 50}]


def assign(enrolment: Enrolment, exercise: Exercise, **rules: Any) -> Assignment:
    row, _ = Assignment.objects.update_or_create(course=enrolment.course, exercise=exercise, defaults=rules)
    return row


def extend(enrolment: Enrolment, actor: Enrolment, whom: Any = None, **what: Any) -> Extension:
    values = {"exercise": None, "extra_minutes": 60, "extra_attempts": 0, "reason": "Ill"} | what
    grant = Grant(course=enrolment.course, whom=whom or enrolment, **values)
    return grant_extension(grant=grant, actor=actor.user, now=NOW)


def send(enrolment: Enrolment, exercise: Exercise, now: datetime = NOW) -> Submission:
    row, _ = submit_answer(
        enrolment=enrolment, exercise=exercise, answer=factories.LECTURE, idempotency_key=None, now=now
    )
    factories.grade_all()
    return row


@pytest.mark.parametrize(
    ("hours_late", "credit"),
    [(-1, 100), (0, 100), (0.001, 80), (24, 80), (24.001, 50), (72, 50), (72.001, 0)],
)
def test_late_credit_falls_along_the_timeline(hours_late: float, credit: float) -> None:
    delivery = Delivery(due_at=NOW, late_credit=((24, 80), (72, 50)))

    assert delivery.credit_at(NOW + hours_late * HOUR) == credit


def test_without_a_timeline_late_answers_count_in_full_and_are_late() -> None:
    delivery = Delivery(due_at=NOW)

    assert delivery.credit_at(NOW + 1000 * HOUR) == 100
    assert delivery.is_late(NOW + HOUR)
    assert Delivery().credit_at(NOW) == 100


def test_an_extension_changes_what_was_sent_before_it(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    assign(student, xor, due_at=NOW - 2 * HOUR, late_credit=STEPS)
    send(student, xor)
    assert standings(student, [xor])[xor.pk].best == 80

    extension = extend(student, instructor, extra_minutes=180)

    assert standings(student, [xor])[xor.pk].best == 100
    assert with_lateness(Submission.objects.all()).get().is_late is False
    revoke_extension(extension=extension, actor=instructor.user, now=NOW)
    assert standings(student, [xor])[xor.pk].best == 80
    assert with_lateness(Submission.objects.all()).get().is_late is True


def test_the_most_generous_extension_counts_whoever_it_is_for(
    student: Enrolment, instructor: Enrolment, section: Section, xor: Exercise, course: Course
) -> None:
    label = Label.objects.create(course=course, name="extra time")
    student.labels.add(label)
    assign(student, xor, due_at=NOW, attempts=3)
    extend(student, instructor, extra_minutes=60)
    extend(student, instructor, whom=section, extra_minutes=0, extra_attempts=2)
    extend(student, instructor, whom=label, extra_minutes=300, exercise=xor)

    delivery = delivery_of(student, xor)

    assert delivery.due_at == NOW + 5 * HOUR
    assert delivery.attempts == 5
    assert len(delivery.extensions) == 3


def test_an_extension_is_for_nobody_else_and_no_other_exercise(
    student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    gates = Exercise.objects.get(slug="mp-gates")
    for exercise in (xor, gates):
        assign(student, exercise, due_at=NOW)
    extend(student, instructor, exercise=xor)

    assert delivery_of(other_student, xor).due_at == NOW
    assert {pk: row.due_at for pk, row in deliveries(student, [xor, gates]).items()} == {
        xor.pk: NOW + HOUR,
        gates.pk: NOW,
    }


def test_times_are_the_courses_own_across_the_change_of_the_clock(student: Enrolment, xor: Exercise) -> None:
    before, after = datetime(2026, 10, 24, 16, tzinfo=UTC), datetime(2026, 10, 26, 16, tzinfo=UTC)

    written = []
    for due in (before, after):
        assign(student, xor, due_at=due)
        found = delivery_of(student, xor).due_at
        assert found is not None
        written.append(f"{found:%H:%M %Z}")

    assert written == ["18:00 CEST", "17:00 CET"]


def test_hours_of_late_credit_are_hours_across_the_change_of_the_clock(
    student: Enrolment, xor: Exercise
) -> None:
    due = datetime(2026, 10, 24, 16, tzinfo=UTC)
    assign(student, xor, due_at=due, late_credit=STEPS)

    delivery = delivery_of(student, xor)
    until = delivery.credit_until(due + HOUR)

    assert until == due + 24 * HOUR
    assert f"{until:%H:%M %Z}" == "17:00 CET"
    assert (delivery.credit_at(until), delivery.credit_at(until + timedelta(seconds=1))) == (80, 50)


def test_the_number_of_queries_does_not_grow_with_the_exercises(
    student: Enrolment, instructor: Enrolment, django_assert_num_queries: Any
) -> None:
    exercises = list(Exercise.objects.published().select_related("revision", "lesson"))
    for exercise in exercises:
        assign(student, exercise, due_at=NOW)
    extend(student, instructor)

    for some in (exercises[:1], exercises):
        with django_assert_num_queries(5):
            standings(student, some)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"opens_at": NOW + HOUR}, "not_open_yet"),
        ({"closes_at": NOW - HOUR}, "closed"),
        ({"is_paused": True}, "exercise_paused"),
        ({"cooldown_seconds": 7200}, "cooldown"),
        ({"attempts": 1}, "no_attempts_left"),
    ],
)
def test_the_service_the_form_and_the_api_agree(
    student: Enrolment, xor: Exercise, rules: dict[str, Any], code: str, signed_in: Callable[..., Client]
) -> None:
    now = timezone.now()
    send(student, xor, now)
    shifted = {
        name: value - NOW + now if isinstance(value, datetime) else value for name, value in rules.items()
    }
    assign(student, xor, **shifted)

    with pytest.raises(LimitReached) as refused:
        send(student, xor, now + timedelta(seconds=1))
    page = signed_in(student).post(xor.get_absolute_url(), factories.LECTURE_FIELDS)
    api = Client().post(
        "/api/v1/submissions/",
        {"exercise": "xor-weights", "answer": factories.LECTURE},
        "application/json",
        headers=factories.bearer(student, "submissions.write"),
    )

    assert refused.value.code == api.json()["code"] == code
    assert api.status_code == (429 if code == "cooldown" else 409)
    assert ("Retry-After" in api.headers) == (code == "cooldown")
    assert page.status_code == api.status_code
    if code != "cooldown":
        assert refused.value.message in page.content.decode().replace("&#x27;", "'")
    assert 'value="20"' in page.content.decode()
    assert Submission.objects.count() == 1


def test_who_teaches_is_held_up_by_no_rule(instructor: Enrolment, xor: Exercise) -> None:
    assign(instructor, xor, opens_at=NOW + HOUR, due_at=NOW + 2 * HOUR, attempts=1, cooldown_seconds=3600)

    for _ in range(2):
        send(instructor, xor)

    assert Submission.objects.count() == 2


def test_an_attempt_that_was_given_back_is_not_used(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    assign(student, xor, attempts=1)
    row = send(student, xor)
    AttemptRefund.objects.create(submission=row, actor=instructor.user, reason="Ours", created_at=NOW)

    standing = standings(student, [xor])[xor.pk]

    assert (standing.used, standing.best) == (0, 100)
    send(student, xor, NOW + HOUR)


@pytest.mark.parametrize("policy", GradePolicy)
def test_the_policy_says_which_attempt_counts(policy: GradePolicy) -> None:
    attempts = tuple(
        Attempt(number, NOW, counts, 100, 0, True)
        for number, counts in ((1, 50.0), (2, 90.0), (3, None), (4, 20.0))
    )
    standing = Standing(None, 4, 0, Delivery(policy=policy), attempts)

    counting = standing.counting()

    assert counting is not None
    assert counting.counts == {"best": 90, "last": 20, "first": 50}[policy]


def test_an_override_counts_as_it_is() -> None:
    assert counted(100, 60, credit=50, penalty=5) == 60
    assert counted(100, None, credit=50, penalty=5) == 45
    assert counted(3, None, credit=100, penalty=5) == 0
    assert counted(None, None, credit=100) is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 100) | st.none(), max_size=12))
def test_the_best_grade_never_falls(scores: list[float | None]) -> None:
    best = 0.0
    for count in range(len(scores) + 1):
        attempts = tuple(
            Attempt(n, NOW, score, 100, 0, True) for n, score in enumerate(scores[:count], start=1)
        )
        counting = Standing(None, 0, 0, Delivery(), attempts).counting()
        now = counting.counts or 0.0 if counting else 0.0
        assert now >= best
        best = now


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"extra_minutes": 0}, "nothing_granted"),
        ({"extra_minutes": 10**9}, "out_of_range"),
        ({"extra_minutes": -1}, "out_of_range"),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused(
    student: Enrolment, instructor: Enrolment, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(StudentMistake) as refused:
        extend(student, instructor, **change)

    assert refused.value.code == code
    assert not Extension.objects.exists()


def test_only_who_runs_the_course_may_extend(
    student: Enrolment, assistant: Enrolment, other_student: Enrolment
) -> None:
    for actor in (assistant, other_student, student):
        with pytest.raises(StudentMistake, match="do not run"):
            extend(student, actor)


def on_disk(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let new connections open a copy of the test database, where that one is in memory and has but one."""
    if connection.vendor != "sqlite":
        return
    path = folder / "race.sqlite3"
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
    copy.close()
    patch.setitem(connection.settings_dict, "NAME", str(path))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_answers_at_once_for_the_last_attempt_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    xor = Exercise.objects.select_related("revision").get(slug="xor-weights")
    course = Course.objects.create(slug="race", title="Race")
    student = enrol(user=factories.person("racer"), course=course)
    assign(student, xor, attempts=1)
    on_disk(tmp_path, monkeypatch)
    start, outcomes = threading.Barrier(2), []

    def run() -> None:
        start.wait()
        try:
            submit_answer(
                enrolment=student, exercise=xor, answer=factories.LECTURE, idempotency_key=None, now=NOW
            )
            outcomes.append("taken")
        except LimitReached as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["no_attempts_left", "taken"]
