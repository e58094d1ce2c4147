"""The curves of trainings as a picture: round ticks, names that do not overlap, and a table of the same."""

from typing import Any

import pytest

from exercises.queries.curves import BASE, LABEL_HEIGHT, LEFT, RIGHT, TOP, curves_of, ticks_between


def run(**changes: Any) -> dict[str, Any]:
    points = [[epoch, 2.0 / epoch] for epoch in range(1, 102)]
    accuracy = {"train": 0.99, "test": 0.71}
    return {"run": 1, "diverged_at": None, "train": points, "validation": [], "accuracy": accuracy} | changes


def places(line: str) -> list[tuple[float, float]]:
    pairs = [pair.split(",") for pair in line.split()]
    return [(float(x), float(y)) for x, y in pairs]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (2.25, 2.3, [2.25, 2.26, 2.27, 2.28, 2.29, 2.3]),
        (0.0016, 0.76, [0, 0.2, 0.4, 0.6, 0.8]),
        (0.35, 0.7, [0.3, 0.4, 0.5, 0.6, 0.7]),
        (0.0, 1e30, [0, 2e29, 4e29, 6e29, 8e29, 1e30]),
        (1.0, 1.0, [0.6, 0.8, 1.0, 1.2, 1.4]),
        (0.0, 0.0, [-0.4, -0.2, 0.0, 0.2, 0.4]),
        (0.1234, 0.1235, [0.1234, 0.12342, 0.12344, 0.12346, 0.12348, 0.1235]),
    ],
)
def test_ticks_are_round_and_enclose_the_losses(low: float, high: float, ticks: list[float]) -> None:
    assert ticks_between(low, high) == pytest.approx(ticks)


def test_a_curve_fills_its_frame_from_the_first_epoch_to_the_last() -> None:
    (curve,) = curves_of({"runs": [run()]})

    line = places(curve.train)

    assert (line[0][0], line[-1][0]) == (LEFT, RIGHT)
    assert line[0][1] == TOP
    assert all(TOP <= y <= BASE for _, y in line)
    assert [tick["label"] for tick in curve.ticks] == ["0.0", "0.5", "1.0", "1.5", "2.0"]
    assert (curve.rows[0], curve.rows[-1]) == ((1, 2.0, None), (101, 2 / 101, None))
    assert curve.caption == "accuracy 0.99 on the training data, 0.71 on new data."


def test_two_lines_that_end_together_have_names_apart() -> None:
    (curve,) = curves_of({"runs": [run(validation=[[epoch, 2.01 / epoch] for epoch in range(1, 102)])]})

    upper, lower = (label["y"] for label in curve.labels)

    assert lower - upper >= LABEL_HEIGHT
    assert {label["text"] for label in curve.labels} == {"training", "held out"}
    assert curve.rows[-1] == (101, 2 / 101, 2.01 / 101)


def test_a_run_that_diverged_at_once_has_words_and_no_picture() -> None:
    (curve,) = curves_of({"runs": [run(train=[], diverged_at=7, accuracy={})]})

    assert curve.train == ""
    assert curve.caption == "diverged at step 7: the loss was no number any more."


def test_a_single_epoch_and_results_without_accuracy_are_drawn_too() -> None:
    (curve,) = curves_of({"runs": [run(train=[[1, 0.5]], accuracy={}, loss={"train": 0.012, "test": 1.3})]})

    middle = (TOP + BASE) / 2
    assert places(curve.train) == [(LEFT, middle), (RIGHT, middle)]
    assert curve.caption == "loss 0.012 on the training data, 1.3 on new data."


def test_other_kinds_have_no_curves() -> None:
    assert curves_of({"runs": []}) == curves_of({}) == []
