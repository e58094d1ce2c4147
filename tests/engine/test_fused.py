"""Each fused operation and the same thing written in primitives: equal values, equal gradients."""

from collections.abc import Callable
from functools import partial, reduce
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from engine.ops import basic
from engine.ops.activation import (
    elu,
    gelu,
    leaky_relu,
    linear_activation,
    relu,
    sigmoid,
    softmax,
    step,
    tanh,
)
from engine.ops.attention import attention_weights, multi_head_attention, scaled_dot_product_attention
from engine.ops.basic import (
    add,
    concatenate,
    divide,
    exp,
    log,
    matmul,
    mean,
    multiply,
    power,
    reshape,
    subtract,
    take,
    total,
    transpose,
)
from engine.ops.batch_norm import Running, batch_norm
from engine.ops.conv import avg_pool2d, conv2d, max_pool2d, upsample_nearest
from engine.ops.many import bce_many, linear_many, linear_shared, mse_many
from engine.ops.nn import dropout, embedding, gaussian_noise, layer_norm, linear
from engine.ops.recurrent import Weights, gru_sequence, lstm_sequence, rnn_sequence
from engine.tensor import Tape, Tensor
from tests.engine.ops.calls import OPERATIONS, direct_calls

Op = Callable[..., Tensor]
BITS = np.array([[1.0, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0]])
CLASSES = np.array([2, 0, 3])
WORDS = np.array([3, 1, 3])
MANY = np.random.Generator(np.random.PCG64(5)).random((4, 2, 3))
INPUTS = np.random.Generator(np.random.PCG64(6)).normal(size=(4, 2))


def product(x: Tensor, weight: Tensor) -> Tensor:
    """x @ weight.T"""
    return matmul(x, transpose(weight, (1, 0)))


def normalised(x: Tensor, axis: int) -> Tensor:
    """(x - mean) / sqrt(variance + 1e-5)"""
    centred = subtract(x, mean(x, axis, keepdims=True))
    return multiply(centred, power(add(mean(multiply(centred, centred), axis, keepdims=True), 1e-5), -0.5))


def log_softmax(z: Tensor) -> Tensor:
    """z - ln of the sum of e^z"""
    return subtract(z, log(total(exp(z), -1, keepdims=True)))


