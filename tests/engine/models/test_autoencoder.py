"""The denoising auto-encoder: noise added, or inputs masked."""

import numpy as np
import pytest
import torch

from engine.losses import mse_loss
from engine.models.autoencoder import AutoEncoder, Corruption, MaskingNoise
from engine.optim import SGD
from engine.plan import Plan


def denoiser(corruption: Corruption) -> AutoEncoder:
    draws, noise = np.random.default_rng(0), np.random.default_rng(5)
    return AutoEncoder((6, 4, 2), 0.25, corruption, generator=draws, noise_generator=noise, dtype=np.float64)


def corrupted(corruption: Corruption, x: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Corrupt x with plain numpy, drawing as the model does."""
    if corruption == "masking":
        return x * (generator.random(x.shape, dtype=np.float32) >= 0.25)
    return x + 0.25 * generator.standard_normal(x.shape, dtype=np.float32).astype(float)


@pytest.mark.parametrize("corruption", ["gaussian", "masking"])
def test_a_denoising_autoencoder_learns_as_in_pytorch_from_the_same_noise(corruption: Corruption) -> None:
    model, x = denoiser(corruption), np.random.default_rng(1).random((10, 6))
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    twin = torch.nn.ModuleDict(
        {
            "encoder": torch.nn.Sequential(linear(6, 4), relu(), linear(4, 2)),
            "decoder": torch.nn.Sequential(linear(2, 4), relu(), linear(4, 6)),
        }
    ).double()
    twin.load_state_dict({name: torch.tensor(value) for name, value in model.state_dict().items()})
    ours, theirs = SGD(model.parameters(), lr=0.1), torch.optim.SGD(twin.parameters(), lr=0.1)
    noise, plan = np.random.default_rng(5), Plan(lambda a: mse_loss(model(a), a), x)

    for _ in range(50):
        plan.run()
        ours.step()
        seen = torch.tensor(corrupted(corruption, x, noise))
        theirs.zero_grad()
        torch.nn.functional.mse_loss(twin["decoder"](twin["encoder"](seen)), torch.tensor(x)).backward()
        theirs.step()

    for name, value in twin.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[name], value.numpy(), rtol=1e-6)


def test_masking_sets_a_share_to_zero_and_keeps_the_scale_of_the_rest() -> None:
    mask, x = MaskingNoise(0.3, generator=np.random.default_rng(4)), np.full((100, 100), 2.0)

    y = mask(x).data

    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.02)
    assert np.unique(y[y != 0]) == pytest.approx(2.0, rel=1e-15)


def test_masking_stops_when_training_does() -> None:
    model, x = denoiser("masking"), np.ones((3, 6))

    model.eval()

    assert np.array_equal(model(x).data, model.decoder(model.code(x)).data)


def test_another_corruption_is_refused() -> None:
    with pytest.raises(ValueError, match="corruption must be 'gaussian' or 'masking', got 'salt'"):
        denoiser("salt")  # type: ignore[arg-type]
