"""Layers say what they cannot be made of, work on or load."""

import numpy as np
import pytest

from engine.energy.boltzmann import BoltzmannMachine
from engine.layers.dense import Linear
from engine.layers.recurrent import GRU, LSTM, RNN, Recurrent
from engine.layers.tokens import Positions
from engine.ops.nn import layer_norm


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
@pytest.mark.parametrize("sizes", [(0, 2, 1), (2, 0, 1), (2, 3, 0)])
def test_a_recurrent_layer_has_sizes_of_at_least_one(
    kind: type[Recurrent], sizes: tuple[int, int, int]
) -> None:
    with pytest.raises(ValueError, match="of at least 1, got {}, {} and {}".format(*sizes)):
        kind(*sizes)


@pytest.mark.parametrize("length", [1, 3, 5])
def test_positions_are_for_sequences_of_their_length(length: int) -> None:
    with pytest.raises(ValueError, match=rf"x \(B, 4, 2\), got \(1, {length}, 2\)"):
        Positions(4, 2)(np.ones((1, length, 2), np.float32))


def test_a_state_that_is_no_number_changes_nothing() -> None:
    layer = Linear(2, 2)
    before = layer.state_dict()

    with pytest.raises(ValueError, match="bias has dtype <U1, expected real numbers"):
        layer.load_state_dict({"weight": np.ones((2, 2)), "bias": np.array(["a", "b"])})

    assert (layer.weight.data == before["weight"]).all()


@pytest.mark.parametrize(("dtype", "large", "most"), [(np.float32, 1e5, 1e-2), (np.float64, 1e8, 1e-5)])
def test_a_row_of_large_numbers_that_are_alike_is_normalised_to_zero(
    dtype: type, large: float, most: float
) -> None:
    y = layer_norm(np.full((2, 768), large, dtype), np.ones(768, dtype), np.zeros(768, dtype)).data

    assert np.abs(y).max() < most


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_boltzmann_machine_has_a_temperature_above_zero(temperature: float) -> None:
    machine = BoltzmannMachine(np.zeros((2, 2)), np.zeros(2), 1)

    for ask in (
        machine.log_partition,
        machine.probabilities,
        lambda t: machine.conditional(np.zeros((1, 2)), 0, t),
    ):
        with pytest.raises(ValueError, match="temperature must be above 0"):
            ask(temperature)
