"""A small feed-forward network: a list of layers and a state_dict in PyTorch's naming and layout.

Each Linear layer computes z = x @ weight.T + bias with weight (out, in); each Activation is applied to z.
The layers are numbered as in torch.nn.Sequential, so Linear, Activation, Linear, Activation has the
parameters 0.weight, 0.bias, 2.weight and 2.bias.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.activations import ACTIVATIONS, Array


@dataclass(frozen=True)
class Linear:
    """A fully connected layer with `inputs` incoming values and `units` sums."""

    inputs: int
    units: int


@dataclass(frozen=True)
class Activation:
    """One of the functions in ACTIVATIONS, by its name."""

    name: str


Layer = Linear | Activation


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
    """A feed-forward network that only predicts."""

    def __init__(self, layers: Sequence[Layer], state: Mapping[str, npt.ArrayLike]) -> None:
        """Build from layers and a state_dict; ValueError names a missing, unknown or misshapen parameter."""
        self.layers = tuple(layers)
        self._state = _checked_state(self.layers, state)

    def forward(self, x: Array) -> Array:
        """Compute the outputs of a batch: x (batch, inputs) -> y (batch, outputs)."""
        return self.values(x)[-1].outputs

    def values(self, x: Array) -> list[LayerValues]:
        """Compute sums and outputs of every row of units for a batch x (batch, inputs)."""
        rows: list[LayerValues] = []
        outputs = x
        for index, layer in enumerate(self.layers):
            if isinstance(layer, Linear):
                weight, bias = self._state[f"{index}.weight"], self._state[f"{index}.bias"]
                sums = _weighted_sums(outputs, weight, bias)
                rows.append(LayerValues(sums, sums))
            else:
                rows[-1] = LayerValues(rows[-1].sums, ACTIVATIONS[layer.name](rows[-1].sums))
            outputs = rows[-1].outputs
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
        *hidden, last = [layer.units for layer in self.layers if isinstance(layer, Linear)]
        names = [f"h{number}" for number in range(1, sum(hidden) + 1)]
        return names + (["y"] if last == 1 else [f"y{number}" for number in range(1, last + 1)])

    def state_dict(self) -> dict[str, Array]:
        """Return a copy of the parameters by name."""
        return {name: value.copy() for name, value in self._state.items()}


def parameter_shapes(layers: Sequence[Layer]) -> dict[str, tuple[int, ...]]:
    """List the parameters of the layers: weight (out, in) and bias (out,), in order."""
    shapes: dict[str, tuple[int, ...]] = {}
    for index, layer in enumerate(layers):
        if isinstance(layer, Linear):
            shapes[f"{index}.weight"] = (layer.units, layer.inputs)
            shapes[f"{index}.bias"] = (layer.units,)
    return shapes


def _weighted_sums(x: Array, weight: Array, bias: Array) -> Array:
    """Compute x @ weight.T + bias in one fixed order:   x (batch, in), weight (out, in) -> (batch, out)

    A matrix product may round differently for one row than for many, and then a sum that is 0 for one
    input fires in a batch and not alone. Adding input by input gives the same bits for any batch.
    """
    sums = np.zeros((len(x), len(weight)))
    for inputs, weights in zip(x.T, weight.T, strict=True):
        sums += np.multiply.outer(inputs, weights)
    return sums + bias


def _checked_state(layers: Sequence[Layer], state: Mapping[str, npt.ArrayLike]) -> dict[str, Array]:
    """Copy the state to float64 after comparing its names and shapes with the layers."""
    if not layers or not isinstance(layers[0], Linear):
        raise ValueError("the first layer must be a Linear layer")
    shapes = parameter_shapes(layers)
    if set(state) != set(shapes):
        missing, unknown = sorted(set(shapes) - set(state)), sorted(set(state) - set(shapes))
        raise ValueError(f"missing parameters {missing}, unknown parameters {unknown}")
    arrays = {name: np.array(state[name], dtype=np.float64) for name in shapes}
    for name, array in arrays.items():
        if array.shape != shapes[name]:
            raise ValueError(f"{name} has shape {array.shape}, expected {shapes[name]}")
    return arrays
