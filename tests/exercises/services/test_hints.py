"""Hints that cost points: closed until taken, in order, once, and off later attempts only."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exercises.errors import LimitReached, StudentMistake
from exercises.grading.specs import SpecInvalid, read_spec
from exercises.models import Exercise, ExerciseRevision, HintTaken
from exercises.queries.scores import standings
from exercises.queries.specs import spec_of
from exercises.services.hints import take_hint
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

TEXTS = ["the free canary", "the first paid canary", "the second paid canary"]


@pytest.fixture
def hinted(xor: Exercise) -> Iterator[Exercise]:
    """The XOR exercise with three hints, of which the last two cost 5 and 10 points."""
    before = xor.revision
    assert before is not None
    xor.revision = ExerciseRevision.objects.create(
        exercise=xor,
        number=1000,
        digest="hints with a cost",
        title=before.title,
        points=before.points,
        attempts=0,
        spec={**before.spec, "hints": TEXTS, "hint_costs": [0, 5, 10]},
        pages={**before.pages, "hints": [f"<p>{text}</p>" for text in TEXTS]},
        created_at=timezone.now(),
    )
    xor.save(update_fields=["revision"])
    spec_of.cache_clear()
    yield xor
    spec_of.cache_clear()


def take(who: Enrolment, exercise: Exercise, number: int) -> None:
    take_hint(enrolment=who, exercise=exercise, number=number, now=timezone.now())


def shown(text: str) -> list[bool]:
    return [hint in text for hint in TEXTS]


def test_a_hint_that_costs_is_in_no_answer_until_it_is_taken(
    hinted: Exercise, student: Enrolment, other_student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    browser = signed_in(student)
    headers = factories.bearer(student, "exercises.read")
    page, detail = hinted.get_absolute_url(), reverse("api:exercise-detail", args=[hinted.slug])

    def everywhere() -> list[list[bool]]:
        answers = [browser.get(page), browser.post(page, {"action": "check"}), browser.post(page, {})]
        answers.append(Client().get(detail, headers=headers))
        return [shown(answer.content.decode()) for answer in answers]

    assert everywhere() == [[True, False, False]] * 4
    assert shown(Client().get(page).content.decode()) == [True, False, False]

    take(student, hinted, 2)

    assert everywhere() == [[True, True, False]] * 4
    assert shown(signed_in(other_student).get(page).content.decode()) == [True, False, False]


def test_the_page_opens_a_hint_and_keeps_what_was_typed(
    hinted: Exercise, student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    browser = signed_in(student)
    page = hinted.get_absolute_url()
    assert "Show hint 2 (costs 5 points)" in browser.get(page).content.decode()

    answer = browser.post(
        reverse("exercises:hint-take", args=[hinted.slug, 2]),
        {**factories.LECTURE_FIELDS, "weights.0.bias[0]": "-12.75"},
        follow=True,
    )

    text = answer.content.decode()
    assert answer.redirect_chain == [(f"{page}#hint-2", 302)]
    assert 'value="-12.75"' in text
    assert "opened, cost 5 points" in text
    assert "Show hint 3 (costs 10 points)" in text


def test_taking_a_hint_twice_costs_once(hinted: Exercise, student: Enrolment) -> None:
    take(student, hinted, 2)
    take(student, hinted, 2)

    assert list(HintTaken.objects.values_list("number", "cost")) == [(2, 5.0)]


def test_a_free_hint_leaves_no_row(hinted: Exercise, student: Enrolment) -> None:
    take(student, hinted, 1)

    assert not HintTaken.objects.exists()


@pytest.mark.parametrize(
    ("number", "code"), [(3, "hint_out_of_order"), (0, "no_such_hint"), (4, "no_such_hint")]
)
def test_hints_are_taken_in_order_and_exist(
    hinted: Exercise, student: Enrolment, number: int, code: str
) -> None:
    with pytest.raises(StudentMistake) as refused:
        take(student, hinted, number)

    assert refused.value.code == code
    assert not HintTaken.objects.exists()


def test_an_ended_enrolment_takes_no_hint(hinted: Exercise, student: Enrolment) -> None:
    student.is_active = False

    with pytest.raises(LimitReached):
        take(student, hinted, 2)


def test_whoever_is_in_no_course_takes_no_hint(
    hinted: Exercise, signed_in: Callable[..., Client], course: Any
) -> None:
    stranger = factories.person("stranger")

    answer = signed_in(stranger).post(reverse("exercises:hint-take", args=[hinted.slug, 2]))

    assert answer.status_code == 403
    assert shown(answer.content.decode()) == [True, False, False]
    assert "only people of a course can open it" in answer.content.decode()


def test_a_hint_lowers_later_attempts_and_leaves_earlier_ones(hinted: Exercise, student: Enrolment) -> None:
    factories.graded(student, hinted, factories.WRONG_WIRING)
    before = standings(student, [hinted])[hinted.pk].best
    take(student, hinted, 2)
    take(student, hinted, 3)
    assert standings(student, [hinted])[hinted.pk].best == before

    factories.graded(student, hinted)

    assert standings(student, [hinted])[hinted.pk].best == 85


def test_full_points_after_a_hint_still_open_the_worked_solution(
    hinted: Exercise, student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    take(student, hinted, 2)
    factories.graded(student, hinted)

    assert "Worked solution" in signed_in(student).get(hinted.get_absolute_url()).content.decode()


def test_the_api_opens_a_hint_with_a_token_that_may_write(hinted: Exercise, student: Enrolment) -> None:
    reading = factories.bearer(student, "exercises.read")
    writing = factories.bearer(student, "submissions.write")

    def post(number: int, headers: dict[str, str]) -> Any:
        return Client().post(reverse("api:exercise-hint", args=[hinted.slug, number]), headers=headers)

    assert post(2, reading).status_code == 403
    assert (post(3, writing).status_code, post(3, writing).json()["code"]) == (409, "hint_out_of_order")
    assert post(2, writing).json() == {"number": 2, "cost": 5.0, "text": TEXTS[1]}
    listed = Client().get(reverse("api:exercise-detail", args=[hinted.slug]), headers=reading).json()["hints"]
    assert listed[2] == {"number": 3, "cost": 10.0}


@pytest.mark.parametrize("costs", [[0, 0, 0, 5], [-1]])
def test_costs_belong_to_hints(xor: Exercise, costs: list[float]) -> None:
    assert xor.revision is not None
    with pytest.raises(SpecInvalid, match="hint_costs"):
        read_spec({**xor.revision.spec, "hints": TEXTS, "hint_costs": costs})
