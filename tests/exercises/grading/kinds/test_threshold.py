"""McCulloch-Pitts gates."""

import copy
from typing import Any

import pytest

from engine.strict_json import Problem
from exercises.grading.grade import answer_from_fields, form_groups, grade, parse_answer
from exercises.grading.parsing import AnswerRefused
from exercises.grading.report import Report
from exercises.grading.specs import ExerciseSpec, read_spec
from tests.exercises.grading.content import SPECS, read_data, reference_of

SPEC = SPECS["mp-gates"]


def graded(gate: str, threshold: float, inhibitory: list[int], seed: int = 0) -> Report:
    answer = reference_of("mp-gates")
    answer["gates"][gate] = {"threshold": threshold, "inhibitory": inhibitory}
    return grade(SPEC, parse_answer(SPEC, answer), seed)


def problems_of(raw: Any) -> list[Problem]:
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(SPEC, raw)
    return refusal.value.problems


def lone_gate() -> ExerciseSpec:
    data = read_data("mp-gates")
    answer = {"threshold": 1, "inhibitory": [2]}
    gates = [gate for gate in data["gates"] if gate["id"] == "andnot"]
    return read_spec(data | {"gates": gates, "choices": [], "patterns": [], "traps": [], "reference": answer})


def test_a_wrong_gate_costs_its_points_only() -> None:
    report = graded("or", 2, [])

    assert report.score == 90
    assert [check.name for check in report.checks if not check.passed] == ["OR"]


def test_a_wrong_gate_shows_its_truth_table_with_vetoes() -> None:
    counterexample = graded("andnot", 0, [2]).first_counterexample()

    assert counterexample is not None
    assert counterexample.to_json() == {
        "inputs": {"x1": 0, "x2": 0},
        "expected": "0",
        "got": 1,
        "units": [
            {"unit": "(0, 0)", "sum": 0, "output": 1},
            {"unit": "(0, 1) veto", "sum": 0, "output": 0},
            {"unit": "(1, 0)", "sum": 1, "output": 1},
            {"unit": "(1, 1) veto", "sum": 1, "output": 0},
        ],
    }


def test_a_hidden_gate_says_no_row_in_its_message() -> None:
    report = graded("majority", 3, [])

    (check,) = [check for check in report.checks if not check.passed]
    assert check.hidden
    assert check.message == "At least one row of the truth table is wrong."


def test_a_hidden_gate_shows_different_rows_for_different_seeds() -> None:
    shown = {str(graded("majority", 3, [], seed).first_counterexample()) for seed in range(20)}

    assert len(shown) == 3


def test_a_threshold_between_two_sums_is_as_good_as_a_whole_number() -> None:
    assert graded("and", 1.5, []).score == 100


def test_a_neuron_that_always_fires_is_named() -> None:
    assert (
        "AND: your neuron always fires, because θ = −1 is reached by a sum of 0."
        in graded("and", -1, []).notes
    )


def test_a_wrong_choice_is_explained_without_a_counterexample() -> None:
    answer = reference_of("mp-gates") | {"choices": {"possible": "xor"}}

    report = grade(SPEC, parse_answer(SPEC, answer), 0)

    assert report.score == 84
    assert report.first_counterexample() is None
    assert report.checks[-1].message.startswith("Not XOR. XOR answers 1")


def test_one_check_per_row_when_the_author_asks_for_it() -> None:
    data = read_data("mp-gates")
    data["gates"][0]["each_row"] = True
    spec = read_spec(data)
    answer = reference_of("mp-gates")
    answer["gates"]["and"]["threshold"] = 1

    report = grade(spec, parse_answer(spec, answer), 0)

    rows = [check for check in report.checks if check.name.startswith("AND:")]
    assert [(check.name, check.points) for check in rows] == [
        ("AND: (0, 0) answers 0", 2.5),
        ("AND: (0, 1) answers 0", 0),
        ("AND: (1, 0) answers 0", 0),
        ("AND: (1, 1) answers 1", 2.5),
    ]


