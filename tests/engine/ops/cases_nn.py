"""The fused operations of dense networks and the losses."""

import numpy as np
import torch
from torch.nn import functional

from engine.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from engine.ops.nn import dropout, embedding, gaussian_noise, layer_norm, linear
from tests.engine.ops.case import Case, Refusal

INDICES = np.array([[0, 2, 1], [2, 2, 4]])
CLASSES = np.array([3, 0, 1])
PARTLY = np.array([3, -100, 1])
BITS = np.array([[1.0, 0, 0.25, 1], [0, 0, 1, 1], [0.5, 1, 0, 0]])


def log_softmax(z: np.ndarray) -> np.ndarray:
    """Compute ln softmax as it is written."""
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


def normalised(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Compute layer norm as it is written."""
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * weight + bias


def half_dropped(x: object) -> object:
    """Drop with a generator that starts anew, so that each call draws the same mask."""
    return dropout(x, 0.5, np.random.Generator(np.random.PCG64(7)))  # type: ignore[arg-type]


def noisy(x: object) -> object:
    """Add noise with a generator that starts anew, so that each call draws the same."""
    return gaussian_noise(x, 0.5, np.random.Generator(np.random.PCG64(7)))  # type: ignore[arg-type]


def mask(x: np.ndarray) -> np.ndarray:
    """Draw what half_dropped multiplies with."""
    drawn = np.random.Generator(np.random.PCG64(7)).random(tuple(x.shape), dtype=np.float32)
    return (drawn >= 0.5) * 2.0


def noise(x: np.ndarray) -> np.ndarray:
    """Draw what noisy adds."""
    drawn = np.random.Generator(np.random.PCG64(7)).standard_normal(tuple(x.shape), dtype=np.float32)
    return drawn * np.float32(0.5)


def dropped_by_torch(x: torch.Tensor) -> torch.Tensor:
    """Multiply with the same mask."""
    return x * torch.tensor(mask(x))  # type: ignore[arg-type]


def noisy_by_torch(x: torch.Tensor) -> torch.Tensor:
    """Add the same noise."""
    return x + torch.tensor(noise(x))  # type: ignore[arg-type]


ONE_SHAPE = {"": (3, 4), ", size one": (1, 1), ", empty": (0, 4), ", empty at the end": (2, 0)}
ONE = np.array([[0.25]])
ONE_TERM = {
    "mse": (
        lambda y: mse_loss(y, ONE),
        lambda y: np.mean((y - ONE) ** 2),
        lambda y: functional.mse_loss(y, torch.tensor(ONE)),
    ),
    "bce": (
        lambda z: binary_cross_entropy_with_logits(z, ONE),
        lambda z: np.mean(np.log(1 + np.exp(z)) - ONE * z),
        lambda z: functional.binary_cross_entropy_with_logits(z, torch.tensor(ONE)),
    ),
    "cross entropy": (
        lambda z: cross_entropy(z, np.array([0])),
        lambda z: np.mean(0 * z),
        lambda z: functional.cross_entropy(z, torch.tensor([0])),
    ),
}
CASES = [
    Case("linear", linear, ((5, 3), (2, 3), (2,)), lambda x, w, b: x @ w.T + b, functional.linear),
    Case("linear without bias", linear, ((5, 3), (2, 3)), lambda x, w: x @ w.T, functional.linear),
    Case("linear, deep", linear, ((4, 5, 3), (2, 3), (2,)), lambda x, w, b: x @ w.T + b, functional.linear),
    Case("linear, one input", linear, ((3,), (2, 3), (2,)), lambda x, w, b: x @ w.T + b, functional.linear),
    Case("linear, size one", linear, ((1, 1), (1, 1), (1,)), lambda x, w, b: x @ w.T + b, functional.linear),
    Case("linear, no rows", linear, ((0, 3), (2, 3), (2,)), lambda x, w, b: x @ w.T + b, functional.linear),
    *(
        Case(f"linear, {kind}", linear, shapes, lambda x, w, b: x @ w.T + b, functional.linear)
        for kind, shapes in {
            "no steps": ((2, 0, 3), (2, 3), (2,)),
            "no inputs": ((2, 4, 0), (2, 0), (2,)),
            "no outputs": ((2, 4, 3), (0, 3), (0,)),
            "nothing at all": ((2, 0, 0), (2, 0), (2,)),
        }.items()
    ),
    Case(
        "layer norm",
        layer_norm,
        ((4, 5, 3), (3,), (3,)),
        normalised,
        lambda x, w, b: functional.layer_norm(x, (3,), w, b),
    ),
    Case(
        "layer norm, no rows",
        layer_norm,
        ((0, 3), (3,), (3,)),
        normalised,
        lambda x, w, b: functional.layer_norm(x, (3,), w, b),
    ),
    Case(
        "layer norm, no steps",
        layer_norm,
        ((2, 0, 3), (3,), (3,)),
        normalised,
        lambda x, w, b: functional.layer_norm(x, (3,), w, b),
    ),
    Case(
        "layer norm, size one",
        layer_norm,
        ((1, 1), (1,), (1,)),
        normalised,
        lambda x, w, b: functional.layer_norm(x, (1,), w, b),
    ),
    Case("layer norm, no features", layer_norm, ((2, 3, 0), (0,), (0,)), lambda x, w, b: x, None),
    *(
        Case(f"dropout{kind}", half_dropped, (shape,), lambda x: x * mask(x), dropped_by_torch, random=True)
        for kind, shape in ONE_SHAPE.items()
    ),
    *(
        Case(f"noise{kind}", noisy, (shape,), lambda x: x + noise(x), noisy_by_torch, random=True)
        for kind, shape in ONE_SHAPE.items()
    ),
    *(
        Case(
            f"embedding, {kind}",
            lambda w, indices=indices: embedding(indices, w),
            (shape,),
            lambda w, indices=indices: w[indices],
            lambda w, indices=indices: functional.embedding(torch.tensor(indices), w),
        )
        for kind, indices, shape in (
            ("size one", np.array([[0]]), (1, 1)),
            ("no rows", np.zeros((0, 3), int), (5, 3)),
            ("no steps", np.zeros((2, 0), int), (5, 3)),
            ("no features", INDICES, (5, 0)),
        )
    ),
    *(
        Case(name + ", size one", op, ((1, 1),), formula, twin)
        for name, (op, formula, twin) in ONE_TERM.items()
    ),
    Case(
        "embedding",
        lambda w: embedding(INDICES, w),
        ((5, 3),),
        lambda w: w[INDICES],
        lambda w: functional.embedding(torch.tensor(INDICES), w),
    ),
    Case(
        "mse",
        lambda y: mse_loss(y, BITS),
        ((3, 4),),
        lambda y: np.mean((y - BITS) ** 2),
        lambda y: functional.mse_loss(y, torch.tensor(BITS)),
    ),
    Case(
        "bce",
        lambda z: binary_cross_entropy_with_logits(z, BITS),
        ((3, 4),),
        lambda z: np.mean(
            -BITS * np.log(1 / (1 + np.exp(-z))) - (1 - BITS) * np.log(1 - 1 / (1 + np.exp(-z)))
        ),
        lambda z: functional.binary_cross_entropy_with_logits(z, torch.tensor(BITS)),
    ),
    Case(
        "cross entropy",
        lambda z: cross_entropy(z, CLASSES),
        ((3, 4),),
        lambda z: -log_softmax(z)[np.arange(3), CLASSES].mean(),
        lambda z: functional.cross_entropy(z, torch.tensor(CLASSES)),
    ),
    Case(
        "cross entropy, deep",
        lambda z: cross_entropy(z, CLASSES.reshape(3, 1)),
        ((3, 1, 4),),
        lambda z: -log_softmax(z)[np.arange(3), 0, CLASSES].mean(),
        lambda z: functional.cross_entropy(z.reshape(3, 4), torch.tensor(CLASSES)),
    ),
    Case(
        "cross entropy, a row ignored",
        lambda z: cross_entropy(z, PARTLY),
        ((3, 4),),
        lambda z: -log_softmax(z)[[0, 2], [3, 1]].mean(),
        lambda z: functional.cross_entropy(z, torch.tensor(PARTLY)),
    ),
]
REFUSALS = [
    Refusal("linear", lambda: linear(np.ones((2, 3)), np.ones((4, 2))), ValueError, r"x \(..., I\)"),
    Refusal(
        "linear bias",
        lambda: linear(np.ones((2, 3)), np.ones((4, 3)), np.ones(3)),
        ValueError,
        r"bias \(4,\)",
    ),
    Refusal(
        "layer norm", lambda: layer_norm(np.ones((2, 3)), np.ones(2), np.ones(3)), ValueError, "3 features"
    ),
    Refusal(
        "layer norm of a number",
        lambda: layer_norm(np.array(1.0), np.ones(0), np.ones(0)),
        ValueError,
        "0 features",
    ),
    Refusal(
        "dropout",
        lambda: dropout(np.ones(2), 1.5, np.random.default_rng(0)),
        ValueError,
        "between 0 and 1, got 1.5",
    ),
    Refusal(
        "noise",
        lambda: gaussian_noise(np.ones(2), -1, np.random.default_rng(0)),
        ValueError,
        "std must be a finite number of at least 0, got -1",
    ),
    Refusal("embedding", lambda: embedding(np.array([5]), np.ones((5, 2))), IndexError, "index 5 .* 5 rows"),
    Refusal("mse", lambda: mse_loss(np.ones(2), np.ones((2, 1))), ValueError, "same shape"),
    Refusal(
        "bce of nothing",
        lambda: binary_cross_entropy_with_logits(np.ones(0), np.ones(0)),
        ValueError,
        "not empty",
    ),
    Refusal("cross entropy", lambda: cross_entropy(np.ones((2, 3)), np.ones(2)), ValueError, "integers"),
    Refusal("mse of nothing", lambda: mse_loss(np.ones((0, 2)), np.ones((0, 2))), ValueError, "not empty"),
    Refusal(
        "cross entropy of nothing",
        lambda: cross_entropy(np.ones((0, 3)), np.zeros(0, int)),
        ValueError,
        "not empty",
    ),
    Refusal(
        "cross entropy of no classes",
        lambda: cross_entropy(np.ones((3, 0)), np.full(3, -100)),
        ValueError,
        "C at least 1",
    ),
    Refusal("embedding of no rows", lambda: embedding(np.array([0]), np.ones((0, 2))), IndexError, "0 rows"),
    Refusal(
        "cross entropy class",
        lambda: cross_entropy(np.ones((2, 3)), np.array([0, 3])),
        IndexError,
        "class 3 .* 3 classes",
    ),
]
