"""The models derived by hand, against the lecture's numbers and the tape."""

from itertools import chain, combinations

import numpy as np
import pytest

from engine.history import (
    MPNeuron,
    Network221,
    Perceptron,
    SigmoidNeuron,
    boolean_inputs,
    descend,
    learn_perceptron,
)
from engine.layers.dense import Linear
from engine.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from engine.module import Sequential
from engine.ops.activation import elu, leaky_relu, sigmoid, softmax, tanh
from engine.ops.basic import multiply, power, subtract, total
from engine.ops.batch_norm import Running, batch_norm
from engine.tensor import Tape

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


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64, np.bool_])
def test_targets_may_be_numbers_of_any_kind(dtype: type) -> None:
    trace = learn_perceptron(ROWS.tolist(), np.array([0, 0, 0, 1], dtype))  # type: ignore[arg-type]

    assert trace == learn_perceptron(ROWS.tolist(), [0, 0, 0, 1])


@pytest.mark.parametrize("target", [-1, 2, float("nan")])
def test_targets_other_than_0_and_1_are_refused(target: int) -> None:
    with pytest.raises(ValueError, match=rf"targets\[2\] must be 0 or 1, got {target}"):
        learn_perceptron(ROWS.tolist(), [0, 1, target, 1])


def test_a_right_start_needs_no_update() -> None:
    start = Perceptron((2, 2), -3)

    trace = learn_perceptron(ROWS.tolist(), [0, 0, 0, 1], start)

    assert (trace.final(), trace.updates, trace.epochs) == (start, (), 1)


X, Y = (0.5, 2.5), (0.2, 0.9)
START = SigmoidNeuron(-2.0, -2.0)


def test_gradient_descent_of_the_sigmoid_neuron_goes_where_the_lecture_goes() -> None:
    run = descend(X, Y, START, lr=1.0, epochs=1000)

    end = run.neurons[1000]
    assert (end.w, end.b) == pytest.approx((1.7917198301022377, -2.2821180729166732), rel=1e-13)
    assert run.errors[0] == pytest.approx(0.4158199010199929, rel=1e-14)
    assert run.errors[1000] == pytest.approx(2.4291865713546816e-11, rel=1e-9)
    assert [end.output(x) for x in X] == pytest.approx([0.20000579258360626, 0.8999961231834462], rel=1e-12)


@pytest.mark.parametrize(
    ("epoch", "w", "b"),
    [
        (1, -1.99450768078436, -1.9922888407847856),
        (10, -1.9418944876777522, -1.9200053794309366),
        (100, 1.0029902113597942, -1.050785888087097),
        (500, 1.7846438172572834, -2.2721014045853725),
    ],
)
def test_the_descent_passes_its_checkpoints(epoch: int, w: float, b: float) -> None:
    neuron = descend(X, Y, START, lr=1.0, epochs=epoch).neurons[-1]

    assert (neuron.w, neuron.b) == pytest.approx((w, b), rel=1e-12)


def test_the_mean_in_place_of_the_sum_is_half_the_learning_rate() -> None:
    neuron = descend(X, Y, START, lr=0.5, epochs=1000).neurons[-1]

    assert (neuron.w, neuron.b) == pytest.approx((1.78460843762914, -2.2720512289757773), rel=1e-12)


def test_the_sigmoid_neuron_descends_as_the_tape_does() -> None:
    unit = Linear(1, 1, dtype=np.float64)
    unit.load_state_dict({"weight": [[-2.0]], "bias": [-2.0]})
    x, y = np.array(X)[:, None], np.array(Y)[:, None]

    for _ in range(1000):
        with Tape() as tape:
            loss = multiply(0.5, total(power(subtract(sigmoid(unit(x)), y), 2)))
        for parameter, gradient in tape.backward(loss).items():
            parameter.data -= gradient

    end = descend(X, Y, START, lr=1.0, epochs=1000).neurons[-1]
    assert unit.weight.data[0, 0] == pytest.approx(end.w, rel=1e-12)


EXAMPLE = Network221((0.11, 0.21, 0.12, 0.08, 0.14, 0.15))


def test_the_worked_example_runs_forward_and_back_as_in_the_lecture() -> None:
    values, back = EXAMPLE.forward(2, 3), EXAMPLE.backward(2, 3, 1)

    assert (values.h1, values.h2, values.y) == pytest.approx((0.85, 0.48, 0.191), rel=1e-12)
    assert back.delta == pytest.approx(-0.809, rel=1e-12)
    assert EXAMPLE.error(2, 3, 1) == pytest.approx(0.3272405, rel=1e-12)
    assert back.gradients == pytest.approx(
        (-0.22652, -0.33978, -0.2427, -0.36405, -0.68765, -0.38832), rel=1e-12
    )


