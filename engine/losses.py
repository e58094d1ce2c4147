"""The losses, from logits where there is a choice: the sigmoid or softmax and the logarithm cancel exactly.

Each averages over all its terms and gives a number of shape (). Targets are arrays, not differentiated.
"""

import numpy as np

from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, record


def mse_loss(y: Operand, target: Array) -> Tensor:
    """L = mean of (y - t)^2.   y (any shape), target (same shape) -> L ();   dy = 2 (y - t) / n"""
    y = as_tensor(y)
    data, goal = y.data, np.asarray(target)
    _refuse_other_shapes("mse_loss", data, goal)
    difference, loss = np.empty_like(data), np.empty((), data.dtype)

    def forward() -> None:
        np.subtract(data, goal, out=difference)
        loss[...] = np.vdot(difference, difference) / data.size

    def backward(g: Array, dy: Array) -> None:
        np.multiply(difference, g * (2 / data.size), out=dy)

    return record((y,), loss, forward, backward)


def binary_cross_entropy_with_logits(z: Operand, target: Array) -> Tensor:
    """L = mean of -t ln s(z) - (1 - t) ln(1 - s(z)), s the sigmoid.   z, target (same shape) -> L ()

    Computed as ln(e^(-t z) + e^(z - t z)): s(z) = 0 with t = 1 costs -z and not infinity, and what an answer
    costs that is nearly right keeps its digits.
    dz = (s(z) - t) / n. Targets may lie between 0 and 1.
    """
    z = as_tensor(z)
    data, goal = z.data, np.asarray(target)
    _refuse_other_shapes("binary_cross_entropy_with_logits", data, goal)
    one = np.ones((), data.dtype)
    part, cost, loss = np.empty_like(data), np.empty_like(data), np.empty((), data.dtype)
    average = np.full_like(data, 1 / data.size)

    def forward() -> None:
        np.multiply(goal, data, out=part)
        np.subtract(data, part, out=cost)
        np.negative(part, out=part)
        np.logaddexp(part, cost, out=cost)
        loss[...] = np.vdot(cost, average)

    def backward(g: Array, dz: Array) -> None:
        np.negative(data, out=part)
        np.exp(part, out=part)
        np.add(part, one, out=part)
        np.divide(one, part, out=part)
        np.subtract(part, goal, out=part)
        np.multiply(part, average, out=part)
        np.multiply(part, g, out=dz)

    return record((z,), loss, forward, backward)


def cross_entropy(z: Operand, target: Array, ignore_index: int = -100) -> Tensor:
    """L = mean of -ln p[target], p = softmax(z).   z (..., C), target (...) of class numbers -> L ()

    The softmax is over the last axis. dz = (p - one-hot(target)) / n. Rows whose target is ignore_index
    count neither in L nor in n; where none counts, L is NaN and dz is 0, as in PyTorch. ValueError when
    target has another shape or is empty, IndexError when a class is not in [0, C).
    """
    z = as_tensor(z)
    data, goal = z.data, np.asarray(target)
    fits = data.ndim > 0 and data.shape[-1] > 0 and goal.shape == data.shape[:-1]
    if not fits or goal.dtype.kind not in "iu" or not goal.size:
        raise ValueError(
            f"cross_entropy needs z (..., C), C at least 1, and integers (...), not empty, "
            f"got {data.shape} and {goal.shape} of {goal.dtype}"
        )
    classes, numbers = data.shape[-1], np.arange(goal.size)
    flat = goal.reshape(-1)
    copied = not np.shares_memory(flat, goal)  # where the targets lie column by column
    e, part, hot = (np.zeros_like(data.reshape(goal.size, classes)) for _ in range(3))
    top, weight = np.empty((*goal.shape, 1), data.dtype), np.empty((goal.size, 1), data.dtype)
    sums, rest, loss = np.empty_like(weight), np.empty_like(weight), np.empty((), data.dtype)
    ones, shifted = np.ones((classes, 1), data.dtype), e.reshape(data.shape)

    def forward() -> None:
        """Give each row that counts the weight 1 / n, and keep it where the one-hot rows have their 1.

        p = e / the sums of e is never written out: its rows are scaled once, in the gradient.
        """
        if copied:
            np.copyto(flat.reshape(goal.shape), goal)
        counted = _counted(flat, classes, ignore_index)
        weight[:, 0] = counted
        total = np.add.reduce(weight, axis=None)
        np.multiply(weight, 1 / total if total else 0, out=weight)
        hot.fill(0)
        chosen = (numbers, flat if counted is True else np.where(counted, flat, 0))
        hot[chosen] = weight[:, 0]
        np.maximum.reduce(data, axis=-1, keepdims=True, out=top)
        np.subtract(data, top, out=shifted)
        if counted is not True:
            e[~counted] = 0  # whatever their logits are: weight 0 would not silence NaN
        wanted = np.vdot(e[chosen], weight)
        np.exp(e, out=e)
        np.dot(e, ones, out=sums)
        np.log(sums, out=rest)
        loss[...] = float(np.vdot(rest, weight)) - float(wanted) if total else np.nan

    def backward(g: Array, dz: Array) -> None:
        np.divide(weight, sums, out=rest)
        np.multiply(e, rest, out=part)
        np.subtract(part, hot, out=part)
        np.multiply(part.reshape(data.shape), g, out=dz)

    return record((z,), loss, forward, backward)


def _counted(target: Array, classes: int, ignore_index: int) -> Array | bool:
    """Tell which rows count, True for all; IndexError names a class that is not one."""
    unsigned = target.view(f"u{target.itemsize}")  # a negative number is then a huge one: one look does both
    if 0 <= ignore_index < classes or np.maximum.reduce(unsigned) >= classes:
        counted: Array = target != ignore_index
        wrong = counted & ((target < 0) | (target >= classes))
        if wrong.any():
            raise IndexError(f"class {target[wrong][0]} is not one of {classes} classes")
        return counted
    return True


def _refuse_other_shapes(name: str, data: Array, goal: Array) -> None:
    if goal.shape != data.shape or not data.size:
        raise ValueError(
            f"{name} needs a target of the same shape, not empty; got {data.shape} and {goal.shape}"
        )
