"""A random signal through random networks: what the rules of initialisation promise."""

import statistics

import numpy as np
import pytest

from engine.signal import BENDS, propagate


def medians(activation: str, spread: float, layers: int = 10) -> tuple[float, float]:
    rng = np.random.default_rng(1)
    sent = [propagate(activation, spread, layers, 100, rng) for _ in range(30)]
    return statistics.median(one.forward for one in sent), statistics.median(one.backward for one in sent)


def test_relu_halves_the_mean_square_and_he_makes_up_for_it() -> None:
    halved, _ = medians("relu", 1.0)
    kept, back = medians("relu", 2**0.5)

    assert halved == pytest.approx(0.5**9, rel=0.3)
    assert kept == pytest.approx(1, rel=0.3)
    assert back == pytest.approx(1, rel=0.1)


def test_a_sigmoid_keeps_its_values_and_loses_the_gradient() -> None:
    kept, back = medians("sigmoid", 1.0)

    assert kept == pytest.approx(1, rel=0.2)
    assert back < 1e-5


def test_a_single_layer_is_its_own_first_and_last() -> None:
    signal = propagate("tanh", 1.3, 1, 20, np.random.default_rng(0))

    assert signal.forward == 1
    assert signal.backward == 1


@pytest.mark.parametrize("activation", BENDS)
def test_weights_of_zero_let_no_gradient_through(activation: str) -> None:
    signal = propagate(activation, 0.0, 4, 20, np.random.default_rng(0))

    assert signal.backward == 0
    assert signal.forward in (0.0, 1.0)


def test_an_unknown_activation_is_named() -> None:
    with pytest.raises(ValueError, match="there is no activation 'step'; there are sigmoid, tanh"):
        propagate("step", 1.0, 3, 10, np.random.default_rng(0))
