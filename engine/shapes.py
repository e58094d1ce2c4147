"""What each layer of a configuration does to the shape of its input, and what it costs, without building it.

All numbers are per example: shapes leave out the batch axis. A layer that does not fit its input is refused
with the path of the layer and a sentence that says what would fit.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.spec import layers as spec
from engine.strict_json import Problem, Refused

TOKEN_LIMIT = 4096


@dataclass(frozen=True)
class Signal:
    """What flows between layers: features (F,), a sequence (T, F), images (C, H, W), or symbols (T,)."""

    shape: tuple[int, ...]
    symbols: int = 0
    """How many symbols there are; 0 for numbers."""

    def __str__(self) -> str:
        return " x ".join(map(str, self.shape)) + (f" symbols of {self.symbols}" if self.symbols else "")


@dataclass(frozen=True)
class Cost:
    """What one layer costs: parameters in all; flops of a forward pass, elements kept, numpy calls a step."""

    parameters: int = 0
    flops: float = 0
    elements: float = 0
    calls: float = 0


@dataclass(frozen=True)
class Stage:
    """A layer in its place: what goes in, what comes out, what it costs."""

    layer: Any
    input: Signal
    output: Signal
    cost: Cost


Rule = Callable[[Any, Signal], tuple[Signal, Cost]]


class Unfit(Exception):
    """The layer cannot take this input; `limit` says what it could take."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit


def walk(layers: Sequence[Any], signal: Signal) -> list[Stage]:
    """Follow the shape through the layers; Refused names the first that does not fit."""
    stages: list[Stage] = []
    for number, layer in enumerate(layers):
        try:
            if signal.symbols and not isinstance(layer, spec.Embedding):
                raise Unfit("an embedding", "The data are symbols; put an embedding first.")
            output, cost = RULES[type(layer)](layer, signal)
        except Unfit as error:
            path = f"layers[{number}]"
            raise Refused([Problem(path, f"{layer.type} after {signal}", error.limit, str(error))]) from error
        stages.append(Stage(layer, signal, output, cost))
        signal = output
    return stages


def _linear(layer: spec.Linear, signal: Signal) -> tuple[Signal, Cost]:
    *lead, size = _flat_or_sequence(signal)
    rows = math.prod(lead)
    weights = size * layer.units
    cost = Cost(weights + layer.bias * layer.units, 2 * weights * rows, 2 * rows * layer.units, 7)
    return Signal((*lead, layer.units)), cost


def _plain(layer: spec.Plain, signal: Signal) -> tuple[Signal, Cost]:
    size = math.prod(signal.shape)
    if layer.type == "flatten":
        return Signal((size,)), Cost(elements=size, calls=2)
    if layer.type == "layer_norm":
        _flat_or_sequence(signal)
        return signal, Cost(2 * signal.shape[-1], elements=4 * size, calls=22)
    if layer.type == "batch_norm":
        if len(signal.shape) not in (1, 3):
            raise Unfit("features or images", f"Batch norm takes features or images, not {signal}.")
        return signal, Cost(2 * signal.shape[0], elements=4 * size, calls=25)
    elements, calls = {"identity": (0, 0), "relu": (3.25, 4), "softmax": (4, 12)}.get(layer.type, (4, 8))
    return signal, Cost(elements=elements * size, calls=calls)


def _bent(layer: spec.LeakyReLU | spec.ELU | spec.GELU, signal: Signal) -> tuple[Signal, Cost]:
    exact = isinstance(layer, spec.GELU) and layer.approximate == "none"
    size = math.prod(signal.shape)
    return signal, Cost(elements=(12 if exact else 5) * size, calls=80 if exact else 18)


def _noisy(layer: spec.Dropout | spec.GaussianNoise, signal: Signal) -> tuple[Signal, Cost]:
    return signal, Cost(elements=5 * math.prod(signal.shape), calls=8)


def _conv2d(layer: spec.Conv2d, signal: Signal) -> tuple[Signal, Cost]:
    channels, height, width = _image(signal)
    sides = tuple(_windows(side, layer.kernel_size, layer.stride, layer.padding) for side in (height, width))
    patch, places = channels * layer.kernel_size**2, math.prod(sides)
    weights = layer.filters * patch
    elements = 2 * patch * places + 3 * layer.filters * places + 2 * channels * height * width
    cost = Cost(weights + layer.filters, 2 * weights * places, elements, 12 + 2 * layer.kernel_size**2)
    return Signal((layer.filters, *sides)), cost


def _pool2d(layer: spec.Pool2d, signal: Signal) -> tuple[Signal, Cost]:
    channels, height, width = _image(signal)
    sides = tuple(_windows(side, layer.kernel_size, layer.kernel_size, 0) for side in (height, width))
    cost = Cost(elements=2 * channels * height * width, calls=4 * layer.kernel_size**2)
    return Signal((channels, *sides)), cost


