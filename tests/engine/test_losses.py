"""The corners of the losses, beside PyTorch: classes left out, impossible classes, and nothing at all."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from engine.losses import binary_cross_entropy_with_logits, cross_entropy
from engine.ops.many import bce_many
from engine.plan import Plan
from engine.tensor import Parameter, Tape

LOGITS = np.random.default_rng(0).normal(size=(6, 4))


@pytest.mark.parametrize("ignored", [-100, -1, 0, 2, 3, 255])
def test_rows_of_the_ignored_class_count_for_nothing(ignored: int) -> None:
    target = np.array([0, 1, 2, 3, 1, ignored if ignored != -100 else 2])
    logits, theirs = Parameter(LOGITS.copy()), torch.tensor(LOGITS, requires_grad=True)

    with Tape() as tape:
        loss = cross_entropy(logits, target, ignored)
    gradient = tape.backward(loss)[logits]
    expected = functional.cross_entropy(theirs, torch.tensor(target), ignore_index=ignored)
    expected.backward()

    assert float(loss.data) == pytest.approx(expected.item(), rel=1e-12)
    assert theirs.grad is not None
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-12, atol=1e-15)
    assert not gradient[target == ignored].any()


def test_a_class_that_is_impossible_and_not_asked_for_costs_nothing() -> None:
    logits = LOGITS.copy()
    logits[0, 3] = -np.inf
    target = np.array([0, 1, 2, 3, 1, 2])

    loss = cross_entropy(logits, target)

    expected = functional.cross_entropy(torch.tensor(logits), torch.tensor(target))
    assert float(loss.data) == pytest.approx(expected.item(), rel=1e-12)


@pytest.mark.parametrize("value", [-np.inf, np.inf, np.nan])
def test_the_logits_of_a_row_left_out_may_be_anything(value: float) -> None:
    odd, target = LOGITS.copy(), np.array([0, 1, 2, 3, 1, -100])
    odd[5] = value
    results = []
    for logits in (Parameter(LOGITS.copy()), Parameter(odd)):
        with Tape() as tape:
            loss = cross_entropy(logits, target)
        results.append((float(loss.data), tape.backward(loss)[logits]))

    assert results[0][0] == results[1][0]
    np.testing.assert_array_equal(results[0][1], results[1][1])


def test_a_batch_in_which_nothing_counts_has_no_loss_and_moves_nothing() -> None:
    logits = Parameter(LOGITS.copy())
    with Tape() as tape:
        loss = cross_entropy(logits, np.full(6, -100))

    assert np.isnan(loss.data)
    assert not tape.backward(loss)[logits].any()


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="not empty"):
        cross_entropy(np.zeros((0, 4)), np.zeros(0, np.intp))


@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("logit", [0.0, 1.0, 10.0, 20.0, 36.0, 700.0])
def test_what_a_nearly_right_answer_costs_keeps_its_digits(logit: float, target: float) -> None:
    """To more of them than PyTorch's own where the target is 0."""
    softplus = lambda u: max(u, 0.0) + math.log1p(math.exp(-abs(u)))  # noqa: E731 - ln(1 + e^u)
    for z in (logit, -logit):
        expected = target * softplus(-z) + (1 - target) * softplus(z)

        alone = binary_cross_entropy_with_logits(np.array([z]), np.array([target]))
        _, each = bce_many(np.full((1, 1, 2), z), np.full((1, 1, 2), target))

        assert [float(alone.data), *each] == pytest.approx([expected] * 3, rel=1e-12, abs=0)


def test_targets_that_lie_column_by_column_are_read_anew_in_each_step() -> None:
    first, second = (np.asfortranarray(np.arange(4).reshape(2, 2) % classes) for classes in (2, 3))
    logits = LOGITS[:4, :3].reshape(2, 2, 3)
    plan = Plan(lambda target: cross_entropy(Parameter(logits), target), first)

    assert plan.step(second) == float(cross_entropy(logits, second).data)
