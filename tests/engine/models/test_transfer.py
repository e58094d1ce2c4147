"""Layers frozen by their names."""

from typing import Any

import numpy as np
import pytest

from engine.losses import mse_loss
from engine.models.autoencoder import AutoEncoder
from engine.models.mlp import mlp
from engine.models.transfer import freeze, learning
from engine.optim import SGD, Adam, AdamW, Optimizer
from engine.plan import Plan


def test_numbers_and_names_freeze_the_same_layers() -> None:
    by_number, by_name = mlp((3, 4, 4, 2)), mlp((3, 4, 4, 2))

    freeze(by_number, [0, 2])
    freeze(by_name, ["0", "2"])

    assert learning(by_number) == learning(by_name) == ["4.weight", "4.bias"]


def test_a_frozen_encoder_stays_to_the_bit_while_the_decoder_learns() -> None:
    model, x = AutoEncoder((6, 4, 2), generator=np.random.default_rng(0)), np.ones((3, 6), np.float32)
    freeze(model, ["encoder", "decoder.0"])
    before, names = model.state_dict(), learning(model)
    optimizer = SGD([p for name, p in model.named_parameters() if name in names], lr=0.1)
    plan = Plan(lambda a: mse_loss(model(a), a), x)

    for _ in range(5):
        plan.run()
        optimizer.step()

    moved = [name for name, value in model.state_dict().items() if not np.array_equal(value, before[name])]
    assert "decoder.2.bias" in moved
    assert set(moved) <= set(names) == {"decoder.2.weight", "decoder.2.bias"}


def test_an_unknown_name_freezes_nothing() -> None:
    model = mlp((3, 4, 2))

    with pytest.raises(ValueError, match=r"there is no layer encoder\.9; where 9 was looked for"):
        freeze(AutoEncoder((3, 2)), ["encoder.9"])
    with pytest.raises(ValueError, match="there is no layer 7"):
        freeze(model, [0, 7])

    assert len(learning(model)) == 4


@pytest.mark.parametrize(
    "make",
    [
        lambda p: SGD(p, lr=0.1, weight_decay=0.1),
        lambda p: SGD(p, lr=0.1, momentum=0.9),
        lambda p: Adam(p, lr=0.1, weight_decay=0.1),
        lambda p: AdamW(p, lr=0.1),
    ],
)
def test_a_layer_frozen_in_mid_training_stays_and_so_do_its_averages(make: Any) -> None:
    model, x = mlp((3, 4, 2), generator=np.random.default_rng(0)), np.ones((5, 3), np.float32)
    y = np.zeros((5, 2), np.float32)
    optimizer: Optimizer = make(model.parameters())

    def steps(count: int) -> None:
        plan = Plan(lambda a, b: mse_loss(model(a), b), x, y)
        for _ in range(count):
            plan.run()
            optimizer.step()

    steps(3)
    freeze(model, [0])
    before, averages = model.state_dict(), {name: part.copy() for name, part in optimizer.state().items()}
    steps(20)
    after, size = model.state_dict(), before["0.weight"].size + before["0.bias"].size

    assert all(np.array_equal(before[name], after[name]) for name in ("0.weight", "0.bias"))
    assert not np.array_equal(before["2.weight"], after["2.weight"])
    for name, part in optimizer.state().items():
        assert np.array_equal(part[:size], averages[name][:size])
