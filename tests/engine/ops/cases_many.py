"""Operations for many small networks at once, against the same networks one by one."""

from collections.abc import Callable

import numpy as np
import torch

from engine.ops.many import bce_many, linear_many, linear_shared, mse_many
from tests.engine.ops.case import Case, Refusal

INPUTS = np.random.Generator(np.random.PCG64(8)).normal(size=(4, 2))
TARGETS = np.random.Generator(np.random.PCG64(9)).random((4, 1, 5))


def shared_by(x: np.ndarray) -> Callable[[object], object]:
    """Apply to these inputs for all networks."""
    return lambda block: linear_shared(x.astype(getattr(block, "data", block).dtype), block)  # type: ignore[arg-type]


def apart(block: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Compute each network by itself: x (B, I, N) or (B, I)."""
    many = block.shape[2]
    rows = [x if x.ndim == 2 else x[:, :, n] for n in range(many)]
    each = [row @ block[:-1, :, n] + block[-1, :, n] for n, row in enumerate(rows)]
    return np.stack(each, axis=2) if each else np.zeros((len(x), block.shape[1], 0))


def by_torch(block: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Compute all networks by one einsum."""
    return torch.einsum("bin,ion->bon", x, block[:-1]) + block[-1]


def first(op: Callable[..., tuple[object, object]]) -> Callable[[object], object]:
    """Return the sum of all losses."""
    return lambda y: op(y, TARGETS.astype(getattr(y, "data", y).dtype))[0]  # type: ignore[attr-defined]


def softplus(z: np.ndarray) -> np.ndarray:
    """Compute ln(1 + e^z) as it is written."""
    return np.log(1 + np.exp(z))


WIDE = torch.tensor(np.repeat(INPUTS[:, :, None], 5, axis=2))
CASES = [
    Case(
        "linear shared",
        shared_by(INPUTS),
        ((3, 2, 5),),
        lambda w: apart(w, INPUTS),
        lambda w: by_torch(w, WIDE),
    ),
    Case(
        "linear many",
        linear_many,
        ((4, 2, 5), (3, 2, 5)),
        lambda x, w: apart(w, x),
        lambda x, w: by_torch(w, x),
    ),
    *(
        Case(f"linear shared{kind}", shared_by(x), (shape,), lambda w, x=x: apart(w, x), None)
        for kind, x, shape in (
            (", no rows", np.ones((0, 2)), (3, 2, 5)),
            (", no inputs", np.ones((4, 0)), (1, 2, 5)),
            (", no networks", np.ones((4, 2)), (3, 2, 0)),
            (", size one", np.ones((1, 1)), (2, 1, 1)),
        )
    ),
    *(
        Case(f"linear many{kind}", linear_many, shapes, lambda x, w: apart(w, x), lambda x, w: by_torch(w, x))
        for kind, shapes in {
            ", no rows": ((0, 2, 5), (3, 2, 5)),
            ", no inputs": ((4, 0, 5), (1, 2, 5)),
            ", no outputs": ((4, 2, 5), (3, 0, 5)),
            ", no networks": ((4, 2, 0), (3, 2, 0)),
            ", size one": ((1, 1, 1), (2, 1, 1)),
        }.items()
    ),
    Case(
        "mse many",
        first(mse_many),
        ((4, 1, 5),),
        lambda y: ((y - TARGETS) ** 2).mean((0, 1)).sum(),
        lambda y: ((y - torch.tensor(TARGETS)) ** 2).mean((0, 1)).sum(),
    ),
    Case(
        "bce many",
        first(bce_many),
        ((4, 1, 5),),
        lambda z: (softplus(z) - TARGETS * z).mean((0, 1)).sum(),
        lambda z: (torch.nn.functional.softplus(z) - torch.tensor(TARGETS) * z).mean((0, 1)).sum(),
    ),
]
REFUSALS = [
    Refusal(
        "linear shared",
        lambda: linear_shared(np.ones((4, 3)), np.ones((3, 2, 5))),
        ValueError,
        "x \\(B, I\\)",
    ),
    Refusal(
        "linear many", lambda: linear_many(np.ones((4, 3, 5)), np.ones((3, 2, 5))), ValueError, "B, I, N"
    ),
    Refusal(
        "linear many, other networks",
        lambda: linear_many(np.ones((4, 2, 1)), np.ones((3, 2, 5))),
        ValueError,
        "B, I, N",
    ),
    Refusal(
        "linear shared, another order",
        lambda: linear_shared(np.ones((4, 2)), np.ones((5, 2, 3)).T),
        ValueError,
        "row by row",
    ),
    Refusal(
        "mse many", lambda: mse_many(np.ones((4, 1, 5)), np.ones((4, 1, 1))), ValueError, "a target like it"
    ),
    Refusal(
        "mse of many nothings",
        lambda: mse_many(np.ones((0, 1, 5)), np.ones((0, 1, 5))),
        ValueError,
        "at least one term",
    ),
    Refusal(
        "bce of many nothings",
        lambda: bce_many(np.ones((4, 0, 5)), np.ones((4, 0, 5))),
        ValueError,
        "at least one term",
    ),
    Refusal("bce many", lambda: bce_many(np.ones((4, 1)), np.ones((4, 1))), ValueError, "a target like it"),
]
