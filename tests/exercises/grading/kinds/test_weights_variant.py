"""A truth table of one's own in kind `weights`."""

from typing import Any

import pytest

from exercises.grading.grade import given_numbers, grade, parse_answer, personal_spec
from exercises.grading.proof import prove_exercise
from exercises.grading.specs import ExerciseSpec, SpecInvalid, read_spec


def gate(weight: list[int], bias: int) -> dict[str, Any]:
    return {"weights": {"0.weight": [weight], "0.bias": [bias]}}


AND, OR, NAND = gate([2, 2], -3), gate([2, 2], -1), gate([-2, -2], 3)
DATA: dict[str, Any] = {
    "id": "gate",
    "title": "Your gate",
    "points": 10,
    "kind": "weights",
    "statement": "Build it.",
    "reference": AND,
    "networks": [{"title": "Your function", "layers": [{"units": 1, "activation": "step"}]}],
    "checks": [
        {"type": "truth_table", "name": "All rows", "outputs": [0, 0, 0, 1], "points": 3},
        {"type": "no_tie", "name": "No tie", "points": 1, "hidden": True},
    ],
    "patterns": [{"outputs": [0, 1, 1, 1], "message": "this is OR"}],
    "traps": [{"name": "or", "answer": OR, "message": "this is OR"}],
    "variant": {
        "targets": [
            {"title": "AND", "outputs": [0, 0, 0, 1], "reference": AND},
            {"title": "OR", "outputs": [0, 1, 1, 1], "reference": OR},
            {
                "title": "NAND",
                "outputs": [1, 1, 1, 0],
                "reference": NAND,
                "patterns": [{"outputs": [0, 0, 0, 1], "message": "this is AND"}],
            },
        ]
    },
}


def spec_of(**changes: Any) -> ExerciseSpec:
    return read_spec(DATA | changes)


def seed_of(title: str) -> int:
    return next(
        seed
        for seed in range(50)
        if given_numbers(personal_spec(spec_of(), seed))[0].title == f"Your function: {title}"
    )


def test_every_target_is_proven() -> None:
    assert prove_exercise(spec_of()) == []
    broken = [*DATA["variant"]["targets"][:2], DATA["variant"]["targets"][2] | {"reference": AND}]

    problems = prove_exercise(spec_of(variant={"targets": broken}))

    assert {problem.key for problem in problems} == {"reference"}


def test_a_person_is_graded_by_the_table_that_they_are_shown() -> None:
    for title, answer in (("AND", AND), ("OR", OR), ("NAND", NAND)):
        seed = seed_of(title)

        scores = [grade(spec_of(), parse_answer(spec_of(), other), seed).score for other in (AND, OR, NAND)]

        assert grade(spec_of(), parse_answer(spec_of(), answer), seed).score == 10
        assert sorted(scores) == [0, 0, 10]


def test_the_wanted_table_is_given() -> None:
    (table,) = given_numbers(personal_spec(spec_of(), seed_of("NAND")))

    assert table.columns == ("x1", "x2", "wanted y")
    assert table.rows == (("0", "0", "1"), ("0", "1", "1"), ("1", "0", "1"), ("1", "1", "0"))


def test_patterns_are_those_of_the_target() -> None:
    assert grade(spec_of(), parse_answer(spec_of(), AND), seed_of("NAND")).notes == ("this is AND",)
    assert "this is OR" not in grade(spec_of(), parse_answer(spec_of(), OR), seed_of("NAND")).notes


def test_an_exercise_without_a_variant_is_the_same_for_all() -> None:
    data = {key: value for key, value in DATA.items() if key != "variant"}

    assert personal_spec(read_spec(data), 7) == read_spec(data)
    assert given_numbers(personal_spec(read_spec(data), 7)) == []


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ({"network": "x", "targets": DATA["variant"]["targets"]}, "'x' is not one of"),
        ({"targets": DATA["variant"]["targets"][:1]}, "at least 2"),
        ({"targets": DATA["variant"]["targets"][1:]}, "outputs must be those of the first target"),
        (
            {"targets": [*DATA["variant"]["targets"], {"title": "NOT", "outputs": [1, 0], "reference": AND}]},
            "has 4 rows",
        ),
    ],
)
def test_a_wrong_variant_is_refused(variant: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecInvalid) as invalid:
        spec_of(variant=variant)

    assert any(words in problem.message for problem in invalid.value.problems)


def test_points_in_the_plane_do_not_fit_a_varied_table() -> None:
    points = {
        "type": "points",
        "name": "Points",
        "points": 1,
        "data": [{"x": [0.2, 0.1], "target": 0}],
    }

    with pytest.raises(SpecInvalid, match="does not fit a varied truth table"):
        spec_of(checks=[*DATA["checks"], points])
