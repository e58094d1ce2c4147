"""A configuration from the form to the result page: typed, checked without training, trained, drawn."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from exercises.models import Exercise, Submission
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

XOR_TRAIN = "/exercises/xor-train/"
FIELDS = {
    "config.layers": "linear 4\ntanh\nlinear 1",
    "config.optimizer.type": "sgd",
    "config.optimizer.lr": "1",
    "config.epochs": "300",
    "config.init.type": "torch",
}
SignIn = Callable[[Enrolment], Client]


def test_the_form_begins_with_a_configuration_of_the_right_shape() -> None:
    page = Client().get(XOR_TRAIN).content.decode()

    assert re.search(r'<textarea[^>]* name="config.layers"[^>]*>linear 1</textarea>', page)
    assert '<option value="sgd" selected>' in page
    assert "data-start" in page


def test_the_instant_check_trains_nothing_and_says_what_submitting_will_take() -> None:
    response = Client().post(XOR_TRAIN, FIELDS | {"action": "check"})

    page = response.content.decode()
    assert response.status_code == 200
    assert "17 parameters, 300 steps in each training. Nothing is trained before you submit" in page
    assert "trainings get every example right" not in page
    assert ">linear 4\ntanh\nlinear 1</textarea>" in page


@pytest.mark.parametrize(
    ("changes", "field", "phrase"),
    [
        ({"config.layers": "linear 4\ntahn\nlinear 1"}, "field-1", "the types are"),
        ({"config.layers": "linear 4 8"}, "field-1", "line 1"),
        ({"config.optimizer.lr": "0,1"}, "field-3", "Use a point for decimals"),
        ({"config.epochs": "6000"}, "field-6", "this exercise allows at most 5,000"),
        ({"config.optimizer.type": "adam", "config.optimizer.momentum": "0.9"}, "field-4", "not a setting"),
        ({"config.init.type": "<b>"}, "field-8", "Pick one of"),
    ],
)
def test_what_cannot_be_trained_is_refused_at_its_field_and_stays_typed(
    changes: dict[str, str], field: str, phrase: str, student: Enrolment, signed_in: SignIn
) -> None:
    typed = FIELDS | changes

    response = signed_in(student).post(XOR_TRAIN, typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert f'<a href="#{field}">' in page
    assert re.search(rf'id="error-{field}">[^<]*{re.escape(phrase)}', page)
    assert ("<b>" in typed["config.init.type"]) or f">{typed['config.layers']}</textarea>" in page
    assert not Submission.objects.exists()


def test_a_result_shows_curves_with_words_and_a_table_and_what_the_doctor_says(
    student: Enrolment, signed_in: SignIn
) -> None:
    client = signed_in(student)
    twins = {"init": {"type": "constant", "value": 0.0}}
    row = train(student, {**config(), **twins})

    page = client.get(row.get_absolute_url()).content.decode()

    assert page.count('<polyline class="train"') == 3
    assert page.count("<figcaption>Run ") == 3
    assert (
        len(re.findall(r'role="img" aria-label="Loss of run \d, from [\d.]+ to [\d.]+; accuracy', page)) == 3
    )
    assert "As a table" in page
    assert "All units of the first layer are twins" in page
    assert "0 % of 200 trainings get every example right" in page


def test_a_held_out_curve_is_drawn_and_tabled_beside_the_other(student: Enrolment, signed_in: SignIn) -> None:
    stopping = {"early_stopping": {"patience": 50, "validation": 0.5}}
    row = train(student, {**config(), **stopping})

    page = signed_in(student).get(row.get_absolute_url()).content.decode()

    assert '<polyline class="validation"' in page
    assert '<th scope="col" class="number">Held out</th>' in page


def test_the_result_tells_neither_seeds_nor_examples(student: Enrolment) -> None:
    row = train(student, config())
    headers = factories.bearer(student, "submissions.read")

    report = Client().get(f"/api/v1/submissions/{row.public_id}/", headers=headers).json()["report"]

    assert set(report["runs"][0]) == {"run", "diverged_at", "train", "validation", "accuracy", "loss"}
    assert "seed" not in str(report)
    assert str(row.grades.get().seed) not in str(report)


def config() -> dict[str, Any]:
    return {
        "layers": [{"type": "linear", "units": 4}, {"type": "tanh"}, {"type": "linear", "units": 1}],
        "loss": "binary_cross_entropy",
        "optimizer": {"type": "sgd", "lr": 1.0},
        "epochs": 300,
    }


def train(who: Enrolment, configuration: dict[str, Any]) -> Submission:
    exercise = Exercise.objects.get(slug="xor-train")
    return factories.graded(who, exercise, {"config": configuration})
