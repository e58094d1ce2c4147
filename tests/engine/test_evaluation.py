"""What a network says when nothing is trained: no rows, rows in parts, and the mode it is left in."""

import numpy as np
import pytest

from engine.build import build
from engine.evaluation import ROWS_AT_ONCE, predict
from engine.layers.dense import Dropout, Linear
from engine.layers.image import BatchNorm1d
from engine.module import Sequential
from engine.rng import Streams
from engine.shapes import Signal
from tests.engine.configurations import FAMILIES, configuration


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.mark.parametrize("name", FAMILIES)
def test_no_rows_give_an_empty_array_of_the_shape_and_dtype_of_some(name: str) -> None:
    layers, examples = FAMILIES[name]
    model = build(configuration(layers), Signal(examples.x.shape[1:], examples.symbols), Streams(0))

    some, none = predict(model, examples.x[:3]), predict(model, examples.x[:0])

    assert none.shape == (0, *some.shape[1:])
    assert none.dtype == some.dtype


def test_many_rows_are_predicted_in_parts_and_in_order() -> None:
    model, x = Linear(2, 3, generator=draws()), draws(1).normal(size=(2 * ROWS_AT_ONCE + 5, 2))

    np.testing.assert_allclose(
        predict(model, x), x @ model.weight.data.T + model.bias.data, rtol=1e-12, atol=1e-14
    )


@pytest.mark.parametrize("width", [2, 5], ids=["fits", "refused"])
def test_each_module_is_left_training_or_not_as_it_was(width: int) -> None:
    model = Sequential(Linear(2, 3), Dropout(0.5, generator=draws()), BatchNorm1d(3))
    model.train()
    model[2].eval()

    try:
        predict(model, np.ones((4, width)))
    except ValueError:
        assert width == 5

    assert [module.training for module in model] == [True, True, False]
    assert model.training
