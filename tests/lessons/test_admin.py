"""Labels in the admin: made on the course, put on people of the same course."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lessons.models import Course, Enrolment, Label, Role
from lessons.services.enrol import enrol

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(instructor: Enrolment, signed_in: Callable[..., Client]) -> Client:
    return signed_in(instructor)


def change(desk: Client, enrolment: Enrolment, **fields: Any) -> Any:
    plain = {"course": enrolment.course_id, "role": enrolment.role, "is_active": "on"}
    return desk.post(f"/admin/lessons/enrolment/{enrolment.pk}/change/", plain | fields)


def test_an_instructor_puts_labels_on_an_enrolment(desk: Client, student: Enrolment) -> None:
    label = Label.objects.create(course=student.course, name="extra time")

    change(desk, student, labels=[label.pk])

    assert list(student.labels.all()) == [label]


def test_a_label_of_another_own_course_is_refused(
    desk: Client, student: Enrolment, instructor: Enrolment
) -> None:
    other = Course.objects.create(slug="spring", title="Spring")
    enrol(user=instructor.user, course=other, role=Role.INSTRUCTOR)
    label = Label.objects.create(course=other, name="extra time")

    reply = change(desk, student, labels=[label.pk])

    assert "spring: extra time is not a label of" in str(reply.context["adminform"].form.errors["labels"])
    assert not student.labels.exists()


def test_labels_of_a_strangers_course_are_not_even_offered(desk: Client, student: Enrolment) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    label = Label.objects.create(course=elsewhere, name="their label")

    reply = change(desk, student, labels=[label.pk])

    assert "labels" in reply.context["adminform"].form.errors
    assert "their label" not in reply.content.decode()


def test_labels_are_made_on_the_page_of_the_course(desk: Client, course: Course) -> None:
    counts = {
        f"{part}-{what}_FORMS": number
        for part in ("sections", "labels")
        for what, number in (("TOTAL", 1), ("INITIAL", 0), ("MIN_NUM", 0), ("MAX_NUM", 1000))
    }
    fields = {"slug": course.slug, "title": course.title, "time_zone": course.time_zone}

    desk.post(f"/admin/lessons/course/{course.pk}/change/", fields | counts | {"labels-0-name": "extra time"})

    assert list(course.labels.values_list("name", flat=True)) == ["extra time"]


def test_the_list_of_enrolments_names_no_other_course(desk: Client, student: Enrolment) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    foreign = enrol(user=student.user, course=elsewhere)
    foreign.labels.add(Label.objects.create(course=elsewhere, name="their label"))
    student.labels.add(Label.objects.create(course=student.course, name="extra time"))

    text = desk.get("/admin/lessons/enrolment/").content.decode()

    assert "Elsewhere" not in text
    assert "their label" not in text
