"""Attention as one operation: split into heads, compare, mask, weigh and merge.

    y_t = sum over u of p_tu v_u,   p_t = softmax over u of q_t . k_u / sqrt(d)

with d the size of a head. Keys run along the slow axis of the scores, so the softmax is a handful of calls
over whole blocks, and the sums divide the small output, not the large table of weights.
Source: Vaswani et al. (2017).
"""

import numpy as np

from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, record


def multi_head_attention(qkv: Operand, heads: int, causal: bool = False) -> Tensor:
    """y = the heads' softmax(q k^T / sqrt(d)) v side by side, with q, k, v = the thirds of qkv.

    qkv (B, T, 3 D) -> y (B, T, D); each of the `heads` takes d = D / heads features of q, k and v. Causal: a
    step sees itself and the steps before it. With e = exp(scores - max) and n = 1 / sum(e):
    dv = e (n g), dscores = e ((n g) v^T - n g . y), dq = dscores k / sqrt(d), dk = dscores^T q / sqrt(d).
    ValueError on other shapes, or when the heads do not divide D.
    """
    qkv = as_tensor(qkv)
    q, k, v = _thirds(qkv.data, heads)
    batch, _, length, size = q.shape
    y = np.empty((batch, length, heads * size), qkv.data.dtype)
    merged = y.reshape(batch, length, heads, size).transpose(0, 2, 1, 3)  # (B, H, T, d)
    table = np.empty((batch, heads, length, length), y.dtype)  # (B, H, keys, queries)
    dtable, output, down = np.empty_like(table), np.empty(q.shape, y.dtype), np.empty(q.shape, y.dtype)
    share = np.empty((batch, heads, 1, length), y.dtype)
    query, mask = np.empty(q.shape, y.dtype), _mask(length, y.dtype)
    column = share.swapaxes(-1, -2)  # (B, H, T, 1)

    def forward() -> None:
        np.multiply(q, 1 / size**0.5, out=query)
        np.matmul(k, query.swapaxes(-1, -2), out=table)
        if causal:
            np.add(table, mask, out=table)
        np.max(table, axis=-2, keepdims=True, out=share)
        np.subtract(table, share, out=table)
        np.exp(table, out=table)
        np.add.reduce(table, axis=-2, keepdims=True, out=share)
        np.divide(1, share, out=share)
        np.matmul(table.swapaxes(-1, -2), v, out=output)
        np.multiply(output, column, out=merged)

    def backward(g: Array, dqkv: Array) -> None:
        upper = g.reshape(batch, length, heads, size).transpose(0, 2, 1, 3)
        dq, dk, dv = _thirds(dqkv, heads)
        np.multiply(upper, column, out=down)
        np.matmul(table, down, out=dv)
        np.matmul(v, down.swapaxes(-1, -2), out=dtable)
        np.multiply(down, merged, out=output)
        np.subtract(dtable, output.sum(axis=-1)[:, :, None, :], out=dtable)
        np.multiply(dtable, table, out=dtable)
        np.matmul(dtable, query, out=dk)
        np.matmul(dtable.swapaxes(-1, -2), k, out=output)
        np.multiply(output, 1 / size**0.5, out=dq)

    return record((qkv,), y, forward, backward)


def attention_weights(qkv: Operand, heads: int, causal: bool = False) -> Array:
    """p = softmax over the keys of q k^T / sqrt(d), to be looked at.   qkv (B, T, 3 D) -> p (B, heads, T, T)

    p[b, h, t, u] tells how much step t takes from step u.
    """
    q, k, _ = _thirds(as_tensor(qkv).data, heads)
    scores = np.matmul(q, k.swapaxes(-1, -2)) / q.shape[-1] ** 0.5
    if causal:
        scores = scores + _mask(q.shape[2], scores.dtype).T
    weights: Array = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def _thirds(data: Array, heads: int) -> tuple[Array, Array, Array]:
    """View q, k and v of each head.   data (B, T, 3 D) -> three of (B, heads, T, D / heads)"""
    if data.ndim != 3 or heads < 1 or data.shape[2] % (3 * heads) or not data.shape[1]:
        raise ValueError(
            f"attention with {heads} heads needs (B, T, 3 D), D divisible by them, got {data.shape}"
        )
    batch, length, size = data.shape
    parts = data.reshape(batch, length, 3, heads, size // (3 * heads)).transpose(2, 0, 3, 1, 4)
    return parts[0], parts[1], parts[2]


def _mask(length: int, dtype: np.dtype) -> Array:
    """Put minus infinity where a key comes after the query.   -> (keys, queries)"""
    return np.tril(np.full((length, length), -np.inf), -1).astype(dtype)
