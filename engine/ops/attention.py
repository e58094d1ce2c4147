"""Attention as one operation: compare, mask, weigh; and its form with many heads, split and merged.

    y_t = sum over u of p_tu v_u,   p_t = softmax over u of q_t . k_u / sqrt(d)

with d the number of features compared. The keys run along the slowest axis of the table of weights, so that
the softmax is a handful of calls over long runs of memory, and a few sequences are done at a time, so that
their tables stay in the processor's cache from one call to the next.
Source: Vaswani et al. (2017).
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, placed, record

TABLE_BYTES = 256 * 1024
"""What the weights of the sequences done at a time may take: a part of a core's second-level cache."""


def scaled_dot_product_attention(q: Operand, k: Operand, v: Operand, is_causal: bool = False) -> Tensor:
    """y = softmax(q k^T / sqrt(d)) v over the last two axes, the leading ones the same in all three.

    q (..., T, d), k (..., S, d), v (..., S, E) -> y (..., T, E). Causal: step t sees the steps u <= t.
    With p the weights and s = p * (g v^T - the sum of g y over E) / sqrt(d):
    dq = s k, dk = s^T q, dv = p^T g. ValueError on other shapes and when there are no keys.
    """
    q, k, v = as_tensor(q), as_tensor(k), as_tensor(v)
    _check_attention(q.shape, k.shape, v.shape)
    y = np.empty((*q.shape[:-1], v.shape[-1]), np.result_type(q.data, k.data, v.data))
    attention = _Attention((q.data, k.data, v.data), y, is_causal)

    def backward(g: Array, dq: Array | None, dk: Array | None, dv: Array | None) -> None:
        attention.backward(g, (dq, dk, dv))

    return record((q, k, v), y, attention.forward, backward)


