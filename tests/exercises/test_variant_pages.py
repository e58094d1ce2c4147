"""Each person's own numbers on the pages and in the API: shown to them, and graded for them."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from exercises.grading.grade import given_numbers
from exercises.grading.spec_repair import RepairSpec
from exercises.models import Exercise
from exercises.queries.specs import spec_for
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

BACKPROP = "/exercises/backprop-step/"
REPAIR = "/exercises/xor-repair/"
CHOICE = "/exercises/mp-possible/"
SignIn = Callable[[Enrolment], Client]


def exercise(slug: str) -> Exercise:
    return Exercise.objects.select_related("revision", "lesson").get(slug=slug)


def reference_for(slug: str, who: Enrolment) -> dict[str, Any]:
    return spec_for(exercise(slug), who).reference


def faulty_network_of(who: Enrolment) -> dict[str, Any]:
    spec = spec_for(exercise("xor-repair"), who)
    assert isinstance(spec, RepairSpec)
    return spec.given_weights()


def flat(weights: dict[str, Any]) -> Iterator[float]:
    """Yield the numbers in the order of the form: for each unit its weights, then its bias."""
    for layer in ("0", "2"):
        for row, bias in zip(weights[f"{layer}.weight"], weights[f"{layer}.bias"], strict=True):
            yield from [*row, bias]


def givens_on(page: str) -> list[str]:
    """Return the cells of the tables of given numbers."""
    (block,) = re.findall(r'<div class="givens">(.*?)</table>\s*</div>\s*</div>', page, re.DOTALL)
    return re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", block)


def test_people_see_their_own_numbers_and_visitors_the_example(
    student: Enrolment, other_student: Enrolment, signed_in: SignIn
) -> None:
    own = givens_on(signed_in(student).get(BACKPROP).content.decode())
    other = givens_on(signed_in(other_student).get(BACKPROP).content.decode())
    example = givens_on(Client().get(BACKPROP).content.decode())

    assert own != other
    assert own == givens_on(signed_in(student).get(BACKPROP).content.decode())
    assert example[example.index("input i1") + 1] == "2"
    assert {"0.11", "0.21", "0.12", "0.08", "0.14", "0.15"} <= set(example)


def test_the_right_answer_to_ones_own_numbers_is_right_and_that_to_anothers_is_not(
    student: Enrolment, other_student: Enrolment
) -> None:
    backprop = exercise("backprop-step")

    own = factories.graded(student, backprop, reference_for("backprop-step", student))
    copied = factories.graded(other_student, backprop, reference_for("backprop-step", student))

    assert own.grades.get().score == 100
    assert copied.grades.get().score < 50


def test_the_result_shows_the_numbers_of_who_sent_it(
    student: Enrolment, assistant: Enrolment, signed_in: SignIn
) -> None:
    row = factories.graded(student, exercise("backprop-step"), reference_for("backprop-step", student))
    own = givens_on(signed_in(student).get(BACKPROP).content.decode())

    for who in (student, assistant):
        page = signed_in(who).get(row.get_absolute_url()).content.decode()
        assert givens_on(page) == own


@pytest.mark.parametrize("slug", ["backprop-step", "mp-possible", "xor-repair"])
def test_an_answer_of_each_kind_is_graded_and_shown(slug: str, student: Enrolment, signed_in: SignIn) -> None:
    row = factories.graded(student, exercise(slug), reference_for(slug, student))

    response = signed_in(student).get(row.get_absolute_url())

    assert response.status_code == 200
    assert "100 <small>of 100</small>" in response.content.decode()


def test_the_instant_check_uses_the_persons_numbers(student: Enrolment, signed_in: SignIn) -> None:
    values = reference_for("backprop-step", student)["values"]
    typed = {f"values.{name}": str(value) for name, value in values.items()} | {"action": "check"}

    own = signed_in(student).post(BACKPROP, typed).content.decode()
    visitor = Client().post(BACKPROP, typed).content.decode()

    assert own.count("✓ passed") == 6
    assert visitor.count("✓ passed") < 6


def test_the_form_of_a_repair_starts_with_the_faulty_network(student: Enrolment, signed_in: SignIn) -> None:
    page = signed_in(student).get(REPAIR).content.decode()

    typed = [float(value) for value in re.findall(r'name="weights[^"]*"[^>]* value="([^"]*)"', page)]
    assert " data-start " in page
    assert typed == list(flat(faulty_network_of(student)))
    assert "The network as given" in page


def test_a_repair_that_was_refused_keeps_what_was_typed(student: Enrolment, signed_in: SignIn) -> None:
    typed = {f"weights.{name}[0]": "7" for name in ("0.bias", "2.bias")} | {"weights.2.weight[0][0]": "seven"}

    response = signed_in(student).post(REPAIR, typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert page.count('value="7"') == 2
    assert 'value="seven"' in page
    assert " data-start " not in page


def test_a_form_of_another_kind_starts_empty(student: Enrolment, signed_in: SignIn) -> None:
    page = signed_in(student).get(BACKPROP).content.decode()

    assert " data-start " not in page
    assert re.search(r'name="values\.h1"[^>]* value=""', page)


def test_the_command_for_programs_starts_from_the_faulty_network(
    student: Enrolment, signed_in: SignIn
) -> None:
    page = signed_in(student).get(REPAIR).content.decode()

    first_layer = json.dumps(faulty_network_of(student)["0.weight"])
    assert first_layer in page.replace("&quot;", '"')


def test_options_are_in_the_persons_own_order_each_time(student: Enrolment, signed_in: SignIn) -> None:
    shown = [
        re.findall(
            r'type="(?:radio|checkbox)" value="(\w+)"', signed_in(student).get(CHOICE).content.decode()
        )
        for _ in range(2)
    ]

    assert shown[0] == shown[1]
    spec = spec_for(exercise("mp-possible"), student)
    assert spec.kind == "choice"
    assert shown[0] == [option.value for question in spec.questions for option in question.options]


def test_the_api_gives_each_person_their_numbers(student: Enrolment, other_student: Enrolment) -> None:
    bodies = [
        Client()
        .get("/api/v1/exercises/backprop-step/", headers=factories.bearer(who, "exercises.read"))
        .json()
        for who in (student, other_student)
    ]

    assert [table["title"] for table in bodies[0]["givens"]] == [
        "Example and learning rate",
        "Weights before the step",
    ]
    assert bodies[0]["givens"] != bodies[1]["givens"]
    own = given_numbers(spec_for(exercise("backprop-step"), student))
    assert bodies[0]["givens"][0]["rows"] == [list(row) for row in own[0].rows]
    assert bodies[0]["blank_answer"] == {
        "values": dict.fromkeys(reference_for("backprop-step", student)["values"], 0)
    }


def test_the_api_hands_out_the_faulty_network_to_start_from(student: Enrolment) -> None:
    body = (
        Client()
        .get("/api/v1/exercises/xor-repair/", headers=factories.bearer(student, "exercises.read"))
        .json()
    )

    spec = spec_for(exercise("xor-repair"), student)
    assert body["blank_answer"] != spec.reference
    assert body["blank_answer"]["weights"].keys() == spec.reference["weights"].keys()


def test_nothing_sent_out_holds_a_right_number(student: Enrolment, signed_in: SignIn) -> None:
    values = reference_for("backprop-step", student)["values"]
    telling = [str(value) for name, value in values.items() if name.startswith(("d", "new"))]

    page = signed_in(student).get(BACKPROP).content.decode()
    body = Client().get(
        "/api/v1/exercises/backprop-step/", headers=factories.bearer(student, "exercises.read")
    )
    wrong = factories.graded(student, exercise("backprop-step"), {"values": dict.fromkeys(values, 1)})
    result = signed_in(student).get(wrong.get_absolute_url()).content.decode()

    for text in (page, json.dumps(body.json()), result):
        assert not [number for number in telling if number in text]
