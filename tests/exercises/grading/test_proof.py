"""The gate an exercise passes before it is published."""

from exercises.grading.proof import prove_exercise
from exercises.grading.specs import read_spec
from tests.exercises.grading.content import read_data


def test_a_wrong_reference_is_reported_check_by_check() -> None:
    data = read_data("xor-weights")
    data["reference"]["weights"]["2.bias"] = [-10]

    problems = prove_exercise(read_spec(data | {"traps": []}))

    assert {problem.key for problem in problems} == {"reference"}
    assert any("XOR (1, 1) answers 0" in problem.message for problem in problems)


def test_a_reference_of_the_wrong_shape_is_reported() -> None:
    data = read_data("xor-weights")
    data["reference"] = {"weights": {}}

    (problem,) = prove_exercise(read_spec(data | {"traps": []}))

    assert problem.message.startswith("It is refused")


def test_a_trap_without_its_message_is_reported() -> None:
    data = read_data("xor-weights")
    data["traps"][0]["message"] = "words nobody says"

    (problem,) = prove_exercise(read_spec(data))

    assert problem.key == "traps[0].message"


def test_a_trap_that_scores_too_much_is_reported() -> None:
    data = read_data("xor-weights")
    data["traps"][1]["max_score"] = 10

    (problem,) = prove_exercise(read_spec(data))

    assert problem.key == "traps[1].max_score"
    assert "It scores 30.00 %" in problem.message


def test_a_trap_that_is_refused_is_reported() -> None:
    data = read_data("xor-weights")
    data["traps"][2]["answer"] = {"weights": 1}

    (problem,) = prove_exercise(read_spec(data))

    assert problem.key == "traps[2].answer"


def test_a_trap_without_a_limit_may_not_be_perfect() -> None:
    data = read_data("xor-weights")
    data["traps"] = [{"name": "No trap", "message": "is right", "answer": data["reference"]}]

    (problem,) = prove_exercise(read_spec(data))

    assert problem.key == "traps[0].max_score"
