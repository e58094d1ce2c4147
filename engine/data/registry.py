"""Every data set by its name."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.digits import digits
from engine.data.plane import blobs, circles, moons, noisy_xor, ring, sine, spirals
from engine.data.sequences import adding, latch, parity, reverse
from engine.data.tables import GATES, bars_and_stripes, gate, sigmoid_neuron
from engine.data.text import characters
from engine.rng import Streams

_TABLES: dict[str, Callable[..., Dataset]] = {
    **{name: partial(gate, name) for name in GATES},
    "bars_and_stripes": bars_and_stripes,
    "sigmoid_neuron": sigmoid_neuron,
    "text": characters,
}
_DRAWN: dict[str, Callable[..., Dataset]] = {
    "adding": adding,
    "blobs": blobs,
    "circles": circles,
    "digits": digits,
    "latch": latch,
    "moons": moons,
    "noisy_xor": noisy_xor,
    "parity": parity,
    "reverse": reverse,
    "ring": ring,
    "sine": sine,
    "spirals": spirals,
}


def names() -> tuple[str, ...]:
    """Return the names that `load` knows, in alphabetical order."""
    return tuple(sorted(_TABLES.keys() | _DRAWN.keys()))


def load(name: str, seed: int = 0, **options: Any) -> Dataset:
    """Make a data set: the same name, seed and options give the same bytes.

    Chance comes from the stream "data" of the seed; tables, the text and the split of the digits know no
    chance.
    ValueError for an unknown name or an option out of its bounds; TypeError for an option there is not.
    """
    if name in _TABLES:
        return _TABLES[name](**options)
    if name in _DRAWN:
        generator: np.random.Generator = Streams(seed).get("data")
        return _DRAWN[name](generator, **options)
    raise ValueError(f"there is no data set {name!r}; there are {', '.join(names())}")
