"""Modules: what they take in and empty."""

import numpy as np
import pytest

from engine.layers.dense import Linear
from engine.layers.image import BatchNorm1d
from engine.ops.basic import power, total
from engine.tensor import Tape


def test_a_state_that_is_no_number_changes_nothing() -> None:
    layer = Linear(2, 2)
    before = layer.state_dict()

    with pytest.raises(ValueError, match="bias has dtype <U1, expected real numbers"):
        layer.load_state_dict({"weight": np.ones((2, 2)), "bias": np.array(["a", "b"])})

    assert (layer.weight.data == before["weight"]).all()


def test_a_module_empties_its_gradients() -> None:
    layer = Linear(2, 3, dtype=np.float64)
    with Tape() as tape:
        loss = total(power(layer(np.ones((1, 2))), 2))
    layer.weight.data[...] = 1
    tape.backward(loss)
    layer.weight.grad += 1

    layer.zero_grad()

    assert not layer.weight.grad.any()


def test_a_count_of_batches_that_is_no_number_is_not_loaded() -> None:
    model = BatchNorm1d(2)
    before = model.state_dict()

    with pytest.raises(ValueError, match="num_batches_tracked must be whole numbers, got nan"):
        model.load_state_dict(before | {"num_batches_tracked": np.array(np.nan)})

    assert all(np.array_equal(value, before[name]) for name, value in model.state_dict().items())
