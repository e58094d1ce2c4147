"""Self-attention and the transformer block."""

import numpy as np
import pytest
import torch

from engine.layers.attention import MultiheadAttention, TransformerBlock
from engine.ops.attention import attention_weights, multi_head_attention
from engine.ops.nn import linear


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.mark.parametrize("causal", [False, True])
def test_self_attention_takes_the_parameters_of_pytorch_and_gives_its_output_and_weights(
    causal: bool,
) -> None:
    ours = MultiheadAttention(6, 2, causal=causal, generator=draws(), dtype=np.float64)
    theirs = torch.nn.MultiheadAttention(6, 2, batch_first=True, dtype=torch.float64)
    theirs.load_state_dict({name: torch.tensor(value) for name, value in ours.state_dict().items()})
    x = draws(1).normal(size=(3, 5, 6))
    mask = torch.ones(5, 5).triu(1).bool() if causal else None

    twin = torch.tensor(x)
    expected, weights = theirs(twin, twin, twin, attn_mask=mask, average_attn_weights=False)

    assert list(ours.state_dict()) == list(theirs.state_dict())
    np.testing.assert_allclose(ours(x).data, expected.detach().numpy(), rtol=1e-12, atol=1e-14)
    seen = attention_weights(linear(x, ours.in_proj_weight, ours.in_proj_bias), 2, causal)
    np.testing.assert_allclose(seen, weights.detach().numpy(), rtol=1e-12, atol=1e-15)


def test_weights_of_two_equal_keys_are_one_half() -> None:
    qkv = np.concatenate([np.ones((1, 2, 2)), np.ones((1, 2, 2)), np.zeros((1, 2, 2))], axis=2)

    assert attention_weights(qkv, 1).tolist() == [[[[0.5, 0.5], [0.5, 0.5]]]]
    assert attention_weights(qkv, 1, causal=True).tolist() == [[[[1, 0], [0.5, 0.5]]]]


def test_a_causal_block_sees_nothing_that_comes_later() -> None:
    block = TransformerBlock(8, 2, causal=True, generator=draws())
    x = draws(1).normal(size=(2, 6, 8)).astype(np.float32)
    changed = x.copy()
    changed[:, 3:] += 1

    before, after = block(x).data, block(changed).data

    assert np.array_equal(before[:, :3], after[:, :3])
    assert (before[:, 3:] != after[:, 3:]).any(axis=2).all()


def test_without_positions_the_order_of_the_tokens_makes_no_difference() -> None:
    block = TransformerBlock(8, 2, generator=draws(), dtype=np.float64)
    x, order = draws(1).normal(size=(2, 6, 8)), [3, 0, 5, 1, 4, 2]

    np.testing.assert_allclose(block(x[:, order]).data, block(x).data[:, order], rtol=1e-12)


def test_an_example_gets_the_same_bits_whatever_its_companions() -> None:
    qkv = draws(1).normal(size=(40, 32, 48)).astype(np.float32)

    together = multi_head_attention(qkv, 4, causal=True).data

    assert np.array_equal(multi_head_attention(qkv[7:8], 4, causal=True).data, together[7:8])
    assert np.array_equal(multi_head_attention(qkv[:24], 4, causal=True).data, together[:24])


def test_huge_scores_neither_overflow_nor_mix() -> None:
    attention = MultiheadAttention(2, 1, dtype=np.float64)
    attention.in_proj_weight.data[...] = np.vstack([1e4 * np.eye(2), np.eye(2), np.eye(2)])
    attention.out_proj.weight.data[...] = np.eye(2)

    y = attention(np.array([[[1.0, 0.0], [0.0, 1.0]]])).data

    assert y.tolist() == [[[1, 0], [0, 1]]]


def test_heads_that_do_not_divide_the_features_are_refused() -> None:
    with pytest.raises(ValueError, match="3 heads do not divide 8"):
        TransformerBlock(8, 3)
