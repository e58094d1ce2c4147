"""Regrades in the admin: from the scope to the undo, for those who run the course alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from annsite.accounts.models import User
from exercises.models import Exercise, Grade, Regrade, RegradeState
from lessons.models import Course, Enrolment, Role, Section
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

ADD = "/admin/exercises/regrade/add/"
SignIn = Callable[[Enrolment | User], Client]


def scope(course: Course, exercise: Exercise, **fields: Any) -> dict[str, Any]:
    return {
        "course": course.pk,
        "exercise": exercise.pk,
        "outcome": "any",
        "reason": "The hidden corner was wrong",
        **fields,
    }


def page_of(regrade: Regrade, action: str = "change") -> str:
    return f"/admin/exercises/regrade/{regrade.pk}/{action}/"


def test_the_count_is_shown_before_anything_starts(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.graded(student, xor)
    client = signed_in(instructor)
    fields = scope(student.course, xor)

    counted = client.post(ADD, {**fields, "count": "1"})
    before = Regrade.objects.count()
    started = client.post(ADD, {**fields, "start": "1"})

    assert "1 graded answer of 1 person" in " ".join(counted.content.decode().split())
    assert before == 0
    assert started["Location"] == page_of(Regrade.objects.get())


def test_the_whole_way_from_scope_to_undo(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor)
    factories.revise(xor, points=50)
    client = signed_in(instructor)
    client.post(ADD, scope(student.course, xor, start="1"))
    regrade = Regrade.objects.get()
    running = client.get(page_of(regrade, "status"))
    factories.finish_bulk()
    done = client.get(page_of(regrade, "status"))
    table = client.get(page_of(regrade)).content.decode()
    states = []
    for action in ("apply", "undo"):
        assert client.post(page_of(regrade, action)).status_code == 302
        factories.finish_bulk()
        regrade.refresh_from_db()
        states.append(regrade.state)

    assert ("X-Done" in running, running["X-Poll-After"]) == (False, "2")
    assert "no-store" in running["Cache-Control"]
    assert done["X-Done"] == "1"
    assert "▼ -50" in table
    assert states == [RegradeState.APPLIED, RegradeState.UNDONE]
    assert list(row.grades.values_list("score", flat=True)) == [100, 50, 100]
    history = client.get(f"/admin/exercises/submission/{row.pk}/change/").content.decode()
    assert f"undo of regrade {regrade.pk}" in history
    assert "The hidden corner was wrong" in history


@pytest.mark.parametrize(
    ("show", "listed"), [("falls", True), ("rises", False), ("same", False), ("failed", False), ("", True)]
)
def test_the_table_shows_what_is_asked_for(
    student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
    show: str,
    listed: bool,
) -> None:
    row = factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor, factories.revise(xor, points=50))
    factories.finish_bulk()

    page = signed_in(instructor).get(page_of(regrade), {"show": show}).content.decode()

    assert (row.public_id in page) is listed


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"revision": "9"}, "revision"),
        ({"student": "nobody"}, "student"),
        ({"since": "2026-11-20T10:00", "until": "2026-11-19T10:00"}, "until"),
        ({"since": "yesterday"}, "since"),
        ({"outcome": "bad"}, "outcome"),
        ({"exercise": "0"}, "exercise"),
    ],
)
def test_a_scope_that_makes_no_sense_is_422_and_keeps_what_was_typed(
    student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
    fields: dict[str, str],
    field: str,
) -> None:
    factories.graded(student, xor)
    data = {**scope(student.course, xor), "student": "student", "start": "1", **fields}

    response = signed_in(instructor).post(ADD, data)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert not Regrade.objects.exists()
    assert f'value="{data["student"]}"' in response.content.decode()


def test_times_are_those_of_the_course(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.graded(student, xor)

    signed_in(instructor).post(ADD, scope(student.course, xor, start="1", since="2026-01-01T10:00"))

    assert Regrade.objects.get().scope["since"] == "2026-01-01T10:00:00+01:00"


def test_a_dry_run_can_be_cancelled(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)

    signed_in(instructor).post(page_of(regrade, "cancel"))

    regrade.refresh_from_db()
    assert regrade.state == RegradeState.CANCELLED
    assert Grade.objects.count() == 1


def test_a_step_out_of_turn_says_why(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)

    page = signed_in(instructor).post(page_of(regrade, "undo"), follow=True)

    assert "cannot be undone: dry run under way" in page.content.decode()


def test_another_course_and_its_sections_cannot_be_chosen(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    foreign = Section.objects.create(course=elsewhere, name="Monday")
    factories.graded(enrol(user=factories.person("victim"), course=elsewhere), xor)
    client = signed_in(instructor)

    course = client.post(ADD, scope(elsewhere, xor, start="1"))
    section = client.post(ADD, scope(student.course, xor, section=foreign.pk, start="1"))

    assert set(course.context["form"].errors) == {"course"}
    assert set(section.context["form"].errors) == {"section"}
    assert "Elsewhere" not in course.content.decode()
    assert not Regrade.objects.exists()


def test_nobody_else_reaches_a_regrade(
    student: Enrolment, assistant: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    stranger = enrol(user=factories.person("stranger"), course=elsewhere, role=Role.INSTRUCTOR)
    clients = [Client(), signed_in(student), signed_in(assistant), signed_in(stranger)]

    reads = [client.get(page_of(regrade)).status_code for client in clients]
    writes = {
        action: [client.post(page_of(regrade, action)).status_code for client in clients]
        for action in ("apply", "undo", "cancel")
    }
    adds = [client.post(ADD, scope(student.course, xor, start="1")).status_code for client in clients]

    assert reads == [302, 302, 403, 404]
    assert set(map(tuple, writes.values())) == {(302, 302, 403, 404)}
    assert adds == [302, 302, 403, 422]
    assert Regrade.objects.get().state == RegradeState.RUNNING


def test_pages_ask_the_same_number_of_queries_for_5_and_50_items(
    student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
    django_assert_max_num_queries: Any,
    settings: Any,
) -> None:
    settings.MOST_A_MINUTE = 1_000
    student.course.assignments.create(exercise=xor, attempts=0)
    client = signed_in(instructor)
    counts = []
    for number in (5, 45):
        for _ in range(number):
            factories.graded(student, xor)
        regrade = factories.regrade(instructor, xor)
        factories.finish_bulk()
        with django_assert_max_num_queries(40) as queries:
            client.get(page_of(regrade))
        counts.append(len(queries))

    assert counts[0] == counts[1]