def test_the_worked_example_takes_the_step_of_the_lecture() -> None:
    after = EXAMPLE.step(2, 3, 1, lr=0.05)

    assert after.weights == pytest.approx(
        (0.121326, 0.226989, 0.132135, 0.0982025, 0.1743825, 0.169416), rel=1e-12
    )
    values = after.forward(2, 3)
    assert (values.h1, values.h2, values.y) == pytest.approx(
        (0.923619, 0.5588775, 0.2557457808075), rel=1e-12
    )
    assert after.error(2, 3, 1) == pytest.approx(0.2769571713929189, rel=1e-12)


def test_the_classic_mistake_has_its_own_numbers() -> None:
    wrong = EXAMPLE.mistaken_step(2, 3, 1, lr=0.05)

    assert wrong.weights[:4] == pytest.approx(
        (0.12410754425, 0.231161316375, 0.1337057544, 0.1005586316), rel=1e-10
    )
    assert wrong.weights[4:] == EXAMPLE.step(2, 3, 1, lr=0.05).weights[4:]


def test_the_worked_example_agrees_with_the_tape() -> None:
    model = Sequential(Linear(2, 2, bias=False, dtype=np.float64), Linear(2, 1, bias=False, dtype=np.float64))
    model.load_state_dict({"0.weight": [[0.11, 0.21], [0.12, 0.08]], "1.weight": [[0.14, 0.15]]})

    with Tape() as tape:
        loss = multiply(0.5, power(subtract(total(model(np.array([[2.0, 3.0]]))), 1.0), 2))
    gradients = np.concatenate([g.reshape(-1) for g in map(tape.backward(loss).get, model.parameters())])

    assert gradients.tolist() == pytest.approx(EXAMPLE.backward(2, 3, 1).gradients, rel=1e-12)


def test_the_perceptron_sums_are_those_of_a_linear_layer() -> None:
    unit = Linear(2, 1, dtype=np.float64)
    unit.load_state_dict({"weight": [[2.0, 2.0]], "bias": [-3.0]})

    assert unit(ROWS).data[:, 0].tolist() == [Perceptron((2, 2), -3).sum(row) for row in ROWS.tolist()]


def test_the_small_numbers_of_the_slides() -> None:
    x = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])

    assert leaky_relu(x, 0.1).data.tolist() == pytest.approx([-0.2, -0.05, 0, 0.5, 2])
    assert elu(x, 0.1).data.tolist() == pytest.approx([-0.0864664717, -0.0393469340, 0, 0.5, 2], abs=1e-10)
    assert sigmoid(np.array([2.0, -2.0])).data.tolist() == pytest.approx(
        [0.8807970780, 0.1192029220], abs=1e-10
    )
    assert float(tanh(np.array(0.5)).data) == pytest.approx(0.4621171573, abs=1e-10)
    assert softmax(np.array([1.0, 2, 3])).data.tolist() == pytest.approx(
        [0.0900305732, 0.2447284711, 0.6652409558], abs=1e-10
    )
    assert float(mse_loss(np.array([1.5, 2, 2]), np.array([1.0, 2, 3])).data) == pytest.approx(
        0.4166666667, abs=1e-10
    )
    assert float(cross_entropy(np.log([[0.7, 0.3]]), np.array([0])).data) == pytest.approx(
        0.3566749439, abs=1e-10
    )
    assert float(binary_cross_entropy_with_logits(np.log([9.0]), np.ones(1)).data) == pytest.approx(
        0.1053605157, abs=1e-10
    )


def test_tanh_is_a_stretched_sigmoid() -> None:
    z = np.linspace(-5, 5, 101)

    assert np.abs(tanh(z).data - (2 * sigmoid(2 * z).data - 1)).max() < 5e-16


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (-10.0, 4.5397868702434395e-05),
        (10.0, 0.9999546021312976),
        (30.0, 0.9999999999999065),
        (-800.0, 0.0),
        (800.0, 1.0),
    ],
)
def test_the_sigmoid_is_right_far_out(z: float, expected: float) -> None:
    assert float(sigmoid(np.array(z)).data) == pytest.approx(expected, rel=1e-14)


def test_batch_norm_of_one_three_five() -> None:
    running = Running(np.zeros(1), np.ones(1), np.zeros((), int))

    y = batch_norm(np.array([[1.0], [3.0], [5.0]]), np.ones(1), np.zeros(1), running, True)

    end = 2 / (8 / 3 + 1e-5) ** 0.5
    assert y.data[:, 0].tolist() == pytest.approx([-end, 0, end], rel=1e-14)
    assert end == pytest.approx(1.224742575, abs=1e-9)


def test_boolean_inputs_may_be_whole_numbers() -> None:
    assert MPNeuron(2).outputs(np.array([[0, 1], [1, 1]])).tolist() == [0, 1]


@pytest.mark.parametrize("number", [0, 3])
def test_an_inhibitory_input_that_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=rf"counted from 1 to 2, got \[{number}\]"):
        MPNeuron(1, frozenset({number})).outputs(ROWS)
