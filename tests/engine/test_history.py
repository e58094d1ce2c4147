"""The neurons of 1943 and 1958, against the lecture's numbers."""

from itertools import chain, combinations

import numpy as np
import pytest

from engine.history import MPNeuron, Perceptron, boolean_inputs, learn_perceptron

ROWS = boolean_inputs(2)


def test_truth_tables_count_upwards_with_x1_first() -> None:
    assert ROWS.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert boolean_inputs(3).shape == (8, 3)


@pytest.mark.parametrize(
    ("threshold", "inhibitory", "outputs"),
    [
        (2, (), [0, 0, 0, 1]),
        (1, (), [0, 1, 1, 1]),
        (1, (2,), [0, 0, 1, 0]),
        (0, (1, 2), [1, 0, 0, 0]),
    ],
)
def test_one_neuron_makes_the_gates_of_the_lesson(
    threshold: float, inhibitory: tuple[int, ...], outputs: list[int]
) -> None:
    assert MPNeuron(threshold, frozenset(inhibitory)).outputs(ROWS).tolist() == outputs


def test_not_is_a_veto_with_threshold_zero() -> None:
    assert MPNeuron(0, frozenset({1})).outputs(boolean_inputs(1)).tolist() == [1, 0]


def test_an_inhibitory_input_vetoes_only_while_it_is_one() -> None:
    neuron = MPNeuron(0, frozenset({2}))

    assert neuron.vetoed(ROWS) == [False, True, False, True]
    assert neuron.outputs(ROWS).tolist() == [1, 0, 1, 0]


def test_one_mp_neuron_computes_nine_of_sixteen_functions_and_not_nand() -> None:
    subsets = chain.from_iterable(combinations((1, 2), size) for size in range(3))
    functions = {
        tuple(MPNeuron(threshold, frozenset(subset)).outputs(ROWS).tolist())
        for subset in list(subsets)
        for threshold in (0, 1, 2, 3)
    }

    assert len(functions) == 9
    assert (1, 1, 1, 0) not in functions


def test_perceptrons_compute_fourteen_of_sixteen_functions() -> None:
    functions = {
        tuple(Perceptron((w1, w2), b).output(x) for x in ROWS)
        for w1 in (-2.0, -1.0, 0.0, 1.0, 2.0)
        for w2 in (-2.0, -1.0, 0.0, 1.0, 2.0)
        for b in np.arange(-3.5, 4)
    }

    assert len(functions) == 14
    assert (0, 1, 1, 0) not in functions
    assert (1, 0, 0, 1) not in functions


@pytest.mark.parametrize(
    ("bias", "sums", "outputs"), [(-3, [-3, -1, -1, 1], [0, 0, 0, 1]), (-1, [-1, 1, 1, 3], [0, 1, 1, 1])]
)
def test_lecture_perceptrons_are_and_and_or(bias: float, sums: list[float], outputs: list[int]) -> None:
    perceptron = Perceptron((2, 2), bias)

    assert [perceptron.sum(x) for x in ROWS] == sums
    assert [perceptron.output(x) for x in ROWS] == outputs


def test_and_with_bias_minus_four_fires_by_the_tie() -> None:
    assert Perceptron((2, 2), -4).sum((1, 1)) == 0
    assert Perceptron((2, 2), -4).output((1, 1)) == 1


@pytest.mark.parametrize(
    ("targets", "final", "updates", "epochs"),
    [
        ([0, 0, 0, 1], Perceptron((2, 1), -3), 11, 6),
        ([0, 1, 1, 1], Perceptron((1, 1), -1), 5, 4),
        ([1, 1, 1, 0], Perceptron((-2, -1), 2), 10, 6),
        ([1, 0, 0, 0], Perceptron((-1, -1), 0), 4, 4),
    ],
)
def test_the_learning_rule_ends_where_the_lecture_does(
    targets: list[int], final: Perceptron, updates: int, epochs: int
) -> None:
    trace = learn_perceptron(ROWS.tolist(), targets)

    assert trace.converged
    assert trace.final() == final
    assert (len(trace.updates), trace.epochs) == (updates, epochs)


def test_the_first_updates_of_and_are_those_of_the_exercise() -> None:
    updates = learn_perceptron(ROWS.tolist(), [0, 0, 0, 1]).updates[:4]

    states = [(update.perceptron.bias, *update.perceptron.weight) for update in updates]
    assert states == [(-1, 0, 0), (0, 1, 1), (-1, 1, 1), (-2, 1, 0)]
    assert [(update.epoch, update.example) for update in updates] == [(1, 0), (1, 3), (2, 0), (2, 1)]


def test_xor_never_converges_and_the_run_stops_at_its_cap() -> None:
    trace = learn_perceptron(ROWS.tolist(), [0, 1, 1, 0], max_epochs=50)

    assert not trace.converged
    assert trace.epochs == 50


def test_a_right_start_needs_no_update() -> None:
    start = Perceptron((2, 2), -3)

    trace = learn_perceptron(ROWS.tolist(), [0, 0, 0, 1], start)

    assert (trace.final(), trace.updates, trace.epochs) == (start, (), 1)
