"""Primitive operations: the small steps every network can be written in.

The fused operations beside this module do several of these at once; tests hold each fused one to the same
network written with these.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numpy.lib.array_utils import normalize_axis_tuple

from engine.tensor import Array, Tensor, as_tensor, placed, record, unbroadcast

Operand = Tensor | npt.ArrayLike


def add(a: Operand, b: Operand) -> Tensor:
    """y = a + b, broadcast.   a, b (any shapes that broadcast) -> y (their common shape)

    da = g, db = g, each summed over the axes along which it was broadcast.
    """
    a, b, y = _operands(a, b)
    left, right = a.data, b.data

    def forward() -> None:
        np.add(left, right, out=y)

    def backward(g: Array, da: Array | None, db: Array | None) -> None:
        if da is not None:
            unbroadcast(g, da)
        if db is not None:
            unbroadcast(g, db)

    return record((a, b), y, forward, backward, passes=True)


def subtract(a: Operand, b: Operand) -> Tensor:
    """y = a - b, broadcast.   a, b (any shapes that broadcast) -> y (their common shape)

    da = g, db = -g, each summed over the axes along which it was broadcast.
    """
    a, b, y = _operands(a, b)
    left, right = a.data, b.data

    def forward() -> None:
        np.subtract(left, right, out=y)

    def backward(g: Array, da: Array | None, db: Array | None) -> None:
        if da is not None:
            unbroadcast(g, da)
        if db is not None:
            unbroadcast(-g, db)

    return record((a, b), y, forward, backward)


def multiply(a: Operand, b: Operand) -> Tensor:
    """y = a b element by element, broadcast.   a, b (any shapes that broadcast) -> y (their common shape)

    da = g b, db = g a, each summed over the axes along which it was broadcast.
    """
    a, b, y = _operands(a, b)
    left, right = a.data, b.data

    def forward() -> None:
        np.multiply(left, right, out=y)

    def backward(g: Array, da: Array | None, db: Array | None) -> None:
        if da is not None:
            unbroadcast(g * right, da)
        if db is not None:
            unbroadcast(g * left, db)

    return record((a, b), y, forward, backward)


def divide(a: Operand, b: Operand) -> Tensor:
    """y = a / b element by element, broadcast.   a, b (any shapes that broadcast) -> y (their common shape)

    da = g / b, db = -g y / b, each summed over the axes along which it was broadcast.
    """
    a, b, y = _operands(a, b)
    left, right = a.data, b.data

    def forward() -> None:
        np.divide(left, right, out=y)

    def backward(g: Array, da: Array | None, db: Array | None) -> None:
        if da is not None:
            unbroadcast(g / right, da)
        if db is not None:
            unbroadcast(-g * y / right, db)

    return record((a, b), y, forward, backward)


def power(x: Operand, exponent: float) -> Tensor:
    """y = x ** exponent for a fixed exponent.   x (any shape) -> y (same shape);
    dx = g exponent x ** (exponent - 1), and 0 where the exponent is
    """
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)

    def forward() -> None:
        np.power(data, exponent, out=y)

    def backward(g: Array, dx: Array) -> None:
        if exponent == 0:
            dx.fill(0)
            return
        np.power(data, exponent - 1, out=dx)
        np.multiply(dx, exponent, out=dx)
        np.multiply(dx, g, out=dx)

    return record((x,), y, forward, backward)


def exp(x: Operand) -> Tensor:
    """y = e ** x.   x (any shape) -> y (same shape);   dx = g y"""
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)

    def forward() -> None:
        np.exp(data, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.multiply(g, y, out=dx)

    return record((x,), y, forward, backward)


def log(x: Operand) -> Tensor:
    """y = ln x.   x (any shape, > 0) -> y (same shape);   dx = g / x"""
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)

    def forward() -> None:
        np.log(data, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.divide(g, data, out=dx)

    return record((x,), y, forward, backward)


def matmul(a: Operand, b: Operand) -> Tensor:
    """y = a @ b over the last two axes, the leading ones broadcast.
    a (..., N, K), b (..., K, M) -> y (..., N, M)

    da = g @ b^T, db = a^T @ g, each summed over the leading axes along which it was broadcast.
    """
    a, b = as_tensor(a), as_tensor(b)
    left, right = a.data, b.data
    if left.ndim < 2 or right.ndim < 2 or left.shape[-1] != right.shape[-2]:
        raise ValueError(f"matmul needs (..., N, K) and (..., K, M), got {left.shape} and {right.shape}")
    lead = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    y = np.empty((*lead, left.shape[-2], right.shape[-1]), np.result_type(left, right))

    def forward() -> None:
        np.matmul(left, right, out=y)

    def backward(g: Array, da: Array | None, db: Array | None) -> None:
        if da is not None:
            unbroadcast(g @ right.swapaxes(-1, -2), da)
        if db is not None:
            unbroadcast(left.swapaxes(-1, -2) @ g, db)

    return record((a, b), y, forward, backward)


def total(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """y = the sum of x over the axes.   x (any shape) -> y (x's shape without the axes, or with size 1 there)

    dx = g, repeated along the axes. No axis given: over all of them, y ().
    """
    x = as_tensor(x)
    data = x.data
    axes = _axes(data, axis)
    kept = tuple(1 if number in axes else size for number, size in enumerate(data.shape))
    left = tuple(size for number, size in enumerate(data.shape) if number not in axes)
    y = np.empty(kept if keepdims else left, np.zeros(0, data.dtype).sum().dtype)

    def forward() -> None:
        np.sum(data, axis=axis, keepdims=keepdims, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.copyto(dx, g.reshape(kept))

    return record((x,), y, forward, backward)


def mean(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """y = the mean of x over the axes.   x (any shape) -> y (x's shape without the axes, or with size 1
    there)

    dx = g / n, repeated along the axes, n the number of elements averaged. ValueError when n is 0.
    """
    x = as_tensor(x)
    summed = total(x, axis, keepdims)
    count = math.prod(x.shape[number] for number in _axes(x.data, axis))
    if not count:
        raise ValueError(f"mean over no elements: x has shape {x.shape}")
    return multiply(summed, np.asarray(1 / count, x.data.dtype))


def reshape(x: Operand, shape: Sequence[int]) -> Tensor:
    """y = x with its elements in the same order and a new shape.   x (any shape) -> y (shape)

    dx = g in the shape of x. One size may be -1: whatever is left.
    """
    x = as_tensor(x)
    data = x.data
    view = data.reshape(tuple(shape))
    shared = np.shares_memory(view, data)
    y = view if shared else np.array(view)

    def forward() -> None:
        if not shared:
            np.copyto(y, data.reshape(y.shape))

    def backward(g: Array, dx: Array) -> None:
        np.copyto(dx, g.reshape(dx.shape))

    return record((x,), y, forward, backward)


def transpose(x: Operand, axes: Sequence[int]) -> Tensor:
    """y[i_axes[0], i_axes[1], ...] = x[i_0, i_1, ...]: the axes in a new order, a view of the same memory.

    x (any shape) -> y (x's shape in the new order);   dx = g with the axes put back
    """
    x = as_tensor(x)
    order = normalize_axis_tuple(tuple(axes), x.data.ndim)
    back = tuple(int(axis) for axis in np.argsort(order))
    y = x.data.transpose(order)

    def forward() -> None:
        """Do nothing: y is a view."""

    def backward(g: Array, dx: Array) -> None:
        np.copyto(dx, g.transpose(back))

    return record((x,), y, forward, backward)


def concatenate(parts: Sequence[Operand], axis: int) -> Tensor:
    """y = the parts one after the other along the axis.   parts, each (..., n_i, ...) -> y (..., sum of
    n_i, ...)

    The gradient of a part is its stretch of g.
    """
    tensors = tuple(as_tensor(part) for part in parts)
    arrays = [tensor.data for tensor in tensors]
    y = np.concatenate(arrays, axis=axis)
    ends = np.cumsum([array.shape[axis] for array in arrays])[:-1]

    def forward() -> None:
        np.concatenate(arrays, axis=axis, out=y)

    def backward(g: Array, *gradients: Array | None) -> None:
        for stretch, into in zip(np.split(g, ends, axis=axis), gradients, strict=True):
            if into is not None:
                np.copyto(into, stretch)

    return record(tensors, y, forward, backward)


def take(x: Operand, index: int | slice | tuple[int | slice, ...]) -> Tensor:
    """y = x[index] for integers and slices, a view of the same memory.
    x (any shape) -> y (the part's shape)

    dx = g where the index points, 0 elsewhere.
    """
    x = as_tensor(x)
    y = np.asarray(x.data[index])

    def forward() -> None:
        """Do nothing: y is a view."""

    def backward(g: Array, dx: Array) -> None:
        dx.fill(0)
        dx[index] = g

    if not np.shares_memory(y, x.data) and y.size:
        raise ValueError(f"take gives a view: use integers and slices, and leave an axis, not {index!r}")
    return record((x,), y, forward, backward)


def _axes(data: Array, axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """Number the axes meant from 0 up; None means all."""
    return tuple(range(data.ndim)) if axis is None else normalize_axis_tuple(axis, data.ndim)


def _operands(a: Operand, b: Operand) -> tuple[Tensor, Tensor, Array]:
    """Wrap both operands and allocate the result of their common shape; a bare number takes the other's
    dtype. Operands of one layout in memory give a result of that layout.
    """
    left, right = as_tensor(a), as_tensor(b)
    if not isinstance(a, Tensor | np.ndarray):
        left = Tensor(left.data.astype(right.data.dtype))
    if not isinstance(b, Tensor | np.ndarray):
        right = Tensor(right.data.astype(left.data.dtype))
    shape = np.broadcast_shapes(left.shape, right.shape)
    dtype = np.result_type(left.data, right.data)
    whole = [part.data for part in (left, right) if part.shape == shape]
    alike = len({part.strides for part in whole}) == 1
    return left, right, placed(np.empty_like(whole[0], dtype) if alike else np.empty(shape, dtype))
