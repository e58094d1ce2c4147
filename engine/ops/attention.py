"""Attention as one operation: compare, mask, weigh; and its form with many heads, split and merged.

    y_t = sum over u of p_tu v_u,   p_t = softmax over u of q_t . k_u / sqrt(d)

with d the number of features compared. The keys run along the slowest axis of the table of weights, so that
the softmax is a handful of calls over long runs of memory, and a few sequences are done at a time, so that
their tables stay in the processor's cache from one call to the next.
Source: Vaswani et al. (2017).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, record

TABLE_BYTES = 128 * 1024
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
    attention = _Attention((q.data, k.data, v.data), y, _spare(q.data, k.data, is_causal))

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
    q, k, v = _thirds(qkv.data, heads)  # each (B, heads, T, d)
    batch, _, length, size = q.shape
    y = np.empty((batch, length, heads * size), qkv.data.dtype)
    merged = _split(y, heads)
    few = max(1, TABLE_BYTES // (heads * length**2 * y.itemsize))
    spare = _spare(q[:few], k[:few], causal)
    parts = [slice(start, start + few) for start in range(0, batch, few)]
    groups = [_Attention((q[part], k[part], v[part]), merged[part], spare) for part in parts]

    def forward() -> None:
        for group in groups:
            group.forward()

    def backward(g: Array, dqkv: Array) -> None:
        upper, (dq, dk, dv) = _split(g, heads), _thirds(dqkv, heads)
        for group, part in zip(groups, parts, strict=True):
            group.backward(upper[part], (dq[part], dk[part], dv[part]))

    return record((qkv,), y, forward, backward)


def attention_weights(qkv: Operand, heads: int, causal: bool = False) -> Array:
    """p = softmax over the keys of q k^T / sqrt(d), to be looked at.   qkv (B, T, 3 D) -> p (B, heads, T, T)

    p[b, h, t, u] tells how much step t takes from step u.
    """
    q, k, v = _thirds(as_tensor(qkv).data, heads)
    attention = _Attention((q, k, v), np.empty(q.shape, q.dtype), _spare(q, k, causal))
    attention.forward()
    return np.ascontiguousarray(attention.weights.swapaxes(-1, -2))


class _Spare(NamedTuple):
    """What all groups use one after the other: memory for a table, and the mask, None where all is seen."""

    table: Array
    mask: Array | None


class _Attention:
    """The attention of some heads: q (..., T, d), k (..., S, d), v (..., S, E) -> y (..., T, E)."""

    def __init__(self, inputs: tuple[Array, Array, Array], y: Array, spare: _Spare) -> None:
        self.q, self.k, self.v = inputs
        self.y = y
        self.scale = 1 / max(self.q.shape[-1], 1) ** 0.5
        self.query = np.empty_like(self.q)  # in the layout of q: one long run through both
        self.table = _table(self.q, self.k)  # (S, ..., T): the scores, then the weights
        self.weights = np.moveaxis(self.table, 0, -2)  # (..., S, T)
        self.mask = None if spare.mask is None else spare.mask[:, : self.table.shape[1]]
        self.dtable = spare.table[:, : self.table.shape[1]]  # (S, ..., T): of the weights, then the scores
        self.dscores = np.moveaxis(self.dtable, 0, -2)  # (..., S, T)
        self.product = np.empty_like(y)
        self.ones = np.ones((y.shape[-1], 1), y.dtype)
        self.sums = np.empty((*y.shape[:-1], 1), y.dtype)  # (..., T, 1)

    def forward(self) -> None:
        table, sums = self.table, self.sums[..., 0]
        np.multiply(self.q, self.scale, out=self.query)
        np.matmul(self.k, self.query.swapaxes(-1, -2), out=self.weights)
        if self.mask is not None:
            np.add(table, self.mask, out=table)
        np.maximum.reduce(table, axis=0, out=sums)
        np.subtract(table, sums, out=table)
        np.exp(table, out=table)
        np.add.reduce(table, axis=0, out=sums)
        np.divide(1, sums, out=sums)
        np.multiply(table, sums, out=table)
        np.matmul(self.weights.swapaxes(-1, -2), self.v, out=self.y)

    def backward(self, g: Array, gradients: Sequence[Array | None]) -> None:
        dq, dk, dv = gradients
        if dv is not None:
            np.matmul(self.weights, g, out=dv)
        np.multiply(g, self.y, out=self.product)
        np.matmul(self.product, self.ones, out=self.sums)
        np.matmul(self.v, g.swapaxes(-1, -2), out=self.dscores)
        np.subtract(self.dtable, self.sums[..., 0], out=self.dtable)
        np.multiply(self.dtable, self.table, out=self.dtable)
        if dk is not None:
            np.matmul(self.dscores, self.query, out=dk)
        if dq is not None:
            np.matmul(self.dscores.swapaxes(-1, -2), self.k, out=dq)
            np.multiply(dq, self.scale, out=dq)


def _check_attention(q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...]) -> None:
    """Refuse shapes that do not fit: q (..., T, d), k (..., S, d), v (..., S, E), S at least 1."""
    fits = len(q) >= 2 and q[:-2] == k[:-2] and q[-1:] == k[-1:] and k[:-1] == v[:-1] and k[-2] > 0
    if not fits:
        raise ValueError(f"attention needs q (..., T, d), k (..., S, d), v (..., S, E), got {q}, {k} and {v}")


def _thirds(data: Array, heads: int) -> tuple[Array, Array, Array]:
    """View q, k and v of each head.   data (B, T, 3 D) -> three of (B, heads, T, D / heads)"""
    if data.ndim != 3 or heads < 1 or data.shape[2] % (3 * heads) or not data.shape[1]:
        raise ValueError(
            f"attention with {heads} heads needs (B, T, 3 D), D divisible by them, got {data.shape}"
        )
    size = data.shape[2] // 3
    q, k, v = (_split(data[:, :, start : start + size], heads) for start in range(0, 3 * size, size))
    return q, k, v


def _split(data: Array, heads: int) -> Array:
    """View the features of each head.   data (B, T, D) -> (B, heads, T, D / heads)"""
    batch, length, size = data.shape
    return data.reshape(batch, length, heads, size // heads).transpose(0, 2, 1, 3)


def _table(q: Array, k: Array) -> Array:
    """Allocate the scores of q (..., T, d) and k (..., S, d), the keys along the first axis: (S, ..., T)."""
    return np.empty((k.shape[-2], *q.shape[:-1]), np.result_type(q, k))


def _spare(q: Array, k: Array, causal: bool) -> _Spare:
    """Allocate what groups as large as q (..., T, d) and k (..., S, d), or smaller, share."""
    table = _table(q, k)
    if not causal:
        return _Spare(table, None)
    mask = np.zeros_like(table)  # (S, ..., T), as large as the table: broadcasting would cut the runs short
    for key in range(1, len(mask)):
        mask[key, ..., :key] = -np.inf  # the steps before the key
    return _Spare(table, mask)
