"""Sequences whose features run along memory: the same numbers, and the layout is passed on."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.layers.image import Conv2d
from engine.losses import cross_entropy
from engine.ops.activation import PIECE_BYTES, gelu
from engine.ops.attention import multi_head_attention
from engine.ops.basic import add, multiply, power, total
from engine.ops.nn import embedding, layer_norm, linear
from engine.optim import SGD
from engine.plan import Plan
from engine.tensor import Array, Parameter, Tape, Tensor

DRAWS = np.random.Generator(np.random.PCG64(0))
X = DRAWS.normal(size=(3, 5, 12))
WEIGHT, BIAS = DRAWS.normal(size=(4, 12)), DRAWS.normal(size=12)
CLASSES = DRAWS.integers(0, 12, (3, 5))
OPERATIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "linear": lambda x, w: linear(x, w, BIAS[:4]),
    "layer norm": lambda x, w: layer_norm(x, total(w, axis=0), BIAS),
    "attention": lambda x, w: multi_head_attention(add(x, total(w, axis=0)), 2, causal=True),
    "add": lambda x, w: add(x, total(w, axis=0)),
    "gelu": lambda x, w: gelu(add(x, total(w, axis=0)), "tanh"),
}


def features_first(array: Array) -> Array:
    """Lay a sequence (B, T, D) out as (D, B, T)."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 0)).transpose(1, 2, 0)


def run(op: Callable[[Tensor, Tensor], Tensor], x: Array) -> tuple[Array, list[Array]]:
    """Return the value and the gradients of x and of the weight."""
    given, weight = Tensor(x, requires_grad=True), Parameter(WEIGHT)
    with Tape() as tape:
        y = op(given, weight)
        loss = total(multiply(y, y)) if y.shape else y
    return y.data, tape.gradients(loss, [given, weight])


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_the_same_in_either_layout_and_keeps_it(name: str) -> None:
    value, gradients = run(OPERATIONS[name], X)
    turned, others = run(OPERATIONS[name], features_first(X))

    assert value.flags.c_contiguous
    assert turned.transpose(2, 0, 1).flags.c_contiguous
    assert np.allclose(turned, value, rtol=1e-12)
    for gradient, other in zip(gradients, others, strict=True):
        assert np.allclose(other, gradient, rtol=1e-10, atol=1e-12)


def test_the_loss_is_the_same_in_either_layout() -> None:
    loss = lambda x, _: cross_entropy(x, CLASSES)  # noqa: E731 - an operation without a weight

    value, gradients = run(loss, X)
    turned, others = run(loss, features_first(X))

    assert np.allclose(turned, value, rtol=1e-12)
    assert np.allclose(others[0], gradients[0], rtol=1e-10, atol=1e-14)


def test_an_embedding_lays_its_features_along_memory() -> None:
    assert embedding(CLASSES, DRAWS.normal(size=(12, 4))).data.transpose(2, 0, 1).flags.c_contiguous


LARGE = DRAWS.normal(size=(70, 50, 45)).astype(np.float32)  # more bytes than two pieces
CUTS: dict[str, Array] = {
    "row by row": LARGE,
    "features first": features_first(LARGE),
    "one long row": LARGE.reshape(1, 1, -1),
    "every second, backwards": np.repeat(LARGE, 2, axis=1)[::-1, ::2],
}


@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_a_curve_done_piece_by_piece_misses_no_number(name: str, approximate: str) -> None:
    given = Tensor(CUTS[name], requires_grad=True)
    with Tape() as tape:
        y = gelu(given, approximate)
        loss = total(y)
    (slope,) = tape.gradients(loss, [given])

    x = torch.tensor(given.data.copy(), requires_grad=True)
    expected = torch.nn.functional.gelu(x, approximate=approximate)
    expected.sum().backward()
    assert given.data.nbytes > 2 * PIECE_BYTES
    np.testing.assert_allclose(y.data, expected.detach().numpy(), rtol=0, atol=2e-6)
    np.testing.assert_allclose(slope, x.grad.numpy(), rtol=0, atol=5e-6)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 0, 1), (2, 3, 1, 0), (1, 0, 3, 2)])
def test_a_kernel_may_lie_in_memory_in_any_order(order: tuple[int, ...]) -> None:
    """Also in a plan, after a step of an optimizer has changed it."""
    images, plain = DRAWS.normal(size=(2, 2, 6, 6)), Conv2d(2, 4, 3, dtype=np.float64)
    plain.weight = Parameter(DRAWS.normal(size=(4, 2, 3, 3)))
    turned = Conv2d(2, 4, 3, dtype=np.float64)
    back = np.argsort(order)
    turned.weight = Parameter(np.ascontiguousarray(plain.weight.data.transpose(order)).transpose(back))

    for layer in (plain, turned):
        optimizer = SGD(layer.parameters(), lr=0.01)
        plan = Plan(lambda x, layer=layer: total(power(layer(x), 2)), images)
        for _ in range(3):
            plan.run()
            optimizer.step()

    np.testing.assert_allclose(turned.weight.data, plain.weight.data, rtol=1e-10)
    with Tape() as tape:
        loss = total(power(turned(images), 2))
    assert np.abs(tape.backward(loss)[turned.weight]).min() > 0
