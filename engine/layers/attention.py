"""Self-attention and the block of the transformer, with the parameter names of PyTorch's own layers."""

import numpy as np
import numpy.typing as npt

from engine import bounds, init
from engine.layers.dense import GELU, Generator, LayerNorm, Linear, parameter
from engine.module import Module
from engine.ops import nn
from engine.ops.attention import multi_head_attention
from engine.ops.basic import Operand, add
from engine.tensor import Tensor, as_tensor


class MultiheadAttention(Module):
    """y = out_proj(attention(x @ in_proj_weight.T + in_proj_bias)).   x (B, T, embed_dim) -> y (same shape)

    in_proj_weight (3 D, D) starts in Glorot's uniform bounds, in_proj_bias and out_proj.bias at 0.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        *,
        causal: bool = False,
        generator: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        bounds.whole(1, embed_dim=embed_dim, num_heads=num_heads)
        if embed_dim % num_heads:
            raise ValueError(f"{num_heads} heads do not divide {embed_dim} features")
        self.num_heads, self.causal = num_heads, causal
        shape = (3 * embed_dim, embed_dim)
        drawn = None if generator is None else init.xavier_uniform(shape, generator)
        self.in_proj_weight = parameter(drawn, shape, dtype, "F")
        self.in_proj_bias = parameter(None, shape[:1], dtype)
        self.out_proj = Linear(embed_dim, embed_dim, generator=generator, dtype=dtype)
        self.out_proj.bias = parameter(None, (embed_dim,), dtype)

    def forward(self, x: Operand) -> Tensor:
        """Compute y; see attention.multi_head_attention."""
        qkv = nn.linear(x, self.in_proj_weight, self.in_proj_bias)  # (B, T, 3 D)
        return self.out_proj(multi_head_attention(qkv, self.num_heads, self.causal))


class TransformerBlock(Module):
    """x <- x + self_attn(norm1(x)), then x <- x + linear2(gelu(linear1(norm2(x)))).
    x (B, T, D) -> same shape

    The hidden layer has 4 D units. The names are those of torch.nn.TransformerEncoderLayer with norm_first.
    Source: Vaswani et al. (2017); the norms in front as in Radford et al. (2019).
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        *,
        causal: bool = False,
        approximate: str = "none",
        generator: Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        self.self_attn = MultiheadAttention(d_model, nhead, causal=causal, generator=generator, dtype=dtype)
        self.linear1 = Linear(d_model, 4 * d_model, generator=generator, dtype=dtype)
        self.activation = GELU(approximate)
        self.linear2 = Linear(4 * d_model, d_model, generator=generator, dtype=dtype)
        self.norm1 = LayerNorm(d_model, dtype=dtype)
        self.norm2 = LayerNorm(d_model, dtype=dtype)

    def forward(self, x: Operand) -> Tensor:
        """Compute the block."""
        x = as_tensor(x)
        x = add(x, self.self_attn(self.norm1(x)))  # (B, T, D)
        hidden = self.activation(self.linear1(self.norm2(x)))  # (B, T, 4 D)
        return add(x, self.linear2(hidden))  # (B, T, D)
