"""Operations for many small networks at once, the axis of the networks last.

Each call then runs over contiguous thousands of numbers, where one small network would pay the cost of a
call for eight. Sums are taken term by term in a fixed order, so a network gets the same bits whatever the
number of its companions. Activations are those of activation.py: they go element by element.
"""

import math

import numpy as np

from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, record


def linear_shared(x: Operand, block: Operand) -> Tensor:
    """y[b, o, n] = sum over i of x[b, i] block[i, o, n] + block[I, o, n]: one input for all networks n.

    x (B, I), block (I + 1, O, N), the biases in its last row -> y (B, O, N);   dblock = [x, 1]^T @ g
    One product of matrices does it, each column of which is added up in the order of the inputs. x gets no
    gradient. ValueError on other shapes, or a block in another order.
    """
    block, data = as_tensor(block), as_tensor(x).data
    if not block.data.flags.c_contiguous:
        raise ValueError("linear_shared needs a block that lies in memory row by row")
    if data.ndim != 2 or block.data.ndim != 3 or len(block.data) != data.shape[1] + 1:
        raise ValueError(
            f"linear_shared needs x (B, I), block (I + 1, O, N), got {data.shape}, {block.shape}"
        )
    with_one = np.ones((len(data), data.shape[1] + 1), block.data.dtype)
    columns = block.data.reshape(len(block.data), math.prod(block.shape[1:]))
    y = np.empty((len(data), *block.shape[1:]), block.data.dtype)
    flat = y.reshape(len(data), columns.shape[1])

    def forward() -> None:
        with_one[:, :-1] = data
        np.dot(with_one, columns, out=flat)

    def backward(g: Array, dblock: Array) -> None:
        np.dot(with_one.T, g.reshape(flat.shape), out=dblock.reshape(columns.shape))

    return record((block,), y, forward, backward)


def linear_many(x: Operand, block: Operand) -> Tensor:
    """y[b, o, n] = sum over i of x[b, i, n] block[i, o, n] + block[I, o, n], for networks n.

    x (B, I, N), block (I + 1, O, N), the biases in its last row -> y (B, O, N)
    dx[b, i] = sum over o of g[b, o] block[i, o], dblock[i, o] = sum over b of g[b, o] x[b, i], and of g[b, o]
    in the last row. ValueError on other shapes.
    """
    x, block = as_tensor(x), as_tensor(block)
    data = x.data
    fits = data.ndim == block.data.ndim == 3 and len(block.data) == data.shape[1] + 1
    if not fits or data.shape[2] != block.shape[2]:
        raise ValueError(
            f"linear_many needs x (B, I, N), block (I + 1, O, N), got {data.shape}, {block.shape}"
        )
    weight, bias = block.data[:-1], block.data[-1]
    y = np.empty((len(data), *bias.shape), block.data.dtype)

    def forward() -> None:
        np.einsum("ion,bin->bon", weight, data, out=y)
        np.add(y, bias, out=y)

    def backward(g: Array, dx: Array | None, dblock: Array | None) -> None:
        if dblock is not None:
            np.einsum("bon,bin->ion", g, data, out=dblock[:-1])
            np.add.reduce(g, axis=0, out=dblock[-1])
        if dx is not None and len(bias) == 1:
            np.multiply(weight[:, 0], g, out=dx)  # a sum of one term
        elif dx is not None:
            np.einsum("ion,bon->bin", weight, g, out=dx)

    return record((x, block), y, forward, backward)


def mse_many(y: Operand, target: Array) -> tuple[Tensor, Array]:
    """L = sum over n of L[n], L[n] = mean over b and o of (y[b, o, n] - t[b, o, n])^2.

    y (B, O, N), target (B, O, N) -> L () and the buffer of the L[n] (N,);   dy = 2 (y - t) g / (B O)
    """
    y = as_tensor(y)
    data, goal = y.data, np.asarray(target)
    terms = _terms("mse_many", data, goal)
    difference = np.empty_like(data)
    each, loss = np.empty(data.shape[-1], data.dtype), np.empty((), data.dtype)

    def forward() -> None:
        np.subtract(data, goal, out=difference)

    def value() -> None:
        _average(difference * difference, terms, each, loss)

    def backward(g: Array, dy: Array) -> None:
        np.multiply(difference, g * (2 / terms), out=dy)

    return record((y,), loss, forward, backward, value), each


def bce_many(z: Operand, target: Array) -> tuple[Tensor, Array]:
    """L = sum over n of L[n], L[n] = mean over b and o of ln(e^(-t z) + e^(z - t z)), from logits.

    z (B, O, N), target (B, O, N) -> L () and the buffer of the L[n] (N,);   dz = (s(z) - t) g / (B O)
    The form of losses.binary_cross_entropy_with_logits, for its reason.
    """
    z = as_tensor(z)
    data, goal = z.data, np.asarray(target)
    terms = _terms("bce_many", data, goal)
    one, p = np.ones((), data.dtype), np.empty_like(data)
    each, loss = np.empty(data.shape[-1], data.dtype), np.empty((), data.dtype)

    def forward() -> None:
        np.negative(data, out=p)
        np.exp(p, out=p)
        np.add(p, one, out=p)
        np.divide(one, p, out=p)

    def value() -> None:
        part = goal * data
        _average(np.logaddexp(-part, data - part), terms, each, loss)

    def backward(g: Array, dz: Array) -> None:
        np.subtract(p, goal, out=dz)
        np.multiply(dz, g * (1 / terms), out=dz)

    return record((z,), loss, forward, backward, value), each


def _terms(name: str, data: Array, goal: Array) -> int:
    """Count the terms of one network's mean after checking the shapes."""
    if data.ndim != 3 or goal.shape != data.shape or data.shape[-1] < 2 or not data.size:
        raise ValueError(
            f"{name} needs (B, O, N), at least one term and two networks, and a target like it, "
            f"got {data.shape} and {goal.shape}"
        )
    return int(data.shape[0] * data.shape[1])


def _average(values: Array, terms: int, each: Array, loss: Array) -> None:
    """Average each network's terms in order, and add the averages up.
    values (B, O, N) -> each (N,), loss ()
    """
    np.add.reduce(values.reshape(-1, values.shape[-1]), axis=0, out=each)
    np.multiply(each, 1 / terms, out=each)
    loss[...] = each.sum()
