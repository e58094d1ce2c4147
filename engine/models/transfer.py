"""Transfer learning: keep what a network has learned on one task, and learn the last layers for another."""

from collections.abc import Collection

import numpy as np

from engine.layers.dense import Linear
from engine.module import Module, Sequential


def freeze(model: Module, layers: Collection[int | str]) -> None:
    """Leave the parameters of these layers as they are: they get no gradient.

    The running averages of a batch norm move on while it trains, as in PyTorch; `eval()` of the layer holds
    them.
    A layer is named as in state_dict: 0, "0" or, deeper down, "encoder.2". ValueError names an unknown one,
    and then nothing is frozen.
    """
    found = [_layer(model, str(name)) for name in layers]
    for layer in found:
        layer.requires_grad_(False)


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


def _layer(model: Module, path: str) -> Module:
    """Follow a path of names down from the network; ValueError when it leads nowhere."""
    layer = model
    for name in path.split("."):
        children = dict(layer.children())
        if name not in children:
            raise ValueError(f"there is no layer {path}; where {name} was looked for are {list(children)}")
        layer = children[name]
    return layer
