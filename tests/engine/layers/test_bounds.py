"""Layers say what they cannot be made of or work on."""

import numpy as np
import pytest

from engine.layers.recurrent import GRU, LSTM, RNN, Recurrent
from engine.layers.tokens import Positions


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
