"""Weights of small networks."""

from typing import Any

import pytest

from engine.network import UnitTrace
from engine.strict_json import Problem
from exercises.grading.grade import draw_maps, form_groups, grade, parse_answer
from exercises.grading.parsing import AnswerRefused
from exercises.grading.report import CheckResult, DecisionMap, Report
from tests.exercises.grading.content import SPECS, reference_of


def graded(exercise: str, seed: int = 0, **changes: Any) -> Report:
    spec, answer = SPECS[exercise], reference_of(exercise)
    answer["weights"] |= {name.replace("__", "."): value for name, value in changes.items()}
    return grade(spec, parse_answer(spec, answer), seed)


def xor(changes: dict[str, Any], seed: int = 0) -> Report:
    spec, answer = SPECS["xor-weights"], reference_of("xor-weights")
    answer["weights"] |= changes
    return grade(spec, parse_answer(spec, answer), seed)


def drawn_for(exercise: str, changes: dict[str, Any] | None = None) -> list[DecisionMap]:
    spec, answer = SPECS[exercise], reference_of(exercise)
    answer["weights"] |= changes or {}
    return draw_maps(spec, parse_answer(spec, answer), 0)


def failed(report: Report) -> list[CheckResult]:
    return [check for check in report.checks if not check.passed]


def problems_of(raw: Any) -> list[Problem]:
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(SPECS["xor-weights"], raw)
    return refusal.value.problems


CLOSE_LINE = {"0.bias": [-10, 38]}


def test_the_reference_has_four_rows_a_margin_and_three_hidden_checks() -> None:
    report = xor({})

    assert [(check.name, check.points, check.hidden) for check in report.checks] == [
        ("XOR (0, 0) answers 0", 10, False),
        ("XOR (0, 1) answers 1", 10, False),
        ("XOR (1, 0) answers 1", 10, False),
        ("XOR (1, 1) answers 0", 10, False),
        ("At least 0.4 away from 0.5 at every corner", 15, False),
        ("Margin around (0, 0)", 15, True),
        ("Margin around (0, 1) and (1, 0)", 15, True),
        ("Margin around (1, 1)", 15, True),
    ]


def test_hidden_units_may_change_places() -> None:
    swapped = {"0.weight": [[-20, -20], [20, 20]], "0.bias": [30, -10]}

    assert xor(swapped).score == 100


def test_a_failed_row_carries_the_forward_pass_of_every_unit() -> None:
    counterexample = xor({"2.weight": [[20, 0]], "2.bias": [-10]}).first_counterexample()

    assert counterexample is not None
    assert counterexample.inputs == {"x1": 1, "x2": 1}
    assert counterexample.expected == "below 0.5"
    assert [unit.unit for unit in counterexample.units] == ["h1", "h2", "y"]
    assert counterexample.units[0].sum == 30
    assert counterexample.got == counterexample.units[-1].output > 0.99


def test_a_hidden_check_shows_a_fresh_point_for_each_seed() -> None:
    shown = set()
    for seed in range(10):
        counterexample = xor(CLOSE_LINE, seed).first_counterexample()
        assert counterexample is not None
        x1, x2 = counterexample.inputs["x1"], counterexample.inputs["x2"]
        assert 0.9 <= x1 <= 1.1
        assert 0.9 <= x2 <= 1.1
        assert counterexample.got > 0.5
        shown.add((x1, x2))

    assert len(shown) > 5


def test_a_violation_at_the_very_corner_of_the_box_is_found() -> None:
    report = xor({"0.bias": [-10, 37.2]})

    assert [check.name for check in failed(report)] == ["Margin around (1, 1)"]


def test_the_margins_count_only_for_a_right_function() -> None:
    constant = {"2.weight": [[0, 0]], "2.bias": [-10]}

    report = xor(constant)

    assert report.score == 20
    assert all("counts only once" in check.message for check in failed(report) if check.hidden)


def test_exactly_one_half_is_on_no_side() -> None:
    zero = {"0.weight": [[0, 0], [0, 0]], "0.bias": [0, 0], "2.weight": [[0, 0]], "2.bias": [0]}

    assert xor(zero).score == 0


def test_weights_at_the_limit_are_graded_without_overflow() -> None:
    huge = {
        "0.weight": [[1e6, 1e6], [-1e6, -1e6]],
        "0.bias": [-5e5, 1e6],
        "2.weight": [[1e6, 1e6]],
        "2.bias": [-1e6],
    }

    assert 0 <= xor(huge).score <= 100


def test_output_and_hidden_units_are_drawn_with_the_counterexample_marked() -> None:
    counterexample = xor(CLOSE_LINE).first_counterexample()
    maps = drawn_for("xor-weights", CLOSE_LINE)

    assert counterexample is not None
    assert [drawn.title for drawn in maps] == ["Output y", "Hidden unit h1", "Hidden unit h2"]
    assert {drawn.cross for drawn in maps} == {tuple(counterexample.inputs.values())}
    assert "4 of 4 labelled points are on the right side" in maps[0].alt


def test_a_map_has_its_points_and_a_table() -> None:
    drawn = drawn_for("xor-weights")[0].to_json()

    assert [(p["x"], p["y"], p["target"], p["right"]) for p in drawn["points"]] == [
        (0, 0, 0, True),
        (0, 1, 1, True),
        (1, 0, 1, True),
        (1, 1, 0, True),
    ]
    assert drawn["cross"] is None
    assert drawn["table"]["columns"] == ["x1", "x2", "y"]
    assert drawn["table"]["rows"][0] == [0, 0, pytest.approx(4.543910487654591e-05, rel=1e-13)]
    assert drawn["x_range"] == drawn["y_range"] == [-0.5, 1.5]


