"""Sequences: the targets recomputed step by step."""

from itertools import accumulate
from operator import or_, xor

import numpy as np
import pytest

from engine.data import load


@pytest.mark.parametrize("length", [2, 3, 30])
def test_the_target_of_adding_is_the_sum_of_the_two_marked_values(length: int) -> None:
    data = load("adding", length=length)

    values, marks = data.x_train[:, :, 0], data.x_train[:, :, 1]

    assert set(np.unique(marks)) <= {0.0, 1.0}
    assert (marks[:, : length // 2].sum(axis=1) == 1).all()
    assert (marks[:, length // 2 :].sum(axis=1) == 1).all()
    np.testing.assert_allclose(data.y_train[:, 0], (values * marks).sum(axis=1), rtol=1e-15)


def test_always_answering_one_costs_a_sixth_in_adding() -> None:
    data = load("adding", rows=20_000)

    assert np.mean((data.y_train - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)


@pytest.mark.parametrize(("name", "operation"), [("parity", xor), ("latch", or_)])
def test_each_step_of_parity_and_latch_is_right(name: str, operation: object) -> None:
    data = load(name)

    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        for bits, targets in zip(x[:, :, 0].astype(int).tolist(), y[:, :, 0].tolist(), strict=True):
            assert list(accumulate(bits, operation)) == targets  # type: ignore[arg-type]


def test_about_a_third_of_the_latch_sequences_never_has_a_one() -> None:
    data = load("latch", rows=5000)

    assert (data.y_train[:, -1] == 0).mean() == pytest.approx((1 - 1 / 20) ** 20, abs=0.03)


def test_reverse_says_eight_digits_backwards_and_no_row_comes_twice() -> None:
    data = load("reverse")

    assert data.x_train.shape == (2000, 8)
    assert (data.symbols, data.classes) == (10, 10)
    assert (data.y_train == data.x_train[:, ::-1]).all()
    assert len(np.unique(np.concatenate([data.x_train, data.x_test]), axis=0)) == 2500
    assert set(np.unique(data.x_train)) == set(range(10))


def test_reverse_draws_again_until_no_row_comes_twice() -> None:
    data = load("reverse", length=2, rows=40, test_rows=10)

    assert len(np.unique(np.concatenate([data.x_train, data.x_test]), axis=0)) == 50


def test_reverse_continued_asks_for_the_answer_after_the_separator() -> None:
    plain, data = load("reverse"), load("reverse", continued=True)

    assert data.x_train.shape == data.y_train.shape == (2000, 16)
    assert (data.symbols, data.classes) == (11, 10)
    assert (data.x_train[:, :8] == plain.x_train).all()
    assert (data.x_train[:, 8] == 10).all()
    assert (data.x_train[:, 9:] == plain.y_train[:, :-1]).all()
    assert (data.y_train[:, :8] == -100).all()
    assert (data.y_train[:, 8:] == plain.y_train).all()
