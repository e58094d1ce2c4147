"""Recurrent layers with PyTorch's parameter names, order of gates and starting bounds.

Unlike PyTorch's they take (B, T, features) only, start from zero states, and give the outputs of all steps,
or of the last alone, without the last state beside them.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from engine import bounds, init
from engine.layers.dense import Generator, parameter
from engine.module import Module
from engine.ops.basic import Operand, take
from engine.ops.recurrent import Weights, gru_sequence, lstm_sequence, rnn_sequence
from engine.tensor import Parameter, Tensor, as_tensor


class Recurrent(Module):
    """What RNN, LSTM and GRU share: weights of G gates for each of `num_layers` layers, U(-b, b), b = 1 /
    sqrt(H).

    weight_ih_l0 (G H, I), weight_hh_l0 (G H, H), bias_ih_l0 and bias_hh_l0 (G H,), then _l1, ...
    sequences: whether y has all steps, (B, T, H), or only the last one, (B, H).
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        sequences: bool = True,
        generator: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bounds.whole(1, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        self.hidden_size, self.num_layers, self.sequences = hidden_size, num_layers, sequences
        rows, bound = self.gates * hidden_size, 1 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            size = hidden_size if layer else input_size
            inner, outer = (rows, hidden_size), (rows, size)
            shapes = {"weight_ih": outer, "weight_hh": inner, "bias_ih": (rows,), "bias_hh": (rows,)}
            for name, shape in shapes.items():
                drawn = None if generator is None else init.uniform(shape, bound, generator)
                setattr(self, f"{name}_l{layer}", parameter(drawn, shape, dtype))

    def weights(self, layer: int) -> Weights:
        """Return the parameters of one layer."""
        entries = vars(self)
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        parts: list[Parameter] = [entries[f"{name}_l{layer}"] for name in names]
        return Weights(*parts)

    def sequence(self) -> Callable[[Operand, Weights], Tensor]:
        """Return the operation of one layer."""
        raise NotImplementedError(f"{type(self).__name__} has no operation")

    def forward(self, x: Operand) -> Tensor:
        """Compute the outputs.   x (B, T, input_size) -> y (B, T, hidden_size), or (B, hidden_size)"""
        value = as_tensor(x)
        for layer in range(self.num_layers):
            value = self.sequence()(value, self.weights(layer))
        return value if self.sequences else take(value, (slice(None), -1))


class RNN(Recurrent):
    """Elman's network with tanh; see rnn_sequence."""

    def sequence(self) -> Callable[[Operand, Weights], Tensor]:
        """Return rnn_sequence."""
        return rnn_sequence


class LSTM(Recurrent):
    """Long short-term memory, gates i, f, g, o; see lstm_sequence."""

    gates = 4

    def sequence(self) -> Callable[[Operand, Weights], Tensor]:
        """Return lstm_sequence."""
        return lstm_sequence


class GRU(Recurrent):
    """The gated recurrent unit, gates r, z, n; see gru_sequence."""

    gates = 3

    def sequence(self) -> Callable[[Operand, Weights], Tensor]:
        """Return gru_sequence."""
        return gru_sequence


KINDS: dict[str, type[Recurrent]] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
