"""Whole networks trained for 50 steps beside PyTorch's, from the same weights, in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.evaluation import predict
from engine.layers.attention import TransformerBlock
from engine.layers.dense import ELU, GELU, LayerNorm, LeakyReLU, Linear, ReLU, Sigmoid, Tanh
from engine.layers.image import AvgPool2d, BatchNorm1d, BatchNorm2d, Conv2d, Upsample
from engine.layers.recurrent import GRU, LSTM, RNN
from engine.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from engine.models.cnn import cnn
from engine.module import Module, Sequential
from engine.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from engine.plan import Plan

STEPS = 50
F64: dict[str, Any] = {"dtype": np.float64}


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def options() -> dict[str, Any]:
    return {"generator": draws(), "dtype": np.float64}


class Last(nn.Module):
    """The outputs of a recurrent layer, without its last state."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)[0]


def train_both(
    ours: Module,
    theirs: nn.Module,
    losses: tuple[Callable, Callable],
    x: np.ndarray,
    y: np.ndarray,
    lr: float = 0.1,
) -> None:
    """Take 50 steps of plain gradient descent on both and compare every parameter and buffer."""
    theirs.double()
    names = dict(zip(theirs.state_dict(), ours.state_dict(), strict=True))
    theirs.load_state_dict({name: torch.tensor(ours.state_dict()[own]) for name, own in names.items()})
    optimizer, peer = SGD(ours.parameters(), lr=lr), torch.optim.SGD(theirs.parameters(), lr=lr)
    plan = Plan(lambda a, b: losses[0](ours(a), b), x, y)
    inputs, targets = torch.tensor(x), torch.tensor(y)

    for _ in range(STEPS):
        value = plan.run()
        optimizer.step()
        peer.zero_grad()
        loss = losses[1](theirs(inputs), targets)
        loss.backward()
        peer.step()
        assert value == pytest.approx(loss.item(), rel=1e-9)

    state = ours.state_dict()
    for name, value in theirs.state_dict().items():
        np.testing.assert_allclose(state[names[name]], value.numpy(), rtol=1e-8, atol=1e-10, err_msg=name)
    with torch.no_grad():
        expected = theirs.eval()(inputs).numpy()
    np.testing.assert_allclose(predict(ours, x), expected, rtol=1e-8, atol=1e-10)


CE = (cross_entropy, functional.cross_entropy)
MSE = (mse_loss, functional.mse_loss)
BCE = (binary_cross_entropy_with_logits, functional.binary_cross_entropy_with_logits)


@pytest.mark.parametrize(
    ("bend", "twin"),
    [
        (Sigmoid(), nn.Sigmoid()),
        (Tanh(), nn.Tanh()),
        (ReLU(), nn.ReLU()),
        (LeakyReLU(0.1), nn.LeakyReLU(0.1)),
        (ELU(0.1), nn.ELU(0.1)),
        (GELU(), nn.GELU()),
        (GELU("tanh"), nn.GELU("tanh")),
    ],
    ids=lambda module: type(module).__name__,
)
def test_a_dense_network_learns_as_in_pytorch(bend: Module, twin: nn.Module) -> None:
    ours = Sequential(Linear(4, 8, **options()), bend, LayerNorm(8, **F64), Linear(8, 3, **options()))
    theirs = nn.Sequential(nn.Linear(4, 8), twin, nn.LayerNorm(8), nn.Linear(8, 3))

    train_both(ours, theirs, CE, draws(1).normal(size=(16, 4)), draws(2).integers(0, 3, 16))


def test_a_binary_classifier_learns_as_in_pytorch() -> None:
    ours = Sequential(Linear(2, 2, **options()), Sigmoid(), Linear(2, 1, **options()))
    theirs = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1))

    x = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    train_both(ours, theirs, BCE, x, np.array([[0.0], [1], [1], [0]]), lr=1.0)


def test_the_cnn_learns_as_in_pytorch() -> None:
    theirs = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip

    train_both(cnn(**options()), theirs, CE, draws(1).random((12, 1, 8, 8)), draws(2).integers(0, 10, 12))


