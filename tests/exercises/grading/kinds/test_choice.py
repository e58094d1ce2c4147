"""Questions with one or several right options."""

import copy
from typing import Any

import pytest

from exercises.grading.describe import blank_answer
from exercises.grading.grade import (
    answer_from_fields,
    fields_from_answer,
    form_groups,
    grade,
    parse_answer,
    personal_spec,
)
from exercises.grading.parsing import AnswerRefused
from exercises.grading.report import Report
from exercises.grading.specs import ExerciseSpec, SpecInvalid, read_spec
from tests.exercises.grading.content import SPECS, read_data

OPTIONS = [
    {"value": "a", "label": "First.", "message": "Not the first, because."},
    {"value": "b", "label": "Second"},
    {"value": "c", "label": "Third", "message": "Nor this."},
    {"value": "d", "label": "Fourth"},
]
QUESTION: dict[str, Any] = {
    "id": "q",
    "title": "One",
    "question": "Which?",
    "points": 1,
    "options": OPTIONS,
    "right": "b",
}
SEVERAL = QUESTION | {"several": True, "right": ["b", "d"]}


def spec_of(*questions: dict[str, Any], reference: Any = None) -> ExerciseSpec:
    return read_spec(
        {
            "id": "small",
            "title": "Small",
            "points": 10,
            "kind": "choice",
            "statement": "Pick.",
            "reference": reference or {"choice": "b"},
            "questions": [copy.deepcopy(question) for question in questions],
        }
    )


def report_of(spec: ExerciseSpec, answer: Any) -> Report:
    return grade(spec, parse_answer(spec, answer), 0)


def test_a_lone_question_is_answered_without_its_name() -> None:
    spec = spec_of(QUESTION)

    assert report_of(spec, {"choice": "b"}).score == 10
    wrong = report_of(spec, {"choice": "a"})
    assert wrong.score == 0
    assert wrong.checks[0].message == "Not “First”. Not the first, because."


@pytest.mark.parametrize(
    ("picked", "score"),
    [
        (["b", "d"], 10),
        (["b"], 5),
        (["b", "d", "a"], 5),
        (["b", "a"], 0),
        (["a", "c"], 0),
        (["a", "b", "c", "d"], 0),
    ],
)
def test_a_wrong_tick_takes_away_what_a_right_one_earned(picked: list[str], score: float) -> None:
    assert report_of(spec_of(SEVERAL), {"choices": picked}).score == score


def test_wrong_ticks_are_answered_and_missing_ones_only_counted_as_missing() -> None:
    (check,) = report_of(spec_of(SEVERAL), {"choices": ["c", "b"]}).checks

    assert check.message == "Not “Third”. Nor this. At least one right option is not ticked."


def test_the_order_of_ticks_does_not_matter() -> None:
    spec = spec_of(SEVERAL)

    assert parse_answer(spec, {"choices": ["d", "b"]}) == parse_answer(spec, {"choices": ["b", "d"]})


def test_several_questions_are_answered_by_name() -> None:
    spec = spec_of(QUESTION, SEVERAL | {"id": "r", "title": "Two"})
    answer = {"choices": {"q": "b", "r": ["b", "d"]}}

    assert report_of(spec, answer).score == 10
    assert fields_from_answer(spec, answer) == {"choices.q": ["b"], "choices.r": ["b", "d"]}
    assert answer_from_fields(spec, {"choices.q": ["b"], "choices.r": ["b", "d"]}) == answer


@pytest.mark.parametrize("question", [QUESTION, SEVERAL])
def test_the_form_and_the_answer_hold_the_same(question: dict[str, Any]) -> None:
    spec = spec_of(question)
    answer = {"choices": ["b", "d"]} if question is SEVERAL else {"choice": "b"}

    fields = fields_from_answer(spec, answer)

    assert parse_answer(spec, answer_from_fields(spec, fields)) == answer
    assert set(fields) == {field.name for group in form_groups(spec) for field in group.fields}


@pytest.mark.parametrize(
    ("question", "raw", "field"),
    [
        (QUESTION, {"choice": "z"}, "choice"),
        (QUESTION, {"choice": ["b"]}, "choice"),
        (QUESTION, {"choice": None}, "choice"),
        (QUESTION, {"choice": 10**400}, "choice"),
        (QUESTION, {"choices": ["b"]}, "choice"),
        (SEVERAL, {"choices": "b"}, "choices"),
        (SEVERAL, {"choices": []}, "choices"),
        (SEVERAL, {"choices": ["b", "z"]}, "choices[1]"),
        (SEVERAL, {"choices": ["b", "b"]}, "choices[1]"),
        (SEVERAL, {"choices": ["b", {}]}, "choices[1]"),
        (SEVERAL, {"choices": ["a"] * 500}, "choices"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_path(question: dict[str, Any], raw: Any, field: str) -> None:
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(spec_of(question), raw)

    assert refusal.value.problems[0].field == field
    assert refusal.value.problems[0].limit


@pytest.mark.parametrize("ticked", [[], ["b", "c"]])
def test_a_form_with_no_pick_or_two_is_refused(ticked: list[str]) -> None:
    with pytest.raises(AnswerRefused, match="pick one option"):
        answer_from_fields(spec_of(QUESTION), {"choice": ticked})


def test_a_blank_answer_does_not_tell_how_many_are_right() -> None:
    assert blank_answer(spec_of(SEVERAL, reference={"choices": ["b", "d"]})) == {"choices": []}


def test_people_see_the_options_in_their_own_order_and_are_graded_alike() -> None:
    spec = SPECS["mp-possible"]
    orders = set()
    for seed in range(10):
        personal = personal_spec(spec, seed)
        choices = form_groups(personal)[1].fields[0].choices
        orders.add(choices)
        assert sorted(choices) == sorted(form_groups(spec)[1].fields[0].choices)
        assert grade(spec, parse_answer(spec, spec.reference), seed).score == 100

    assert len(orders) > 5
    assert form_groups(personal_spec(spec, 0)) == form_groups(spec)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"right": "z"}, "right 'z' is not one of"),
        ({"right": ["b", "c"]}, "several = true"),
        ({"several": True, "right": ["a", "b", "c", "d"]}, "at least one option must be wrong"),
        ({"several": True, "right": ["b", "b"]}, "repeated: b"),
        ({"options": OPTIONS[:1]}, "at least 2"),
    ],
)
def test_a_wrong_file_is_refused(change: dict[str, Any], words: str) -> None:
    data = read_data("mp-possible")
    data["questions"] = [QUESTION | change]

    with pytest.raises(SpecInvalid) as invalid:
        read_spec(data)

    assert any(words in problem.message for problem in invalid.value.problems)
