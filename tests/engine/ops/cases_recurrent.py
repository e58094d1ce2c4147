"""Recurrent layers over a whole sequence, against loops over cells."""

from collections.abc import Callable

import numpy as np
import torch

from engine.ops.recurrent import Weights, gru_sequence, lstm_sequence, rnn_sequence
from tests.engine.ops.case import Case, Refusal


def squash(z: np.ndarray) -> np.ndarray:
    """Compute the sigmoid as it is written."""
    return 1 / (1 + np.exp(-z))


def rnn(x: np.ndarray, w: np.ndarray, u: np.ndarray, b: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Step through the sequence as it is written."""
    h, outputs = np.zeros((len(x), u.shape[1])), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w.T + b + h @ u.T + d)
        outputs.append(h)
    return np.stack(outputs, 1)


def lstm(x: np.ndarray, w: np.ndarray, u: np.ndarray, b: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Step through the sequence as it is written."""
    h = c = np.zeros((len(x), u.shape[1]))
    outputs = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ w.T + b + h @ u.T + d, 4, axis=1)
        c = squash(f) * c + squash(i) * np.tanh(g)
        h = squash(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, 1)


def gru(x: np.ndarray, w: np.ndarray, u: np.ndarray, b: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Step through the sequence as it is written."""
    h, outputs = np.zeros((len(x), u.shape[1])), []
    for t in range(x.shape[1]):
        a, c = np.split(x[:, t] @ w.T + b, 3, axis=1), np.split(h @ u.T + d, 3, axis=1)
        r, z = squash(a[0] + c[0]), squash(a[1] + c[1])
        n = np.tanh(a[2] + r * c[2])
        h = (1 - z) * n + z * h
        outputs.append(h)
    return np.stack(outputs, 1)


def by_torch(kind: type[torch.nn.RNNBase], **options: object) -> Callable[..., torch.Tensor]:
    """Run PyTorch's layer with these weights."""

    def run(x: torch.Tensor, *weights: torch.Tensor) -> torch.Tensor:
        layer = kind(x.shape[2], weights[1].shape[1], batch_first=True, dtype=torch.float64, **options)
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        result = torch.func.functional_call(layer, dict(zip(names, weights, strict=True)), (x,))
        return result[0]

    return run


def shapes(batch: int, steps: int, inputs: int, units: int, gates: int) -> tuple[tuple[int, ...], ...]:
    """List the shapes of x and the four weights."""
    rows = gates * units
    return (batch, steps, inputs), (rows, inputs), (rows, units), (rows,), (rows,)


def ours(op: Callable[..., object]) -> Callable[..., object]:
    """Call with the weights as separate arguments."""
    return lambda x, *weights: op(x, Weights(*weights))


KINDS = {
    "rnn": (rnn_sequence, 1, rnn, torch.nn.RNN),
    "lstm": (lstm_sequence, 4, lstm, torch.nn.LSTM),
    "gru": (gru_sequence, 3, gru, torch.nn.GRU),
}
SIZES = {
    "": (3, 5, 2, 4),
    ", one step": (2, 1, 3, 2),
    ", size one": (1, 1, 1, 1),
    ", long": (2, 30, 1, 3),
    ", no examples": (0, 5, 2, 4),
    ", no inputs": (3, 5, 0, 4),
    ", no units": (3, 5, 2, 0),
}
CASES = [
    Case(name + kind, ours(op), shapes(*size, gates), formula, by_torch(layer) if all(size) else None)
    for name, (op, gates, formula, layer) in KINDS.items()
    for kind, size in SIZES.items()
] + [
    Case(
        "rnn relu",
        lambda x, *weights: rnn_sequence(x, Weights(*weights), "relu"),
        shapes(3, 2, 2, 4, 1),
        lambda x, w, u, b, d: np.stack(
            [
                np.maximum(x[:, 0] @ w.T + b + d, 0),
                np.maximum(x[:, 1] @ w.T + b + d + np.maximum(x[:, 0] @ w.T + b + d, 0) @ u.T, 0),
            ],
            1,
        ),
        by_torch(torch.nn.RNN, nonlinearity="relu"),
    )
]


def zeros(*sizes: tuple[int, ...]) -> list[np.ndarray]:
    """Make arrays of zeros."""
    return [np.zeros(size) for size in sizes]


REFUSALS = [
    Refusal(
        "rnn gates",
        lambda: rnn_sequence(np.ones((1, 2, 3)), Weights(*zeros((4, 3), (3, 4), (4,), (4,)))),
        ValueError,
        "weight_hh",
    ),
    Refusal(
        "rnn bend",
        lambda: rnn_sequence(np.ones((1, 2, 3)), Weights(*zeros((4, 3), (4, 4), (4,), (4,))), "sin"),
        ValueError,
        "not 'sin'",
    ),
    Refusal(
        "lstm inputs",
        lambda: lstm_sequence(np.ones((1, 2, 3)), Weights(*zeros((8, 2), (8, 2), (8,), (8,)))),
        ValueError,
        "weight_ih \\(4 H",
    ),
    Refusal(
        "gru rows",
        lambda: gru_sequence(np.ones((1, 2, 3)), Weights(*zeros((8, 3), (8, 2), (8,), (8,)))),
        ValueError,
        "3 H",
    ),
    Refusal(
        "no steps",
        lambda: lstm_sequence(np.ones((1, 0, 3)), Weights(*zeros((8, 3), (8, 2), (8,), (8,)))),
        ValueError,
        "T at least 1",
    ),
]
