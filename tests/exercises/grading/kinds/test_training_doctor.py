"""The doctor of trainings: each thing that goes wrong is named by its cause, and nothing else is."""

from typing import Any

import pytest

from tests.exercises.grading.kinds.test_training import (
    FILE,
    HIDDEN,
    OUT,
    XOR,
    config,
    digits,
    graded,
    spec_with,
)


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"layers": [HIDDEN, OUT], "optimizer": {"type": "sgd", "lr": 900.0}, "epochs": 20}, "diverged"),
        (
            {"layers": [HIDDEN, {"type": "relu"}, OUT], "optimizer": {"type": "sgd", "lr": 500.0}},
            "of the ReLU units of layers[1] are dead",
        ),
        (
            {
                "layers": [HIDDEN, {"type": "tanh"}, OUT],
                "init": {"type": "normal", "std": 30.0},
                "optimizer": {"type": "sgd", "lr": 0.0001},
            },
            "are saturated",
        ),
        ({"layers": [HIDDEN, {"type": "tanh"}, OUT], "init": {"type": "constant", "value": 0.1}}, "twins"),
        (
            {
                "layers": [layer for _ in range(7) for layer in (HIDDEN, {"type": "sigmoid"})] + [OUT],
                "init": {"type": "normal", "std": 0.1},
            },
            "vanishes on the way back",
        ),
        (
            {
                "layers": [layer for _ in range(6) for layer in (HIDDEN, {"type": "sigmoid"})] + [OUT],
                "optimizer": {"type": "adam", "lr": 0.003},
                "epochs": 20,
            },
            "Before the first step the first layer receives 2e-05 of the gradient of the last: it vanishes",
        ),
        (
            {
                "options": {"rows": 60, "wrong_labels": 0.3},
                "layers": [{"type": "linear", "units": 128}, {"type": "relu"}, OUT],
                "optimizer": {"type": "adam", "lr": 0.01},
                "epochs": 60,
            },
            "learns the examples by heart",
        ),
        ({"optimizer": {"type": "sgd", "lr": 0.01}, "epochs": 8}, "was still falling"),
        ({"epochs": 2}, "epochs = 2"),
        (
            {
                "layers": [HIDDEN, {"type": "sigmoid"}, OUT],
                "optimizer": {"type": "sgd", "lr": 0.02},
                "epochs": 5,
            },
            "guessing gives, but the loss is still falling",
        ),
        ({"optimizer": {"type": "sgd", "lr": 0.0003}, "epochs": 8}, "0.0003 is a learning rate for Adam"),
        ({"optimizer": {"type": "rmsprop", "lr": 0.2}, "epochs": 8}, "RMSProp moves every weight by about"),
        ({"optimizer": {"type": "sgd", "lr": 0.1}, "epochs": 9, "batch_size": 500}, "are only 27 steps"),
        ({"optimizer": {"type": "sgd", "lr": 0.1}, "epochs": 1, "batch_size": None}, "1 epoch in batches of"),
        (
            {
                "layers": [HIDDEN, {"type": "sigmoid"}, OUT],
                "optimizer": {"type": "sgd", "lr": 0.01},
                "epochs": 12,
            },
            "guessing gives: nothing was learned. Try a larger learning rate",
        ),
        (
            {
                "layers": [{"type": "linear", "units": 1}, OUT],
                "optimizer": {"type": "sgd", "lr": 0.5},
                "epochs": 40,
            },
            "stood still",
        ),
    ],
)
def test_the_doctor_names_what_is_wrong(change: dict[str, Any], phrase: str) -> None:
    spec, answer = digits(**change)

    report = graded(spec, answer)

    assert any(phrase in note for note in report.notes), (report.notes, report.checks[0].message)


@pytest.mark.parametrize(
    "change",
    [
        {
            "layers": [
                layer for _ in range(6) for layer in (HIDDEN, {"type": "batch_norm"}, {"type": "sigmoid"})
            ]
            + [OUT]
        },
        {
            "layers": [layer for _ in range(6) for layer in (HIDDEN, {"type": "relu"})] + [OUT],
            "init": {"type": "constant", "value": 0.1},
        },
        {
            "layers": [layer for _ in range(6) for layer in (HIDDEN, {"type": "gelu"})] + [OUT],
            "optimizer": {"type": "sgd", "lr": 0.1},
        },
    ],
    ids=["normalised by batch", "twins, whose gradients cancel", "GELU from the default start"],
)
def test_the_doctor_sees_no_vanishing_gradient_where_the_start_is_not_the_fault(
    change: dict[str, Any],
) -> None:
    spec, answer = digits(epochs=1, **change)

    report = graded(spec, answer)

    assert report.notes
    assert not any("vanishes" in note for note in report.notes), report.notes


def test_the_doctor_says_where_a_straight_border_cannot_do_it() -> None:
    report = graded(spec_with(), config(layers=[{"type": "linear", "units": 1}]))

    assert "its border is straight" in report.notes[0]


@pytest.mark.parametrize(
    ("data", "loss", "change", "phrase"),
    [
        (
            {"name": "sine", "options": {"noise": 0.5, "rows": 8}},
            "mse",
            {"layers": [{"type": "linear", "units": 30}, {"type": "tanh"}, {"type": "linear", "units": 1}]},
            "Training loss",
        ),
        ({"name": "sine"}, "mse", {"layers": [{"type": "linear", "units": 1}], "epochs": 200}, "stood still"),
        (
            {"name": "reverse"},
            "cross_entropy",
            {
                "layers": [{"type": "embedding", "units": 4}, {"type": "linear", "units": 10}],
                "optimizer": {"type": "sgd", "lr": 0.004},
                "epochs": 5,
                "batch_size": 64,
            },
            "what guessing gives",
        ),
    ],
)
def test_the_doctor_knows_data_without_classes_and_data_of_symbols(
    data: dict[str, Any], loss: str, change: dict[str, Any], phrase: str
) -> None:
    check = {**FILE["checks"][1], "metric": "loss", "on": "test", "at_most": 1e-6}
    del check["at_least"], check["nothing_at"]
    answer = {
        "config": XOR | {"loss": loss, "optimizer": {"type": "adam", "lr": 0.05}, "epochs": 2000} | change
    }
    spec = spec_with(
        data=data, loss=loss, checks=[check], reference=answer, limits={"epochs": 5000, "steps": 5000}
    )

    report = graded(spec, answer)

    assert phrase in report.notes[0], report.notes
    assert (report.runs[0]["accuracy"] == {}) == (data["name"] == "sine")
    assert set(report.runs[0]["loss"]) == {"train", "test"}
