"""The blocks that hold the buffers of a plan: shape, layout and values as anywhere else, and never shared."""

import itertools

import numpy as np
import pytest

from engine import memory
from engine.losses import cross_entropy
from engine.memory import Blocks
from engine.models.gpt import GPT, GPTConfig
from engine.optim import Adam
from engine.plan import Plan
from engine.tensor import Parameter


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


@pytest.mark.parametrize("size", [1000, memory.SMALL, memory.BLOCK // 3, 2 * memory.BLOCK])
def test_arrays_kept_together_take_the_bytes_that_the_estimate_expects(size):
    blocks = Blocks(apart=0)
    arrays = [blocks.place(np.empty(size, np.uint8)) for _ in range(5)]
    owners = {id(array): array for array in map(_owner, arrays)}
    taken = sum(array.nbytes for array in owners.values())
    expected = memory.bytes_taken(5, size)
    assert expected <= taken <= expected + 6 * memory.LINE


def _owner(array):
    while array.base is not None:
        array = array.base
    return array


def test_what_an_optimizer_keeps_of_a_large_network_lies_in_blocks_with_its_parameters():
    parameters = [Parameter(np.ones((300, 400), np.float32)), Parameter(np.ones(7, np.float32))]
    adam = Adam(parameters)
    kept = (adam.flat.values, adam.flat.gradients, adam.state_mean, adam.state_square)
    assert len({id(_owner(array)) for array in kept}) == 1
    assert not any(np.shares_memory(a, b) for a, b in itertools.combinations(kept, 2))
    assert [array.any() for array in kept] == [True, False, False, False]
