"""Memory for what every step reads and writes: blocks so large that the system may map them with huge pages.

A step goes through tens of megabytes. On pages of 4 kB it has thousands of addresses looked up again each
time; numpy asks the system for pages of 2 MB (Linux), but only for arrays of 4 MB and more.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

BLOCK = 4 * 1024 * 1024
SMALL = 256 * 1024
"""Arrays of fewer bytes stay where numpy has put them."""
LINE = 64
"""Bytes the processor reads at once: each array starts on a line of its own."""


class Blocks:
    """Large blocks, handed out from their start to their end; a block lives as long as its arrays.

    The first `apart` bytes of arrays stay where they are: a small plan wastes nothing.
    """

    def __init__(self, apart: int = BLOCK) -> None:
        self._free = np.empty(0, np.uint8)
        self._apart = apart

    def place(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return an array of the same shape, layout and dtype in a block; its values are not copied."""
        if array.nbytes < SMALL or self._apart > 0:
            self._apart -= array.nbytes
            return array
        size = _whole_lines(array.nbytes)
        if len(self._free) < size:
            block = np.empty(max(BLOCK, size) + LINE, np.uint8)
            self._free = block[-block.ctypes.data % LINE :]
        memory, self._free = self._free[:size], self._free[size:]
        return np.ndarray(array.shape, array.dtype, memory, strides=array.strides)


def bytes_taken(arrays: int, size: int) -> int:
    """Tell how many bytes so many arrays of this size take in Blocks of their own."""
    if size < SMALL:
        return arrays * size
    lines = _whole_lines(size)
    return arrays * lines if lines > BLOCK else math.ceil(arrays / (BLOCK // lines)) * BLOCK


def _whole_lines(size: int) -> int:
    return math.ceil(size / LINE) * LINE
