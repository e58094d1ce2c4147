"""What is measured of an exercise over many seeds."""

import math

from exercises.grading.grade import grade, parse_answer
from exercises.grading.specs import read_spec
from exercises.grading.verification import Spread, verify_exercise
from tests.exercises.grading.content import read_data

SMALL = {
    "layers": [{"type": "linear", "units": 1}],
    "loss": "binary_cross_entropy",
    "optimizer": {"type": "sgd", "lr": 1.0},
    "epochs": 10,
}


def small_training() -> dict[str, object]:
    """The XOR training with ten networks in place of 200, and a straight border as its only trap."""
    data = read_data("xor-train")
    data["checks"][1]["seeds"] = 10
    trap = next(trap for trap in data["traps"] if trap["name"] == "no hidden layer")
    return data | {"traps": [trap]}


def test_each_answer_is_graded_once_for_each_seed() -> None:
    reference, trap = verify_exercise(read_spec(small_training()), range(2))

    assert (reference.name, trap.name) == ("reference", "no hidden layer")
    assert len(reference.samples) == len(trap.samples) == 2
    assert reference.is_as_promised
    assert trap.is_as_promised
    assert all(sample.seconds > 0 for sample in trap.samples)


def test_the_number_that_a_check_compares_is_kept_with_its_mark() -> None:
    reference, trap = verify_exercise(read_spec(small_training()), range(2))

    (spread,) = trap.spreads().values()
    assert (spread.mark, spread.mean, spread.deviation, spread.distance) == (0.9, 0, 0, None)
    assert next(iter(reference.spreads().values())).lowest >= 0.9


def test_a_reference_that_fails_and_a_trap_that_passes_are_not_as_promised() -> None:
    data = small_training()
    trap = data["traps"][0]  # type: ignore[index]
    data["reference"], trap["answer"] = trap["answer"], data["reference"]

    reference, trap = verify_exercise(read_spec(data), range(2))

    assert reference.promised == trap.promised == [False, False]


def test_a_trap_whose_message_is_not_said_is_not_as_promised() -> None:
    data = read_data("xor-weights")
    data["traps"] = data["traps"][:1]
    data["traps"][0]["message"] = "words nobody says"

    reference, trap = verify_exercise(read_spec(data), range(2))

    assert reference.is_as_promised
    assert trap.promised == [False, False]


def test_the_distance_from_the_mark_is_in_standard_deviations() -> None:
    assert math.isclose(Spread(0.9, 0.96, 0.02, 0.93, 0.99).distance or 0, 3)
    assert Spread(0.9, math.inf, math.nan, 0.1, math.inf).distance is None


def test_what_a_check_measured_is_in_no_report_that_is_stored() -> None:
    spec = read_spec(small_training())

    report = grade(spec, parse_answer(spec, {"config": SMALL}), 1)

    assert report.checks[1].measured is not None
    assert "measured" not in str(report.to_json())
