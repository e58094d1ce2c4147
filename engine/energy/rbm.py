"""The restricted Boltzmann machine: no connections inside a layer, so a whole layer is drawn at once.

    E(v, h) = -h^T W v - a^T v - b^T h,   p(h = 1 | v) = s(W v + b),   p(v = 1 | h) = s(W^T h + a)

with s the sigmoid, W (hidden, visible) as in PyTorch's layers, a the visible and b the hidden biases.
Summing over h gives the free energy F(v) = -a^T v - sum of ln(1 + e^(W v + b)), p(v) = e^-F(v) / Z.
Smolensky (1986); contrastive divergence: Hinton (2002); persistent: Tieleman (2008)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine import bounds
from engine.energy.states import all_states, draw, log_sum_exp, logistic, softplus
from engine.tensor import Array

LARGEST = 16


@dataclass(frozen=True)
class Gradient:
    """How the mean log-likelihood changes with W (H, V), a (V,) and b (H,)."""

    weight: Array
    visible_bias: Array
    hidden_bias: Array


class RBM:
    """weight (H, V), visible_bias (V,), hidden_bias (H,), all float64."""

    def __init__(self, visible: int, hidden: int, generator: np.random.Generator, std: float = 0.01) -> None:
        """Start with weights in N(0, std^2) and biases 0, as Hinton's guide (2012) advises.

        ValueError on sizes below 1 or a negative deviation.
        """
        bounds.whole(1, visible=visible, hidden=hidden)
        bounds.number(0, std=std)
        self.weight = generator.normal(0.0, std, (hidden, visible))
        self.visible_bias = np.zeros(visible)
        self.hidden_bias = np.zeros(hidden)

    def hidden_probabilities(self, v: Array) -> Array:
        """Compute p(h = 1 | v) = s(W v + b).   v (M, V) -> (M, H)"""
        return logistic(v @ self.weight.T + self.hidden_bias)

    def visible_probabilities(self, h: Array) -> Array:
        """Compute p(v = 1 | h) = s(W^T h + a).   h (M, H) -> (M, V)"""
        return logistic(h @ self.weight + self.visible_bias)

    def free_energies(self, v: Array) -> Array:
        """Compute F(v) = -a^T v - sum of ln(1 + e^(W v + b)).   v (M, V) -> (M,)"""
        total: Array = -(v @ self.visible_bias) - softplus(v @ self.weight.T + self.hidden_bias).sum(axis=1)
        return total

    def log_partition(self) -> float:
        """Compute ln Z over all states of the smaller layer; ValueError beyond 2^16 of them."""
        hidden, visible = self.weight.shape
        if visible <= hidden:
            return float(log_sum_exp(-self.free_energies(all_states(visible, LARGEST))))
        h = all_states(hidden, LARGEST)
        scores = h @ self.hidden_bias + softplus(h @ self.weight + self.visible_bias).sum(axis=1)
        return float(log_sum_exp(scores))

    def log_likelihood(self, data: Array) -> float:
        """Compute the mean of ln p(v), exactly, in nats.   data (M, V)

        ValueError beyond 2^16 states, and on data that train_rbm refuses.
        """
        _check_data(data, len(self.visible_bias))
        return float(-self.free_energies(data).mean()) - self.log_partition()

    def exact_gradient(self, data: Array) -> Gradient:
        """Compute the gradient of log_likelihood: <h v^T> over the data minus over the model.   data (M, V)

        The model's average runs over all states of the visible layer; ValueError beyond 2^16 of them, and on
        data that train_rbm refuses.
        """
        _check_data(data, len(self.visible_bias))
        states = all_states(len(self.visible_bias), LARGEST)
        scores = -self.free_energies(states)
        p = np.exp(scores - log_sum_exp(scores))[:, None]
        held, free = self.hidden_probabilities(data), self.hidden_probabilities(states)
        count = len(data)
        return Gradient(
            held.T @ data / count - (free * p).T @ states,
            data.mean(axis=0) - (states * p).sum(axis=0),
            held.mean(axis=0) - (free * p).sum(axis=0),
        )

    def sample(self, v: Array, steps: int, generator: np.random.Generator) -> Array:
        """Run so many steps v -> h -> v of Gibbs sampling, many chains at once.   v (M, V) -> (M, V)"""
        for _ in range(steps):
            v = draw(self.visible_probabilities(draw(self.hidden_probabilities(v), generator)), generator)
        return v

    def contrastive_gradient(
        self, data: Array, chains: Array, steps: int, generator: np.random.Generator
    ) -> tuple[Gradient, Array]:
        """Estimate the gradient by chains that went so many steps: CD-k when they started at the data.

        data (M, V), chains (C, V) -> the gradient and where the chains are now. The last hidden layer enters
        as probabilities, not as draws. As the steps grow the estimate becomes that of exact_gradient.
        """
        ended = self.sample(chains, steps, generator)
        held, free = self.hidden_probabilities(data), self.hidden_probabilities(ended)
        gradient = Gradient(
            held.T @ data / len(data) - free.T @ ended / len(ended),
            data.mean(axis=0) - ended.mean(axis=0),
            held.mean(axis=0) - free.mean(axis=0),
        )
        return gradient, ended

    def complete(self, v: Array, known: Array, steps: int, generator: np.random.Generator) -> Array:
        """Fill in unknown pixels: Gibbs sampling that puts the known ones back after each step.

        v (M, V), known (M, V) or (V,) of bool -> (M, V)
        """
        now = np.where(known, v, draw(np.full(v.shape, 0.5), generator))
        for _ in range(steps):
            now = np.where(known, v, self.sample(now, 1, generator))
        return now


@dataclass(frozen=True)
class RBMTraining:
    """How to train: `steps` batches of `batch_size` rows, k steps of sampling each, the learning rate.

    persistent: the chains go on from batch to batch (PCD); otherwise each starts at its batch (CD-k).
    """

    steps: int
    k: int = 1
    lr: float = 0.05
    batch_size: int = 32
    persistent: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        rates = 0 < self.lr < math.inf and 0 <= self.weight_decay < math.inf
        if min(self.steps, self.k, self.batch_size) < 1 or not rates:
            raise ValueError(
                f"steps, k, batch_size must be at least 1, lr above 0, weight_decay 0 or more, finite: {self}"
            )


def train_rbm(
    rbm: RBM,
    data: Array,
    training: RBMTraining,
    generator: np.random.Generator,
    on_step: Callable[[int, RBM], None] | None = None,
) -> None:
    """Climb the estimated gradient in place.   data (M, V) of 0 and 1, or of probabilities in [0, 1]

    ValueError on another shape, on no rows, and on a number that is not between 0 and 1.
    """
    _check_data(data, len(rbm.visible_bias))
    size = min(training.batch_size, len(data))
    chains = draw(np.full((size, data.shape[1]), 0.5), generator)
    for step in range(1, training.steps + 1):
        batch = data if size == len(data) else data[generator.integers(0, len(data), size)]
        start = chains if training.persistent else batch
        gradient, chains = rbm.contrastive_gradient(batch, start, training.k, generator)
        rbm.weight += training.lr * (gradient.weight - training.weight_decay * rbm.weight)
        rbm.visible_bias += training.lr * gradient.visible_bias
        rbm.hidden_bias += training.lr * gradient.hidden_bias
        if on_step:
            on_step(step, rbm)


def _check_data(data: Array, visible: int) -> None:
    """Refuse what a machine with so many visible units cannot learn from."""
    if data.ndim != 2 or data.shape[1] != visible or not len(data):
        raise ValueError(
            f"an RBM with {visible} visible units needs data (M, {visible}), M at least 1, got {data.shape}"
        )
    wrong = ~((data >= 0) & (data <= 1))
    if wrong.any():
        row, unit = np.argwhere(wrong)[0]
        raise ValueError(f"data must lie between 0 and 1; data[{row}, {unit}] is {data[row, unit]}")
