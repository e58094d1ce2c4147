"""A recurrent layer with a dense layer behind it: one answer for a sequence, or one for each step."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.layers.dense import Linear
from engine.layers.recurrent import KINDS
from engine.layers.tokens import Select
from engine.module import Module, Sequential


def sequence_model(
    kind: Literal["rnn", "lstm", "gru"],
    sizes: tuple[int, int, int],
    every_step: bool = False,
    *,
    generator: np.random.Generator | None = None,
    dtype: npt.DTypeLike = np.float32,
) -> Sequential:
    """Build a network for sequences.   sizes (I, H, O): x (B, T, I) -> y (B, O), or (B, T, O) for every
    step
    """
    inputs, hidden, outputs = sizes
    layers: list[Module] = [KINDS[kind](inputs, hidden, generator=generator, dtype=dtype)]  # (B, T, H)
    if not every_step:
        layers.append(Select("last"))  # (B, H)
    return Sequential(*layers, Linear(hidden, outputs, generator=generator, dtype=dtype))
