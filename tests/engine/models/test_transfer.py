"""Layers frozen by their names."""

import numpy as np
import pytest

from engine.losses import mse_loss
from engine.models.autoencoder import AutoEncoder
from engine.models.mlp import mlp
from engine.models.transfer import freeze, learning
from engine.optim import SGD
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
