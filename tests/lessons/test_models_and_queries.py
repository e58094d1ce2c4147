"""The course's rows: who sees what, what is done, and what the database refuses."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from annsite.accounts.models import User
from exercises.models import Exercise
from exercises.queries.specs import spec_for
from lessons.access import current_enrolment, instructs, teaches
from lessons.models import AppendOnlyError, Course, Enrolment, Lesson, LessonRevision, Role, Section
from lessons.queries import timeline, where_to_continue
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db


def states(user: object) -> dict[str, str]:
    return {row.slug: row.state for row in timeline(user)}


def test_the_timeline_tells_published_lessons_from_announced_ones(student: Enrolment) -> None:
    found = states(student.user)

    assert found["mlp-xor"] == "todo"
    assert found["perceptron"] == "todo"
    upcoming = {slug for slug, state in found.items() if state == "upcoming"}
    assert upcoming == set(Lesson.objects.filter(revision=None).values_list("slug", flat=True))


def test_a_lesson_bears_the_number_of_its_exercises(client: Client, xor: Exercise) -> None:
    number = xor.lesson.number

    assert f"Exercise {number}." in client.get("/exercises/xor-weights/").content.decode()
    assert f"lesson {number} ·" in client.get("/lessons/mlp-xor/").content.decode()
    assert f"lesson {number} ·" in client.get("/learn/").content.decode()
    assert "opening lesson ·" in client.get("/lessons/opening/").content.decode()


def test_opening_a_lesson_starts_it_and_full_points_finish_it(
    student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    signed_in(student).get("/lessons/perceptron/")
    assert states(student.user)["perceptron"] == "started"

    for exercise in Exercise.objects.published().filter(lesson__slug="perceptron"):
        factories.graded(student, exercise, spec_for(exercise, student).reference)

    assert states(student.user)["perceptron"] == "done"


def test_full_points_in_one_of_several_exercises_do_not_finish_a_lesson(
    student: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)

    assert states(student.user)["mlp-xor"] == "started"


def test_a_lesson_without_exercises_is_done_once_opened(
    student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    signed_in(student).get("/lessons/opening/")

    assert states(student.user)["opening"] == "done"


def test_who_comes_back_continues_with_the_lesson_begun_last(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    def next_lesson() -> str:
        row = where_to_continue(timeline(student.user))
        assert row is not None
        return row.slug

    client = signed_in(student)
    assert next_lesson() == "opening"

    for slug in ("mp-neuron", "mlp-xor", "perceptron"):
        client.get(f"/lessons/{slug}/")
        assert next_lesson() == slug

    for exercise in Exercise.objects.published().filter(lesson__slug="perceptron"):
        factories.graded(student, exercise, spec_for(exercise, student).reference)
    assert next_lesson() == "mlp-xor"


def test_a_person_outside_every_course_sees_the_timeline(db: None) -> None:
    assert states(factories.person("outsider"))["mlp-xor"] == "todo"


def test_an_assistant_sees_their_sections_and_an_instructor_the_course(
    student: Enrolment, other_student: Enrolment, assistant: Enrolment, instructor: Enrolment
) -> None:
    assert set(Enrolment.objects.for_staff(assistant.user)) == {student, assistant}
    assert set(Enrolment.objects.for_staff(instructor.user)) == {
        student,
        other_student,
        assistant,
        instructor,
    }
    assert not Enrolment.objects.for_staff(student.user).exists()


def test_a_role_that_has_ended_opens_nothing(instructor: Enrolment, student: Enrolment) -> None:
    Enrolment.objects.filter(pk=instructor.pk).update(is_active=False)
    person = User.objects.get(pk=instructor.user_id)

    assert not Enrolment.objects.for_staff(person).exists()
    assert not teaches(person)
    assert not instructs(person)


def test_the_newest_enrolment_is_the_one_a_person_works_in(student: Enrolment) -> None:
    newer = enrol(user=student.user, course=Course.objects.create(slug="winter", title="Winter"))

    assert current_enrolment(student.user) == newer
    assert current_enrolment(student.user, "autumn") == student


def test_enrolling_again_changes_the_role_and_keeps_one_row(student: Enrolment) -> None:
    enrol(user=student.user, course=student.course, role=Role.ASSISTANT)

    assert Enrolment.objects.get(user=student.user).role == Role.ASSISTANT


def test_the_database_refuses_a_second_enrolment_or_section_of_the_same_name(
    student: Enrolment, section: Section
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(user=student.user, course=student.course)
    with pytest.raises(IntegrityError), transaction.atomic():
        Section.objects.create(course=section.course, name=section.name)


def test_two_accounts_cannot_share_an_address(db: None) -> None:
    User.objects.create_user("one", "same@example.org", "x")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("two", "SAME@example.org", "x")


def test_a_published_text_can_be_neither_edited_nor_deleted(db: None) -> None:
    revision = LessonRevision.objects.all()[0]

    for attempt in (revision.save, revision.delete, LessonRevision.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            attempt()


def test_a_lesson_page_asks_a_bounded_number_of_queries(
    student: Enrolment, signed_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = signed_in(student)
    client.get("/lessons/mlp-xor/")

    with django_assert_max_num_queries(23):  # type: ignore[attr-defined]
        client.get("/lessons/mlp-xor/")


def test_an_unpublished_lesson_is_404(student: Enrolment, signed_in: Callable[..., Client]) -> None:
    assert signed_in(student).get("/lessons/transformer/").status_code == 404
