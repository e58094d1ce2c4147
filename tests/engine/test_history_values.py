"""The lecture's numbers that test_history.py leaves out: to the last digits, at the edges, in float32."""

import math
from typing import Literal

import numpy as np
import pytest

from engine.history import Network221, SigmoidNeuron, descend
from engine.layers.dense import Linear, Sigmoid
from engine.losses import cross_entropy
from engine.module import Sequential
from engine.ops.activation import leaky_relu, sigmoid, softmax
from engine.ops.basic import multiply, power, subtract, total
from engine.tensor import Tape, Tensor

X, Y = (0.5, 2.5), (0.2, 0.9)
START = SigmoidNeuron(-2.0, -2.0)
EXAMPLE = Network221((0.11, 0.21, 0.12, 0.08, 0.14, 0.15))
TAUGHT = {
    1: (-1.99450768078436, -1.9922888407847856),
    10: (-1.9418944876777522, -1.9200053794309366),
    100: (1.0029902113597942, -1.050785888087097),
    500: (1.7846438172572834, -2.2721014045853725),
    1000: (1.7917198301022377, -2.2821180729166732),
}


def test_one_descent_passes_every_checkpoint_of_the_lecture() -> None:
    run = descend(X, Y, START, lr=1.0, epochs=1000)

    for epoch, expected in TAUGHT.items():
        neuron = run.neurons[epoch]
        assert (neuron.w, neuron.b) == pytest.approx(expected, rel=1e-14, abs=0)
    assert len(run.neurons) == len(run.errors) == 1001
    assert run.errors[0] == pytest.approx(0.4158199010199929, rel=1e-14, abs=0)


def test_the_mean_goes_the_way_of_the_sum_at_half_the_learning_rate() -> None:
    mean = descend(X, Y, START, lr=1.0, epochs=1000, reduction="mean")
    half = descend(X, Y, START, lr=0.5, epochs=1000)

    end = mean.neurons[-1]
    assert mean.neurons == half.neurons
    assert (end.w, end.b) == pytest.approx((1.78460843762914, -2.2720512289757773), rel=1e-14, abs=0)
    assert mean.errors == tuple(error / 2 for error in half.errors)


def test_another_reduction_is_refused() -> None:
    other: Literal["sum"] = "median"  # type: ignore[assignment]

    with pytest.raises(ValueError, match="reduction must be sum or mean"):
        descend(X, Y, START, lr=1.0, epochs=1, reduction=other)


def test_the_error_vanishes_where_the_logits_of_the_targets_lie() -> None:
    logits = [math.log(y / (1 - y)) for y in Y]
    w = (logits[1] - logits[0]) / (X[1] - X[0])
    limit = SigmoidNeuron(w, logits[0] - w * X[0])

    assert (limit.w, limit.b) == pytest.approx((1.791759469228055, -2.282174095733918), rel=1e-14)
    assert limit.error(X, Y) < 1e-31
    assert limit.gradient(X, Y) == pytest.approx((0, 0), abs=1e-16)


def test_in_float32_the_tape_ends_near_the_same_place() -> None:
    unit = Linear(1, 1)
    unit.load_state_dict({"weight": [[-2.0]], "bias": [-2.0]})
    x, y = (np.array(values, np.float32)[:, None] for values in (X, Y))

    for _ in range(1000):
        with Tape() as tape:
            loss = multiply(0.5, total(power(subtract(sigmoid(unit(x)), y), 2)))
        for parameter, gradient in tape.backward(loss).items():
            parameter.data -= gradient

    assert [value.item() for value in unit.state_dict().values()] == pytest.approx(
        [1.7917193, -2.2821176], abs=1e-5
    )


@pytest.mark.parametrize(("x", "output"), [(-800.0, 0.0), (800.0, 1.0), (0.0, 0.5)])
def test_the_sigmoid_neuron_is_quiet_far_out(x: float, output: float) -> None:
    neuron = SigmoidNeuron(1.0, 0.0)

    assert neuron.output(x) == output
    assert neuron.gradient([x], [0.25]) == ((0.0, 0.0) if x else (0.0, 0.0625))


def test_the_printed_products_and_weights_are_the_exact_ones_rounded() -> None:
    gradients = EXAMPLE.backward(2, 3, 1).gradients

    products = [0.05 * gradient for gradient in gradients]
    assert products == pytest.approx(
        [-0.011326, -0.016989, -0.012135, -0.0182025, -0.0343825, -0.019416], rel=1e-12
    )
    assert [round(product, 3) for product in products] == [-0.011, -0.017, -0.012, -0.018, -0.034, -0.019]
    assert EXAMPLE.step(2, 3, 1, lr=0.05).rounded().weights == (0.12, 0.23, 0.13, 0.10, 0.17, 0.17)


def test_rounded_weights_predict_something_else() -> None:
    after = EXAMPLE.step(2, 3, 1, lr=0.05)

    assert after.rounded().forward(2, 3).y == pytest.approx(0.2533, rel=1e-12)
    assert after.forward(2, 3).y == pytest.approx(0.2557457808075, rel=1e-12)


def test_the_classic_mistake_is_what_its_name_says() -> None:
    correct = EXAMPLE.step(2, 3, 1, lr=0.05)
    w5, w6 = correct.weights[4:]
    delta = EXAMPLE.backward(2, 3, 1).delta

    wrong = EXAMPLE.mistaken_step(2, 3, 1, lr=0.05).weights

    by_hand = [
        w - 0.05 * delta * above * below
        for w, above, below in zip(EXAMPLE.weights[:4], (w5, w5, w6, w6), (2, 3, 2, 3), strict=True)
    ]
    assert wrong[:4] == pytest.approx(by_hand, rel=1e-14)
    assert wrong[:4] != pytest.approx(correct.weights[:4], rel=1e-3)


def test_layers_with_the_lectures_weights_compute_xor() -> None:
    layers = (Linear(2, 2, dtype=np.float64), Sigmoid(), Linear(2, 1, dtype=np.float64), Sigmoid())
    model = Sequential(*layers)
    model.load_state_dict(
        {
            "0.weight": [[20, 20], [-20, -20]],
            "0.bias": [-10, 30],
            "2.weight": [[20, 20]],
            "2.bias": [-30],
        }
    )

    outputs = model(np.array([[0.0, 0], [1, 1], [0, 1], [1, 0]])).data[:, 0]

    low, high = 4.543910487654591e-05, 0.999954519621495
    assert outputs.tolist() == pytest.approx([low, low, high, high], rel=1e-13)


def test_the_maximum_form_of_leaky_relu_holds_only_up_to_a_slope_of_one() -> None:
    x = np.array([-2.0, -0.5, 0.5, 2.0])

    assert leaky_relu(x, 0.1).data.tolist() == np.maximum(0.1 * x, x).tolist()
    assert leaky_relu(x, 2.0).data.tolist() == [-4, -1, 0.5, 2]
    assert np.maximum(2.0 * x, x).tolist() == [-2, -0.5, 1, 4]


def test_the_gradient_of_cross_entropy_is_softmax_minus_the_target() -> None:
    z = Tensor(np.array([[1.0, 2, 3]]), requires_grad=True)

    with Tape() as tape:
        loss = cross_entropy(z, np.array([1]))
    (gradient,) = tape.gradients(loss, [z])

    assert gradient[0].tolist() == pytest.approx((softmax(z).data[0] - [0, 1, 0]).tolist(), rel=1e-14)
