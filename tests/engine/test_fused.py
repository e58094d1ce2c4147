"""Each fused operation and the same thing written in primitives: equal values, equal gradients."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from engine.ops.activation import sigmoid, softmax, tanh
from engine.ops.attention import multi_head_attention
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
from engine.ops.conv import conv2d
from engine.ops.nn import embedding, layer_norm, linear
from engine.ops.recurrent import Weights, gru_sequence, lstm_sequence, rnn_sequence
from engine.tensor import Tape, Tensor

Op = Callable[..., Tensor]
BITS = np.array([[1.0, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0]])
CLASSES = np.array([2, 0, 3])
WORDS = np.array([3, 1, 3])


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
    return steps(x, lambda now, h: tanh(add(add(product(now, w), b), add(product(h, u), d))), u.shape[1])


def lstm_unrolled(x: Tensor, w: Tensor, u: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """The LSTM, cell by cell; the memory cell goes along outside of the state."""
    size, memory = u.shape[1], [Tensor(np.zeros((x.shape[0], u.shape[1])))]

    def cell(now: Tensor, h: Tensor) -> Tensor:
        z = add(add(product(now, w), b), add(product(h, u), d))
        i, f, g, o = (columns(z, gate, size) for gate in range(4))
        memory.append(add(multiply(one_sigmoid(f), memory[-1]), multiply(one_sigmoid(i), tanh(g))))
        return multiply(one_sigmoid(o), tanh(memory[-1]))

    return steps(x, cell, size)


def gru_unrolled(x: Tensor, w: Tensor, u: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """The GRU, cell by cell."""
    size = u.shape[1]

    def cell(now: Tensor, h: Tensor) -> Tensor:
        a, c = add(product(now, w), b), add(product(h, u), d)
        r, z = (one_sigmoid(add(columns(a, gate, size), columns(c, gate, size))) for gate in range(2))
        n = tanh(add(columns(a, 2, size), multiply(r, columns(c, 2, size))))
        return add(multiply(subtract(1.0, z), n), multiply(z, h))

    return steps(x, cell, size)


def attention_unfused(qkv: Tensor) -> Tensor:
    """Two heads of causal attention."""
    batch, length, size = qkv.shape
    parts = transpose(reshape(qkv, (batch, length, 3, 2, size // 6)), (2, 0, 3, 1, 4))
    q, k, v = (take(parts, number) for number in range(3))
    scores = divide(matmul(q, transpose(k, (0, 1, 3, 2))), (size / 6) ** 0.5)
    p = softmax(add(scores, np.triu(np.full((length, length), -np.inf), 1)))
    heads = matmul(p, v)
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
    "sigmoid": (sigmoid, one_sigmoid, ((3, 4),)),
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
        np.testing.assert_allclose(gradient, reference, rtol=1e-11, atol=1e-13)


def test_no_file_of_the_engine_is_longer_than_400_lines() -> None:
    lengths = {
        path.name: len(path.read_text().splitlines()) for path in Path(engine.__file__).parent.rglob("*.py")
    }

    assert len(lengths) > 50
    assert max(lengths.values()) <= 400
