"""Sequences that ask for memory: adding, running parity, a latch, and eight digits to be said backwards."""

import numpy as np

from engine.data.dataset import Dataset
from engine.data.options import at_least
from engine.tensor import Array

Generator = np.random.Generator
DECIMALS = 6
IGNORED = -100


def adding(generator: Generator, *, length: int = 30, rows: int = 2000, test_rows: int = 500) -> Dataset:
    """y = the sum of the two marked values.   -> x (rows, T, 2) of value in [0, 1) and marker, y (rows, 1)

    One mark in each half of the sequence. Always answering 1 costs a mean squared error of 1/6.
    ValueError below length 2. Hochreiter and Schmidhuber (1997), with values and length as in Le et al.
    (2015).
    """
    at_least(1, rows=rows, test_rows=test_rows)
    at_least(2, length=length)

    def draw(count: int) -> tuple[Array, Array]:
        each, half = np.arange(count), length // 2
        x = np.zeros((count, length, 2))
        x[:, :, 0] = np.round(generator.uniform(0.0, 1.0, (count, length)), DECIMALS)
        first = generator.integers(0, half, count)
        second = generator.integers(half, length, count)
        x[each, first, 1] = x[each, second, 1] = 1.0
        return x, (x[each, first, 0] + x[each, second, 0])[:, None]

    return Dataset("adding", "regression", *draw(rows), *draw(test_rows))


def parity(generator: Generator, *, length: int = 8, rows: int = 256, test_rows: int = 256) -> Dataset:
    """y[t] = x[0] xor ... xor x[t].   -> x (rows, T, 1) of 0 and 1, y (rows, T, 1), one target a step"""
    at_least(1, length=length, rows=rows, test_rows=test_rows)
    bits = generator.integers(0, 2, (rows + test_rows, length, 1))
    return _each_step("parity", bits, np.cumsum(bits, axis=1) % 2, rows)


def latch(generator: Generator, *, length: int = 20, rows: int = 256, test_rows: int = 256) -> Dataset:
    """y[t] = 1 once a 1 has been seen, x[0] or ... or x[t].   -> x (rows, T, 1) of 0 and 1, y (rows, T, 1)

    A bit is 1 with probability 1 / T, so about a third of the sequences never has one.
    """
    at_least(1, length=length, rows=rows, test_rows=test_rows)
    bits = (generator.uniform(0.0, 1.0, (rows + test_rows, length, 1)) < 1 / length).astype(np.int64)
    return _each_step("latch", bits, np.maximum.accumulate(bits, axis=1), rows)


def reverse(
    generator: Generator,
    *,
    length: int = 8,
    rows: int = 2000,
    test_rows: int = 500,
    continued: bool = False,
) -> Dataset:
    """y[t] = x[T - 1 - t], ten digits.   -> x (rows, T) of digits, y (rows, T)

    No test sequence is among those to learn from: there must be digits enough, rows + test_rows <= 10^T / 2.
    `continued` is for networks that look back only: x (rows, 2 T) is the digits, a separator 10, and the
    answer without its last digit; y (rows, 2 T) is -100, which counts for nothing, until the answer begins.
    """
    at_least(1, length=length, rows=rows, test_rows=test_rows)
    total = rows + test_rows
    if length > 18 or 2 * total > 10**length:
        raise ValueError(
            f"{total} different rows need a length of 18 at most, and enough of it; got {length}"
        )
    numbers = _different(generator, 10**length, total)
    digits = numbers[:, None] // 10 ** np.arange(length)[::-1] % 10  # (rows, T)
    x, y, symbols = digits, digits[:, ::-1].copy(), 10
    if continued:
        x = np.concatenate([digits, np.full((total, 1), 10), y[:, :-1]], axis=1)
        y = np.concatenate([np.full((total, length), IGNORED), y], axis=1)
        symbols = 11
    parts = (x[:rows], y[:rows], x[rows:], y[rows:])
    return Dataset("reverse", "sequence", *parts, classes=10, symbols=symbols)


def _different(generator: Generator, below: int, count: int) -> Array:
    """Draw numbers below a bound, none twice, in the order of their first draw."""
    numbers = generator.integers(0, below, count)
    while True:
        _, first = np.unique(numbers, return_index=True)
        numbers = numbers[np.sort(first)]
        if len(numbers) == count:
            return numbers
        numbers = np.concatenate([numbers, generator.integers(0, below, count - len(numbers))])


def _each_step(name: str, bits: Array, targets: Array, rows: int) -> Dataset:
    """Split sequences of bits and of their targets."""
    x, y = bits.astype(np.float64), targets.astype(np.float64)
    return Dataset(name, "sequence", x[:rows], y[:rows], x[rows:], y[rows:])
