"""The gates, the lecture's two points, and bars and stripes: every row known."""

import numpy as np
import pytest

from engine.data import load

ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("and", [0, 0, 0, 1]),
        ("or", [0, 1, 1, 1]),
        ("nand", [1, 1, 1, 0]),
        ("nor", [1, 0, 0, 0]),
        ("xor", [0, 1, 1, 0]),
        ("xnor", [1, 0, 0, 1]),
    ],
)
def test_a_gate_is_exactly_its_truth_table(name: str, outputs: list[int]) -> None:
    data = load(name)

    assert data.task == "binary"
    assert data.x_train.tolist() == data.x_test.tolist() == ROWS
    assert data.y_train[:, 0].tolist() == data.y_test[:, 0].tolist() == outputs


def test_the_sigmoid_neuron_learns_the_two_points_of_the_lecture() -> None:
    data = load("sigmoid_neuron")

    assert data.x_train.tolist() == [[0.5], [2.5]]
    assert data.y_train.tolist() == [[0.2], [0.9]]


@pytest.mark.parametrize(("size", "count"), [(1, 2), (2, 6), (3, 14), (4, 30)])
def test_bars_and_stripes_are_whole_rows_or_whole_columns_each_once(size: int, count: int) -> None:
    patterns = load("bars_and_stripes", size=size).x_train.reshape(-1, size, size)

    by_rows = (patterns == patterns[:, :, :1]).all(axis=(1, 2))
    by_columns = (patterns == patterns[:, :1, :]).all(axis=(1, 2))

    assert len(patterns) == len(np.unique(patterns, axis=0)) == count
    assert (by_rows | by_columns).all()
    assert set(np.unique(patterns)) == {0.0, 1.0}
