"""The two steps of a GAN, and what each leaves alone."""

import numpy as np

from engine.layers.dense import Dropout
from engine.layers.image import BatchNorm1d
from engine.models.gan import GAN
from engine.models.mlp import mlp
from engine.module import Module, Sequential
from engine.optim import SGD


class Watcher(SGD):
    """An optimizer that notes the other network's parameters and gradients when it is its turn."""

    def watch(self, other: Module) -> "Watcher":
        self.other, self.seen = other, list[np.ndarray]()
        return self

    def step(self) -> None:
        self.seen = [array.copy() for p in self.other.parameters() for array in (p.data, p.grad)]
        super().step()


def test_nothing_goes_back_into_the_generator_while_the_discriminator_learns() -> None:
    generator, discriminator = (
        mlp(sizes, generator=np.random.default_rng(seed), dtype=np.float64)
        for seed, sizes in enumerate([(2, 5, 2), (2, 5, 1)])
    )
    inventor = SGD(generator.parameters(), lr=0.1)
    judge = Watcher(discriminator.parameters(), lr=0.1).watch(generator)
    gan = GAN((generator, discriminator), (inventor, judge), (np.ones((8, 2)), np.ones((8, 2))))
    start = generator.state_dict()
    for parameter in generator.parameters():
        parameter.grad.fill(7)

    gan.step(*np.random.default_rng(2).normal(size=(2, 8, 2)))

    values, gradients = judge.seen[::2], judge.seen[1::2]
    assert all(np.array_equal(*pair) for pair in zip(values, start.values(), strict=True))
    assert all((gradient == 7).all() for gradient in gradients)
    assert not any((parameter.grad == 7).all() for parameter in generator.parameters())


def test_the_discriminator_stays_to_the_bit_while_the_generator_learns() -> None:
    generator, discriminator = (
        mlp(sizes, generator=np.random.default_rng(seed)) for seed, sizes in enumerate([(2, 5, 2), (2, 5, 1)])
    )
    optimizers = SGD(generator.parameters(), lr=0.1), SGD(discriminator.parameters(), lr=0.0)
    batch = np.random.default_rng(2).normal(size=(2, 8, 2)).astype(np.float32)
    gan = GAN((generator, discriminator), optimizers, (batch[0], batch[1]))
    invented, judged = generator.state_dict(), discriminator.state_dict()

    losses = [gan.step(batch[0], batch[1])[1] for _ in range(20)]

    assert all(np.array_equal(value, judged[name]) for name, value in discriminator.state_dict().items())
    assert not any(np.array_equal(value, invented[name]) for name, value in generator.state_dict().items())
    assert losses[-1] < losses[0]


def test_a_discriminator_that_is_very_sure_is_no_reason_to_warn() -> None:
    generator, discriminator = (
        mlp(sizes, generator=np.random.default_rng(seed)) for seed, sizes in enumerate([(2, 5, 2), (2, 5, 1)])
    )
    optimizers = (SGD(generator.parameters(), lr=0.1), SGD(discriminator.parameters(), lr=0.1))
    real = noise = np.ones((8, 2), np.float32)
    gan = GAN((generator, discriminator), optimizers, (real, noise))
    last = discriminator.parameters()[-1]
    last.data[...] = -200  # e^200 is no float32

    losses = gan.step(real, noise)

    assert np.isfinite(losses).all()
    assert losses[1] > 100


def test_the_generator_invents_once_a_step_as_in_pytorch() -> None:
    generator, discriminator = (
        mlp(sizes, generator=np.random.default_rng(seed), dtype=np.float64)
        for seed, sizes in enumerate([(2, 5, 2), (2, 5, 1)])
    )
    norm = BatchNorm1d(2, dtype=np.float64)
    generator = Sequential(*generator, norm, Dropout(0.5, generator=np.random.default_rng(3)))
    judged: list[np.ndarray] = []
    optimizers = SGD(generator.parameters(), lr=0.1), SGD(discriminator.parameters(), lr=0.1)
    batch = np.random.default_rng(2).normal(size=(2, 8, 2))
    gan = GAN((generator, discriminator), optimizers, (batch[0], batch[1]))
    learn = optimizers[1].step

    def look() -> None:
        judged.append(gan._judge.inputs[1].copy())
        learn()

    optimizers[1].step = look  # type: ignore[method-assign]
    for number in range(5):
        gan.step(*batch)
        assert int(norm.num_batches_tracked.data) == number + 1
        assert np.array_equal(gan._fake.data, judged[-1])
