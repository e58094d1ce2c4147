"""The admin: each sees what they may review, and an override needs a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annsite.accounts.models import User
from exercises.models import Assignment, Exercise, GradeChange
from lessons.models import Course, Enrolment, Role
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/admin/exercises/submission/"
SignIn = Callable[[Enrolment | User], Client]


def change_url(row: Any) -> str:
    return f"{LIST}{row.pk}/change/"


def test_an_instructor_sees_the_course_and_an_assistant_their_section(
    student: Enrolment,
    other_student: Enrolment,
    assistant: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
) -> None:
    inside, outside = factories.submission(student, xor), factories.submission(other_student, xor)

    everything = signed_in(instructor).get(LIST).content.decode()
    section_only = signed_in(assistant).get(LIST).content.decode()

    assert inside.public_id in everything
    assert outside.public_id in everything
    assert inside.public_id in section_only
    assert outside.public_id not in section_only
    assert signed_in(assistant).get(change_url(outside)).status_code == 404


def test_an_instructor_of_another_course_sees_nothing(
    student: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.submission(student, xor)
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    stranger = enrol(user=factories.person("stranger"), course=elsewhere, role=Role.INSTRUCTOR)

    assert row.public_id not in signed_in(stranger).get(LIST).content.decode()
    assert signed_in(stranger).get(change_url(row)).status_code == 404


def test_a_student_is_sent_to_the_login(student: Enrolment, signed_in: SignIn) -> None:
    response = signed_in(student).get(LIST)

    assert response.status_code == 302
    assert "login" in response["Location"]


@pytest.mark.parametrize(
    ("role", "lands"), [(Role.INSTRUCTOR, True), (Role.ASSISTANT, True), (Role.STUDENT, False)]
)
def test_who_teaches_signs_in_at_the_admin_itself(course: Course, role: Role, lands: bool) -> None:
    enrol(user=factories.person("somebody"), course=course, role=role)
    client = Client()

    data = {"username": "somebody", "password": factories.PASSWORD, "next": LIST}
    client.post(f"/admin/login/?next={LIST}", data)

    assert (client.get(LIST).status_code == 200) is lands


def test_the_page_shows_the_students_result_and_the_hidden_detail(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)

    page = signed_in(instructor).get(change_url(row)).content.decode()

    assert "counterexample" in page
    assert "0.weight" in page
    assert str(row.grades.get().seed) in page


def test_an_override_is_written_with_its_reason_and_shown_to_the_student(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)

    response = signed_in(instructor).post(
        f"{LIST}{row.pk}/override/", {"score": "75", "reason": "Explained it well"}
    )

    assert response.status_code == 302
    change = GradeChange.objects.get()
    assert (change.actor, change.new_score) == (instructor.user, 75)
    assert "Explained it well" in signed_in(student).get(row.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "data", [{"score": "75"}, {"score": "101", "reason": "x"}, {"score": "nan", "reason": "x"}, {}]
)
def test_an_override_without_reason_or_out_of_range_is_422(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn, data: dict[str, str]
) -> None:
    row = factories.graded(student, xor)

    response = signed_in(instructor).post(f"{LIST}{row.pk}/override/", data)

    assert response.status_code == 422
    assert GradeChange.objects.count() == 0


def test_an_assistant_may_look_but_not_override(
    student: Enrolment, assistant: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor)

    response = signed_in(assistant).post(f"{LIST}{row.pk}/override/", {"score": "1", "reason": "x"})

    assert response.status_code == 403
    assert GradeChange.objects.count() == 0


def test_an_override_needs_post(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor)

    assert signed_in(instructor).get(f"{LIST}{row.pk}/override/").status_code == 405


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("late=yes", ["late"]),
        ("late=no", ["early"]),
        ("overridden=yes", ["early"]),
        ("status=queued", []),
        ("q=student", ["early", "late"]),
        ("q=nobody", []),
    ],
)
def test_the_filters_find_what_they_say(
    student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
    query: str,
    found: list[str],
) -> None:
    rows = {"early": factories.graded(student, xor)}
    Assignment.objects.create(course=student.course, exercise=xor, due_at=timezone.now())
    rows["late"] = factories.graded(student, xor)
    GradeChange.objects.create(
        submission=rows["early"], actor=instructor.user, new_score=1, reason="x", created_at=timezone.now()
    )

    page = signed_in(instructor).get(f"{LIST}?{query}").content.decode()

    assert sorted(name for name, row in rows.items() if row.public_id in page) == found


def test_the_section_filter_finds_the_section(
    student: Enrolment,
    other_student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    section: Any,
    signed_in: SignIn,
) -> None:
    inside, outside = factories.submission(student, xor), factories.submission(other_student, xor)

    page = signed_in(instructor).get(f"{LIST}?section={section.pk}").content.decode()

    assert inside.public_id in page
    assert outside.public_id not in page


def test_the_list_asks_the_same_number_of_queries_for_10_and_20_rows(
    student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
    django_assert_max_num_queries: Any,
    settings: Any,
) -> None:
    settings.MOST_WAITING = {"interactive": 100}
    client = signed_in(instructor)
    Assignment.objects.create(course=student.course, exercise=xor, attempts=0)
    counts = []
    for _ in range(2):
        for _ in range(10):
            factories.submission(student, xor)
        with django_assert_max_num_queries(30) as queries:
            client.get(LIST)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("model", ["course", "section", "enrolment", "lesson", "exercise", "assignment"])
def test_every_list_opens_for_a_superuser(
    superuser: User, xor: Exercise, signed_in: SignIn, model: str
) -> None:
    app = "exercises" if model in {"exercise", "assignment"} else "lessons"
    expected = 404 if model == "section" else 200

    assert signed_in(superuser).get(f"/admin/{app}/{model}/").status_code == expected
