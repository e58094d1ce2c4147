"""What a data set is: inputs and targets, split once and for all into those to learn from and those to
test on.

The four arrays cannot be written to, and their bytes have a hash: two sets with the same hash are the same
data.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from engine.examples import IGNORED, Examples, refuse_outside
from engine.tensor import Array

Task = Literal["regression", "binary", "classification", "sequence", "reconstruction", "generative"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs and targets, one row each: x_train (N, ...), y_train (N, ...), x_test (M, ...), y_test (M, ...).

    Inputs are float64, or int64 symbols below `symbols` when that is not 0. The targets by task:

    - regression: numbers (N, K);
    - binary: 0.0 or 1.0 (N, 1);
    - classification: int64 class numbers (N,) below `classes`;
    - sequence: a target for each time step, 0.0 or 1.0 (N, T, 1) or class numbers (N, T), -100 for none;
    - reconstruction: the input as it should come back (N, ...);
    - generative: class numbers (N,) of the modes of the distribution, or the input itself where it has none.

    A set that is a whole table, as that of a gate, is its own test set: y = f(x) -> every row is known.
    ValueError when the parts do not fit together.
    """

    name: str
    task: Task
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: int = 0
    symbols: int = 0

    def __post_init__(self) -> None:
        if self.task not in get_args(Task):
            raise ValueError(f"task must be one of {', '.join(get_args(Task))}, got {self.task!r}")
        for part in ("train", "test"):
            x, y = getattr(self, f"x_{part}"), getattr(self, f"y_{part}")
            if not len(x) or len(x) != len(y):
                raise ValueError(f"{self.name} {part}: {len(x)} inputs and {len(y)} targets")
            _refuse_unfit(f"{self.name} x_{part}", x, self.symbols, 0)
            _refuse_unfit(f"{self.name} y_{part}", y, self.classes, IGNORED)
        for train, test in ((self.x_train, self.x_test), (self.y_train, self.y_test)):
            if train.shape[1:] != test.shape[1:]:
                raise ValueError(f"{self.name}: rows of {train.shape[1:]} to learn, {test.shape[1:]} to test")
        for part in ("x_train", "y_train", "x_test", "y_test"):
            copy = np.array(getattr(self, part))
            copy.flags.writeable = False
            object.__setattr__(self, part, copy.view())  # of a view it cannot be allowed again

    @property
    def feature_shape(self) -> tuple[int, ...]:
        """Return the shape of one input."""
        return self.x_train.shape[1:]

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Return the shape of one target."""
        return self.y_train.shape[1:]

    @cached_property
    def sha256(self) -> str:
        """Hash types, shapes and bytes of the four arrays: the identity of the data, whatever it is
        called.
        """
        digest = hashlib.sha256()
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            digest.update(array_bytes(array))
        return digest.hexdigest()

    def train(self) -> Examples:
        """Return the rows to learn from, as `engine.train.train` takes them."""
        return Examples(self.x_train, self.y_train, self.symbols, self.classes)

    def test(self) -> Examples:
        """Return the rows to test on."""
        return Examples(self.x_test, self.y_test, self.symbols, self.classes)


def array_bytes(array: Array) -> bytes:
    """Write an array's type, shape and numbers, row by row, little end first."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return f"{little.dtype.str}{array.shape}".encode() + little.tobytes()


def _refuse_unfit(what: str, array: Array, below: int, allowed: int) -> None:
    """Refuse numbers that are not finite float64, or symbols that are not int64 below a bound, or one more
    that is allowed.
    """
    if array.dtype != (np.int64 if below else np.float64):
        raise ValueError(f"{what} must be {'int64' if below else 'float64'}, got {array.dtype}")
    if below:
        refuse_outside(what, array, below, allowed)
    elif not np.isfinite(array).all():
        raise ValueError(f"{what} must be finite")
