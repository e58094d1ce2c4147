"""The fused operations of dense networks: one node each for what primitives would do in several."""

import math

import numpy as np
import numpy.typing as npt

from engine import bounds
from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, placed, record


def linear(x: Operand, weight: Operand, bias: Operand | None = None) -> Tensor:
    """y = x @ weight.T + bias.   x (..., I), weight (O, I), bias (O,) -> y (..., O)

    dx = g @ weight, dweight = g^T @ x and dbias = the sum of g, both over all rows. ValueError on other
    shapes.
    """
    x, weight = as_tensor(x), as_tensor(weight)
    inputs = [x, weight] if bias is None else [x, weight, as_tensor(bias)]
    _check_linear(*(tensor.shape for tensor in inputs))
    w = weight.data
    rows, copied = _as_rows(x.data)
    outputs = _rows_like(rows, len(w), np.result_type(rows, w))
    y = outputs.reshape(*x.shape[:-1], len(w))
    left, right, product = _operands(rows, w.T, outputs)
    ones = np.ones(len(rows), y.dtype)
    shift = np.broadcast_to(inputs[2].data if bias is not None else y.dtype.type(0), outputs.shape)

    def forward() -> None:
        if copied:
            np.copyto(rows.reshape(x.shape), x.data)
        np.dot(left, right, out=product)
        if bias is not None:
            np.add(outputs, shift, out=outputs)

    def backward(g: Array, dx: Array | None, dweight: Array | None, dbias: Array | None = None) -> None:
        if g.ndim != 2:
            g = g.reshape(outputs.shape)
        if dweight is not None:
            _product(g.T, rows, dweight)
        if dbias is not None:
            np.dot(ones, g, out=dbias)
        if dx is not None:
            _product(g, w, dx)

    return record(inputs, y, forward, backward)


def _check_linear(x: tuple[int, ...], weight: tuple[int, ...], bias: tuple[int, ...] | None = None) -> None:
    """Refuse shapes that do not fit: x (..., I), weight (O, I), bias (O,)."""
    if len(weight) != 2 or not x or x[-1] != weight[1]:
        raise ValueError(f"linear needs x (..., I) and weight (O, I), got {x} and {weight}")
    if bias is not None and bias != weight[:1]:
        raise ValueError(f"linear needs bias ({weight[0]},), got {bias}")


def _operands(a: Array, b: Array, into: Array) -> tuple[Array, Array, Array]:
    """Turn into = a @ b about where `into` lies column by column: np.dot writes row by row only."""
    return (a, b, into) if into.flags.c_contiguous else (b.T, a.T, into.T)


def _product(a: Array, b: Array, into: Array) -> None:
    """into = a @ b, whichever way round `into` lies in memory.
    a (N, K), b (K, M), into (..., M) of N rows
    """
    rows = into if into.ndim == 2 else into.reshape(len(a), b.shape[1])
    flags = rows.flags
    if flags.forc and (rows is into or np.may_share_memory(rows, into)):
        if flags.c_contiguous:
            np.dot(a, b, out=rows)
        else:
            np.dot(b.T, a.T, out=rows.T)
    else:
        np.copyto(into, np.dot(a, b).reshape(into.shape))


def _as_rows(data: Array) -> tuple[Array, bool]:
    """Fold the leading axes: data (..., I) -> (N, I), and whether that is a copy to be refreshed.

    A product of 3-D arrays would run as many small products; folded, it is one large one.
    """
    rows = data if data.ndim == 2 else data.reshape(math.prod(data.shape[:-1]), data.shape[-1])
    return rows, not np.shares_memory(rows, data)


def _rows_like(rows: Array, size: int, dtype: npt.DTypeLike) -> Array:
    """Allocate rows of another size in the same layout, row by row or column by column.
    rows (N, I) -> (N, size)

    Where columns run along memory, a number for each row or each column meets long runs (embedding).
    """
    by_rows = rows.flags.c_contiguous or not rows.flags.f_contiguous
    return placed(np.empty((len(rows), size), dtype, order="C" if by_rows else "F"))