def multi_head_attention(qkv: Operand, heads: int, causal: bool = False) -> Tensor:
    """y = the heads' softmax(q k^T / sqrt(d)) v side by side, with q, k, v = the thirds of qkv.

    qkv (B, T, 3 D) -> y (B, T, D); each of the `heads` takes d = D / heads features of q, k and v. Causal: a
    step sees itself and the steps before it. The gradients are those of scaled_dot_product_attention, side by
    side in dqkv. ValueError on other shapes, or when the heads do not divide D.
    """
    qkv = as_tensor(qkv)
    inputs = _thirds(qkv.data, heads)  # each (B, heads, T, d)
    y = placed(np.empty_like(qkv.data[:, :, : qkv.shape[2] // 3]))  # (B, T, D), in the layout of qkv
    attention = _Attention(inputs, _split(y, heads), causal)

    def backward(g: Array, dqkv: Array) -> None:
        attention.backward(_split(g, heads), _thirds(dqkv, heads))

    return record((qkv,), y, attention.forward, backward)


def attention_weights(qkv: Operand, heads: int, causal: bool = False) -> Array:
    """p = softmax over the keys of q k^T / sqrt(d), to be looked at.   qkv (B, T, 3 D) -> p (B, heads, T, T)

    p[b, h, t, u] tells how much step t takes from step u.
    """
    inputs = _thirds(as_tensor(qkv).data, heads)
    attention = _Attention(inputs, np.empty_like(inputs[0]), causal)
    attention.forward()
    return np.concatenate([group.weights.swapaxes(-1, -2) for group in attention.groups]) * attention.normal


class _Attention:
    """The attention of q (..., T, d) to k (..., S, d), where v (..., S, E) is found, into y (..., T, E).

    The weights p = r e stay in two parts, e = e^(score - the largest score) and r = 1 / the sum of e, since
    the few rows of y are scaled sooner than the large table. With u = r g: s = e * (u v^T - the sum of u y).
    """

    def __init__(self, inputs: tuple[Array, Array, Array], y: Array, causal: bool) -> None:
        self.q, self.k, self.v = inputs
        self.y = y
        self.scale = 1 / max(self.q.shape[-1], 1) ** 0.5
        self.query = placed(np.empty_like(self.q))  # in the layout of q: one long run through both
        self.normal = np.empty_like(y, shape=(*y.shape[:-1], 1))  # r (..., T, 1)
        self.upper, self.product = placed(np.empty_like(y)), placed(np.empty_like(y))
        self.sums = np.empty_like(self.normal)
        self.parts = _parts(y, self.k.shape[-2])
        spare = _spare(self.q[self.parts[0]], self.k[self.parts[0]], causal)
        self.groups = [_Group(self.query[part], self.k[part], spare) for part in self.parts]

    def forward(self) -> None:
        np.multiply(self.q, self.scale, out=self.query)
        for group, part in zip(self.groups, self.parts, strict=True):
            group.weigh(self.v[part], self.y[part], self.normal[part])
        np.multiply(self.y, self.normal, out=self.y)

    def backward(self, g: Array, gradients: Sequence[Array | None]) -> None:
        upper = np.multiply(g, self.normal, out=self.upper)
        np.multiply(upper, self.y, out=self.product)
        np.add.reduce(self.product, axis=-1, keepdims=True, out=self.sums)
        for group, part in zip(self.groups, self.parts, strict=True):
            few = [None if gradient is None else gradient[part] for gradient in gradients]
            group.spread(upper[part], self.sums[part], self.v[part], few)
        if gradients[0] is not None:
            np.multiply(gradients[0], self.scale, out=gradients[0])


class _Spare(NamedTuple):
    """What all groups use one after the other: memory for a table, and the mask, None where all is seen."""

    table: Array
    mask: Array | None


class _Group:
    """A few sequences of an _Attention: query (..., T, d), k (..., S, d)."""

    def __init__(self, query: Array, k: Array, spare: _Spare) -> None:
        self.query, self.k = query, k
        self.table = _table(query, k)  # (S, ..., T): the scores, then e
        self.weights = np.moveaxis(self.table, 0, -2)  # (..., S, T)
        size = self.table.shape[1] if query.ndim > 2 else None
        self.mask = None if spare.mask is None else spare.mask[:, :size]
        self.dtable = spare.table[:, :size]  # (S, ..., T): of e, then s
        self.dscores = np.moveaxis(self.dtable, 0, -2)  # (..., S, T)
        self.sums = np.empty(query.shape[:-1], query.dtype)  # (..., T)

    def weigh(self, v: Array, y: Array, normal: Array) -> None:
        """Fill e, y = e^T v and r."""
        table, sums = self.table, self.sums
        np.matmul(self.k, self.query.swapaxes(-1, -2), out=self.weights)
        if self.mask is not None:
            np.add(table, self.mask, out=table)
        np.maximum.reduce(table, axis=0, out=sums)
        np.subtract(table, sums, out=table)
        np.exp(table, out=table)
        np.add.reduce(table, axis=0, out=sums)
        np.divide(1, sums[..., None], out=normal)
        np.matmul(self.weights.swapaxes(-1, -2), v, out=y)

    def spread(self, upper: Array, sums: Array, v: Array, gradients: Sequence[Array | None]) -> None:
        """From u (..., T, E) and its sums (..., T, 1): dq without the scale, dk and dv."""
        dq, dk, dv = gradients
        if dv is not None:
            np.matmul(self.weights, upper, out=dv)
        np.copyto(self.sums, sums[..., 0])
        np.matmul(v, upper.swapaxes(-1, -2), out=self.dscores)
        np.subtract(self.dtable, self.sums, out=self.dtable)
        np.multiply(self.dtable, self.table, out=self.dtable)
        if dk is not None:
            np.matmul(self.dscores, self.query, out=dk)
        if dq is not None:
            np.matmul(self.dscores.swapaxes(-1, -2), self.k, out=dq)


def _check_attention(q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...]) -> None:
    """Refuse shapes that do not fit: q (..., T, d), k (..., S, d), v (..., S, E), S at least 1."""
    fits = len(q) >= 2 and q[:-2] == k[:-2] and q[-1:] == k[-1:] and k[:-1] == v[:-1] and k[-2] > 0
    if not fits:
        raise ValueError(f"attention needs q (..., T, d), k (..., S, d), v (..., S, E), got {q}, {k} and {v}")


def _thirds(data: Array, heads: int) -> tuple[Array, Array, Array]:
    """View q, k and v of each head.   data (B, T, 3 D) -> three of (B, heads, T, D / heads)"""
    if data.ndim != 3 or heads < 1 or data.shape[2] % (3 * heads) or 0 in data.shape[1:]:
        raise ValueError(
            f"attention with {heads} heads needs (B, T, 3 D), T and D at least 1, D divisible by them, "
            f"got {data.shape}"
        )
    size = data.shape[2] // 3
    q, k, v = (_split(data[:, :, start : start + size], heads) for start in range(0, 3 * size, size))
    return q, k, v


def _split(data: Array, heads: int) -> Array:
    """View the features of each head.   data (B, T, D) -> (B, heads, T, D / heads)"""
    batch, length, size = data.shape
    return data.reshape(batch, length, heads, size // heads).transpose(0, 2, 1, 3)


def _parts(y: Array, keys: int) -> list[Any]:
    """Index the sequences y (B, ..., T, E) a few at a time; (T, E) is one sequence, done at once."""
    if y.ndim == 2:
        return [...]
    table = math.prod(y.shape[1:-1]) * keys * y.itemsize
    few = max(1, TABLE_BYTES // max(table, 1))
    return [slice(start, start + few) for start in range(0, max(len(y), 1), few)]


def _table(q: Array, k: Array) -> Array:
    """Allocate the scores of q (..., T, d) and k (..., S, d), the keys along the first axis: (S, ..., T)."""
    return placed(np.empty((k.shape[-2], *q.shape[:-1]), np.result_type(q, k)))


def _spare(q: Array, k: Array, causal: bool) -> _Spare:
    """Allocate what groups as large as q (..., T, d) and k (..., S, d), or smaller, share."""
    table = _table(q, k)
    if not causal:
        return _Spare(table, None)
    mask = np.zeros_like(table)  # (S, ..., T), as large as the table: broadcasting would cut the runs short
    for key in range(1, len(mask)):
        mask[key, ..., :key] = -np.inf  # the steps before the key
    return _Spare(table, mask)
