"""The blocks that hold the buffers of a plan: shape, layout and values as anywhere else, and never shared."""

import numpy as np
import pytest

from engine import memory
from engine.losses import cross_entropy
from engine.memory import Blocks
from engine.models.gpt import GPT, GPTConfig
from engine.plan import Plan


def late_blocks():
    """Blocks that have seen the arrays that stay apart."""
    blocks = Blocks()
    blocks.place(np.empty(memory.BLOCK, np.uint8))
    return blocks


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.bool_])
def test_a_placed_array_is_like_its_model(order, dtype):
    model = np.empty((700, 1100), dtype, order=order)
    array = late_blocks().place(model)
    assert (array.shape, array.strides, array.dtype) == (model.shape, model.strides, model.dtype)
    assert array.flags.writeable
    assert array.ctypes.data % memory.LINE == 0
    assert not np.shares_memory(array, model)


def test_placed_arrays_do_not_overlap_even_where_a_block_ends():
    blocks = late_blocks()
    sizes = [memory.SMALL + 1, memory.BLOCK // 2, memory.BLOCK // 2, 2 * memory.BLOCK, memory.SMALL]
    arrays = [blocks.place(np.empty(size, np.uint8)) for size in sizes]
    for number, array in enumerate(arrays):
        array.fill(number)
    assert [np.unique(array).tolist() for array in arrays] == [[0], [1], [2], [3], [4]]


def test_a_small_array_stays_where_it_is():
    model = np.empty(memory.SMALL - 1, np.uint8)
    assert late_blocks().place(model) is model


def test_the_first_arrays_of_a_small_plan_stay_where_they_are():
    blocks, models = Blocks(), [np.empty(memory.BLOCK // 2, np.uint8) for _ in range(3)]
    assert [blocks.place(model) is model for model in models] == [True, True, False]


def test_a_plan_gives_the_same_bits_with_and_without_blocks(monkeypatch):
    generator = np.random.default_rng(1)
    x, y = generator.integers(0, 9, (2, 8, 32))

    def gradients():
        model = GPT(GPTConfig(9, 32, 16, 2, 1), generator=np.random.default_rng(0))
        plan = Plan(lambda a, b: cross_entropy(model(a), b), x, y)
        return [plan.run(), *(parameter.grad.tobytes() for parameter in model.parameters())]

    monkeypatch.setattr(memory, "SMALL", 1 << 60)
    apart = gradients()
    monkeypatch.setattr(memory, "SMALL", 0)
    monkeypatch.setattr(memory, "BLOCK", 1 << 14)
    assert gradients() == apart