def one_sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e^-x)"""
    return divide(1.0, add(1.0, exp(multiply(-1.0, x))))


def one_tanh(x: Tensor) -> Tensor:
    """(e^x - e^-x) / (e^x + e^-x)"""
    up, down = exp(x), exp(multiply(-1.0, x))
    return divide(subtract(up, down), add(up, down))


def magnitude(x: Tensor) -> Tensor:
    """|x| as the root of x^2"""
    return power(multiply(x, x), 0.5)


def one_relu(x: Tensor) -> Tensor:
    """(x + |x|) / 2"""
    return multiply(0.5, add(x, magnitude(x)))


def one_elu(x: Tensor) -> Tensor:
    """max(x, 0) + 0.7 (e^min(x, 0) - 1)"""
    above = one_relu(x)
    return add(above, multiply(0.7, subtract(exp(subtract(x, above)), 1.0)))


def one_gelu(x: Tensor) -> Tensor:
    """x Phi(x), Phi(x) = 1/2 + phi(x) (x + x^3 / 3 + x^5 / 15 + ...), phi the normal density"""
    square, term = multiply(x, x), x
    terms = term
    for odd in range(3, 121, 2):
        term = multiply(1 / odd, multiply(term, square))
        terms = add(terms, term)
    density = multiply((2 * np.pi) ** -0.5, exp(multiply(-0.5, square)))
    return multiply(x, add(0.5, multiply(density, terms)))


def one_gelu_tanh(x: Tensor) -> Tensor:
    """x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2"""
    bent = one_tanh(multiply((2 / np.pi) ** 0.5, add(x, multiply(0.044715, power(x, 3)))))
    return multiply(multiply(0.5, x), add(1.0, bent))


def window(x: Tensor, side: int, stride: int) -> list[Tensor]:
    """The first, second, ... elements of all windows, row by row."""
    down, across = ((length - side) // stride + 1 for length in x.shape[2:])
    whole = slice(None)
    return [
        take(x, (whole, whole, slice(k, k + stride * down, stride), slice(j, j + stride * across, stride)))
        for k in range(side)
        for j in range(side)
    ]


def larger(a: Tensor, b: Tensor) -> Tensor:
    """max(a, b) = (a + b + |a - b|) / 2"""
    return multiply(0.5, add(add(a, b), magnitude(subtract(a, b))))


def max_pooled(side: int, stride: int) -> Op:
    """The largest of each window, two at a time."""
    return lambda x: reduce(larger, window(x, side, stride))


def avg_pooled(side: int, stride: int) -> Op:
    """The sum of each window, divided."""
    return lambda x: multiply(1 / side**2, reduce(add, window(x, side, stride)))


def upsampled(x: Tensor) -> Tensor:
    """Each pixel times a square of ones."""
    batch, channels, height, width = x.shape
    apart = reshape(x, (batch, channels, height, 1, width, 1))
    copies = multiply(apart, np.ones((1, 1, 1, 3, 1, 3)))
    return reshape(copies, (batch, channels, 3 * height, 3 * width))


def draws() -> np.random.Generator:
    """A generator that starts anew."""
    return np.random.Generator(np.random.PCG64(2))


def networks_apart(x: Tensor, block: Tensor) -> Tensor:
    """One network after the other."""
    batch, whole = len(x.data), slice(None)
    results = []
    for number in range(block.shape[2]):
        own = take(x, (whole, whole, number)) if x.data.ndim == 3 else x
        weight, bias = take(block, (slice(0, -1), whole, number)), take(block, (-1, whole, number))
        results.append(reshape(add(matmul(own, weight), bias), (batch, -1, 1)))
    return concatenate(results, 2)


def weights_unfused(q: Tensor, k: Tensor, causal: bool) -> Tensor:
    """e^(q k^T / sqrt(d)), masked, divided by its sums."""
    length, features = q.shape[-2:]
    order = (*range(q.data.ndim - 2), q.data.ndim - 1, q.data.ndim - 2)
    e = exp(multiply(features**-0.5, matmul(q, transpose(k, order))))
    seen = multiply(e, np.tril(np.ones((length, k.shape[-2])))) if causal else e
    return divide(seen, total(seen, -1, keepdims=True))


def columns(x: Tensor, number: int, size: int) -> Tensor:
    """The gate of this number."""
    return take(x, (slice(None), slice(number * size, (number + 1) * size)))


def steps(x: Tensor, cell: Callable[[Tensor, Tensor], Tensor], size: int) -> Tensor:
    """Unroll a cell: one set of nodes for each step."""
    batch, length, _ = x.shape
    state, outputs = Tensor(np.zeros((batch, size))), []
    for t in range(length):
        state = cell(take(x, (slice(None), t)), state)
        outputs.append(reshape(state, (batch, 1, size)))
    return concatenate(outputs, 1)


def rnn_unrolled(x: Tensor, w: Tensor, u: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """Elman's network, cell by cell."""
    return steps(x, lambda now, h: one_tanh(add(add(product(now, w), b), add(product(h, u), d))), u.shape[1])


