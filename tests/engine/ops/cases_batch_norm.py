"""Batch normalisation."""

import numpy as np
import torch
from torch.nn import functional

from engine.ops.batch_norm import Running, batch_norm
from tests.engine.ops.case import Case, Refusal

MEAN, VARIANCE = np.array([0.5, -1.0, 2.0]), np.array([1.0, 4.0, 0.25])


def train(x: object, w: object, b: object) -> object:
    """Normalise by the batch, with averages of its own."""
    return batch_norm(x, w, b, Running(MEAN.copy(), VARIANCE.copy(), np.zeros((), int)), True)  # type: ignore[arg-type]


def nothing(x: object, w: object, b: object) -> object:
    """Normalise the batch of no channels."""
    return batch_norm(x, w, b, Running(np.zeros(0), np.ones(0), np.zeros((), int)), True)  # type: ignore[arg-type]


def predict(x: object, w: object, b: object) -> object:
    """Normalise by the averages."""
    dtype = (x.data if hasattr(x, "data") else x).dtype  # type: ignore[attr-defined]
    return batch_norm(x, w, b, Running(MEAN.astype(dtype), VARIANCE.astype(dtype), np.zeros((), int)), False)  # type: ignore[arg-type]


def formula(axes: tuple[int, ...]) -> object:
    """Compute the normalisation as it is written."""

    def normalise(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
        wide = (1, -1, *(1 for _ in axes[1:]))
        deviation = np.sqrt(x.var(axes, keepdims=True) + 1e-5)
        return (x - x.mean(axes, keepdims=True)) / deviation * w.reshape(wide) + b.reshape(wide)

    return normalise


CASES = [
    Case(
        "batch norm",
        train,
        ((5, 3), (3,), (3,)),
        formula((0,)),
        lambda x, w, b: functional.batch_norm(x, None, None, w, b, True),
    ),
    Case(
        "batch norm, images",
        train,
        ((4, 3, 2, 5), (3,), (3,)),
        formula((0, 2, 3)),
        lambda x, w, b: functional.batch_norm(x, None, None, w, b, True),
    ),
    Case(
        "batch norm, predicting",
        predict,
        ((5, 3), (3,), (3,)),
        lambda x, w, b: (x - MEAN) / np.sqrt(VARIANCE + 1e-5) * w + b,
        lambda x, w, b: functional.batch_norm(x, torch.tensor(MEAN), torch.tensor(VARIANCE), w, b, False),
    ),
    Case(
        "batch norm, predicting one",
        predict,
        ((1, 3), (3,), (3,)),
        lambda x, w, b: (x - MEAN) / np.sqrt(VARIANCE + 1e-5) * w + b,
        lambda x, w, b: functional.batch_norm(x, torch.tensor(MEAN), torch.tensor(VARIANCE), w, b, False),
    ),
    Case(
        "batch norm, predicting none",
        predict,
        ((0, 3), (3,), (3,)),
        lambda x, w, b: (x - MEAN) / np.sqrt(VARIANCE + 1e-5) * w + b,
        lambda x, w, b: functional.batch_norm(x, torch.tensor(MEAN), torch.tensor(VARIANCE), w, b, False),
    ),
    Case(
        "batch norm, images of one pixel",
        train,
        ((4, 3, 1, 1), (3,), (3,)),
        formula((0, 2, 3)),
        lambda x, w, b: functional.batch_norm(x, None, None, w, b, True),
    ),
    Case("batch norm, no channels", nothing, ((5, 0), (0,), (0,)), lambda x, w, b: x, None),
]
REFUSALS = [
    Refusal(
        "batch norm", lambda: train(np.ones((4, 2)), np.ones(3), np.ones(3)), ValueError, "weight \\(C,\\)"
    ),
    Refusal(
        "batch norm of one",
        lambda: train(np.ones((1, 3)), np.ones(3), np.ones(3)),
        ValueError,
        "two values a channel",
    ),
    Refusal(
        "batch norm of none",
        lambda: train(np.ones((0, 3)), np.ones(3), np.ones(3)),
        ValueError,
        "two values a channel",
    ),
]
