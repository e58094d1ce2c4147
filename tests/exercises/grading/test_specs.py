"""What an exercise file may say."""

from typing import Any

import pytest
from pydantic import ValidationError

from exercises.grading.specs import SpecInvalid, SpecProblem, read_spec
from tests.exercises.grading.content import SPECS, read_data


def problems_of(data: dict[str, Any]) -> list[SpecProblem]:
    with pytest.raises(SpecInvalid) as invalid:
        read_spec(data)
    return invalid.value.problems


def test_the_three_exercises_are_read() -> None:
    assert {"mp-gates", "perceptron-gates", "xor-weights"} <= set(SPECS)
    assert all(spec.id == exercise for exercise, spec in SPECS.items())


def test_an_unknown_key_is_named() -> None:
    (problem,) = problems_of(read_data("xor-weights") | {"hint": "one"})

    assert problem == SpecProblem(
        "hint", "Extra inputs are not permitted", "Remove this key or correct its spelling."
    )


def test_a_missing_key_is_named() -> None:
    data = read_data("xor-weights")
    del data["title"]

    assert [(problem.key, problem.cure) for problem in problems_of(data)] == [("title", "Add this key.")]


def test_a_problem_inside_a_check_has_the_path_an_author_sees() -> None:
    data = read_data("perceptron-gates")
    data["checks"][3]["data"][0]["target"] = 2

    assert [problem.key for problem in problems_of(data)] == ["checks[3].data[0].target"]


def test_all_problems_are_reported_at_once() -> None:
    data = read_data("mp-gates") | {"points": "100", "attempts": True}

    assert {problem.key for problem in problems_of(data)} == {"points", "attempts"}


@pytest.mark.parametrize("kind", ["essay", None])
def test_an_unknown_kind_is_refused(kind: str | None) -> None:
    assert len(problems_of(read_data("mp-gates") | {"kind": kind})) == 1


def test_a_hidden_table_may_not_be_split_by_row() -> None:
    data = read_data("xor-weights")
    data["checks"][0]["hidden"] = True

    (problem,) = problems_of(data)
    assert problem.key == "checks[0]"
    assert "each_row" in problem.message


def test_random_checks_must_be_hidden() -> None:
    data = read_data("xor-weights")
    data["checks"][2]["hidden"] = False

    assert [problem.key for problem in problems_of(data)] == ["checks[2].hidden"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"network": "nobody"}, "'nobody' is not one of"),
        ({"outputs": [0, 1]}, "has 4 rows"),
        ({"outputs": [0, 1, 1]}, "outputs has 3 rows"),
        ({"outputs": [0, 1, 1, 2]}, "less than or equal to 1"),
        ({"points": 0}, "greater than 0"),
        ({"name": "Margin around (1, 1)"}, "repeated"),
    ],
)
def test_a_check_must_fit_its_network(change: dict[str, Any], words: str) -> None:
    data = read_data("xor-weights")
    data["checks"][0] |= change

    assert any(words in problem.message for problem in problems_of(data))


def test_a_tie_check_needs_inputs_with_classes() -> None:
    data = read_data("xor-weights")
    data["checks"] = [{"type": "no_tie", "name": "No tie", "points": 1}]

    (problem,) = problems_of(data)
    assert "truth_table or points check" in problem.message


def test_several_networks_need_names() -> None:
    data = read_data("perceptron-gates")
    data["networks"][0]["name"] = ""

    assert any("each needs a name" in problem.message for problem in problems_of(data))


def test_a_named_network_has_one_layer() -> None:
    data = read_data("perceptron-gates")
    data["networks"][0]["layers"] *= 2

    (problem,) = problems_of(data)
    assert "exactly one layer" in problem.message


def test_gates_patterns_and_choices_must_agree() -> None:
    data = read_data("mp-gates")
    data["choices"][0]["right"] = "nothing"
    data["gates"][0]["outputs"] = [0, 0, 0, 1, 1]

    keys = {problem.key for problem in problems_of(data)}

    assert keys == {"choices[0]", "gates[0]"}


def test_a_pattern_of_an_unknown_gate_is_refused() -> None:
    data = read_data("mp-gates")
    data["patterns"][0]["of"] = "nobody"

    (problem,) = problems_of(data)
    assert "pattern of 'nobody'" in problem.message


def test_a_spec_cannot_be_changed_after_reading() -> None:
    spec = SPECS["mp-gates"]

    with pytest.raises(ValidationError, match="frozen"):
        spec.title = "Another"  # type: ignore[misc]