def lstm_unrolled(x: Tensor, w: Tensor, u: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """The LSTM, cell by cell; the memory cell goes along outside of the state."""
    size, memory = u.shape[1], [Tensor(np.zeros((x.shape[0], u.shape[1])))]

    def cell(now: Tensor, h: Tensor) -> Tensor:
        z = add(add(product(now, w), b), add(product(h, u), d))
        i, f, g, o = (columns(z, gate, size) for gate in range(4))
        memory.append(add(multiply(one_sigmoid(f), memory[-1]), multiply(one_sigmoid(i), one_tanh(g))))
        return multiply(one_sigmoid(o), one_tanh(memory[-1]))

    return steps(x, cell, size)


def gru_unrolled(x: Tensor, w: Tensor, u: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """The GRU, cell by cell."""
    size = u.shape[1]

    def cell(now: Tensor, h: Tensor) -> Tensor:
        a, c = add(product(now, w), b), add(product(h, u), d)
        r, z = (one_sigmoid(add(columns(a, gate, size), columns(c, gate, size))) for gate in range(2))
        n = one_tanh(add(columns(a, 2, size), multiply(r, columns(c, 2, size))))
        return add(multiply(subtract(1.0, z), n), multiply(z, h))

    return steps(x, cell, size)


def attention_unfused(qkv: Tensor) -> Tensor:
    """Two heads of causal attention."""
    batch, length, size = qkv.shape
    parts = transpose(reshape(qkv, (batch, length, 3, 2, size // 6)), (2, 0, 3, 1, 4))
    q, k, v = (take(parts, number) for number in range(3))
    heads = matmul(weights_unfused(q, k, True), v)
    return concatenate([take(heads, (slice(None), head)) for head in range(2)], 2)


def conv_unfused(x: Tensor, weight: Tensor) -> Tensor:
    """A 2x2 convolution: four shifted images, each mixed by its slice of the weight."""
    batch, channels, height, width = x.shape
    value: Tensor | None = None
    for k in range(2):
        for j in range(2):
            part = take(x, (slice(None), slice(None), slice(k, k + height - 1), slice(j, j + width - 1)))
            rows = reshape(transpose(part, (0, 2, 3, 1)), (-1, channels))
            term = product(rows, take(weight, (slice(None), slice(None), k, j)))
            value = term if value is None else add(value, term)
    assert value is not None
    return transpose(reshape(value, (batch, height - 1, width - 1, weight.shape[0])), (0, 3, 1, 2))


def recurrent(op: Op) -> Op:
    """Call a sequence operation with its weights apart."""
    return lambda x, *weights: op(x, Weights(*weights))


def gated(gates: int) -> tuple[tuple[int, ...], ...]:
    """The shapes of x and of the weights of a layer with so many gates."""
    return (2, 4, 3), (gates * 2, 3), (gates * 2, 2), (gates * 2,), (gates * 2,)


def trained_norm(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """Batch norm while training."""
    return batch_norm(x, w, b, Running(np.zeros(4), np.ones(4), np.zeros((), int)), True)


PAIRS: dict[str, tuple[Op, Op, tuple[tuple[int, ...], ...]]] = {
    "linear": (linear, lambda x, w, b: add(product(x, w), b), ((3, 4), (2, 4), (2,))),
    "linear activation": (linear_activation, lambda x: multiply(x, 1.0), ((3, 4),)),
    "step": (step, lambda x: multiply(0.5, add(1.0, divide(x, magnitude(x)))), ((3, 4),)),
    "sigmoid": (sigmoid, one_sigmoid, ((3, 4),)),
    "tanh": (tanh, one_tanh, ((3, 4),)),
    "relu": (relu, one_relu, ((3, 4),)),
    "leaky relu": (
        lambda x: leaky_relu(x, 0.2),
        lambda x: add(multiply(0.6, x), multiply(0.4, magnitude(x))),
        ((3, 4),),
    ),
    "elu": (lambda x: elu(x, 0.7), one_elu, ((3, 4),)),
    "gelu": (gelu, one_gelu, ((3, 4),)),
    "gelu tanh": (lambda x: gelu(x, "tanh"), one_gelu_tanh, ((3, 4),)),
    "dropout": (
        lambda x: dropout(x, 0.4, draws()),
        lambda x: multiply(x, (draws().random((3, 4), dtype=np.float32) >= 0.4) * (1 / 0.6)),
        ((3, 4),),
    ),
    "noise": (
        lambda x: gaussian_noise(x, 0.5, draws()),
        lambda x: add(x, draws().standard_normal((3, 4), dtype=np.float32) * 0.5),
        ((3, 4),),
    ),
    "softmax": (softmax, lambda x: exp(log_softmax(x)), ((3, 4),)),
    "layer norm": (layer_norm, lambda x, w, b: add(multiply(normalised(x, -1), w), b), ((3, 4), (4,), (4,))),
    "batch norm": (trained_norm, lambda x, w, b: add(multiply(normalised(x, 0), w), b), ((3, 4), (4,), (4,))),
    "embedding": (lambda w: embedding(WORDS, w), lambda w: matmul(np.eye(5)[WORDS], w), ((5, 4),)),
    "mse": (lambda y: mse_loss(y, BITS), lambda y: mean(power(subtract(y, BITS), 2)), ((3, 4),)),
    "bce": (
        lambda z: binary_cross_entropy_with_logits(z, BITS),
        lambda z: mean(subtract(log(add(1.0, exp(z))), multiply(BITS, z))),
        ((3, 4),),
    ),
    "cross entropy": (
        lambda z: cross_entropy(z, CLASSES),
        lambda z: multiply(-1 / 3, total(multiply(log_softmax(z), np.eye(4)[CLASSES]))),
        ((3, 4),),
    ),
    "linear shared": (
        lambda block: linear_shared(INPUTS, block),
        lambda block: networks_apart(Tensor(INPUTS), block),
        ((3, 2, 3),),
    ),
    "linear many": (linear_many, networks_apart, ((4, 2, 3), (3, 2, 3))),
    "mse many": (
        lambda y: mse_many(y, MANY)[0],
        lambda y: total(mean(power(subtract(y, MANY), 2), (0, 1))),
        ((4, 2, 3),),
    ),
    "bce many": (
        lambda z: bce_many(z, MANY)[0],
        lambda z: total(mean(subtract(log(add(1.0, exp(z))), multiply(MANY, z)), (0, 1))),
        ((4, 2, 3),),
    ),
    "max pool": (lambda x: max_pool2d(x, 2), max_pooled(2, 2), ((2, 3, 4, 5),)),
    "max pool, overlapping": (lambda x: max_pool2d(x, 3, 1), max_pooled(3, 1), ((2, 3, 4, 5),)),
    "average pool": (lambda x: avg_pool2d(x, 2), avg_pooled(2, 2), ((2, 3, 4, 5),)),
    "average pool, overlapping": (lambda x: avg_pool2d(x, 3, 1), avg_pooled(3, 1), ((2, 3, 4, 5),)),
    "upsample": (lambda x: upsample_nearest(x, 3), upsampled, ((2, 3, 2, 4),)),
    "scaled dot product": (
        scaled_dot_product_attention,
        lambda q, k, v: matmul(weights_unfused(q, k, False), v),
        ((2, 4, 3), (2, 5, 3), (2, 5, 2)),
    ),
    "scaled dot product, causal": (
        lambda q, k, v: scaled_dot_product_attention(q, k, v, True),
        lambda q, k, v: matmul(weights_unfused(q, k, True), v),
        ((2, 4, 3), (2, 4, 3), (2, 4, 2)),
    ),
    "conv2d": (conv2d, conv_unfused, ((2, 3, 4, 5), (2, 3, 2, 2))),
    "attention": (lambda qkv: multi_head_attention(qkv, 2, True), attention_unfused, ((2, 4, 12),)),
    "rnn": (recurrent(rnn_sequence), rnn_unrolled, gated(1)),
    "lstm": (recurrent(lstm_sequence), lstm_unrolled, gated(4)),
    "gru": (recurrent(gru_sequence), gru_unrolled, gated(3)),
}


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_a_fused_operation_is_its_primitive_twin(name: str) -> None:
    fused, twin, shapes = PAIRS[name]
    generator = np.random.Generator(np.random.PCG64(11))
    tensors = [Tensor(generator.normal(size=shape), requires_grad=True) for shape in shapes]
    upper = generator.normal(size=fused(*tensors).shape)

    results = []
    for op in (fused, twin):
        with Tape() as tape:
            value = op(*tensors)
            loss = total(multiply(value, upper))
        results.append((len(tape.nodes), value.data, tape.gradients(loss, tensors)))

    (few, value, gradients), (many, expected, references) = results
    assert few <= many
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-13)
    for gradient, reference in zip(gradients, references, strict=True):
        np.testing.assert_allclose(gradient, reference, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("causal", [False, True])
def test_the_weights_to_be_looked_at_are_their_primitive_twin(causal: bool) -> None:
    qkv = draws().normal(size=(2, 4, 12))
    q, k = (np.moveaxis(qkv[:, :, part : part + 4].reshape(2, 4, 2, 2), 1, 2) for part in (0, 4))

    expected = weights_unfused(Tensor(q), Tensor(k), causal).data
    np.testing.assert_allclose(attention_weights(qkv, 2, causal), expected, rtol=1e-12)


def test_each_fused_operation_has_a_twin_of_primitive_ones() -> None:
    primitive = {operation for operation in OPERATIONS if operation.__module__ == basic.__name__}
    fused, steps = {attention_weights}, set()
    for one, many, shapes in PAIRS.values():
        inputs = [Tensor(draws().uniform(0.5, 1, shape)) for shape in shapes]
        fused |= set(direct_calls(partial(one, *inputs)))
        steps |= set(direct_calls(partial(many, *inputs)))

    assert fused == set(OPERATIONS) - primitive
    assert steps <= primitive


def test_no_file_of_the_engine_is_longer_than_400_lines() -> None:
    lengths = {
        path.name: len(path.read_text().splitlines()) for path in Path(engine.__file__).parent.rglob("*.py")
    }

    assert len(lengths) > 50
    assert max(lengths.values()) <= 400
