"""A text about the history of neural networks, for networks that guess the next character.

Written for this course: small letters and a little punctuation, 34 symbols in all.
"""

import numpy as np

from engine.data.bundled import read_bundled
from engine.data.dataset import Dataset
from engine.data.options import at_least, not_too_many
from engine.tensor import Array

ALPHABET = "\n ',-.:;abcdefghijklmnopqrstuvwxyz"


def characters(*, length: int = 32, stride: int = 8) -> Dataset:
    """y[t] = the character after x[t].   -> x (N, T) of symbols, y (N, T), numbers of places in ALPHABET

    The first nine tenths are to learn from, in windows that start every `stride` characters; the last
    tenth is
    to test on, in windows side by side. No window crosses the border. ValueError when a window does not fit.
    """
    at_least(1, length=length, stride=stride)
    symbols = encode(read_text())
    border = len(symbols) * 9 // 10
    if length >= len(symbols) - border:
        raise ValueError(f"length must be below {len(symbols) - border}, got {length}")
    rest = len(symbols) - border
    not_too_many((border - length) // stride + (rest - length) // length, length=length)
    train = _windows(symbols[:border], length, stride)
    test = _windows(symbols[border:], length, length)
    return Dataset("text", "sequence", *train, *test, len(ALPHABET), len(ALPHABET))


def read_text() -> str:
    """Read the text."""
    return read_bundled("text.txt").decode("ascii")


def encode(text: str) -> Array:
    """Number the characters by their place in ALPHABET -> (len(text),); ValueError names one that has
    none.
    """
    strange = sorted(set(text) - set(ALPHABET))
    if strange:
        raise ValueError(f"the alphabet has no {strange[0]!r}")
    codes = np.frombuffer(text.encode("ascii"), np.uint8)
    places = np.zeros(128, np.int64)
    places[np.frombuffer(ALPHABET.encode("ascii"), np.uint8)] = np.arange(len(ALPHABET))
    return places[codes]


def decode(symbols: Array) -> str:
    """Write symbols (N,) as the characters they stand for, the reverse of `encode`; IndexError past the
    last.
    """
    return "".join(ALPHABET[symbol] for symbol in symbols)


def _windows(symbols: Array, length: int, stride: int) -> tuple[Array, Array]:
    """Cut x and, one character later, y.   symbols (N,) -> two of (windows, T)"""
    windows = np.lib.stride_tricks.sliding_window_view(symbols, length + 1)[::stride]
    return windows[:, :-1].copy(), windows[:, 1:].copy()
