"""A small dense network that shows its work: the sum and the output of every unit, for any input.

The sums are added up input by input. A product of matrices may round differently for one row than for many,
and then a sum that is 0 for one input fires in a batch and not alone; here every input has the same bits in
any company.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.layers.dense import Identity, Linear, ReLU, Sigmoid, Step, Tanh
from engine.module import Module, Sequential
from engine.tensor import Array

ACTIVATIONS: dict[str, type[Module]] = {
    "step": Step,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "linear": Identity,
}


@dataclass(frozen=True)
class UnitTrace:
    """What one unit did for one input: its weighted sum and its output."""

    unit: str
    sum: float
    output: float


@dataclass(frozen=True)
class LayerValues:
    """The weighted sums and the outputs of one row of units, both (batch, units)."""

    sums: Array
    outputs: Array


class Network:
    """A network of Linear layers and activations that only predicts, in float64."""

    def __init__(
        self, sizes: Sequence[int], activations: Sequence[str], state: Mapping[str, npt.ArrayLike]
    ) -> None:
        """Build from the sizes of the rows of units, inputs first, and the activation behind each other row.

        The parameters are 0.weight (out, in), 0.bias, 2.weight, ... as in torch.nn.Sequential; ValueError
        names a missing, unknown or misshapen one.
        """
        if len(activations) != len(sizes) - 1:
            raise ValueError(
                f"{len(sizes)} rows of units need {len(sizes) - 1} activations, got {len(activations)}"
            )
        layers: list[Module] = []
        for inputs, units, activation in zip(sizes[:-1], sizes[1:], activations, strict=True):
            layers += [Linear(inputs, units, dtype=np.float64), ACTIVATIONS[activation]()]
        self.model = Sequential(*layers)
        self.model.load_state_dict(state)

    def forward(self, x: Array) -> Array:
        """Compute the outputs of a batch: x (batch, inputs) -> y (batch, outputs)."""
        return self.values(x)[-1].outputs

    def values(self, x: Array) -> list[LayerValues]:
        """Compute sums and outputs of every row of units for a batch x (batch, inputs)."""
        rows: list[LayerValues] = []
        for layer in self.model:
            if isinstance(layer, Linear):
                sums = _weighted_sums(rows[-1].outputs if rows else x, layer)
                rows.append(LayerValues(sums, sums))
            else:
                rows[-1] = LayerValues(rows[-1].sums, layer(rows[-1].sums).data)
        return rows

    def trace(self, x: Sequence[float]) -> list[UnitTrace]:
        """Follow one input through every unit, in reading order: h1, h2, ..., y."""
        rows = self.values(np.array([x], dtype=np.float64))
        sums = np.concatenate([row.sums[0] for row in rows])
        outputs = np.concatenate([row.outputs[0] for row in rows])
        names = self.unit_names()
        return [UnitTrace(*unit) for unit in zip(names, sums.tolist(), outputs.tolist(), strict=True)]

    def unit_names(self) -> list[str]:
        """Name the units: hidden ones h1, h2, ... through all hidden layers, then y (or y1, y2, ...)."""
        *hidden, last = [len(layer.weight.data) for layer in self.model if isinstance(layer, Linear)]
        names = [f"h{number}" for number in range(1, sum(hidden) + 1)]
        return names + (["y"] if last == 1 else [f"y{number}" for number in range(1, last + 1)])

    def state_dict(self) -> dict[str, Array]:
        """Return a copy of the parameters by name."""
        return self.model.state_dict()


def _weighted_sums(x: Array, layer: Linear) -> Array:
    """Compute x @ weight.T + bias input by input:   x (batch, in) -> (batch, out)"""
    weight, bias = layer.weight.data, layer.bias
    sums = np.zeros((len(x), len(weight)))
    for inputs, weights in zip(x.T, weight.T, strict=True):
        sums += np.multiply.outer(inputs, weights)
    return sums + bias.data if bias is not None else sums
