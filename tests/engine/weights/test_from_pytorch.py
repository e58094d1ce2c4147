"""Networks trained and saved in PyTorch: loaded here, they predict the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn
from torch.nn import functional

from engine.build import build
from engine.evaluation import predict
from engine.layers.attention import TransformerBlock
from engine.layers.dense import Embedding, Flatten, LayerNorm, Linear, ReLU, Sigmoid
from engine.layers.image import AvgPool2d, BatchNorm1d, BatchNorm2d, Conv2d, MaxPool2d
from engine.layers.recurrent import GRU, LSTM, RNN
from engine.layers.tokens import Select
from engine.models.gpt import GPT, GPTConfig
from engine.module import Module, Sequential
from engine.rng import Streams
from engine.shapes import Signal
from engine.weights import load
from tests.engine.configurations import configuration

CLASSES = 3
STEPS = 10


class LastOutput(nn.Module):
    """What a recurrent layer of PyTorch puts out at its last step."""

    def forward(self, outputs: tuple[torch.Tensor, Any]) -> torch.Tensor:
        return outputs[0][:, -1]


class LastOutputThenLinear(nn.ModuleList):
    """A recurrent layer, named 0, and a linear one, named 1, on the last of its outputs."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self[1](self[0](x)[0][:, -1])


class CausalBlock(nn.Module):
    """The block of a GPT by hand, of PyTorch's attention, norms and linear layers."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(size, heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(size, 4 * size), nn.Linear(4 * size, size)
        self.norm1, self.norm2 = nn.LayerNorm(size), nn.LayerNorm(size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        later = torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
        seen = self.norm1(x)
        x = x + self.self_attn(seen, seen, seen, attn_mask=later, need_weights=False)[0]
        return x + self.linear2(functional.gelu(self.linear1(self.norm2(x)), approximate="tanh"))


class Positions(nn.Module):
    """A learned vector for each position."""

    def __init__(self, length: int, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(length, size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.weight


class TorchGPT(nn.Module):
    """A GPT of two causal blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.positions = nn.Embedding(9, 8), Positions(5, 8)
        self.blocks = nn.Sequential(CausalBlock(8, 2), CausalBlock(8, 2))
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 9)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(self.blocks(self.positions(self.embedding(tokens)))))


def train_and_save(model: nn.Module, x: torch.Tensor, y: torch.Tensor, file: Path) -> np.ndarray:
    """Take a few steps of Adam, save the weights, and return what the network then predicts."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(STEPS):
        optimizer.zero_grad()
        functional.cross_entropy(model(x).flatten(0, -2), y.flatten()).backward()
        optimizer.step()
    safetensors.torch.save_file(model.state_dict(), file)
    with torch.no_grad():
        return model.eval()(x).numpy()


def assert_the_same_predictions(
    theirs: nn.Module, ours: Module, x: np.ndarray, y: np.ndarray, file: Path
) -> None:
    expected = train_and_save(theirs, torch.tensor(x), torch.tensor(y), file)
    shapes = {name: entry.data.shape for name, entry in ours.named_entries()}

    ours.load_state_dict(load(file.read_bytes(), shapes))

    assert np.abs(predict(ours, x) - expected).max() < 1e-6


@pytest.fixture(autouse=True)
def _same_start() -> None:
    torch.manual_seed(0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def draws(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def numbers(*shape: int) -> np.ndarray:
    return draws(1).normal(size=shape).astype(np.float32)


def classes(count: int) -> np.ndarray:
    return draws(2).integers(0, CLASSES, count)


def test_a_dense_network(file: Path) -> None:
    theirs = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Sigmoid(), nn.Linear(8, CLASSES))
    ours = Sequential(Linear(5, 8), BatchNorm1d(8), Sigmoid(), Linear(8, CLASSES))

    assert_the_same_predictions(theirs, ours, numbers(20, 5), classes(20), file)


def test_a_convolutional_network(file: Path) -> None:
    theirs = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, 1, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(24, CLASSES),
    )  # fmt: skip
    ours = Sequential(
        Conv2d(2, 4, 3, padding=1), BatchNorm2d(4), ReLU(), MaxPool2d(2),
        Conv2d(4, 6, 3, 1, 1, bias=False), BatchNorm2d(6), ReLU(), AvgPool2d(2),
        Flatten(), Linear(24, CLASSES),
    )  # fmt: skip

    assert_the_same_predictions(theirs, ours, numbers(12, 2, 8, 8), classes(12), file)


@pytest.mark.parametrize(("kind", "twin"), [(RNN, nn.RNN), (LSTM, nn.LSTM), (GRU, nn.GRU)])
def test_a_recurrent_classifier_of_two_layers(file: Path, kind: type, twin: type) -> None:
    theirs = nn.Sequential(twin(4, 8, 2, batch_first=True), LastOutput(), nn.Linear(8, CLASSES))
    ours = Sequential(kind(4, 8, 2), Select("last"), Linear(8, CLASSES))

    assert_the_same_predictions(theirs, ours, numbers(12, 7, 4), classes(12), file)


@pytest.mark.parametrize(("kind", "twin"), [("rnn", nn.RNN), ("lstm", nn.LSTM), ("gru", nn.GRU)])
def test_a_recurrent_network_built_from_a_configuration(file: Path, kind: str, twin: type) -> None:
    theirs = LastOutputThenLinear([twin(4, 8, batch_first=True), nn.Linear(8, CLASSES)])
    layers = [{"type": kind, "units": 8}, {"type": "linear", "units": CLASSES}]
    ours = build(configuration(layers, precision="float32"), Signal((7, 4)), Streams(0))

    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert_the_same_predictions(theirs, ours, numbers(12, 7, 4), classes(12), file)


def test_an_encoder_of_pytorchs_transformer(file: Path) -> None:
    theirs = nn.Sequential(
        nn.Embedding(9, 8),
        nn.TransformerEncoderLayer(8, 2, 32, 0.0, "gelu", batch_first=True, norm_first=True),
        nn.LayerNorm(8), nn.Flatten(), nn.Linear(40, CLASSES),
    )  # fmt: skip
    ours = Sequential(
        Embedding(9, 8), TransformerBlock(8, 2), LayerNorm(8), Flatten(), Linear(40, CLASSES)
    )  # fmt: skip

    assert_the_same_predictions(theirs, ours, draws(1).integers(0, 9, (12, 5)), classes(12), file)


def test_a_gpt_written_by_hand(file: Path) -> None:
    tokens, following = draws(1).integers(0, 9, (2, 12, 5))

    assert_the_same_predictions(TorchGPT(), GPT(GPTConfig(9, 5, 8, 2, 2)), tokens, following, file)
