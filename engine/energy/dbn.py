"""The deep belief network: RBMs trained one on top of the other, then a classifier that is fine-tuned.

Each machine learns to describe what the one below it says about the data; the stack of their weights is a
better start for a network of sigmoids than small random numbers.   Hinton, Osindero and Teh (2006)
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from engine.energy.rbm import RBM, RBMTraining, train_rbm
from engine.layers.dense import Linear, Sigmoid
from engine.module import Module, Sequential
from engine.tensor import Array


class DBN:
    """A stack of RBMs, the visible layer first."""

    def __init__(self, sizes: Sequence[int], generator: np.random.Generator) -> None:
        """Make a machine for each pair of neighbouring sizes; ValueError for fewer than two sizes."""
        if len(sizes) < 2:
            raise ValueError(f"a stack needs at least two sizes, got {list(sizes)}")
        self.machines = [RBM(below, above, generator) for below, above in pairwise(sizes)]

    def train(self, data: Array, training: RBMTraining, generator: np.random.Generator) -> None:
        """Train greedily: each machine on the hidden probabilities of the one below.
        data (M, V) in [0, 1]
        """
        for machine in self.machines:
            train_rbm(machine, data, training, generator)
            data = machine.hidden_probabilities(data)

    def features(self, data: Array) -> Array:
        """Compute the hidden probabilities of the top.   data (M, V) -> (M, H)"""
        for machine in self.machines:
            data = machine.hidden_probabilities(data)
        return data

    def to_classifier(
        self, classes: int, generator: np.random.Generator, dtype: npt.DTypeLike = np.float64
    ) -> Sequential:
        """Copy the stack into sigmoid layers and put a fresh dense layer on top.
        x (B, V) -> logits (B, classes)
        """
        layers: list[Module] = []
        for machine in self.machines:
            hidden, visible = machine.weight.shape
            layer = Linear(visible, hidden, dtype=dtype)
            layer.load_state_dict({"weight": machine.weight, "bias": machine.hidden_bias})
            layers += [layer, Sigmoid()]
        top = len(self.machines[-1].hidden_bias)
        return Sequential(*layers, Linear(top, classes, generator=generator, dtype=dtype))
