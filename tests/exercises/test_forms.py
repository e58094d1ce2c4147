"""The answer form keeps what was typed and says what is wrong beside it; the override form has limits."""

from typing import Any

import pytest
from django.http import QueryDict

from exercises.forms import JSON_FIELD, AnswerForm, OverrideForm, refused
from exercises.grading.grade import form_groups, parse_answer
from exercises.grading.parsing import AnswerRefused
from tests.exercises.grading.content import SPECS
from tests.factories import LECTURE, LECTURE_FIELDS

XOR = SPECS["xor-weights"]
GATES = SPECS["mp-gates"]


def posted(fields: dict[str, str | list[str]]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def xor_form(**changes: str | list[str]) -> AnswerForm:
    return AnswerForm.of_post(XOR, posted({**LECTURE_FIELDS, **changes}))


def refusal_of(form: AnswerForm) -> AnswerForm:
    """Read the form, and return it with the problems that were found."""
    with pytest.raises(AnswerRefused) as refusal:
        form.answer()
    return refused(form, refusal.value)


def row_of(form: AnswerForm, name: str) -> dict[str, Any]:
    return next(row for group in form.groups() for row in group["fields"] if row["name"] == name)


def test_typed_numbers_become_the_answer() -> None:
    assert parse_answer(XOR, xor_form().answer()) == LECTURE


@pytest.mark.parametrize("name", sorted(SPECS))
def test_a_form_filled_from_an_answer_gives_the_answer_back(name: str) -> None:
    spec = SPECS[name]
    reference = parse_answer(spec, spec.reference)

    assert parse_answer(spec, AnswerForm.of_answer(spec, reference).answer()) == reference


def test_inputs_that_the_exercise_does_not_know_are_left_out() -> None:
    form = xor_form(csrfmiddlewaretoken="x", **{"weights.9.bias[0]": "1"})

    assert set(form.values) == set(LECTURE_FIELDS)


def test_an_empty_form_asks_for_every_number_at_once() -> None:
    form = refusal_of(AnswerForm(XOR))

    assert {problem.field for problem in form.problems} == set(LECTURE_FIELDS)


def test_a_problem_stands_beside_its_input_with_what_was_typed() -> None:
    form = refusal_of(xor_form(**{"weights.2.bias[0]": "minus thirty"}))

    wrong, right = row_of(form, "weights.2.bias[0]"), row_of(form, "weights.0.bias[0]")
    assert "minus thirty" in wrong["error"]
    assert wrong["value"] == "minus thirty"
    assert (right["error"], right["value"]) == ("", LECTURE_FIELDS["weights.0.bias[0]"])


def test_the_summary_leads_to_the_input() -> None:
    form = refusal_of(xor_form(**{"weights.2.bias[0]": "", "weights.0.bias[1]": "x"}))

    ids = {row["field"]: row["id"] for row in form.summary()}
    assert ids == {name: row_of(form, name)["id"] for name in ("weights.2.bias[0]", "weights.0.bias[1]")}


def test_every_input_has_an_id_of_its_own() -> None:
    for spec in SPECS.values():
        ids = [row["id"] for group in AnswerForm(spec).groups() for row in group["fields"]]

        assert len(ids) == len(set(ids)) == sum(len(group.fields) for group in form_groups(spec))


def test_a_name_sent_twice_is_no_number() -> None:
    form = refusal_of(xor_form(**{"weights.2.bias[0]": ["-30", "30"]}))

    assert [problem.field for problem in form.problems] == ["weights.2.bias[0]"]


def test_ticked_inputs_stay_ticked() -> None:
    form = AnswerForm.of_post(GATES, posted({"gates.nor.threshold": "0", "gates.nor.inhibitory": ["1", "2"]}))

    assert row_of(form, "gates.nor.inhibitory")["values"] == ["1", "2"]


def test_pasted_json_comes_before_the_inputs_and_leads_to_its_own_box() -> None:
    form = xor_form(**{JSON_FIELD: ' {"weights": {}, "weights": {}} '})

    form = refusal_of(form)

    assert form.pasted() == '{"weights": {}, "weights": {}}'
    assert [row["id"] for row in form.summary()] == ["answer-json"]


def test_a_pasted_half_character_is_refused_and_not_an_error_of_ours() -> None:
    form = refusal_of(xor_form(**{JSON_FIELD: '{"weights": "\ud800"}'}))

    assert "UTF-8" in form.problems[0].limit


def test_blank_json_does_not_hide_the_inputs() -> None:
    assert parse_answer(XOR, xor_form(**{JSON_FIELD: "  \n"}).answer()) == LECTURE


def test_the_size_counts_what_was_typed() -> None:
    assert AnswerForm(XOR, {"a": ["123", "45"], JSON_FIELD: ["6"]}).size() == 6


@pytest.mark.parametrize("score", ["0", "62.5", "100"])
def test_an_override_within_the_points_is_taken(score: str) -> None:
    form = OverrideForm({"score": score, "reason": " Explained it well "}, points=100)

    assert form.is_valid()
    assert form.cleaned_data == {"score": float(score), "reason": "Explained it well"}


@pytest.mark.parametrize("score", ["", "-0.1", "100.1", "nan", "inf", "1e400", "ten"])
def test_an_override_outside_the_points_is_refused(score: str) -> None:
    form = OverrideForm({"score": score, "reason": "x"}, points=100)

    assert set(form.errors) == {"score"}


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_an_override_needs_a_reason_of_a_readable_length(reason: str) -> None:
    form = OverrideForm({"score": "1", "reason": reason}, points=100)

    assert set(form.errors) == {"reason"}


def test_the_override_names_its_own_limit() -> None:
    assert OverrideForm(points=40).fields["score"].label == "New grade, 0 to 40"
