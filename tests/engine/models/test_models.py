"""The networks of the course, each in its file."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional

from engine.losses import cross_entropy, mse_loss
from engine.models.autoencoder import AutoEncoder
from engine.models.cnn import cnn
from engine.models.gan import GAN
from engine.models.gpt import GPT, GPTConfig
from engine.models.mlp import mlp
from engine.models.recurrent import sequence_model
from engine.models.transfer import freeze, learning, with_new_head
from engine.models.vit import ViTConfig, vit
from engine.optim import SGD, Adam
from engine.plan import Plan


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def torch_mlp(model: object, *sizes: int) -> torch.nn.Sequential:
    """Build PyTorch's twin of an mlp."""
    layers: list[torch.nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    twin = torch.nn.Sequential(*layers[:-1]).double()
    twin.load_state_dict({name: torch.tensor(value) for name, value in model.state_dict().items()})  # type: ignore[attr-defined]
    return twin


def test_an_autoencoder_learns_as_in_pytorch() -> None:
    model, x = AutoEncoder((6, 4, 2), generator=draws(), dtype=np.float64), draws(1).random((10, 6))
    encoder, decoder = torch_mlp(model.encoder, 6, 4, 2), torch_mlp(model.decoder, 2, 4, 6)
    optimizer = SGD(model.parameters(), lr=0.1)
    peer = torch.optim.SGD([*encoder.parameters(), *decoder.parameters()], lr=0.1)
    plan = Plan(lambda a: mse_loss(model(a), a), x)

    for _ in range(50):
        loss = plan.run()
        optimizer.step()
        peer.zero_grad()
        theirs = functional.mse_loss(decoder(encoder(torch.tensor(x))), torch.tensor(x))
        theirs.backward()
        peer.step()
        assert loss == pytest.approx(theirs.item(), rel=1e-9)

    assert model.code(x).shape == (10, 2)


def test_a_denoising_autoencoder_disturbs_only_while_training() -> None:
    model = AutoEncoder((6, 2), 0.5, generator=draws(), noise_generator=draws(1))
    x = np.ones((3, 6), np.float32)

    disturbed = [model(x).data.copy() for _ in range(2)]
    model.eval()

    assert not np.array_equal(*disturbed)
    assert np.array_equal(model(x).data, model(x).data)
    with pytest.raises(ValueError, match="generator its noise"):
        AutoEncoder((6, 2), 0.5)


def test_a_gan_learns_as_in_pytorch() -> None:
    generator, discriminator = (
        mlp(sizes, generator=draws(seed), dtype=np.float64)
        for seed, sizes in ((0, (2, 5, 2)), (1, (2, 5, 1)))
    )
    theirs, judge = torch_mlp(generator, 2, 5, 2), torch_mlp(discriminator, 2, 5, 1)
    optimizers = (Adam(generator.parameters(), lr=0.01), Adam(discriminator.parameters(), lr=0.01))
    peers = (torch.optim.Adam(theirs.parameters(), lr=0.01), torch.optim.Adam(judge.parameters(), lr=0.01))
    data = draws(2)
    gan = GAN((generator, discriminator), optimizers, (np.ones((8, 2)), np.ones((8, 2))))
    bce, ones, zeros = (
        functional.binary_cross_entropy_with_logits,
        torch.ones(8, 1).double(),
        torch.zeros(8, 1).double(),
    )

    for _ in range(50):
        real, noise = data.normal(size=(2, 8, 2))
        ours = gan.step(real, noise)
        peers[1].zero_grad()
        judged = bce(judge(torch.tensor(real)), ones) + bce(
            judge(theirs(torch.tensor(noise)).detach()), zeros
        )
        judged.backward()
        peers[1].step()
        peers[0].zero_grad()
        invented = bce(judge(theirs(torch.tensor(noise))), ones)
        invented.backward()
        peers[0].step()
        assert ours == pytest.approx((judged.item(), invented.item()), rel=1e-8)


def test_frozen_layers_stay_to_the_bit_and_the_others_move() -> None:
    model = with_new_head(mlp((5, 8, 6, 3), generator=draws()), 2, draws(1))
    freeze(model, [0])
    before = model.state_dict()
    names = learning(model)
    optimizer = Adam([parameter for name, parameter in model.named_parameters() if name in names], lr=0.01)
    plan = Plan(
        lambda a, b: cross_entropy(model(a), b),
        draws(2).random((9, 5), dtype=np.float32),
        draws(3).integers(0, 2, 9),
    )

    for _ in range(5):
        plan.run()
        optimizer.step()

    moved = {name for name, value in model.state_dict().items() if not np.array_equal(value, before[name])}
    assert names == ["2.weight", "2.bias", "4.weight", "4.bias"]
    assert moved == set(names)


def test_what_cannot_be_transferred_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no layer 9"):
        freeze(mlp((2, 2)), [9])
    with pytest.raises(TypeError, match="not ReLU"):
        with_new_head(type(mlp((2, 2)))(*list(cnn())[:2]), 2, draws())


def test_a_gpt_sees_nothing_that_comes_later() -> None:
    model = GPT(GPTConfig(9, 6, 8, 2, 2), generator=draws(), dtype=np.float64)
    tokens = draws(1).integers(0, 9, (2, 6))
    changed = tokens.copy()
    changed[:, 4:] = (changed[:, 4:] + 1) % 9

    before, after = model(tokens).data, model(changed).data

    assert np.array_equal(before[:, :4], after[:, :4])
    assert not np.array_equal(before[:, 4:], after[:, 4:])


def test_a_gpt_goes_on_the_same_with_the_same_draws() -> None:
    model = GPT(GPTConfig(9, 6, 8, 2, 1), generator=draws())

    first, again = (model.generate(np.array([1, 2]), 10, draws(3)) for _ in range(2))

    assert first.tolist() == again.tolist()
    assert (first[:2].tolist(), len(first)) == ([1, 2], 12)
    with pytest.raises(ValueError, match="above 0"):
        model.generate(np.array([1]), 1, draws(), temperature=0)


def test_a_vit_reads_its_patches_row_by_row() -> None:
    model = vit(ViTConfig((1, 4, 4), 2, 4, 1, 1, 3), generator=draws())
    patches = model[0]
    image = np.arange(16.0, dtype=np.float32).reshape(1, 1, 4, 4)
    patches.projection.weight.data[...] = np.eye(4)  # type: ignore[attr-defined]
    patches.projection.bias.data[...] = 0  # type: ignore[attr-defined]

    tokens = patches(image).data[0, 1:]

    assert tokens.tolist() == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    assert model(image).shape == (1, 3)


def test_shapes_of_the_other_models() -> None:
    assert cnn(generator=draws())(np.zeros((2, 1, 8, 8), np.float32)).shape == (2, 10)
    assert sequence_model("gru", (2, 4, 3))(np.zeros((2, 5, 2), np.float32)).shape == (2, 3)
    assert sequence_model("lstm", (2, 4, 3), every_step=True)(np.zeros((2, 5, 2), np.float32)).shape == (
        2,
        5,
        3,
    )
    assert mlp((3, 4, 2))(np.zeros((5, 3), np.float32)).shape == (5, 2)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: cnn(image=(1, 6, 6)), "divisible by 4"),
        (lambda: vit(ViTConfig(patch=3)), "do not tile"),
        (lambda: mlp((3,)), "at least two sizes"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(build: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build()  # type: ignore[operator]
