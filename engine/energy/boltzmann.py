"""The Boltzmann machine: binary units that pull at each other, exact by enumeration and by Gibbs sampling.

    E(s) = -sum over i < j of w_ij s_i s_j - sum over i of b_i s_i,   p(s) = e^(-E(s) / T) / Z

with s of 0 and 1, T above 0 (ValueError otherwise), and symmetric weights without self-connections. The
first units are visible, the rest hidden.   Ackley, Hinton and Sejnowski (1985)
"""

from dataclasses import dataclass

import numpy as np

from engine.energy.states import all_states, draw, log_sum_exp, logistic
from engine.metrics import distribution
from engine.tensor import Array

LARGEST = 16


@dataclass(frozen=True)
class BoltzmannMachine:
    """weight (n, n), symmetric with a zero diagonal; bias (n,); the first `visible` units are seen."""

    weight: Array
    bias: Array
    visible: int

    def __post_init__(self) -> None:
        units = len(self.bias)
        if self.weight.shape != (units, units) or not 1 <= self.visible <= units:
            raise ValueError(f"{units} biases need weight ({units}, {units}) and 1 to {units} visible units")
        if not np.array_equal(self.weight, self.weight.T) or np.diag(self.weight).any():
            raise ValueError("weight must be symmetric with a zero diagonal")

    def energies(self, states: Array) -> Array:
        """Compute E(s) = -s^T W s / 2 - b^T s.   states (M, n) -> (M,)"""
        pairs = np.einsum("mi,ij,mj->m", states, self.weight, states)
        total: Array = -0.5 * pairs - states @ self.bias
        return total

    def log_partition(self, temperature: float = 1.0) -> float:
        """Compute ln Z, Z = sum over all states of e^(-E / T); ValueError beyond 16 units."""
        return float(log_sum_exp(_divide_by_temperature(-self.energies(self._all()), temperature)))

    def probabilities(self, temperature: float = 1.0) -> Array:
        """Compute p(s) of every state, counting upwards.   -> (2^n,); ValueError beyond 16 units"""
        return np.exp(self._logarithms(temperature)).reshape(-1)

    def visible_probabilities(self, temperature: float = 1.0) -> Array:
        """Compute p(v), summed over the hidden units.   -> (2^visible,); ValueError beyond 16 units"""
        return np.exp(log_sum_exp(self._logarithms(temperature)))

    def divergence(self, target: Array, temperature: float = 1.0) -> float:
        """Compute KL(target | p(v)) = sum of t ln(t / p(v)), in nats.   target (2^visible,), sums to 1

        ValueError on another shape, a negative number, and a sum off 1 by more than 1e-6.
        """
        target = distribution("target", target)
        if len(target) != 2**self.visible:
            raise ValueError(f"target must have {2**self.visible} states, got {len(target)}")
        logarithms, held = log_sum_exp(self._logarithms(temperature)), target > 0
        return float((target[held] * (np.log(target[held]) - logarithms[held])).sum())

    def conditional(self, states: Array, unit: int, temperature: float = 1.0) -> Array:
        """Compute p(s_i = 1 | the others) = s((sum over j of w_ij s_j + b_i) / T).   states (M, n) -> (M,)"""
        return logistic(_divide_by_temperature(states @ self.weight[unit] + self.bias[unit], temperature))

    def sample(
        self, states: Array, sweeps: int, generator: np.random.Generator, temperature: float = 1.0
    ) -> Array:
        """Run Gibbs sampling: so many sweeps over all units, many chains at once.
        states (M, n) -> (M, n)
        """
        now = states.copy()
        for _ in range(sweeps):
            for unit in range(len(self.bias)):
                now[:, unit] = draw(self.conditional(now, unit, temperature), generator)
        return now

    def gradient(self, data: Array) -> tuple[Array, Array]:
        """Compute d/dW and d/db of the mean ln p(v): the statistics with the data held minus those without.

        data (M, visible) of 0 and 1 -> (n, n) and (n,); ValueError beyond 16 units, on no rows and on states
        other than 0 and 1.
        """
        if data.ndim != 2 or data.shape[1] != self.visible or not len(data):
            raise ValueError(f"gradient needs data (M, {self.visible}) with a row at least, got {data.shape}")
        wrong = data[(data != 0) & (data != 1)]
        if wrong.size:
            raise ValueError(f"the units of a Boltzmann machine are 0 or 1, not {wrong[0]}")
        states, logarithms = self._all(), self._logarithms()
        given = np.exp(logarithms - log_sum_exp(logarithms)[:, None])  # p(h | v)
        places = (data @ (2.0 ** np.arange(self.visible)[::-1])).astype(int)
        shares = np.bincount(places, minlength=len(given)) / len(data)
        difference = (shares[:, None] * given - np.exp(logarithms)).reshape(-1)
        weight = np.einsum("m,mi,mj->ij", difference, states, states)
        np.fill_diagonal(weight, 0)
        return weight, difference @ states

    def _logarithms(self, temperature: float = 1.0) -> Array:
        """Compute ln p(v, h), which does not underflow.   -> (2^visible, 2^hidden)"""
        scores = _divide_by_temperature(-self.energies(self._all()), temperature)
        logarithms: Array = (scores - log_sum_exp(scores)).reshape(2**self.visible, -1)
        return logarithms

    def _all(self) -> Array:
        return all_states(len(self.bias), LARGEST)


def _divide_by_temperature(scores: Array, temperature: float) -> Array:
    """Divide by the temperature; ValueError when it is not above 0."""
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    return scores / temperature
