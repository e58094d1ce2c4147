"""Optimizers: what to do with the gradients, as PyTorch does it.

All parameters of an optimizer share one vector, and so do their gradients: a step is a handful of calls,
however many layers there are. In the formulas p is the vector of parameters, g of gradients; all operations
are element by element.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.memory import Blocks
from engine.tensor import Array, Parameter


@dataclass(frozen=True)
class Flat:
    """Parameters and gradients as two arrays of one shape: (P,), or (P, N) for N networks at once."""

    values: Array
    gradients: Array
    blocks: Blocks = field(default_factory=partial(Blocks, apart=0))
    parameters: tuple[Parameter, ...] = ()
    """Those that were moved here, in order."""

    def zeros(self) -> Array:
        """Return one more array of zeros like these: what an optimizer keeps beside them."""
        return _zeros(self.blocks, self.values.shape, self.values.dtype)


def _zeros(blocks: Blocks, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    array = blocks.place(np.empty(shape, dtype))
    array.fill(0)
    return array


def flatten(parameters: Sequence[Parameter]) -> Flat:
    """Move the parameters into one vector and their gradients into another; each becomes a view of its part.

    Make plans after this, not before: a plan writes to the buffers it was recorded with. ValueError when
    there are none, or when their dtypes differ.
    """
    parameters = tuple(dict.fromkeys(parameters))  # a shared one lies in one place
    dtypes = {parameter.data.dtype for parameter in parameters}
    if len(dtypes) != 1:
        raise ValueError(f"an optimizer needs parameters of one dtype, got {sorted(map(str, dtypes))}")
    size = sum(parameter.data.size for parameter in parameters)
    dtype, blocks = dtypes.pop(), Blocks(apart=0)
    values, gradients = (_zeros(blocks, (size,), dtype) for _ in range(2))
    flat = Flat(values, gradients, blocks, parameters)
    start = 0
    for parameter in parameters:
        part = slice(start, start + parameter.data.size)
        shape, old = parameter.data.shape, parameter.data
        order: Literal["C", "F"] = "C" if old.flags.c_contiguous else "F"
        parameter.data = flat.values[part].reshape(shape, order=order)
        parameter.grad = flat.gradients[part].reshape(shape, order=order)
        np.copyto(parameter.data, old)
        start = part.stop
    return flat


def _refuse_outside(name: str, value: float | Array, most: float | None = None) -> None:
    """Refuse a setting that is not finite, negative or above `most`; ValueError names it, its value and the
    limit.
    """
    values = np.ravel(value)
    fits = np.isfinite(values) & (values >= 0) & (values <= (np.inf if most is None else most))
    if not fits.all():
        limit = "a finite number of at least 0" if most is None else f"between 0 and {most:g}"
        raise ValueError(f"{name} must be {limit}, got {values[~fits][0]:g}")


class Optimizer:
    """The part that all share: the vectors, the learning rate `lr`, which may be changed, and weight decay.

    `parameters` may also be a Flat that is there already. `weight_decay` adds weight_decay p to g.
    """

    def __init__(
        self, parameters: Sequence[Parameter] | Flat, lr: float | Array, weight_decay: float = 0.0
    ) -> None:
        """Take the parameters over; ValueError when lr or weight_decay is no number from 0 up."""
        _refuse_outside("lr", lr)
        _refuse_outside("weight_decay", weight_decay)
        self.flat = parameters if isinstance(parameters, Flat) else flatten(parameters)
        self.lr = lr
        self.weight_decay = weight_decay
        self.steps = 0
        self._views = [parameter.data for parameter in self.flat.parameters]
        self._part = self.flat.zeros()
        self._sum: Array | None = None

    def zero_grad(self) -> None:
        """Empty the gradients: a loss that does not depend on all parameters leaves those of the others."""
        self._frozen()
        self.flat.gradients.fill(0)

    def step(self) -> None:
        """Move the parameters by the gradients that are in their buffers now; frozen ones stay, with their
        averages. ValueError where parameters have been moved away since, as a newer optimizer does.
        """
        frozen = self._frozen()
        self.steps += 1
        kept = [(array[part], array[part].copy()) for part in frozen for array in self._all()]
        gradients = self._decay() if self.weight_decay else self.flat.gradients
        self._update(self.flat.values, gradients, self._part)
        for now, before in kept:
            np.copyto(now, before)

    def state(self) -> dict[str, Array]:
        """Return the arrays that a step changes, beside the parameters: for a checkpoint."""
        return {name: value for name, value in vars(self).items() if name.startswith("state_")}

    def restore(self, steps: int, state: dict[str, Array]) -> None:
        """Go on from a checkpoint."""
        self.steps = steps
        for name, value in self.state().items():
            np.copyto(value, state[name])

    def _frozen(self) -> list[slice]:
        """Find the places of the parameters that want no gradient now; ValueError where one was moved."""
        frozen, start = [], 0
        for parameter, view in zip(self.flat.parameters, self._views, strict=True):
            if parameter.data is not view:
                raise ValueError(
                    "parameters of this optimizer lie elsewhere by now, as those that a newer optimizer has "
                    "taken: make one optimizer for all of them, or several that share none"
                )
            if not parameter.requires_grad:
                frozen.append(slice(start, start + view.size))
            start += view.size
        return frozen

    def _all(self) -> list[Array]:
        """List what a step changes."""
        return [self.flat.values, *self.state().values()]

    def _decay(self) -> Array:
        """Return the gradients with the decay."""
        if self._sum is None:
            self._sum = self.flat.zeros()
        np.multiply(self.flat.values, self.weight_decay, out=self._sum)
        return np.add(self.flat.gradients, self._sum, out=self._sum)

    def _update(self, p: Array, g: Array, part: Array) -> None:
        raise NotImplementedError(f"{type(self).__name__} has no update")


class SGD(Optimizer):
    """p <- p - lr g; with momentum m: b <- m b + g, p <- p - lr b; Nesterov's form: p <- p - lr (g + m b).

    Source: Robbins and Monro (1951), Polyak (1964), Nesterov (1983) as in Sutskever et al. (2013).
    """

    def __init__(
        self,
        parameters: Sequence[Parameter] | Flat,
        lr: float | Array = 0.001,
        momentum: float = 0.0,
        *,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        """Start with a velocity of zero; ValueError on a negative momentum, or nesterov without one."""
        _refuse_outside("momentum", momentum)
        if nesterov and not momentum:
            raise ValueError("nesterov needs a momentum above 0")
        super().__init__(parameters, lr, weight_decay)
        self.momentum = momentum
        self.nesterov = nesterov
        self.state_velocity = self.flat.zeros() if momentum else self.flat.values[:0].copy()

    def _update(self, p: Array, g: Array, part: Array) -> None:
        if self.momentum:
            velocity = self.state_velocity
            np.multiply(velocity, self.momentum, out=velocity)
            np.add(velocity, g, out=velocity)
            if self.nesterov:
                np.multiply(velocity, self.momentum, out=part)
                np.add(part, g, out=part)
                g = part
            else:
                g = velocity
        np.multiply(g, self.lr, out=part)
        np.subtract(p, part, out=p)


class Adagrad(Optimizer):
    """s <- s + g^2, p <- p - lr g / (sqrt(s) + eps).   Duchi, Hazan and Singer (2011)"""

    def __init__(
        self,
        parameters: Sequence[Parameter] | Flat,
        lr: float | Array = 0.01,
        *,
        weight_decay: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        """Start with sums of zero; ValueError on a negative eps."""
        _refuse_outside("eps", eps)
        super().__init__(parameters, lr, weight_decay)
        self.eps = eps
        self.state_squares = self.flat.zeros()

    def _update(self, p: Array, g: Array, part: Array) -> None:
        np.multiply(g, g, out=part)
        np.add(self.state_squares, part, out=self.state_squares)
        np.sqrt(self.state_squares, out=part)
        np.add(part, self.eps, out=part)
        np.divide(g, part, out=part)
        np.multiply(part, self.lr, out=part)
        np.subtract(p, part, out=p)


class RMSprop(Optimizer):
    """s <- a s + (1 - a) g^2, p <- p - lr g / (sqrt(s) + eps), a = alpha.   Tieleman and Hinton (2012)"""

    def __init__(
        self,
        parameters: Sequence[Parameter] | Flat,
        lr: float | Array = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        """Start with averages of zero; ValueError when alpha is not in [0, 1], or eps is negative."""
        _refuse_outside("alpha", alpha, 1)
        _refuse_outside("eps", eps)
        super().__init__(parameters, lr, weight_decay)
        self.alpha = alpha
        self.eps = eps
        self.state_squares = self.flat.zeros()

    def _update(self, p: Array, g: Array, part: Array) -> None:
        squares = self.state_squares
        np.multiply(g, g, out=part)
        np.multiply(part, 1 - self.alpha, out=part)
        np.multiply(squares, self.alpha, out=squares)
        np.add(squares, part, out=squares)
        np.sqrt(squares, out=part)
        np.add(part, self.eps, out=part)
        np.divide(g, part, out=part)
        np.multiply(part, self.lr, out=part)
        np.subtract(p, part, out=p)


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, p <- p - lr m' / (sqrt(v') + eps).

    m' = m / (1 - b1^t) and v' = v / (1 - b2^t) correct the start at zero, t the number of the step.
    One number of steps serves all parameters, those thawed later too, where PyTorch counts for each its own.
    The code keeps m / (1 - b1) and v / (1 - b2), so that each average costs one product less, and moves the
    factor of v' out of the root.   Kingma and Ba (2015)
    """

    def __init__(
        self,
        parameters: Sequence[Parameter] | Flat,
        lr: float | Array = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        """Start with averages of zero; ValueError when a beta is not in [0, 1), or eps is negative."""
        _refuse_outside("eps", eps)
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must be at least 0 and below 1, got {betas}")
        super().__init__(parameters, lr, weight_decay)
        self.betas = betas
        self.eps = eps
        self.state_mean = self.flat.zeros()
        self.state_square = self.flat.zeros()

    def _update(self, p: Array, g: Array, part: Array) -> None:
        first, second = self.betas
        mean, square = self.state_mean, self.state_square
        np.multiply(mean, first, out=mean)
        np.add(mean, g, out=mean)
        np.multiply(g, g, out=part)
        np.multiply(square, second, out=square)
        np.add(square, part, out=square)
        root = ((1 - second) / (1 - second**self.steps)) ** 0.5
        rate = self.lr * ((1 - first) / (1 - first**self.steps) / root)
        np.sqrt(square, out=part)
        np.add(part, self.eps / root, out=part)
        np.divide(mean, part, out=part)
        np.multiply(part, rate, out=part)
        np.subtract(p, part, out=p)


class AdamW(Adam):
    """Adam with p <- p - lr weight_decay p in place of the decay in g.   Loshchilov and Hutter (2019)"""

    def __init__(
        self,
        parameters: Sequence[Parameter] | Flat,
        lr: float | Array = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        """Start with averages of zero."""
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def _decay(self) -> Array:
        np.multiply(self.flat.values, 1 - self.lr * self.weight_decay, out=self.flat.values)
        return self.flat.gradients


def clip_gradients(gradients: Array, max_norm: float) -> Any:
    """Scale g by min(1, max_norm / (|g| + 1e-6)) and return |g| before.   gradients (P,) -> number

    ValueError when max_norm is negative or no number.
    For N networks at once: gradients (P, N) -> (N,). |g| is the Euclidean norm over all parameters of a
    network.   Pascanu, Mikolov and Bengio (2013)
    """
    if not max_norm >= 0:
        raise ValueError(f"max_norm must be at least 0, got {max_norm}")
    norm = np.sqrt(np.square(gradients).sum(axis=0))
    np.multiply(gradients, np.minimum(1, max_norm / (norm + 1e-6)).astype(gradients.dtype), out=gradients)
    return norm