def test_a_lone_gate_may_come_bare() -> None:
    spec = lone_gate()

    answer = parse_answer(spec, {"threshold": 1, "inhibitory": [2]})

    assert answer == {"gates": {"andnot": {"threshold": 1, "inhibitory": [2]}}}
    assert grade(spec, answer, 0).score == 100


def test_problems_of_a_bare_gate_have_bare_paths() -> None:
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(lone_gate(), {"threshold": True})

    assert [problem.field for problem in refusal.value.problems] == ["inhibitory", "threshold"]


def test_several_gates_may_not_come_bare() -> None:
    fields = {problem.field for problem in problems_of({"threshold": 1, "inhibitory": [2]})}

    assert fields == {"gates", "choices", "threshold", "inhibitory"}


@pytest.mark.parametrize(
    ("inhibitory", "field"),
    [
        ([0], "gates.and.inhibitory[0]"),
        ([3], "gates.and.inhibitory[0]"),
        ([1, 1], "gates.and.inhibitory[1]"),
        ([True], "gates.and.inhibitory[0]"),
        (["1"], "gates.and.inhibitory[0]"),
        ([1.0], "gates.and.inhibitory[0]"),
        ([1, 2, 1], "gates.and.inhibitory"),
        (2, "gates.and.inhibitory"),
    ],
)
def test_inhibitory_inputs_are_numbers_of_inputs_each_once(inhibitory: object, field: str) -> None:
    answer: Any = reference_of("mp-gates")
    answer["gates"]["and"]["inhibitory"] = inhibitory

    assert [problem.field for problem in problems_of(answer)] == [field]


def test_the_order_of_inhibitory_inputs_does_not_matter() -> None:
    answer = reference_of("mp-gates")
    answer["gates"]["nor"]["inhibitory"] = [2, 1]

    assert parse_answer(SPEC, answer) == parse_answer(SPEC, SPEC.reference)


@pytest.mark.parametrize("picked", ["", "and", None, 1, ["nor"]])
def test_a_choice_must_be_one_of_its_options(picked: object) -> None:
    answer: Any = copy.deepcopy(SPEC.reference) | {"choices": {"possible": picked}}

    assert [problem.field for problem in problems_of(answer)] == ["choices.possible"]


def test_all_problems_come_at_once() -> None:
    answer: Any = reference_of("mp-gates")
    answer["gates"]["and"] = {"threshold": "2", "inhibitory": []}
    del answer["gates"]["or"]
    answer["gates"]["xor"] = {}
    answer["choices"] = {}

    fields = {problem.field for problem in problems_of(answer)}

    assert fields == {"gates.and.threshold", "gates.or", "gates.xor", "choices.possible"}


def test_the_form_has_a_number_and_checkboxes_for_each_gate() -> None:
    group = form_groups(SPEC)[2]

    assert (group.title, [field.label for field in group.fields]) == (
        "x1 AND NOT x2",
        ["threshold θ", "inhibitory inputs"],
    )
    assert [field.name for field in group.fields] == ["gates.andnot.threshold", "gates.andnot.inhibitory"]
    assert group.fields[1].choices == (("1", "x1"), ("2", "x2"))


def test_the_form_offers_the_options_of_a_choice() -> None:
    (field,) = form_groups(SPEC)[-1].fields

    assert (field.name, field.type) == ("choices.possible", "radio")
    assert ("nor", "NOR") in field.choices


def test_no_ticked_box_means_no_inhibitory_input_and_a_strange_one_is_refused() -> None:
    spec = lone_gate()

    assert answer_from_fields(spec, {"gates.andnot.threshold": ["1"]}) == {
        "gates": {"andnot": {"threshold": 1, "inhibitory": []}}
    }
    with pytest.raises(AnswerRefused, match="has no input"):
        answer_from_fields(spec, {"gates.andnot.threshold": ["1"], "gates.andnot.inhibitory": ["7"]})