def test_strides_averages_and_upsampling_learn_as_in_pytorch() -> None:
    ours = Sequential(
        Conv2d(2, 3, 2, 2, 1, **options()),
        Tanh(),
        AvgPool2d(2),
        Upsample(scale_factor=2),
        Conv2d(3, 2, 1, **options()),
    )
    theirs = nn.Sequential(
        nn.Conv2d(2, 3, 2, 2, 1), nn.Tanh(), nn.AvgPool2d(2), nn.Upsample(scale_factor=2), nn.Conv2d(3, 2, 1)
    )

    train_both(ours, theirs, MSE, draws(1).normal(size=(4, 2, 6, 6)), draws(2).normal(size=(4, 2, 4, 4)))


def test_batch_norm_learns_and_averages_as_in_pytorch() -> None:
    ours = Sequential(Linear(4, 6, **options()), BatchNorm1d(6, **F64), ReLU(), Linear(6, 3, **options()))
    theirs = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))

    train_both(ours, theirs, CE, draws(1).normal(size=(16, 4)), draws(2).integers(0, 3, 16))


def test_batch_norm_of_images_learns_as_in_pytorch() -> None:
    ours = Sequential(Conv2d(1, 2, 3, **options()), BatchNorm2d(2, **F64), ReLU())
    theirs = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU())

    train_both(ours, theirs, MSE, draws(1).normal(size=(5, 1, 4, 4)), draws(2).normal(size=(5, 2, 2, 2)))


@pytest.mark.parametrize(("kind", "twin"), [(RNN, nn.RNN), (LSTM, nn.LSTM), (GRU, nn.GRU)])
def test_a_recurrent_network_of_two_layers_learns_as_in_pytorch(kind: type, twin: type) -> None:
    ours = Sequential(kind(2, 5, 2, **options()), Linear(5, 1, **options()))
    theirs = nn.Sequential(Last(twin(2, 5, 2, batch_first=True)), nn.Linear(5, 1))

    train_both(ours, theirs, MSE, draws(1).normal(size=(6, 7, 2)), draws(2).normal(size=(6, 7, 1)))


def test_a_transformer_block_learns_as_in_pytorch() -> None:
    ours = Sequential(TransformerBlock(8, 2, **options()), Linear(8, 3, **options()))
    block = nn.TransformerEncoderLayer(8, 2, 32, 0.0, "gelu", batch_first=True, norm_first=True)
    theirs = nn.Sequential(block, nn.Linear(8, 3))

    train_both(ours, theirs, MSE, draws(1).normal(size=(4, 5, 8)), draws(2).normal(size=(4, 5, 3)), lr=0.02)


OPTIMIZERS: list[
    tuple[str, Callable[..., Optimizer], Callable[..., torch.optim.Optimizer], dict[str, Any]]
] = [
    ("sgd", SGD, torch.optim.SGD, {"lr": 0.1}),
    ("momentum", SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    ("nesterov", SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("adagrad", Adagrad, torch.optim.Adagrad, {"lr": 0.1, "weight_decay": 0.01}),
    ("rmsprop", RMSprop, torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "weight_decay": 0.01}),
    ("adam", Adam, torch.optim.Adam, {"lr": 0.01, "betas": (0.8, 0.99), "weight_decay": 0.01}),
    ("adamw", AdamW, torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.1}),
]


@pytest.mark.parametrize(
    ("make", "twin", "choices"), [row[1:] for row in OPTIMIZERS], ids=[row[0] for row in OPTIMIZERS]
)
def test_an_optimizer_steps_as_in_pytorch(make: Callable, twin: Callable, choices: dict[str, Any]) -> None:
    ours = Sequential(Linear(4, 8, **options()), Tanh(), Linear(8, 3, **options()))
    theirs = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)).double()
    theirs.load_state_dict({name: torch.tensor(value) for name, value in ours.state_dict().items()})
    optimizer, peer = make(ours.parameters(), **choices), twin(theirs.parameters(), **choices)
    x, y = draws(1).normal(size=(16, 4)), draws(2).integers(0, 3, 16)
    plan = Plan(lambda a, b: cross_entropy(ours(a), b), x, y)

    for _ in range(STEPS):
        plan.run()
        optimizer.step()
        peer.zero_grad()
        functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(y)).backward()
        peer.step()

    for name, value in theirs.state_dict().items():
        np.testing.assert_allclose(
            ours.state_dict()[name], value.numpy(), rtol=1e-9, atol=1e-11, err_msg=name
        )
