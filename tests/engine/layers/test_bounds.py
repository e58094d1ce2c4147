"""Layers and models say what they cannot be made of or work on: the setting, its limit and the value."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from engine.layers.attention import MultiheadAttention
from engine.layers.dense import (
    ELU,
    GELU,
    Dropout,
    Embedding,
    GaussianNoise,
    LayerNorm,
    LeakyReLU,
    Linear,
)
from engine.layers.image import AvgPool2d, BatchNorm2d, Conv2d, MaxPool2d, Upsample
from engine.layers.recurrent import GRU, LSTM, RNN, Recurrent
from engine.layers.tokens import Patches, Positions, Select
from engine.models.autoencoder import AutoEncoder, MaskingNoise
from engine.models.gpt import GPTConfig
from engine.models.vit import ViTConfig

GENERATOR = np.random.Generator(np.random.PCG64(0))
NAN, INFINITY = float("nan"), float("inf")
REFUSED: dict[str, Callable[[], object]] = {
    "in_features must be a whole number of at least 1, got 0": lambda: Linear(0, 3),
    "out_features must be a whole number of at least 1, got 2.5": lambda: Linear(3, 2.5),  # type: ignore[arg-type]
    "in_features must be a whole number of at least 1, got True": lambda: Linear(True, 3),
    "std must be a finite number of at least 0, got 1000000": lambda: GaussianNoise(
        10**400, generator=GENERATOR
    ),
    "num_embeddings must be a whole number of at least 1, got 0": lambda: Embedding(0, 3),
    "embedding_dim must be a whole number of at least 1, got -1": lambda: Embedding(3, -1),
    "normalized_shape must be a whole number of at least 1, got 0": lambda: LayerNorm(0),
    "eps must be a finite number of at least 0, got -1": lambda: LayerNorm(2, -1),
    "p must be a finite number between 0 and 1, got 1.5": lambda: Dropout(1.5, generator=GENERATOR),
    "p must be a finite number between 0 and 1, got nan": lambda: MaskingNoise(NAN, generator=GENERATOR),
    "std must be a finite number of at least 0, got -1": lambda: GaussianNoise(-1, generator=GENERATOR),
    "negative_slope must be a finite number, got nan": lambda: LeakyReLU(NAN),
    "alpha must be a finite number, got inf": lambda: ELU(INFINITY),
    "approximate must be 'none' or 'tanh', got 'erf'": lambda: GELU("erf"),
    "out_channels must be a whole number of at least 1, got 0": lambda: Conv2d(1, 0, 3),
    "kernel_size must be a whole number of at least 1, got 0": lambda: MaxPool2d(0),
    "stride must be a whole number of at least 1, got 0": lambda: AvgPool2d(2, 0),
    "padding must be a whole number of at least 0, got -1": lambda: Conv2d(1, 1, 3, padding=-1),
    "scale_factor must be a whole number of at least 1, got 0": lambda: Upsample(scale_factor=0),
    "num_features must be a whole number of at least 1, got 0": lambda: BatchNorm2d(0),
    "momentum must be a finite number between 0 and 1, got 2": lambda: BatchNorm2d(3, momentum=2),
    "embed_dim must be a whole number of at least 1, got 0": lambda: MultiheadAttention(0, 1),
    "num_heads must be a whole number of at least 1, got 0": lambda: MultiheadAttention(4, 0),
    "length must be a whole number of at least 1, got 0": lambda: Positions(0, 3),
    "units must be a whole number of at least 1, got 0": lambda: Patches(1, 2, 0),
    "token must be 'first' or 'last' or 'mean', got 'middle'": lambda: Select("middle"),  # type: ignore[arg-type]
    "noise must be a finite number between 0 and 1, got 1.5": lambda: AutoEncoder((3, 2), 1.5, "masking"),
    "noise must be a finite number of at least 0, got -0.5": lambda: AutoEncoder((3, 2), -0.5),
    "symbols must be a whole number of at least 1, got 0": lambda: GPTConfig(0, 4),
    "blocks must be a whole number of at least 1, got 0": lambda: GPTConfig(4, 4, blocks=0),
    "patch must be a whole number of at least 1, got 0": lambda: ViTConfig(patch=0),
    "height must be a whole number of at least 1, got 0": lambda: ViTConfig((1, 0, 8)),
    "classes must be a whole number of at least 1, got 0": lambda: ViTConfig(classes=0),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_made_is_refused_by_name(words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        REFUSED[words]()


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
@pytest.mark.parametrize("name", ["input_size", "hidden_size", "num_layers"])
def test_a_recurrent_layer_has_sizes_of_at_least_one(kind: type[Recurrent], name: str) -> None:
    sizes = {"input_size": 2, "hidden_size": 3, "num_layers": 1} | {name: 0}

    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1, got 0"):
        kind(**sizes)


@pytest.mark.parametrize("length", [1, 3, 5])
def test_positions_are_for_sequences_of_their_length(length: int) -> None:
    with pytest.raises(ValueError, match=rf"x \(B, 4, 2\), got \(1, {length}, 2\)"):
        Positions(4, 2)(np.ones((1, length, 2), np.float32))
