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
    """What one layer costs: its parameters, and for each example or step what was measured of it alone.

    All but `parameters`, `calls` and `setup` are for one example. The numbers of `work`, `runs` and `calls`
    were read off trainings of one layer more and one layer less (docs/benchmarks.md).
    """

    parameters: int = 0
    flops: float = 0
    """Multiplications and additions of a forward pass."""
    inward_flops: float = 0
    """Those for the gradient of the input, which the first layer with parameters does not need."""
    elements: float = 0
    """Numbers kept in memory for a step."""
    work: float = 0
    """Numbers a step goes through beside the products; one that takes longer counts as several."""
    inward_work: float = 0
    """How much of `work` is for the gradient of the input."""
    runs: float = 0
    """How often a call sets out anew: a bias on 100 rows of 4 units makes 100 runs, each of which takes
    longer to begin than to end.
    """
    calls: float = 0
    """Calls of numpy in a step."""
    setup: float = 15
    """Time to put the layer's buffers and functions together, in calls: once, and for each evaluation."""


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
    if not signal.shape or min(signal.shape) < 1:
        needed = "every axis needs a size of 1 or more" if signal.shape else "give them a second axis, (N, 1)"
        message = f"The inputs have the shape (N, {', '.join(map(str, signal.shape))}): {needed}."
        raise Refused([Problem("layers[0]", str(signal.shape), "features, (N, 1) at the least", message)])
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
    return Signal((*lead, layer.units)), Cost(
        weights + layer.bias * layer.units,
        flops=2 * weights * rows,
        inward_flops=2 * weights * rows,
        elements=2 * rows * layer.units,
        work=rows * (3 * layer.units + 2 * size),
        runs=rows * (layer.bias and layer.units > 1),
        calls=8,
    )


WORK_AND_CALLS = {"identity": (0, 0), "sigmoid": (8, 2), "tanh": (4, 1), "relu": (3, 1), "softmax": (18, 7)}
RUNS = {"layer_norm": 6, "batch_norm": 17, "softmax": 13}
"""For each row of two features or more; images have long runs."""


def _plain(layer: spec.Plain, signal: Signal) -> tuple[Signal, Cost]:
    size = math.prod(signal.shape)
    rows = math.prod(signal.shape[:-1]) if len(signal.shape) < 3 and signal.shape[-1] > 1 else 0
    runs = rows * RUNS.get(layer.type, 0)
    if layer.type == "flatten":
        return Signal((size,)), Cost(elements=size, work=2 * size, calls=1)
    if layer.type == "layer_norm":
        _flat_or_sequence(signal)
        return signal, Cost(
            2 * signal.shape[-1], elements=4 * size, work=16 * size, runs=runs, calls=20, setup=40
        )
    if layer.type == "batch_norm":
        if len(signal.shape) not in (1, 3):
            raise Unfit("features or images", f"Batch norm takes features or images, not {signal}.")
        return signal, Cost(2 * signal.shape[0], elements=4 * size, work=20 * size, runs=runs, calls=48)
    work, calls = WORK_AND_CALLS[layer.type]
    elements = {"identity": 0, "relu": 3.25}.get(layer.type, 4)
    return signal, Cost(elements=elements * size, work=work * size, runs=runs, calls=calls)


def _bent(layer: spec.LeakyReLU | spec.ELU | spec.GELU, signal: Signal) -> tuple[Signal, Cost]:
    size = math.prod(signal.shape)
    if isinstance(layer, spec.GELU) and layer.approximate == "none":
        return signal, Cost(elements=4 * size, work=20 * size, calls=35)
    work = {"leaky_relu": 8, "elu": 20, "gelu": 8}[layer.type]
    return signal, Cost(elements=5 * size, work=work * size, calls=6)


def _noisy(layer: spec.Dropout | spec.GaussianNoise, signal: Signal) -> tuple[Signal, Cost]:
    size = math.prod(signal.shape)
    work = {"dropout": 17, "gaussian_noise": 50}[layer.type]
    return signal, Cost(elements=5 * size, work=work * size, calls=5)


