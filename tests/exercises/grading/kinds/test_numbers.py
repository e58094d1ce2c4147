"""Calculations: tolerances, follow-through, each person's own numbers, recognised mistakes."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.history import Network221
from exercises.grading.grade import (
    check_visible,
    form_groups,
    given_numbers,
    grade,
    parse_answer,
    personal_spec,
)
from exercises.grading.kinds.numbers_variant import VariantNotFound, own_traps
from exercises.grading.parsing import AnswerRefused
from exercises.grading.proof import prove_exercise
from exercises.grading.report import CheckResult, Report
from exercises.grading.spec_numbers import NumbersSpec
from exercises.grading.specs import SpecInvalid, read_spec
from tests.exercises.grading.content import SPECS, read_data, reference_of

WEIGHTS = ["w1", "w2", "w3", "w4", "w5", "w6"]
MESSAGES = {
    "new w5 and w6 used for the layer below": "You used the already updated w5 and w6.",
    "δ with the other sign": "Your δ is t − ŷ.",
    "twice δ": "Your δ is twice as large",
    "input left out": "You left out the input",
    "weight above left out": "You left out the weight above",
    "steps uphill": "You added the derivative.",
    "no learning rate": "You subtracted the whole derivative.",
    "the other wiring": "You read the other wiring.",
}
SMALL: dict[str, Any] = {
    "id": "small",
    "title": "Small",
    "points": 10,
    "kind": "numbers",
    "statement": "Add, then double.",
    "reference": {"values": {"s": 3, "d": 6}},
    "tolerance": {"absolute": 0.1},
    "given": [
        {
            "title": "Numbers",
            "numbers": [{"name": "a", "label": "a", "value": 1}, {"name": "b", "label": "b", "value": 2}],
        }
    ],
    "steps": [
        {
            "title": "Sum",
            "quantities": [
                {"name": "s", "label": "sum", "points": 1, "formula": "a + b"},
                {"name": "d", "label": "double", "points": 1, "formula": "2*s"},
            ],
        }
    ],
}


def backprop() -> NumbersSpec:
    spec = SPECS["backprop-step"]
    assert isinstance(spec, NumbersSpec)
    return spec


def graded(changes: dict[str, float], seed: int = 0) -> Report:
    spec = backprop()
    values = personal_spec(spec, seed).reference["values"] | changes
    return grade(spec, parse_answer(spec, {"values": values}), seed)


def check_of(report: Report, label: str) -> CheckResult:
    return next(check for check in report.checks if check.name.startswith(f"{label} ("))


def small(**changes: Any) -> NumbersSpec:
    spec = read_spec(copy.deepcopy(SMALL) | changes)
    assert isinstance(spec, NumbersSpec)
    return spec


def small_report(values: dict[str, float], **changes: Any) -> Report:
    spec = small(**changes)
    return grade(spec, parse_answer(spec, {"values": values}), 0)


def test_the_example_is_the_lectures_step() -> None:
    values = {name: float(value) for name, value in backprop().compute().items() if value.ndim == 0}

    assert (values["h1"], values["h2"]) == pytest.approx((0.85, 0.48), rel=1e-12)
    assert (values["y"], values["delta"]) == pytest.approx((0.191, -0.809), rel=1e-12)
    assert [values[f"d{number}"] for number in range(1, 7)] == pytest.approx(
        [-0.22652, -0.33978, -0.2427, -0.36405, -0.68765, -0.38832], rel=1e-12
    )
    assert [values[f"new{number}"] for number in range(1, 7)] == pytest.approx(
        [0.121326, 0.226989, 0.132135, 0.0982025, 0.1743825, 0.169416], rel=1e-12
    )


@pytest.mark.parametrize("seed", range(20))
def test_everybodys_reference_and_mistake_are_those_of_the_engine(seed: int) -> None:
    spec = personal_spec(backprop(), seed)
    assert isinstance(spec, NumbersSpec)
    own = {name: float(value) for name, value in spec.given_values().items()}
    w1, w2, w3, w4, w5, w6 = (own[name] for name in WEIGHTS)
    network = Network221((w1, w2, w3, w4, w5, w6))
    example = own["i1"], own["i2"], own["t"]

    back = network.backward(*example)
    mistaken = dict(own_traps(spec))["mistakes[0]"].answer["values"]

    reference = spec.reference["values"]
    assert reference["delta"] == pytest.approx(back.delta, rel=1e-9)
    assert [reference[f"d{number}"] for number in range(1, 7)] == pytest.approx(back.gradients, rel=1e-9)
    stepped = network.step(*example, own["lr"]).weights
    assert [reference[f"new{number}"] for number in range(1, 7)] == pytest.approx(stepped, rel=1e-9)
    wrong = network.mistaken_step(*example, own["lr"]).weights
    assert [mistaken[f"new{number}"] for number in range(1, 7)] == pytest.approx(wrong, rel=1e-9)


def test_people_get_their_own_numbers_and_keep_them() -> None:
    tables = [given_numbers(personal_spec(backprop(), seed)) for seed in (*range(8), 5)]

    assert tables[8] == tables[5]
    assert len({str(table) for table in tables}) == 8
    assert tables[0][0].rows == (
        ("input i1", "2"),
        ("input i2", "3"),
        ("target t", "1"),
        ("learning rate η", "0.05"),
    )


def test_adding_a_drawn_number_does_not_move_the_others() -> None:
    alone = {"variant": {"draw": {"a": {"low": 0, "high": 1000, "step": 1}}}}
    both = {
        "variant": {"draw": {"b": {"choices": [5, 6, 7]}, "a": {"low": 0, "high": 1000, "step": 1}}},
    }

    for seed in range(1, 9):
        first, second = personal_spec(small(**alone), seed), personal_spec(small(**both), seed)
        assert given_numbers(first)[0].rows[0] == given_numbers(second)[0].rows[0]


@pytest.mark.parametrize("name", MESSAGES)
def test_each_mistake_names_itself_on_twenty_seeds_and_costs_points(name: str) -> None:
    for seed in range(20):
        spec = personal_spec(backprop(), seed)
        assert isinstance(spec, NumbersSpec)
        trap = next(trap for _, trap in own_traps(spec) if trap.name == name)

        report = grade(backprop(), parse_answer(spec, trap.answer), seed)

        assert any(note.startswith(MESSAGES[name]) for note in report.notes)
        assert len([note for note in report.notes if note.startswith("You")]) == 1
        assert report.score < 70


def test_a_mistake_is_recognised_behind_another_wrong_line() -> None:
    h1, delta = 0.95, 0.14 * 0.95 + 0.15 * 0.48 - 1
    new5, new6 = 0.14 - 0.05 * delta * h1, 0.15 - 0.05 * delta * 0.48

    report = graded(
        {"h1": h1, "y": delta + 1, "delta": delta, "new5": new5, "new6": new6, "d1": delta * new5 * 2}
    )

    assert any("already updated w5" in note for note in report.notes)


def test_two_mistakes_of_the_same_value_are_both_named_once() -> None:
    twins = [
        {"name": "one", "message": "You did one.", "formulas": {"s": "a - b", "d": "s"}},
        {"name": "two", "message": "You did two.", "formulas": {"s": "1 - b"}},
        {"name": "far", "message": "You did another.", "formulas": {"s": "a - b - 0.05"}},
    ]

    report = small_report({"s": -1, "d": -1}, mistakes=twins)

    assert report.notes == ("You did one.", "You did two.")


def test_the_nearest_mistake_speaks() -> None:
    near = [
        {"name": "one", "message": "You did one.", "formulas": {"s": "a - b"}},
        {"name": "far", "message": "You did another.", "formulas": {"s": "a - b - 0.1"}},
    ]

    assert small_report({"s": -1.08, "d": 6}, mistakes=near).notes == ("You did another.",)
    assert small_report({"s": -1.02, "d": 6}, mistakes=near).notes == ("You did one.",)
    assert small_report({"s": -5, "d": 6}, mistakes=near).notes == ()


def test_a_number_is_right_to_the_edge_of_its_tolerance() -> None:
    assert check_of(graded({"new1": 0.121326 + 0.0005}), "new w1").passed
    assert not check_of(graded({"new1": 0.121326 + 0.00051}), "new w1").passed


def test_relative_tolerances_follow_the_right_value() -> None:
    relative = {"tolerance": {"relative": 0.01}}

    assert small_report({"s": 3.03, "d": 6}, **relative).checks[0].passed
    assert not small_report({"s": 3.04, "d": 6}, **relative).checks[0].passed


def test_the_tolerance_is_told_in_the_form_and_in_the_checks() -> None:
    spec = small(tolerance={"absolute": 0.1, "relative": 0.001})

    assert form_groups(spec)[0].note == "Right within ±0.1 or 0.1 %."
    assert [check.name for check in small_report({"s": 3, "d": 6}).checks] == ["sum (±0.1)", "double (±0.1)"]


def test_whole_numbers_must_be_exact_and_are_said_so() -> None:
    steps = copy.deepcopy(SMALL["steps"])
    for quantity in steps[0]["quantities"]:
        quantity["whole"] = True

    right, wrong = (small_report({"s": 3, "d": double}, steps=steps) for double in (6, 6.01))

    assert form_groups(small(steps=steps))[0].note == "Whole numbers, to be exact."
    assert [check.name for check in right.checks] == ["sum (exact)", "double (exact)"]
    assert right.checks[1].passed
    assert not wrong.checks[1].passed


def test_a_whole_number_with_a_tolerance_is_refused() -> None:
    steps = copy.deepcopy(SMALL["steps"])
    steps[0]["quantities"][0] |= {"whole": True, "tolerance": {"absolute": 0.1}}

    with pytest.raises(SpecInvalid, match="is whole, so it has no tolerance"):
        small(steps=steps)


def test_own_tolerances_and_units_are_told_one_by_one() -> None:
    steps = copy.deepcopy(SMALL["steps"])
    steps[0]["quantities"][1] |= {"tolerance": {"relative": 0.05}, "unit": "mV"}

    (group,) = form_groups(small(steps=steps))

    assert group.note == "Right within: sum ±0.1; double 5 %."
    assert [field.label for field in group.fields] == ["sum", "double in mV"]


def test_a_line_that_follows_from_a_wrong_one_earns_its_share() -> None:
    full = small_report({"s": 5, "d": 10})
    part = small_report({"s": 5, "d": 10}, follow_through=0.5)
    none = small_report({"s": 5, "d": 10}, follow_through=0)

    assert [report.score for report in (full, part, none)] == [5, 2.5, 0]
    assert [report.checks[1].passed for report in (full, part, none)] == [True, False, False]
    assert full.checks[0].message == "5 is not right. It is the first wrong line."
    assert full.checks[1].message == "Right for your sum; sum itself is wrong."


def test_only_the_first_wrong_line_is_called_so() -> None:
    report = graded({"h2": 0.5, "y": 0.9})

    assert check_of(report, "h2").message == "0.5 is not right. It is the first wrong line."
    assert check_of(report, "ŷ").message == (
        "0.9 is not right. It does not follow from your h2 either; h2 is the first wrong line."
    )


def test_ones_own_rounding_is_not_punished() -> None:
    report = small_report({"s": 3.09, "d": 6.25})

    assert report.score == 10
    assert [check.message for check in report.checks] == ["Right.", "Right."]


def test_zeros_do_not_follow_from_each_other() -> None:
    zeros = dict.fromkeys(reference_of("backprop-step")["values"], 0)

    report = graded(zeros)

    assert report.score == 0
    assert report.notes == ()


def test_the_instant_check_says_nothing_about_later_lines() -> None:
    spec = backprop()
    right = reference_of("backprop-step")["values"]
    wrong_later = right | {"d1": 1, "d2": 1, "d3": 1, "d4": 1, "new5": 1}

    reports = [check_visible(spec, parse_answer(spec, {"values": v})).to_json() for v in (right, wrong_later)]

    assert reports[0] == reports[1]
    assert len(reports[0]["checks"]) == 6


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"values": {"s": 1}}, "values.d"),
        ({"values": {"s": 1, "d": 2, "x": 3}}, "values.x"),
        ({"values": {"s": 1, "d": "2"}}, "values.d"),
        ({"values": {"s": 1, "d": True}}, "values.d"),
        ({"values": {"s": 1, "d": float("nan")}}, "values.d"),
        ({"values": {"s": 1, "d": 1e7}}, "values.d"),
        ({"values": [1, 2]}, "values"),
        ({}, "values"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_path(raw: Any, field: str) -> None:
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(small(), raw)

    assert [problem.field for problem in refusal.value.problems] == [field]


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2))
def test_formulas_without_a_value_for_someones_numbers_are_no_fault(values: list[float]) -> None:
    steps = copy.deepcopy(SMALL["steps"])
    steps[0]["quantities"][1]["formula"] = "round(log(s)/(s - 3.5), s)"

    report = small_report({"s": values[0], "d": values[1]}, steps=steps)

    assert 0 <= report.score <= 10


def changed(path: str, value: Any) -> dict[str, Any]:
    data = read_data("backprop-step")
    *outer, last = path.split(".")
    place: Any = data
    for key in outer:
        place = place[int(key)] if key.isdigit() else place[key]
    place[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("steps.0.quantities.0.formula", "w1*nobody", "the name 'nobody' is not one of"),
        ("steps.0.quantities.0.formula", "2*h2", "the name 'h2' is not one of"),
        ("steps.0.quantities.0.formula", "open('x')", "calls no known function"),
        ("steps.0.quantities.0.formula", "[i1, i2]", "h1 must be one number"),
        ("steps.0.quantities.0.formula", "i1[0]", "cannot be computed"),
        ("steps.0.quantities.0.name", "max", "mean something in formulas: max"),
        ("steps.0.quantities.0.name", "w1", "repeated: w1"),
        ("steps.0.quantities.0.hidden", True, "is not hidden and uses h1"),
        ("mistakes.1.formulas", {"delta": "y - d1"}, "is not hidden and uses d1"),
        ("mistakes.0.formulas", {"d1": "new1"}, "needs d1 itself"),
        ("mistakes.0.formulas", {"nobody": "1"}, "'nobody' is not one of"),
        ("variant.draw", {"zz": {"choices": [1]}}, "'zz' is not one of"),
        ("variant.draw", {"i1": {"low": 3}}, "either choices, or low and high"),
        ("variant.require", ["nobody > 1"], "'nobody' is not one of"),
        ("tolerance", {"absolute": 0}, "above 0"),
        ("given.0.columns", ["a", "b", "c"], "i1 has 1 values"),
        ("given.0.numbers.0.value", "2", "valid number"),
    ],
)
def test_a_wrong_file_is_refused(path: str, value: Any, words: str) -> None:
    with pytest.raises(SpecInvalid) as invalid:
        read_spec(changed(path, value))

    assert any(words in problem.message for problem in invalid.value.problems)


def test_a_value_of_the_wrong_type_has_the_path_an_author_sees() -> None:
    with pytest.raises(SpecInvalid) as invalid:
        read_spec(changed("given.0.numbers.0.value", "2"))

    assert {problem.key for problem in invalid.value.problems} == {"given[0].numbers[0].value"}


def test_a_requirement_that_never_holds_is_found_before_publishing() -> None:
    spec = read_spec(changed("variant.require", ["delta > 5"]))

    problems = prove_exercise(spec)

    assert {problem.key for problem in problems} == {"variant"}
    assert any("“delta > 5” does not hold" in problem.message for problem in problems)
    with pytest.raises(VariantNotFound):
        personal_spec(spec, 1)


def test_a_mistake_that_gives_the_right_value_is_found_before_publishing() -> None:
    spec = read_spec(changed("mistakes.1.formulas", {"delta": "y - t + 0.0009"}))

    problems = prove_exercise(spec)

    assert problems
    assert all("“δ with the other sign” leaves delta too close to right" in p.message for p in problems)


def test_a_reference_of_the_file_is_held_to_the_formulas() -> None:
    spec = read_spec(changed("reference.values.d5", 0.68765))

    problems = prove_exercise(spec, [0])

    assert any("It fails the check “∂E/∂w5 (±0.0005)”." in problem.message for problem in problems)


def test_lists_may_be_given_and_drawn_and_shown_as_rows() -> None:
    table = {
        "title": "Predictions",
        "columns": ["set", "x = 0", "x = 1"],
        "numbers": [
            {"name": "p", "label": "first", "value": [1, 2]},
            {"name": "q", "label": "second", "value": [3, 5]},
        ],
    }
    steps = [
        {
            "title": "Mean",
            "quantities": [{"name": "m", "label": "mean", "points": 1, "formula": "mean([p, q])"}],
        }
    ]
    draw = {"p": {"low": -1, "high": 1, "step": 0.25}}
    spec = small(given=[table], steps=steps, reference={"values": {"m": 2.75}}, variant={"draw": draw})

    assert prove_exercise(spec) == []
    (shown,) = given_numbers(personal_spec(spec, 3))
    assert shown.columns == ("set", "x = 0", "x = 1")
    assert shown.rows[1] == ("second", "3", "5")
    assert all(float(cell.replace("−", "-")) * 4 % 1 == 0 for cell in shown.rows[0][1:])


def test_a_visible_line_hears_nothing_of_a_hidden_one_before_it() -> None:
    steps = copy.deepcopy(SMALL["steps"])
    steps[0]["quantities"][0]["hidden"] = True
    steps[0]["quantities"][1]["formula"] = "6*a"
    spec = small(steps=steps)

    (check,) = check_visible(spec, parse_answer(spec, {"values": {"s": 99, "d": 7}})).checks

    assert check.message == "7 is not right. It is the first wrong line."
