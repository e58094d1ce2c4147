"""Refuse what a layer or a model cannot be made of, by name: the setting, its limit and what was given."""

import math
import sys
from collections.abc import Sequence

import numpy as np

LARGEST = sys.float_info.max


def whole(least: int, **settings: object) -> None:
    """Raise ValueError unless each of them is a whole number of at least `least`."""
    for name, value in settings.items():
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def number(least: float, most: float = math.inf, **settings: object) -> None:
    """Raise ValueError unless each of them is a finite number from `least` to `most`."""
    for name, value in settings.items():
        fits = isinstance(value, int | float | np.integer | np.floating) and (
            max(least, -LARGEST) <= value <= min(most, LARGEST)
        )
        if not fits:
            raise ValueError(f"{name} must be a finite number{_limits(least, most)}, got {value!r}")


def one_of(options: Sequence[str], **settings: object) -> None:
    """Raise ValueError unless each of them is one of the options."""
    for name, value in settings.items():
        if value not in options:
            raise ValueError(f"{name} must be {' or '.join(map(repr, options))}, got {value!r}")


def _limits(least: float, most: float) -> str:
    if least == -math.inf:
        return ""
    return f" of at least {least:g}" if most == math.inf else f" between {least:g} and {most:g}"
