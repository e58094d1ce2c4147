"""Attention."""

import numpy as np
import torch
from torch.nn import functional

from engine.ops.activation import softmax
from engine.ops.attention import attention_weights, multi_head_attention, scaled_dot_product_attention
from engine.ops.basic import concatenate, divide, matmul, reshape, take, transpose
from engine.tensor import Tensor
from tests.engine.ops.case import Case, Refusal


def attend(qkv: np.ndarray, heads: int, causal: bool) -> np.ndarray:
    """Loop over heads and steps as it is written."""
    batch, length, size = qkv.shape
    width = size // 3 // heads
    y = np.zeros((batch, length, size // 3))
    for head in range(heads):
        q, k, v = (
            qkv[:, :, i * size // 3 + head * width : i * size // 3 + (head + 1) * width] for i in range(3)
        )
        for t in range(length):
            end = t + 1 if causal else length
            scores = np.einsum("bd,bud->bu", q[:, t], k[:, :end]) / np.sqrt(width)
            p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
            y[:, t, head * width : (head + 1) * width] = np.einsum("bu,bud->bd", p, v[:, :end])
    return y


def attend_once(q: np.ndarray, k: np.ndarray, v: np.ndarray, causal: bool) -> np.ndarray:
    """Compare, mask, weigh as it is written."""
    scores = np.einsum("...td,...ud->...tu", q, k) / np.sqrt(q.shape[-1])
    seen = np.tril(np.ones(scores.shape[-2:])) if causal else 1
    p = np.exp(scores) * seen
    return np.einsum("...tu,...ue->...te", p / p.sum(-1, keepdims=True), v)


def weigh(qkv: np.ndarray, heads: int, causal: bool) -> np.ndarray:
    """Loop over heads and steps as it is written: the weights."""
    batch, length, size = qkv.shape
    width = size // 3 // heads
    p = np.zeros((batch, heads, length, length))
    for head in range(heads):
        q, k = (qkv[:, :, i * size // 3 + head * width :][:, :, :width] for i in range(2))
        for t in range(length):
            end = t + 1 if causal else length
            e = np.exp(np.einsum("bd,bud->bu", q[:, t], k[:, :end]) / np.sqrt(width))
            p[:, head, t, :end] = e / e.sum(1, keepdims=True)
    return p


def weights_by_torch(qkv: torch.Tensor, heads: int, causal: bool) -> torch.Tensor:
    """Let PyTorch's attention weigh unit vectors: what arrives are the weights."""
    batch, length, size = qkv.shape
    q, k, _ = qkv.reshape(batch, length, 3, heads, size // 3 // heads).permute(2, 0, 3, 1, 4)
    units = torch.eye(length, dtype=qkv.dtype).expand(batch, heads, length, length)
    return functional.scaled_dot_product_attention(q, k, units, is_causal=causal)


def by_torch(qkv: torch.Tensor, heads: int, causal: bool) -> torch.Tensor:
    """Run PyTorch's attention."""
    batch, length, size = qkv.shape
    q, k, v = qkv.reshape(batch, length, 3, heads, size // 3 // heads).permute(2, 0, 3, 1, 4)
    y = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return y.transpose(1, 2).reshape(batch, length, size // 3)


def by_primitives(qkv: Tensor) -> Tensor:
    """Compute two heads from the primitive operations."""
    batch, length, size = qkv.shape
    parts = transpose(reshape(qkv, (batch, length, 3, 2, size // 6)), (2, 0, 3, 1, 4))
    q, k, v = (take(parts, number) for number in range(3))
    p = softmax(divide(matmul(q, transpose(k, (0, 1, 3, 2))), np.asarray((size / 6) ** 0.5, qkv.data.dtype)))
    heads = matmul(p, v)
    return concatenate([take(heads, (slice(None), head)) for head in range(2)], 2)


SHAPES = {
    "": ((2, 4, 12), 2),
    ", one head": ((2, 3, 6), 1),
    ", one step": ((2, 1, 6), 2),
    ", size one": ((1, 1, 3), 1),
    ", in groups": ((11, 20, 24), 4),
    ", no examples": ((0, 2, 6), 1),
}
SINGLE = {
    "": ((2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 5)),
    ", plain": ((4, 3), (4, 3), (4, 3)),
    ", other keys": ((2, 3, 4), (2, 5, 4), (2, 5, 2)),
    ", fewer keys": ((2, 5, 4), (2, 3, 4), (2, 3, 4)),
    ", one step": ((2, 1, 3), (2, 1, 3), (2, 1, 3)),
    ", size one": ((1, 1), (1, 1), (1, 1)),
    ", no queries": ((2, 0, 3), (2, 4, 3), (2, 4, 3)),
    ", no examples": ((0, 2, 3), (0, 2, 3), (0, 2, 3)),
    ", no features to weigh": ((2, 3, 4), (2, 3, 4), (2, 3, 0)),
}
CASES = (
    [
        Case(
            f"{'causal ' if causal else ''}attention{kind}",
            lambda qkv, heads=heads, causal=causal: multi_head_attention(qkv, heads, causal),
            (shape,),
            lambda qkv, heads=heads, causal=causal: attend(qkv, heads, causal),
            lambda qkv, heads=heads, causal=causal: by_torch(qkv, heads, causal),
        )
        for causal in (False, True)
        for kind, (shape, heads) in SHAPES.items()
    ]
    + [
        Case(
            f"{'causal ' if causal else ''}scaled dot product{kind}",
            lambda q, k, v, causal=causal: scaled_dot_product_attention(q, k, v, causal),
            shapes,
            lambda q, k, v, causal=causal: attend_once(q, k, v, causal),
            lambda q, k, v, causal=causal: functional.scaled_dot_product_attention(q, k, v, is_causal=causal),
        )
        for causal in (False, True)
        for kind, shapes in SINGLE.items()
    ]
    + [
        Case(
            f"{'causal ' if causal else ''}attention weights{kind}",
            lambda qkv, heads=heads, causal=causal: Tensor(attention_weights(qkv, heads, causal)),
            (shape,),
            lambda qkv, heads=heads, causal=causal: weigh(qkv, heads, causal),
            lambda qkv, heads=heads, causal=causal: weights_by_torch(qkv, heads, causal),
            differentiable=False,
        )
        for causal in (False, True)
        for kind, (shape, heads) in SHAPES.items()
    ]
    + [
        Case(
            "attention from primitives",
            by_primitives,
            ((2, 4, 12),),
            lambda qkv: attend(qkv, 2, False),
            lambda qkv: by_torch(qkv, 2, False),
        )
    ]
)
REFUSALS = [
    Refusal("heads", lambda: multi_head_attention(np.ones((1, 2, 12)), 3), ValueError, "3 heads"),
    Refusal("axes", lambda: multi_head_attention(np.ones((2, 12)), 2), ValueError, "3 D"),
    Refusal(
        "no steps", lambda: multi_head_attention(np.ones((2, 0, 12)), 2), ValueError, "T and D at least 1"
    ),
    Refusal(
        "no features", lambda: attention_weights(np.ones((2, 3, 0)), 2), ValueError, "T and D at least 1"
    ),
    Refusal(
        "keys",
        lambda: scaled_dot_product_attention(np.ones((2, 3)), np.ones((2, 4)), np.ones((2, 4))),
        ValueError,
        r"\(2, 3\), \(2, 4\)",
    ),
    Refusal(
        "no keys",
        lambda: scaled_dot_product_attention(np.ones((2, 3)), np.ones((0, 3)), np.ones((0, 3))),
        ValueError,
        r"\(0, 3\)",
    ),
]