def _conv2d(layer: spec.Conv2d, signal: Signal) -> tuple[Signal, Cost]:
    channels, height, width = _image(signal)
    sides = tuple(_windows(side, layer.kernel_size, layer.stride, layer.padding) for side in (height, width))
    patch, places = channels * layer.kernel_size**2, math.prod(sides)
    weights = layer.filters * patch
    elements = 2 * patch * places + 3 * layer.filters * places + 2 * channels * height * width
    return Signal((layer.filters, *sides)), Cost(
        weights + layer.filters,
        flops=2 * weights * places,
        inward_flops=2 * weights * places,
        elements=elements,
        work=2 * elements,
        inward_work=elements,
        calls=8 + layer.kernel_size**2,
        setup=100,
    )


def _pool2d(layer: spec.Pool2d, signal: Signal) -> tuple[Signal, Cost]:
    channels, height, width = _image(signal)
    sides = tuple(_windows(side, layer.kernel_size, layer.kernel_size, 0) for side in (height, width))
    size = channels * height * width
    return Signal((channels, *sides)), Cost(elements=2 * size, work=18 * size, calls=6, setup=30)


def _embedding(layer: spec.Embedding, signal: Signal) -> tuple[Signal, Cost]:
    if not signal.symbols:
        raise Unfit("symbols", f"An embedding takes symbols, and gets numbers: {signal}.")
    length = math.prod(signal.shape)
    elements = length * (2 * layer.units + signal.symbols)
    return Signal((*signal.shape, layer.units)), Cost(
        signal.symbols * layer.units,
        flops=signal.symbols * layer.units * length,
        elements=elements,
        work=2 * elements,
        calls=10,
    )


def _positions(layer: spec.Positions, signal: Signal) -> tuple[Signal, Cost]:
    size = math.prod(_sequence(signal))
    return signal, Cost(size, elements=2 * size, work=3 * size, calls=6)


def _patches(layer: spec.Patches, signal: Signal) -> tuple[Signal, Cost]:
    channels, height, width = _image(signal)
    if height % layer.size or width % layer.size:
        raise Unfit("a divisor of the sides", f"Patches of {layer.size} do not tile {height} x {width}.")
    tokens = height * width // layer.size**2
    patch = channels * layer.size**2
    weights = patch * layer.units
    extra = layer.units * layer.class_token
    elements = tokens * (2 * patch + 4 * layer.units) + 2 * extra
    return Signal((tokens + layer.class_token, layer.units)), Cost(
        weights + layer.units + extra,
        flops=2 * weights * tokens,
        inward_flops=2 * weights * tokens,
        elements=elements,
        work=2 * elements,
        calls=24,
        setup=60,
    )


def _recurrent(layer: spec.Recurrent, signal: Signal) -> tuple[Signal, Cost]:
    length, size = _sequence(signal)
    units = layer.units
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[layer.type]
    kept = {"rnn": 4, "lstm": 14, "gru": 14}[layer.type]
    work = {"rnn": 8, "lstm": 20, "gru": 80}[layer.type]
    weights = gates * units * (size + units)
    return Signal((length, units) if layer.sequences else (units,)), Cost(
        weights + 2 * gates * units,
        flops=2 * weights * length,
        inward_flops=2 * gates * units * size * length,
        elements=length * (kept * units + 2 * size),
        work=length * (work * units + 4 * size),
        calls=20 + length * {"rnn": 11, "lstm": 30, "gru": 36}[layer.type],
        setup=40,
    )


def _block(layer: spec.TransformerBlock, signal: Signal) -> tuple[Signal, Cost]:
    length, size = _sequence(signal)
    if size % layer.heads:
        raise Unfit(f"a divisor of {size}", f"{layer.heads} heads do not divide {size} features.")
    pairs = layer.heads * length**2
    return signal, Cost(
        12 * size**2 + 13 * size,
        flops=24 * size**2 * length + 4 * length**2 * size,
        elements=length * size * 45 + 3 * pairs,
        work=length * size * 280 + 25 * pairs,
        calls=240,
        setup=380,
    )


def _select(layer: spec.Select, signal: Signal) -> tuple[Signal, Cost]:
    length, size = _sequence(signal)
    return Signal((size,)), Cost(elements=length * size, work=2 * length * size, calls=6)


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
