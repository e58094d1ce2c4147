"""The vision transformer beside PyTorch's."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.losses import cross_entropy
from engine.models.vit import ViTConfig, vit
from engine.optim import SGD
from engine.plan import Plan

FEATURES, HEADS, PATCH, CLASSES = 8, 2, 4, 3
CONFIG = ViTConfig((1, 8, 8), PATCH, FEATURES, HEADS, 2, CLASSES)


class Twin(nn.Module):
    """The same network of PyTorch's own layers: `unfold` cuts the patches."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, FEATURES))
        self.projection = nn.Linear(PATCH**2, FEATURES)
        self.positions = nn.Parameter(torch.zeros(5, FEATURES))
        self.blocks = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    FEATURES, HEADS, 4 * FEATURES, 0.0, "gelu", batch_first=True, norm_first=True
                )
                for _ in range(2)
            )
        )
        self.norm, self.head = nn.LayerNorm(FEATURES), nn.Linear(FEATURES, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        patches = functional.unfold(x, PATCH, stride=PATCH).transpose(1, 2)  # (B, N, patch^2)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), self.projection(patches)], 1)
        return self.head(self.norm(self.blocks(tokens + self.positions))[:, 0])


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def twin_names(state: dict[str, np.ndarray]) -> dict[str, str]:
    """Name our layers 0, 1, 2, ... as the twin does."""
    places = {"0": "", "1": "positions", "2": "blocks.0", "3": "blocks.1", "4": "norm", "6": "head"}
    names = {}
    for name in state:
        place, _, rest = name.partition(".")
        names[name] = places[place] if place == "1" else f"{places[place]}.{rest}".removeprefix(".")
    return names


def test_the_vit_learns_as_in_pytorch() -> None:
    ours, theirs = vit(CONFIG, generator=draws(), dtype=np.float64), Twin().double()
    names = twin_names(ours.state_dict())
    theirs.load_state_dict({names[name]: torch.tensor(value) for name, value in ours.state_dict().items()})
    x, y = draws(1).random((6, 1, 8, 8)), draws(2).integers(0, CLASSES, 6)
    optimizer, peer = SGD(ours.parameters(), lr=0.05), torch.optim.SGD(theirs.parameters(), lr=0.05)
    plan = Plan(lambda a, b: cross_entropy(ours(a), b), x, y)

    for _ in range(50):
        value = plan.run()
        optimizer.step()
        peer.zero_grad()
        loss = functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(y))
        loss.backward()
        peer.step()
        assert value == pytest.approx(loss.item(), rel=1e-9)

    expected = theirs.state_dict()
    for name, array in ours.state_dict().items():
        np.testing.assert_allclose(array, expected[names[name]].numpy(), rtol=1e-8, atol=1e-10, err_msg=name)


def test_patches_are_those_of_unfold_with_several_channels() -> None:
    patches = vit(ViTConfig((3, 4, 6), 2, 12, 1, 1), dtype=np.float64)[0]
    patches.projection.weight.data[...] = np.eye(12)  # type: ignore[attr-defined]
    x = draws(1).normal(size=(2, 3, 4, 6))

    tokens = patches(x).data[:, 1:]

    expected = functional.unfold(torch.tensor(x), 2, stride=2).transpose(1, 2)
    np.testing.assert_allclose(tokens, expected.numpy(), rtol=1e-14)


def test_the_digits_network_has_the_parameters_counted_by_hand() -> None:
    model = vit(ViTConfig())

    assert (
        sum(parameter.data.size for parameter in model.parameters())
        == 160 + 32 + 544 + 2 * (12 * 32**2 + 13 * 32) + 64 + 330
    )
    assert model(np.zeros((4, 1, 8, 8), np.float32)).shape == (4, 10)
