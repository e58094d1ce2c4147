"""The gradebook of a class says of each person what their own page says."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exercises.models import Assignment, Exercise, Extension, HintTaken, Submission
from exercises.queries.gradebook import counted_scores
from exercises.queries.scores import standings
from exercises.services.override import override_grade
from lessons.models import Course, Enrolment, Label, Section
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(course: Course, section: Section, xor: Exercise) -> list[Enrolment]:
    """Six people who sent the same two answers after the due date: 100, then 30."""
    label = Label.objects.create(course=course, name="extra time")
    people = [enrol(user=factories.person(f"p{number}"), course=course) for number in range(6)]
    people[1].sections.add(section)
    people[2].labels.add(label)
    for who in people:
        factories.graded(who, xor)
        factories.graded(who, xor, factories.WRONG_WIRING)
    now = timezone.now()
    Submission.objects.update(submitted_at=now)
    HintTaken.objects.create(enrolment=people[3], exercise=xor, number=1, cost=7, taken_at=now - timedelta(1))
    for reached, exercise in (
        ({"section": section}, xor),
        ({"label": label}, None),
        ({"enrolment": people[4]}, xor),
    ):
        Extension.objects.create(
            course=course,
            exercise=exercise,
            extra_minutes=6_000,
            reason="x",
            actor=people[0].user,
            created_at=now,
            **reached,
        )
    Extension.objects.create(
        course=course, enrolment=people[5], extra_minutes=6_000, reason="x", actor=people[0].user,
        created_at=now, revoked_at=now, revoked_by=people[0].user,
    )  # fmt: skip
    return people


@pytest.mark.parametrize("policy", ["best", "last", "first"])
@pytest.mark.parametrize("credit", [[], [{"hours": 100, "percent": 40}], [{"hours": 1, "percent": 40}]])
def test_each_grade_is_the_one_of_the_persons_own_page(
    people: list[Enrolment], course: Course, xor: Exercise, policy: str, credit: list[Any]
) -> None:
    Assignment.objects.create(
        course=course,
        exercise=xor,
        due_at=timezone.now() - timedelta(hours=50),
        late_credit=credit,
        grade_policy=policy,
    )
    row = Submission.objects.filter(enrolment=people[0], attempt=2).get()
    override_grade(submission=row, actor=people[0].user, score=55, reason="x", now=timezone.now())

    found = counted_scores(people, [xor])

    alone = {who.pk: standings(who, [xor])[xor.pk].best for who in people}
    assert {pk: score for (pk, _), score in found.items()} == alone
    assert len(set(alone.values())) > 1


def test_a_class_costs_the_same_queries_as_one_person(
    people: list[Enrolment], xor: Exercise, django_assert_num_queries: Any
) -> None:
    for some in (people[:1], people):
        with django_assert_num_queries(6):
            counted_scores(some, [xor])
    assert counted_scores([], [xor]) == {}
