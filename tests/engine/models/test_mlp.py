"""The multi-layer perceptron."""

import numpy as np
import torch

from engine.layers.dense import Tanh
from engine.losses import mse_loss
from engine.models.mlp import mlp
from engine.optim import SGD
from engine.plan import Plan


def test_names_and_training_are_those_of_a_pytorch_sequential() -> None:
    model = mlp((3, 5, 4, 2), Tanh, generator=np.random.default_rng(1), dtype=np.float64)
    linear, tanh = torch.nn.Linear, torch.nn.Tanh
    twin = torch.nn.Sequential(linear(3, 5), tanh(), linear(5, 4), tanh(), linear(4, 2)).double()
    assert list(model.state_dict()) == list(twin.state_dict())
    twin.load_state_dict({name: torch.tensor(value) for name, value in model.state_dict().items()})
    x, y = np.random.default_rng(2).normal(size=(7, 3)), np.random.default_rng(3).normal(size=(7, 2))
    ours, theirs = SGD(model.parameters(), lr=0.1), torch.optim.SGD(twin.parameters(), lr=0.1)
    plan = Plan(lambda a: mse_loss(model(a), y), x)

    for _ in range(50):
        plan.run()
        ours.step()
        theirs.zero_grad()
        torch.nn.functional.mse_loss(twin(torch.tensor(x)), torch.tensor(y)).backward()
        theirs.step()

    for name, value in twin.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[name], value.numpy(), rtol=1e-9)