def _embedding(layer: spec.Embedding, signal: Signal) -> tuple[Signal, Cost]:
    if not signal.symbols:
        raise Unfit("symbols", f"An embedding takes symbols, and gets numbers: {signal}.")
    length = math.prod(signal.shape)
    elements = length * (2 * layer.units + signal.symbols)
    cost = Cost(signal.symbols * layer.units, signal.symbols * layer.units * length, elements, 8)
    return Signal((*signal.shape, layer.units)), cost


def _positions(layer: spec.Positions, signal: Signal) -> tuple[Signal, Cost]:
    length, size = _sequence(signal)
    return signal, Cost(length * size, elements=2 * length * size, calls=5)


def _patches(layer: spec.Patches, signal: Signal) -> tuple[Signal, Cost]:
    channels, height, width = _image(signal)
    if height % layer.size or width % layer.size:
        raise Unfit("a divisor of the sides", f"Patches of {layer.size} do not tile {height} x {width}.")
    tokens = height * width // layer.size**2
    patch = channels * layer.size**2
    weights = patch * layer.units
    extra = layer.units * layer.class_token
    elements = tokens * (2 * patch + 4 * layer.units) + 2 * extra
    cost = Cost(weights + layer.units + extra, 2 * weights * tokens, elements, 15)
    return Signal((tokens + layer.class_token, layer.units)), cost


def _recurrent(layer: spec.Recurrent, signal: Signal) -> tuple[Signal, Cost]:
    length, size = _sequence(signal)
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[layer.type]
    units = layer.units
    weights = gates * units * (size + units)
    kept = {"rnn": 4, "lstm": 14, "gru": 14}[layer.type]
    cost = Cost(
        weights + 2 * gates * units,
        2 * weights * length,
        length * (kept * units + 2 * size),
        20 + length * {"rnn": 8, "lstm": 26, "gru": 30}[layer.type],
    )
    return Signal((length, units) if layer.sequences else (units,)), cost


def _block(layer: spec.TransformerBlock, signal: Signal) -> tuple[Signal, Cost]:
    length, size = _sequence(signal)
    if size % layer.heads:
        raise Unfit(f"a divisor of {size}", f"{layer.heads} heads do not divide {size} features.")
    flops = 24 * size**2 * length + 4 * length**2 * size
    elements = length * size * 60 + 3 * layer.heads * length**2
    return signal, Cost(12 * size**2 + 13 * size, flops, elements, 130)


def _select(layer: spec.Select, signal: Signal) -> tuple[Signal, Cost]:
    length, size = _sequence(signal)
    return Signal((size,)), Cost(elements=length * size, calls=4)


def _flat_or_sequence(signal: Signal) -> tuple[int, ...]:
    if len(signal.shape) not in (1, 2):
        raise Unfit(
            "features or a sequence", f"This layer takes features, not images of {signal}: flatten first."
        )
    return signal.shape


def _sequence(signal: Signal) -> tuple[int, int]:
    if len(signal.shape) != 2:
        raise Unfit("a sequence", f"This layer takes a sequence of vectors, not {signal}.")
    if signal.shape[0] > TOKEN_LIMIT:
        raise Unfit(f"at most {TOKEN_LIMIT} steps", f"The sequence has {signal.shape[0]} steps.")
    return signal.shape[0], signal.shape[1]


def _image(signal: Signal) -> tuple[int, int, int]:
    if len(signal.shape) != 3:
        raise Unfit("images", f"This layer takes images (channels, height, width), not {signal}.")
    return signal.shape[0], signal.shape[1], signal.shape[2]


def _windows(side: int, kernel: int, stride: int, padding: int) -> int:
    """Count the places of a window: floor((side + 2 padding - kernel) / stride) + 1."""
    places = (side + 2 * padding - kernel) // stride + 1
    if places < 1:
        raise Unfit(
            f"at most {side + 2 * padding}", f"A window of {kernel} is larger than the side of {side}."
        )
    return places


RULES: dict[type, Rule] = {
    spec.Linear: _linear,
    spec.Plain: _plain,
    spec.LeakyReLU: _bent,
    spec.ELU: _bent,
    spec.GELU: _bent,
    spec.Dropout: _noisy,
    spec.GaussianNoise: _noisy,
    spec.Conv2d: _conv2d,
    spec.Pool2d: _pool2d,
    spec.Embedding: _embedding,
    spec.Positions: _positions,
    spec.Patches: _patches,
    spec.Recurrent: _recurrent,
    spec.TransformerBlock: _block,
    spec.Select: _select,
}
