"""Mastery by concept: the points of the exercises that ask for it."""

from collections.abc import Callable

import pytest
from django.test import Client

from exercises.models import Exercise
from exercises.queries.mastery import Concept, mastery
from exercises.queries.specs import spec_for
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db


def shown(enrolment: Enrolment | None) -> dict[str, Concept]:
    return {concept.name: concept for lesson in mastery(enrolment) for concept in lesson.concepts}


def test_nothing_is_shown_before_the_first_answer(student: Enrolment) -> None:
    concepts = shown(student)

    assert concepts["veto"].state == "todo"
    assert {card.id for card in concepts["veto"].exercises} == {"mp-gates", "mp-possible"}
    assert concepts["veto"].per_cent == 0


def test_a_concept_is_in_part_shown_until_all_its_exercises_have_their_points(student: Enrolment) -> None:
    for done, state in (("mp-gates", "started"), ("mp-possible", "done")):
        exercise = Exercise.objects.get(slug=done)
        factories.graded(student, exercise, spec_for(exercise, student).reference)
        assert shown(student)["veto"].state == state

    assert shown(student)["veto"].per_cent == 100
    assert shown(student)["weight"].state == "todo"


def test_lessons_come_in_the_order_of_the_course(student: Enrolment) -> None:
    titles = [lesson.title for lesson in mastery(student)]

    assert titles.index("McCulloch–Pitts neuron") < titles.index("Perceptron")


def test_the_page_says_each_share_in_words(student: Enrolment, signed_in: Callable[..., Client]) -> None:
    exercise = Exercise.objects.get(slug="mp-possible")
    factories.graded(student, exercise, spec_for(exercise, student).reference)

    page = signed_in(student).get("/grades/concepts/").content.decode()

    assert 'aria-label="Boolean function: 100 %"' in page
    assert "not yet tried" in page


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/grades/concepts/").url.startswith("/accounts/login/")


def test_every_exercise_says_what_it_asks_for() -> None:
    silent = Exercise.objects.published().filter(revision__spec__concepts__isnull=True)

    assert [exercise.slug for exercise in silent] == []
