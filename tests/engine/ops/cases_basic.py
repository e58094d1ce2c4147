"""The primitive operations."""

import numpy as np
import torch

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
from tests.engine.ops.case import Case, Refusal


def positive(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw away from zero, for logarithms and quotients."""
    return generator.uniform(0.5, 2.0, shape)


PAIRS = {
    "same": ((3, 4), (3, 4)),
    "row": ((3, 4), (4,)),
    "column": ((3, 4), (3, 1)),
    "outer": ((3, 1), (1, 4)),
    "number": ((2, 3, 4), ()),
    "size one": ((1, 1), (1, 1)),
    "empty": ((0, 4), (4,)),
    "empty in the middle": ((2, 0, 3), (2, 1, 3)),
    "empty by broadcasting": ((3, 1), (1, 0)),
}
BINARY = {
    "add": (add, np.add, torch.add),
    "subtract": (subtract, np.subtract, torch.sub),
    "multiply": (multiply, np.multiply, torch.mul),
    "divide": (divide, np.divide, torch.div),
}
ONE_SHAPE = {"": (3, 4), ", size one": (1, 1), ", empty": (0, 4), ", empty at the end": (2, 0)}
UNARY = {
    "power 3": (lambda x: power(x, 3), lambda x: x * x * x, lambda x: x**3),
    "power -0.5": (lambda x: power(x, -0.5), lambda x: 1 / np.sqrt(x), torch.rsqrt),
    "exp": (exp, np.exp, torch.exp),
    "log": (log, np.log, torch.log),
    "total": (total, np.sum, torch.sum),
    "take": (lambda x: take(x, slice(0, 1)), lambda x: x[0:1], lambda x: x[0:1]),
    "concatenate with itself": (
        lambda x: concatenate((x, x), 1),
        lambda x: np.concatenate((x, x), 1),
        lambda x: torch.cat((x, x), 1),
    ),
    "transpose": (lambda x: transpose(x, (1, 0)), np.transpose, lambda x: x.permute(1, 0)),
    "reshape to a row": (
        lambda x: reshape(x, (1, -1)),
        lambda x: x.reshape(1, -1),
        lambda x: x.reshape(1, -1),
    ),
}
CASES = [
    Case(f"{name}, {kind}", op, shapes, formula, twin, positive)
    for name, (op, formula, twin) in BINARY.items()
    for kind, shapes in PAIRS.items()
]
CASES += [
    Case(name + kind, op, (shape,), formula, twin, positive)
    for name, (op, formula, twin) in UNARY.items()
    for kind, shape in ONE_SHAPE.items()
]
CASES += [
    Case("matmul", matmul, ((3, 4), (4, 2)), np.matmul, torch.matmul),
    Case("matmul, many", matmul, ((5, 3, 4), (5, 4, 2)), np.matmul, torch.matmul),
    Case("matmul, broadcast", matmul, ((5, 1, 3, 4), (2, 4, 2)), np.matmul, torch.matmul),
    Case("matmul, size one", matmul, ((1, 1), (1, 1)), np.matmul, torch.matmul),
    Case("matmul, empty", matmul, ((3, 0), (0, 2)), np.matmul, torch.matmul),
    Case("matmul, no rows", matmul, ((0, 3), (3, 2)), np.matmul, torch.matmul),
    Case("matmul, no columns", matmul, ((2, 3), (3, 0)), np.matmul, torch.matmul),
    Case("matmul, many of none", matmul, ((0, 3, 4), (4, 2)), np.matmul, torch.matmul),
    Case("total of an axis", lambda x: total(x, 1), ((3, 4, 2),), lambda x: x.sum(1), lambda x: x.sum(1)),
    Case(
        "total of axes kept",
        lambda x: total(x, (0, 2), keepdims=True),
        ((3, 4, 2),),
        lambda x: x.sum((0, 2), keepdims=True),
        lambda x: x.sum((0, 2), keepdim=True),
    ),
    Case("total of nothing", lambda x: total(x, 0), ((0, 4),), lambda x: x.sum(0), lambda x: x.sum(0)),
    Case("mean", mean, ((3, 4),), np.mean, torch.mean),
    Case("mean, size one", mean, ((1, 1),), np.mean, torch.mean),
    Case("mean of no rows", lambda x: mean(x, 1), ((0, 4),), lambda x: x.mean(1), lambda x: x.mean(1)),
    Case(
        "mean of no rows, axes kept",
        lambda x: mean(x, (1, -1), keepdims=True),
        ((0, 4, 3),),
        lambda x: x.mean((1, 2), keepdims=True),
        lambda x: x.mean((1, 2), keepdim=True),
    ),
    Case("mean of an axis", lambda x: mean(x, -1), ((3, 4, 2),), lambda x: x.mean(-1), lambda x: x.mean(-1)),
    Case(
        "reshape",
        lambda x: reshape(x, (2, -1)),
        ((3, 4),),
        lambda x: x.reshape(2, 6),
        lambda x: x.reshape(2, 6),
    ),
    Case(
        "reshape of a view",
        lambda x: reshape(transpose(x, (1, 0)), (2, 6)),
        ((3, 4),),
        lambda x: x.T.reshape(2, 6),
        lambda x: x.T.reshape(2, 6),
    ),
    Case(
        "transpose of three",
        lambda x: transpose(x, (2, 0, 1)),
        ((3, 4, 2),),
        lambda x: x.transpose(2, 0, 1),
        lambda x: x.permute(2, 0, 1),
    ),
    Case(
        "transpose, axes counted from the end",
        lambda x: transpose(x, (-1, 0, -2)),
        ((3, 3, 3),),
        lambda x: x.transpose(2, 0, 1),
        lambda x: x.permute(2, 0, 1),
    ),
    Case(
        "concatenate",
        lambda *parts: concatenate(parts, 1),
        ((3, 4), (3, 1), (3, 0)),
        lambda *parts: np.concatenate(parts, 1),
        lambda *parts: torch.cat(parts, 1),
    ),
    Case(
        "take a column", lambda x: take(x, (slice(None), 1)), ((3, 4),), lambda x: x[:, 1], lambda x: x[:, 1]
    ),
    Case(
        "take a column of no rows",
        lambda x: take(x, (slice(None), 1)),
        ((0, 4),),
        lambda x: x[:, 1],
        lambda x: x[:, 1],
    ),
    Case("take, slice", lambda x: take(x, slice(1, 3)), ((3, 4),), lambda x: x[1:3], lambda x: x[1:3]),
    Case("shared", lambda x: multiply(x, add(x, x)), ((3, 4),), lambda x: 2 * x * x, lambda x: 2 * x * x),
]
REFUSALS = [
    Refusal("add", lambda: add(np.ones(3), np.ones(2)), ValueError, "broadcast"),
    Refusal("matmul", lambda: matmul(np.ones((3, 4)), np.ones((3, 4))), ValueError, r"\(N, K\)|got \(3, 4\)"),
    Refusal("mean of nothing", lambda: mean(np.ones((0, 2))), ValueError, "no elements"),
    Refusal("mean of an empty axis", lambda: mean(np.ones((0, 2)), 0), ValueError, r"no elements.*\(0, 2\)"),
    Refusal("concatenate nothing", lambda: concatenate((), 0), ValueError, "at least one array"),
    Refusal("take of nothing", lambda: take(np.ones((0, 4)), 0), IndexError, "axis 0 with size 0"),
    Refusal("reshape of nothing", lambda: reshape(np.ones((0, 4)), (0, -1)), ValueError, "of size 0 into"),
    Refusal("reshape", lambda: reshape(np.ones(6), (4, 2)), ValueError, "reshape"),
    Refusal("take by a list", lambda: take(np.ones(4), [0, 2]), ValueError, "integers and slices"),  # type: ignore[arg-type]
]
