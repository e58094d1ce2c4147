"""Layers and optimizers take their arguments where PyTorch's take them."""

import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest
import torch

from engine import optim
from engine.layers import attention, dense, image, recurrent, tokens
from engine.module import Module

OTHER_NAMES = {"TransformerBlock": "TransformerEncoderLayer", "parameters": "params"}
OWN = {"Step", "GaussianNoise", "Positions", "Patches", "Select", "Recurrent"}


def own_classes(module: ModuleType, base: type) -> Iterator[type]:
    """List the classes that a module derives from another one's, or from its own base."""
    for kind in vars(module).values():
        if inspect.isclass(kind) and kind.__module__ == module.__name__ and base in kind.__mro__[1:]:
            yield kind


def counterpart(ours: type) -> type | None:
    """Find PyTorch's class, if there is one."""
    name = OTHER_NAMES.get(ours.__name__, ours.__name__)
    return getattr(torch.nn, name, None) or getattr(torch.optim, name, None)


def positional(kind: type) -> list[str]:
    """List the arguments that may be given without their names."""
    if issubclass(kind, torch.nn.RNNBase):  # RNN, LSTM and GRU say *args and pass it on behind a mode
        return [name for name in arguments(torch.nn.RNNBase) if name != "mode"]
    return arguments(kind)


def arguments(kind: type) -> list[str]:
    parameters = list(inspect.signature(kind).parameters.values())
    return [entry.name for entry in parameters if entry.kind is entry.POSITIONAL_OR_KEYWORD]


LAYERS = [
    kind for module in (attention, dense, image, recurrent, tokens) for kind in own_classes(module, Module)
]
OPTIMIZERS = list(own_classes(optim, optim.Optimizer))
ALL = [*LAYERS, *OPTIMIZERS]


def test_what_pytorch_does_not_have_is_known() -> None:
    assert {kind.__name__ for kind in ALL if not counterpart(kind)} == OWN


@pytest.mark.parametrize("ours", [kind for kind in ALL if kind.__name__ not in OWN])
def test_each_positional_argument_stands_where_pytorch_has_it(ours: type) -> None:
    theirs = counterpart(ours)
    assert theirs is not None

    names = [OTHER_NAMES.get(name, name) for name in positional(ours)]

    assert names == positional(theirs)[: len(names)]
