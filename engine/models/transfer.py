"""Transfer learning: keep what a network has learned on one task, and learn the last layers for another."""

from collections.abc import Collection

import numpy as np

from engine.layers.dense import Linear
from engine.module import Module, Sequential


def freeze(model: Sequential, layers: Collection[int]) -> None:
    """Leave the parameters of these layers as they are: they get no gradient. ValueError names an unknown
    one.
    """
    unknown = sorted(set(layers) - set(range(len(model))))
    if unknown:
        raise ValueError(f"there is no layer {unknown[0]}; the network has layers 0 to {len(model) - 1}")
    for number in layers:
        model[number].requires_grad_(False)


def with_new_head(model: Sequential, classes: int, generator: np.random.Generator) -> Sequential:
    """Return the network with its last Linear layer replaced by a fresh one; the others are shared, not
    copied.

    TypeError when the last layer is not Linear.
    """
    *body, last = model
    if not isinstance(last, Linear):
        raise TypeError(f"the last layer must be Linear, not {type(last).__name__}")
    features, dtype = last.weight.shape[1], last.weight.data.dtype
    return Sequential(*body, Linear(features, classes, generator=generator, dtype=dtype))


def learning(model: Module) -> list[str]:
    """List the names of the parameters that are not frozen."""
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]
