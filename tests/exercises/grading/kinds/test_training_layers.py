"""Kind `training`: what the layers of a configuration must be, and what dropout and batch norm need."""

from typing import Any

import pytest

from exercises.grading.grade import check_visible, grade, parse_answer
from exercises.grading.parsing import AnswerRefused
from exercises.grading.specs import ExerciseSpec, SpecInvalid, read_spec

OUT = {"type": "linear", "units": 10}
HIDDEN = [{"type": "linear", "units": 16}, {"type": "relu"}]
NORMED = [{"type": "linear", "units": 16}, {"type": "batch_norm"}, {"type": "sigmoid"}, OUT]
REFERENCE: dict[str, Any] = {
    "layers": [*HIDDEN, {"type": "dropout", "p": 0.2}, OUT],
    "loss": "cross_entropy",
    "optimizer": {"type": "adam", "lr": 0.01},
    "epochs": 2,
    "batch_size": 32,
}
PERFECT = {
    "type": "metric",
    "name": "Right",
    "hidden": True,
    "metric": "accuracy",
    "at_least": 0.999,
    "points": 80,
}
FILE: dict[str, Any] = {
    "id": "train-it",
    "title": "Train it",
    "points": 100,
    "kind": "training",
    "statement": "Train.",
    "loss": "cross_entropy",
    "data": {"name": "digits", "options": {"rows": 71}},
    "seeds": 1,
    "reference": {"config": REFERENCE},
    "checks": [{"type": "layers", "name": "Dropout", "layer": "dropout", "points": 20}, PERFECT],
}


def spec_with(**changes: Any) -> ExerciseSpec:
    return read_spec(FILE | changes)


def notes(**changes: Any) -> str:
    spec = spec_with()
    return " ".join(grade(spec, parse_answer(spec, {"config": REFERENCE | changes}), 1).notes)


@pytest.mark.parametrize(
    ("layers", "least", "score", "message"),
    [
        (REFERENCE["layers"], 1, 20, "has 1 layer of type dropout; at least 1 needed"),
        (REFERENCE["layers"], 2, 0, "has 1 layer of type dropout; at least 2 needed"),
        ([*HIDDEN, OUT], 1, 0, "has no layers of type dropout; at least 1 needed"),
    ],
)
def test_layers_of_a_type_are_counted_without_training(
    layers: list[dict[str, Any]], least: int, score: int, message: str
) -> None:
    spec = spec_with(checks=[{**FILE["checks"][0], "at_least": least}, PERFECT])

    report = check_visible(spec, parse_answer(spec, {"config": REFERENCE | {"layers": layers}}))

    assert message in report.checks[0].message
    assert report.checks[0].passed == (score == 20)


@pytest.mark.parametrize(
    ("layers", "count"),
    [
        ([*HIDDEN, *HIDDEN, OUT], "2 hidden layers"),
        ([HIDDEN[0], {"type": "batch_norm"}, {"type": "tanh"}, OUT], "1 hidden layer of"),
        ([HIDDEN[0], HIDDEN[0], {"type": "relu"}, OUT], "1 hidden layer of"),
        ([HIDDEN[0], {"type": "dropout", "p": 0.1}, OUT], "no hidden layers"),
        ([{"type": "linear", "units": 15}, {"type": "relu"}, OUT], "no hidden layers"),
        ([{"type": "relu"}, {"type": "relu"}, *HIDDEN, {"type": "tanh"}, OUT], "1 hidden layer of"),
    ],
)
def test_hidden_layers_count_where_something_bends_behind_them(
    layers: list[dict[str, Any]], count: str
) -> None:
    depth = {"type": "hidden_layers", "name": "Deep", "at_least": 2, "units": 16, "points": 20}
    spec = spec_with(checks=[depth, PERFECT])

    check = check_visible(spec, parse_answer(spec, {"config": REFERENCE | {"layers": layers}})).checks[0]

    assert count in check.message
    assert check.passed == ("2 hidden" in count)
    assert ("Without a bend two layers are one." in check.message) != check.passed


def test_an_exercise_cannot_ask_for_layers_that_it_forbids() -> None:
    with pytest.raises(SpecInvalid, match=r"which limits\.layers forbids"):
        spec_with(limits={"layers": ["linear", "relu"]})


def test_the_doctor_knows_where_dropout_does_not_belong() -> None:
    assert "layers[3] drops answers of the network" in notes(
        layers=[*HIDDEN, OUT, {"type": "dropout", "p": 0.5}]
    )


def test_the_doctor_says_once_that_too_much_is_dropped() -> None:
    strong = {"type": "dropout", "p": 0.9}

    found = notes(layers=[strong, *HIDDEN, strong, OUT])

    assert "layers[0] drops 90 % of its inputs" in found
    assert "layers[3]" not in found


def test_the_doctor_warns_of_batches_too_small_to_be_normalised() -> None:
    assert "Mean and variance of a batch of 3 are mostly chance" in notes(
        layers=NORMED, batch_size=3, epochs=1
    )
    assert "Mean and variance" not in notes(layers=NORMED, batch_size=16, epochs=1)


@pytest.mark.parametrize(
    ("changes", "phrase"),
    [
        ({"batch_size": 1}, "Batches of one example cannot be normalised"),
        ({"batch_size": 10}, "The last batch of an epoch has one example"),
        (
            {"batch_size": 9, "early_stopping": {"patience": 3, "validation": 0.1}},
            "The last batch of an epoch has one example",
        ),
    ],
)
def test_a_batch_of_one_is_refused_where_it_would_be_normalised(changes: dict[str, Any], phrase: str) -> None:
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(spec_with(), {"config": REFERENCE | {"layers": NORMED} | changes})

    (problem,) = refusal.value.problems
    assert problem.field == "config.batch_size"
    assert phrase in problem.message


def test_a_batch_of_one_is_fine_without_batch_norm() -> None:
    answer = parse_answer(spec_with(), {"config": REFERENCE | {"batch_size": 10}})

    assert answer["config"]["batch_size"] == 10