def test_a_perceptron_has_one_map_and_four_are_drawn_at_most() -> None:
    titles = [drawn.title for drawn in drawn_for("perceptron-gates")]

    assert titles == ["AND", "OR", "NAND", "Line through two clouds"]


def test_the_cross_is_only_on_the_map_of_the_network_that_failed() -> None:
    maps = drawn_for("perceptron-gates", {"or.bias": [-3]})

    assert [drawn.cross for drawn in maps] == [None, (0, 1), None, None]


@pytest.mark.parametrize(
    ("bias", "score"), [(-4, 96), (-4 + 1e-6, 100), (-4 + 1e-10, 96), (-2.000001, 100), (-2, 84)]
)
def test_a_tie_costs_the_tie_check(bias: float, score: float) -> None:
    assert graded("perceptron-gates", and__bias=[bias]).score == score


def test_a_tie_is_told_and_shown() -> None:
    (check,) = failed(graded("perceptron-gates", and__bias=[-4]))

    assert "right only because 0 counts as firing" in check.message
    assert check.counterexample is not None
    assert check.counterexample.units == (UnitTrace("y", 0.0, 1.0),)


@pytest.mark.parametrize("factor", [1e-6, 1e5])
def test_the_same_line_in_other_numbers_scores_the_same(factor: float) -> None:
    scaled: dict[str, Any] = {"and__weight": [[2 * factor, 2 * factor]], "and__bias": [-3 * factor]}

    assert graded("perceptron-gates", **scaled).score == 100


def test_a_tight_line_passes_the_given_points_and_fails_on_new_ones() -> None:
    (check,) = failed(graded("perceptron-gates", line__bias=[1.6]))

    assert check.name == "The line is right for new points"
    assert check.counterexample is not None
    assert check.counterexample.got == 1


def test_a_line_halfway_between_the_nearest_points_is_good_enough_on_fifty_seeds() -> None:
    halfway = [graded("perceptron-gates", seed, line__bias=[-0.73]) for seed in range(50)]

    assert {report.score for report in halfway} == {100}


def test_each_update_is_worth_its_share() -> None:
    report = graded("perceptron-gates", update4__bias=[5])

    assert report.score == 94
    assert [check.name for check in failed(report)] == ["After update 4"]


def test_a_wrong_update_shows_the_example_that_causes_it() -> None:
    counterexample = graded("perceptron-gates", update2__bias=[5]).first_counterexample()

    assert counterexample is not None
    assert counterexample.to_json() == {
        "inputs": {"x1": 1, "x2": 1},
        "expected": "1",
        "got": 0,
        "units": [{"unit": "y before update 2, at (1, 1)", "sum": -1, "output": 0}],
    }


def test_updates_after_a_wrong_one_point_back_to_it() -> None:
    report = graded("perceptron-gates", update2__bias=[5], update4__bias=[5])

    assert failed(report)[1].message.endswith("Update 2 is wrong already; correct that one first.")


def test_a_forgotten_bias_is_recognised() -> None:
    notes = graded("perceptron-gates", and__bias=[0]).notes

    assert any("Did you forget x0?" in note and note.startswith("AND: ") for note in notes)


def test_a_constant_output_is_recognised() -> None:
    assert (
        "NAND: The network says 1 for every input: its border does not pass between them."
        in graded("perceptron-gates", nand__bias=[9]).notes
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"0.bias": [-10]}, "weights.0.bias"),
        ({"0.bias": [-10, True]}, "weights.0.bias[1]"),
        ({"0.bias": [-10, "30"]}, "weights.0.bias[1]"),
        ({"0.bias": [-10, None]}, "weights.0.bias[1]"),
        ({"0.bias": [-10, [30]]}, "weights.0.bias[1]"),
        ({"0.bias": [-10, 1e7]}, "weights.0.bias[1]"),
        ({"0.bias": [-10, float("nan")]}, "weights.0.bias[1]"),
        ({"0.weight": [[20, 20], [-20, -20, 1]]}, "weights.0.weight[1]"),
        ({"0.weight": [20, 20, -20, -20]}, "weights.0.weight"),
        ({"2.weight": [20, 20]}, "weights.2.weight"),
        ({"1.bias": [0]}, "weights.1.bias"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_path(change: dict[str, Any], field: str) -> None:
    answer = reference_of("xor-weights")
    answer["weights"] |= change

    (problem,) = problems_of(answer)
    assert problem.field == field
    assert problem.message
    assert problem.limit


def test_missing_and_unexpected_names_come_together() -> None:
    answer = reference_of("xor-weights")
    answer["weights"]["1.bias"] = answer["weights"].pop("0.bias")

    assert [problem.field for problem in problems_of(answer)] == ["weights.0.bias", "weights.1.bias"]


def test_the_form_speaks_of_units_and_arrows() -> None:
    groups = form_groups(SPECS["xor-weights"])

    assert [group.title for group in groups] == ["Hidden unit h1", "Hidden unit h2", "Output y"]
    assert [(field.name, field.label) for field in groups[1].fields] == [
        ("weights.0.weight[1][0]", "x1 → h2"),
        ("weights.0.weight[1][1]", "x2 → h2"),
        ("weights.0.bias[1]", "bias of h2"),
    ]
    assert [field.label for field in groups[2].fields] == ["h1 → y", "h2 → y", "bias of y"]


def test_the_form_of_a_perceptron_uses_the_letters_of_the_task() -> None:
    group = form_groups(SPECS["perceptron-gates"])[0]

    assert group.title == "AND"
    assert [(field.name, field.label) for field in group.fields] == [
        ("weights.and.weight[0][0]", "weight w1 of x1"),
        ("weights.and.weight[0][1]", "weight w2 of x2"),
        ("weights.and.bias[0]", "bias b"),
    ]
