"""A decoder-only transformer that predicts the next symbol, after Radford et al. (2019)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine import bounds
from engine.layers.attention import TransformerBlock
from engine.layers.dense import Embedding, LayerNorm, Linear
from engine.layers.tokens import Positions
from engine.module import Module, Sequential
from engine.tensor import Array, Tensor


@dataclass(frozen=True)
class GPTConfig:
    """The size of a GPT: symbols, steps it sees, features, heads and blocks."""

    symbols: int
    length: int
    features: int = 64
    heads: int = 4
    blocks: int = 2
    approximate: str = "tanh"

    def __post_init__(self) -> None:
        """Refuse sizes below 1; ValueError names the first."""
        bounds.whole(1, symbols=self.symbols, length=self.length, features=self.features)
        bounds.whole(1, heads=self.heads, blocks=self.blocks)


class GPT(Module):
    """Logits of the next symbol at every step.   tokens (B, T) of integers -> logits (B, T, symbols), T =
    length
    """

    def __init__(
        self,
        config: GPTConfig,
        *,
        generator: np.random.Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        size = config.features
        self.config = config
        self.embedding = Embedding(config.symbols, size, generator=generator, dtype=dtype)
        self.positions = Positions(config.length, size, generator=generator, dtype=dtype)
        self.blocks = Sequential(
            *(
                TransformerBlock(
                    size,
                    config.heads,
                    causal=True,
                    approximate=config.approximate,
                    generator=generator,
                    dtype=dtype,
                )
                for _ in range(config.blocks)
            )
        )
        self.norm = LayerNorm(size, dtype=dtype)
        self.head = Linear(size, config.symbols, generator=generator, dtype=dtype)

    def forward(self, tokens: Array) -> Tensor:
        """Compute the logits; ValueError when the rows of tokens have another length."""
        if np.shape(tokens)[1:] != (self.config.length,):
            raise ValueError(f"this GPT takes tokens (B, {self.config.length}), got {np.shape(tokens)}")
        x = self.positions(self.embedding(tokens))  # (B, T, D)
        x = self.blocks(x)  # (B, T, D)
        return self.head(self.norm(x))  # (B, T, symbols)

    def generate(
        self, start: Array, steps: int, generator: np.random.Generator, temperature: float = 1.0
    ) -> Array:
        """Go on from `start` (T,) by so many symbols, drawn from softmax(logits / temperature).
        -> (T + steps,)

        Only the last `length` symbols are seen. ValueError on a temperature of 0 or less and on no symbols
        to start from.
        """
        if not temperature > 0:
            raise ValueError(f"temperature must be above 0, got {temperature}")
        if not len(start):
            raise ValueError("generate needs at least one symbol to start from, got none")
        tokens, length = [int(token) for token in start], self.config.length
        for _ in range(steps):
            seen = tokens[-length:]
            window = np.zeros((1, length), np.intp)
            window[0, : len(seen)] = seen
            logits = self(window).data[0, len(seen) - 1].astype(np.float64)  # (symbols,)
            with np.errstate(over="ignore"):  # all but the largest may go to minus infinity
                logits = (logits - logits.max()) / temperature
            noise = generator.gumbel(
                size=len(logits)
            )  # the largest of logit + noise is a draw from the softmax
            tokens.append(int(np.argmax(logits + noise)))
        return np.array(tokens)
