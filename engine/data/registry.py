"""Every data set by its name."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.digits import DigitsOptions, digits
from engine.data.options import at_most, not_too_many, of_kind
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
MOST = {
    "rows": 1_000_000,
    "test_rows": 1_000_000,
    "length": 4096,
    "degree": 1000,
    "arms": 1000,
    "classes": 1000,
    "modes": 1000,
}
"""What no data set may be asked for more of: enough for every lesson, and it fits into memory."""


def names() -> tuple[str, ...]:
    """Return the names that `load` knows, in alphabetical order."""
    return tuple(sorted(_TABLES.keys() | _DRAWN.keys()))


def load(name: str, /, seed: int = 0, **options: Any) -> Dataset:
    """Make a data set: the same name, seed and options give the same bytes.

    Chance comes from the stream "data" of the seed; tables, the text and the split of the digits know no
    chance.
    ValueError for an unknown name, an option out of its bounds or of another kind; TypeError for an option
    there is not, of the digits ValueError.
    """
    if name in _TABLES or name in _DRAWN:
        _check_kinds(name, options)
    if name in _TABLES:
        return _TABLES[name](**options)
    if name in _DRAWN:
        generator: np.random.Generator = Streams(seed).get("data")
        with np.errstate(over="ignore"):  # of a noise that is too large, the data set tells
            return _DRAWN[name](generator, **options)
    raise ValueError(f"there is no data set {name!r}; there are {', '.join(names())}")


def _check_kinds(name: str, options: dict[str, Any]) -> None:
    """Refuse what a data set could only stumble over; `digits` refuses options it has not by itself."""
    kinds = _kinds(name)
    unknown = sorted(options.keys() - kinds.keys())
    if unknown and name != "digits":
        raise TypeError(f"{name} has no option {', '.join(unknown)}; it has {', '.join(kinds) or 'none'}")
    for option in options.keys() & kinds.keys():
        of_kind(option, options[option], kinds[option])
        if option in MOST:
            at_most(MOST[option], **{option: options[option]})
    given = {each.name: each.default for each in _keywords(name)} | options
    for wide in given.keys() & {"length", "degree"} if name in _DRAWN else ():
        not_too_many(int(given["rows"]) + int(given["test_rows"]), **{wide: given[wide]})


def _kinds(name: str) -> dict[str, Any]:
    """Read the options of a data set, and what each may be, from where they are declared."""
    if name == "digits":
        return {field.name: field.type for field in fields(DigitsOptions)}
    return {each.name: each.annotation for each in _keywords(name)}


def _keywords(name: str) -> list[inspect.Parameter]:
    parameters = inspect.signature((_TABLES | _DRAWN)[name]).parameters.values()
    return [each for each in parameters if each.kind is each.KEYWORD_ONLY]
