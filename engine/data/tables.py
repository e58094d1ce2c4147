"""Data that is a table, without chance: the gates, the lecture's sigmoid neuron, bars and stripes.

Such a set is its own test set: there are no other rows.
"""

import numpy as np

from engine.data.dataset import Dataset, Task
from engine.tensor import Array

_ROWS = ((0, 0), (0, 1), (1, 0), (1, 1))
GATES = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
    "xor": (0, 1, 1, 0),
    "xnor": (1, 0, 0, 1),
}


def gate(name: str) -> Dataset:
    """y = x1 gate x2, rows 00, 01, 10, 11.   -> x (4, 2), y (4, 1) of 0 and 1.   KeyError: no such gate"""
    outputs = np.array(GATES[name], np.float64)
    return _whole(name, "binary", np.array(_ROWS, np.float64), outputs[:, None])


def sigmoid_neuron() -> Dataset:
    """y = .2 at x = .5 and .9 at x = 2.5, the lecture's two points.   -> x (2, 1), y (2, 1)"""
    return _whole("sigmoid_neuron", "regression", np.array([[0.5], [2.5]]), np.array([[0.2], [0.9]]))


def bars_and_stripes(*, size: int = 4) -> Dataset:
    """x[i, j] = row[i], or = column[j]: pictures of whole rows or whole columns, each once.

    -> x (2^(size + 1) - 2, size^2) of 0 and 1, y = x. The empty and the full picture are both, once.
    ValueError unless 1 <= size <= 10. MacKay (2003), section 43.3.
    """
    if not 1 <= size <= 10:
        raise ValueError(f"size must lie in [1, 10], got {size}")
    bits = (np.arange(2**size)[:, None] >> np.arange(size)[::-1]) & 1
    rows = np.repeat(bits, size, axis=1)
    columns = np.tile(bits, (1, size))[1:-1]  # (2^size - 2, size^2): without the empty and the full one again
    patterns = np.concatenate([rows, columns] if size > 1 else [rows]).astype(np.float64)
    return _whole("bars_and_stripes", "generative", patterns, patterns)


def _whole(name: str, task: Task, x: Array, y: Array) -> Dataset:
    return Dataset(name, task, x, y, x, y)
