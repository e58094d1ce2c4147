"""A random signal through a network that was just drawn, and a random gradient back.

Source: X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward networks, 2010.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.ops.activation import elu, gelu, leaky_relu, relu, sigmoid, tanh
from engine.ops.basic import multiply, total
from engine.ops.nn import linear
from engine.tensor import Parameter, Tape, Tensor

ROWS = 20
SLOPE = 0.1
"""Of the leaky ReLU on the left."""
BENDS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": partial(leaky_relu, negative_slope=SLOPE),
    "elu": elu,
    "gelu": gelu,
}


@dataclass(frozen=True)
class Signal:
    """Mean squares at every layer: of its values, and of the gradient by them."""

    values: tuple[float, ...]
    gradients: tuple[float, ...]

    @property
    def forward(self) -> float:
        """Return how large the values of the last layer are beside those of the first, as mean squares."""
        return self.values[-1] / self.values[0] if self.values[0] else 0.0

    @property
    def backward(self) -> float:
        """Return the root mean square of the gradient at the first layer beside that at the last."""
        return math.sqrt(self.gradients[0] / self.gradients[-1])


def propagate(activation: str, spread: float, layers: int, width: int, rng: np.random.Generator) -> Signal:
    """Draw a network and send 20 rows of standard normal numbers through it, and such a gradient back.

    Weights are normal with standard deviation spread / sqrt(width); there are no biases. ValueError for an
    activation that is not in BENDS.
    """
    if activation not in BENDS:
        raise ValueError(f"there is no activation {activation!r}; there are {', '.join(BENDS)}")
    passed: list[Tensor] = []
    value: Tensor = Parameter(rng.standard_normal((ROWS, width)))
    with Tape() as tape:
        for _ in range(layers):
            weight = rng.standard_normal((width, width)) * (spread / math.sqrt(width))
            value = BENDS[activation](linear(value, weight))
            passed.append(value)
        pulled = tape.gradients(total(multiply(value, rng.standard_normal((ROWS, width)))), passed)
    return Signal(
        values=tuple(float(np.mean(np.square(layer.data))) for layer in passed),
        gradients=tuple(float(np.mean(np.square(gradient))) for gradient in pulled),
    )
