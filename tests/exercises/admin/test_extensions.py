"""Extensions in the admin: who may grant them, to whom, and that the record of them stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exercises.models import Exercise, Extension
from lessons.models import Course, Enrolment, Label, Role, Section
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/admin/exercises/extension/"
ADD = f"{LIST}add/"


def typed(course: Course, **changes: Any) -> dict[str, Any]:
    plain = {"days": 1, "hours": 2, "minutes": 30, "extra_attempts": 0, "reason": "Ill for a week"}
    return {"course": course.pk, **plain, **changes}


@pytest.fixture
def desk(instructor: Enrolment, signed_in: Callable[..., Client]) -> Client:
    return signed_in(instructor)


@pytest.fixture
def granted(student: Enrolment, desk: Client) -> Extension:
    desk.post(ADD, typed(student.course, username="student"))
    return Extension.objects.get()


def test_an_extension_records_whom_what_why_and_who(
    granted: Extension, student: Enrolment, instructor: Enrolment, desk: Client
) -> None:
    assert granted.enrolment == student
    assert granted.extra_minutes == (24 + 2) * 60 + 30
    assert (granted.reason, granted.actor) == ("Ill for a week", instructor.user)

    for address in (LIST, f"{LIST}{granted.pk}/change/"):
        page = desk.get(address).content.decode()
        assert "1 day 2 hours 30 minutes more" in page
        assert "Ill for a week" in page


def test_a_section_or_a_label_is_reached_as_well(
    desk: Client, course: Course, section: Section, xor: Exercise
) -> None:
    label = Label.objects.create(course=course, name="extra time")

    desk.post(ADD, typed(course, section=section.pk, exercise=xor.pk))
    desk.post(ADD, typed(course, label=label.pk, days=0, hours=0, minutes=0, extra_attempts=2))

    found = Extension.objects.order_by("pk").values_list("section", "label", "exercise", "extra_attempts")
    assert list(found) == [(section.pk, None, xor.pk, 0), (None, label.pk, None, 2)]


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("username", {"username": "nobody"}, "'nobody' is no student of Autumn course"),
        ("username", {"username": "assistant"}, "'assistant' is no student"),
        ("__all__", {"username": ""}, "exactly one of them"),
        ("__all__", {"days": 0, "hours": 0, "minutes": 0}, "more time, more attempts, or both"),
        ("__all__", {"days": 366}, "At most 366 days"),
        ("__all__", {"extra_attempts": 1001}, "At most 366 days and 1,000 attempts"),
        ("days", {"days": 367}, "366"),
        ("days", {"days": ""}, "required"),
        ("extra_attempts", {"extra_attempts": -1}, "0"),
        ("reason", {"reason": "  "}, "required"),
    ],
)
def test_what_makes_no_sense_is_refused_and_what_was_typed_stays(
    desk: Client, student: Enrolment, assistant: Enrolment, field: str, changes: dict[str, Any], words: str
) -> None:
    reply = desk.post(ADD, typed(student.course, **{"username": "student"} | changes))

    assert words in str(reply.context["adminform"].form.errors[field][0])
    assert "hours" in reply.content.decode()
    assert not Extension.objects.exists()


def test_student_and_section_at_once_are_refused(desk: Client, student: Enrolment, section: Section) -> None:
    reply = desk.post(ADD, typed(student.course, username="student", section=section.pk))

    assert "exactly one" in str(reply.context["adminform"].form.errors)


def test_a_section_of_another_own_course_is_refused(
    desk: Client, instructor: Enrolment, course: Course
) -> None:
    other = Course.objects.create(slug="spring", title="Spring")
    enrol(user=instructor.user, course=other, role=Role.INSTRUCTOR)
    foreign = Section.objects.create(course=other, name="Monday")

    reply = desk.post(ADD, typed(course, section=foreign.pk))

    assert "does not belong to" in str(reply.context["adminform"].form.errors)


def test_revoking_keeps_the_record_and_the_first_who_did_it(
    granted: Extension, desk: Client, superuser: Any, signed_in: Callable[..., Client], instructor: Enrolment
) -> None:
    action = {"action": "revoke", "_selected_action": [granted.pk]}

    first = desk.post(LIST, action, follow=True).content.decode()
    again = signed_in(superuser).post(LIST, action, follow=True).content.decode()

    granted.refresh_from_db()
    assert granted.revoked_at is not None
    assert granted.revoked_by == instructor.user
    assert "1 revoked. " in first
    assert "0 revoked; 1 had been revoked before." in again


def test_nothing_is_edited_or_deleted(granted: Extension, desk: Client) -> None:
    address = f"{LIST}{granted.pk}/"

    assert (
        desk.post(f"{address}change/", typed(granted.course, username="student", days=9)).status_code == 403
    )
    assert desk.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert Extension.objects.get().extra_minutes == granted.extra_minutes


def test_another_course_does_not_exist_for_an_instructor(
    granted: Extension, student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    stranger = signed_in(enrol(user=factories.person("stranger"), course=elsewhere, role=Role.INSTRUCTOR))

    listed = stranger.get(LIST).content.decode()
    reply = stranger.post(ADD, typed(student.course, username="student"))
    stranger.post(LIST, {"action": "revoke", "_selected_action": [granted.pk]})

    assert "Ill for a week" not in listed
    assert stranger.get(f"{LIST}{granted.pk}/change/").status_code == 302
    assert "course" in reply.context["adminform"].form.errors
    assert Extension.objects.filter(revoked_at=None).count() == 1


def test_an_assistant_grants_nothing(
    assistant: Enrolment, student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    reply = signed_in(assistant).post(ADD, typed(student.course, username="student"))

    assert reply.status_code in {302, 403}
    assert not Extension.objects.exists()


def test_the_list_costs_the_same_queries_for_two_rows_and_twenty(
    desk: Client, student: Enrolment, instructor: Enrolment, section: Section
) -> None:
    def fill(count: int) -> None:
        for number in range(count):
            whom = {"enrolment": student} if number % 2 else {"section": section}
            Extension.objects.create(
                course=student.course,
                extra_minutes=60,
                reason="x",
                actor=instructor.user,
                created_at=timezone.now(),
                **whom,
            )

    fill(2)
    desk.get(LIST)
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST)
    fill(18)
    with CaptureQueriesContext(connection) as many:
        desk.get(LIST)

    assert len(many) == len(few)