def layer_norm(x: Operand, weight: Operand, bias: Operand, eps: float = 1e-5) -> Tensor:
    """y = (x - m) / sqrt(v + eps) weight + bias, m and v the mean and biased variance over the last axis.

    x (..., D), weight (D,), bias (D,) -> y (..., D).   Ba, Kiros and Hinton (2016).
    With n = (x - m) / s, s = sqrt(v + eps) and h = g weight:
    dx = (h - mean(h) - n mean(h n)) / s, dweight = the sum of g n, dbias = the sum of g, both over all rows.
    """
    x, weight, bias = as_tensor(x), as_tensor(weight), as_tensor(bias)
    size = x.shape[-1] if x.data.ndim else 0
    if not x.data.ndim or weight.shape != (size,) or bias.shape != (size,):
        raise ValueError(f"layer_norm over {size} features got weight {weight.shape}, bias {bias.shape}")
    gain, shift, (rows, copied) = weight.data, bias.data, _as_rows(x.data)
    outputs = _rows_like(rows, size, rows.dtype)
    y = outputs.reshape(x.shape)
    normal, part = placed(np.empty_like(outputs)), placed(np.empty_like(outputs))
    means = np.empty(len(rows), y.dtype)
    scale, mean = np.empty((len(rows), 1), y.dtype), means[:, None]
    average, ones = np.full(size, 1 / max(size, 1), y.dtype), np.ones(len(rows), y.dtype)

    def forward() -> None:
        """Take means by products with a vector, faster than sums. The mean of what is left, which rounding
        leaves in rows of large numbers that differ little, is taken off too.
        """
        if copied:
            np.copyto(rows.reshape(x.shape), x.data)
        np.dot(rows, average, out=means)
        np.subtract(rows, mean, out=normal)
        np.dot(normal, average, out=means)
        np.subtract(normal, mean, out=normal)
        np.multiply(normal, normal, out=part)
        np.dot(part, average, out=means)
        np.add(mean, eps, out=scale)
        np.sqrt(scale, out=scale)
        np.divide(1, scale, out=scale)
        np.multiply(normal, scale, out=normal)
        np.multiply(normal, gain, out=outputs)
        np.add(outputs, shift, out=outputs)

    def backward(g: Array, dx: Array | None, dweight: Array | None, dbias: Array | None) -> None:
        upper = g.reshape(outputs.shape)
        np.multiply(upper, normal, out=part)
        if dweight is not None:
            np.dot(ones, part, out=dweight)
        if dbias is not None:
            np.dot(ones, upper, out=dbias)
        if dx is not None:
            into = dx.reshape(outputs.shape)
            weighted = gain * average
            np.dot(part, weighted, out=means)
            np.multiply(normal, mean, out=part)
            np.dot(upper, weighted, out=means)
            np.add(part, mean, out=part)
            np.multiply(upper, gain, out=into)
            np.subtract(into, part, out=into)
            np.multiply(into, scale, out=into)
            if not np.shares_memory(into, dx):
                np.copyto(dx, into.reshape(dx.shape))

    return record((x, weight, bias), y, forward, backward)


def dropout(x: Operand, p: float, generator: np.random.Generator) -> Tensor:
    """y = x m / (1 - p), each m drawn: 0 with probability p, else 1.   x (any shape) -> y (same shape)

    dx = g m / (1 - p). Each forward draws anew, float32 numbers for every dtype. p in [0, 1], ValueError
    otherwise; p = 1 gives zeros. In the inverted form nothing is to be done when predicting.

    Source: Srivastava et al. (2014).
    """
    bounds.number(0, 1, p=p)
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)
    drawn = np.empty(data.shape, np.float32)
    mask = np.empty_like(data)
    scale = 1 / (1 - p) if p < 1 else 0.0

    def forward() -> None:
        generator.random(out=drawn, dtype=np.float32)
        np.multiply(drawn >= p, scale, out=mask, casting="same_kind")
        np.multiply(data, mask, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.multiply(g, mask, out=dx)

    return record((x,), y, forward, backward)


def gaussian_noise(x: Operand, std: float, generator: np.random.Generator) -> Tensor:
    """y = x + std e, each e drawn from N(0, 1).   x (any shape) -> y (same shape);   dx = g

    Each forward draws anew, float32 numbers for every dtype. ValueError when std is negative or not finite.
    Source: Vincent et al. (2008), the denoising auto-encoder.
    """
    bounds.number(0, std=std)
    x = as_tensor(x)
    data, y = x.data, np.empty_like(x.data)
    drawn = np.empty(data.shape, np.float32)

    def forward() -> None:
        generator.standard_normal(out=drawn, dtype=np.float32)
        np.multiply(drawn, std, out=drawn)
        np.add(data, drawn, out=y)

    def backward(g: Array, dx: Array) -> None:
        np.copyto(dx, g)

    return record((x,), y, forward, backward)


def embedding(indices: Array, weight: Operand) -> Tensor:
    """y[...] = weight[indices[...]].   indices (...) of integers in [0, V), weight (V, D) -> y (..., D)

    dweight[v] = the sum of g where the index is v. IndexError names an index outside the table.
    Each feature of y runs along memory, over all indices: the operations on long sequences keep that layout,
    and work on runs as long as the sequences rather than as short as a vector.
    """
    weight = as_tensor(weight)
    table, size = weight.data, weight.shape[1]
    where = np.asarray(indices)
    rows = placed(np.empty((where.size, size), table.dtype, order="F"))
    y = rows.reshape(*where.shape, size)
    hot, numbers = np.zeros((len(table), where.size), table.dtype), np.arange(where.size)

    def forward() -> None:
        if where.size and (where.min() < 0 or where.max() >= len(table)):
            wrong = where[(where < 0) | (where >= len(table))].flat[0]
            raise IndexError(f"index {wrong} is outside the table of {len(table)} rows")
        np.take(table.T, where.reshape(-1), axis=1, out=rows.T, mode="clip")

    def backward(g: Array, dweight: Array | None) -> None:
        """Sum the rows of each index by a product with the one-hot table: V is small here."""
        if dweight is not None:
            hot.fill(0)
            hot[where.reshape(-1), numbers] = 1
            _product(hot, g.reshape(where.size, size), dweight)

    return record((weight,), y, forward, backward)
