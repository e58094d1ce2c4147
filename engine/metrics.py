"""What a grade is made of: how right, how far off, how different two distributions are.

Plain functions of arrays. A nan among the outputs is refused, never counted as merely wrong.
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.tensor import Array


def accuracy(scores: Array, target: Array, ignore_index: int = -100) -> float:
    """A = share of rows where argmax(scores) = target.   scores (..., C), target (...) of classes -> A in
    [0, 1]

    The first of equal scores wins. Rows whose target is ignore_index do not count. ValueError for other
    shapes,
    no row that counts, or nan.
    """
    scores, target = np.asarray(scores), np.asarray(target)
    if scores.ndim < 1 or not scores.size or target.shape != scores.shape[:-1]:
        raise ValueError(
            f"accuracy needs scores (..., C) and target (...), got {scores.shape}, {target.shape}"
        )
    _refuse_nan("accuracy", scores)
    counted = target != ignore_index
    if not counted.any():
        raise ValueError("accuracy needs a row that counts, and every target is ignore_index")
    return float((scores.argmax(axis=-1) == target)[counted].mean())


def binary_accuracy(output: Array, target: Array, threshold: float = 0.0) -> float:
    """A = share where (y >= threshold) = (t >= 1/2).   output y, target t (same shape) -> A in [0, 1]

    The threshold is 0 for logits, 1/2 for probabilities; on it counts as 1, as in the perceptron.
    ValueError for other shapes, nothing at all, or nan.
    """
    output, target = _alike("binary_accuracy", output, target)
    return float(((output >= threshold) == (target >= 0.5)).mean())


def mean_squared_error(output: Array, target: Array) -> float:
    """E = mean of (y - t)^2 over all numbers.   output y, target t (same shape) -> E >= 0

    Computed in float64. ValueError for other shapes, nothing at all, or nan.
    """
    output, target = _alike("mean_squared_error", output, target)
    difference = np.subtract(output, target, dtype=np.float64)
    return float(np.mean(difference * difference))


def confusion_matrix(predicted: Array, target: Array, classes: int) -> Array:
    """M[t, p] = how many rows of class t were taken for p.   predicted, target (same shape) -> M (C, C) of
    int64

    ValueError for other shapes, or a class number that is not an integer in [0, classes).
    """
    predicted, target = np.asarray(predicted), np.asarray(target)
    if predicted.shape != target.shape or classes < 1:
        raise ValueError(
            f"confusion_matrix needs two arrays of one shape and a class, "
            f"got {predicted.shape}, {target.shape} and {classes} classes"
        )
    for numbers in (predicted, target):
        if numbers.dtype.kind not in "iu" or (
            numbers.size and not 0 <= numbers.min() <= numbers.max() < classes
        ):
            raise ValueError(
                f"class numbers must be integers in [0, {classes}), got {numbers.dtype} {numbers}"
            )
    pairs = target.astype(np.int64).reshape(-1) * classes + predicted.astype(np.int64).reshape(-1)
    return np.bincount(pairs, minlength=classes * classes).astype(np.int64).reshape(classes, classes)


def kl_divergence(p: Array, q: Array) -> float:
    """D = sum of p ln(p / q), in nats.   p, q (K,), each of sum 1 -> D >= 0

    Exact: over all K states, none sampled. A state with p = 0 adds 0; one with q = 0 < p makes D infinite.
    ValueError for other shapes, a negative number, or a sum off 1 by more than 1e-6. Kullback and Leibler
    (1951).
    """
    p, q = distribution("p", p), distribution("q", q)
    if p.shape != q.shape:
        raise ValueError(
            f"kl_divergence needs distributions over the same states, got {p.shape} and {q.shape}"
        )
    present = p > 0
    if (q[present] == 0).any():
        return math.inf
    total = float(np.sum(p[present] * (np.log(p[present]) - np.log(q[present]))))
    return max(total, 0.0)  # rounding may leave it at -1e-17


def entropy(p: Array) -> float:
    """H = -sum of p ln p, in nats.   p (K,) of sum 1 -> H in [0, ln K].   ValueError as kl_divergence"""
    p = distribution("p", p)
    present = p[p > 0]
    return max(-float(np.sum(present * np.log(present))), 0.0) + 0.0  # no -0.0


def nats_to_bits(nats: float) -> float:
    """b = n / ln 2: a loss in nats -> in bits, as many as yes-or-no questions."""
    return nats / math.log(2)


@dataclass(frozen=True)
class ModeCoverage:
    """How many modes were hit, the share of good samples, and how many good samples each mode has."""

    modes: int
    good: float
    counts: tuple[int, ...]


def mode_coverage(samples: Array, centres: Array, radius: float = 0.3, needed: float = 0.01) -> ModeCoverage:
    """good = share of samples nearer than radius to a centre.
    samples (N, D), centres (K, D) -> ModeCoverage

    A sample belongs to the nearest centre. A mode is hit when it has a share `needed` of all samples, and at
    least one, so that strays between two modes do not count as a mode. A sample that is not finite is not
    good.
    ValueError for other shapes, no sample, no centre, or nan in a centre.
    """
    samples, centres = np.asarray(samples, np.float64), np.asarray(centres, np.float64)
    if samples.ndim != 2 or centres.ndim != 2 or samples.shape[1] != centres.shape[1]:
        raise ValueError(f"mode_coverage needs (N, D) and (K, D), got {samples.shape} and {centres.shape}")
    if not len(samples) or not len(centres):
        raise ValueError(f"mode_coverage needs a sample and a centre, got {len(samples)} and {len(centres)}")
    _refuse_nan("mode_coverage", centres, "centres")
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.linalg.norm(samples[:, None, :] - centres, axis=2)  # (N, K)
        good = distance.min(axis=1) < radius
    counts = np.bincount(distance[good].argmin(axis=1), minlength=len(centres))
    hit = counts >= max(1.0, needed * len(samples))
    return ModeCoverage(int(hit.sum()), float(good.mean()), tuple(counts.tolist()))


def _alike(name: str, output: Array, target: Array) -> tuple[Array, Array]:
    output, target = np.asarray(output), np.asarray(target)
    if output.shape != target.shape or not output.size:
        raise ValueError(
            f"{name} needs two arrays of one shape, not empty; got {output.shape}, {target.shape}"
        )
    _refuse_nan(name, output)
    _refuse_nan(name, target, "targets")
    return output, target


def _refuse_nan(name: str, array: Array, what: str = "outputs") -> None:
    if np.isnan(array).any():
        raise ValueError(f"{name} of {what} that are not numbers (nan)")


def distribution(name: str, p: Array) -> Array:
    """Return p (K,) in float64; ValueError, by its name, on a negative number or a sum off 1 by over 1e-6."""
    p = np.asarray(p, np.float64)
    if p.ndim != 1 or not (p >= 0).all() or not abs(p.sum() - 1) <= 1e-6:
        raise ValueError(
            f"{name} must be (K,) of numbers from 0 with sum 1, got {p.shape} with sum {p.sum()}"
        )
    return p
